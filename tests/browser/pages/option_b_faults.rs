//! Optie B: everything that can be wrong, seen in the page. Each fault has a name for programs, which the page carries with
//! its sentence; a fault that no test here shows fails [`every_fault_that_there_is_has_its_place_here`].

use std::collections::BTreeSet;
use std::path::Path;

use optie_b::Fault;
use optie_b::mapping::Field;
use serde_json::json;

use super::look::{Look, texts};
use super::option_b_files::{HEADER, bomb, too_much_text, two_sheets, with_all_faults, with_password, with_rows};
use crate::option_b::codes::WITH_CODES;
use crate::option_b::walk::{PATH, answer, at, file, give_export, go_on, open, sample, set, type_code};
use crate::support::{Browser, Stage, run};

/// Why a file is not read.
const OF_A_FILE: &str = "no_export html empty broken other_kind no_header no_pupils unclosed_quote more_cells file_too_large \
    too_many_rows too_many_columns only_naam missing_column several_sheets password too_much_unpacked \
    too_much_text ids_columns scientific error_cell moved";

/// What is wrong in a file that is read, or in what the school chose.
const IN_A_FILE: &str = "several_columns missing_column studies_columns study_twice bad_code scientific formula missing error_cell \
    same_stamnr not_digits control too_long zeros_differ bad_word no_password unknown_code moved";

/// What is wrong with the page itself, and with what the school keeps.
const OF_THE_PAGE: &str = "blocked not_loaded module_lost not_ticked refused not_sent";

/// What the page cannot bring about by what it offers; here it is answered in the module's place.
const OF_NOBODY: &str = "no_such_column no_such_sheet no_chance";

/// Somebody who looks at each fault and notes its name.
struct Faults<'a> {
    browser: &'a Browser,
    look: Look<'a>,
    shown: BTreeSet<String>,
}

impl<'a> Faults<'a> {
    fn with(browser: &'a Browser) -> Self {
        Self { browser, look: Look::with(browser), shown: BTreeSet::new() }
    }

    fn here(&mut self, state: &str) {
        let seen = "return [...document.querySelectorAll('[data-fault-code]')].filter((one) => one.checkVisibility()).map((one) => one.dataset.faultCode)";
        let names = texts(&self.browser.run(seen, &[]));
        assert!(!names.is_empty(), "nothing is wrong {state} on {}", self.browser.told());
        self.shown.extend(names.iter().flat_map(|names| names.split_whitespace()).map(str::to_owned));
        self.look.here(state);
    }

    fn finish(self, promised: &str) {
        let promised: BTreeSet<String> = promised.split_whitespace().map(str::to_owned).collect();
        assert_eq!(self.shown, promised);
        self.look.finish(&[]);
    }
}

#[test]
fn every_fault_that_there_is_has_its_place_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let between = |text: &str, before: &str| -> Vec<String> {
        let rest = text.split(before).skip(1);
        rest.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
    };
    let source = read("optie-b/src/faults.rs");
    let (_, names) = source.split_once("pub fn code(&self)").expect("faults have names");
    let names = names.split_once("\n    }\n").expect("the function ends").0;
    let mut all = between(names, "=> \"");
    assert!(all.len() > 30, "{all:?}");
    all.extend(between(&read("templates/option_b/converter.html"), "data-fault-code=\""));
    for entry in std::fs::read_dir(root.join("templates/assets")).expect("a folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("plain signs");
        if name.starts_with("optie-b") && name.ends_with(".js") {
            all.extend(between(&read(&format!("templates/assets/{name}")), "{ code: \""));
        }
    }
    // The page says so at its field, without a file.
    all.push("no_export".to_owned());

    let all: BTreeSet<&str> = all.iter().map(String::as_str).collect();
    let shown: BTreeSet<&str> =
        [OF_A_FILE, IN_A_FILE, OF_THE_PAGE, OF_NOBODY].into_iter().flat_map(str::split_whitespace).collect();
    assert_eq!(all, shown);
}

#[test]
fn every_fault_of_a_file_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut faults = Faults::with(&browser);

        open(&browser);
        browser.click("[data-action=next]");
        browser.find("#ob-export-error");
        faults.here("without a file");
        for (name, text) in [
            ("web.xls", "<html><table><tr><td>Stamnr</td></tr></table></html>"),
            ("leeg.csv", ""),
            ("kapot.xlsx", "PK\u{3}\u{4} en niets meer"),
            ("boek.pdf", "%PDF-1.7\n\0\0"),
            ("zonder-kop.csv", "een;twee\r\n1;2\r\n"),
            ("niemand.csv", HEADER),
            ("quote.csv", &*with_rows(&["1;a;b;\"c;d;e;f"])),
            ("meer.csv", &*with_rows(&["1;a;b;c;d;e;f;g"])),
            ("groot.csv", &*"x".repeat(21 * 1024 * 1024)),
            ("rijen.csv", &*with_rows(&vec!["1;a;b;c;d;e;f"; 20_001])),
            ("kolommen.csv", &*format!("{}{}", HEADER.trim_end(), ";x".repeat(200))),
            ("naam.csv", "Stamnr;Naam;Klas;Studie\r\n1;Anna;1a;Havo\r\n"),
        ] {
            refuse(&browser, "export", &file(stage, name, text));
            faults.here(name);
        }
        for path in [with_password(stage), bomb(stage), too_much_text(stage)] {
            refuse(&browser, "export", &path);
            faults.here(&path.file_name().unwrap_or_default().to_string_lossy());
        }
        let group = "Stamnr;Roepnaam;Achternaam;Groep;BSN;Studie\r\n1;Bo;Proef;1a;999990019;Havo\r\n";
        refuse(&browser, "export", &file(stage, "groep.csv", group));
        faults.here("groep.csv");
        let offered = texts(
            &browser.run("return [...document.querySelector('#ob-missing').options].map((one) => one.text)", &[]),
        );
        assert_eq!(
            offered,
            ["Kies een kolom", "Stamnr", "Roepnaam", "Achternaam", "Groep", "Studie"],
            "nothing suggests a BSN"
        );
        choose_column(&browser);
        let gone = two_sheets(stage, "weg.xlsx");
        refuse(&browser, "export", &gone);
        std::fs::remove_file(&gone).expect("it is there");
        browser.click("[data-action=choose-sheet]");
        browser.text_found("//*[@id='ob-export-error'][contains(., 'verplaatst of veranderd')]");
        faults.here("with a file that was moved");
        refuse(&browser, "export", &two_sheets(stage, "twee.xlsx"));
        faults.here("with two sheets");
        browser.click("[data-action=choose-sheet]");
        browser.find("[data-file=export].file--good");
        refuse(&browser, "ids", &file(stage, "ids.csv", "Stamnr;IDGebr\r\n1,2E+05;1\r\n7;#N/B\r\n"));
        faults.here("with wrong ids");
        refuse(&browser, "ids", &file(stage, "kolommen.csv", "a;b\r\n1;2\r\n"));
        faults.here("with other columns than ids");
        refuse(&browser, "ids", &file(stage, "kolom.csv", "Stamnr;ID\r\n1;2\r\n"));
        assert!(browser.text("#ob-ids-error").contains("ontbreekt de kolom IDGebr."), "{}", browser.told());

        faults.finish(OF_A_FILE);
    });
}

#[test]
fn every_fault_in_a_file_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut faults = Faults::with(&browser);

        open(&browser);
        let export = with_all_faults(stage);
        give_export(&browser, &export);
        go_on(&browser, "kolommen");
        faults.look.here("with a doubt");
        browser.click("#ob-column-email-yes");
        browser.find("[data-column=email]:not(.is-asked)");
        set(&browser, "#ob-column-klas", "5");
        browser.find("#ob-column-studie[aria-invalid=true]");
        faults.here("without a column");
        put_back(&browser);
        go_on(&browser, "opleidingen");
        browser.choose("#ob-table", &file(stage, "tabel.csv", "Vak;Numo\r\na;b\r\n"));
        browser.find("#ob-table-error-0");
        faults.here("with a wrong table");
        browser.choose("#ob-table", &file(stage, "twee.csv", "Studie;Code\r\nA;1\r\na;2\r\n"));
        browser.text_found("//*[@id='ob-table-error-0'][contains(., 'al een andere code')]");
        faults.here("with a study twice");
        browser.fill("#ob-code-0", "=1");
        browser.click("h1");
        browser.find("#ob-code-0[aria-invalid=true]");
        faults.here("with a wrong code");
        go_on(&browser, "vragen");
        faults.here("with questions and faults");
        assert!(!browser.text("main").contains("Kiki"), "a pupil is never named: {}", browser.told());
        answer(&browser, "ob-q-zeros-no");
        faults.here("with zeros that differ");
        browser.click("[data-action=next]");
        browser.find("[data-error-summary]");
        faults.here("that cannot go on");
        browser.click("#ob-q-composed");
        browser.fill("#ob-pw-before", "=");
        browser.click("h1");
        browser.find("#ob-pw-error");
        faults.here("with a wrong password");
        // Emptying it alone would be an answer, and draw the field anew.
        browser.run("document.querySelector('#ob-pw-before').value = 'x'", &[]);
        set(&browser, "#ob-pw-field", "tussenvoegsel");
        browser.text_found("//*[@data-faults]//*[contains(., 'terwijl het wachtwoord uit deze kolom komt')]");
        faults.here("with a password of nothing");
        browser.click("[data-stages] a[href='#kolommen']");
        at(&browser, "kolommen");
        std::fs::remove_file(&export).expect("it is there");
        set(&browser, "#ob-column-tussenvoegsel", "");
        browser.text_found("//*[@id='ob-kolommen-error'][contains(., 'verplaatst of veranderd')]");
        faults.here("with columns of a file that was moved");
        with_two_columns_and_a_code_that_numo_does_not_know(stage, &browser, &mut faults);

        faults.finish(IN_A_FILE);
    });
}

fn with_two_columns_and_a_code_that_numo_does_not_know(stage: &Stage, browser: &Browser, faults: &mut Faults<'_>) {
    browser.command("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": WITH_CODES }));
    open(browser);
    let text = "Stamnr;Roepnaam;Achternaam;Klas;Stamklas;Studie\n101001;Bo;Proef;4ha;4h;Havo 4\n";
    give_export(browser, &file(stage, "klassen.csv", text));
    for step in ["kolommen", "opleidingen"] {
        go_on(browser, step);
    }
    type_code(browser, 0, "ANDERS");
    browser.find("#ob-code-0-error[data-fault-code=unknown_code]");
    faults.here("with a code that Numo does not know");
    go_on(browser, "vragen");
    browser.find("#ob-q-columns");
    faults.here("with a code and a column to choose");
}

/// A worker that comes to its end once, when names are to be shown.
const BREAKS: &str = r#"
const Real = Worker;
window.Worker = class extends Real {
  postMessage(data, ...rest) {
    if (data.ask !== "look") return super.postMessage(data, ...rest);
    this.dispatchEvent(new Event("error"));
  }
};
"#;

/// What a network can keep from the page: the module, and the worker that runs it.
const LOST_ON_THE_WAY: [(&str, &str); 2] = [
    (
        "module",
        "const real = fetch; window.fetch = (from, ...rest) => (`${from}`.endsWith('.wasm') ? Promise.reject(new TypeError('Failed to fetch')) : real(from, ...rest));",
    ),
    ("worker", "const Real = Worker; window.Worker = class extends Real { constructor() { super('/nergens.js'); } };"),
];

#[test]
fn every_fault_of_the_page_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut faults = Faults::with(&browser);

        for (what, script) in LOST_ON_THE_WAY {
            let script = browser.command("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": script }));
            browser.open(PATH);
            browser.find("[data-not-loaded]:not([hidden])");
            // The browser itself writes down what did not come.
            browser.console();
            faults.here(&format!("without the {what}"));
            browser.command("Page.removeScriptToEvaluateOnNewDocument", &script);
        }
        let blocked = "WebAssembly.compileStreaming = async () => { throw new WebAssembly.CompileError('blocked'); };";
        let script = browser.command("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": blocked }));
        browser.open(PATH);
        browser.find("[data-blocked]:not([hidden])");
        faults.here("without WebAssembly");
        browser.command("Page.removeScriptToEvaluateOnNewDocument", &script);

        let script = browser.command("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": BREAKS }));
        open(&browser);
        give_export(&browser, &sample("in/05-oud.xls"));
        go_on(&browser, "kolommen");
        browser.click("[data-action=show-names]");
        at(&browser, "bestand");
        browser.find("#ob-export-error");
        faults.here("with a module that came to its end");
        browser.command("Page.removeScriptToEvaluateOnNewDocument", &script);

        browser.sign_in("contact@maasplein.example");
        browser.open(&browser.at_school("/optie-b"));
        browser.find("[data-place]:not([hidden]) #ob-export");
        give_export(&browser, &sample("in/05-oud.xls"));
        for step in ["kolommen", "opleidingen"] {
            go_on(&browser, step);
        }
        type_code(&browser, 0, "123456782");
        browser.find("[data-study]:not(.is-asked)");
        browser.click("[data-post=table] button");
        browser.find("[data-post=table] [data-fault-code=refused]");
        // A refusal has a status to match, which the browser writes down.
        browser.console();
        faults.here("with a table that is refused");
        type_code(&browser, 0, "VERZONNEN-H5");
        browser.forget_cookies();
        browser.click("[data-post=table] button");
        browser.find("[data-post=table] [data-fault-code=not_sent]");
        browser.console();
        faults.here("with a session that ended");
        for step in ["vragen", "downloaden"] {
            go_on(&browser, step);
        }
        browser.click("[data-post=cleaned] button");
        browser.find("[data-post=cleaned] [data-fault-code=not_ticked]");
        faults.here("with something left to clean up");

        faults.finish(OF_THE_PAGE);
    });
}

/// A worker in whose place a fault is answered: to the opening of a file, or to the making of one.
const LIES: &str = r#"
const Real = Worker;
window.Worker = class extends Real {
  postMessage(data, ...rest) {
    const faults = window.lies?.[data.ask];
    if (!faults) return super.postMessage(data, ...rest);
    this.dispatchEvent(new MessageEvent("message", { data: { id: data.id, answer: { ok: false, faults, headers: ["Stamnr", "Klas"], needless: [] } } }));
  }
};
"#;

#[test]
fn a_fault_that_the_page_brings_about_by_nothing_it_offers_is_fit_too() {
    run(|stage| {
        let browser = stage.browser();
        let mut faults = Faults::with(&browser);
        browser.command("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": LIES }));
        let lie = |ask: &str, fault: &Fault| {
            let said = json!([{ "code": fault.code(), "text": fault.to_string(), "field": fault.field() }]);
            browser.run("window.lies = { [arguments[0]]: arguments[1] }", &[ask.into(), said]);
        };

        open(&browser);
        for fault in [Fault::NoSuchColumn(Field::Klas), Fault::NoSuchSheet] {
            lie("open", &fault);
            refuse(&browser, "export", &file(stage, &format!("{}.csv", fault.code()), HEADER));
            faults.here(fault.code());
        }
        browser.run("window.lies = {}", &[]);
        give_export(&browser, &sample("in/05-oud.xls"));
        for step in ["kolommen", "opleidingen"] {
            go_on(&browser, step);
        }
        type_code(&browser, 0, "VERZONNEN-H5");
        for step in ["vragen", "downloaden"] {
            go_on(&browser, step);
        }
        lie("convert", &Fault::NoChance);
        browser.click("[data-action=download]");
        browser.find("#ob-made-error");
        faults.here("no_chance");

        faults.finish(OF_NOBODY);
    });
}

fn refuse(browser: &Browser, kind: &str, file: &Path) {
    let before = browser.run("return document.querySelector('.field__error')?.textContent ?? ''", &[]);
    browser.choose(&format!("#ob-{kind}"), file);
    let is_new = || {
        let now = browser.run(
            "return document.querySelector(arguments[0])?.textContent ?? ''",
            &[format!("#ob-{kind}-error").into()],
        );
        (now != "" && now != before).then_some(())
    };
    assert!(browser.until(is_new).is_some(), "{} is not refused on {}", file.display(), browser.told());
}

/// The school points at the column itself.
fn choose_column(browser: &Browser) {
    browser.run("document.querySelector('#ob-missing').value = '3'", &[]);
    browser.click("[data-action=choose-column]");
    browser.find("[data-file=export].file--good");
}

/// Klas and studie where they were.
fn put_back(browser: &Browser) {
    for (field, column) in [("studie", 5), ("klas", 4)] {
        set(browser, &format!("#ob-column-{field}"), &column.to_string());
        at(browser, "kolommen");
        let chosen = "return document.querySelector(arguments[0]).value === arguments[1]";
        let arguments = [format!("#ob-column-{field}").into(), column.to_string().into()];
        assert!(browser.until(|| (browser.run(chosen, &arguments) == true).then_some(())).is_some());
    }
    browser.find("[data-rows]:not(:has([aria-invalid=true]))");
}
