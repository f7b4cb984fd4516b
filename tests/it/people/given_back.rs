//! A step that is opened again stays with the colleague who had it, who is told.

use koppelklaar::domain::onboarding::Step;
use koppelklaar::links;
use koppelklaar::services::onboarding::onboardings;

use super::colleagues::find;
use crate::hand_over::{PIET, hand_to_piet};
use crate::journey::Table;
use crate::support::{TestApp, run};

const STEP: &str = "allowlisting_requested";

#[test]
fn a_step_that_is_opened_again_goes_back_to_who_had_it() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        hand_to_piet(&table, STEP, "contactpersoon").await;
        app.new_mails().await;
        let piet = find(&app, &table, PIET).await.id;
        let theirs = async || {
            let file = onboardings::load_file(app.context(), table.school.connection).await.expect("it is there");
            file.state.handed_to(Step::AllowlistingRequested)
        };

        let mut had = vec![];
        for by_kurve in [false, true] {
            let visitor = app.portal_as(PIET).await.at_home(table.school.at(links::SCHOOL));
            let page = visitor.open(&format!("/stap/{STEP}")).await;
            page.submit(&visitor, "form:has([data-action=claim])", &[]).await;
            app.new_mails().await;
            let while_done = theirs().await;
            if by_kurve {
                table.kurve(STEP, "send_back", &[("reason", "Het ticket is er niet.")]).await;
            } else {
                table.school(STEP, "take-back", &[]).await;
            }
            let told = app.new_mails().await.into_iter().filter(|mail| mail.to == PIET).count();
            had.push((while_done, theirs().await, told));
        }

        assert_eq!(had, [(None, Some(piet), 1), (None, Some(piet), 1)]);
    });
}

#[test]
fn who_opens_their_own_step_again_is_told_nothing_and_has_it() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        hand_to_piet(&table, STEP, "contactpersoon").await;
        app.new_mails().await;
        let piet = find(&app, &table, PIET).await.id;
        let visitor = app.portal_as(PIET).await.at_home(table.school.at(links::SCHOOL));
        let page = visitor.open(&format!("/stap/{STEP}")).await;
        page.submit(&visitor, "form:has([data-action=claim])", &[]).await;
        app.new_mails().await;

        let done = visitor.open(&format!("/stap/{STEP}")).await;
        done.submit(&visitor, "form:has([data-action=take-back])", &[]).await;

        let file = onboardings::load_file(app.context(), table.school.connection).await.expect("it is there");
        assert_eq!(file.state.handed_to(Step::AllowlistingRequested), Some(piet));
        assert!(app.new_mails().await.iter().all(|mail| mail.to != PIET));
    });
}
