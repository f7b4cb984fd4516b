//! What is looked at before anything begins: names in the environment, who can read keys and database, and what must not
//! stay as it is while schools use it.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;

use koppelklaar::jobs;
use koppelklaar::links;
use koppelklaar::mail::transport::Transport;
use koppelklaar::services::operations::audit::{self, Finding};
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::{WebOptions, WebState, router};

use crate::support::app::nonzero;
use crate::support::program::Program;
use crate::support::{TestApp, on_each_database, run};

/// Runs a test with an installation of its own, once on each kind of database.
fn with<F: Future<Output = ()>>(test: impl Fn(Program) -> F) {
    on_each_database(async |kind| test(Program::migrated(kind).await).await);
}

/// Gives a file of the installation this mode.
fn chmod(program: &Program, name: &str, mode: u32) {
    let path = program.database.folder.path().join(name);
    set_permissions(&path, Permissions::from_mode(mode)).expect("the file is there");
}

#[test]
fn a_name_that_is_no_setting_stops_the_start_and_the_nearest_setting_is_named() {
    with(|program| async move {
        let typo = [("KOPPELKLAAR_SMPT_URL", "smtp://127.0.0.1:25")];
        for command in [&["serve"][..], &["migrate"], &["staff", "list"], &["audit", "verify"]] {
            let refusal = program.run_with(command, &typo).refusal();
            assert!(refusal.contains("KOPPELKLAAR_SMPT_URL: there is no such setting"), "{command:?}: {refusal}");
            assert!(refusal.contains("Is KOPPELKLAAR_SMTP_URL meant?"), "{command:?}: {refusal}");
        }
        let doctor = program.run_with(&["doctor"], &typo);
        assert!(doctor.out.contains("FAIL  KOPPELKLAAR_SMPT_URL: "), "{doctor:?}");
        doctor.refusal();

        let others =
            [("KOPPELKLAAR_TEST_ALL", "1"), ("KOPPELKLAAR_TORTURE_SEED", "7"), ("KOPPELKLAAR_LISTEN", "[::1]:0")];
        assert_eq!(program.run_with(&["staff", "list"], &others).good(), "");
    });
}

#[test]
fn keys_and_database_that_others_can_read_are_not_served() {
    with(|program| async move {
        if program.database.is_postgres() {
            return;
        }
        for (name, setting) in [("test.db", "KOPPELKLAAR_DATABASE_URL"), ("test.db.keys", "KOPPELKLAAR_KEYS_FILE")] {
            for mode in [0o644, 0o640, 0o660, 0o602] {
                chmod(&program, name, mode);

                let refusal = program.run(&["serve"]).refusal();
                let doctor = program.run(&["doctor"]);

                assert!(refusal.contains(setting) && refusal.contains("chmod 600"), "{name} {mode:o}: {refusal}");
                assert!(doctor.out.contains(&format!("FAIL  {setting}: others on this machine")), "{doctor:?}");
                doctor.refusal();
            }
            chmod(&program, name, 0o600);
        }
        program.run(&["doctor"]).good();
        assert_eq!(program.serve().get("/health/ready", "").0, 200);
    });
}

#[test]
fn the_group_may_read_them_where_that_is_set_and_nobody_else() {
    with(|mut program| async move {
        if program.database.is_postgres() {
            return;
        }
        program.set("KOPPELKLAAR_FILE_READERS", "group");
        for name in ["test.db", "test.db.keys"] {
            for (mode, is_taken) in [(0o640, true), (0o644, false), (0o660, false), (0o600, true)] {
                chmod(&program, name, mode);
                let doctor = program.run(&["doctor"]);
                assert_eq!(doctor.code == Some(0), is_taken, "{name} {mode:o}: {doctor:?}");
            }
        }
        chmod(&program, "test.db", 0o640);
        assert_eq!(program.serve().get("/health/ready", "").0, 200);
    });
}

#[test]
fn a_key_file_that_is_named_is_looked_at_too() {
    with(|mut program| async move {
        let line = program.run(&["key", "new"]).good();
        let path = program.database.folder.path().join("ring");
        let given = program.database.is_postgres();
        std::fs::write(&path, if given { program.setting("KOPPELKLAAR_KEYS") } else { line }).expect("a file");
        chmod(&program, "ring", 0o644);
        program.unset("KOPPELKLAAR_KEYS");
        program.set("KOPPELKLAAR_KEYS_FILE", "ring");

        let refusal = program.run(&["serve"]).refusal();
        chmod(&program, "ring", 0o600);
        let private = program.run(&["doctor"]);

        assert!(refusal.contains("KOPPELKLAAR_KEYS_FILE: others on this machine"), "{refusal}");
        assert!(!private.out.contains("others on this machine"), "{private:?}");
    });
}

#[test]
fn every_start_says_what_must_not_stay_as_it_is() {
    with(|mut program| async move {
        let (folder, proxy) = ("Nobody gets mail", "All visitors count as one client");
        let said = |program: &Program| {
            let log = program.serve().stop().1;
            [folder, proxy].map(|words| log.lines().any(|line| line.contains("\"WARN\"") && line.contains(words)))
        };

        assert_eq!([said(&program), said(&program)], [[true, false]; 2]);
        program.set("KOPPELKLAAR_BASE_URL", "https://kk.example");
        assert_eq!(said(&program), [true, true]);
        program.set("KOPPELKLAAR_TRUSTED_PROXIES", "1");
        program.set("KOPPELKLAAR_SMTP_URL", "smtp://127.0.0.1:1");
        assert_eq!(said(&program), [false, false]);
    });
}

#[test]
fn every_page_of_kurve_says_what_must_not_stay_as_it_is() {
    run(|app: TestApp| async move {
        let staff = app.staff().await;
        let mut odd = app.app.clone();
        odd.mailer.transport = Transport::Folder(app.database.folder.path().join("post"));
        let allowance = Allowance { per_client: nonzero(10), per_address: nonzero(10) };
        let with = |app, trusted_proxies| router(WebState::new(app, WebOptions { allowance, trusted_proxies }, None));
        let (odd, right) = (with(&odd, 0), with(&app.app, 1));
        let alarms = "[data-alarms][role=status] [data-alarm]";

        let staff = staff.at_router(&right);
        assert_eq!(staff.get(links::STAFF).await.attributes(alarms, "data-alarm"), Vec::<String>::new());
        let staff = staff.at_router(&odd);
        for path in [links::STAFF, links::STAFF_SCHOOLS, links::STAFF_MAILS] {
            let page = staff.get(path).await;
            assert_eq!(page.attributes(alarms, "data-alarm"), ["mail_folder", "no_proxy"], "{path}");
        }
        let page = staff.get(links::STAFF).await;
        assert!(page.text("[data-alarm=mail_folder]").contains("Ook inlogmails komen niet aan"), "{}", page.body);
        assert!(page.text("[data-alarm=no_proxy]").contains("één bezoeker"), "{}", page.body);
    });
}

#[test]
fn every_start_writes_to_the_log_where_the_audit_ends() {
    with(|program| async move {
        program.run(&["api-key", "add", "--name", "numo"]).good();
        let serving = program.serve();
        let head = serving.logged("audit.head");
        serving.stop();
        program.run(&["api-key", "add", "--name", "ander"]).good();

        let held = program.run(&["audit", "verify", "--head", &head]).good();
        let unknown = program.run(&["audit", "verify", "--head", &head, "--head", &"0f".repeat(32)]).refusal();
        let wrong = program.run(&["audit", "verify", "--head", "?"]).refusal();

        assert!(held.contains("The hash that was noted is there") && held.contains("0 connections"), "{held}");
        assert!(unknown.contains("the audit was cut off or written anew"), "{unknown}");
        assert!(wrong.contains("--head"), "{wrong}");
    });
}

#[test]
fn the_end_of_the_audit_is_written_to_the_log_once_a_day() {
    run(|app: TestApp| async move {
        app.school("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let (lines, _guard) = crate::secrets::listen();
        let said = || lines.text().matches("The audit ends here").count();

        let mut counts = vec![];
        for hours in [0, 12, 11, 2, 24] {
            app.advance(chrono::TimeDelta::hours(hours));
            jobs::run_due(&app.app).await;
            counts.push(said());
        }

        assert_eq!(counts, [1, 1, 1, 2, 3]);
        let Finding::Whole { last, .. } = audit::verify(app.context()).await.expect("the audit can be read") else {
            panic!("nobody touched it")
        };
        assert!(lines.text().contains(&last), "{last} in\n{}", lines.text());
    });
}

#[test]
fn a_command_makes_no_database_and_no_keys_where_a_path_was_mistyped() {
    with(|program| async move {
        let folder = program.database.folder.path();
        let setting = [("KOPPELKLAAR_DATABASE_URL", "sqlite:wrong.db")];
        for command in [vec!["audit", "verify"], vec!["staff", "list"], vec!["api-key", "list"]] {
            let answer = program.run_without("KOPPELKLAAR_KEYS", &command, &setting);

            let refusal = answer.refusal();
            assert!(refusal.contains("there is no database at wrong.db"), "{command:?}: {refusal}");
            assert!(refusal.contains("`koppelklaar migrate`"), "{command:?}: {refusal}");
        }
        let made = std::fs::read_dir(folder).expect("it is there").map(|file| file.expect("a file").file_name());
        let made: Vec<_> = made.filter(|name| name.to_string_lossy().starts_with("wrong")).collect();
        assert_eq!(made, Vec::<std::ffi::OsString>::new());
    });
}
