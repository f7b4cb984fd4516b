//! One check as a page shows it: a card that says where it stands and how it ended, and the seven rungs below it.

use chrono::{DateTime, Utc};
use strum::IntoEnumIterator;

use crate::domain::check::{Advice, CheckCode, CheckResult, NotMade, Rung, RungTime};
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::Party;
use crate::links;
use crate::services::checks::Beside;
use crate::store::checks::connection_checks::{Check, Outcome};
use crate::words;

/// For whose eyes it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Reader {
    /// A contact of this connection.
    School(ConnectionId),
    /// A colleague of Kurve.
    Kurve,
}

/// How far a check is.
#[derive(Debug, Clone, Copy)]
enum Stand<'a> {
    /// It waits for its turn.
    Waiting,
    /// It climbs.
    Climbing {
        /// The rungs that held, lowest first.
        held: &'a [RungTime],
        /// The rung that is tried.
        trying: Option<Rung>,
    },
    /// It ended.
    Done(&'a CheckResult),
    /// It was not made, for a reason that has nothing to do with the school.
    NotMade(NotMade),
}

/// One rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct RungRow {
    /// The stored name, for tests.
    pub(in crate::web) key: &'static str,
    pub(in crate::web) question: &'static str,
    /// `held`, `trying`, `broke` or `ahead`; also its look.
    pub(in crate::web) state: &'static str,
    pub(in crate::web) words: &'static str,
    /// How long it took; empty if that is not known.
    pub(in crate::web) time: String,
}

/// The whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct LadderView {
    /// `waiting`, `climbing`, `not_made` or the code, for tests.
    pub(in crate::web) key: &'static str,
    pub(in crate::web) is_running: bool,
    /// The kind of the card: `now`, `wait` or `done`.
    pub(in crate::web) kind: &'static str,
    pub(in crate::web) label: String,
    pub(in crate::web) title: String,
    pub(in crate::web) lines: Vec<String>,
    /// "612 leerlingen, 3 zonder opleidingscode"; empty when no list was read.
    pub(in crate::web) receipt: String,
    /// The steps that the rungs that held prove.
    pub(in crate::web) proven: Vec<&'static str>,
    /// Where the school puts it right: address and words.
    pub(in crate::web) link: Option<(String, String)>,
    pub(in crate::web) rungs: Vec<RungRow>,
    /// What is for Kurve alone: a name and its value each.
    pub(in crate::web) details: Vec<(&'static str, String)>,
    /// What is read out when it changes.
    pub(in crate::web) said: String,
}

/// What is said of a rung that was never reached.
const NOT_LOOKED_AT: &str = "Niet bekeken";

/// What is said of a check after which another was made.
const LATER: &str = "Zo was het toen. Wat je nu kunt doen, staat bij de nieuwste controle.";

impl LadderView {
    /// A check as it stands.
    pub(in crate::web) fn of(check: &Check, beside: &Beside, reader: Reader) -> Self {
        let stand = match (&check.outcome, check.started_at) {
            (Some(Outcome::Made(result)), _) => Stand::Done(result),
            (Some(Outcome::NotMade(reason)), _) => Stand::NotMade(*reason),
            (None, Some(_)) => Stand::Climbing { held: &check.progress.held, trying: check.progress.trying },
            (None, None) => Stand::Waiting,
        };
        let mut view = Self::new(stand, check.finished_at.unwrap_or(check.asked_at), beside, reader);
        if check.result().is_some_and(|result| result.code == CheckCode::HostUnknown) {
            view.lines.insert(0, format!("We zochten op https://{}.", check.host));
        }
        view
    }

    /// A check that stands so, at a moment.
    fn new(stand: Stand<'_>, at: DateTime<Utc>, beside: &Beside, reader: Reader) -> Self {
        match stand {
            Stand::Waiting => {
                let title = "De controle begint zo";
                let mut view = Self::bare("waiting", "wait", "Even geduld", title, rungs(&[], None, None));
                view.lines
                    .push("Je hoeft niet te wachten. De controle gaat door, ook als je deze pagina sluit.".to_owned());
                view.is_running = true;
                view
            }
            Stand::Climbing { held, trying } => {
                let rung = trying.unwrap_or_else(|| above(held));
                let number = Rung::iter().position(|one| one == rung).unwrap_or_default() + 1;
                let title = format!("Vraag {number} van {}: {}", Rung::iter().len(), rung.question());
                let mut view =
                    Self::bare("climbing", "wait", "De controle loopt", title, rungs(held, Some(rung), None));
                view.is_running = true;
                view
            }
            Stand::NotMade(reason) => {
                let title = "De controle is niet gelukt";
                let mut view = Self::bare("not_made", "wait", "Niet gedaan", title, rungs(&[], None, None));
                view.lines.push(reason.sentence().to_owned());
                view.said = format!("{title}. {}", reason.sentence());
                for rung in &mut view.rungs {
                    rung.words = NOT_LOOKED_AT;
                }
                view
            }
            Stand::Done(result) => Self::done(result, at, beside, reader),
        }
    }

    fn bare(
        key: &'static str,
        kind: &'static str,
        label: impl Into<String>,
        title: impl Into<String>,
        rungs: Vec<RungRow>,
    ) -> Self {
        let title = title.into();
        Self {
            key,
            is_running: false,
            kind,
            label: label.into(),
            said: title.clone(),
            title,
            lines: vec![],
            receipt: String::new(),
            proven: vec![],
            link: None,
            rungs,
            details: vec![],
        }
    }

    fn done(result: &CheckResult, at: DateTime<Utc>, beside: &Beside, reader: Reader) -> Self {
        let code = result.code;
        let advice = Advice::of(code, &beside.state);
        let broken = (code != CheckCode::Ok).then_some(result.rung);
        let held: Vec<RungTime> = result.times.iter().filter(|time| result.holds(time.rung)).copied().collect();
        let mut rows = rungs(&held, None, broken);
        for (row, rung) in rows.iter_mut().zip(Rung::iter()) {
            let is_open = matches!(
                code,
                CheckCode::UnexpectedAnswer | CheckCode::ListFailed | CheckCode::NoRoute | CheckCode::TooSlow
            );
            if is_open && broken == Some(rung) {
                // An answer that nobody understands, or that never came, is no "no".
                row.words = "Onbekend";
            }
            let time = result.times.iter().find(|time| time.rung == rung);
            row.time = time.map_or_else(String::new, |time| words::seconds_nl(time.millis));
        }
        let checked = format!("Gecontroleerd op {}", words::moment_nl(at));
        let kind = match (code, advice.holder()) {
            (CheckCode::Ok, _) => "done",
            (_, Some(Party::School)) if beside.is_newest => "now",
            (_, Some(Party::School | Party::Kurve | Party::Magister) | None) => "wait",
        };
        let label = match (reader, code) {
            (_, CheckCode::Ok) => checked.clone(),
            // What to do now, only the newest check tells.
            _ if !beside.is_newest => "Een eerdere controle".to_owned(),
            (Reader::School(_), _) => words::advice_turn(advice).to_owned(),
            (Reader::Kurve, _) => format!("Aan de beurt: {}", advice.holder().map_or("niemand", words::party_name)),
        };
        let title = if beside.is_newest { words::advice_title(advice) } else { words::check_title(code) };
        let mut view = Self::bare(code.as_str(), kind, label, title, rows);
        let said = if beside.is_newest { words::advice_sentence(advice) } else { LATER };
        let lead = if reader == Reader::Kurve && beside.is_newest { "Dit leest de school: " } else { "" };
        if code == CheckCode::Ok {
            view.lines.push(format!("{lead}{}", code.sentence()));
        } else {
            view.lines.push(format!("{lead}{said}"));
            view.lines.push(format!("{checked}."));
        }
        view.receipt = result.counts.map(|counts| counts.receipt()).unwrap_or_default();
        view.proven = result.proven().into_iter().map(words::step_name).collect();
        view.said = format!("{}. {said}", view.title);
        match reader {
            Reader::School(school) if beside.is_newest => view.link = fix(school, advice),
            Reader::School(school) => {
                let newest = links::SCHOOL_CONNECTION.at(school);
                view.link = Some((newest, "Bekijk de nieuwste controle".to_owned())).filter(|_| code != CheckCode::Ok);
            }
            Reader::Kurve => view.details = details(result),
        }
        view
    }
}

/// Whether what a check asks is said to Kurve in a message: nothing on the school's own pages puts it right.
pub(in crate::web) fn is_written_to_kurve(advice: Advice) -> bool {
    matches!(advice, Advice::DomainGone | Advice::DomainByKurve | Advice::Plain(CheckCode::ListShrunk))
}

/// Where the school puts right what is wrong.
fn fix(school: ConnectionId, advice: Advice) -> Option<(String, String)> {
    if advice == Advice::Plain(CheckCode::HostUnknown) {
        return Some((links::correct_domain(school), "Schooldomein verbeteren".to_owned()));
    }
    if is_written_to_kurve(advice) {
        return Some((links::write_to_kurve(school), "Bericht aan Kurve schrijven".to_owned()));
    }
    let step = advice.step()?;
    Some((links::SCHOOL_STEP.step(school, step), format!("Naar “{}”", words::step_name(step))))
}

/// The first rung that did not hold yet.
fn above(held: &[RungTime]) -> Rung {
    let highest = held.iter().map(|time| time.rung).max();
    Rung::iter().find(|rung| highest.is_none_or(|highest| *rung > highest)).unwrap_or(Rung::Rows)
}

fn rungs(held: &[RungTime], trying: Option<Rung>, broken: Option<Rung>) -> Vec<RungRow> {
    let row = |rung: Rung| {
        let time = held.iter().find(|time| time.rung == rung);
        let (state, said) = match time {
            Some(_) => ("held", "Ja"),
            None if trying == Some(rung) => ("trying", "Bezig"),
            None if broken == Some(rung) => ("broke", "Nee"),
            None if broken.is_some() => ("ahead", NOT_LOOKED_AT),
            None => ("ahead", "Volgt"),
        };
        let time = time.map_or_else(String::new, |time| words::seconds_nl(time.millis));
        RungRow { key: rung.as_str(), question: rung.question(), state, words: said, time }
    };
    Rung::iter().map(row).collect()
}

/// What Kurve reads beside it.
fn details(result: &CheckResult) -> Vec<(&'static str, String)> {
    let mut rows = vec![("Code", result.code.as_str().to_owned()), ("Duurde", words::seconds_nl(result.millis()))];
    rows.extend(result.oddity.map(|oddity| ("Wat er vreemd was", words::oddity(oddity))));
    rows.extend(result.redacted_text.clone().map(|said| ("Magister zei", said)));
    rows.extend(result.certificate_until.map(|until| ("Certificaat geldt tot", words::date_nl(until))));
    if !result.columns.is_empty() {
        rows.push(("Kolommen", result.columns.join(", ")));
    }
    rows
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
