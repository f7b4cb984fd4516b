//! The commands of README.md and docs/operate.md: each is run as it stands there, or is there by its name and its options.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::support::program::Program;
use crate::support::smtp_sink::{Script, SmtpSink};
use crate::support::{DatabaseKind, block_on};

/// Other programs: what they do is theirs, and some of it takes root or long. `tests/it/packages.rs` looks at what
/// they are given.
const OTHERS: [&str; 10] =
    ["cargo", "chown", "docker", "pg_dump", "pg_restore", "postmap", "systemctl", "systemd-run", "useradd", "curl"];

/// Runs `serve` until it is ready, and stops it.
const PRELUDE: &str = "\
set -eu
koppelklaar() {
  case ${1-} in
    serve)
      command koppelklaar \"$@\" 2> serve.log &
      for turn in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        command koppelklaar health 2> health.log && break
        sleep 0.5
      done
      command koppelklaar health
      kill -TERM $!
      wait $! ;;
    *) command koppelklaar \"$@\" ;;
  esac
}
";

fn text_of(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The blocks of commands in a text.
fn blocks(text: &str) -> Vec<&str> {
    text.split("\n```sh\n").skip(1).map(|rest| rest.split("\n```").next().expect("a first part")).collect()
}

/// A folder in which the commands run: the program, and the others as empty ones.
struct Room {
    folder: tempfile::TempDir,
    listen: String,
}

impl Room {
    fn new(smtp: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        for name in [
            "bin",
            "bin2",
            "etc/koppelklaar",
            "etc/systemd/system",
            "etc/bash_completion.d",
            "lib",
            "backups",
            "target/release",
        ] {
            fs::create_dir_all(at(name)).expect("a folder");
        }
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_koppelklaar"), at("bin/koppelklaar")).expect("a link");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_koppelklaar"), at("target/release/koppelklaar"))
            .expect("a link");
        for other in OTHERS {
            fs::write(at(&format!("bin/{other}")), "#!/bin/sh\n").expect("a file");
            fs::set_permissions(at(&format!("bin/{other}")), Permissions::from_mode(0o755)).expect("it is ours");
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        std::os::unix::fs::symlink(root.join("contrib"), at("contrib")).expect("a link");
        fs::copy(root.join("koppelklaar.example.env"), at("koppelklaar.example.env")).expect("a copy");
        fs::write(at("etc/koppelklaar/smtp-url"), format!("smtp://kk:geheim@{smtp}\n")).expect("a file");
        fs::set_permissions(at("etc/koppelklaar/smtp-url"), Permissions::from_mode(0o600)).expect("it is ours");
        fs::copy(root.join("templates/query/sample.sql"), at("etc/koppelklaar/query.sql")).expect("a copy");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
        Self { folder, listen: free.to_string() }
    }

    /// Runs a block, in the folder instead of on the machine.
    fn run(&self, block: &str) {
        let here = self.folder.path().display().to_string();
        let mut script = block.to_owned();
        for (there, name) in [
            ("/usr/local/share/man", "man"),
            ("/usr/local/bin", "bin2"),
            ("/etc/", "etc/"),
            ("/var/lib/koppelklaar", "lib"),
            ("/var/backups", "backups"),
        ] {
            script = script.replace(there, &format!("{here}/{name}"));
        }
        // There is no such group here.
        script = script.replace(" -g koppelklaar", "");
        let ended = Command::new("sh")
            .args(["-c", &format!("{PRELUDE}{script}")])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", format!("{here}/bin:/usr/bin:/bin"))
            .env("KOPPELKLAAR_LISTEN", &self.listen)
            .envs([
                ("KOPPELKLAAR_DATABASE_URL", format!("sqlite:{here}/lib/koppelklaar.db")),
                ("KOPPELKLAAR_MAIL_DIR", format!("{here}/lib/mail")),
            ])
            .output()
            .expect("sh starts");
        let log = fs::read_to_string(self.folder.path().join("serve.log")).unwrap_or_default();
        assert!(ended.status.success(), "{block}\n{ended:?}\n{log}");
    }
}

#[test]
fn the_commands_of_the_readme_and_the_handbook_run_in_their_order() {
    block_on(async {
        let sink = SmtpSink::start(Script::default()).await;
        let room = Room::new(&sink.address.to_string());
        let readme = text_of("README.md");
        let readme = readme.split("## For Numo").next().expect("a first part").to_owned();
        let blocks: Vec<String> =
            [readme, text_of("docs/operate.md")].iter().flat_map(|text| blocks(text)).map(str::to_owned).collect();

        tokio::task::block_in_place(|| {
            for block in &blocks {
                // A database that others than SQLite have is for tests/it/backup.rs and start.rs.
                if !block.contains("KOPPELKLAAR_DATABASE_URL=postgres:") {
                    room.run(block);
                }
            }
        });

        assert!(blocks.len() > 8, "{blocks:#?}");
        assert!(blocks.concat().contains("koppelklaar restore --replace"), "{blocks:#?}");
    });
}

/// The words of a command up to its first option or value, and its options.
fn named(command: &str) -> (Vec<String>, Vec<String>) {
    let words: Vec<&str> = command.split_whitespace().skip(1).collect();
    let is_name =
        |word: &&&str| word.chars().all(|sign| sign.is_ascii_lowercase() || sign == '-') && !word.starts_with('-');
    let name = words.iter().take_while(is_name).map(|word| (*word).to_owned()).collect();
    let options = words.iter().filter(|word| word.starts_with("--"));
    (name, options.map(|word| word.trim_end_matches(['`', '.', ',']).to_owned()).collect())
}

#[test]
fn every_command_that_a_text_names_is_there_with_the_options_that_it_names() {
    block_on(async {
        let program = Program::new(DatabaseKind::Sqlite).await;
        let mut looked_at = BTreeSet::new();
        for path in ["README.md", "docs/operate.md", "docs/mail.md", "docs/security.md", "docs/numo.md"] {
            let text = text_of(path);
            let inline =
                text.split('`').skip(1).step_by(2).map(|code| code.split_whitespace().collect::<Vec<_>>().join(" "));
            for command in inline.filter(|code| code.starts_with("koppelklaar ") && !code.contains("systemd-")) {
                let (mut name, options) = named(&command);
                // A value in small letters looks like a name.
                while program.run(&[&strs(&name)[..], &["--help"]].concat()).code != Some(0) {
                    assert!(name.len() > 1, "{path}: there is no `{command}`");
                    name.pop();
                }
                let help = program.run(&[&strs(&name)[..], &["--help"]].concat()).good();
                let general = program.run(&["--help"]).good();
                for option in options {
                    assert!(help.contains(&option) || general.contains(&option), "{path}: {option} of `{command}`");
                }
                looked_at.insert(command);
            }
        }
        assert!(looked_at.len() > 15, "{looked_at:#?}");
    });
}

fn strs(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}
