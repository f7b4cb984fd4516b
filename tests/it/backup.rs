//! Backups as an operator makes them: while it is served, whole or not at all, for their owner alone, and the way back.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::support::database::{sql, texts};
use crate::support::program::Program;
use crate::support::{DatabaseKind, TestApp, block_on};

/// How many backups are made while somebody writes.
const BACKUPS: usize = 50;

/// How many of them are gone back to: every tenth.
const EACH: usize = 10;

/// Fewer blocks of 512 bytes than a database has, and more than what is written beside it.
const FEW_BLOCKS: u32 = 256;

/// Runs a test with a migrated installation on SQLite.
fn with<F: Future<Output = ()>>(test: impl Fn(Program) -> F) {
    block_on(async { test(Program::migrated(DatabaseKind::Sqlite).await).await });
}

fn folder(program: &Program) -> PathBuf {
    program.database.folder.path().to_owned()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

/// The files in a folder whose names begin so.
fn names(folder: &Path, start: &str) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let names = names.filter_map(|name| name.into_string().ok());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(start)).collect();
    names.sort();
    names
}

/// Runs a command where no file may grow beyond a few blocks, as on a disk that is full.
fn run_without_room(program: &Program, arguments: &[&str]) -> Output {
    let plain = program.command(arguments);
    let mut command = Command::new("sh");
    command.args(["-c", &format!("trap '' XFSZ; ulimit -f {FEW_BLOCKS}; exec \"$0\" \"$@\"")]);
    command.arg(plain.get_program()).args(plain.get_args()).current_dir(folder(program)).env_clear();
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.output().expect("sh starts")
}

#[test]
fn fifty_backups_while_somebody_writes_are_whole_and_can_be_gone_back_to() {
    block_on(async {
        let app = TestApp::start(DatabaseKind::Sqlite).await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = |url: &str, arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_koppelklaar"));
            command.env_clear().current_dir(folder.path()).args(arguments).env("KOPPELKLAAR_KEYS", &app.keys_text);
            let output = command.env("KOPPELKLAAR_DATABASE_URL", url).output().expect("it starts");
            assert!(output.status.success(), "{arguments:?}: {output:?}");
            String::from_utf8(output.stdout).expect("text")
        };
        let is_over = AtomicBool::new(false);
        let began = Instant::now();
        let writing = async {
            let mut schools: u32 = 0;
            while !is_over.load(Ordering::SeqCst) {
                let letter = char::from_u32(u32::from('A') + schools / 100 % 26).expect("a letter");
                let brin = format!("{:02}{letter}{}", schools % 100, if schools < 2600 { 'A' } else { 'B' });
                app.school_by_services(&format!("School {schools}"), &brin, &format!("school{schools}")).await;
                schools += 1;
            }
            schools
        };
        let url = &app.database.url;
        let backing_up = async {
            tokio::task::block_in_place(|| {
                for turn in 0..BACKUPS {
                    run(url, &["backup", "backup.db"]);
                    if turn % EACH == 0 {
                        run("sqlite:restored.db", &["restore", "--replace", "backup.db"]);
                        run("sqlite:restored.db", &["audit", "verify"]);
                    }
                }
            });
            is_over.store(true, Ordering::SeqCst);
        };
        // The writer has the other thread.
        let (schools, ()) = tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                let handle = tokio::runtime::Handle::current();
                let backing_up = scope.spawn(move || handle.block_on(backing_up));
                let schools = tokio::runtime::Handle::current().block_on(writing);
                (schools, backing_up.join().expect("every backup is made"))
            })
        });
        let verified = run(url, &["backup", "--verify", "backup.db"]);
        eprintln!("{BACKUPS} backups while {schools} schools were added, in {:?}: {verified}", began.elapsed());
        assert!(schools > 0 && verified.contains("schools"), "{verified}");
        app.finish().await;
    });
}

#[test]
fn a_backup_is_its_owners_alone_holds_no_key_and_replaces_the_one_before() {
    with(|program| async move {
        let folder = folder(&program);
        let backup = folder.join("backup.db");
        fs::write(&backup, "an older one").expect("a file");
        fs::set_permissions(&backup, Permissions::from_mode(0o644)).expect("it is ours");
        let serving = program.serve();

        let said = program.run(&["backup", "backup.db"]).good();
        let verified = program.run(&["backup", "--verify", "backup.db"]).good();
        let doctor = program.run(&["doctor", "--backup", "backup.db"]).good();
        serving.stop();

        assert!(said.contains("Backed up to backup.db") && said.contains("keep them apart"), "{said}");
        assert_eq!(mode(&backup), 0o600);
        assert!(verified.contains("whole, of this release and made with these keys"), "{verified}");
        assert!(verified.contains("0 connections, 0 schools, 0 contacts, 0 colleagues"), "{verified}");
        assert!(doctor.contains("ok    backup: last one noted at 20"), "{doctor}");
        assert!(doctor.contains("ok    backup: backup.db is whole"), "{doctor}");
        let keys = fs::read_to_string(folder.join("test.db.keys")).expect("the keys are there");
        let key = keys.lines().last().and_then(|line| line.split(':').nth(1)).expect("a line has a key");
        let bytes = fs::read(&backup).expect("it is there");
        assert!(!bytes.windows(key.len()).any(|part| part == key.as_bytes()), "a key is in the backup");
        assert_eq!(names(&folder, "backup"), ["backup.db"], "a look at it leaves nothing beside it");
    });
}

#[test]
fn a_backup_that_cannot_be_made_leaves_all_as_it_was() {
    with(|program| async move {
        let folder = folder(&program);
        program.run(&["backup", "backup.db"]).good();
        let before = fs::read(folder.join("backup.db")).expect("it is there");
        fs::create_dir(folder.join("a folder")).expect("a folder");

        for (arguments, words) in [
            (&["backup", "test.db"][..], "a file of the installation itself"),
            (&["backup", "test.db.keys"], "a file of the installation itself"),
            (&["backup", "./test.db-wal"], "a file of the installation itself"),
            (&["backup", "a folder"], "no backup was made: is a directory"),
            (&["backup", "nowhere/backup.db"], "no backup was made: No such file"),
            (&["backup"], "<FILE>"),
            (&["backup", "backup.db", "--note"], "cannot be used with"),
        ] {
            let refusal = program.run(arguments).refusal();
            assert!(refusal.contains(words), "{arguments:?}: {refusal}");
        }
        let missing = program.run_with(&["backup", "new.db"], &[("KOPPELKLAAR_DATABASE_URL", "sqlite:none.db")]);
        let full = run_without_room(&program, &["backup", "backup.db"]);

        assert!(missing.refusal().contains("there is no database at none.db"), "it makes none either");
        let words = String::from_utf8_lossy(&full.stderr).into_owned();
        assert!(!full.status.success() && words.contains("backup.db: no backup was made: "), "{full:?}");
        assert_eq!(fs::read(folder.join("backup.db")).expect("it is there"), before);
        assert_eq!([names(&folder, "backup"), names(&folder, "none")], [vec!["backup.db".to_owned()], vec![]]);
        program.run(&["backup", "--verify", "backup.db"]).good();
    });
}

#[test]
fn on_postgresql_it_says_what_makes_backups_there_and_notes_them() {
    for kind in crate::support::database::installed().filter(|kind| *kind == DatabaseKind::Postgres) {
        block_on(async {
            let program = Program::migrated(kind).await;

            for arguments in [&["backup", "backup.db"][..], &["restore", "backup.db"]] {
                let refusal = program.run(arguments).refusal();
                assert!(refusal.contains("pg_dump --format=custom") && refusal.contains("pg_restore"), "{refusal}");
            }
            let before = program.run(&["doctor"]).good();
            program.run(&["backup", "--note"]).good();
            let after = program.run(&["doctor"]).good();

            assert!(before.contains("warn  backup: none was noted") && before.contains("pg_dump"), "{before}");
            assert!(after.contains("ok    backup: last one noted at 20"), "{after}");
        });
    }
}

#[test]
fn what_is_no_backup_of_this_installation_is_told_and_not_put_back() {
    with(|program| async move {
        let folder = folder(&program);
        program.run(&["api-key", "add", "--name", "numo"]).good();
        program.run(&["backup", "good.db"]).good();
        let good = fs::read(folder.join("good.db")).expect("it is there");
        let mut cut = good.clone();
        cut.truncate(good.len() / 2);
        let url = |name: &str| format!("sqlite:{}", folder.join(name).display());
        let make = async |name: &str, statement: &str| {
            fs::write(folder.join(name), &good).expect("a file");
            sql(&url(name), statement).await;
        };
        fs::write(folder.join("cut.db"), cut).expect("a file");
        fs::write(folder.join("letter.db"), "This is a letter").expect("a file");
        fs::write(folder.join("empty.db"), "").expect("a file");
        fs::write(folder.join("other.db"), "").expect("a file");
        sql(&url("other.db"), "CREATE TABLE other (id integer)").await;
        make("newer.db", "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m2099_later', 0)").await;
        make("keys.db", "UPDATE key_fingerprint SET fingerprint = 'ff'").await;
        fs::write(folder.join("left.db"), &good).expect("a file");
        fs::write(folder.join("left.db-wal"), "changes").expect("a file");

        for (name, words) in [
            ("cut.db", "it is damaged"),
            ("letter.db", "it is damaged"),
            ("empty.db", "it is no database of koppelklaar"),
            ("other.db", "it is no database of koppelklaar"),
            ("newer.db", "made by a newer release"),
            ("keys.db", "the keys do not fit"),
            ("nowhere.db", "it cannot be read"),
        ] {
            let refusals = [
                program.run(&["backup", "--verify", name]).refusal(),
                program
                    .run_with(
                        &["restore", name],
                        &[("KOPPELKLAAR_DATABASE_URL", &url("new.db")), ("KOPPELKLAAR_KEYS_FILE", "test.db.keys")],
                    )
                    .refusal(),
                program.run(&["restore", "--replace", name]).refusal(),
            ];
            assert!(refusals.iter().all(|refusal| refusal.contains(words)), "{name}: {refusals:#?}");
            assert_eq!(names(&folder, "new.db"), ["new.db.lock", "new.db.migrating"], "{name}");
        }
        for arguments in [&["backup", "--verify", "left.db"][..], &["restore", "--replace", "left.db"]] {
            let left = program.run(arguments).refusal();
            assert!(left.contains("left.db-wal beside it"), "{left}");
        }
        make("forged.db", "DROP TRIGGER audit_refuses_update; UPDATE audit SET request_id = 'another' WHERE id = 1")
            .await;
        let forged = program.run(&["backup", "--verify", "forged.db"]).refusal();
        assert!(forged.contains("its audit is broken at row 1"), "{forged}");
        let doctor = program.run(&["doctor", "--backup", "forged.db"]);
        assert!(doctor.out.contains("FAIL  backup: forged.db: its audit is broken"), "{doctor:?}");
        // Nothing of it came into the installation.
        assert!(program.run(&["audit", "verify"]).good().contains("1 entries"));
        assert_eq!(texts(&program.database.url, "SELECT name FROM api_key").await, ["numo"]);
    });
}

#[test]
fn a_restore_puts_the_backup_there_at_once_and_only_when_nobody_serves() {
    with(|program| async move {
        let folder = folder(&program);
        program.run(&["api-key", "add", "--name", "before"]).good();
        program.run(&["backup", "backup.db"]).good();
        program.run(&["api-key", "add", "--name", "after"]).good();
        let kept = async || texts(&program.database.url, "SELECT name FROM api_key ORDER BY name").await;

        let serving = program.serve();
        let served = program.run(&["restore", "--replace", "backup.db"]).refusal();
        serving.stop();
        let over = program.run(&["restore", "backup.db"]).refusal();
        let full = run_without_room(&program, &["restore", "--replace", "backup.db"]);
        let itself = program.run(&["restore", "--replace", "test.db"]).refusal();
        assert!(served.contains("another koppelklaar serves"), "{served}");
        assert!(over.contains("there is a database at") && over.contains("--replace"), "{over}");
        assert!(
            !full.status.success() && String::from_utf8_lossy(&full.stderr).contains("nothing changed"),
            "{full:?}"
        );
        assert!(itself.contains("a file of the installation itself"), "{itself}");
        assert_eq!(kept().await, ["after", "before"]);

        // What another file left behind would be taken for changes of this one.
        fs::write(folder.join("test.db-wal"), "rubbish").expect("a file");
        let said = program.run(&["restore", "--replace", "backup.db"]).good();
        assert!(said.contains("is now what backup.db held") && said.contains("KOPPELKLAAR_MAIL=hold"), "{said}");
        assert_eq!(kept().await, ["before"]);
        assert_eq!(mode(&folder.join("test.db")), 0o600);
        assert!(program.run(&["audit", "verify"]).good().contains("1 entries"));
        let serving = program.serve();
        assert_eq!(serving.get("/health/ready", "").0, 200);
        serving.stop();
        program.run(&["doctor"]).good();
    });
}

#[test]
fn a_restore_waits_for_no_command_that_has_the_database_open_and_refuses() {
    with(|program| async move {
        program.run(&["backup", "backup.db"]).good();
        let open = koppelklaar::store::Db::connect(&program.database.url).await.expect("it opens");
        koppelklaar::store::schema::pending(&open).await.expect("it answers");

        let refusal = program.run(&["restore", "--replace", "backup.db"]).refusal();
        open.close().await;

        assert!(refusal.contains("something has") && refusal.contains("open"), "{refusal}");
        program.run(&["restore", "--replace", "backup.db"]).good();
    });
}

#[test]
fn an_installation_comes_back_on_another_machine_from_its_backup_and_its_keys() {
    with(|program| async move {
        program.run(&["staff", "add", "eva@kurve.nl", "--name", "Eva Jansen", "--role", "admin"]).good();
        program.run(&["backup", "backup.db"]).good();
        let new = Program::new(DatabaseKind::Sqlite).await;
        let at = |name: &str| folder(&new).join(name);
        fs::copy(folder(&program).join("backup.db"), at("backup.db")).expect("a copy");

        let without = new.run(&["restore", "backup.db"]).refusal();
        fs::copy(folder(&program).join("test.db.keys"), at("test.db.keys")).expect("a copy");
        new.run(&["restore", "backup.db"]).good();

        assert!(without.contains("KOPPELKLAAR_KEYS_FILE"), "{without}");
        assert_eq!(new.run(&["staff", "list"]).good(), "admin    invited  Eva Jansen <eva@kurve.nl>\n");
        new.run(&["doctor"]).good();
    });
}

#[test]
fn no_place_of_the_feed_is_given_twice_after_a_restore() {
    with(|mut program| async move {
        program.set("KOPPELKLAAR_MAIL", "hold");
        let url = program.database.url.clone();
        let told = async |number: u8| {
            let id = format!("X'{number:032}'");
            let event = format!("{number}, {id}, 'verdict.opened', {id}, {id}, '12AB', 'open', 1");
            sql(&url, &format!("INSERT INTO feed_event VALUES ({event}, '2026-11-24T09:30:00+00:00')")).await;
        };
        for number in 1..=3 {
            told(number).await;
        }
        program.run(&["webhook", "add", "https://numo.example/hook"]).good();
        let key = program.run(&["api-key", "add", "--name", "numo", "--scope", "events:read"]).good();
        let key = key.trim();
        program.run(&["backup", "backup.db"]).good();
        for number in 4..=5 {
            told(number).await;
        }

        program.run(&["restore", "--replace", "backup.db"]).good();

        let numbers = texts(&url, "SELECT CAST(number AS TEXT) FROM feed_event ORDER BY number").await;
        assert_eq!(numbers, ["1", "2", "1000003"]);
        let through = texts(&url, "SELECT CAST(told_through AS TEXT) FROM webhook_endpoint").await;
        assert_eq!(through, ["1000003"], "an endpoint hears nothing twice");
        let serving = program.serve();
        let answer =
            |query: &str| serving.get(&format!("/api/v1/events{query}"), &format!("Authorization: Bearer {key}\r\n")).0;
        for (query, status) in
            [("?after=5", 410), ("?after=4", 410), ("?after=3", 410), ("", 200), ("?after=1000003", 200)]
        {
            assert_eq!(answer(query), status, "{query}");
        }
        serving.stop();
    });
}
