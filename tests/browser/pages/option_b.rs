//! Optie B: every step of the converter, and everything that can be wrong with a file.

use std::fmt::Write as _;
use std::path::PathBuf;

use koppelklaar::links;
use serde_json::json;

use super::look::Look;
use crate::option_b::walk::{
    PATH, answer, at, compose_passwords, file, give_export, give_ids, give_table, go_on, open, sample,
};
use crate::support::{Browser, Stage, run};

const HEADER: &str = "Stamnr;Roepnaam;Tussenv.;Achternaam;Klas;Studie;E-mail\r\n";

#[test]
fn every_step_of_the_converter_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);

        open(&browser);
        look.here("to choose a file");
        give_export(&browser, &sample("in/02-titel-en-nullen.xlsx"));
        look.here("with a file");
        give_export(&browser, &sample("in/01-gewoon.xlsx"));
        give_ids(&browser, &sample("in/01-idgebr.csv"));
        look.here("with both files");
        go_on(&browser, "kolommen");
        look.here("masked");
        browser.click("[data-action=show-names]");
        browser.find("[aria-pressed=true]");
        look.here("with names");
        go_on(&browser, "opleidingen");
        look.here("without codes");
        give_table(&browser);
        look.here("with codes");
        go_on(&browser, "vragen");
        look.here("with a question");
        answer(&browser, "ob-q-encoding-utf");
        compose_passwords(&browser);
        browser.find(".compose");
        look.here("with answers");
        go_on(&browser, "downloaden");
        look.here("");

        look.finish(&[links::OPTION_B_CONVERTER]);
    });
}

#[test]
fn every_fault_of_a_file_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);

        open(&browser);
        browser.click("[data-action=next]");
        browser.find("#ob-export-error");
        look.here("without a file");
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
            ("groep.csv", "Stamnr;Roepnaam;Achternaam;Groep;Studie\r\n1;Bo;Proef;1a;Havo\r\n"),
        ] {
            refuse(&browser, "export", &file(stage, name, text));
            look.here(name);
        }
        choose_column(&browser);
        refuse(&browser, "export", &two_sheets(stage));
        look.here("with two sheets");
        browser.click("[data-action=choose-sheet]");
        browser.find("[data-file=export].file--good");
        refuse(&browser, "ids", &file(stage, "ids.csv", "Stamnr;IDGebr\r\n1,2E+05;1\r\n7;#N/B\r\n"));
        look.here("with wrong ids");
        refuse(&browser, "ids", &file(stage, "kolommen.csv", "a;b\r\n1;2\r\n"));
        look.here("with other columns than ids");

        look.finish(&[]);
    });
}

#[test]
fn every_fault_in_a_file_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);

        open(&browser);
        give_export(&browser, &with_all_faults(stage));
        go_on(&browser, "kolommen");
        look.here("with a doubt");
        browser.click("#ob-column-email-yes");
        browser.find("[data-column=email]:not(.is-asked)");
        browser.run(
            "const one = document.querySelector('#ob-column-klas'); one.value = '5'; one.dispatchEvent(new Event('change', { bubbles: true }))",
            &[],
        );
        browser.find("#ob-column-studie[aria-invalid=true]");
        look.here("without a column");
        put_back(&browser);
        go_on(&browser, "opleidingen");
        browser.choose("#ob-table", &file(stage, "tabel.csv", "Vak;Code\r\na;b\r\n"));
        browser.find("#ob-table-error-0");
        look.here("with a wrong table");
        browser.choose("#ob-table", &file(stage, "twee.csv", "Studie;Code\r\nA;1\r\na;2\r\n"));
        browser.text_found("//*[@id='ob-table-error-0'][contains(., 'al een andere code')]");
        look.here("with a study twice");
        browser.fill("#ob-code-0", "=1");
        browser.click("h1");
        browser.find("#ob-code-0[aria-invalid=true]");
        look.here("with a wrong code");
        go_on(&browser, "vragen");
        look.here("with questions and faults");
        assert!(!browser.text("main").contains("Kiki"), "a pupil is never named: {}", browser.told());
        answer(&browser, "ob-q-zeros-no");
        look.here("with zeros that differ");
        browser.click("[data-action=next]");
        browser.find("[data-error-summary]");
        look.here("that cannot go on");
        browser.click("#ob-q-composed");
        browser.fill("#ob-pw-before", "=");
        browser.click("h1");
        browser.find("#ob-pw-error");
        look.here("with a wrong password");
        // Emptying it alone would be an answer, and draw the field anew.
        browser.run("document.querySelector('#ob-pw-before').value = 'x'", &[]);
        browser.run("const one = document.querySelector('#ob-pw-field'); one.value = 'tussenvoegsel'; one.dispatchEvent(new Event('change', { bubbles: true }))", &[]);
        browser.text_found("//*[@data-faults]//*[contains(., 'terwijl het wachtwoord uit deze kolom komt')]");
        look.here("with a password of nothing");

        look.finish(&[]);
    });
}

#[test]
fn what_stands_in_place_of_the_converter_is_fit_for_every_reader() {
    run(|stage| {
        let browser = stage.browser();
        let mut look = Look::with(&browser);
        let blocked = "WebAssembly.compileStreaming = async () => { throw new Error('blocked'); };";
        browser.command("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": blocked }));

        browser.open(PATH);
        browser.find("[data-blocked]:not([hidden])");
        look.here("without WebAssembly");

        look.finish(&[]);
    });
}

fn with_rows(rows: &[&str]) -> String {
    format!("{HEADER}{}\r\n", rows.join("\r\n"))
}

fn refuse(browser: &Browser, kind: &str, file: &std::path::Path) {
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
        browser.run(
            "const one = document.querySelector(arguments[0]); one.value = arguments[1]; one.dispatchEvent(new Event('change', { bubbles: true }))",
            &[format!("#ob-column-{field}").into(), column.to_string().into()],
        );
        at(browser, "kolommen");
        let chosen = "return document.querySelector(arguments[0]).value === arguments[1]";
        let arguments = [format!("#ob-column-{field}").into(), column.to_string().into()];
        assert!(browser.until(|| (browser.run(chosen, &arguments) == true).then_some(())).is_some());
    }
    browser.find("[data-rows]:not(:has([aria-invalid=true]))");
}

fn two_sheets(stage: &Stage) -> PathBuf {
    let path = stage.folder.join("twee.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    for name in ["Onderbouw", "Bovenbouw"] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a name");
        for (row, line) in [HEADER.trim_end(), "101001;Bo;;Proef;1a;Havo;"].into_iter().enumerate() {
            let row = u32::try_from(row).expect("small");
            sheet.write_row(row, 0, line.split(';')).expect("it fits");
        }
    }
    book.save(&path).expect("the stage has a folder");
    path
}

/// Two columns for addresses, zeros, a pupil in two classes, letters that do not fit, and each kind of wrong cell.
fn with_all_faults(stage: &Stage) -> PathBuf {
    let mut text = HEADER.replace("E-mail\r\n", "E-mail;Email\r\n");
    for (number, rest) in [
        ("101001", "Łoes;;Şahin;4ha;Havo 4;a@b.example;"),
        ("1234", "Bo;;Kort;4ha;Havo 4;;"),
        ("101003", "Kiki;;Twee;4ha;Havo 4;;"),
        ("101003", "Kiki;;Twee;4va;Vwo 4;;"),
        ("1,23E+05", "Wet;;Getal;4ha;Havo 4;;"),
        ("101005", "=Som;;Formule;4ha;Havo 4;;"),
        ("101006", "Leeg;;;4ha;Havo 4;;"),
        ("101007", "Fout;;Cel;#N/B;Havo 4;;"),
        ("101008", "Een;;Naam;4ha;Havo 4;;"),
        ("101008", "Ander;;Naam;4ha;Havo 4;;"),
        ("geen", "Geen;;Cijfers;4ha;Havo 4;;"),
        ("001234", "Nul;;Verschil;4ha;Havo 4;;"),
        ("101010", "On\tzichtbaar;;Teken;4ha;Havo 4;;"),
        ("101011", &*format!("Lang;;{};4ha;Havo 4;;", "x".repeat(501))),
    ] {
        write!(text, "{number};{rest}\r\n").expect("a text grows");
    }
    file(stage, "fouten.csv", &text)
}
