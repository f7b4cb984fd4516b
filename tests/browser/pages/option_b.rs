//! Optie B: every step of the converter. What can go wrong there is in `option_b_faults.rs`.

use koppelklaar::links;

use super::look::Look;
use crate::option_b::walk::{answer, compose_passwords, give_export, give_ids, give_table, go_on, open, sample};
use crate::support::run;

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
