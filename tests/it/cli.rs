//! The command line, as an operator meets it: the real program, its answers, its refusals, and no secret in either.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::process::Stdio;

use crate::support::database::sql;
use crate::support::program::{Program, SMTP_PASSWORD};
use crate::support::smtp_sink::{Script, SmtpSink};
use crate::support::{DatabaseKind, on_each_database};

/// Runs a test with an installation of its own, once on each kind of database.
fn with<F: Future<Output = ()>>(program: impl AsyncFn(DatabaseKind) -> Program, test: impl Fn(Program) -> F) {
    on_each_database(async |kind| test(program(kind).await).await);
}

/// What a setting refuses that has no value of its own below.
const WRONG_FOR_ALL: &str = "?";
/// Values that settings refuse, and the name under which they do; a setting that is not here refuses [`WRONG_FOR_ALL`].
const WRONG_VALUES: &[(&str, &str, &str)] = &[
    ("KOPPELKLAAR_DATABASE_URL", "mysql://root:databasegeheim@127.0.0.1/kk", "KOPPELKLAAR_DATABASE_URL"),
    ("KOPPELKLAAR_DATABASE_URL", "postgres://kk:databasegeheim@127.0.0.1:poort/kk", "KOPPELKLAAR_DATABASE_URL"),
    ("KOPPELKLAAR_DATABASE_URL", "postgres://kk:databasegeheim@127.0.0.1:1/kk", "KOPPELKLAAR_DATABASE_URL"),
    ("KOPPELKLAAR_DATABASE_URL", "sqlite:nergens/kk.db", "KOPPELKLAAR_DATABASE_URL"),
    ("KOPPELKLAAR_REMINDER_DAYS", "7,3", "--reminder-days"),
    ("KOPPELKLAAR_REMINDER_HOURS", "17:00-08:00", "--reminder-hours"),
    ("KOPPELKLAAR_SNOOZE_DAYS", "61", "--snooze-days"),
    ("KOPPELKLAAR_KEEP", "links=91", "--keep"),
    ("KOPPELKLAAR_DATABASE_URL_FILE", "nergens", "KOPPELKLAAR_DATABASE_URL_FILE"),
    ("KOPPELKLAAR_KEYS", "k1:sleutelgeheim", "KOPPELKLAAR_KEYS"),
    ("KOPPELKLAAR_KEYS", "sleutelgeheim", "KOPPELKLAAR_KEYS"),
    ("KOPPELKLAAR_KEYS_FILE", "nergens", "KOPPELKLAAR_KEYS_FILE"),
    ("KOPPELKLAAR_BASE_URL", "ftp://kk.example", "--base-url"),
    ("KOPPELKLAAR_BASE_URL", "https://kk.example/pad", "--base-url"),
    ("KOPPELKLAAR_BASE_URL", "https://:8080", "--base-url"),
    ("KOPPELKLAAR_BASE_URL", "https://kk.example:abc", "--base-url"),
    ("KOPPELKLAAR_BASE_URL", "https://[::1", "--base-url"),
    ("KOPPELKLAAR_SMTP_URL", "smtp://kk:postgeheim@mail.example:25", "KOPPELKLAAR_SMTP_URL"),
    ("KOPPELKLAAR_SMTP_URL", "kk:postgeheim@mail.example", "KOPPELKLAAR_SMTP_URL"),
    ("KOPPELKLAAR_SMTP_URL_FILE", "nergens", "KOPPELKLAAR_SMTP_URL_FILE"),
    ("KOPPELKLAAR_SMTP_STEP_TIMEOUT", "0", "--smtp-step-timeout"),
    ("KOPPELKLAAR_SMTP_MESSAGE_TIMEOUT", "3601", "--smtp-message-timeout"),
    ("KOPPELKLAAR_SMTP_CA_FILE", "nergens", "KOPPELKLAAR_SMTP_CA_FILE"),
    ("KOPPELKLAAR_SMTP_CA_FILE", "bezet", "KOPPELKLAAR_SMTP_CA_FILE"),
    ("KOPPELKLAAR_MAIL", "uit", "--mail"),
    ("KOPPELKLAAR_MAIL_ONLY_TO", "eva@kurve.nl,geen adres", "--mail-only-to"),
    ("KOPPELKLAAR_MAIL_DIR", "bezet/post", "KOPPELKLAAR_MAIL_DIR"),
    ("KOPPELKLAAR_MAIL_FROM", "geen adres", "--mail-from"),
    ("KOPPELKLAAR_BOUNCE_ADDRESS", "geen+plaats@kurve.nl", "--bounce-address"),
    ("KOPPELKLAAR_SUPPORT_EMAIL", "geen adres", "--support-email"),
    ("KOPPELKLAAR_QUERY_TEMPLATE", "nergens", "KOPPELKLAAR_QUERY_TEMPLATE"),
    ("KOPPELKLAAR_QUERY_TEMPLATE", "bezet", "KOPPELKLAAR_QUERY_TEMPLATE"),
    ("KOPPELKLAAR_NUMO_CODES", "nergens", "KOPPELKLAAR_NUMO_CODES"),
    ("KOPPELKLAAR_PASSWORD_LENGTH", "19", "--password-length"),
    ("KOPPELKLAAR_PASSWORD_LENGTH", "65", "--password-length"),
    ("KOPPELKLAAR_CHECK", "soms", "--check"),
    ("KOPPELKLAAR_LOG_LEVEL", "luid", "--log-level"),
    ("KOPPELKLAAR_LOG_FORMAT", "xml", "--log-format"),
    ("KOPPELKLAAR_LISTEN", "ergens", "--listen"),
    ("KOPPELKLAAR_METRICS_LISTEN", "nergens", "--metrics-listen"),
    ("KOPPELKLAAR_TRUSTED_PROXIES", "-1", "--trusted-proxies"),
    ("KOPPELKLAAR_FORMS_PER_CLIENT", "0", "--forms-per-client"),
    ("KOPPELKLAAR_FORMS_PER_ADDRESS", "veel", "--forms-per-address"),
];

#[test]
fn a_wrong_value_stops_the_start_by_the_name_of_the_setting() {
    with(Program::migrated, |program| async move {
        std::fs::write(program.database.folder.path().join("bezet"), "-- no version, and a stray #sign\n")
            .expect("a file");
        let keys = program.run(&["key", "new"]).good();

        for (setting, value, name) in WRONG_VALUES {
            // A file and its value exclude each other.
            let without = setting.strip_suffix("_FILE").unwrap_or_default();
            let mut settings = vec![(*setting, *value)];
            if *setting == "KOPPELKLAAR_DATABASE_URL" {
                settings.push(("KOPPELKLAAR_KEYS", keys.trim()));
            }

            let refusal = program.run_without(without, &["serve"], &settings).refusal();

            assert!(refusal.contains(name), "{setting}={value}: {refusal}");
            assert!(!refusal.contains("geheim"), "{setting}: {refusal}");
        }
    });
}

#[test]
fn every_setting_refuses_a_wrong_value_also_one_that_has_none_above() {
    with(Program::migrated, |program| async move {
        let help = [&["--help"][..], &["serve", "--help"]].map(|arguments| program.run(arguments).good()).concat();
        // Whoever took the wrong value ends here, and not by its name.
        let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = taken.local_addr().expect("an address").to_string();
        let in_help: BTreeSet<&str> =
            help.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next()).collect();
        let tried: BTreeSet<&str> = WRONG_VALUES.iter().map(|(setting, ..)| *setting).collect();
        assert!(tried.is_subset(&in_help), "{tried:?} {in_help:?}");
        for setting in in_help.difference(&tried) {
            let refusal = program.run_with(&["serve", "--listen", &address], &[(setting, WRONG_FOR_ALL)]).refusal();
            let option = setting.trim_start_matches("KOPPELKLAAR_").to_lowercase().replace('_', "-");
            assert!(refusal.contains(setting) || refusal.contains(&format!("--{option}")), "{setting}: {refusal}");
        }
    });
}

#[test]
fn a_setting_and_its_file_exclude_each_other() {
    with(Program::new, |program| async move {
        for (setting, value) in [
            ("DATABASE_URL", "sqlite:kk.db"),
            ("KEYS", "k1:x"),
            ("SMTP_URL", "smtp://127.0.0.1"),
            ("OIDC_CLIENT_SECRET", "x"),
        ] {
            let (plain, file) = (format!("KOPPELKLAAR_{setting}"), format!("KOPPELKLAAR_{setting}_FILE"));

            let refusal = program.run_with(&["doctor"], &[(&plain, value), (&file, "file")]).refusal();

            let option = format!("--{}", setting.to_lowercase().replace('_', "-"));
            assert!(refusal.contains(&option) && refusal.contains("cannot be used with"), "{refusal}");
        }
    });
}

#[test]
fn secrets_may_come_from_files() {
    with(Program::migrated, |mut program| async move {
        let folder = program.database.folder.path().to_owned();
        let url = format!("{}\n", program.database.url);
        std::fs::write(folder.join("url"), url).expect("a file");
        program.unset("KOPPELKLAAR_DATABASE_URL");
        program.set("KOPPELKLAAR_DATABASE_URL_FILE", "url");
        std::fs::write(folder.join("smtp"), format!("smtp://kk:{SMTP_PASSWORD}@127.0.0.1:1\n")).expect("a file");
        program.set("KOPPELKLAAR_SMTP_URL_FILE", "smtp");

        let listed = program.run(&["api-key", "list"]);

        assert_eq!(listed.good(), "");
    });
}

#[test]
fn an_address_that_is_taken_is_refused_by_name() {
    with(Program::migrated, |program| async move {
        let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = taken.local_addr().expect("a bound port").to_string();

        let refusal = program.run(&["serve", "--listen", &address]).refusal();

        assert!(refusal.contains("KOPPELKLAAR_LISTEN"), "{refusal}");
    });
}

#[test]
fn help_is_the_reference_of_commands_and_settings() {
    with(Program::new, |mut program| async move {
        let set = ["KOPPELKLAAR_KEYS", "KOPPELKLAAR_DATABASE_URL", "KOPPELKLAAR_GATHER_MINUTES"];
        set.into_iter().for_each(|name| program.unset(name));

        for (name, arguments) in [("help", vec!["--help"]), ("serve_help", vec!["serve", "--help"])] {
            let text = program.run_with(&arguments, &[("KOPPELKLAAR_LOG_FORMAT", "text")]).good();

            insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "snapshots", omit_expression => true }, {
                insta::assert_snapshot!(format!("cli_{name}"), text.replace("KOPPELKLAAR_LOG_FORMAT=text", "KOPPELKLAAR_LOG_FORMAT="));
            });
        }
    });
}

#[test]
fn a_database_that_is_behind_is_not_served_and_the_command_that_helps_is_named() {
    with(Program::new, |program| async move {
        for command in [vec!["serve"], vec!["staff", "list"], vec!["api-key", "list"], vec!["audit", "verify"]] {
            let refusal = program.run(&command).refusal();

            assert!(refusal.contains("`koppelklaar migrate`"), "{command:?}: {refusal}");
        }
    });
}

#[test]
fn migrations_that_start_together_all_succeed_and_run_once() {
    with(Program::new, |program| async move {
        let start = |_| {
            let mut command = program.command(&["migrate"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
        };
        let running: Vec<_> = (0..8).map(start).collect();

        let mut said = vec![];
        for child in running {
            let output = child.wait_with_output().expect("it ends");
            assert!(output.status.success(), "{output:?}");
            said.push(String::from_utf8(output.stdout).expect("text"));
        }

        let done = said.iter().filter(|text| text.contains("was brought up to date in")).count();
        let rest = said.iter().filter(|text| *text == "The database is up to date.\n").count();
        assert_eq!((done, rest), (1, 7), "{said:?}");
    });
}

#[test]
fn keys_are_made_beside_an_embedded_database_and_must_be_given_for_another() {
    use std::os::unix::fs::PermissionsExt;

    with(Program::new, |mut program| async move {
        if program.database.is_postgres() {
            program.unset("KOPPELKLAAR_KEYS");
            let refusal = program.run(&["migrate"]).refusal();
            assert!(refusal.contains("KOPPELKLAAR_KEYS") && refusal.contains("koppelklaar key new"), "{refusal}");
            return;
        }
        program.run(&["migrate"]).good();
        let keys = program.database.folder.path().join("test.db.keys");
        let mode = std::fs::metadata(&keys).expect("the keys are there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        std::fs::rename(&keys, keys.with_extension("away")).expect("a move");
        let refusal = program.run(&["serve"]).refusal();

        assert!(refusal.contains("KOPPELKLAAR_KEYS_FILE"), "{refusal}");
        assert!(!keys.exists(), "new keys would open nothing that is in the database");
    });
}

#[test]
fn it_serves_beside_other_commands_until_it_is_told_to_stop() {
    with(Program::migrated, |program| async move {
        let serving = program.serve();

        assert_eq!(serving.get("/health/ready", "").0, 200);
        let link = program.run(&["staff", "add", "eva@kurve.nl", "--name", "Eva Jansen", "--role", "admin"]).good();
        assert!(link.contains("http://127.0.0.1:8080/beheer/uitnodiging/"), "{link}");
        let listed = program.run(&["staff", "list"]).good();
        assert_eq!(listed, "admin    invited  Eva Jansen <eva@kurve.nl>\n");
        let key = program.run(&["api-key", "add", "--name", "numo"]).good();
        let asked = serving.get("/api/v1/import-gate/12AB", &format!("Authorization: Bearer {}\r\n", key.trim()));
        assert_eq!(asked.0, 404, "{}", asked.1);
        program.run(&["api-key", "revoke", "--name", "numo"]).good();
        let asked = serving.get("/api/v1/import-gate/12AB", &format!("Authorization: Bearer {}\r\n", key.trim()));
        assert_eq!(asked.0, 401, "{}", asked.1);

        let (status, log) = serving.stop();

        assert_eq!(status.code(), Some(0), "{log}");
        assert!(log.contains("Stopped"), "{log}");
        for kept_out in [key.trim(), "eva@kurve.nl", "Eva Jansen"] {
            assert!(!log.contains(kept_out), "{kept_out} in {log}");
        }
    });
}

#[test]
fn a_second_one_on_the_same_file_refuses_and_on_postgresql_serves_too() {
    with(Program::migrated, |program| async move {
        let first = program.serve();

        if program.database.is_postgres() {
            let second = program.serve();
            assert_eq!((first.get("/health/ready", "").0, second.get("/health/ready", "").0), (200, 200));
        } else {
            let refusal = program.run(&["serve", "--listen", "127.0.0.1:0"]).refusal();
            assert!(refusal.contains("another koppelklaar serves from this SQLite file"), "{refusal}");
            assert_eq!(first.stop().0.code(), Some(0));
            // What remains of the lock is no lock.
            assert_eq!(program.serve().get("/health/ready", "").0, 200);
        }
    });
}

#[test]
fn an_embedded_database_is_where_its_path_says() {
    with(Program::new, |program| async move {
        let folder = program.database.folder.path().join("een map");
        std::fs::create_dir(&folder).expect("a folder");
        for name in ["a%20b.db", "c#d.db", "e f.db"] {
            let path = folder.join(name);
            let url = format!("sqlite:{}", path.display());

            program.run_without("KOPPELKLAAR_KEYS", &["migrate"], &[("KOPPELKLAAR_DATABASE_URL", &url)]).good();

            assert!(path.is_file(), "{name} is not there");
        }
    });
}

#[test]
fn mails_of_a_service_without_a_mail_server_become_files() {
    with(Program::migrated, |mut program| async move {
        program.set("KOPPELKLAAR_MAIL_DIR", "post");

        let serving = program.serve();

        assert!(program.database.folder.path().join("post").is_dir());
        assert_eq!(serving.stop().0.code(), Some(0));
    });
}

#[test]
fn the_audit_is_verified_and_the_first_broken_row_named() {
    with(Program::migrated, |program| async move {
        program.run(&["api-key", "add", "--name", "numo"]).good();
        program.run(&["api-key", "add", "--name", "ander"]).good();

        let whole = program.run(&["audit", "verify"]).good();
        let disarm = if program.database.is_postgres() {
            "DROP TRIGGER audit_refuses_change ON audit"
        } else {
            "DROP TRIGGER audit_refuses_update"
        };
        sql(&program.database.url, disarm).await;
        sql(&program.database.url, "UPDATE audit SET request_id = 'another' WHERE id = 2").await;
        let broken = program.run(&["audit", "verify"]).refusal();
        let doctor = program.run(&["doctor"]);

        assert!(whole.starts_with("The audit is whole: 2 entries.\n"), "{whole}");
        assert!(broken.contains("the audit is broken at row 2: it was changed"), "{broken}");
        assert!(doctor.out.contains("FAIL  audit: broken at row 2"), "{doctor:?}");
        doctor.refusal();
    });
}

#[test]
fn the_doctor_says_what_is_wrong_and_what_helps() {
    with(Program::new, |mut program| async move {
        let before = program.run(&["doctor"]);
        assert!(before.out.contains("FAIL  database: ") && before.out.contains("`koppelklaar migrate`"), "{before:?}");
        before.refusal();

        program.run(&["migrate"]).good();
        let after = program.run(&["doctor"]).good();
        assert!(after.contains("ok    database: answers, and is up to date"), "{after}");
        assert!(after.contains("warn  mail: no mail server"), "{after}");
        assert!(after.contains("ok    audit: whole, 0 entries"), "{after}");

        let sink = SmtpSink::start(Script::default()).await;
        program.set("KOPPELKLAAR_SMTP_URL", &format!("smtp://kk:{SMTP_PASSWORD}@{}", sink.address));
        program.set("KOPPELKLAAR_BASE_URL", "http://kk.example");
        let with_mail = program.run(&["doctor"]).good();
        assert!(with_mail.contains("ok    mail: can be handed over"), "{with_mail}");
        assert!(with_mail.contains("warn  base URL: http://kk.example has no HTTPS"), "{with_mail}");

        program.set("KOPPELKLAAR_SMTP_URL", &format!("smtp://kk:{SMTP_PASSWORD}@127.0.0.1:1"));
        let unreachable = program.run(&["doctor"]);
        assert!(
            unreachable.out.contains("FAIL  mail: ") && unreachable.out.contains("KOPPELKLAAR_SMTP_URL"),
            "{unreachable:?}"
        );
        unreachable.refusal();
    });
}

#[test]
fn a_new_key_is_a_line_that_the_ring_takes() {
    with(Program::new, |mut program| async move {
        let line = program.run(&["key", "new", "--id", "k2"]).good();
        program.set("KOPPELKLAAR_KEYS", line.trim());
        program.run(&["migrate"]).good();

        let doctor = program.run(&["doctor"]).good();
        let refusal = program.run(&["key", "new", "--id", "Met Spatie"]).refusal();

        assert!(line.starts_with("k2:") && line.trim().len() == 3 + 44, "{line}");
        assert!(doctor.contains("ok    keys: 1 on the ring"), "{doctor}");
        assert!(refusal.contains("--id"), "{refusal}");
    });
}

#[test]
fn names_and_addresses_that_are_taken_are_refused_with_the_command_that_helps() {
    with(Program::migrated, |program| async move {
        program.run(&["staff", "add", "eva@kurve.nl", "--name", "Eva Jansen"]).good();
        program.run(&["api-key", "add", "--name", "numo"]).good();

        let account = program.run(&["staff", "add", "Eva@Kurve.nl", "--name", "Eva Jansen"]).refusal();
        let key = program.run(&["api-key", "add", "--name", "numo"]).refusal();
        let unknown = program.run(&["staff", "disable", "ben@kurve.nl"]).refusal();

        assert!(account.contains("koppelklaar staff invite"), "{account}");
        assert!(key.contains("--name"), "{key}");
        assert!(unknown.contains("koppelklaar staff list"), "{unknown}");
    });
}
