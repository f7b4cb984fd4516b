//! What is cleared away, and what nobody else on the machine may read.

use chrono::TimeDelta;
use koppelklaar::jobs::Job;
use koppelklaar::mail::transport::SendErrorKind;
use koppelklaar::services::mail_dispatch;
use koppelklaar::store::Db;
use koppelklaar::store::outbox::{self, Fate};

use crate::it::dispatch::waiting;
use crate::it::support::database::texts;
use crate::it::support::{TestApp, block_on, run};

async fn kinds(app: &TestApp) -> Vec<String> {
    texts(&app.database.url, "SELECT kind FROM outbox ORDER BY created_at, kind").await
}

#[test]
fn a_mail_about_no_school_is_cleared_away_a_week_after_it_ended() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.portal(&school).await;
        let before = kinds(&app).await;

        app.advance(TimeDelta::days(6));
        app.run(Job::DeleteExpired).await;
        let early = kinds(&app).await;
        app.advance(TimeDelta::days(2));
        app.run(Job::DeleteExpired).await;
        let late = kinds(&app).await;

        assert_eq!(early, before);
        let without_school = ["sign_in", "confirm_address"];
        let kept: Vec<_> = before.iter().filter(|kind| !without_school.contains(&kind.as_str())).cloned().collect();
        assert!(kept.len() < before.len(), "{before:?}");
        assert_eq!(late, kept);
    });
}

#[test]
fn a_mail_about_no_school_that_still_waits_is_kept() {
    run(|app| async move {
        let email = "anna@bonhoeffer.example";
        app.ask_for_school("Bonhoeffer College", "12AB", "bonhoeffer", email).await;
        let statement = "UPDATE outbox SET status = 'failed'";
        crate::it::support::database::sql(&app.database.url, statement).await;

        app.advance(TimeDelta::days(8));
        app.run(Job::DeleteExpired).await;

        assert_eq!(kinds(&app).await, ["confirm_address"], "someone has to look at it");
        let ended = "UPDATE outbox SET status = 'skipped'";
        crate::it::support::database::sql(&app.database.url, ended).await;
        app.run(Job::DeleteExpired).await;
        assert_eq!(kinds(&app).await, [""; 0]);
    });
}

#[test]
fn the_bytes_of_a_mail_are_kept_for_thirty_days_and_longer_while_it_may_have_to_go_again() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (went, waits) = (waiting(&app, &school, "went"), waiting(&app, &school, "waits"));
        outbox::insert_all(app.office().db.writer(), std::slice::from_ref(&went)).await.expect("a fresh key");
        app.send_mails().await;
        outbox::insert_all(app.office().db.writer(), std::slice::from_ref(&waits)).await.expect("a fresh key");
        app.mailbox.fail_next(SendErrorKind::Unknown);
        app.send_mails().await;
        let kept = async || {
            let mut kept = vec![];
            for mail in [&went, &waits] {
                let frozen = mail_dispatch::find_frozen(app.office(), mail.id).await.expect("what is kept opens");
                kept.push(frozen.is_some());
            }
            kept
        };

        app.advance(TimeDelta::days(30));
        app.run(Job::DeleteExpired).await;
        let early = kept().await;
        app.advance(TimeDelta::minutes(1));
        app.run(Job::DeleteExpired).await;
        let late = kept().await;

        assert_eq!((early, late), (vec![true, true], vec![false, true]));
        let gone = mail_dispatch::find(app.office(), went.id).await.expect("that it went stays");
        assert_eq!(gone.fate, Fate::Sent);
        assert_eq!(app.send_mails().await.sent, 1, "the one that waited goes as it was");
    });
}

#[cfg(unix)]
#[test]
fn the_embedded_database_is_made_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    block_on(async {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("new.db");

        let db = Db::connect(&format!("sqlite:{}", path.display())).await.expect("the database opens");
        koppelklaar::store::schema::migrate(&db).await.expect("migrations run");

        for name in ["new.db", "new.db-wal", "new.db-shm"] {
            let mode = std::fs::metadata(folder.path().join(name)).expect(name).permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        db.close().await;
    });
}
