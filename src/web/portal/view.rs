//! Where an onboarding stands, as rows for a page: the five gates with their steps, and the verdict with its reasons.
//!
//! Shared by the pages of the school and of Kurve; [`Reader`] says for whom. What is done with a row (links, buttons)
//! is the page's business. Who said what is in [`super::evidence`].

use crate::domain::import_gate::{Verdict, verdict};
use crate::domain::onboarding::{Gate, Lifecycle, Onboarding, Party, Step, StepState};
use crate::services::onboardings::SchoolFile;
use crate::web::portal::evidence;
use crate::words::{self, Names};

/// Who looks: the words for the school's own part differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// A contact of the school.
    School,
    /// A colleague of Kurve.
    Kurve,
}

/// One question with its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GateRow {
    pub(crate) key: &'static str,
    pub(crate) short: &'static str,
    pub(crate) question: &'static str,
    pub(crate) is_yes: bool,
    /// Some step of it waits on the reader.
    pub(crate) has_open: bool,
    /// For the bar: `done`, `now` or `wait`.
    pub(crate) state: &'static str,
    /// What the bar says aloud.
    pub(crate) said: String,
    pub(crate) steps: Vec<StepRow>,
}

/// One step in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepRow {
    pub(crate) step: Step,
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
    /// Empty for a step that cannot be done yet.
    pub(crate) href: String,
    pub(crate) kind: &'static str,
    pub(crate) words: &'static str,
    pub(crate) meta: String,
}

/// A question that keeps the import closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReasonRow {
    pub(crate) key: &'static str,
    pub(crate) question: &'static str,
    pub(crate) missing: String,
}

/// The names behind a school's contacts; colleagues of Kurve stay "Kurve".
pub(crate) fn names_of(file: &SchoolFile) -> Names {
    let contacts = file.contacts.iter().map(|contact| (contact.id, contact.name.as_str().to_owned())).collect();
    Names { contacts, ..Names::default() }
}

/// "2 van 5 gereed".
pub(crate) fn done_text(gates: &[GateRow]) -> String {
    let done = gates.iter().filter(|gate| gate.is_yes).count();
    format!("{done} van {} gereed", gates.len())
}

/// The five gates; `link` gives the page of a step that has one.
pub(crate) fn gate_rows(
    state: &Onboarding,
    names: &Names,
    reader: Reader,
    link: impl Fn(Step) -> String,
) -> Vec<GateRow> {
    Gate::ALL.into_iter().map(|gate| gate_row(state, names, reader, gate, &link)).collect()
}

fn gate_row(state: &Onboarding, names: &Names, reader: Reader, gate: Gate, link: &impl Fn(Step) -> String) -> GateRow {
    let steps: Vec<StepRow> =
        gate.steps().iter().map(|step| step_row(state, names, reader, *step, link(*step))).collect();
    let is_yes = state.is_gate_yes(gate);
    let has_open = gate.steps().iter().any(|step| waits_on(state, *step, reader));
    let first_open = steps.iter().find(|row| row.kind != READY);
    GateRow {
        key: gate.as_str(),
        short: words::gate_short(gate),
        question: words::gate_question(gate),
        is_yes,
        has_open,
        state: match (is_yes, has_open) {
            (true, _) => "done",
            (false, true) => "now",
            (false, false) => "wait",
        },
        said: first_open.map_or("Gereed", |row| row.words).to_lowercase(),
        steps,
    }
}

fn step_row(state: &Onboarding, names: &Names, reader: Reader, step: Step, page: String) -> StepRow {
    let (kind, said) = standing(state, step, reader);
    let href = match state.step(step) {
        StepState::Waiting => String::new(),
        StepState::Open { .. } | StepState::Stuck { .. } | StepState::Yes { .. } => page,
    };
    StepRow {
        step,
        key: step.as_str(),
        name: words::step_name(step),
        href,
        kind,
        words: said,
        meta: evidence::step_meta(state, names, reader, step),
    }
}

const READY: &str = "ready";

/// Kind and words of a step's tag.
pub(crate) fn standing(state: &Onboarding, step: Step, reader: Reader) -> (&'static str, &'static str) {
    match (state.step(step), state.lifecycle()) {
        (StepState::Yes { .. }, _) => (READY, "Gereed"),
        (StepState::Waiting, _) => ("blocked", "Kan nog niet"),
        (StepState::Open { .. } | StepState::Stuck { .. }, Lifecycle::Withdrawn { .. }) => ("neutral", "Gestopt"),
        (StepState::Stuck { .. }, Lifecycle::Active | Lifecycle::Paused { .. } | Lifecycle::Completed { .. }) => {
            ("stuck", "Vastgelopen")
        }
        (StepState::Open { .. }, Lifecycle::Paused { .. }) => ("neutral", "Gepauzeerd"),
        (StepState::Open { .. }, Lifecycle::Active | Lifecycle::Completed { .. }) => match (step.party(), reader) {
            (Party::School, Reader::School) => ("now", "Nu doen"),
            (Party::School, Reader::Kurve) => ("neutral", "Bij de school"),
            (Party::Kurve, _) => ("kurve", "Bij Kurve"),
            (Party::Magister, _) => ("magister", "Bij Magister"),
        },
    }
}

fn waits_on(state: &Onboarding, step: Step, reader: Reader) -> bool {
    let party = match reader {
        Reader::School => Party::School,
        Reader::Kurve => Party::Kurve,
    };
    is_under_way(state) && state.holder(step) == Some(party)
}

fn is_under_way(state: &Onboarding) -> bool {
    match state.lifecycle() {
        Lifecycle::Active | Lifecycle::Completed { .. } => true,
        Lifecycle::Paused { .. } | Lifecycle::Withdrawn { .. } => false,
    }
}

/// Why the import is closed; empty when it is open.
pub(crate) fn closed_reasons(state: &Onboarding, reader: Reader) -> Vec<ReasonRow> {
    match verdict(state) {
        Verdict::Open => vec![],
        Verdict::Closed { reasons } => reasons
            .into_iter()
            .map(|reason| ReasonRow {
                key: reason.gate.as_str(),
                question: words::gate_question(reason.gate),
                missing: missing(state, &reason.missing, reader),
            })
            .collect(),
    }
}

/// Who is to act for a question; what cannot be done yet is left out as long as something can.
fn missing(state: &Onboarding, steps: &[(Step, Option<Party>)], reader: Reader) -> String {
    let open = steps.iter().filter_map(|(step, holder)| holder.map(|party| (*step, party)));
    let said: Vec<_> = open
        .map(|(step, party)| {
            let name = words::step_name(step);
            if is_under_way(state) {
                format!("{name}. {}.", evidence::party_phrase(party, reader))
            } else {
                format!("{name}.")
            }
        })
        .collect();
    if said.is_empty() { "Kan nog niet: eerst de andere vragen.".to_owned() } else { said.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::onboarding::Command;
    use crate::domain::onboarding::testing::{Walk, reason, superbeheerder};

    fn rows(walk: &Walk, reader: Reader) -> Vec<GateRow> {
        gate_rows(&walk.state, &Names::default(), reader, |step| format!("/stap/{}", step.as_str()))
    }

    fn kinds(walk: &Walk, reader: Reader) -> Vec<&'static str> {
        rows(walk, reader).iter().flat_map(|gate| gate.steps.iter().map(|step| step.kind)).collect()
    }

    #[test]
    fn a_fresh_school_has_three_things_to_do() {
        let walk = Walk::start();

        let gates = rows(&walk, Reader::School);

        assert_eq!(done_text(&gates), "0 van 5 gereed");
        assert_eq!(
            kinds(&walk, Reader::School),
            ["now", "now", "blocked", "blocked", "blocked", "blocked", "now", "blocked", "blocked"]
        );
        assert_eq!(gates.iter().map(|gate| gate.state).collect::<Vec<_>>(), ["now", "now", "wait", "now", "wait"]);
        assert!(gates.iter().flat_map(|gate| &gate.steps).all(|row| row.href.is_empty() == (row.kind == "blocked")));
    }

    #[test]
    fn each_reader_sees_what_waits_on_them() {
        let walk = Walk::all_but(&[Step::CredentialsIssued, Step::AllowlistingConfirmed, Step::ConsentGiven]);
        let open =
            |reader| rows(&walk, reader).iter().filter(|gate| gate.has_open).map(|gate| gate.key).collect::<Vec<_>>();

        assert_eq!(open(Reader::School), ["consent"]);
        assert_eq!(open(Reader::Kurve), ["webservice"]);
        assert_eq!(kinds(&walk, Reader::Kurve)[..3], ["neutral", "ready", "kurve"]);
        assert_eq!(rows(&walk, Reader::School)[3].said, "bij magister");
    }

    #[test]
    fn nothing_waits_on_anyone_while_it_is_paused_or_stopped() {
        let mut walk = Walk::start();
        let until = walk.now.date_naive() + chrono::Days::new(9);
        walk.does(superbeheerder(), &Command::Pause { reason: reason("Toetsweek"), until });
        let paused = rows(&walk, Reader::School);
        walk.does(superbeheerder(), &Command::Withdraw { reason: reason("Optie B") });
        let stopped = rows(&walk, Reader::School);

        assert!(paused.iter().chain(&stopped).all(|gate| !gate.has_open));
        assert_eq!((paused[0].steps[0].words, stopped[0].steps[0].words), ("Gepauzeerd", "Gestopt"));
    }

    #[test]
    fn a_stuck_step_stands_out_and_waits_on_kurve() {
        let mut walk = Walk::start();
        walk.does(
            superbeheerder(),
            &Command::ReportStuck { step: Step::ConsentGiven, reason: reason("Geen schuifje") },
        );

        assert_eq!(kinds(&walk, Reader::School)[0], "stuck");
        assert!(rows(&walk, Reader::Kurve)[0].has_open && !rows(&walk, Reader::School)[0].has_open);
    }

    #[test]
    fn the_reasons_name_who_is_to_act_and_end_when_all_is_yes() {
        let walk = Walk::all_but(&[Step::ActivationConfirmed, Step::PasswordSet]);

        let reasons = closed_reasons(&walk.state, Reader::School);

        assert_eq!(reasons.iter().map(|row| row.key).collect::<Vec<_>>(), ["password", "activation"]);
        assert_eq!(reasons[0].missing, "Wachtwoord instellen in Magister. Jullie zijn aan zet.");
        assert_eq!(reasons[1].missing, "Kan nog niet: eerst de andere vragen.");
        assert!(closed_reasons(&Walk::all_but(&[]).state, Reader::School).is_empty());
        assert_eq!(done_text(&rows(&Walk::all_but(&[]), Reader::School)), "5 van 5 gereed");
    }
}
