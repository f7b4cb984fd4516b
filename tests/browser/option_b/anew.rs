//! What is chosen, chosen again and lost: a file that was mended, two files at once, a module that came to its end.

use serde_json::json;

use super::walk::{
    answer, at, compose_passwords, download, file, give_export, give_ids, go_on, open, sample, set, value,
};
use crate::support::{Browser, run};

/// Files that are let go of above a part of the page, one after the other in one turn.
const DROP: &str = r#"
const [onto, ...files] = arguments;
for (const [name, text] of files) {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name));
  document.querySelector(onto).dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
}
"#;

/// A worker that comes to its end once, when names are to be shown.
const BREAKS: &str = r#"
const Real = Worker;
let isBroken = false;
window.Worker = class extends Real {
  postMessage(data, ...rest) {
    if (data.ask !== "look" || isBroken) return super.postMessage(data, ...rest);
    isBroken = true;
    this.dispatchEvent(new Event("error"));
  }
};
"#;

#[test]
fn a_file_that_is_mended_keeps_the_column_that_the_school_pointed_at() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        let text = |name: &str| {
            format!("Stamnr;Roepnaam;Achternaam;Mentorgroep;Groep;Studie\n101001;{name};Proef;m1;4ha;Havo 4\n")
        };
        browser.choose("#ob-export", &file(stage, "eerst.csv", &text("#N/B")));
        browser.find("#ob-missing");
        browser.run("document.querySelector('#ob-missing').value = '4'", &[]);
        browser.click("[data-action=choose-column]");
        browser.find("[data-file=export].file--good");
        assert!(browser.has("[data-action=next]:focus"), "the button is gone: {}", browser.told());
        for step in ["kolommen", "opleidingen", "vragen"] {
            go_on(&browser, step);
        }
        assert!(browser.text("[data-faults]").contains("1 fout in het bestand"), "{}", browser.told());

        browser.choose("#ob-again", &file(stage, "geen.csv", "een;twee\n1;2\n"));
        at(&browser, "bestand");
        browser.choose("#ob-export", &file(stage, "verbeterd.csv", &text("Bo")));
        browser.find("[data-file=export].file--good");
        go_on(&browser, "kolommen");
        assert_eq!(value(&browser, "#ob-column-klas"), "4");
        go_on(&browser, "opleidingen");
        fill_code(&browser, 0, "VERZONNEN-H4");
        go_on(&browser, "vragen");
        compose_passwords(&browser);
        go_on(&browser, "downloaden");

        let made = String::from_utf8(download(&browser)).expect("plain letters");
        assert!(made.contains("101001;Bo;;Proef;4ha;VERZONNEN-H4;;proef-101001;leerling"), "{made}");
    });
}

#[test]
fn of_two_files_at_once_the_last_counts_with_its_own_columns() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        let first = "Stamnr;Roepnaam;Achternaam;Groep;Mentor;Studie\n1;a;b;c;d;e\n2;f;g;h;i;j\n";
        browser.choose("#ob-export", &file(stage, "eerst.csv", first));
        browser.find("#ob-missing");
        browser.run("document.querySelector('#ob-missing').value = '3'", &[]);
        browser.click("[data-action=choose-column]");
        browser.find("[data-file=export].file--good");

        let other = "Stamnr;Klas;Roepnaam;Achternaam;Studie\n101001;4ha;Bo;Proef;Havo 4\n";
        browser.run(DROP, &["[data-drop=export]".into(), json!(["eerst.csv", first]), json!(["anders.csv", other])]);
        let is_read = "return document.querySelector('[data-about]').textContent.startsWith('1 rij')";
        assert!(browser.until(|| (browser.run(is_read, &[]) == true).then_some(())).is_some(), "{}", browser.told());

        assert_eq!(browser.text("[data-file=export] [data-name]"), "anders.csv");
        go_on(&browser, "kolommen");
        assert_eq!(value(&browser, "#ob-column-klas"), "1");
        assert!(browser.text("[data-column=klas]").contains("4ha"), "{}", browser.told());
    });
}

#[test]
fn a_module_that_came_to_its_end_is_followed_by_one_that_makes_a_file() {
    run(|stage| {
        let browser = stage.browser();
        browser.command("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": BREAKS }));
        open(&browser);
        give_export(&browser, &sample("in/05-oud.xls"));
        go_on(&browser, "kolommen");
        browser.click("[data-action=show-names]");

        at(&browser, "bestand");
        assert!(browser.text("#ob-export-error").contains("te zwaar"), "{}", browser.told());
        give_export(&browser, &sample("in/05-oud.xls"));
        go_on(&browser, "kolommen");
        go_on(&browser, "opleidingen");
        fill_code(&browser, 0, "VERZONNEN-H5");
        go_on(&browser, "vragen");
        go_on(&browser, "downloaden");
        assert!(download(&browser).windows(12).any(|part| part == b"VERZONNEN-H5"));
    });
}

#[test]
fn names_are_shown_while_a_column_is_missing_and_one_that_may_be_missing_can_be_left_out() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        let text = "Stamnr;Roepnaam;Achternaam;Klas;Studie;E-mail\n101001;Bo;Proef;4ha;Havo 4;bo@a.example\n";
        let path = file(stage, "leerlingen.csv", text);
        give_export(&browser, &path);
        go_on(&browser, "kolommen");

        set(&browser, "#ob-column-klas", "4");
        browser.find("#ob-column-studie[aria-invalid=true]");
        assert!(browser.has("#ob-column-klas:focus"), "who chooses stays there: {}", browser.told());
        browser.click("[data-action=show-names]");
        browser.find("[data-action=show-names][aria-pressed=true]");
        browser.click("[data-action=next]");
        browser.find("#ob-column-studie[aria-invalid=true]:focus");
        set(&browser, "#ob-column-studie", "4");
        browser.find("#ob-column-klas[aria-invalid=true]");
        set(&browser, "#ob-column-klas", "3");
        browser.find("[data-rows]:not(:has([aria-invalid=true]))");
        assert!(browser.text("[data-column=achternaam]").contains("Proef"), "{}", browser.told());
        set(&browser, "#ob-column-email", "");
        browser.find("[data-column=email] .tag--blocked");
        go_on(&browser, "opleidingen");

        browser.click("[data-action=back]");
        at(&browser, "kolommen");
        std::fs::write(&path, "Iets anders").expect("it is there");
        set(&browser, "#ob-column-email", "5");
        assert!(browser.text("#ob-kolommen-error").contains("verplaatst of veranderd"), "{}", browser.told());
    });
}

#[test]
fn ids_that_are_refused_or_left_out_are_in_no_file() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        give_export(&browser, &sample("in/05-oud.xls"));
        give_ids(&browser, &sample("in/01-idgebr.csv"));
        browser.choose("#ob-ids", &file(stage, "ids.csv", "a;b\n1;2\n"));
        assert!(browser.text("#ob-ids-error").contains("ids.csv: In het bestand met IDGebr"), "{}", browser.told());
        go_on(&browser, "kolommen");
        assert!(browser.text("[data-rows]").contains("Geen bestand gekozen"), "{}", browser.told());

        browser.click("[data-action=back]");
        at(&browser, "bestand");
        give_ids(&browser, &sample("in/01-idgebr.csv"));
        browser.click("[data-action=without-ids]");
        browser.find("[data-file=ids]:not(.file--good)");
        go_on(&browser, "kolommen");
        go_on(&browser, "opleidingen");
        fill_code(&browser, 0, "VERZONNEN-H5");
        go_on(&browser, "vragen");
        go_on(&browser, "downloaden");
        assert!(browser.text("[data-columns]").starts_with("9, zonder IDGebr"));
        assert!(!String::from_utf8_lossy(&download(&browser)).contains("IDGebr"));
    });
}

#[test]
fn a_stamnr_alone_is_no_password_and_an_answer_to_letters_is_of_one_file() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        let head = "Stamnr;Roepnaam;Achternaam;Klas;Studie\n";
        give_export(&browser, &file(stage, "eerst.csv", &format!("{head}101001;Łoes;Proef;4ha;Havo 4\n")));
        go_on(&browser, "kolommen");
        go_on(&browser, "opleidingen");
        fill_code(&browser, 0, "VERZONNEN-H4");
        go_on(&browser, "vragen");
        answer(&browser, "ob-q-encoding-utf");
        browser.click("#ob-q-composed");
        browser.find("[data-question=ob-q-password][data-state=open] #ob-pw-say");
        browser.click("[data-action=next]");
        browser.find("[data-error-summary] [data-to=ob-q-drawn]");
        compose_passwords(&browser);
        browser.find("[data-question=ob-q-password][data-state=answered]");

        browser.click("[data-stages] a[href='#bestand']");
        at(&browser, "bestand");
        browser.choose("#ob-export", &file(stage, "daarna.csv", &format!("{head}101001;Bo;Prôef;4ha;Havo 4\n")));
        let is_read = "return document.querySelector('[data-name]').textContent === 'daarna.csv' && document.querySelector('[data-file=export]').matches('.file--good') && document.querySelector('[data-status]').textContent.startsWith('daarna.csv')";
        assert!(browser.until(|| (browser.run(is_read, &[]) == true).then_some(())).is_some(), "{}", browser.told());
        for step in ["kolommen", "opleidingen", "vragen", "downloaden"] {
            go_on(&browser, step);
        }
        assert!(browser.text("[data-columns]").contains("windows-1252"), "{}", browser.told());
        let made = download(&browser);
        assert!(made.windows(5).any(|part| part == b"Pr\xf4ef"), "{}", String::from_utf8_lossy(&made));
    });
}

/// Types a code, and leaves its field.
fn fill_code(browser: &Browser, at: usize, code: &str) {
    browser.fill(&format!("#ob-code-{at}"), code);
    browser.click("h1");
    browser.find("[data-study]:not(.is-asked)");
}
