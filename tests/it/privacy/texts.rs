//! Texts and names stand beside the chain of the audit, which has a salted hash of each.

use koppelklaar::domain::onboarding::{Command, Step};
use koppelklaar::domain::text::Reason;
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::services::operations::audit::{Finding, verify};
use koppelklaar::services::operations::replay::replay;
use koppelklaar::store::operations::audit::list;

use crate::support::app::TestSchool;
use crate::support::database::{sql, texts};
use crate::support::{TestApp, run, run_to_failure};

const REASON: &str = "Jan van de administratie is er pas maandag.";

async fn stuck(app: &TestApp) -> TestSchool {
    let kurve = app.kurve().await;
    let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
    app.issue(kurve, &school).await;
    let reason = Reason::parse(REASON).expect("a reason");
    let command = Command::ReportStuck { step: Step::QueryExecuted, reason };
    onboardings::act(app.context(), &app.call_of(&school), school.connection, &command, None)
        .await
        .expect("the rules allow it");
    app.new_mails().await;
    school
}

/// The texts of a connection's audit, oldest first.
async fn told(app: &TestApp, school: &TestSchool) -> Vec<String> {
    let entries = list(app.context().db.reader(), school.connection, None, 100).await.expect("it reads");
    entries.iter().rev().flat_map(|entry| entry.action.texts()).collect()
}

#[test]
fn a_text_is_read_with_its_entry_and_stands_beside_the_chain() {
    run(|app| async move {
        let school = stuck(&app).await;

        let payloads = texts(&app.database.url, "SELECT payload FROM audit").await;
        let kept = texts(&app.database.url, "SELECT field || ' ' || text FROM audit_text ORDER BY audit_id").await;

        assert!(!payloads.iter().any(|payload| payload.contains("maandag")), "{payloads:?}");
        assert!(kept.contains(&format!("/reason {REASON}")), "{kept:?}");
        assert!(told(&app, &school).await.contains(&REASON.to_owned()));
    });
}

#[test]
fn an_entry_from_before_texts_stood_beside_the_chain_is_read_as_it_was() {
    run_to_failure(|app| async move {
        let school = stuck(&app).await;
        let drop = if app.database.is_postgres() {
            "DROP TRIGGER audit_refuses_change ON audit"
        } else {
            "DROP TRIGGER audit_refuses_update"
        };
        sql(&app.database.url, drop).await;

        let old = format!(
            "UPDATE audit SET payload = '{{\"by\":{{\"kind\":\"clock\"}},\"action\":\"onboarding\",\"change\":\"stuck_reported\",\
             \"step\":\"query_executed\",\"reason\":\"{REASON}\"}}' WHERE action = 'stuck_reported'"
        );
        sql(&app.database.url, &old).await;
        sql(&app.database.url, "DELETE FROM audit_text").await;

        assert!(told(&app, &school).await.contains(&REASON.to_owned()));
        assert_eq!(replay(app.context()).await.expect("it reads").untrue.len(), 1, "the state names who said it");
    });
}

#[test]
fn a_text_that_was_changed_is_found() {
    run_to_failure(|app| async move {
        stuck(&app).await;
        let drop = if app.database.is_postgres() {
            "DROP TRIGGER audit_text_refuses_change ON audit_text"
        } else {
            "DROP TRIGGER audit_text_refuses_update"
        };
        let ids = texts(&app.database.url, "SELECT CAST(max(audit_id) AS text) FROM audit_text").await;
        let last: i64 = ids[0].parse().expect("there are texts");
        sql(&app.database.url, drop).await;

        sql(&app.database.url, &format!("UPDATE audit_text SET text = 'Iets anders' WHERE audit_id = {last}")).await;

        let found = verify(app.context()).await.expect("the audit can be read");
        assert_eq!(found, Finding::Broken { id: last, what: "a text of it was changed" });
    });
}

#[test]
fn a_text_that_went_without_an_erasure_is_found_and_read_as_gone() {
    run_to_failure(|app| async move {
        let school = stuck(&app).await;
        let ids = texts(&app.database.url, "SELECT CAST(min(audit_id) AS text) FROM audit_text").await;
        let first: i64 = ids[0].parse().expect("there are texts");

        sql(&app.database.url, "DELETE FROM audit_text").await;

        let found = verify(app.context()).await.expect("the audit can be read");
        let what = "more texts are gone from here on than were erased";
        assert_eq!(found, Finding::Broken { id: first, what });
        let told = told(&app, &school).await;
        assert!(told.contains(&"(gewist)".to_owned()) && !told.contains(&REASON.to_owned()), "{told:?}");
    });
}

#[test]
fn the_database_refuses_to_change_a_text() {
    run(|app| async move {
        stuck(&app).await;
        let mut forgeries = vec!["UPDATE audit_text SET text = 'x'"];
        if app.database.is_postgres() {
            forgeries.push("TRUNCATE audit_text");
        } else {
            forgeries.push("INSERT OR REPLACE INTO audit_text SELECT audit_id, field, salt, 'x' FROM audit_text");
        }
        for forgery in forgeries {
            let refusal = crate::support::database::refused(&app.database.url, forgery).await;
            assert!(refusal.contains("audit_text is not changed"), "{forgery}: {refusal}");
        }
    });
}
