//! Reports of every kind that was once read wrongly, each with what it must come to: `tests/reports/cases`, and the table
//! of `docs/mail.md` that says so.

use std::path::{Path, PathBuf};

use koppelklaar::mail::message::BuiltMail;
use koppelklaar::services::Context;
use koppelklaar::services::mail::bounces::{self, Outcome};

use super::{is_marked, sent};
use crate::support::{reports, run_to_failure};

/// A report, and what it must come to.
struct Case {
    file: String,
    expected: String,
    /// What is no mistake either.
    also_ok: String,
    why: String,
    text: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports/cases")
}

fn cases() -> Vec<Case> {
    let read = |name: &str| std::fs::read_to_string(folder().join(name)).expect("the file is there");
    let row = |line: &str| {
        let mut cells = line.split('\t').map(str::to_owned);
        let mut next = || cells.next().expect("four cells");
        let (file, expected, also_ok, why) = (next(), next(), next(), next());
        let text = read(&file);
        Case { file, expected, also_ok, why, text }
    };
    read("cases.tsv").lines().skip(1).map(row).collect()
}

impl Case {
    /// The report about a mail, as it comes to an address.
    fn about(&self, mail: &BuiltMail, to: &str) -> String {
        reports::to(&self.text, to, &mail.message_id).replace("{address}", &mail.to)
    }

    fn check(&self, outcome: Outcome) {
        let came_to = match outcome {
            Outcome::Marked | Outcome::Noted => "hard",
            Outcome::ToSendAgain => "soft",
            Outcome::GivenUp => "refused",
            Outcome::NothingToDo => "nothing",
            Outcome::FromMachine(_)
            | Outcome::Answered(_)
            | Outcome::NoReport
            | Outcome::Forged
            | Outcome::UnknownMail => "lost",
        };
        assert!([&self.expected, &self.also_ok].contains(&&came_to.to_owned()), "{}: {came_to}", self.file);
    }

    /// Its line in the docs.
    fn line(&self) -> String {
        let becomes = match self.expected.as_str() {
            "hard" => "the address is marked",
            "soft" => "sent again for two days",
            "refused" => "given up, with the words",
            _ => "nothing; it shows with the mail",
        };
        format!("| {} | {} | {becomes} |", self.file.trim_end_matches(".eml"), self.why)
    }
}

#[test]
fn each_report_comes_to_what_it_must_also_where_only_the_message_id_tells_the_mail() {
    run_to_failure(|app| async move {
        let school = app.school_by_services("Bonhoeffer College", "12AB", "bonhoeffer").await;
        let without_address = Context { bounce_address: None, ..app.context().clone() };
        let (dead, live): (Vec<Case>, Vec<Case>) = cases().into_iter().partition(|case| case.expected == "hard");
        let mut sent_mails = vec![];
        for case in live.iter().chain(&dead) {
            let by_address = sent(&app, &school, &format!("{}/1", case.file)).await;
            sent_mails.push([by_address, sent(&app, &school, &format!("{}/2", case.file)).await]);
        }

        for (at, (case, [by_address, by_id])) in live.iter().chain(&dead).zip(&sent_mails).enumerate() {
            let report = case.about(by_address, &by_address.from);
            let outcome = bounces::take(app.context(), app.now(), report.as_bytes(), None).await;
            case.check(outcome.expect("the store answers"));
            assert_eq!(is_marked(&app, &school.email).await, at >= live.len(), "{}", case.file);

            let report = case.about(by_id, "koppelklaar@kurve.nl");
            let outcome = bounces::take(&without_address, app.now(), report.as_bytes(), None).await;
            case.check(outcome.expect("the store answers"));
        }
    });
}

#[test]
fn the_table_in_the_docs_has_every_case() {
    let docs = include_str!("../../../docs/mail.md");
    let cases = cases();
    let tested: Vec<String> = cases.iter().map(Case::line).collect();

    let written: Vec<&str> = docs
        .lines()
        .skip_while(|line| !line.starts_with("| The report"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();

    assert_eq!(cases.len(), std::fs::read_dir(folder()).expect("it is there").count() - 1, "each file has its row");
    assert!(written == tested, "the table should be:\n{}", tested.join("\n"));
}
