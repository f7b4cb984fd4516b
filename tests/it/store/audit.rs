//! The audit: enough to make the state again, and a forgery shows at the first row it touches.

use koppelklaar::crypto::KeyRing;
use koppelklaar::domain::onboarding::{Command, Onboarding, Step};
use koppelklaar::domain::text::Reason;
use koppelklaar::services::Context;
use koppelklaar::services::onboarding::onboardings;
use koppelklaar::services::operations::audit::{End, Finding, find_end, verify, verify_with};
use koppelklaar::services::operations::replay::replay;
use koppelklaar::store::operations::audit::list_events_of;

use crate::support::database::{sql, texts};
use crate::support::{TestApp, run, run_to_failure};

#[test]
fn the_events_of_the_audit_make_the_stored_state_again() {
    run(|app| async move {
        let kurve = app.kurve().await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        app.open_import(kurve, &school).await;
        let reason = Reason::parse("Het vinkje staat er niet.").expect("a reason");
        for (call, command) in [
            (app.call_of(&school), Command::ReportImported { school: school.id }),
            (app.call(kurve), Command::SendBack { step: Step::AllowlistingRequested, reason: reason.clone() }),
            (app.call(kurve), Command::IssueCredentials),
            (app.call_of(&school), Command::ReportStuck { step: Step::PasswordSet, reason }),
        ] {
            let done = onboardings::act(app.context(), &call, school.connection, &command, None).await;
            done.expect("the rules allow it");
        }

        let file = onboardings::load_file(app.context(), school.connection).await.expect("it is there");
        let mut replayed = Onboarding::start(file.connection.created_at, school.id);
        for version in 1..=file.version {
            let events =
                list_events_of(app.context().db.reader(), school.connection, version).await.expect("the store answers");
            assert!(!events.is_empty(), "version {version} has no event");
            replayed = replayed.apply_all(&events);
        }

        assert_eq!(replayed, file.state);
        app.new_mails().await;
    });
}

#[test]
fn an_audit_that_nobody_touched_is_whole_and_tells_its_last_hash() {
    run(|app| async move {
        prepare(&app).await;

        let finding = verify(app.context()).await.expect("the audit can be read");

        let Finding::Whole { entries, last } = finding else { panic!("{finding:?}") };
        assert!(entries > 6, "{entries} entries");
        assert_eq!(last.len(), 64, "{last}");
    });
}

#[test]
fn a_tail_that_was_cut_off_shows_by_a_hash_that_was_noted() {
    run_to_failure(|app| async move {
        prepare(&app).await;
        let End { entries, head } = find_end(app.context()).await.expect("it is read").expect("it is not empty");
        app.api_key().await;
        let later = find_end(app.context()).await.expect("it is read").expect("it is not empty");
        let whole = verify_with(app.context(), &[head, later.head]).await.expect("the audit can be read");
        unguard(&app).await;

        sql(&app.database.url, &format!("DELETE FROM audit WHERE id > {entries}")).await;

        let before = verify_with(app.context(), &[head]).await.expect("the audit can be read");
        let after = verify_with(app.context(), &[head, later.head]).await.expect("the audit can be read");
        assert!(matches!(whole, Finding::Whole { .. }), "{whole:?}");
        assert_eq!(before, Finding::Whole { entries, last: head.to_string() });
        assert_eq!(after, Finding::Cut { entries, head: later.head });
    });
}

#[test]
fn a_state_that_its_events_do_not_give_is_named() {
    let json = |of: &str| format!("UPDATE onboarding SET state = {of}");
    let forgeries = [
        // A step that nobody did, of the connection that was used first.
        json("replace(state, '\"details_submitted\":', '\"query_executed\":')"),
        json("replace(state, '\"credential_version\":1', '\"credential_version\":2')"),
        json("'{}'"),
        "DELETE FROM onboarding".to_owned(),
    ];
    for forgery in &forgeries {
        run_to_failure(|app| async move {
            let kurve = app.kurve().await;
            let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
            let other = app.school_by_services("Het Molenveld", "13CD", "molenveld").await;
            app.issue(kurve, &school).await;
            app.issue(kurve, &other).await;
            let clean = replay(app.context()).await.expect("the audit can be read");
            assert_eq!((clean.connections, clean.untrue.len()), (2, 0), "{clean:?}");

            let of_one = "WHERE connection_id = (SELECT id FROM connection WHERE domain = 'bonhoeffer')";
            sql(&app.database.url, &format!("{forgery} {of_one}")).await;

            let found = replay(app.context()).await.expect("the audit can be read");
            let named: Vec<_> = found.untrue.iter().map(|one| (one.connection, one.domain.as_str())).collect();
            assert_eq!(named, [(school.connection, "bonhoeffer")], "{forgery}");
        });
    }
}

#[test]
fn a_state_that_was_put_back_to_an_earlier_one_is_named() {
    run_to_failure(|app| async move {
        let kurve = app.kurve().await;
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let before = texts(&app.database.url, "SELECT state FROM onboarding").await.remove(0);
        app.issue(kurve, &school).await;

        sql(&app.database.url, &format!("UPDATE onboarding SET version = 1, state = '{before}'")).await;

        let found = replay(app.context()).await.expect("the audit can be read").untrue;
        assert_eq!(found.iter().map(|one| one.connection).collect::<Vec<_>>(), [school.connection]);
    });
}

#[test]
fn a_connection_that_is_gone_while_its_events_are_not_is_named() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let delete = if app.database.is_postgres() {
            "ALTER TABLE connection DISABLE TRIGGER ALL; DELETE FROM connection"
        } else {
            "PRAGMA foreign_keys = OFF; DELETE FROM connection"
        };

        sql(&app.database.url, delete).await;

        let found = replay(app.context()).await.expect("the audit can be read");
        assert_eq!(found.connections, 0);
        assert_eq!(found.untrue.iter().map(|one| one.connection).collect::<Vec<_>>(), [school.connection]);
    });
}

#[test]
fn a_changed_payload_is_found() {
    forged(&["UPDATE audit SET payload = payload || ' ' WHERE id = 4"], 4, "it was changed");
}

#[test]
fn a_changed_moment_actor_or_request_is_found() {
    forged(&["UPDATE audit SET request_id = 'another' WHERE id = 2"], 2, "it was changed");
    forged(&["UPDATE audit SET actor_kind = 'operator' WHERE id = 3"], 3, "it was changed");
    forged(&["UPDATE audit SET at = '2026-11-23 09:59:59+00:00' WHERE id = 5"], 5, "it was changed");
    forged(&["UPDATE audit SET onboarding_version = 7 WHERE id = 5"], 5, "it was changed");
}

#[test]
fn a_deleted_row_is_found() {
    forged(&["DELETE FROM audit WHERE id = 3"], 3, "the entry is missing");
    forged(&["DELETE FROM audit WHERE id = 1"], 1, "the entry is missing");
}

#[test]
fn a_deleted_row_whose_place_was_closed_is_found() {
    forged(
        &["DELETE FROM audit WHERE id = 3", "UPDATE audit SET id = id - 1 WHERE id = 4"],
        3,
        "it does not follow the entry before",
    );
}

#[test]
fn two_rows_that_changed_places_are_found() {
    let swap = [
        "UPDATE audit SET id = -1 WHERE id = 3",
        "UPDATE audit SET id = 3 WHERE id = 4",
        "UPDATE audit SET id = 4 WHERE id = -1",
    ];

    forged(&swap, 3, "it does not follow the entry before");
}

#[test]
fn two_rows_that_swapped_payloads_are_found_at_the_first() {
    let swap = [
        "UPDATE audit SET request_id = payload WHERE id = 2",
        "UPDATE audit SET payload = (SELECT payload FROM audit WHERE id = 4) WHERE id = 2",
        "UPDATE audit SET payload = (SELECT request_id FROM audit WHERE id = 2) WHERE id = 4",
        "UPDATE audit SET request_id = 'test' WHERE id = 2",
    ];

    forged(&swap, 2, "it was changed");
}

#[test]
fn another_key_id_is_found() {
    let unknown = "the key it was hashed with is not on the key ring";

    forged(&["UPDATE audit SET key_id = 'k9' WHERE id = 4"], 4, unknown);
}

#[test]
fn a_row_put_in_by_someone_without_the_key_is_found() {
    let copy = "INSERT INTO audit SELECT (SELECT max(id) + 1 FROM audit), connection_id, school_id, onboarding_version, actor_kind, actor_id,
        action, payload, at, request_id, key_id, (SELECT mac FROM audit ORDER BY id DESC LIMIT 1), mac, step
        FROM audit WHERE id = 4";

    run_to_failure(|app| async move {
        prepare(&app).await;
        let Finding::Whole { entries, .. } = verify(app.context()).await.expect("the audit can be read") else {
            panic!("nobody touched it yet")
        };

        sql(&app.database.url, copy).await;

        let finding = verify(app.context()).await.expect("the audit can be read");
        assert_eq!(finding, Finding::Broken { id: entries + 1, what: "it was changed" });
    });
}

#[test]
fn a_new_key_goes_on_where_the_old_one_stopped_and_an_entry_cannot_move_to_it() {
    run_to_failure(|app| async move {
        prepare(&app).await;
        let line = KeyRing::generate_line(&app.context().chance, "k2").expect("a good id");
        let both = format!("{}\n{}", app.keys_text, secrecy::ExposeSecret::expose_secret(&line));
        let keys = KeyRing::parse(&both).expect("a good ring");
        let context = Context { keys, ..app.context().clone() };
        let last = koppelklaar::services::operations::api_keys::add(
            &context,
            &app.operator(),
            koppelklaar::services::operations::api_keys::NewApiKey::for_everything("numo"),
        )
        .await;
        last.expect("a fresh name");

        let rotated = verify(&context).await.expect("the audit can be read");
        let with_old_ring = verify(app.context()).await.expect("the audit can be read");
        unguard(&app).await;
        sql(&app.database.url, "UPDATE audit SET key_id = 'k2' WHERE id = 4").await;
        let moved = verify(&context).await.expect("the audit can be read");

        assert!(matches!(rotated, Finding::Whole { .. }), "{rotated:?}");
        assert!(matches!(with_old_ring, Finding::Broken { what, .. } if what.contains("not on the key ring")));
        assert_eq!(moved, Finding::Broken { id: 4, what: "it was changed" });
    });
}

/// Some entries of more than one actor.
async fn prepare(app: &TestApp) {
    let kurve = app.kurve().await;
    let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
    app.issue(kurve, &school).await;
    app.claim(&school, Step::ConsentGiven).await.expect("its turn has come");
    app.new_mails().await;
}

/// Someone with the whole database in hands changes it; the first row touched is named.
fn forged(statements: &[&str], id: i64, what: &'static str) {
    run_to_failure(|app| async move {
        prepare(&app).await;
        unguard(&app).await;

        for statement in statements {
            sql(&app.database.url, statement).await;
        }

        let finding = verify(app.context()).await.expect("the audit can be read");
        assert_eq!(finding, Finding::Broken { id, what }, "{statements:?}");
    });
}

async fn unguard(app: &TestApp) {
    let statement = if app.database.is_postgres() {
        "DROP TRIGGER audit_refuses_change ON audit"
    } else {
        "DROP TRIGGER audit_refuses_update; DROP TRIGGER audit_refuses_delete; DROP TRIGGER audit_refuses_replace"
    };
    sql(&app.database.url, statement).await;
}
