//! What used to end in "mail Kurve" ends in a button, and addresses stand on Kurve's pages as people read them.

use koppelklaar::domain::onboarding::{Command, Step};
use koppelklaar::domain::roles::{ContactRole, Roles};
use koppelklaar::domain::school::NewContact;
use koppelklaar::domain::text::{EmailAddress, PersonName};
use koppelklaar::links;
use koppelklaar::services::onboarding::onboardings;

use crate::support::acting::reason;
use crate::support::{TestApp, run};

#[test]
fn who_stopped_asks_kurve_to_go_on_with_a_button_where_they_would_stop() {
    run(|app: TestApp| async move {
        let (kurve, school) =
            (app.kurve().await, app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await);
        app.issue(kurve, &school).await;
        let stop = Command::Withdraw { school: school.id, reason: reason("We stoppen."), chose_option_b: false };
        let stopped = onboardings::act(app.context(), &app.call_of(&school), school.connection, &stop, None).await;
        stopped.expect("they may stop");
        app.new_mails().await;
        let portal = app.portal(&school).await;

        let page = portal.open("/stoppen").await;
        let asked = page.submit(&portal, "form:has([data-action=ask-kurve])", &[]).await;

        assert!(!page.attributes("main a", "href").iter().any(|href| href.starts_with("mailto:")), "{}", page.body);
        assert_eq!(asked.status, 303, "{}", asked.body);
        let staff = app.staff().await;
        let thread = staff.get(&links::staff_school(links::STAFF_MESSAGES, school.connection)).await;
        assert!(thread.text("main").contains("vraagt om weer verder te gaan"), "{}", thread.body);
        app.new_mails().await;
    });
}

#[test]
fn an_address_with_an_accent_in_its_domain_stands_on_kurves_page_as_it_is_written() {
    run(|app: TestApp| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let jo = NewContact {
            name: PersonName::parse("Jo Blom").expect("a name"),
            email: EmailAddress::parse("jo@scho\u{f6}l.example").expect("an address"),
            roles: Roles::of(ContactRole::Applicatiebeheerder),
        };
        let step = Step::AllowlistingRequested;
        let handed = onboardings::hand_over(app.context(), &app.call_of(&school), school.connection, step, jo).await;
        handed.expect("the step is open");
        app.new_mails().await;

        let staff = app.staff().await;
        let page = staff.get(&links::staff_school(links::STAFF_SCHOOL, school.connection)).await;

        let to = "[data-contact] a[href='mailto:jo@xn--schol-mua.example']";
        assert_eq!(page.text(to), "jo@scho\u{f6}l.example", "{}", page.body);
        assert!(!page.text("main").contains("xn--"), "{}", page.text("main"));
    });
}
