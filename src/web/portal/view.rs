//! Where an onboarding stands, as rows for a page: the five gates with their steps, and the verdict with its reasons.
//!
//! For the school's own eyes: Kurve's pages have their own rows. Who said what is in [`super::evidence`].

use strum::IntoEnumIterator;

use crate::domain::check::{Sight, Stand, Truths};
use crate::domain::ids::ContactId;
use crate::domain::import_gate::{open_schools, verdict_of_all};
use crate::domain::onboarding::{Gate, Lifecycle, Party, Step, StepState};
use crate::links;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::web::portal::evidence;
use crate::web::portal::hold::{self, Hold, Seen};
use crate::words::{self, Names};

/// One question with its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GateRow {
    pub(super) key: &'static str,
    pub(super) question: &'static str,
    /// Its answer, said and seen together.
    pub(super) answer: &'static str,
    /// How it looks: `yes`, `unseen`, `refused`, `now` or `wait`.
    pub(super) look: &'static str,
    /// It is finished and asks nothing of anybody: its steps are folded away.
    pub(super) is_folded: bool,
    pub(super) steps: Vec<StepRow>,
}

/// How far the connection is, over all steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Train {
    /// "5 van 9 stappen klaar".
    pub(super) text: String,
    /// Whose turn it is, or what else there is to say: "Kurve is aan de beurt".
    pub(super) turn: String,
    /// What the newest check did not see of them, and what it denies; empty where it sees them all.
    pub(super) more: String,
    /// "5/9".
    pub(super) count: String,
    pub(super) wagons: Vec<Wagon>,
}

/// One step in the train.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wagon {
    /// `done`, `unseen`, `refused`, `now` or `wait`.
    pub(super) state: &'static str,
    /// It is the first of its question.
    pub(super) is_next: bool,
}

/// One step in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StepRow {
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    /// Empty for a step that cannot be done yet.
    pub(super) href: String,
    pub(super) kind: &'static str,
    pub(super) words: String,
    pub(super) meta: String,
    /// Who has it since when, and what can be done about that; none where nobody has.
    pub(super) hold: Option<Hold>,
}

/// The names behind a connection's contacts, for one of them; colleagues of Kurve stay "Kurve".
pub(super) fn names_of(file: &ConnectionFile, reader: ContactId) -> Names {
    let contacts = file.contacts.iter().map(|contact| (contact.id, contact.name.as_str().to_owned())).collect();
    Names { contacts, removed: file.removed(), schools: file.school_names(), reader: Some(reader), ..Names::default() }
}

/// The train above the card: a wagon for each step.
pub(super) fn train(truths: &Truths<'_>) -> Train {
    let wagon = |step| Wagon { state: wagon_state(truths, step), is_next: step.gate().steps().first() == Some(&step) };
    Train {
        text: words::done_sentence(truths),
        turn: turn(truths),
        more: words::not_seen_sentence(truths),
        count: format!("{}/{}", truths.done().len(), Step::iter().len()),
        wagons: Step::iter().map(wagon).collect(),
    }
}

/// Who is next, over all steps.
fn turn(truths: &Truths<'_>) -> String {
    let waits_on = |party: &Party| truths.waits_on_since(*party).is_some();
    match truths.state.lifecycle() {
        Lifecycle::Withdrawn { .. } => "de koppeling is gestopt".to_owned(),
        Lifecycle::Paused { .. } => "de koppeling staat op pauze".to_owned(),
        Lifecycle::Completed { .. } => String::new(),
        Lifecycle::Active if verdict_of_all(truths.state).is_open() => "je kunt importeren".to_owned(),
        Lifecycle::Active if waits_on(&Party::School) => "jullie zijn aan de beurt".to_owned(),
        Lifecycle::Active => match [Party::Magister, Party::Kurve].map(|party| waits_on(&party)) {
            [true, true] => "Magister en Kurve zijn aan de beurt".to_owned(),
            [true, false] => evidence::party_phrase(Party::Magister).to_owned(),
            [false, true] => evidence::party_phrase(Party::Kurve).to_owned(),
            [false, false] => String::new(),
        },
    }
}

fn wagon_state(truths: &Truths<'_>, step: Step) -> &'static str {
    let truth = truths.of(step);
    match (truth.stand, truth.sight) {
        (Stand::Done, _) => "done",
        (Stand::NotSeenYet | Stand::NotSeenNow, _) => "unseen",
        (Stand::Doubted, _) | (Stand::Open(_) | Stand::Stuck, Sight::Refused(_)) => "refused",
        (Stand::Open(_), _) if waits_on_school(truths, step) => "now",
        (Stand::Open(_) | Stand::Stuck | Stand::Waiting, _) => "wait",
    }
}

/// The five gates, as one of the contacts sees them.
pub(super) fn gate_rows(seen: &Seen<'_>) -> Vec<GateRow> {
    let row = |step: &Step| step_row(seen, *step);
    Gate::iter().map(|gate| gate_row(seen.truths, gate, gate.steps().iter().map(row).collect())).collect()
}

fn gate_row(truths: &Truths<'_>, gate: Gate, steps: Vec<StepRow>) -> GateRow {
    let answer = truths.answer(gate);
    let has_open = gate.steps().iter().any(|step| waits_on_school(truths, *step));
    GateRow {
        key: gate.as_str(),
        question: words::gate_question(gate),
        answer: words::gate_answer(answer),
        look: match answer {
            None if has_open => "now",
            None => "wait",
            Some(Stand::NotSeenYet | Stand::NotSeenNow) => "unseen",
            Some(Stand::Doubted) => "refused",
            Some(Stand::Done | Stand::Waiting | Stand::Open(_) | Stand::Stuck) => "yes",
        },
        is_folded: answer == Some(Stand::Done) && gate.steps().iter().all(|step| truths.holder(*step).is_none()),
        steps,
    }
}

fn step_row(seen: &Seen<'_>, step: Step) -> StepRow {
    let truths = seen.truths;
    let hold = hold::of(seen, step);
    let (kind, said) = standing(truths, step);
    let href = match truths.state.step(step) {
        StepState::Waiting => String::new(),
        StepState::Open { .. } | StepState::Stuck { .. } | StepState::Yes { .. } => {
            links::SCHOOL_STEP.step(seen.me.connection, step)
        }
    };
    let (kind, words) = match hold.as_ref().map(|hold| hold.colleague.as_str()) {
        Some(colleague) if kind == NOW && !colleague.is_empty() => ("person", format!("Bij {colleague}")),
        Some(_) | None => (kind, said.to_owned()),
    };
    // Until then the button in Numo is not to be pressed: that stands where the list ends.
    let is_last = step == Step::ActivationConfirmed;
    let is_closed = is_last && open_schools(truths.state).is_empty() && !truths.state.lifecycle().is_withdrawn();
    let warning = if is_closed { " Druk tot dan niet op MAGISTER IMPORT in Numo." } else { "" };
    let mut meta = evidence::step_meta(truths, seen.names, step);
    if is_closed && meta.ends_with(char::is_alphanumeric) {
        meta.push('.');
    }
    StepRow {
        key: step.as_str(),
        name: words::step_name(step),
        href,
        kind,
        words,
        meta: format!("{meta}{warning}").trim().to_owned(),
        hold,
    }
}

const READY: &str = "ready";
const NOW: &str = "now";

/// Kind and words of a step's tag.
pub(super) fn standing(truths: &Truths<'_>, step: Step) -> (&'static str, &'static str) {
    let stand = truths.of(step).stand;
    if let Some(said) = words::not_simply_done(stand) {
        return (if stand == Stand::Doubted { "refused" } else { "unseen" }, said);
    }
    match (stand, truths.state.lifecycle()) {
        (Stand::Done | Stand::NotSeenYet | Stand::NotSeenNow | Stand::Doubted, _) => (READY, "Klaar"),
        (Stand::Waiting, _) => ("blocked", "Kan nog niet"),
        (Stand::Open(_) | Stand::Stuck, Lifecycle::Withdrawn { .. }) => ("neutral", "Gestopt"),
        (Stand::Stuck, Lifecycle::Active | Lifecycle::Paused { .. } | Lifecycle::Completed { .. }) => {
            ("stuck", "Lukt niet")
        }
        (Stand::Open(_), Lifecycle::Paused { .. }) => ("neutral", "Gepauzeerd"),
        (Stand::Open(party), Lifecycle::Active | Lifecycle::Completed { .. }) => {
            match truths.holder(step).unwrap_or(party) {
                Party::School => (NOW, "Nu doen"),
                Party::Kurve => ("kurve", "Bij Kurve"),
                Party::Magister => ("magister", "Bij Magister"),
            }
        }
    }
}

fn waits_on_school(truths: &Truths<'_>, step: Step) -> bool {
    let is_open = truths.state.holder(step).is_some();
    is_open && truths.holder(step) == Some(Party::School)
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
