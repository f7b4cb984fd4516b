//! The same file twice: what was made the first time, and nothing the second.

use koppelklaar::domain::roster::MailChoice;

use super::files::{self, MadeFile, ROWS, SCHOOLS, SHARE};
use super::{Counts, carry_out, everything, terms};
use crate::support::{TestApp, run};

/// What comes of a file whose schools each have a Magister of their own.
const MADE: Counts = [SCHOOLS, 0, ROWS - SCHOOLS, 0];

fn imported_twice(file: impl Fn() -> MadeFile, mails: MailChoice, once: Counts) {
    run(|app: TestApp| {
        let MadeFile { name, bytes } = file();
        async move {
            let kurve = app.kurve().await;
            let terms = terms(name, mails);

            let first = carry_out(&app, kurve, &bytes, &terms).await;
            let before = everything(&app).await;
            app.advance(chrono::TimeDelta::hours(1));
            let second = carry_out(&app, kurve, &bytes, &terms).await;

            assert_eq!(first, once);
            assert_eq!(second, [0, 0, 0, ROWS]);
            assert_eq!(everything(&app).await, before);
            app.new_mails().await;
        }
    });
}

#[test]
fn text_of_dutch_excel() {
    imported_twice(files::dutch_csv, MailChoice::None, MADE);
}

#[test]
fn a_workbook_with_dates_and_leading_zeros() {
    imported_twice(files::workbook, MailChoice::One, MADE);
}

#[test]
fn boards_with_one_magister_each() {
    imported_twice(|| files::board(ROWS), MailChoice::One, [ROWS / SHARE, ROWS - ROWS / SHARE, 0, 0]);
}

#[test]
fn columns_in_another_order_by_other_names() {
    imported_twice(files::other_names, MailChoice::Ordinary, MADE);
}

#[test]
fn text_with_a_mark_and_line_breaks_in_quotes() {
    imported_twice(files::with_breaks, MailChoice::None, MADE);
}
