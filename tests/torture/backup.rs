//! Backups and the way back, killed before each call that reaches the disk, and on a disk that is full: what was there is
//! there still, or the whole of the new.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::fill::fill;
use super::points::Choice;
use super::stage::Stage;
use super::support::say;

/// Just before each of these: a file is made, written, made to last, cut off, renamed or removed.
const CALLS: [&str; 8] = ["openat", "pwrite64", "write", "copy_file_range", "fsync", "fdatasync", "rename", "unlink"];

/// What stood where the backup goes.
const OLD: &[u8] = b"an older backup";

/// Nobody listens there, and nobody is asked.
const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 1);

/// An installation, and what is done with its backups.
struct Scene<'a> {
    strace: &'a Path,
    stage: Stage,
}

impl Scene<'_> {
    async fn new(strace: &Path) -> Scene<'_> {
        let stage = Stage::new(None).await;
        fill(&stage.app, 0, 56, 0).await;
        Scene { strace, stage }
    }

    fn prepared(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        self.stage.prepare(&mut command, NOWHERE);
        command
    }

    /// Runs a command of ours on a database.
    fn run(&self, database: Option<&str>, arguments: &[&str], inject: Option<&str>) -> Output {
        let ours = Path::new(env!("CARGO_BIN_EXE_koppelklaar"));
        let mut command = match inject {
            None => self.prepared(ours),
            Some(inject) => {
                let mut command = self.prepared(self.strace);
                let call = inject.split(':').next().expect("a first part");
                command.args(["-D", "-f", "-qq", "-e", "signal=none", "-o", "/dev/null"]);
                command.args(["-e", &format!("trace={call}"), "-e", &format!("inject={inject}")]).arg(ours);
                command.env("TOKIO_WORKER_THREADS", "1");
                command
            }
        };
        if let Some(url) = database {
            command.env("KOPPELKLAAR_DATABASE_URL", url);
        }
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output().expect("it starts")
    }

    /// The same for a command that must do what is asked.
    #[track_caller]
    fn good(&self, database: Option<&str>, arguments: &[&str]) -> String {
        let output = self.run(database, arguments, None);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.stage.folder().join(name), bytes).expect("it is written");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.stage.folder().join(name)).expect("it is there")
    }
}

/// Runs a command with a kill before each chosen call, until it comes to its end without; `judge` is told of each kill.
fn kill_at_each(scene: &Scene<'_>, choice: Choice, run: impl Fn(&str) -> Output, judge: impl Fn(&str)) -> u32 {
    let mut kills = 0;
    for call in CALLS {
        for turn in 0..choice.at_most {
            let number = 1 + turn * choice.every;
            let inject = format!("{call}:signal=KILL:when={number}");
            let ended = run(&inject).status;
            judge(&inject);
            if ended.signal() != Some(9) {
                assert!(ended.success(), "{inject}: {ended}\n{}", scene.stage.last_words());
                break;
            }
            kills += 1;
        }
    }
    kills
}

/// Kills `koppelklaar backup`.
pub(crate) async fn kill_backup(strace: &Path, choice: Choice) {
    let scene = Scene::new(strace).await;
    let run = |inject: &str| {
        scene.put("backup.db", OLD);
        scene.run(None, &["backup", "backup.db"], Some(inject))
    };
    let kills = kill_at_each(&scene, choice, run, |at| {
        if scene.read("backup.db") != OLD {
            let said = scene.good(None, &["backup", "--verify", "backup.db"]);
            assert!(said.contains("is whole"), "{at}: {said}");
        }
    });
    // What the dead left behind is in nobody's way.
    scene.good(None, &["backup", "backup.db"]);
    scene.good(None, &["backup", "--verify", "backup.db"]);
    scene.good(None, &["audit", "verify"]);
    assert!(kills > 5, "hardly anything was killed: {kills}");
    say(&format!("backup: {kills} kills"));
}

/// Kills `koppelklaar restore` over a database with changes that stand in its log alone.
pub(crate) async fn kill_restore(strace: &Path, choice: Choice) {
    let scene = Scene::new(strace).await;
    let url = Some("sqlite:target.db");
    scene.good(None, &["api-key", "add", "--name", "in-the-backup"]);
    scene.good(None, &["backup", "backup.db"]);
    scene.good(None, &["api-key", "add", "--name", "after-it"]);
    let live = ["kk.db", "kk.db-wal"].map(|name| scene.read(name));
    assert!(!live[1].is_empty(), "the log holds nothing: this process has the database open");
    let lay = || {
        let _ = fs::remove_file(scene.stage.folder().join("target.db-shm"));
        scene.put("target.db", &live[0]);
        scene.put("target.db-wal", &live[1]);
    };
    let names = || scene.good(url, &["api-key", "list"]);
    lay();
    let before = names();
    scene.good(url, &["restore", "--replace", "backup.db"]);
    let after = names();
    assert!(before.contains("after-it") && !after.contains("after-it"), "{before} {after}");

    let run = |inject: &str| {
        lay();
        scene.run(url, &["restore", "--replace", "backup.db"], Some(inject))
    };
    let kills = kill_at_each(&scene, choice, run, |at| {
        let found = names();
        assert!(found == before || found == after, "{at}: {found}");
        scene.good(url, &["audit", "verify"]);
    });
    scene.good(url, &["restore", "--replace", "backup.db"]);
    assert_eq!(names(), after);
    assert!(kills > 5, "hardly anything was killed: {kills}");
    say(&format!("restore: {kills} kills"));
}

/// Lets writes fail for want of room.
pub(crate) async fn fill_disk(strace: &Path) {
    let scene = Scene::new(strace).await;
    scene.put("backup.db", OLD);
    for inject in ["pwrite64:error=ENOSPC:when=1+", "pwrite64:error=ENOSPC:when=20+", "fsync:error=ENOSPC:when=1+"] {
        let ended = scene.run(None, &["backup", "backup.db"], Some(inject));
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!ended.status.success() && said.contains("no backup was made"), "{inject}: {ended:?}");
        assert_eq!(scene.read("backup.db"), OLD);
        assert!(!scene.stage.folder().join("backup.db.part").exists(), "{inject}");
    }
    scene.good(None, &["backup", "backup.db"]);
    let url = Some("sqlite:target.db");
    scene.good(url, &["restore", "backup.db"]);
    let target = scene.read("target.db");
    for inject in ["copy_file_range:error=ENOSPC:when=1+", "fsync:error=ENOSPC:when=1+"] {
        let ended = scene.run(url, &["restore", "--replace", "backup.db"], Some(inject));
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(!ended.status.success() && said.contains("nothing changed"), "{inject}: {ended:?}");
        assert_eq!(scene.read("target.db"), target);
        assert!(!scene.stage.folder().join("target.db.part").exists(), "{inject}");
    }
    scene.good(url, &["audit", "verify"]);
}
