//! What a package is made of: the image, the units, the proxies' settings, the dashboard, and what the program writes of itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use chrono::TimeDelta;
use koppelklaar::domain::heartbeat::Worker;
use koppelklaar::links;
use koppelklaar::services::operations::backup;
use koppelklaar::store::operations::heartbeats;
use koppelklaar::web::rate_limit::Allowance;
use koppelklaar::web::{WebOptions, WebState, metrics};

use crate::support::app::nonzero;
use crate::support::program::Program;
use crate::support::switch::skip;
use crate::support::{DatabaseKind, TestApp, block_on};

/// Beyond this `systemd-analyze security` finds a service too open, in tenths.
const MOST_EXPOSED: &str = "15";

fn text_of(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Whether a program is on this machine; says so where it is not.
fn has(program: &str, package: &str) -> bool {
    let is_there = Command::new("sh").args(["-c", "command -v \"$0\"", program]).output();
    let is_there = is_there.is_ok_and(|said| said.status.success());
    if !is_there {
        skip(&format!("no {program} (Debian's package {package})"));
    }
    is_there
}

/// Runs a checker, which must find nothing.
fn check(command: &mut Command) {
    let ended = command.output().expect("it starts");
    let said = [ended.stdout, ended.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(ended.status.success(), "{command:?}: {said}");
}

#[test]
fn the_image_is_built_as_the_readme_builds_from_files_that_are_there() {
    let (docker, readme, manifest) = (text_of("Dockerfile"), text_of("README.md"), text_of("Cargo.toml"));
    let version = manifest.split("rust-version = \"").nth(1).and_then(|rest| rest.split('"').next());
    let version = version.expect("the manifest says which");

    assert!(docker.contains(&format!("FROM rust:{version}-")), "another toolchain than {version}");
    assert!(readme.contains(&format!("({version} or later)")), "the README names another toolchain");
    let build = "cargo build --release --locked";
    assert!(docker.contains(&format!("RUN {build} ")) && readme.contains(build), "built in another way");

    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copied: Vec<&str> = docker
        .lines()
        .filter_map(|line| line.strip_prefix("COPY ").filter(|line| !line.starts_with("--from")))
        .flat_map(|line| line.split(' ').take(line.split(' ').count() - 1))
        .collect();
    let ignored = text_of(".dockerignore");
    for name in &copied {
        assert!(root.join(name).exists(), "{name} is not there");
        assert!(ignored.lines().any(|line| line == format!("!{name}")), "{name} is kept out of the image");
    }
    // What the manifest and the sources reach for.
    let members = manifest.split("members = [").nth(1).and_then(|rest| rest.split(']').next()).expect("members");
    let members = members.split(',').map(|name| name.trim().trim_matches('"').split('/').next().expect("a first part"));
    for needed in members.chain(["src", "templates", "benches", "Cargo.lock"]) {
        assert!(copied.contains(&needed), "{needed} is not copied");
    }
}

#[test]
fn every_setting_that_a_package_names_is_one() {
    let known = text_of("koppelklaar.example.env");
    let known: BTreeSet<&str> =
        known.lines().filter_map(|line| line.strip_prefix('#')?.split_once('=')).map(|(name, _)| name).collect();
    let is_part = |sign: char| sign.is_ascii_uppercase() || sign == '_';
    for file in ["Dockerfile", "compose.yaml", "contrib/koppelklaar.service", "contrib/nginx.conf", "contrib/Caddyfile"]
    {
        let text = text_of(file);
        let named = text.match_indices("KOPPELKLAAR_").map(|(at, _)| text[at..].split(|sign| !is_part(sign)).next());
        for name in named.flatten() {
            assert!(known.contains(name), "{file}: {name}");
        }
    }
    assert!(known.len() > 30, "{known:?}");
}

#[test]
fn the_example_of_the_environment_is_what_the_program_prints_and_a_start_takes_it() {
    block_on(async {
        let program = Program::new(DatabaseKind::Sqlite).await;
        let printed = program.run(&["example-env"]).good();

        assert_eq!(printed, text_of("koppelklaar.example.env"), "koppelklaar example-env > koppelklaar.example.env");
        assert!(!printed.lines().any(|line| line.starts_with("KOPPELKLAAR_")), "nothing is set by it");
        // What stands there as what is so without it, is.
        let settings: Vec<(&str, &str)> = printed
            .lines()
            .filter_map(|line| line.strip_prefix('#')?.split_once('='))
            .filter(|(name, value)| name.starts_with("KOPPELKLAAR_") && !value.is_empty())
            .collect();
        program.run_with(&["migrate"], &settings).good();
        assert!(settings.len() > 10, "{settings:?}");
    });
}

#[test]
fn every_command_has_a_man_page_with_its_own_options_and_every_shell_its_completions() {
    block_on(async {
        let program = Program::new(DatabaseKind::Sqlite).await;
        program.run(&["man", "pages"]).good();
        let folder = program.database.folder.path().join("pages");
        let page = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));

        assert!(page("koppelklaar.1").contains("\\-\\-database\\-url"), "the settings stand there");
        assert!(page("koppelklaar-serve.1").contains("\\-\\-listen"), "and here those of the command");
        assert!(!page("koppelklaar-serve.1").contains("\\-\\-database\\-url"), "and no others");
        assert!(page("koppelklaar-api-key-add.1").contains("\\-\\-scope"));
        for hidden in ["man", "completions", "example-env"] {
            assert!(!folder.join(format!("koppelklaar-{hidden}.1")).exists(), "{hidden}");
        }
        if has("man", "man-db") {
            check(Command::new("man").args(["--warnings", "-E", "UTF-8", "-l"]).arg(folder.join("koppelklaar.1")));
        }
        for shell in ["bash", "zsh", "fish"] {
            let text = program.run(&["completions", shell]).good();
            assert!(text.contains("magister-simulator"), "{shell}: {text}");
        }
        let bash = program.database.folder.path().join("koppelklaar.bash");
        fs::write(&bash, program.run(&["completions", "bash"]).good()).expect("a file");
        check(Command::new("bash").arg("-n").arg(bash));
    });
}

#[test]
fn the_units_are_right_and_closed() {
    if !has("systemd-analyze", "systemd") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["koppelklaar.service", "koppelklaar-backup.service", "koppelklaar-backup.timer"] {
        let unit = folder.path().join(name);
        let text = text_of(&format!("contrib/{name}"));
        let text = text
            .replace("ExecStart=/usr/local/bin/koppelklaar", concat!("ExecStart=", env!("CARGO_BIN_EXE_koppelklaar")));
        fs::write(&unit, text).expect("a file");
    }
    for name in ["koppelklaar.service", "koppelklaar-backup.timer"] {
        check(Command::new("systemd-analyze").args(["--man=no", "verify"]).arg(folder.path().join(name)));
    }
    for name in ["koppelklaar.service", "koppelklaar-backup.service"] {
        let threshold = format!("--threshold={MOST_EXPOSED}");
        let mut command = Command::new("systemd-analyze");
        check(command.args(["security", "--offline=yes", &threshold]).arg(folder.path().join(name)));
    }
}

#[test]
fn nginx_and_caddy_take_their_settings() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    if has("nginx", "nginx-light") {
        let made =
            rcgen::generate_simple_self_signed(vec!["koppelklaar.example.nl".to_owned()]).expect("a certificate");
        fs::write(at("fullchain.pem"), made.cert.pem()).expect("a file");
        fs::write(at("privkey.pem"), made.signing_key.serialize_pem()).expect("a file");
        // It would listen for a moment: not where something else does.
        let mut site =
            text_of("contrib/nginx.conf").replace("/etc/ssl/koppelklaar", &folder.path().display().to_string());
        for (number, listen) in ["listen 80", "listen [::]:80", "listen 443", "listen [::]:443"].into_iter().enumerate()
        {
            assert!(site.contains(&format!("{listen}{}", if number < 2 { ";" } else { " ssl" })), "{listen}");
            site = site.replacen(listen, &format!("listen unix:{}", at(&format!("{number}.socket"))), 1);
        }
        fs::write(at("site.conf"), site).expect("a file");
        let logs = at("error.log");
        let whole = format!(
            "pid {};\nerror_log {logs};\nevents {{}}\nhttp {{ access_log off; include {}; }}\n",
            at("pid"),
            at("site.conf")
        );
        fs::write(at("nginx.conf"), whole).expect("a file");
        check(Command::new("nginx").args(["-t", "-e", &logs, "-c", &at("nginx.conf")]));
    }
    if has("caddy", "caddy") {
        fs::write(at("Caddyfile"), text_of("contrib/Caddyfile")).expect("a file");
        let mut command = Command::new("caddy");
        command.args(["validate", "--adapter", "caddyfile", "--config", &at("Caddyfile")]);
        check(command.env("HOME", folder.path()).env("XDG_DATA_HOME", folder.path()));
    }
}

#[test]
fn the_dashboard_shows_every_number_that_is_served_and_no_other() {
    block_on(async {
        let app = TestApp::start(DatabaseKind::Sqlite).await;
        let counted = &app.app.metrics;
        counted.count_request("GET", "/", 200);
        counted.count_job("digest", "done");
        counted.count_mails("sent", 1);
        heartbeats::beat(app.context().db.writer(), Worker::Mail, app.now()).await.expect("the store answers");
        backup::note(&app.context().db, app.now() - TimeDelta::hours(1)).await.expect("the store answers");
        let allowance = Allowance { per_client: nonzero(10), per_address: nonzero(10) };
        let web = WebState::new(&app.app, WebOptions { allowance, trusted_proxies: 0 }, None);
        let text = app.anonymous().at_router(&metrics::router(web)).get(links::METRICS).await.body;

        let served: BTreeSet<&str> =
            text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
        let labels: BTreeSet<&str> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .flat_map(|inside| inside.split(',').filter_map(|label| label.split('=').next()))
            .collect();
        let dashboard: serde_json::Value = serde_json::from_str(&text_of("contrib/grafana.json")).expect("it is JSON");
        let mut shown = BTreeSet::new();
        let panels = dashboard["panels"].as_array().expect("there are panels");
        for target in panels.iter().flat_map(|panel| panel["targets"].as_array().expect("each asks something")) {
            let asked = target["expr"].as_str().expect("a question");
            let is_part = |sign: char| sign.is_ascii_lowercase() || sign == '_';
            let at = asked.find("koppelklaar_").expect("a number of ours");
            shown.insert(asked[at..].split(|sign| !is_part(sign)).next().expect("a name").to_owned());
            let by = asked.split("by (").nth(1).and_then(|rest| rest.split(')').next());
            for label in by.into_iter().flat_map(|by| by.split(", ")) {
                assert!(labels.contains(label), "{label} in {asked}: {labels:?}");
            }
        }

        let alerts = text_of("docs/operate.md");
        for line in alerts.lines().filter(|line| line.trim_start().starts_with("expr: ")) {
            let name = line.split(['(', '{', ')', ' ']).find(|part| part.starts_with("koppelklaar_")).expect(line);
            assert!(served.contains(name), "{line}");
        }

        let shown: BTreeSet<&str> = shown.iter().map(String::as_str).collect();
        assert_eq!(shown, served);
        assert!(text.contains("koppelklaar_backup_age_seconds 3600"), "{text}");
    });
}

#[test]
fn health_says_whether_the_one_that_serves_here_is_ready() {
    block_on(async {
        let program = Program::migrated(DatabaseKind::Sqlite).await;
        let serving = program.serve();

        assert_eq!(program.run(&["health", "--listen", serving.address()]).good(), "ready\n");
        let address = serving.address().to_owned();
        fs::rename(program.database.folder.path().join("test.db"), program.database.folder.path().join("away.db"))
            .expect("it is there");
        let ill = program.run(&["health", "--listen", &address]).refusal();
        serving.stop();
        let gone = program.run(&["health", "--listen", &address]).refusal();

        assert!(ill.contains("it is not ready: the database does not answer"), "{ill}");
        assert!(gone.contains("KOPPELKLAAR_LISTEN") && gone.contains("does not answer"), "{gone}");
    });
}

#[test]
fn a_single_instance_brings_its_database_up_to_date_as_it_starts() {
    crate::support::on_each_database(async |kind| {
        let program = Program::new(kind).await;
        program.run(&["serve"]).refusal();

        let serving = program.serve_with(&["--migrate"]);

        assert_eq!(serving.get("/health/ready", "").0, 200);
        serving.stop();
        assert_eq!(program.run(&["migrate"]).good(), "The database is up to date.\n");
        // Also where there is nothing to do.
        program.serve_with(&["--migrate"]).stop();
    });
}
