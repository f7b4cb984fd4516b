//! "Ik ben hier niet meer": nothing is handed on unsaid, and nobody leaves a school without a contact unseen.

use koppelklaar::domain::onboarding::Step;
use koppelklaar::links;
use koppelklaar::services::onboarding::onboardings;

use super::colleagues::{add, find};
use crate::contacts::people;
use crate::hand_over::{PIET, hand_to_piet};
use crate::journey::Table;
use crate::support::{TestApp, run};

#[test]
fn who_leaves_says_who_takes_what_is_theirs_and_that_it_is_meant() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        hand_to_piet(&table, "allowlisting_requested", "contactpersoon").await;
        app.new_mails().await;
        let piet = app.portal_as(PIET).await.at_home(table.school.at(links::SCHOOL));
        let anna = find(&app, &table, &table.school.email).await.id;

        let page = piet.open("/niet-meer-hier").await;
        let unsaid = page.submit(&piet, "form[data-form=leave]", &[]).await;
        let unmeant = page.submit(&piet, "form[data-form=leave]", &[("to", &anna.to_string())]).await;
        let here = people(&app, &table.school).await.len();
        let left = page.submit(&piet, "form[data-form=leave]", &[("to", &anna.to_string()), ("sure", "ja")]).await;
        let file = onboardings::load_file(app.context(), table.school.connection).await.expect("it is there");
        let out = piet.open("").await;
        app.only_mail_to(&table.school.email).await;

        assert!(page.text("[data-steps]").contains("Allowlisting aanvragen"), "{}", page.body);
        assert_eq!((unsaid.status, unmeant.status, left.status), (422, 422, 303), "{}", left.body);
        assert!(unsaid.has("[data-error-for=to]") && unsaid.has("[data-error-for=sure]"), "{}", unsaid.body);
        assert_eq!((here, people(&app, &table.school).await.len()), (2, 1));
        assert_eq!(file.state.handed_to(Step::AllowlistingRequested), Some(anna));
        assert_eq!((out.status, out.location()), (303, links::SIGN_IN));
    });
}

#[test]
fn the_last_one_stays_until_kurve_has_found_another() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;

        let page = table.portal.open("/niet-meer-hier").await;
        let said = page.submit(&table.portal, "form[data-form=leave]", &[("sure", "ja")]).await;
        let worklist = table.staff.get("/beheer").await;
        let stays = table.portal.open("").await;

        assert_eq!((said.status, stays.status), (303, 200), "{}", said.body);
        assert_eq!(people(&app, &table.school).await.len(), 1);
        assert!(worklist.text("main").contains("laatste contactpersoon"), "{}", worklist.body);
        app.new_mails().await;
    });
}

#[test]
fn with_nothing_of_their_own_a_contact_leaves_with_one_tick() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        add(&table, PIET, "contactpersoon").await;
        app.new_mails().await;

        let page = table.portal.open("/niet-meer-hier").await;
        let left = page.submit(&table.portal, "form[data-form=leave]", &[("sure", "ja")]).await;

        assert!(page.has("[data-no-steps]") && !page.has("[name=to]"), "{}", page.body);
        assert_eq!((left.status, left.location()), (303, links::HOME));
        assert_eq!(people(&app, &table.school).await.len(), 1);
        app.new_mails().await;
    });
}
