//! What the school chose stays: a sheet for a file that is mended, ids and ticks on the way back and forth. And what it
//! should not have in its export at all is said kindly, and suggested nowhere.

use std::path::PathBuf;

use super::walk::{
    answer, at, compose_passwords, download, give_export, give_ids, give_table, go_on, open, sample, set,
};
use crate::support::{Browser, Stage, run};

#[test]
fn the_sheet_that_was_chosen_at_first_is_that_of_the_mended_file_too() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        browser.choose("#ob-export", &two_sheets(stage, "eerst.xlsx", "1,23E+05"));
        browser.find("#ob-sheet");
        set(&browser, "#ob-sheet", "Bovenbouw");
        browser.click("[data-action=choose-sheet]");
        browser.find("[data-file=export].file--good");
        assert!(
            browser.text("[data-dropped-about]").contains("Blad “Onderbouw” is niet gebruikt."),
            "{}",
            browser.told()
        );
        for step in ["kolommen", "opleidingen", "vragen"] {
            go_on(&browser, step);
        }
        assert!(browser.text("[data-faults]").contains("Rij 3"), "{}", browser.told());

        browser.choose("#ob-again", &two_sheets(stage, "verbeterd.xlsx", "101003"));
        browser.find("[data-faults][hidden]");

        browser.click("[data-stages] a[href='#opleidingen']");
        at(&browser, "opleidingen");
        let studies = browser.text("[data-rows]");
        assert!(studies.contains("Vwo 4") && !studies.contains("Brugklas"), "{studies}");
        give_table(&browser);
        go_on(&browser, "vragen");
        compose_passwords(&browser);
        go_on(&browser, "downloaden");
        let made = String::from_utf8(download(&browser)).expect("plain letters");
        assert!(made.contains("101003;Cas;;Boven;4va;") && !made.contains("Onder"), "{made}");
        assert_eq!(browser.text("[data-export-name]"), "verbeterd.xlsx");
    });
}

/// Pupils on two sheets; of the second sheet's last pupil the stamnr is given.
fn two_sheets(stage: &Stage, name: &str, stamnr: &str) -> PathBuf {
    let path = stage.folder.join(name);
    let mut book = rust_xlsxwriter::Workbook::new();
    let header = ["Stamnr", "Roepnaam", "Achternaam", "Klas", "Studie"];
    for (name, rows) in [
        ("Onderbouw", [["101001", "Bo", "Onder", "1a", "Brugklas"], ["101005", "Eef", "Onder", "1a", "Brugklas"]]),
        ("Bovenbouw", [["101002", "Dee", "Boven", "4va", "Vwo 4"], [stamnr, "Cas", "Boven", "4va", "Vwo 4"]]),
    ] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a name");
        for (at, row) in (0..).zip([header].into_iter().chain(rows)) {
            sheet.write_row(at, 0, row).expect("it fits");
        }
    }
    book.save(&path).expect("the stage has a folder");
    path
}

#[test]
fn ids_answers_and_ticks_stay_on_the_way_back_and_forth() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        give_export(&browser, &sample("in/01-gewoon.xlsx"));
        give_ids(&browser, &sample("in/01-idgebr.csv"));
        for step in ["kolommen", "opleidingen"] {
            go_on(&browser, step);
        }
        give_table(&browser);
        go_on(&browser, "vragen");
        answer(&browser, "ob-q-encoding-utf");
        compose_passwords(&browser);
        go_on(&browser, "downloaden");
        for tick in ["#ob-weg-1", "#ob-weg-2"] {
            browser.click(tick);
        }

        browser.click("[data-stages] a[href='#bestand']");
        at(&browser, "bestand");
        assert_eq!(browser.text("[data-file=ids] [data-name]"), "01-idgebr.csv");
        assert!(browser.text("[data-file=ids]").contains("7 leerlingen hebben een IDGebr"), "{}", browser.told());
        for step in ["kolommen", "opleidingen", "vragen", "downloaden"] {
            go_on(&browser, step);
        }

        let ticked =
            "return [...document.querySelectorAll('[data-clean] .tick-box:checked')].map((one) => one.id).join()";
        assert_eq!(browser.run(ticked, &[]), "ob-weg-1,ob-weg-2");
        assert!(browser.text("[data-columns]").starts_with("10, met IDGebr"), "{}", browser.told());
        let expected = std::fs::read(sample("out/01-gewoon.numo.csv")).expect("a sample");
        assert!(download(&browser) == expected);
    });
}

#[test]
fn personal_data_that_numo_does_not_need_is_suggested_nowhere_and_named_where_it_is_cleaned_up() {
    run(|stage| {
        let browser = stage.browser();
        open(&browser);
        give_export(&browser, &sample("in/02-titel-en-nullen.xlsx"));
        let about = browser.text("[data-dropped-about]");
        assert!(
            about.contains("Geb. datum, M/V en BSN zijn persoonsgegevens die Numo niet nodig heeft.")
                && about.contains("in de Kolommenkiezer"),
            "{about}"
        );
        go_on(&browser, "kolommen");

        assert!(browser.text("[data-needless]").contains("Numo gebruikt Geb. datum, M/V en BSN niet."));
        for name in ["Geb. datum", "M/V", "BSN"] {
            assert!(!offered(&browser).contains(name), "{name} is offered: {}", browser.told());
        }
        assert!(offered(&browser).contains("Stamnr"));
        go_on(&browser, "opleidingen");
        give_table(&browser);
        go_on(&browser, "vragen");
        answer(&browser, "ob-q-zeros-yes");
        go_on(&browser, "downloaden");
        let export = browser.text("label[for=ob-weg-1]");
        assert_eq!(export, "De export: 02-titel-en-nullen.xlsx. Daar staan ook Geb. datum, M/V en BSN in.");

        // A file without any of it is told nothing.
        browser.click("[data-stages] a[href='#bestand']");
        at(&browser, "bestand");
        give_export(&browser, &sample("in/05-oud.xls"));
        browser.text_found("//*[@data-name][.='05-oud.xls']");
        browser.find("[data-dropped][hidden]");
        go_on(&browser, "kolommen");
        browser.find("[data-needless][hidden]");
    });
}

/// What all fields for columns offer.
fn offered(browser: &Browser) -> String {
    browser
        .run("return [...document.querySelectorAll('[data-rows] option')].map((one) => one.text).join('|')", &[])
        .to_string()
}
