//! The largest file: the page's own thread has little to do, so that it never stands still. How long a school waits is
//! measured by `benches/optie_b.rs`: here other tests take their part of the machine.

use std::path::PathBuf;

use serde_json::json;

use super::walk::{download, give_table, go_on, open};
use crate::support::{Browser, Stage, run};

/// As many as a file may have, or nearly: the module alone works on them for seconds.
const PUPILS: u32 = 19_000;

/// Seconds of work at one step, in all tasks of the page's own thread together, those with which the test looks too.
const MOST_WORK: f64 = 1.0;

/// Notes that the page says how far it is.
const WATCH: &str = r#"
window.wasBusy = false;
const box = document.querySelector("[data-file=export] [data-busy]");
new MutationObserver(() => { if (!box.hidden) window.wasBusy = true; }).observe(box, { attributes: true });
"#;

/// Ends once the export is read. The page tells it by itself: looking again and again would be work of the page, the
/// more of it the longer a busy machine takes.
const UNTIL_READ: &str = r#"
const done = arguments[arguments.length - 1];
const box = document.querySelector("[data-file=export]");
const look = () => { if (box.classList.contains("file--good")) done(); };
new MutationObserver(look).observe(box, { attributes: true });
look();
"#;

#[test]
fn the_page_itself_has_little_to_do_for_the_largest_file() {
    run(|stage| {
        let browser = stage.browser();
        let export = large_school(stage);
        // Only the time in which the thread had the processor, however busy the machine is.
        browser.command("Performance.setTimeDomain", &json!({ "timeDomain": "threadTicks" }));
        browser.command("Performance.enable", &json!({}));
        open(&browser);

        browser.run(WATCH, &[]);
        is_light(&browser, "reading", || {
            browser.choose("#ob-export", &export);
            browser.run_async(UNTIL_READ, &[]);
        });
        assert_eq!(browser.run("return window.wasBusy", &[]), true, "it says that it reads");
        browser.find("[data-file=export] [data-busy][hidden]");
        is_light(&browser, "columns", || go_on(&browser, "kolommen"));
        is_light(&browser, "studies", || go_on(&browser, "opleidingen"));
        is_light(&browser, "table", || give_table(&browser));
        is_light(&browser, "questions", || go_on(&browser, "vragen"));
        is_light(&browser, "review", || go_on(&browser, "downloaden"));
        is_light(&browser, "making", || {
            let lines = download(&browser).split(|byte| *byte == b'\n').count();
            assert_eq!(u32::try_from(lines), Ok(PUPILS + 2), "a header, and nothing after the last");
        });
    });
}

fn is_light(browser: &Browser, what: &str, act: impl FnOnce()) {
    let before = work(browser);
    act();
    let took = work(browser) - before;
    assert!(took > 0.0 && took < MOST_WORK, "{what}: {took} s");
}

fn work(browser: &Browser) -> f64 {
    let metrics = browser.command("Performance.getMetrics", &json!({}));
    let metrics = metrics["metrics"].as_array().into_iter().flatten();
    let duration = metrics.clone().find(|metric| metric["name"] == "TaskDuration");
    duration.and_then(|metric| metric["value"].as_f64()).expect("the browser counts its tasks")
}

fn large_school(stage: &Stage) -> PathBuf {
    let path = stage.folder.join("groot.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let studies = ["Brugklas", "Havo 4", "Havo 5", "Vwo 4", "Mavo 3"];
    let header = ["Stamnr", "Geb. datum", "Roepnaam", "Tussenv.", "Achternaam", "Klas", "Studie", "E-mail"];
    sheet.write_row(0, 0, header).expect("it fits");
    for (number, study) in (0..PUPILS).zip(studies.into_iter().cycle()) {
        let row = number + 1;
        sheet.write(row, 0, 100_000 + number).expect("it fits");
        let texts = [
            "2010-01-01".to_owned(),
            format!("Voornaam{number}"),
            "van".to_owned(),
            format!("Achternaam{number}"),
            "4ha".to_owned(),
            study.to_owned(),
            format!("{number}@leerling.proefcollege.example"),
        ];
        sheet.write_row(row, 1, texts).expect("it fits");
    }
    book.save(&path).expect("the stage has a folder");
    path
}
