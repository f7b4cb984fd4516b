//! One change is one transaction: state, audit and outbox together, or none of them.

use chrono::TimeDelta;
use koppelklaar::domain::notice::MailKind;
use koppelklaar::domain::onboarding::{Command, Onboarding, Step};
use koppelklaar::domain::text::Reason;
use koppelklaar::services::ServiceError;
use koppelklaar::services::mail::dispatch::Summary;
use koppelklaar::services::onboarding::{onboardings as context, schools};
use koppelklaar::store::StoreError;
use koppelklaar::store::mail::outbox;
use koppelklaar::store::onboarding::onboardings::{self, Versioned};
use koppelklaar::store::operations::audit;

use crate::dispatch::waiting;
use crate::support::database::{sql, texts};
use crate::support::{TestApp, TestSchool, run};

fn stuck() -> Command {
    let reason = Reason::parse("Decibel geeft een foutmelding.").expect("a reason");
    Command::ReportStuck { step: Step::ConsentGiven, reason }
}

#[test]
fn a_change_to_an_older_version_is_a_conflict_and_changes_nothing() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let work = app.context().db.begin_write().await.expect("a connection comes free");
        let conn = work.conn();
        let seen = onboardings::load(conn, school.connection).await.expect("it is there");
        let first = onboardings::save(conn, school.connection, &seen, app.now()).await.expect("nobody was first");

        let other = Versioned { state: Onboarding::start(app.now(), school.id), version: seen.version };
        let second = onboardings::save(conn, school.connection, &other, app.now()).await;

        assert!(matches!(second, Err(StoreError::Conflict)), "{second:?}");
        work.commit().await.expect("nothing stands in the way");
        let conn = app.context().db.reader();
        let stored = onboardings::load(conn, school.connection).await.expect("it is there");
        assert_eq!((stored.version, stored.state), (first, seen.state));
    });
}

#[test]
fn a_command_from_a_stale_page_is_a_conflict_that_says_what_changed_since() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let seen = context::load_file(app.context(), school.connection).await.expect("it is there").version;
        app.claim(&school, Step::ConsentGiven).await.expect("its turn has come");

        let late = context::act(app.context(), &app.call_of(&school), school.connection, &stuck(), Some(seen)).await;

        assert!(matches!(late, Err(ServiceError::Conflict)), "{late:?}");
        let since =
            context::list_changes_since(app.context(), school.connection, seen).await.expect("the store answers");
        assert_eq!(since.iter().map(|entry| entry.action.name()).collect::<Vec<_>>(), ["step_answered"]);
        app.new_mails().await;
    });
}

#[test]
fn state_audit_and_outbox_are_written_together() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let before = tell(&app, &school).await;
        app.advance(TimeDelta::seconds(1));

        let done = context::act(app.context(), &app.call_of(&school), school.connection, &stuck(), None).await;

        done.expect("the step is open");
        let after = tell(&app, &school).await;
        assert_eq!(after.version, before.version + 1);
        assert_eq!(after.audit, [&["stuck_reported".to_owned()], &before.audit[..]].concat());
        assert_eq!(after.mails, [&[MailKind::StuckReported], &before.mails[..]].concat());
        app.new_mails().await;
    });
}

#[test]
fn when_the_audit_cannot_be_written_nothing_is() {
    nothing_is_left_when("audit");
}

#[test]
fn when_the_outbox_cannot_be_written_nothing_is() {
    nothing_is_left_when("outbox");
}

fn nothing_is_left_when(refusing: &'static str) {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let before = tell(&app, &school).await;
        refuse_inserts(&app, refusing).await;

        let failed = context::act(app.context(), &app.call_of(&school), school.connection, &stuck(), None).await;

        assert!(matches!(failed, Err(ServiceError::Store(_))), "{failed:?}");
        assert_eq!(tell(&app, &school).await, before);

        allow_inserts(&app, refusing).await;
        let again = context::act(app.context(), &app.call_of(&school), school.connection, &stuck(), None).await;
        again.expect("the connection is usable again");
        app.new_mails().await;
    });
}

/// Everything that a change writes.
#[derive(Debug, PartialEq, Eq)]
struct Written {
    version: i32,
    state: Onboarding,
    audit: Vec<String>,
    mails: Vec<MailKind>,
}

async fn tell(app: &TestApp, school: &TestSchool) -> Written {
    let file = context::load_file(app.context(), school.connection).await.expect("it is there");
    let entries =
        audit::list(app.context().db.reader(), school.connection, None, 100).await.expect("the store answers");
    let mails = schools::list_mails(app.context(), school.connection).await.expect("the store answers");
    Written {
        version: file.version,
        state: file.state,
        audit: entries.iter().map(|entry| entry.action.name().to_owned()).collect(),
        mails: mails.iter().flatten().map(|mail| mail.kind).collect(),
    }
}

async fn refuse_inserts(app: &TestApp, table: &str) {
    let statement = if app.database.is_postgres() {
        format!(
            "CREATE FUNCTION out_of_order() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'out of order'; END $$;
             CREATE TRIGGER out_of_order BEFORE INSERT ON {table} EXECUTE FUNCTION out_of_order()"
        )
    } else {
        format!("CREATE TRIGGER out_of_order BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'out of order'); END")
    };
    sql(&app.database.url, &statement).await;
}

async fn allow_inserts(app: &TestApp, table: &str) {
    let place = if app.database.is_postgres() { format!(" ON {table}") } else { String::new() };
    sql(&app.database.url, &format!("DROP TRIGGER out_of_order{place}")).await;
}

#[test]
fn two_mails_with_one_key_are_one() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (first, second, other) =
            (waiting(&app, &school, "same"), waiting(&app, &school, "same"), waiting(&app, &school, "other"));
        let conn = app.context().db.writer();

        outbox::insert_all(conn, std::slice::from_ref(&first)).await.expect("a fresh key");
        outbox::insert_all(conn, &[second, other.clone()]).await.expect("the one that is there is left out");

        let waiting = outbox::list_with_status(conn, outbox::MailStatus::Waiting, 10).await.expect("the store answers");
        let mut ids: Vec<_> = waiting.iter().map(|mail| mail.id).collect();
        ids.sort();
        let mut expected = vec![first.id, other.id];
        expected.sort();
        assert_eq!(ids, expected);
        assert_eq!(app.send_mails().await, Summary { sent: 2, ..Summary::default() });
    });
}

#[test]
fn the_outbox_holds_no_text_no_address_and_no_token() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let rows = "SELECT kind || ' ' || about || ' ' || dedupe_key || ' ' || message_id FROM outbox";

        let told = texts(&app.database.url, rows).await.join("\n");

        assert!(told.contains("request_confirmed"), "{told}");
        for kept_out in ["Bonhoeffer", "bonhoeffer", "Anna", school.email.as_str(), "12AB"] {
            assert!(!told.contains(kept_out), "{kept_out} in {told}");
        }
    });
}

#[test]
fn pages_can_be_read_while_a_change_is_under_way() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let db = &app.context().db;
        let open = db.begin_write().await.expect("a connection comes free");
        let seen = onboardings::load(open.conn(), school.connection).await.expect("it is there");
        let version =
            onboardings::save(open.conn(), school.connection, &seen, app.now()).await.expect("nobody was first");

        let limit = std::time::Duration::from_secs(5);
        let read = tokio::time::timeout(limit, context::load_file(app.context(), school.connection)).await;

        let file = read.expect("readers do not wait for the writer").expect("it is there");
        assert_eq!(file.version, seen.version, "what is not committed is not seen");
        open.commit().await.expect("nothing stands in the way");
        let file = context::load_file(app.context(), school.connection).await.expect("it is there");
        assert_eq!(file.version, version);
    });
}

#[test]
fn a_reader_of_the_embedded_database_cannot_write() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let mail = waiting(&app, &school, "by a reader");

        let written = outbox::insert_all(app.context().db.reader(), &[mail]).await;

        // On PostgreSQL one pool does both.
        assert_eq!(written.is_err(), app.context().db.is_sqlite(), "{written:?}");
        app.new_mails().await;
    });
}

#[test]
fn a_change_that_is_dropped_leaves_nothing_and_frees_the_writer() {
    run(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let db = &app.context().db;
        let mail = waiting(&app, &school, "dropped");

        let open = db.begin_write().await.expect("a connection comes free");
        outbox::insert_all(open.conn(), std::slice::from_ref(&mail)).await.expect("a fresh key");
        drop(open);

        app.advance(TimeDelta::minutes(1));
        app.claim(&school, Step::ConsentGiven).await.expect("the writer is free");
        assert_eq!(outbox::find(db.reader(), mail.id).await.expect("the store answers"), None);
        app.new_mails().await;
    });
}
