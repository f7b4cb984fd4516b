//! How the database finds what a planning round asks for: by an index, whatever the number of rows.

use std::sync::{Arc, Mutex};

use koppelklaar::domain::ids::{ConnectionId, ContactId, MessageId, SchoolId, StaffId};
use koppelklaar::domain::notice::MailKind;
use koppelklaar::domain::onboarding::Step;
use koppelklaar::domain::tally::{FigureKind, week_of};
use koppelklaar::domain::work::WorkKind;
use koppelklaar::store::mail::{mail_connections, outbox};
use koppelklaar::store::onboarding::overview::{self, WaitingAfter};
use koppelklaar::store::onboarding::work_list::{self, TakenBy, WorkFilter, WorkPlace};
use koppelklaar::store::onboarding::{attachments, joins, mentions, messages, onboardings, option_b};
use koppelklaar::store::operations::{audit, tally};
use koppelklaar::store::people::{registrations, sessions};
use koppelklaar::store::reminders;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use strum::IntoEnumIterator;

use crate::support::{TestApp, run};

/// The queries that are run, in their order.
pub(super) async fn asked(conn: &DatabaseConnection, ask: impl AsyncFnOnce(&DatabaseConnection)) -> Vec<String> {
    let mut listened = conn.clone();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = asked.clone();
    listened.set_metric_callback(move |info| notes.lock().expect("nobody panicked").push(info.statement.to_string()));
    ask(&listened).await;
    let queries = std::mem::take(&mut *asked.lock().expect("nobody panicked"));
    assert!(!queries.is_empty(), "nothing was asked");
    queries
}

/// The lines of the database's own plans for the queries that are run.
async fn plans(app: &TestApp, ask: impl AsyncFnOnce(&DatabaseConnection)) -> Vec<String> {
    plans_without(app, &["enable_seqscan"], ask).await
}

/// The same, of what comes in an order: one that an index has.
async fn plans_in_order(app: &TestApp, ask: impl AsyncFnOnce(&DatabaseConnection)) -> Vec<String> {
    plans_without(app, &["enable_seqscan", "enable_sort"], ask).await
}

/// The tables are empty: to walk over them, or to sort what is in them, costs nothing. So PostgreSQL is to do without.
async fn plans_without(app: &TestApp, settings: &[&str], ask: impl AsyncFnOnce(&DatabaseConnection)) -> Vec<String> {
    let mut options = ConnectOptions::new(&app.database.url);
    options.max_connections(1);
    let conn = Database::connect(options).await.expect("the database opens");
    let queries = asked(&conn, ask).await;
    let is_postgres = app.database.is_postgres();
    for setting in settings.iter().filter(|_| is_postgres) {
        conn.execute_unprepared(&format!("SET {setting} = off")).await.expect("a setting");
    }
    let (explain, column) = if is_postgres { ("EXPLAIN", "QUERY PLAN") } else { ("EXPLAIN QUERY PLAN", "detail") };
    let mut lines = vec![];
    for query in queries {
        let statement = Statement::from_string(conn.get_database_backend(), format!("{explain} {query}"));
        let rows = conn.query_all_raw(statement).await.expect("a plan");
        let plan: Vec<String> = rows.iter().map(|row| row.try_get("", column).expect("a text")).collect();
        assert!(is_by_index(&plan, is_postgres), "{query}\n{}", plan.join("\n"));
        lines.extend(plan);
    }
    lines
}

fn is_by_index(plan: &[String], is_postgres: bool) -> bool {
    let has = |words: &str| plan.iter().any(|line| line.contains(words));
    if is_postgres { has("Index Cond:") && !has("Seq Scan") } else { has("SEARCH ") && !has("SCAN ") }
}

#[test]
fn what_was_activated_a_moment_ago_is_found_by_an_index() {
    run(|app: TestApp| async move {
        let after = app.now();

        let plans = plans(&app, async |conn| {
            audit::list_done_after(conn, "step_answered", after).await.expect("the store answers");
        });

        assert!(plans.await.iter().any(|line| line.contains("idx-audit-action_at")));
    });
}

#[test]
fn the_schools_that_are_due_are_found_by_an_index() {
    run(|app: TestApp| async move {
        let now = app.now();

        let first = plans(&app, async |conn| {
            reminders::list_needing_attention(conn, now, None, 500).await.expect("the store answers");
        });
        app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let conn = app.context().db.reader();
        let after = reminders::list_needing_attention(conn, now, None, 1).await.expect("the store answers").next;
        let next = plans(&app, async |conn| {
            reminders::list_needing_attention(conn, now, after, 500).await.expect("the store answers");
        });

        assert!(after.is_some(), "one is due");
        for plan in [first.await, next.await] {
            assert!(plan.iter().any(|line| line.contains("idx-onboarding-attention_at_connection_id")), "{plan:?}");
            // PostgreSQL sorts a few rows rather than read them in order; of many it is asked beside this, in `due`.
            assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "{plan:?}");
        }
    });
}

#[test]
fn what_waits_on_kurve_and_who_is_silent_is_read_in_the_order_of_the_worklist() {
    run(|app: TestApp| async move {
        let place =
            |is_stuck| WaitingAfter { is_stuck, since: app.now(), id: ConnectionId::from_uuid(uuid::Uuid::nil()) };

        let waiting = plans(&app, async |conn| {
            for after in [None, Some(place(true)), Some(place(false))] {
                overview::list_waiting_after(conn, after.as_ref(), 50).await.expect("the store answers");
            }
        });
        let silent = plans(&app, async |conn| {
            overview::list_without_answer(conn, 100).await.expect("the store answers");
        });

        let in_order = "idx-onboarding-is_stuck_kurve_since_connection_id";
        for (plan, index) in [(waiting.await, in_order), (silent.await, "idx-onboarding-no_answer_since_connection_id")]
        {
            assert!(plan.iter().any(|line| line.contains(index)), "{plan:?}");
            assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "{plan:?}");
        }
    });
}

#[test]
fn the_worklist_is_read_in_its_order_for_each_kind_and_colleague() {
    run(|app: TestApp| async move {
        let place = WorkPlace { rank: 1, since: app.now(), key: "x".to_owned() };
        let colleague = TakenBy::Colleague(StaffId::from_uuid(uuid::Uuid::nil()));
        for (kinds, index) in [
            (vec![WorkKind::Issue], "idx-work_item-kind_"),
            (WorkKind::iter().collect::<Vec<_>>(), "idx-work_item-in_order"),
        ] {
            // Which of them PostgreSQL takes depends on what is in the table; of many it is asked in `at_scale`.
            let index = if app.database.is_postgres() { "idx-work_item-" } else { index };
            for taken in [TakenBy::Anybody, TakenBy::Nobody, colleague] {
                let filter = WorkFilter { at: app.now(), kinds: kinds.clone(), taken, ..WorkFilter::default() };
                let plan = plans(&app, async |conn| {
                    for after in [None, Some(&place)] {
                        work_list::list(conn, &filter, after, 50).await.expect("the store answers");
                    }
                })
                .await;

                assert!(plan.iter().any(|line| line.contains(index)), "{plan:?}");
                assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "{plan:?}");
            }
        }
    });
}

#[test]
fn a_thread_and_what_waits_of_it_is_found_by_indexes() {
    run(|app: TestApp| async move {
        let (connection, message) =
            (ConnectionId::from_uuid(uuid::Uuid::nil()), MessageId::from_uuid(uuid::Uuid::nil()));

        let thread = plans_in_order(&app, async |conn| {
            messages::list_newest(conn, connection, 50).await.expect("the store answers");
        });
        let waiting = plans(&app, async |conn| {
            messages::list_waiting(conn, &[connection].into()).await.expect("the store answers");
        });
        let others = plans(&app, async |conn| {
            messages::count_received_since(conn, connection, app.now()).await.expect("the store answers");
            messages::is_known(conn, "x").await.expect("the store answers");
            messages::list_receivers(conn, &[message]).await.expect("the store answers");
            attachments::list_of(conn, &[message]).await.expect("the store answers");
        });

        let in_order = "idx-message-connection_id_created_at_id";
        for (plan, index) in [(thread.await, in_order), (waiting.await, "idx-message-connection_id_waits_since")] {
            assert!(plan.iter().any(|line| line.contains(index)), "{plan:?}");
        }
        assert!(others.await.iter().any(|line| line.contains("idx-attachment-message_id_position")));
    });
}

#[test]
fn passwords_whose_days_are_over_and_requests_without_a_confirmation_are_found_by_indexes() {
    run(|app: TestApp| async move {
        let now = app.now();

        let passwords = plans(&app, async |conn| {
            onboardings::list_due_passwords(conn, now).await.expect("the store answers");
        });
        let requests = plans(&app, async |conn| {
            registrations::list_unconfirmed(conn, now, 50).await.expect("the store answers");
        });
        let waiting = plans(&app, async |conn| {
            registrations::list_waiting(conn, 50).await.expect("the store answers");
        });

        assert!(passwords.await.iter().any(|line| line.contains("idx-onboarding-password_until")));
        assert!(requests.await.iter().any(|line| line.contains("idx-registration-requested_at")));
        assert!(waiting.await.iter().any(|line| line.contains("idx-registration-waits_since")));
    });
}

#[test]
fn the_notes_that_name_a_colleague_and_their_own_sessions_are_found_by_indexes() {
    run(|app: TestApp| async move {
        let (colleague, now) = (StaffId::from_uuid(uuid::Uuid::from_u128(1)), app.now());

        let notes = plans(&app, async |conn| {
            mentions::list_unseen(conn, colleague, 50).await.expect("the store answers");
        });
        let own = plans(&app, async |conn| {
            sessions::list_of_staff(conn, colleague, now).await.expect("the store answers");
        });

        let notes = notes.await;
        assert!(notes.iter().any(|line| line.contains("idx-note_mention-staff_id_seen_at_since")), "{notes:?}");
        assert!(!notes.iter().any(|line| line.contains("TEMP B-TREE")), "{notes:?}");
        assert!(own.await.iter().any(|line| line.contains("idx-session-staff_id")));
    });
}

#[test]
fn the_figures_of_some_weeks_are_found_by_their_key() {
    run(|app: TestApp| async move {
        let since = week_of(app.now());

        plans(&app, async |conn| {
            tally::list_turns(conn, since).await.expect("the store answers");
            tally::list_weeks(conn, FigureKind::Opened, since).await.expect("the store answers");
        })
        .await;
    });
}

#[test]
fn what_is_kept_of_schools_with_optie_b_is_found_by_the_schools() {
    run(|app: TestApp| async move {
        let schools = [1, 2].map(|number| SchoolId::from_uuid(uuid::Uuid::from_u128(number)));

        plans(&app, async |conn| {
            option_b::load(conn, schools[0]).await.expect("the store answers");
            option_b::list(conn, &schools).await.expect("the store answers");
        })
        .await;
    });
}

#[test]
fn who_had_a_mail_today_is_found_by_an_index() {
    run(|app: TestApp| async move {
        let today = app.now().date_naive();

        let plans = plans(&app, async |conn| {
            reminders::list_mailed_on(conn, today).await.expect("the store answers");
        });

        assert!(plans.await.iter().any(|line| line.contains("idx-reminder_mail-on_date")));
    });
}

#[test]
fn what_a_contact_was_told_is_found_among_the_mails_of_their_school() {
    run(|app: TestApp| async move {
        let chance = &app.context().chance;
        let (school, contact) = (chance.uuid_v7(app.now()), chance.uuid_v7(app.now()));
        let (school, contact) = (ConnectionId::from_uuid(school), ContactId::from_uuid(contact));
        let kinds = [MailKind::ImportOpen, MailKind::ImportClosed, MailKind::CredentialsReady];

        let plans = plans(&app, async |conn| {
            outbox::list_to_contact(conn, school, contact, &kinds).await.expect("the store answers");
        });

        let plans = plans.await;
        let either = ["idx-outbox-connection_id_created_at", "idx-outbox-contact_id_status"];
        assert!(plans.iter().any(|line| either.iter().any(|index| line.contains(index))), "{plans:?}");
    });
}

#[test]
fn the_mails_of_a_school_and_those_that_it_shares_are_found_by_indexes() {
    run(|app: TestApp| async move {
        let school = app.school("Bonhoeffer College", "12AB", "bonhoeffer").await.connection;
        let mail = outbox::list_of_connection(app.context().db.reader(), school, 1).await.expect("the store answers");
        let mail = mail[0].as_ref().expect("a row that can be read").id;
        mail_connections::insert(app.context().db.writer(), mail, [school]).await.expect("the store answers");

        let plans = plans(&app, async |conn| {
            outbox::list_of_connection(conn, school, 15).await.expect("the store answers");
        });

        let plans = plans.await;
        let either = ["idx-outbox-connection_id_created_at", "idx-outbox-contact_id_status"];
        assert!(plans.iter().any(|line| either.iter().any(|index| line.contains(index))), "{plans:?}");
    });
}

#[test]
fn the_requests_of_a_connection_and_those_that_wait_are_found_by_indexes() {
    run(|app: TestApp| async move {
        let school = ConnectionId::from_uuid(app.context().chance.uuid_v7(app.now()));

        let of_one = plans(&app, async |conn| {
            joins::list_open(conn, school).await.expect("the store answers");
            joins::count_open(conn, school).await.expect("the store answers");
            joins::list_of_asker(conn, school, "a key").await.expect("the store answers");
        });

        let has = |plans: Vec<String>, index: &str| plans.iter().any(|line| line.contains(index));
        assert!(has(of_one.await, "idx-join_request-"));
        if !app.database.is_postgres() {
            // There, with no rows, the key over the open ones serves as well: it holds no others.
            let all = plans(&app, async |conn| {
                joins::list_all_open(conn, 50).await.expect("the store answers");
            });
            let from = plans(&app, async |conn| {
                joins::count_open_from(conn, school).await.expect("the store answers");
            });
            assert!(has(all.await, "idx-join_request-decided_at_asked_at"));
            assert!(has(from.await, "idx-join_request-from_connection_id"));
        }
    });
}

#[test]
fn the_newest_lines_of_a_step_are_found_among_those_of_a_connection() {
    run(|app: TestApp| async move {
        let school = ConnectionId::from_uuid(app.context().chance.uuid_v7(app.now()));

        let plans = plans(&app, async |conn| {
            audit::list_of_step(conn, school, Step::QueryExecuted, 40).await.expect("the store answers");
        });

        let plans = plans.await;
        assert!(plans.iter().any(|line| line.contains("idx-audit-connection_id_step")), "{plans:?}");
        assert!(!plans.iter().any(|line| line.contains("TEMP B-TREE") || line.contains("Sort")), "{plans:?}");
    });
}
