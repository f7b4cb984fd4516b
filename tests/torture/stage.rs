//! A database with an installation on it, and the processes that serve from it.

use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use clap::Parser;
use koppelklaar::app::App;
use koppelklaar::chance::Chance;
use koppelklaar::crypto::KeyRing;
use koppelklaar::settings::Settings;
use koppelklaar::startup;
use koppelklaar::store::mail::outbox::{self, MailStatus, OutboxMail};
use koppelklaar::store::{Db, schema};
use secrecy::ExposeSecret;
use strum::IntoEnumIterator;
use tempfile::TempDir;
use tokio::time::Instant;

use super::kept::Kept;
use super::support::postgres::Cluster;

/// How long anything may take that is bound to happen, on however busy a machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(240);

/// An installation of one run, open in this process too.
pub(crate) struct Stage {
    pub(crate) app: App,
    pub(crate) at: Installation,
}

/// Where an installation is, and with which keys.
pub(crate) struct Installation {
    pub(crate) url: String,
    keys: String,
    folder: TempDir,
}

impl Installation {
    /// A new one, whose database is empty: on the cluster, or on a SQLite file where there is none.
    pub(crate) async fn empty(cluster: Option<&Cluster>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = match cluster {
            Some(cluster) => cluster.create(None).await,
            None => sqlite_url(&folder),
        };
        let line = KeyRing::generate_line(&Chance::os(), "k1").expect("a good id");
        Self { url, keys: line.expose_secret().to_owned(), folder }
    }

    /// Gives a command the settings of this installation, and a file to log to.
    pub(crate) fn prepare(&self, command: &mut Command, smtp: SocketAddr) {
        let log = std::fs::File::options().create(true).append(true).open(self.log()).expect("a log file");
        command.env_clear().current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        command.env("KOPPELKLAAR_DATABASE_URL", &self.url).env("KOPPELKLAAR_KEYS", &self.keys);
        command.env("KOPPELKLAAR_GATHER_MINUTES", "0");
        command.env("KOPPELKLAAR_SMTP_URL", format!("smtp://{smtp}"));
    }

    /// The last things that the processes logged beside what went well.
    pub(crate) fn last_words(&self) -> String {
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().filter(|line| !line.contains(" INFO ")).collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("serve.log")
    }
}

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    settings: Settings,
}

impl Stage {
    /// A migrated installation: on the cluster, or on a SQLite file where there is none.
    pub(crate) async fn new(cluster: Option<&Cluster>) -> Self {
        let at = Installation::empty(cluster).await;
        let db = Db::connect(&at.url).await.expect("the database opens");
        schema::migrate(&db).await.expect("migrations run");
        db.close().await;
        Self::open(at).await
    }

    /// The same installation as this one is now, apart. Nothing may be connected to this one any more.
    pub(crate) async fn copy(&self, cluster: Option<&Cluster>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = match cluster {
            Some(cluster) => cluster.create(Some(&self.at.url)).await,
            None => {
                std::fs::copy(self.at.folder.path().join("kk.db"), folder.path().join("kk.db")).expect("a copy");
                sqlite_url(&folder)
            }
        };
        Self::open(Installation { url, keys: self.at.keys.clone(), folder }).await
    }

    /// One that is migrated.
    pub(crate) async fn open(at: Installation) -> Self {
        let mails = at.folder.path().join("mail");
        let arguments = ["torture", "--database-url", &at.url, "--keys", &at.keys, "--mail-dir"];
        let line = Line::parse_from(arguments.map(Into::into).into_iter().chain([mails.into_os_string()]));
        let app = startup::open_any(&line.settings).await.expect("the installation opens");
        Self { app, at }
    }

    /// The command that serves, with mails to this address.
    pub(crate) fn serve(&self, smtp: SocketAddr) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_koppelklaar"));
        self.prepare(&mut command, smtp);
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        command
    }

    /// Gives a command the settings of this installation, and a file to log to.
    pub(crate) fn prepare(&self, command: &mut Command, smtp: SocketAddr) {
        self.at.prepare(command, smtp);
    }

    /// Every mail in the outbox.
    pub(crate) async fn mails(&self) -> Vec<OutboxMail> {
        let mut mails = vec![];
        for status in MailStatus::iter() {
            mails.extend(self.list(status, 1_000_000).await);
        }
        mails
    }

    /// Waits until the outbox is as it should be.
    pub(crate) async fn until(&self, or_else: &str, is_so: impl Fn(&[OutboxMail]) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !is_so(&self.mails().await) {
            assert!(Instant::now() < until, "{or_else}:\n{}", self.last_words());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Whether no mail is left waiting.
    pub(crate) async fn is_all_done(&self) -> bool {
        self.list(MailStatus::Waiting, 1).await.is_empty()
    }

    /// Waits until no mail is left waiting, while the processes serve.
    pub(crate) async fn all_done(&self, processes: &mut [&mut Kept]) {
        let until = Instant::now() + PATIENCE;
        while !self.is_all_done().await {
            for process in &mut *processes {
                assert!(process.ended().is_none(), "a process ended by itself:\n{}", self.last_words());
            }
            assert!(Instant::now() < until, "mails are left waiting:\n{}", self.last_words());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Asks until there is an answer: the database may be on its way back.
    async fn list(&self, status: MailStatus, limit: u64) -> Vec<OutboxMail> {
        let until = Instant::now() + PATIENCE;
        loop {
            match outbox::list_with_status(self.app.context.db.reader(), status, limit).await {
                Ok(mails) => return mails,
                Err(error) => assert!(Instant::now() < until, "{error}:\n{}", self.last_words()),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Where its files are.
    pub(crate) fn folder(&self) -> &Path {
        self.at.folder.path()
    }

    /// Closes the database, so that it can be copied.
    pub(crate) async fn close(&self) {
        self.app.context.db.clone().close().await;
    }

    /// The last things that the processes logged beside what went well.
    pub(crate) fn last_words(&self) -> String {
        self.at.last_words()
    }
}

/// The installation of a process that was prepared with its settings.
pub(crate) async fn open_from_environment() -> App {
    let line = Line::parse_from(["torture"]);
    startup::open_any(&line.settings).await.expect("the installation opens")
}

fn sqlite_url(folder: &TempDir) -> String {
    let path: &Path = folder.path();
    format!("sqlite:{}", path.join("kk.db").display())
}

/// Asks a process to stop, and waits until it did.
pub(crate) async fn stop(stage: &Stage, process: &mut Kept) {
    stop_at(&stage.at, process).await;
}

/// The same, of an installation that is not open here.
pub(crate) async fn stop_at(at: &Installation, process: &mut Kept) {
    process.ask_to_stop();
    let until = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = process.ended() {
            // Whoever is asked before it listens is simply ended.
            assert!(status.success() || status.signal() == Some(15), "{status}:\n{}", at.last_words());
            return;
        }
        assert!(Instant::now() < until, "does not stop:\n{}", at.last_words());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
