//! Processes under `strace`, which ends them, or lets a system call fail, at a chosen call.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::stage::Stage;
use super::support::switch::{skip, switch};

/// Where it is; `None`, after a word to whoever runs the tests, where it is missing or may not trace.
pub(crate) fn find() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let path = switch("PATH").unwrap_or_default();
        let program = std::env::split_paths(&path).map(|folder| folder.join("strace")).find(|file| file.is_file())?;
        let may_trace = Command::new(&program).args(["-qq", "-o", "/dev/null", "true"]).status();
        may_trace.is_ok_and(|status| status.success()).then_some(program)
    });
    if found.is_none() {
        skip("no strace on this machine, or it may not trace");
    }
    found.as_deref()
}

/// The command that serves, while `strace` does this to it, such as `fsync:signal=KILL:when=3`; what it does it notes
/// in the file.
///
/// Calls are counted per thread. With one thread for tasks, beside those of the databases, that is one order.
pub(crate) fn serve(strace: &Path, stage: &Stage, smtp: SocketAddr, inject: &str, notes: &Path) -> Command {
    let call = inject.split(':').next().expect("a first part");
    let mut command = Command::new(strace);
    stage.prepare(&mut command, smtp);
    // Without --seccomp-bpf: it would be faster, and counts wrong.
    // The tracer is a grandchild: the child is the process itself, and can be told to stop.
    command.args(["-D", "-f", "-qq", "-e", "signal=none", "-o"]).arg(notes);
    command.args(["-e", &format!("trace={call}"), "-e", &format!("inject={inject}")]);
    command.env("TOKIO_WORKER_THREADS", "1");
    let plain = stage.serve(smtp);
    command.arg(plain.get_program()).args(plain.get_args());
    command
}
