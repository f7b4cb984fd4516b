//! What the benchmarks work with: an installation on a database that makes things last, and a table of results.

use clap::Parser;
use koppelklaar::app::App;
use koppelklaar::chance::Chance;
use koppelklaar::crypto::KeyRing;
use koppelklaar::settings::Settings;
use koppelklaar::startup;
use koppelklaar::store::{Db, schema};
use secrecy::ExposeSecret;
use tempfile::TempDir;

use crate::support::postgres::Cluster;

/// The two kinds of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// A migrated installation, with what its database lives in.
pub(crate) struct Installation {
    pub(crate) url: String,
    pub(crate) keys: String,
    pub(crate) folder: TempDir,
    pub(crate) cluster: Option<Cluster>,
}

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    settings: Settings,
}

impl Installation {
    /// A new one; `None`, after a word, where PostgreSQL is not installed.
    pub(crate) async fn new(kind: Kind) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (url, cluster) = match kind {
            Kind::Sqlite => (format!("sqlite:{}", folder.path().join("kk.db").display()), None),
            Kind::Postgres => {
                let cluster = Cluster::start("")?;
                (cluster.create(None).await, Some(cluster))
            }
        };
        let db = Db::connect(&url).await.expect("the database opens");
        schema::migrate(&db).await.expect("migrations run");
        db.close().await;
        let line = KeyRing::generate_line(&Chance::os(), "k1").expect("a good id");
        Some(Self { url, keys: line.expose_secret().to_owned(), folder, cluster })
    }

    /// The app on it.
    pub(crate) async fn open(&self) -> App {
        open(&self.url, &self.keys, self.folder.path().join("mail").to_str().expect("plain signs")).await
    }

    /// Lets the database finish what it does behind our back, so that it is not measured with what comes next.
    pub(crate) fn settle(&mut self) {
        if let Some(cluster) = &mut self.cluster {
            cluster.pg_ctl("restart -m fast");
        }
    }
}

/// An app on a database.
pub(crate) async fn open(url: &str, keys: &str, mails: &str) -> App {
    let line = Line::parse_from(["bench", "--database-url", url, "--keys", keys, "--mail-dir", mails]);
    startup::open_any(&line.settings).await.expect("the installation opens")
}
