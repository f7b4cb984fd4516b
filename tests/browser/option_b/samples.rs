//! Each sample in the page becomes the right file, byte for byte.

use super::walk::{
    answer, at, compose_passwords, download, give_export, give_ids, give_table, go_on, open, sample, value,
};
use crate::support::keys::{ENTER, TAB};
use crate::support::{Browser, run};

/// A way through the page, with the answers that it asks.
struct Walk {
    export: &'static str,
    ids: Option<&'static str>,
    answers: &'static [&'static str],
    out: &'static str,
}

const WALKS: [Walk; 4] = [
    Walk {
        export: "in/01-gewoon.xlsx",
        ids: Some("in/01-idgebr.csv"),
        answers: &["ob-q-encoding-utf"],
        out: "out/01-gewoon.numo.csv",
    },
    Walk {
        export: "in/02-titel-en-nullen.xlsx",
        ids: None,
        answers: &["ob-q-zeros-yes"],
        out: "out/02-titel-en-nullen.numo.csv",
    },
    Walk { export: "in/03-ansi-dubbel.csv", ids: None, answers: &["ob-q-row-8"], out: "out/03-ansi-dubbel.numo.csv" },
    Walk { export: "in/05-oud.xls", ids: None, answers: &[], out: "out/05-oud.numo.csv" },
];

#[test]
fn every_sample_becomes_the_right_file() {
    run(|stage| {
        for walk in WALKS {
            let browser = stage.browser();
            open(&browser);
            give_export(&browser, &sample(walk.export));
            if let Some(ids) = walk.ids {
                give_ids(&browser, &sample(ids));
            }
            go_on(&browser, "kolommen");
            go_on(&browser, "opleidingen");
            give_table(&browser);
            go_on(&browser, "vragen");
            walk.answers.iter().for_each(|id| answer(&browser, id));
            compose_passwords(&browser);
            go_on(&browser, "downloaden");

            let made = download(&browser);

            let expected = std::fs::read(sample(walk.out)).expect("a sample");
            assert!(made == expected, "{}:\n{}", walk.out, String::from_utf8_lossy(&made));
        }
    });
}

/// A file that is let go of above a part of the page.
const DROP: &str = r#"
const [onto, name, text] = arguments;
const dataTransfer = new DataTransfer();
dataTransfer.items.add(new File([text], name));
const about = { bubbles: true, cancelable: true, dataTransfer };
for (const kind of ["dragover", "drop"]) document.querySelector(onto).dispatchEvent(new DragEvent(kind, about));
"#;

#[test]
fn a_file_can_be_dropped_and_one_beside_the_field_opens_nothing() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        let text = "Stamnr;Roepnaam;Achternaam;Klas;Studie\n101001;Bo;Proef;4ha;Havo 4\n";

        browser.run(DROP, &["footer".into(), "naast.csv".into(), text.into()]);
        browser.run(DROP, &["[data-drop=ids]".into(), "ids.csv".into(), "Stamnr;IDGebr\n101001;9\n".into()]);
        browser.find("[data-file=ids].file--good");
        assert!(!browser.has("[data-file=export].file--good"));
        browser.run(DROP, &["[data-drop=export]".into(), "leerlingen.csv".into(), text.into()]);

        browser.find("[data-file=export].file--good");
        assert_eq!(browser.text("[data-file=export] [data-name]"), "leerlingen.csv");
        assert!(
            browser.text("[data-file=ids]").contains("1 leerling heeft een IDGebr, van de 1."),
            "{}",
            browser.told()
        );
    });
}

#[test]
fn who_begins_anew_while_a_file_is_read_begins_with_none() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        let text = "Stamnr;Roepnaam;Achternaam;Klas;Studie\n101001;Bo;Proef;4ha;Havo 4\n";
        let at_once = format!("{DROP} document.querySelector('[data-action=wipe]').click();");

        browser.run(&at_once, &["[data-drop=export]".into(), "eerst.csv".into(), text.into()]);
        let is_wiped = "return document.querySelector('[data-status]').textContent.startsWith('Alles is gewist')";
        assert!(browser.until(|| (browser.run(is_wiped, &[]) == true).then_some(())).is_some(), "{}", browser.told());

        assert!(!browser.has("[data-file=export].file--good"), "{}", browser.told());
        browser.click("[data-action=next]");
        browser.find("#ob-export-error");
        give_export(&browser, &sample("in/05-oud.xls"));
        go_on(&browser, "kolommen");
    });
}

#[test]
fn a_file_that_is_mended_keeps_the_columns_and_codes_that_were_chosen() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        let file = |name: &str, klas: &str| {
            let path = stage.folder.join(name);
            let text = format!(
                "Stamnr;Roepnaam;Achternaam;Klas;Mentorgroep;Studie\n101001;Bo;Proef;{klas};m1;Havo 4\n101002;Cas;Toets;4hb;m2;Havo 4\n"
            );
            std::fs::write(&path, text).expect("the stage has a folder");
            path
        };
        give_export(&browser, &file("eerst.csv", "#N/B"));
        go_on(&browser, "kolommen");
        go_on(&browser, "opleidingen");
        browser.fill("#ob-code-0", "VERZONNEN-H4");
        go_on(&browser, "vragen");
        assert!(browser.text("[data-faults]").contains("Rij 2"), "{}", browser.told());
        compose_passwords(&browser);

        browser.choose("#ob-again", &file("verbeterd.csv", "4ha"));
        browser.find("[data-faults][hidden]");
        go_on(&browser, "downloaden");

        let made = String::from_utf8(download(&browser)).expect("plain letters");
        assert!(made.contains("101001;Bo;;Proef;4ha;VERZONNEN-H4;;proef-101001;leerling"), "{made}");
        assert_eq!(browser.text("[data-export-name]"), "verbeterd.csv");
    });
}

#[test]
fn going_back_loses_no_choice_and_the_browsers_own_button_goes_back_too() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        give_export(&browser, &sample("in/02-titel-en-nullen.xlsx"));
        go_on(&browser, "kolommen");
        go_on(&browser, "opleidingen");
        browser.fill("#ob-code-0", "VERZONNEN-B1");
        browser.fill("#ob-code-1", "VERZONNEN-M3");
        go_on(&browser, "vragen");
        answer(&browser, "ob-q-zeros-no");
        compose_passwords(&browser);

        browser.click("[data-action=back]");
        at(&browser, "opleidingen");
        browser.run("history.back()", &[]);
        at(&browser, "vragen");
        browser.run("history.go(-2)", &[]);
        at(&browser, "kolommen");

        browser.click("[data-stages] a[href='#opleidingen']");
        at(&browser, "opleidingen");
        assert_eq!(value(&browser, "#ob-code-0"), "VERZONNEN-B1");
        browser.click("[data-stages] a[href='#vragen']");
        at(&browser, "vragen");
        browser.find("#ob-q-zeros-no:checked");
        browser.find("#ob-q-composed:checked");
        assert_eq!(value(&browser, "#ob-pw-before"), "proef-");
        assert_eq!(value(&browser, "#ob-pw-field"), "stamnr");
    });
}

#[test]
fn the_keyboard_alone_leads_to_the_file_and_each_step_is_read_out() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        give_export(&browser, &sample("in/05-oud.xls"));

        for step in ["kolommen", "opleidingen"] {
            press_next(&browser, step);
        }
        // The step before, the promise, the table's two buttons, and then the first study.
        tab_to(&browser, "#ob-code-0", 8);
        browser.keys("VERZONNEN-H5");
        browser.keys(TAB);
        browser.find("[data-study]:not(.is-asked)");
        for step in ["vragen", "downloaden"] {
            press_next(&browser, step);
        }
        tab_to(&browser, "[data-action=download]", 12);
        browser.keys(ENTER);

        let file = browser.downloads.join("numo-leerlingen.csv");
        let made = browser.until(|| std::fs::read(&file).ok().filter(|made| !made.is_empty())).unwrap_or_default();
        let made = String::from_utf8_lossy(&made);
        assert!(made.contains(";VERZONNEN-H5;"), "{made}");
        assert!(browser.has("[data-action=download]:focus"), "{}", browser.told());
        tab_to(&browser, "#ob-weg-1", 12);
        browser.keys(" ");
        browser.find("#ob-weg-1:checked");
    });
}

/// Goes on by keys from wherever the focus is; the title of the step is what is read next.
fn press_next(browser: &Browser, step: &str) {
    tab_to(browser, "[data-action=next]", 60);
    browser.keys(ENTER);
    at(browser, step);
    assert!(browser.has("h1:focus"), "{step}: {}", browser.told());
}

fn tab_to(browser: &Browser, selector: &str, most: usize) {
    let is_there = || browser.has(&format!("{selector}:focus"));
    let tabs = (0..most).find(|tabs| {
        if *tabs > 0 {
            browser.keys(TAB);
        }
        is_there()
    });
    assert!(tabs.is_some(), "{selector} is far away on {}", browser.told());
}

#[test]
fn who_cannot_go_on_reads_why() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);

        browser.click("[data-action=next]");
        assert!(browser.text("#ob-export-error").ends_with("Kies eerst de export uit Magister."));
        give_export(&browser, &sample("in/02-titel-en-nullen.xlsx"));
        for step in ["kolommen", "opleidingen", "vragen"] {
            go_on(&browser, step);
        }
        browser.click("[data-action=next]");

        let summary = browser.text("[data-error-summary]");
        assert!(summary.contains("Vul stamnrs aan tot 6 cijfers?") && summary.contains("2 studies"), "{summary}");
        assert_eq!(browser.run("return document.title.startsWith('Fout: ')", &[]), true);
        assert!(browser.has("[data-error-summary]:focus"));
    });
}
