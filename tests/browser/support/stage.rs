//! A demo and a browser driver as processes, for one test.
//!
//! A shell holds them and waits on a pipe from this process: when the test ends, however it ends, the pipe closes, and
//! the shell stops all of its process group, browsers too, and removes the folder.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::json;

use super::browser::Browser;
use super::programs::Programs;

const SCRIPT: &str = r#"
set -u
dir=$1; demo=$2; driver=$3
trap : TERM
"$demo" --log-level info demo --listen 127.0.0.1:0 --dir "$dir/demo" 2>"$dir/demo.log" &
demo=$!
# It takes one free port for IPv4 and then asks for the same one for IPv6, which another program may have.
for try in 1 2 3 4 5; do "$driver" --port=0 2>>"$dir/driver.log" && break; done &
read -r _ || true
# It would wait for the connections that browsers keep open, and nobody needs its data any more.
kill -KILL "$demo"
kill -TERM 0
wait
tries=0
until rm -rf "$dir" 2>/dev/null || [ "$tries" -ge 100 ]; do
  tries=$((tries + 1))
  sleep 0.1
done
"#;

/// How long the demo and the driver may take to start.
const START: Duration = Duration::from_secs(30);

/// A running demo, and the driver that starts browsers.
#[derive(Debug)]
pub(crate) struct Stage {
    /// Where the demo is, such as `http://127.0.0.1:12345`.
    pub(crate) base: String,
    /// The addresses of its school contacts.
    pub(crate) contacts: Vec<String>,
    pub(super) driver_port: u16,
    pub(super) programs: &'static Programs,
    /// Where the test may write, as long as the stage stands.
    pub(crate) folder: PathBuf,
    keeper: Child,
}

impl Stage {
    /// With these settings of the demo, beside its own.
    pub(super) fn set(programs: &'static Programs, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new().prefix("kk-browser-").tempdir().expect("a temporary folder").keep();
        let mut keeper = Command::new("sh");
        keeper.args(["-c", SCRIPT, "sh"]).arg(&folder).arg(env!("CARGO_BIN_EXE_koppelklaar")).arg(&programs.driver);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KOPPELKLAAR_")) {
            keeper.env_remove(name);
        }
        keeper.envs(settings.iter().copied());
        // Browsers write more at home than in their profile.
        keeper.env("HOME", &folder).process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut keeper = keeper.spawn().expect("sh starts");
        let lines = lines(keeper.stdout.take().expect("piped"));
        let mut stage = Self { base: String::new(), contacts: vec![], driver_port: 0, programs, folder, keeper };
        stage.listen(&lines);
        stage
    }

    /// A browser with a profile of its own.
    pub(crate) fn browser(&self) -> Browser {
        Browser::start(self, &json!({}))
    }

    /// A browser in which pages run no script.
    pub(crate) fn browser_without_scripts(&self) -> Browser {
        Browser::start(self, &json!({ "profile.managed_default_content_settings.javascript": 2 }))
    }

    /// A browser whose user has set letters of 32 pixels, twice as large as most have.
    pub(crate) fn browser_with_large_letters(&self) -> Browser {
        Browser::start(self, &json!({ "webkit.webprefs.default_font_size": 32 }))
    }

    /// Runs the product's own command on the demo's data, as an operator would, and returns what it prints.
    pub(crate) fn operate(&self, arguments: &[&str]) -> String {
        self.operate_on(&self.folder.join("demo").join("koppelklaar.db"), arguments)
    }

    /// The same on another database.
    pub(super) fn operate_on(&self, database: &Path, arguments: &[&str]) -> String {
        let url = format!("sqlite:{}", database.display());
        let done = Command::new(env!("CARGO_BIN_EXE_koppelklaar"))
            .args(["--database-url", &url, "--base-url", &self.base, "--mail-dir"])
            .arg(database.with_file_name("mail"))
            .args(arguments)
            .output()
            .expect("the command starts");
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    }

    /// Reads what demo and driver print until both have said where they are.
    fn listen(&mut self, lines: &Receiver<String>) {
        let mut is_demo_up = false;
        while !is_demo_up || self.driver_port == 0 {
            let Ok(line) = lines.recv_timeout(START) else {
                panic!("demo or driver do not start:\n{}\n{}", self.log("demo.log"), self.log("driver.log"));
            };
            let line = line.trim();
            if let Some(address) = line.strip_prefix("Start page") {
                self.base = address.trim().trim_end_matches('/').to_owned();
            } else if line.starts_with("contact@") {
                self.contacts.extend(line.split_whitespace().next().map(str::to_owned));
            } else if let Some((_, port)) = line.split_once("started successfully on port ") {
                self.driver_port = port.trim_end_matches('.').parse().expect("a port is a number");
            } else if line.starts_with("Stop with") {
                is_demo_up = true;
            }
        }
        self.contacts.dedup();
    }

    /// What the demo wrote in its log so far.
    pub(crate) fn demo_log(&self) -> String {
        std::fs::read_to_string(self.folder.join("demo.log")).unwrap_or_default()
    }

    fn log(&self, name: &str) -> String {
        let text = std::fs::read_to_string(Path::new(&self.folder).join(name)).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("The demo's last words:\n{}", self.log("demo.log"));
        }
        drop(self.keeper.stdin.take());
        // It ends by itself now, or it never started.
        let _ = self.keeper.wait();
    }
}

/// The lines that come out of a pipe, to be waited for with a limit.
fn lines(pipe: std::process::ChildStdout) -> Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // Nobody listens any more once both have started, but the pipe must not fill up.
            let _ = send.send(line);
        }
    });
    receive
}
