//! Where an onboarding stands, as rows for a page: the five gates with their steps, and the verdict with its reasons.
//!
//! For the school's own eyes: Kurve's pages have their own rows. Who said what is in [`super::evidence`].

use strum::IntoEnumIterator;

use crate::domain::ids::ConnectionId;
use crate::domain::import_gate::{Verdict, verdict_of_all};
use crate::domain::onboarding::{Gate, Lifecycle, Onboarding, Party, Step, StepState};
use crate::links;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::web::portal::evidence;
use crate::words::{self, Names};

/// One question with its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GateRow {
    pub(super) key: &'static str,
    pub(super) short: &'static str,
    pub(super) question: &'static str,
    pub(super) is_yes: bool,
    /// Some step of it waits on the school.
    pub(super) has_open: bool,
    /// For the bar: `done`, `now` or `wait`.
    pub(super) state: &'static str,
    /// What the bar says aloud.
    pub(super) said: String,
    pub(super) steps: Vec<StepRow>,
}

/// One step in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StepRow {
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    /// Empty for a step that cannot be done yet.
    pub(super) href: String,
    pub(super) kind: &'static str,
    pub(super) words: &'static str,
    pub(super) meta: String,
}

/// A question that keeps the import closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReasonRow {
    pub(super) key: &'static str,
    pub(super) question: &'static str,
    pub(super) missing: String,
}

/// The names behind a connection's contacts; colleagues of Kurve stay "Kurve".
pub(super) fn names_of(file: &ConnectionFile) -> Names {
    let contacts = file.contacts.iter().map(|contact| (contact.id, contact.name.as_str().to_owned())).collect();
    Names { contacts, removed: file.removed(), schools: file.school_names(), ..Names::default() }
}

/// "2 van 5 gereed".
pub(super) fn done_text(gates: &[GateRow]) -> String {
    let done = gates.iter().filter(|gate| gate.is_yes).count();
    format!("{done} van {} gereed", gates.len())
}

/// The five gates.
pub(super) fn gate_rows(state: &Onboarding, names: &Names, connection: ConnectionId) -> Vec<GateRow> {
    Gate::iter()
        .map(|gate| {
            gate_row(state, gate, gate.steps().iter().map(|step| step_row(state, names, connection, *step)).collect())
        })
        .collect()
}

fn gate_row(state: &Onboarding, gate: Gate, steps: Vec<StepRow>) -> GateRow {
    let is_yes = state.is_gate_yes(gate);
    let has_open = gate.steps().iter().any(|step| waits_on_school(state, *step));
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
        said: first_lower(first_open.map_or("Gereed", |row| row.words)),
        steps,
    }
}

fn step_row(state: &Onboarding, names: &Names, connection: ConnectionId, step: Step) -> StepRow {
    let (kind, said) = standing(state, step);
    let href = match state.step(step) {
        StepState::Waiting => String::new(),
        StepState::Open { .. } | StepState::Stuck { .. } | StepState::Yes { .. } => {
            links::SCHOOL_STEP.step(connection, step)
        }
    };
    StepRow {
        key: step.as_str(),
        name: words::step_name(step),
        href,
        kind,
        words: said,
        meta: evidence::step_meta(state, names, step),
    }
}

/// Within a sentence; a name further on keeps its capital.
fn first_lower(words: &str) -> String {
    let mut signs = words.chars();
    signs.next().map(|first| first.to_lowercase().chain(signs).collect()).unwrap_or_default()
}

const READY: &str = "ready";

/// Kind and words of a step's tag.
pub(super) fn standing(state: &Onboarding, step: Step) -> (&'static str, &'static str) {
    match (state.step(step), state.lifecycle()) {
        (StepState::Yes { .. }, _) => (READY, "Gereed"),
        (StepState::Waiting, _) => ("blocked", "Kan nog niet"),
        (StepState::Open { .. } | StepState::Stuck { .. }, Lifecycle::Withdrawn { .. }) => ("neutral", "Gestopt"),
        (StepState::Stuck { .. }, Lifecycle::Active | Lifecycle::Paused { .. } | Lifecycle::Completed { .. }) => {
            ("stuck", "Vastgelopen")
        }
        (StepState::Open { .. }, Lifecycle::Paused { .. }) => ("neutral", "Gepauzeerd"),
        (StepState::Open { .. }, Lifecycle::Active | Lifecycle::Completed { .. }) => {
            match state.holder(step).unwrap_or(step.party()) {
                Party::School => ("now", "Nu doen"),
                Party::Kurve => ("kurve", "Bij Kurve"),
                Party::Magister => ("magister", "Bij Magister"),
            }
        }
    }
}

fn waits_on_school(state: &Onboarding, step: Step) -> bool {
    is_under_way(state) && state.holder(step) == Some(Party::School)
}

fn is_under_way(state: &Onboarding) -> bool {
    match state.lifecycle() {
        Lifecycle::Active | Lifecycle::Completed { .. } => true,
        Lifecycle::Paused { .. } | Lifecycle::Withdrawn { .. } => false,
    }
}

/// Why the import is closed; empty when it is open.
pub(super) fn closed_reasons(state: &Onboarding) -> Vec<ReasonRow> {
    match verdict_of_all(state) {
        Verdict::Open => vec![],
        Verdict::Closed { reasons } => reasons
            .into_iter()
            .map(|reason| ReasonRow {
                key: reason.gate.as_str(),
                question: words::gate_question(reason.gate),
                missing: missing(state, &reason.missing),
            })
            .collect(),
    }
}

/// Who is to act for a question; what cannot be done yet is left out as long as something can.
fn missing(state: &Onboarding, steps: &[(Step, Option<Party>)]) -> String {
    let open = steps.iter().filter_map(|(step, holder)| holder.map(|party| (*step, party)));
    let said: Vec<_> = open
        .map(|(step, party)| {
            let name = words::step_name(step);
            if is_under_way(state) { format!("{name}. {}.", evidence::party_phrase(party)) } else { format!("{name}.") }
        })
        .collect();
    if said.is_empty() { "Kan nog niet: eerst de andere vragen.".to_owned() } else { said.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::onboarding::Command;
    use crate::domain::onboarding::testing::{Walk, reason, school_id, superbeheerder};

    fn rows(walk: &Walk) -> Vec<GateRow> {
        gate_rows(&walk.state, &Names::default(), ConnectionId::from_uuid(uuid::Uuid::from_u128(7)))
    }

    fn kinds(walk: &Walk) -> Vec<&'static str> {
        rows(walk).iter().flat_map(|gate| gate.steps.iter().map(|step| step.kind)).collect()
    }

    #[test]
    fn a_fresh_school_has_three_things_to_do() {
        let walk = Walk::start();

        let gates = rows(&walk);

        assert_eq!(done_text(&gates), "0 van 5 gereed");
        assert_eq!(
            kinds(&walk),
            ["now", "now", "blocked", "blocked", "blocked", "blocked", "now", "blocked", "blocked"]
        );
        assert_eq!(gates.iter().map(|gate| gate.state).collect::<Vec<_>>(), ["now", "now", "wait", "now", "wait"]);
        assert!(gates.iter().flat_map(|gate| &gate.steps).all(|row| row.href.is_empty() == (row.kind == "blocked")));
    }

    #[test]
    fn only_what_waits_on_the_school_is_to_do() {
        let walk = Walk::all_but(&[Step::CredentialsIssued, Step::AllowlistingConfirmed, Step::ConsentGiven]);

        let gates = rows(&walk);

        assert_eq!(gates.iter().filter(|gate| gate.has_open).map(|gate| gate.key).collect::<Vec<_>>(), ["consent"]);
        assert_eq!(kinds(&walk)[..3], ["now", "ready", "kurve"]);
        assert_eq!(gates[3].said, "bij Magister");
    }

    #[test]
    fn nothing_waits_on_anyone_while_it_is_paused_or_stopped() {
        let mut walk = Walk::start();
        let until = walk.now.date_naive() + chrono::Days::new(9);
        walk.does(superbeheerder(), &Command::Pause { reason: reason("Toetsweek"), until });
        let paused = rows(&walk);
        walk.does(superbeheerder(), &Command::Withdraw { school: school_id(1), reason: reason("Optie B") });
        let stopped = rows(&walk);

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

        assert_eq!(kinds(&walk)[0], "stuck");
        assert!(!rows(&walk)[0].has_open);
    }

    #[test]
    fn the_reasons_name_who_is_to_act_and_end_when_all_is_yes() {
        let walk = Walk::all_but(&[Step::ActivationConfirmed, Step::PasswordSet]);

        let reasons = closed_reasons(&walk.state);

        assert_eq!(reasons.iter().map(|row| row.key).collect::<Vec<_>>(), ["password", "activation"]);
        assert_eq!(reasons[0].missing, "Wachtwoord instellen in Magister. Jullie zijn aan zet.");
        assert_eq!(reasons[1].missing, "Kan nog niet: eerst de andere vragen.");
        assert!(closed_reasons(&Walk::all_but(&[]).state).is_empty());
        assert_eq!(done_text(&rows(&Walk::all_but(&[]))), "5 van 5 gereed");
    }
}
