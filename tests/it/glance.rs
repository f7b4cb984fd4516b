//! What a contact sees at one glance: who has which step and what can be done about it, what changed, and the questions that
//! a button puts to Kurve.

use koppelklaar::links;

use crate::journey::Table;
use crate::support::{TestApp, run};

const PIET: &str = "piet@bonhoeffer.example";

/// Hands a step to Piet, who is new.
async fn ask_piet(table: &Table, step: &str, role: &str) {
    let page = table.portal.open(&format!("/stap/{step}")).await;
    let fields = [("colleague_name", "Piet Bakker"), ("colleague_email", PIET), ("colleague_role", role)];
    let asked = page.submit(&table.portal, "form:has([name=colleague_email])", &fields).await;
    assert_eq!(asked.status, 303, "{}", asked.body);
}

#[test]
fn a_row_names_the_colleague_who_has_it_and_it_can_be_taken_over_and_given_back_right_there() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        ask_piet(&table, "allowlisting_requested", "contactpersoon").await;
        app.new_mails().await;
        let row = "[data-step=allowlisting_requested]";

        let before = table.portal.open("").await;
        assert!(before.text(&format!("{row} [data-who]")).starts_with("Piet Bakker · sinds maandag 23 november 2026"));
        assert_eq!(before.text(&format!("{row} [data-tag]")), "Bij Piet");
        let taken = before.submit(&table.portal, &format!("{row} form:has([data-action=take-over])"), &[]).await;
        assert_eq!(taken.status, 303, "{}", taken.body);
        let mine = table.portal.open("").await;
        assert!(mine.text(&format!("{row} [data-who]")).starts_with("Jij · sinds"), "{}", mine.body);
        assert!(!mine.has(&format!("{row} [data-action=take-over]")));
        assert!(app.new_mails().await.is_empty(), "who takes a step over knows it");

        let given = mine.submit(&table.portal, &format!("{row} form:has([data-action=hand-over-to])"), &[]).await;
        assert_eq!(given.status, 303, "{}", given.body);
        let back = table.portal.open("").await;
        assert!(back.text(&format!("{row} [data-who]")).starts_with("Piet Bakker"), "{}", back.body);
        app.new_mails().await;
        app.finish().await;
    });
}

#[test]
fn a_row_says_that_a_colleague_waits_until_kurve_gives_access() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.issue().await;
        ask_piet(&table, "query_executed", "applicatiebeheerder").await;
        app.new_mails().await;

        let row = table.portal.open("").await.text("[data-step=query_executed]");

        assert!(row.contains("Piet Bakker · sinds maandag 23 november 2026 · wacht tot Kurve toegang geeft"), "{row}");
        assert!(row.contains("Overnemen"), "{row}");
    });
}

#[test]
fn the_overview_says_what_others_did_since_the_visit_before() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        assert!(!table.portal.open("").await.has("[data-since]"), "a first visit");
        table.claim(&["consent_given"]).await;
        table.issue().await;
        app.new_mails().await;
        app.advance(chrono::TimeDelta::days(1));

        let again = app.portal(&table.school).await.open("").await;

        let lines = again.texts("[data-since] li");
        assert_eq!(lines.len(), 2, "own deeds are known: {lines:?}");
        assert!(lines[0].contains("Wachtwoord en query klaarzetten"), "{lines:?}");
        assert!(lines[1].contains("Toegang gegeven"), "{lines:?}");
        assert!(again.text("[data-since]").contains("Dat was op maandag 23 november 2026."), "{}", again.body);
    });
}

#[test]
fn a_question_by_button_waits_on_the_worklist_once() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let step = table.portal.open("/stap/credentials_issued").await;
        let ask = "form:has([data-action=ask-kurve])";

        let asked = step.submit(&table.portal, ask, &[]).await;
        let again = step.submit(&table.portal, ask, &[]).await;

        let links = [asked.location(), again.location()];
        assert_eq!(links, [step.path.as_str(), step.path.as_str()]);
        let thread = table.portal.open("/berichten").await;
        let texts = thread.texts("[data-message] [data-text]");
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(
            texts[0].contains("Wachtwoord en query klaarzetten") && texts[0].contains("sinds maandag 23"),
            "{texts:?}"
        );
        assert!(table.staff.get(links::STAFF).await.body.contains("vraagt hoe het staat"));
        let nonsense = [("about".to_owned(), "iets".to_owned()), ("csrf".to_owned(), csrf(&step, ask))];
        assert_eq!(table.portal.post(&table.portal.at("/vraag-kurve"), &nonsense).await.status, 404);
        app.finish().await;
    });
}

fn csrf(page: &crate::support::Page, form: &str) -> String {
    let (_, values) = page.form(form);
    values.into_iter().find(|(name, _)| name == "csrf").map(|(_, value)| value).unwrap_or_default()
}

#[test]
fn how_long_kurve_usually_takes_is_said_once_ten_turns_ended() {
    run(|app: TestApp| async move {
        let (kurve, mut last) = (app.kurve().await, None);
        for number in 0..11 {
            let brin = format!("{:02}AB", number + 10);
            let school = app.school(&format!("School {number}"), &brin, &format!("school{number}")).await;
            if number < 10 {
                app.issue(kurve, &school).await;
            }
            last = Some(school);
        }
        app.new_mails().await;
        let portal = app.portal(&last.expect("eleven were made")).await;

        let step = portal.open("/stap/credentials_issued").await;

        assert!(step.text("[data-act]").contains("Dat duurt meestal dezelfde dag."), "{}", step.body);
        assert!(portal.open("").await.text("[data-step=credentials_issued]").contains("meestal dezelfde dag"));
    });
}
