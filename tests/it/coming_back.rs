//! What comes back: a step with the reason why it fell, details that are given again, and a school that had stopped.

use crate::journey::Table;
use crate::support::{TestApp, run};

#[test]
fn why_a_step_fell_stays_to_be_read_after_it_was_stuck_and_answered() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.claim(&["consent_given"]).await;
        table.kurve("consent_given", "send_back", &[("reason", "Het schuifje staat nog uit.")]).await;

        table.school("consent_given", "stuck", &[("reason", "Het schuifje is grijs.")]).await;
        let stuck = table.portal.open("/stap/consent_given").await;
        table.kurve("consent_given", "answer", &[("answer", "Probeer het na tien uur.")]).await;
        let answered = table.portal.open("/stap/consent_given").await;

        for page in [&stuck, &answered] {
            assert!(page.text("[data-fallen]").contains("Het schuifje staat nog uit."), "{}", page.body);
        }
        assert!(answered.text("[data-answer]").contains("Probeer het na tien uur."));
        app.new_mails().await;
    });
}

#[test]
fn details_that_are_given_again_ask_for_nothing_that_was_done() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        let steps = ["Consent geven in Magister", "Allowlisting aanvragen bij Magister"];
        let mut named = vec![];
        for done in ["", "consent_given", "allowlisting_requested"] {
            if !done.is_empty() {
                table.claim(&[done]).await;
            }
            table.kurve("details_submitted", "send_back", &[("reason", "Het domein klopt niet.")]).await;
            app.new_mails().await;
            let page = table.portal.open("/stap/details_submitted").await;
            page.submit(&table.portal, "form[action$='/gegevens']", &[]).await;

            let mail = app.only_mail_to(&table.school.email).await;

            named.push(steps.map(|step| mail.text.contains(step)));
        }

        assert_eq!(named, [[true, true], [false, true], [false, false]]);
    });
}

#[test]
fn a_school_that_is_taken_up_again_waits_on_kurve_for_a_new_password() {
    run(|app: TestApp| async move {
        let table = Table::set(&app).await;
        table.open_import().await;
        table.kurve("", "withdraw", &[("reason", "De school kiest Optie B.")]).await;
        let stopped = table.staff.get("/beheer").await;

        let reopened = table.kurve("", "reopen", &[]).await;
        let worklist = table.staff.get("/beheer").await;
        let page = table.staff_page().await;
        let issued = table.kurve("", "issue", &[]).await;
        app.new_mails().await;
        let password = table.portal.open("/stap/query_executed").await;
        let file = password.submit(&table.portal, "form[action$='/query']", &[]).await;

        assert_eq!((reopened.status, issued.status, file.status), (303, 303, 200), "{}", issued.body);
        assert!(!stopped.body.contains("Bonhoeffer College"));
        assert!(
            worklist.body.contains("Bonhoeffer College") && worklist.body.contains("Wachtwoord en query klaarzetten")
        );
        let stands = |step: &str| page.has(&format!("[data-step={step}] [data-tag=ready]"));
        let kept = ["consent_given", "details_submitted", "allowlisting_requested", "allowlisting_confirmed"];
        let fallen = ["credentials_issued", "query_executed", "password_set", "permissions_checked"];
        assert!(kept.into_iter().all(stands) && !fallen.into_iter().any(stands), "{}", page.body);
    });
}
