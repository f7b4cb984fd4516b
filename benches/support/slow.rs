//! Slows a browser's pages down, all threads of them: they have the processor only now and then.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// For so long the pages go on.
const TURN: Duration = Duration::from_millis(4);

/// For so many microseconds they stand still, to begin with.
const STILL: u64 = 8_000;

/// As long as this lives, the pages are slow.
pub(crate) struct Slow {
    is_over: Arc<AtomicBool>,
    still: Arc<AtomicU64>,
    hand: Option<JoinHandle<()>>,
}

impl Slow {
    /// Slows down the pages of the browsers whose profiles are in a folder, those that are there now.
    pub(crate) fn begin(folder: &Path) -> Self {
        let pages = pages(folder);
        assert!(!pages.is_empty(), "no browser with a profile in {}", folder.display());
        let is_over = Arc::new(AtomicBool::new(false));
        let still = Arc::new(AtomicU64::new(STILL));
        let (seen, micros) = (is_over.clone(), still.clone());
        let hand = std::thread::spawn(move || {
            // A shell sends signals without starting a program for each.
            let mut shell = Command::new("sh").stdin(Stdio::piped()).spawn().expect("sh starts");
            let mut next = Instant::now();
            while !seen.load(Ordering::Relaxed) {
                signal(&mut shell, "STOP", &pages);
                rest(&mut next, Duration::from_micros(micros.load(Ordering::Relaxed)));
                signal(&mut shell, "CONT", &pages);
                rest(&mut next, TURN);
            }
            drop(shell.stdin.take());
            shell.wait().expect("it ends with its input");
        });
        Self { is_over, still, hand: Some(hand) }
    }

    /// Lets them stand still so many times as long as until now.
    pub(crate) fn stand_still(&self, times: f64) {
        let micros = Duration::from_micros(self.still.load(Ordering::Relaxed)).mul_f64(times);
        self.still.store(u64::try_from(micros.as_micros()).unwrap_or(STILL), Ordering::Relaxed);
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // A hand that failed has said so.
        let _ = self.hand.take().map(JoinHandle::join);
    }
}

fn signal(shell: &mut Child, name: &str, pages: &str) {
    let input = shell.stdin.as_mut().expect("piped");
    writeln!(input, "kill -{name} {pages}").expect("the shell listens");
}

fn rest(next: &mut Instant, time: Duration) {
    *next += time;
    std::thread::sleep(next.saturating_duration_since(Instant::now()));
}

/// The processes of pages, as `kill` takes them.
fn pages(folder: &Path) -> String {
    let processes: Vec<Process> = std::fs::read_dir("/proc").expect("Linux").filter_map(Process::of).collect();
    let profile = format!("--user-data-dir={}", folder.display());
    let groups: Vec<&str> =
        processes.iter().filter(|one| one.command.contains(&profile)).map(|one| one.group.as_str()).collect();
    let is_page = |one: &&Process| one.command.contains("--type=renderer") && groups.contains(&one.group.as_str());
    processes.iter().filter(is_page).map(|one| one.id.as_str()).collect::<Vec<_>>().join(" ")
}

struct Process {
    id: String,
    group: String,
    command: String,
}

impl Process {
    /// One that did not end meanwhile.
    fn of(entry: std::io::Result<std::fs::DirEntry>) -> Option<Self> {
        let entry = entry.ok()?;
        let id = entry.file_name().into_string().ok()?;
        let read = |what: &str| std::fs::read_to_string(entry.path().join(what)).ok();
        // After the name in brackets: state, parent, group.
        let group = read("stat")?.rsplit_once(')')?.1.split_whitespace().nth(2)?.to_owned();
        Some(Self { id, group, command: read("cmdline")? })
    }
}
