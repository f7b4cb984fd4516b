//! One throw-away PostgreSQL cluster per test binary, started from the installed `initdb` and `postgres`.
//!
//! A shell holds the server and waits on a pipe from this process: when the process ends, however it ends, the pipe
//! closes, and the shell stops the server and removes its folder.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use super::postgres_programs;

/// Starts the cluster as an unprivileged user when we are root, since PostgreSQL refuses to run as root.
const SCRIPT: &str = r#"
set -eu
dir=$1; bin=$2
as=""
if [ "$(id -u)" = 0 ]; then
  chown 65534:65534 "$dir"
  as="setpriv --reuid=65534 --regid=65534 --clear-groups"
fi
cd "$dir"
$as "$bin/initdb" -D "$dir/data" -U postgres -A trust --no-sync -E UTF8 --locale=C >"$dir/initdb.log" 2>&1
$as "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=off -c max_connections=400 \
  -c shared_buffers=64MB >"$dir/postgres.log" 2>&1 &
server=$!
tries=0
until "$bin/pg_isready" -q -h "$dir" -U postgres; do
  tries=$((tries + 1))
  [ "$tries" -lt 300 ] || { echo "does not start"; exit 1; }
  sleep 0.1
done
echo ready
read -r _ || true
kill -INT "$server" 2>/dev/null || true
wait "$server" 2>/dev/null || true
rm -rf "$dir"
"#;

/// A running cluster.
#[derive(Debug)]
pub(crate) struct Cluster {
    folder: PathBuf,
    // Holds the pipe that keeps the server alive.
    _keeper: Child,
}

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The cluster of this test binary, or `None` where no PostgreSQL is installed.
pub(crate) fn cluster() -> Option<&'static Cluster> {
    CLUSTER.get_or_init(start).as_ref()
}

impl Cluster {
    /// The URL of a database in it.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://postgres@localhost/{database}?host={}", self.folder.display())
    }

    /// A name that no test had before.
    pub(crate) fn fresh_name(&self) -> String {
        format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed))
    }
}

fn start() -> Option<Cluster> {
    let Some(bin) = postgres_programs::find() else {
        let text = "SKIPPED: no PostgreSQL on this machine (no initdb in PATH or /usr/lib/postgresql)";
        #[expect(clippy::disallowed_methods, reason = "a switch for the machine that must not skip")]
        let must_run = std::env::var("KOPPELKLAAR_TEST_ALL").is_ok();
        assert!(!must_run, "{text}");
        // Not println: the test harness keeps what a passing test prints to itself.
        writeln!(std::io::stderr(), "{text}").expect("somebody reads the errors");
        return None;
    };
    let folder = tempfile::Builder::new().prefix("kk-pg-").tempdir().expect("a temporary folder").keep();
    let mut keeper = Command::new("sh")
        .args(["-c", SCRIPT, "sh"])
        .arg(&folder)
        .arg(&bin)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sh starts");
    let mut line = String::new();
    BufReader::new(keeper.stdout.take().expect("piped")).read_line(&mut line).expect("the keeper speaks");
    assert_eq!(line.trim(), "ready", "PostgreSQL does not start: see the logs in {}", folder.display());
    Some(Cluster { folder, _keeper: keeper })
}
