//! How long a school with 2,400 pupils waits in its browser, from choosing the export until the file for Numo is ready, and
//! how long the page stands still meanwhile: as it is, and on a PC that is four times slower.
//!
//! Chromium slows down the page's own thread by itself (`Emulation.setCPUThrottlingRate`), but not the worker in which the
//! module runs. So there is a third way: the whole process of the page, with all of its threads, has the processor only now
//! and then. What a machine with other work gives it varies, so how much slower each thread really is, is measured before
//! and after, and the milliseconds of this way are judged as if it had been [`TIMES`] (by the smaller of the two).
//! `cargo bench --bench optie_b` fails where it takes longer than [`MOST`] or the page stands still for [`MOST_STILL`].

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

#[path = "support/slow.rs"]
mod slow;
#[expect(dead_code, unused_imports, reason = "the tests in the browser use the rest")]
#[path = "../tests/browser/support/mod.rs"]
mod support;

use slow::Slow;
use support::{Browser, Stage};

/// Where the converter is without an account.
const PATH: &str = "/optie-b/bestand";

const PUPILS: u32 = 2_400;

/// What an export has, with columns that Numo does not need.
const HEADER: [&str; 14] = [
    "Stamnr",
    "Geb. datum",
    "Roepnaam",
    "Tussenv.",
    "Achternaam",
    "M/V",
    "Klas",
    "Studie",
    "Leerjaar",
    "Profiel",
    "Mentor",
    "Postcode",
    "BSN",
    "E-mail",
];

const STUDIES: [&str; 12] = [
    "Brugklas", "Mavo 2", "Mavo 3", "Mavo 4", "Havo 2", "Havo 3", "Havo 4", "Havo 5", "Vwo 3", "Vwo 4", "Vwo 5",
    "Vwo 6",
];

/// How many milliseconds all of it may take.
const MOST: f64 = 2_000.0;

/// How many milliseconds the page may stand still.
const MOST_STILL: f64 = 200.0;

/// How many times slower.
const TIMES: f64 = 4.0;

/// How often it is tried to come near to it.
const TRIES: usize = 4;

/// How often each file is made, after once that does not count; the middle one is what a school waits.
const ROUNDS: usize = 7;

/// Ways to slow a browser down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    AsItIs,
    PageThread,
    WholePage,
}

impl Pace {
    const ALL: [Self; 3] = [Self::AsItIs, Self::PageThread, Self::WholePage];

    fn name(self) -> &'static str {
        match self {
            Self::AsItIs => "as it is",
            Self::PageThread => "the page's own thread four times slower (`Emulation.setCPUThrottlingRate`)",
            Self::WholePage => "all threads of the page, meant to be four times slower",
        }
    }
}

/// Goes through the page as soon as a file is chosen, and as fast as it lets itself be gone through; the result is the
/// milliseconds of each part. A ticker sees how long the page stands still.
const WALK: &str = r##"
const [table] = arguments;
const here = (selector) => document.querySelector(selector);
const until = (look) => new Promise((done) => {
  const check = () => { if (look()) { watch.disconnect(); done(); } };
  const watch = new MutationObserver(check);
  watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  check();
});
const title = (step) => here(`[data-converter] template[data-step=${step}]`).dataset.title;
const to = async (step) => {
  here("[data-action=next]").click();
  await until(() => here("h1").textContent === title(step) && document.title.startsWith(title(step)));
};
let longestTask = 0;
new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration); }).observe({ type: "longtask" });
let longestStill = 0;
let last = performance.now();
const tick = () => {
  const now = performance.now();
  longestStill = Math.max(longestStill, now - last);
  last = now;
};
window.measured = new Promise((done) => {
  here("#ob-export").addEventListener("change", async () => {
    const began = performance.now();
    last = began;
    const ticker = setInterval(tick, 4);
    await until(() => here("[data-file=export].file--good"));
    const read = performance.now();
    await to("kolommen");
    await to("opleidingen");
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([table], "studies.csv"));
    here("#ob-table").files = dataTransfer.files;
    here("#ob-table").dispatchEvent(new Event("change", { bubbles: true }));
    await until(() => here("[data-count]").textContent.endsWith("Klaar."));
    await to("vragen");
    await to("downloaden");
    const walked = performance.now();
    const made = new Promise((ready) => {
      const real = URL.createObjectURL;
      URL.createObjectURL = (file) => { ready(file); return real.call(URL, file); };
    });
    here("[data-action=download]").click();
    const file = await made;
    const ended = performance.now();
    tick();
    clearInterval(ticker);
    // What is observed of a task comes after it.
    setTimeout(async () => done({ read: read - began, walked: walked - read, made: ended - walked, all: ended - began, longestTask, longestStill, lines: (await file.text()).split("\r\n").length }), 300);
  }, { capture: true, once: true });
});
"##;

/// Waits for what the walk measured.
const MEASURED: &str = "const [done] = arguments; window.measured.then(done);";

/// How many milliseconds a loop takes in the page's own thread and in a worker. For this the policy is lifted, in a window
/// of its own.
const SPIN: &str = r#"
const [done] = arguments;
const turn = () => { const began = performance.now(); let sum = 0; for (let at = 0; at < 2e7; at += 1) sum += at % 7; return [performance.now() - began, sum]; };
const spin = (turn) => Array.from({ length: 9 }, () => turn()[0]).sort((one, other) => one - other)[4];
const worker = new Worker(URL.createObjectURL(new Blob([`postMessage((${spin})(${turn}));`], { type: "text/javascript" })));
worker.addEventListener("message", ({ data }) => done([spin(turn), data]));
"#;

fn main() {
    let mut failed = vec![];
    support::run(|stage| {
        say(
            "| export | slowed down | own thread, times | worker, times | reading, ms | between, ms | making, ms | all, ms | stood still, ms | longest task, ms | all, judged, ms |",
        );
        say("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        let usual = spin(&rested(stage), Pace::AsItIs);
        for export in [workbook(stage), text(stage)] {
            for pace in Pace::ALL {
                measure(stage, &export, pace, usual, &mut failed);
            }
        }
    });
    assert!(failed.is_empty(), "too slow:\n{}", failed.join("\n"));
}

/// The milliseconds of a loop, in the page's own thread and in a worker.
#[derive(Clone, Copy, Debug)]
struct Spin {
    own: f64,
    worker: f64,
}

fn measure(stage: &Stage, export: &Path, pace: Pace, usual: Spin, failed: &mut Vec<String>) {
    let browser = rested(stage);
    let slowly = (pace == Pace::WholePage).then(|| Slow::begin(&stage.folder));
    let now = match &slowly {
        Some(slowly) => slow_down(slowly, || spin(&browser, pace), usual),
        None => spin(&browser, pace),
    };
    walk(&browser, export, pace);
    let rounds: Vec<Value> = (0..ROUNDS).map(|_| walk(&browser, export, pace)).collect();
    let after = slowly.as_ref().map_or(now, |_| spin(&browser, pace));
    drop(slowly);
    let middle = |what: &str| {
        let mut figures: Vec<f64> = rounds.iter().filter_map(|round| round[what].as_f64()).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    let ending = export.extension().unwrap_or_default().to_string_lossy();
    let slower = Spin { own: now.own.min(after.own) / usual.own, worker: now.worker.min(after.worker) / usual.worker };
    let figures =
        ["read", "walked", "made", "all", "longestStill", "longestTask"].map(|what| format!("{:.0}", middle(what)));
    let judged = |figure: f64, times: f64| if pace == Pace::WholePage { figure * TIMES / times } else { figure };
    let all = judged(middle("all"), slower.worker);
    let line = format!(
        "| {ending} | {} | {:.1} | {:.1} | {} | {all:.0} |",
        pace.name(),
        slower.own,
        slower.worker,
        figures.join(" | ")
    );
    say(&line);
    let is_whole = rounds.iter().all(|round| round["lines"] == PUPILS + 2);
    // A ticker in a process that is stopped now and then sees the stops as well.
    let stood_still = match pace {
        Pace::WholePage => judged(middle("longestTask"), slower.own),
        Pace::AsItIs | Pace::PageThread => middle("longestStill"),
    };
    if !is_whole || all > MOST || stood_still > MOST_STILL {
        failed.push(line);
    }
}

/// A browser, once product and browser have done what they do at their start.
fn rested(stage: &Stage) -> Browser {
    let browser = stage.browser();
    browser.open(PATH);
    std::thread::sleep(Duration::from_secs(3));
    browser
}

/// Lets the pages stand still until a worker, in which the module runs, is as slow as is meant.
fn slow_down(slowly: &Slow, spin: impl Fn() -> Spin, usual: Spin) -> Spin {
    let mut now = spin();
    for _ in 0..TRIES {
        let times = now.worker / usual.worker;
        if (times / TIMES - 1.0).abs() < 0.05 {
            break;
        }
        slowly.stand_still((TIMES - 1.0) / (times - 1.0).max(0.5));
        now = spin();
    }
    now
}

/// Opens the page; how slow its own thread is has to be said of each anew.
fn open(browser: &Browser, pace: Pace) {
    browser.open(PATH);
    let rate = if pace == Pace::PageThread { TIMES } else { 1.0 };
    browser.command("Emulation.setCPUThrottlingRate", &json!({ "rate": rate }));
}

fn spin(browser: &Browser, pace: Pace) -> Spin {
    browser.command("Page.setBypassCSP", &json!({ "enabled": true }));
    open(browser, pace);
    let took = browser.run_async(SPIN, &[]);
    browser.command("Page.setBypassCSP", &json!({ "enabled": false }));
    let of = |at: usize| took[at].as_f64().expect("milliseconds");
    Spin { own: of(0), worker: of(1) }
}

fn walk(browser: &Browser, export: &Path, pace: Pace) -> Value {
    open(browser, pace);
    browser.find("[data-place]:not([hidden]) #ob-export");
    let mut table = "Studie;opleidingscode\r\n".to_owned();
    for study in STUDIES {
        write!(table, "{study};VERZONNEN-{}\r\n", study.replace(' ', "-")).expect("a text grows");
    }
    browser.run(WALK, &[table.into()]);
    browser.choose("#ob-export", export);
    browser.run_async(MEASURED, &[])
}

fn rows() -> impl Iterator<Item = Vec<String>> {
    (0..PUPILS).zip(STUDIES.into_iter().cycle()).map(|(number, study)| {
        [
            (100_001 + number).to_string(),
            format!("{}-{:02}-{:02}", 2007 + number % 6, 1 + number % 12, 1 + number % 28),
            format!("Voornaam{number}"),
            if number % 4 == 0 { "van de".to_owned() } else { String::new() },
            format!("Achternaam-Proef{number}"),
            if number % 2 == 0 { "V" } else { "M" }.to_owned(),
            format!("{}{}", 1 + number % 6, ["ha", "hb", "va", "vb", "m"][number as usize % 5]),
            study.to_owned(),
            (1 + number % 6).to_string(),
            "Economie en Maatschappij".to_owned(),
            format!("Mentor{}", number % 90),
            format!("{}AB", 1000 + number),
            "000000000".to_owned(),
            format!("{number}@leerling.proefcollege.example"),
        ]
        .to_vec()
    })
}

fn workbook(stage: &Stage) -> PathBuf {
    let path = stage.folder.join("leerlingen.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, HEADER).expect("it fits");
    for (at, row) in (1..).zip(rows()) {
        sheet.write_row(at, 0, row.iter().map(String::as_str)).expect("it fits");
    }
    book.save(&path).expect("the stage has a folder");
    path
}

fn text(stage: &Stage) -> PathBuf {
    let path = stage.folder.join("leerlingen.csv");
    let lines: Vec<String> = rows().map(|row| row.join(";")).collect();
    std::fs::write(&path, format!("{}\r\n{}\r\n", HEADER.join(";"), lines.join("\r\n")))
        .expect("the stage has a folder");
    path
}

fn say(line: &str) {
    use std::io::Write as _;
    writeln!(std::io::stderr(), "{line}").expect("somebody reads the errors");
}
