//! The step of the studies: a code that Numo does not know, one that cannot be one, and the table as a file.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::json;

use super::walk::{answer, at, download, file, give_export, go_on, open, type_code, value};
use crate::support::{Browser, Stage, run};

/// An installation with a list of codes, as its page begins.
pub(crate) const WITH_CODES: &str = r#"
document.addEventListener("readystatechange", () => {
  const root = document.querySelector("[data-converter]");
  const codes = [{ code: "VERZONNEN-H4", name: "Havo, vierde klas" }, { code: "VERZONNEN-V4", name: "" }];
  if (root && document.readyState === "interactive") root.dataset.start = JSON.stringify({ studies: [], codes });
});
"#;

const HEAD: &str = "Stamnr;Roepnaam;Achternaam;Klas;Studie\n";

#[test]
fn a_code_that_numo_does_not_know_is_said_where_it_is_chosen() {
    run(|stage| {
        let browser = stage.browser();
        browser.command("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": WITH_CODES }));
        at_studies(&browser, &two_studies(stage));
        browser.find("#ob-codes option[value=VERZONNEN-H4]");
        browser.find("#ob-code-0[list=ob-codes]");

        type_code(&browser, 0, "ANDERS");
        type_code(&browser, 1, "VERZONNEN-V4");
        browser.click("h1");
        let error = browser.text("#ob-code-0-error");
        assert!(
            error.contains("De code ANDERS van studie Havo 4 staat niet in de lijst met codes van Numo."),
            "{error}"
        );
        go_on(&browser, "vragen");
        assert!(
            browser.text("[data-questions]").contains("1 opleidingscode staat niet in de lijst"),
            "{}",
            browser.told()
        );
        assert!(browser.has("[data-faults][hidden]"), "nothing is to be mended in Excel");

        browser.click("#ob-q-codes");
        at(&browser, "opleidingen");
        type_code(&browser, 0, "VERZONNEN-H4");
        browser.click("h1");
        assert_eq!(browser.text("#ob-code-0-name"), "Havo, vierde klas");
        go_on(&browser, "vragen");
        go_on(&browser, "downloaden");
    });
}

#[test]
fn a_code_that_cannot_be_one_stands_until_it_is_mended_and_the_table_is_saved_as_a_file() {
    run(|stage| {
        let browser = stage.browser();
        at_studies(&browser, &two_studies(stage));
        type_code(&browser, 0, "VERZONNEN-H4");
        type_code(&browser, 0, "=1");
        type_code(&browser, 1, "VERZONNEN-V4");
        browser.click("h1");
        browser.find("[data-study]:not(.is-asked) #ob-code-1");

        browser.find("#ob-code-0[aria-invalid=true]");
        browser.click("[data-action=back]");
        at(&browser, "kolommen");
        go_on(&browser, "opleidingen");
        browser.find("#ob-code-0[aria-invalid=true]");
        assert_eq!(value(&browser, "#ob-code-0"), "=1");
        go_on(&browser, "vragen");
        assert!(
            browser.text("[data-questions]").contains("1 studie heeft nog geen opleidingscode."),
            "{}",
            browser.told()
        );

        browser.click("#ob-q-studies");
        at(&browser, "opleidingen");
        type_code(&browser, 0, "VERZONNEN-H4");
        browser.click("h1");
        browser.find("[data-study]:not(.is-asked) #ob-code-0:not([aria-invalid])");
        browser.click("[data-action=save-table]");
        // A download has its name before it has its text.
        let read = || std::fs::read_to_string(browser.downloads.join("studies-numo.csv")).ok();
        let saved = browser.until(|| read().filter(|text| !text.is_empty()));
        assert_eq!(saved.as_deref(), Some("Studie;opleidingscode\r\nHavo 4;VERZONNEN-H4\r\nVwo 4;VERZONNEN-V4\r\n"));
    });
}

#[test]
fn a_study_of_pupils_about_whom_is_asked_has_its_row_and_an_answer_stays_in_its_place() {
    run(|stage| {
        let browser = stage.browser();
        let mut text = HEAD.to_owned();
        for number in 0..52 {
            write!(text, "{0};Bo;Proef;4ha;Havo 4\n{0};Bo;Proef;4va;Vwo 4\n", 101_000 + number).expect("a text grows");
        }
        at_studies(&browser, &file(stage, "dubbel.csv", &text));
        type_code(&browser, 0, "VERZONNEN-H4");
        type_code(&browser, 1, "VERZONNEN-V4");
        browser.click("h1");
        let is_done = "return document.querySelector('[data-count]').textContent.endsWith('Klaar.')";
        assert!(browser.until(|| (browser.run(is_done, &[]) == true).then_some(())).is_some(), "{}", browser.told());
        go_on(&browser, "vragen");

        assert!(browser.text("[data-questions-more]").contains("Hier staan de eerste 50."), "{}", browser.told());
        assert!(!browser.has("#ob-q-row-102"));
        answer(&browser, "ob-q-row-2");
        browser.find("#ob-q-row-102");
        browser.find("[data-question]:first-child #ob-q-row-2:checked:focus");
    });
}

#[test]
fn of_more_studies_than_a_page_shows_each_has_its_turn_and_a_table_fills_all_of_them() {
    run(|stage| {
        let browser = stage.browser();
        let (mut text, mut table) = (HEAD.to_owned(), "Studie;opleidingscode\n".to_owned());
        for number in 0..230 {
            writeln!(text, "{};Bo;Proef;4ha;Studie {number:03}", 101_000 + number).expect("a text grows");
            writeln!(table, "Studie {number:03};VERZONNEN-{number:03}").expect("a text grows");
        }
        at_studies(&browser, &file(stage, "studies.csv", &text));
        let rows = "return document.querySelectorAll('tr[data-study]').length";
        assert_eq!(browser.run(rows, &[]), 200);
        assert!(browser.text("[data-more]").contains("Er zijn 230 verschillende studies; hier staan er 200."));

        type_code(&browser, 0, "VERZONNEN-000");
        browser.find("#ob-code-200");
        assert!(browser.text("[data-count]").starts_with("1 van 230 gekozen."), "{}", browser.told());
        go_on(&browser, "vragen");
        assert!(browser.text("[data-questions]").contains("229 studies hebben nog geen"), "{}", browser.told());

        browser.click("#ob-q-studies");
        at(&browser, "opleidingen");
        browser.choose("#ob-table", &file(stage, "tabel.csv", &table));
        browser.find("[data-more][hidden]");
        assert_eq!(browser.text("[data-count]"), "230 van 230 gekozen. Klaar.");
        assert_eq!(browser.run(rows, &[]), 230);
        go_on(&browser, "vragen");
        go_on(&browser, "downloaden");
        let made = String::from_utf8(download(&browser)).expect("plain letters");
        assert!(made.contains(";VERZONNEN-000;") && made.contains(";VERZONNEN-229;"), "{made}");
    });
}

#[test]
fn a_table_that_changed_after_it_was_kept_says_so() {
    run(|stage| {
        let browser = stage.browser();
        browser.sign_in("contact@maasplein.example");
        browser.open(&browser.at_school("/optie-b"));
        browser.find("[data-place]:not([hidden]) #ob-export");
        give_export(&browser, &two_studies(stage));
        go_on(&browser, "kolommen");
        go_on(&browser, "opleidingen");
        type_code(&browser, 0, "VERZONNEN-H4");
        browser.click("[data-post=table] button");
        told(&browser, "De tabel is bewaard.");

        type_code(&browser, 1, "VERZONNEN-V4");
        browser.click("h1");

        told(&browser, "Daarna is de tabel gewijzigd.");
    });
}

/// Waits until the page says this of the table.
fn told(browser: &Browser, said: &str) {
    let script =
        "return document.querySelector('[data-post=table] [data-posted]').textContent.startsWith(arguments[0])";
    let is_said = browser.until(|| (browser.run(script, &[said.into()]) == true).then_some(()));
    assert!(is_said.is_some(), "{said}: {}", browser.told());
}

fn at_studies(browser: &Browser, export: &std::path::Path) {
    open(browser);
    give_export(browser, export);
    go_on(browser, "kolommen");
    go_on(browser, "opleidingen");
}

fn two_studies(stage: &Stage) -> PathBuf {
    file(stage, "leerlingen.csv", &format!("{HEAD}101001;Bo;Proef;4ha;Havo 4\n101002;Cas;Toets;4va;Vwo 4\n"))
}
