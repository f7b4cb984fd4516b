//! A throw-away PostgreSQL cluster, started from the installed programs, for all tests and benchmarks.
//!
//! A shell holds the server and obeys lines on a pipe from this process: when the process ends, however it ends, the
//! pipe closes, and the shell stops the server and removes its folder.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, Database};

use crate::support::switch::{skip, switch};

/// As another user when we are root, since PostgreSQL refuses to run as root.
const SCRIPT: &str = r#"
set -eu
dir=$1; bin=$2; settings=$3
as=""
if [ "$(id -u)" = 0 ]; then
  chown 65534:65534 "$dir"
  as="setpriv --reuid=65534 --regid=65534 --clear-groups"
fi
cd "$dir"
trap '' INT
pg_ctl() { $as "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/postgres.log" "$@" >>"$dir/pg_ctl.log" 2>&1; }
$as "$bin/initdb" -D "$dir/data" -U postgres -A trust --no-sync -E UTF8 --locale=C >"$dir/initdb.log" 2>&1
printf "unix_socket_directories = '%s'\nlisten_addresses = ''\nmax_connections = 400\nshared_buffers = 64MB\n%s\n" \
  "$dir" "$settings" >>"$dir/data/postgresql.conf"
while read -r arguments; do
  pg_ctl $arguments
  echo done
done
pg_ctl stop -m immediate || true
rm -rf "$dir"
"#;

/// A running cluster.
#[derive(Debug)]
pub(crate) struct Cluster {
    folder: PathBuf,
    keeper: Child,
    answers: BufReader<ChildStdout>,
    databases: AtomicU32,
}

impl Cluster {
    /// A new cluster, with settings beside our own; `None`, after a word to whoever runs the tests, where no PostgreSQL
    /// is installed.
    pub(crate) fn start(settings: &str) -> Option<Self> {
        let Some(bin) = find_programs() else {
            skip("no PostgreSQL on this machine (no initdb in PATH or /usr/lib/postgresql)");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("kk-pg-").tempdir().expect("a temporary folder").keep();
        let mut keeper = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .args([&folder, &bin])
            .arg(settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("sh starts");
        let answers = BufReader::new(keeper.stdout.take().expect("piped"));
        let mut cluster = Self { folder, keeper, answers, databases: AtomicU32::new(0) };
        cluster.pg_ctl("start");
        Some(cluster)
    }

    /// Has PostgreSQL's own `pg_ctl` do something, such as `restart -m fast`; it is done when this returns.
    pub(crate) fn pg_ctl(&mut self, arguments: &str) {
        let pipe = self.keeper.stdin.as_mut().expect("piped");
        writeln!(pipe, "{arguments}").expect("the keeper listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the keeper speaks");
        assert_eq!(line.trim(), "done", "pg_ctl {arguments}: see the logs in {}", self.folder.display());
    }

    /// The URL of a new database, empty or a copy of another one.
    pub(crate) async fn create(&self, template: Option<&str>) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let template = template.map_or("template0", |url| self.name_in(url));
        let conn = Database::connect(self.url("postgres")).await.expect("the cluster answers");
        let made = conn.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        made.expect("a fresh name");
        conn.close().await.expect("the connection closes");
        self.url(&name)
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.folder.display())
    }

    fn name_in<'a>(&self, url: &'a str) -> &'a str {
        let rest = url.strip_prefix("postgres://postgres@localhost/").expect("a URL of this cluster");
        rest.split('?').next().expect("a first part")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // It ends by itself now, or it never started.
        let _ = self.keeper.wait();
    }
}

/// The folder of the newest installed version, then those in PATH.
fn find_programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.filter_map(Result::ok).map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    folders.sort();
    folders.reverse();
    folders.extend(std::env::split_paths(&switch("PATH").unwrap_or_default()));
    folders.into_iter().find(|folder| has_programs(folder))
}

fn has_programs(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_ctl"].iter().all(|program| folder.join(program).exists())
}
