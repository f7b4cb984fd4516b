//! What Kurve's pages promise of mails: nothing while all are held, nor to a school outside the list of a trial.

use koppelklaar::app::App;
use koppelklaar::domain::mail_rules::MailRules;
use koppelklaar::links;
use koppelklaar::services::Context;
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::{WebOptions, WebState, router};

use crate::journey::Table;
use crate::support::app::nonzero;
use crate::support::{TestApp, run};

/// The product as it runs under other rules for mails.
fn under(app: &TestApp, mail: MailRules) -> axum::Router {
    let context = Context { mail, ..app.context().clone() };
    let allowance = Allowance { per_client: nonzero(1_000), per_address: nonzero(1_000) };
    let options = WebOptions { allowance, trusted_proxies: 1 };
    router(WebState::new(&App { context, ..app.app.clone() }, options, None))
}

#[test]
fn nothing_promises_a_mail_while_all_are_held_nor_to_a_school_outside_the_list() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let list = "@elders.example".parse().expect("a list");
        for (rules, promises) in [
            (
                MailRules { is_held: true, only_to: None },
                &["krijgt een mail", "krijgt bericht", "krijgen een mail"][..],
            ),
            (
                MailRules { is_held: false, only_to: Some(list) },
                &[
                    "De school krijgt",
                    "Wie Kurve heeft bevestigd, krijgt",
                    "Wie je kiest, krijgt",
                    "Wie het mag zien, krijgt",
                ][..],
            ),
        ] {
            let staff = app.staff().await.at_router(&under(&app, rules));
            let page = links::staff_school(links::STAFF_SCHOOL, table.school.connection);

            let before = staff.get(&page).await;
            let fields = [("reason", "Wij wachten op Magister."), ("until", "2027-01-11")];
            let paused = before.submit(&staff, "form[data-form=pause]", &fields).await;
            let after = staff.follow(&paused).await;
            let resumed = after.submit(&staff, "form[data-form=resume]", &[]).await;
            let worklist = staff.get(links::STAFF).await;
            let href = worklist.attributes("[data-work=credentials_issued] .work__do a", "href").remove(0);
            let open = staff.get(&href).await;

            assert_eq!((paused.status, resumed.status), (303, 303), "{}", paused.body);
            assert!(after.has("[data-flash]"), "{}", after.body);
            assert!(open.has("[data-form=issue]"), "{}", open.body);
            for (place, told) in [("page", before), ("after a pause", after), ("worklist", open)] {
                for promise in promises {
                    assert!(!told.text("main").contains(promise), "{place}: {promise}: {}", told.text("main"));
                }
            }
        }
        app.new_mails().await;
    });
}
