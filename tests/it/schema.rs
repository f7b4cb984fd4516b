//! Migrations and entities describe the same tables, on both databases.
//!
//! Schema sync only adds what is missing (tables, columns, unique keys; foreign keys on PostgreSQL alone) and passes
//! over a column of another type or nullability; and it knows no key over a part of the rows. So two proofs: sync has
//! nothing to add to a migrated database, and a migrated database has the same `shape` as one made from the entities
//! alone.

use std::collections::BTreeSet;

use koppelklaar::store::{Db, schema};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Schema, SchemaBuilder, Statement};

use crate::support::database::{self, TestDatabase};
use crate::support::{DatabaseKind, on_each_database};

#[test]
fn sync_finds_nothing_to_add() {
    with_empty(|db| async move {
        Migrator::up(&db, None).await.expect("migrations run");
        drop_partial_keys(&db).await;
        let before = catalogue(&db).await;

        entities(&db).sync(&db).await.expect("sync runs");

        similar(&before, &catalogue(&db).await);
    });
}

#[test]
fn migrations_and_entities_have_the_same_shape() {
    on_each_database(async |kind| {
        let files = [database::empty(kind).await, database::empty(kind).await];
        let (migrated, made) = (connect(&files[0]).await, connect(&files[1]).await);
        Migrator::up(&migrated, None).await.expect("migrations run");

        entities(&made).apply(&made).await.expect("the entities make their tables");

        similar(&shape(&migrated).await, &shape(&made).await);
    });
}

#[test]
fn every_step_can_be_undone_and_done_again() {
    with_empty(|db| async move { down_and_up_again(&db).await });
}

#[test]
fn an_audit_entry_cannot_be_changed_or_deleted() {
    let replace =
        "INSERT OR REPLACE INTO audit (id, actor_kind, action, payload, at, request_id, key_id, prev_mac, mac)
        VALUES (1, 'clock', 'forged', '{}', '2026-11-23T12:00:00+00:00', 'r', 'k', x'00', x'00')";
    let upsert = "INSERT INTO audit (id, actor_kind, action, payload, at, request_id, key_id, prev_mac, mac)
        VALUES (1, 'clock', 'forged', '{}', now(), 'r', 'k', '', '') ON CONFLICT (id) DO UPDATE SET action = 'forged'";
    with_empty(|db| async move {
        let others: &[&str] = match db.get_database_backend() {
            DbBackend::Postgres => &[upsert, "TRUNCATE audit", "TRUNCATE audit CASCADE"],
            _ => &[replace],
        };
        audit_refuses(&db, others).await;
    });
}

#[test]
fn no_column_is_filled_in_by_the_database() {
    with_empty(|db| async move {
        Migrator::up(&db, None).await.expect("migrations run");

        let shape = shape(&db).await;

        let filled: Vec<_> =
            shape.iter().filter(|line| line.starts_with("column ") && !line.ends_with("default=")).collect();
        assert_eq!(filled, Vec::<&String>::new(), "moments and identities come from our clock and chance");
    });
}

#[test]
fn the_baseline_is_frozen() {
    with_empty(|db| async move {
        Migrator::up(&db, Some(1)).await.expect("the baseline runs");

        let tables = catalogue(&db).await.join("\n");

        let name = format!("baseline_{:?}", db.get_database_backend()).to_lowercase();
        insta::with_settings!({
            prepend_module_to_snapshot => false, snapshot_path => "snapshots", omit_expression => true,
            description => "Never edit this step: what changes from here on is a step of its own."
        }, {
            insta::assert_snapshot!(name, tables);
        });
    });
}

/// Expand and contract: instances of the last release go on while the schema is already that of this one.
#[test]
fn what_the_last_release_reads_and_writes_the_newest_schema_has_and_takes() {
    with_empty(|db| async move {
        Migrator::up(&db, Some(1)).await.expect("the last release's schema is made");
        let released = shape(&db).await;
        Migrator::up(&db, None).await.expect("the newer steps run over it");
        let newest = shape(&db).await;

        let table_of = |line: &str| line.split([' ', '.']).find(|part| !KINDS.contains(part)).map(str::to_owned);
        let tables: BTreeSet<_> = released.iter().filter_map(|line| table_of(line)).collect();
        let gone: Vec<_> = released.iter().filter(|line| !newest.contains(line)).collect();
        let is_free = |line: &str| line.contains(" notnull=0 ") || line.contains(" null=YES ");
        let asked: Vec<_> = newest
            .iter()
            .filter(|line| !released.contains(line) && table_of(line).is_some_and(|table| tables.contains(&table)))
            .filter(|line| !(line.starts_with("column ") && is_free(line)))
            .collect();

        assert!(tables.len() > 20, "{tables:?}");
        assert!(gone.is_empty(), "the last release reads or writes what is gone: {gone:#?}");
        assert!(asked.is_empty(), "the last release does not write what is asked for: {asked:#?}");
    });
}

#[test]
fn migrations_that_start_together_wait_for_one_another() {
    on_each_database(async |kind| {
        if kind == DatabaseKind::Sqlite {
            // There it is the command that makes others wait: tests/it/cli.rs runs it.
            return;
        }
        let files = database::empty(kind).await;
        let mut running = tokio::task::JoinSet::new();

        for _ in 0..8 {
            let url = files.url.clone();
            running.spawn(async move {
                let db = Db::connect(&url).await.expect("the database opens");
                let steps = schema::migrate(&db).await;
                db.close().await;
                steps
            });
        }

        let mut steps = running.join_all().await.into_iter().collect::<Result<Vec<_>, _>>().expect("all succeed");
        steps.sort_unstable();
        let all = Migrator::migrations().len();
        assert_eq!(steps, [0, 0, 0, 0, 0, 0, 0, all], "one does the work, the others find it done");
    });
}

/// What a line of a shape begins with.
const KINDS: [&str; 4] = ["column", "unique", "foreign", "key"];

/// Runs a test on a database without tables, once of each kind.
fn with_empty<F: Future<Output = ()>>(test: impl Fn(DatabaseConnection) -> F) {
    on_each_database(async |kind| {
        let files = database::empty(kind).await;
        test(connect(&files).await).await;
    });
}

async fn connect(files: &TestDatabase) -> DatabaseConnection {
    let url = files.url.strip_prefix("sqlite:").map(|path| format!("sqlite://{path}?mode=rwc"));
    Database::connect(url.unwrap_or_else(|| files.url.clone())).await.expect("the database opens")
}

async fn down_and_up_again(db: &DatabaseConnection) {
    Migrator::install(db).await.expect("the list of steps is made");
    let empty = catalogue(db).await;
    Migrator::up(db, None).await.expect("migrations run");
    let full = catalogue(db).await;

    Migrator::down(db, None).await.expect("migrations can be undone");
    similar(&empty, &catalogue(db).await);

    Migrator::up(db, None).await.expect("migrations run again");
    similar(&full, &catalogue(db).await);

    for steps in 1..=u32::try_from(Migrator::migrations().len()).expect("few steps") {
        Migrator::down(db, Some(steps)).await.expect("a step can be undone while those before it stand");
        Migrator::up(db, None).await.expect("and done again");
    }
    similar(&full, &catalogue(db).await);
}

async fn audit_refuses(db: &DatabaseConnection, others: &[&str]) {
    Migrator::up(db, None).await.expect("migrations run");
    let insert = "INSERT INTO audit (id, actor_kind, action, payload, at, request_id, key_id, prev_mac, mac)
        VALUES (1, 'clock', 'honest', '{}', '2026-11-23T12:00:00+00:00', 'r', 'k', '', '')";
    db.execute_unprepared(insert).await.expect("an entry may be added");

    let update = "UPDATE audit SET action = 'forged' WHERE id = 1";
    for forgery in [update, "DELETE FROM audit"].iter().chain(others) {
        let refusal = db.execute_unprepared(forgery).await.expect_err(forgery);
        assert!(refusal.to_string().contains("audit is append-only"), "{forgery}: {refusal}");
    }

    assert_eq!(rows(db, "SELECT action FROM audit").await, ["honest"]);
}

/// All entities, in any order.
fn entities(db: &DatabaseConnection) -> SchemaBuilder {
    SchemaBuilder::new(Schema::new(db.get_database_backend()))
        .register(entity::access_link::Entity)
        .register(entity::address_mark::Entity)
        .register(entity::api_key::Entity)
        .register(entity::audit::Entity)
        .register(entity::audit_text::Entity)
        .register(entity::bulk_item::Entity)
        .register(entity::bulk_run::Entity)
        .register(entity::check_host::Entity)
        .register(entity::check_override::Entity)
        .register(entity::check_run::Entity)
        .register(entity::check_status::Entity)
        .register(entity::check_count::Entity)
        .register(entity::connection_check::Entity)
        .register(entity::connection_summary::Entity)
        .register(entity::contact::Entity)
        .register(entity::credential::Entity)
        .register(entity::feed_event::Entity)
        .register(entity::frozen_mail::Entity)
        .register(entity::heartbeat::Entity)
        .register(entity::holding::Entity)
        .register(entity::job_slot::Entity)
        .register(entity::join_request::Entity)
        .register(entity::kept_form::Entity)
        .register(entity::key_fingerprint::Entity)
        .register(entity::known_browser::Entity)
        .register(entity::loaded_holidays::Entity)
        .register(entity::mail_connection::Entity)
        .register(entity::message::Entity)
        .register(entity::message_receiver::Entity)
        .register(entity::attachment::Entity)
        .register(entity::message_template::Entity)
        .register(entity::message_template_version::Entity)
        .register(entity::note::Entity)
        .register(entity::note_mention::Entity)
        .register(entity::onboarding::Entity)
        .register(entity::option_b::Entity)
        .register(entity::outage::Entity)
        .register(entity::outbox::Entity)
        .register(entity::registration::Entity)
        .register(entity::reminder::Entity)
        .register(entity::reminder_arrangement::Entity)
        .register(entity::reminder_mail::Entity)
        .register(entity::roster::Entity)
        .register(entity::saved_view::Entity)
        .register(entity::connection::Entity)
        .register(entity::school::Entity)
        .register(entity::school_summary::Entity)
        .register(entity::session::Entity)
        .register(entity::sign_in_trip::Entity)
        .register(entity::staff::Entity)
        .register(entity::staff_browser::Entity)
        .register(entity::staff_identity::Entity)
        .register(entity::staff_invite::Entity)
        .register(entity::standing::Entity)
        .register(entity::stranger_count::Entity)
        .register(entity::webhook_attempt::Entity)
        .register(entity::webhook_delivery::Entity)
        .register(entity::webhook_endpoint::Entity)
        .register(entity::upkeep_note::Entity)
        .register(entity::weekly_figure::Entity)
        .register(entity::work_item::Entity)
        .register(entity::wrong_try::Entity)
        .register(entity::taking::Entity)
        .register(entity::desk_setting::Entity)
}

/// An entity cannot tell of a unique key over a part of the rows, and sync drops what it is not told of.
async fn drop_partial_keys(db: &DatabaseConnection) {
    let sql = match db.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT i.name FROM sqlite_master t, pragma_index_list(t.name) i
              WHERE t.type = 'table' AND i.\"unique\" AND i.partial"
        }
        _ => {
            "SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
              WHERE i.indisunique AND i.indpred IS NOT NULL AND c.relnamespace = current_schema()::regnamespace"
        }
    };
    for key in rows(db, sql).await {
        db.execute_unprepared(&format!("DROP INDEX \"{key}\"")).await.expect("the key goes");
    }
}

/// Everything the database holds besides rows, one object a line, with names, order of columns, and triggers; without
/// what extensions brought.
async fn catalogue(db: &DatabaseConnection) -> Vec<String> {
    let sql = match db.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT type || ' ' || name || ' on ' || tbl_name || ': ' || coalesce(sql, '') FROM sqlite_master"
        }
        _ => {
            "SELECT 'column ' || table_name || '.' || column_name || ' ' || ordinal_position || ' ' || data_type
                    || ' null=' || is_nullable || ' default=' || coalesce(column_default, '')
               FROM information_schema.columns WHERE table_schema = current_schema()
             UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = current_schema()
             UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
               FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
             UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
             UNION ALL SELECT 'function ' || pg_get_functiondef(oid)
               FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
                AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
        }
    };
    rows(db, sql).await
}

/// What an entity can say about a table: columns with type, nullability and default, keys, foreign keys; no names of keys,
/// no key over a part of the rows, and no index of the search, which is a table on SQLite.
async fn shape(db: &DatabaseConnection) -> Vec<String> {
    let sql = match db.get_database_backend() {
        DbBackend::Sqlite => {
            "WITH tables AS (SELECT name FROM sqlite_master
                WHERE type = 'table' AND name <> 'seaql_migrations' AND name NOT LIKE 'school_search%')
             SELECT 'column ' || t.name || '.' || c.name || ' ' || c.type || ' notnull=' || c.\"notnull\"
                    || ' pk=' || c.pk || ' default=' || coalesce(c.dflt_value, '')
               FROM tables t, pragma_table_xinfo(t.name) c
             UNION ALL SELECT 'unique ' || t.name || ' ' || (SELECT group_concat(name) FROM pragma_index_info(i.name))
               FROM tables t, pragma_index_list(t.name) i WHERE i.\"unique\" AND NOT i.partial AND i.origin <> 'pk'
             UNION ALL SELECT 'foreign key ' || t.name || '.' || f.\"from\" || ' to ' || f.\"table\" || '.' || f.\"to\"
                    || ' ' || f.on_delete || ' ' || f.on_update
               FROM tables t, pragma_foreign_key_list(t.name) f"
        }
        _ => {
            "SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type
                    || ' null=' || is_nullable || ' default=' || coalesce(column_default, '')
               FROM information_schema.columns
              WHERE table_schema = current_schema() AND table_name <> 'seaql_migrations'
             UNION ALL SELECT 'unique ' || c.relname || ' primary=' || i.indisprimary || ' '
                    || (SELECT string_agg(a.attname, ',' ORDER BY k.ord)
                          FROM unnest(i.indkey) WITH ORDINALITY k(attnum, ord)
                          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum)
               FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
              WHERE i.indisunique AND i.indpred IS NULL AND c.relnamespace = current_schema()::regnamespace AND c.relname <> 'seaql_migrations'
             UNION ALL SELECT 'foreign key ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid)
               FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        }
    };
    rows(db, sql).await
}

/// The one text column that the query asks for, sorted.
async fn rows(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let found = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("the query runs");
    let mut lines = found
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<Vec<String>, DbErr>>()
        .expect("the query asks for one text column");
    lines.sort();
    lines
}

/// Says which lines differ, instead of printing two long lists.
#[track_caller]
fn similar(left: &[String], right: &[String]) {
    assert!(!left.is_empty(), "the query found nothing to compare");
    let only_left: Vec<_> = left.iter().filter(|line| !right.contains(line)).collect();
    let only_right: Vec<_> = right.iter().filter(|line| !left.contains(line)).collect();
    assert!(only_left.is_empty() && only_right.is_empty(), "only left: {only_left:#?}\nonly right: {only_right:#?}");
    assert_eq!(left.len(), right.len(), "a line stands twice");
}
