//! The real program, run as an operator runs it: in a folder of its own, with nothing of our environment.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use koppelklaar::chance::Chance;
use koppelklaar::crypto::KeyRing;
use secrecy::ExposeSecret;

use super::database::{self, DatabaseKind, TestDatabase};

/// The password in the URL of the database; the test's PostgreSQL takes any.
const DATABASE_PASSWORD: &str = "databasegeheim";

/// The password in the URL of a mail server.
pub(crate) const SMTP_PASSWORD: &str = "postgeheim";

/// How long the program may take to start or stop, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// An installation of one test.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) database: TestDatabase,
    settings: Vec<(String, String)>,
    secrets: Vec<String>,
}

/// What a command answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The program while it serves; killed when dropped.
#[derive(Debug)]
pub(crate) struct Serving {
    child: Option<Child>,
    said: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    address: String,
    secrets: Vec<String>,
}

impl Program {
    /// A new installation on an empty database.
    pub(crate) async fn new(kind: DatabaseKind) -> Self {
        let database = database::empty(kind).await;
        let line = KeyRing::generate_line(&Chance::os(), "k1").expect("a good id");
        let line = line.expose_secret().to_owned();
        let key = line.split(':').next_back().expect("a line has a key").to_owned();
        let url = database.url.replace("postgres@", &format!("postgres:{DATABASE_PASSWORD}@"));
        let mut settings = vec![
            ("KOPPELKLAAR_DATABASE_URL".to_owned(), url),
            // Each mail by itself, and at once.
            ("KOPPELKLAAR_GATHER_MINUTES".to_owned(), "0".to_owned()),
        ];
        if kind == DatabaseKind::Postgres {
            settings.push(("KOPPELKLAAR_KEYS".to_owned(), line));
        }
        let secrets = vec![DATABASE_PASSWORD.to_owned(), SMTP_PASSWORD.to_owned(), key];
        Self { database, settings, secrets }
    }

    /// A new installation whose database is up to date.
    pub(crate) async fn migrated(kind: DatabaseKind) -> Self {
        let program = Self::new(kind).await;
        program.run(&["migrate"]).good();
        program
    }

    /// With a setting more, or another value of one.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// What a setting is.
    pub(crate) fn setting(&self, name: &str) -> String {
        let found = self.settings.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_else(|| panic!("{name} is not set"))
    }

    /// Without a setting.
    pub(crate) fn unset(&mut self, name: &str) {
        self.settings.retain(|(known, _)| known != name);
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Answer {
        self.run_with(arguments, &[])
    }

    /// Runs a command with other settings.
    pub(crate) fn run_with(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Answer {
        self.run_without("", arguments, settings)
    }

    /// Runs a command without one setting and with others; no answer may hold a secret.
    pub(crate) fn run_without(&self, setting: &str, arguments: &[&str], settings: &[(&str, &str)]) -> Answer {
        let mut command = self.command(arguments);
        if !setting.is_empty() {
            command.env_remove(setting);
        }
        let output = command.envs(settings.iter().copied()).stdin(Stdio::null()).output().expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the program writes text");
        let answer = Answer { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) };
        check_secrets(&self.secrets, &format!("{}{}", answer.out, answer.err));
        answer
    }

    /// Starts serving on a free port; ready when this returns.
    pub(crate) fn serve(&self) -> Serving {
        self.serve_with(&[])
    }

    /// The same, with options.
    pub(crate) fn serve_with(&self, options: &[&str]) -> Serving {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0", "--log-level", "trace"]);
        command.args(options);
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let stderr = child.stderr.take().expect("piped");
        let said = Arc::<Mutex<String>>::default();
        let (found, address) = mpsc::channel();
        let heard = Arc::clone(&said);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("\"listen\":\"") {
                    // The test may be over by now.
                    let _ = found.send(address.split('"').next().expect("a first part").to_owned());
                }
                heard.lock().expect("no test panicked here").push_str(&(line + "\n"));
            }
        });
        let address = address.recv_timeout(PATIENCE);
        let address = address.unwrap_or_else(|_| panic!("does not serve: {}", said.lock().expect("no panic")));
        Serving { child: Some(child), said, reader: Some(reader), address, secrets: self.secrets.clone() }
    }

    /// A command that is about to start, for tests that run several at once.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_koppelklaar"));
        command.env_clear().current_dir(self.database.folder.path()).args(arguments);
        command.env("KOPPELKLAAR_LOG_FORMAT", "json").envs(self.settings.iter().cloned());
        command
    }
}

impl Answer {
    /// The output of a command that did what was asked.
    #[track_caller]
    pub(crate) fn good(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }

    /// What a command said that refused.
    #[track_caller]
    pub(crate) fn refusal(self) -> String {
        assert!(self.code.is_some_and(|code| code != 0), "{self:?}");
        assert!(!self.err.contains("panicked"), "{self:?}");
        self.err
    }
}

impl Serving {
    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Status and whole answer of a GET.
    pub(crate) fn get(&self, path: &str, headers: &str) -> (u16, String) {
        self.get_at(&self.address, path, headers)
    }

    /// The same at another address that it listens on.
    pub(crate) fn get_at(&self, address: &str, path: &str, headers: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n{headers}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or_else(|| panic!("no status: {answer}")), answer)
    }

    /// A connection to it, with a limit on how long it is waited for.
    pub(crate) fn connect(&self) -> Option<TcpStream> {
        let stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        Some(stream)
    }

    /// Asks it to stop, and does not wait.
    pub(crate) fn ask_to_stop(&self) {
        let pid = self.child.as_ref().expect("stopped once").id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().expect("kill starts");
        assert!(told.success(), "no process {pid}");
    }

    /// What it logged under a name, the first time.
    pub(crate) fn logged(&self, field: &str) -> String {
        let said = self.said.lock().expect("no test panicked here");
        let value = said.split_once(&format!("\"{field}\":\"")).and_then(|(_, rest)| rest.split('"').next());
        value.unwrap_or_else(|| panic!("no {field} in {said}")).to_owned()
    }

    /// Asks it to stop and waits; returns how it ended and everything it logged.
    pub(crate) fn stop(self) -> (ExitStatus, String) {
        self.ask_to_stop();
        self.ended()
    }

    /// Waits until it ends, as it was asked to.
    pub(crate) fn ended(mut self) -> (ExitStatus, String) {
        let mut child = self.child.take().expect("stopped once");
        let (ended, end) = mpsc::channel();
        std::thread::spawn(move || ended.send(child.wait()));
        let status = end.recv_timeout(PATIENCE).expect("it stops when asked").expect("it was started here");
        // Its last words may still be in the pipe.
        self.reader.take().expect("stopped once").join().expect("it only reads");
        let said = self.said.lock().expect("no test panicked here").clone();
        check_secrets(&self.secrets, &said);
        (status, said)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[track_caller]
fn check_secrets(secrets: &[String], text: &str) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "a secret was printed: {text}");
    }
}
