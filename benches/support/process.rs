//! The program while it serves, and what the kernel says that a process took.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How many ticks of a processor's clock are a second, on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// How long a process has to begin to serve.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that serves; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From its start until it was ready, in milliseconds.
    pub(crate) ready_ms: f64,
}

impl Server {
    /// Starts a command that serves at an address, and waits until that path answers.
    ///
    /// # Errors
    /// What it said, when it ends or does not become ready.
    pub(crate) fn start(mut command: Command, (address, path): (SocketAddr, &str), log: &Path) -> Result<Self, String> {
        let file = std::fs::File::create(log).map_err(|error| format!("no log: {error}"))?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
        let start = Instant::now();
        let mut child = command.spawn().map_err(|error| format!("does not start: {error}"))?;
        let said = || std::fs::read_to_string(log).unwrap_or_default();
        loop {
            if is_ready(address, path) {
                let ready_ms = start.elapsed().as_secs_f64() * 1000.0;
                return Ok(Self { child, address, ready_ms });
            }
            if let Ok(Some(status)) = child.try_wait() {
                return Err(format!("ended with {status}: {}", said()));
            }
            if start.elapsed() > PATIENCE {
                let _ = child.kill();
                return Err(format!("not ready within {PATIENCE:?}: {}", said()));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// What it took until now.
    pub(crate) fn usage(&self) -> Usage {
        Usage::of(self.child.id())
    }

    /// Asks it to stop, and waits until it did.
    pub(crate) fn stop(mut self) {
        let pid = self.child.id().to_string();
        // Where it does not stop, the drop kills it.
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && start.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address that nobody listens on.
pub(crate) fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a bound port")
}

/// Whether that path answers with 200.
fn is_ready(address: SocketAddr, path: &str) -> bool {
    use std::io::{Read, Write};
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200"))
    };
    ask().unwrap_or(false)
}

/// What a process took until now.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// Processor time, its own and the kernel's for it, in milliseconds.
    pub(crate) cpu_ms: f64,
    /// The memory that it has, in MiB.
    pub(crate) rss: u64,
    /// The most memory that it had, in MiB.
    pub(crate) peak: u64,
}

impl Usage {
    fn of(pid: u32) -> Self {
        let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
        let status = read("status");
        let memory = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.trim().trim_end_matches(" kB").trim().parse().unwrap_or(0) / 1024
        };
        // The name of the program stands in parentheses and may hold anything; the state follows it.
        let stat = read("stat");
        let (_, after) = stat.rsplit_once(") ").unwrap_or_default();
        let ticks: f64 = after.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
        Self { cpu_ms: ticks / TICKS_PER_SECOND * 1000.0, rss: memory("VmRSS:"), peak: memory("VmHWM:") }
    }
}
