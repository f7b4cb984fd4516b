//! Children that never outlive the test, however it ends.

use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Kills what is left when the pipe from this process closes, however this process ends.
const KEEPER: &str = r#"
left=
while read -r sign pid; do
  case $sign in
    +) left="$left $pid" ;;
    -) rest=; for each in $left; do [ "$each" = "$pid" ] || rest="$rest $each"; done; left=$rest ;;
  esac
done
[ -z "$left" ] || kill -9 $left
"#;

/// A child that dies with this process.
#[derive(Debug)]
pub(crate) struct Kept(Child);

impl Kept {
    /// Starts it.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let child = command.spawn().expect("the program starts");
        tell_keeper('+', child.id());
        Self(child)
    }

    /// `kill -9`, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// Asks it to stop, as an operator does.
    pub(crate) fn ask_to_stop(&self) {
        // It may have ended by itself; whoever waits for it sees how.
        let _ = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("it was started here")
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.kill();
        tell_keeper('-', self.0.id());
    }
}

fn tell_keeper(sign: char, pid: u32) {
    static KEEPER_PROCESS: OnceLock<Mutex<Child>> = OnceLock::new();
    let keeper = KEEPER_PROCESS.get_or_init(|| {
        let mut command = Command::new("sh");
        Mutex::new(command.args(["-c", KEEPER]).stdin(Stdio::piped()).spawn().expect("sh starts"))
    });
    let mut keeper = keeper.lock().unwrap_or_else(PoisonError::into_inner);
    writeln!(keeper.stdin.as_mut().expect("piped"), "{sign} {pid}").expect("the keeper listens");
}
