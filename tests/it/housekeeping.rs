//! What is cleared away, and what nobody else on the machine may read.

use chrono::TimeDelta;
use koppelklaar::jobs::Job;
use koppelklaar::links;
use koppelklaar::mail::message::BuiltMail;
use koppelklaar::mail::transport::SendErrorKind;
use koppelklaar::services::mail::bounces::{self, Outcome};
use koppelklaar::services::mail::dispatch;
use koppelklaar::store::Db;
use koppelklaar::store::mail::outbox::{self, MailStatus};

use crate::dispatch::waiting;
use crate::journey::Table;
use crate::post_pages::walk;
use crate::reminders::{at, second_school_of};
use crate::support::database::texts;
use crate::support::{TestApp, TestSchool, block_on, reports, run, run_to_failure};

async fn kinds(app: &TestApp) -> Vec<String> {
    texts(&app.database.url, "SELECT kind FROM outbox ORDER BY created_at, kind").await
}

#[test]
fn a_mail_with_a_token_is_cleared_away_a_week_after_it_ended() {
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
        let with_token = ["sign_in", "confirm_address"];
        let kept: Vec<_> = before.iter().filter(|kind| !with_token.contains(&kind.as_str())).cloned().collect();
        assert!(kept.len() < before.len(), "{before:?}");
        assert_eq!(late, kept);
    });
}

#[test]
fn a_mail_with_a_token_that_still_waits_is_kept() {
    run(|app| async move {
        let email = "anna@bonhoeffer.example";
        app.ask_for_school("Bonhoeffer College", "12AB", "bonhoeffer", email).await;
        let statement = "UPDATE outbox SET status = 'failed'";
        crate::support::database::sql(&app.database.url, statement).await;

        app.advance(TimeDelta::days(8));
        app.run(Job::DeleteExpired).await;

        assert_eq!(kinds(&app).await, ["confirm_address"], "someone has to look at it");
        let ended = "UPDATE outbox SET status = 'skipped'";
        crate::support::database::sql(&app.database.url, ended).await;
        app.run(Job::DeleteExpired).await;
        assert_eq!(kinds(&app).await, [""; 0]);
    });
}

#[test]
fn the_bytes_of_a_mail_are_kept_for_thirty_days_and_longer_while_it_may_have_to_go_again() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (went, waits) = (waiting(&app, &school, "went"), waiting(&app, &school, "waits"));
        outbox::insert_all(app.context().db.writer(), std::slice::from_ref(&went)).await.expect("a fresh key");
        app.send_mails().await;
        outbox::insert_all(app.context().db.writer(), std::slice::from_ref(&waits)).await.expect("a fresh key");
        app.mailbox.fail_next(SendErrorKind::Unknown);
        app.send_mails().await;
        let kept = async || {
            let mut kept = vec![];
            for mail in [&went, &waits] {
                let frozen = dispatch::find_frozen(app.context(), mail.id).await.expect("what is kept opens");
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
        let gone = dispatch::find(app.context(), went.id).await.expect("that it went stays");
        assert_eq!(gone.status, MailStatus::Sent);
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

/// A reminder over two schools that was held for longer than a week, sent, and looked at by who cleans up.
async fn held_for_long(app: &TestApp) -> ([TestSchool; 2], BuiltMail) {
    let table = Table::set(app).await;
    let second = second_school_of(app, &table).await;
    app.clock.set(at("2026-11-26T10:00:00Z"));
    app.run(Job::PlanReminders).await;
    app.clock.set(at("2026-12-04T10:00:00Z"));
    app.send_mails().await;
    let sent = app.mailbox.mails().into_iter().rfind(|mail| mail.to == table.school.email).expect("it went");
    app.advance(TimeDelta::hours(6));
    app.run(Job::DeleteExpired).await;
    ([table.school, second], sent)
}

fn id_of(mail: &BuiltMail) -> String {
    mail.message_id.trim_start_matches('<').split('@').next().expect("an id").to_owned()
}

#[test]
fn a_reminder_over_two_schools_that_was_held_for_long_is_kept_and_its_bounce_counts() {
    run_to_failure(|app| async move {
        let (_, sent) = held_for_long(&app).await;
        app.advance(TimeDelta::days(1));

        let report = reports::about(reports::POSTFIX_UNKNOWN, &sent);
        let outcome =
            bounces::take(app.context(), app.now(), report.as_bytes(), None).await.expect("the store answers");

        assert_eq!(outcome, Outcome::Marked);
    });
}

#[test]
fn a_mail_over_two_schools_shows_at_both_and_at_no_other() {
    run_to_failure(|app| async move {
        let ([first, second], sent) = held_for_long(&app).await;
        let third = app.school("Derde Lyceum", "14EF", "derde").await;
        let report = reports::about(reports::POSTFIX_UNKNOWN, &sent);
        bounces::take(app.context(), app.now(), report.as_bytes(), None).await.expect("the store answers");
        let staff = app.staff().await;

        let mut seen = vec![];
        for school in [&first, &second, &third] {
            let page = staff.get(&links::staff_school(links::STAFF_SCHOOL, school.connection)).await;
            let on_page = page.attributes("[data-mail]", "data-mail").contains(&id_of(&sent));
            let of_school = format!("{}?van={}", links::STAFF_MAILS, school.connection);
            let on_post = walk(&staff, &of_school).await.contains(&id_of(&sent));
            let told = walk(&staff, &format!("{of_school}&soort=address_bounced")).await.len();
            seen.push((on_page, on_post, told));
        }

        assert_eq!(seen, [(true, true, 1), (true, true, 1), (false, false, 0)]);
    });
}
