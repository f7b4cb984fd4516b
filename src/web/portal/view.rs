//! Where an onboarding stands, as rows for a page: the five gates with their steps, and the verdict with its reasons.
//!
//! For the school's own eyes: Kurve's pages have their own rows. Who said what is in [`super::evidence`].

use strum::IntoEnumIterator;

use crate::domain::check::{Sight, Stand, Truths};
use crate::domain::ids::{ConnectionId, ContactId};
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
    pub(super) question: &'static str,
    /// Its answer, said and seen together.
    pub(super) answer: &'static str,
    /// How it looks: `yes`, `unseen`, `refused`, `now` or `wait`.
    pub(super) look: &'static str,
    pub(super) steps: Vec<StepRow>,
}

/// How far the connection is, over all steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Train {
    /// "5 van 9 stappen klaar".
    pub(super) text: String,
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
        more: words::not_seen_sentence(truths),
        count: format!("{}/{}", truths.done().len(), Step::iter().len()),
        wagons: Step::iter().map(wagon).collect(),
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

/// The five gates.
pub(super) fn gate_rows(truths: &Truths<'_>, names: &Names, connection: ConnectionId) -> Vec<GateRow> {
    let row = |step: &Step| step_row(truths, names, connection, *step);
    Gate::iter().map(|gate| gate_row(truths, gate, gate.steps().iter().map(row).collect())).collect()
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
        steps,
    }
}

fn step_row(truths: &Truths<'_>, names: &Names, connection: ConnectionId, step: Step) -> StepRow {
    let (kind, said) = standing(truths, step);
    let href = match truths.state.step(step) {
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
        meta: evidence::step_meta(truths, names, step),
    }
}

const READY: &str = "ready";

/// Kind and words of a step's tag.
pub(super) fn standing(truths: &Truths<'_>, step: Step) -> (&'static str, &'static str) {
    let stand = truths.of(step).stand;
    if let Some(said) = words::not_simply_done(stand) {
        return (if stand == Stand::Doubted { "refused" } else { "unseen" }, said);
    }
    match (stand, truths.state.lifecycle()) {
        (Stand::Done | Stand::NotSeenYet | Stand::NotSeenNow | Stand::Doubted, _) => (READY, "Gereed"),
        (Stand::Waiting, _) => ("blocked", "Kan nog niet"),
        (Stand::Open(_) | Stand::Stuck, Lifecycle::Withdrawn { .. }) => ("neutral", "Gestopt"),
        (Stand::Stuck, Lifecycle::Active | Lifecycle::Paused { .. } | Lifecycle::Completed { .. }) => {
            ("stuck", "Vastgelopen")
        }
        (Stand::Open(_), Lifecycle::Paused { .. }) => ("neutral", "Gepauzeerd"),
        (Stand::Open(party), Lifecycle::Active | Lifecycle::Completed { .. }) => {
            match truths.holder(step).unwrap_or(party) {
                Party::School => ("now", "Nu doen"),
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

fn is_under_way(state: &Onboarding) -> bool {
    match state.lifecycle() {
        Lifecycle::Active | Lifecycle::Completed { .. } => true,
        Lifecycle::Paused { .. } | Lifecycle::Withdrawn { .. } => false,
    }
}

/// Why the import is closed; empty when it is open.
pub(super) fn closed_reasons(truths: &Truths<'_>) -> Vec<ReasonRow> {
    match verdict_of_all(truths.state) {
        Verdict::Open => vec![],
        Verdict::Closed { reasons } => reasons
            .into_iter()
            .map(|reason| ReasonRow {
                key: reason.gate.as_str(),
                question: words::gate_question(reason.gate),
                missing: missing(truths, &reason.missing),
            })
            .collect(),
    }
}

/// Who is to act for a question; what cannot be done yet is left out as long as something can.
fn missing(truths: &Truths<'_>, steps: &[(Step, Option<Party>)]) -> String {
    let seen = |step: Step, party| truths.holder(step).unwrap_or(party);
    let open = steps.iter().filter_map(|(step, holder)| holder.map(|party| (*step, seen(*step, party))));
    let said: Vec<_> = open
        .map(|(step, party)| {
            let name = words::step_name(step);
            if is_under_way(truths.state) {
                format!("{name}. {}.", evidence::party_phrase(party))
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
    use crate::domain::check::testing::histories;
    use crate::domain::onboarding::Command;
    use crate::domain::onboarding::testing::{Walk, reason, school_id, superbeheerder};

    fn rows(walk: &Walk) -> Vec<GateRow> {
        gate_rows(&Truths::said(&walk.state), &Names::default(), ConnectionId::from_uuid(uuid::Uuid::from_u128(7)))
    }

    fn kinds(walk: &Walk) -> Vec<&'static str> {
        rows(walk).iter().flat_map(|gate| gate.steps.iter().map(|step| step.kind)).collect()
    }

    #[test]
    fn a_fresh_school_has_three_things_to_do() {
        let walk = Walk::start();

        let gates = rows(&walk);

        assert_eq!(train(&Truths::said(&walk.state)).text, "0 van 9 stappen klaar");
        assert_eq!(
            kinds(&walk),
            ["now", "now", "blocked", "blocked", "blocked", "blocked", "now", "blocked", "blocked"]
        );
        assert_eq!(gates.iter().map(|gate| gate.look).collect::<Vec<_>>(), ["now", "now", "wait", "now", "wait"]);
        assert!(gates.iter().flat_map(|gate| &gate.steps).all(|row| row.href.is_empty() == (row.kind == "blocked")));
    }

    #[test]
    fn only_what_waits_on_the_school_is_to_do() {
        let walk = Walk::all_but(&[Step::CredentialsIssued, Step::AllowlistingConfirmed, Step::ConsentGiven]);

        let gates = rows(&walk);

        assert_eq!(
            gates.iter().filter(|gate| gate.look == "now").map(|gate| gate.key).collect::<Vec<_>>(),
            ["consent"]
        );
        assert_eq!(kinds(&walk)[..3], ["now", "ready", "kurve"]);
    }

    #[test]
    fn nothing_waits_on_anyone_while_it_is_paused_or_stopped() {
        let mut walk = Walk::start();
        let until = walk.now.date_naive() + chrono::Days::new(9);
        walk.does(superbeheerder(), &Command::Pause { reason: reason("Toetsweek"), until });
        let paused = rows(&walk);
        walk.does(
            superbeheerder(),
            &Command::Withdraw { school: school_id(1), reason: reason("Optie B"), chose_option_b: false },
        );
        let stopped = rows(&walk);

        assert!(paused.iter().chain(&stopped).all(|gate| gate.look == "wait"));
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
        assert_eq!(rows(&walk)[0].look, "wait");
    }

    #[test]
    fn the_reasons_name_who_is_to_act_and_end_when_all_is_yes() {
        let walk = Walk::all_but(&[Step::ActivationConfirmed, Step::PasswordSet]);

        let reasons = closed_reasons(&Truths::said(&walk.state));

        assert_eq!(reasons.iter().map(|row| row.key).collect::<Vec<_>>(), ["password", "activation"]);
        assert_eq!(reasons[0].missing, "Wachtwoord instellen in Magister. Jullie zijn aan zet.");
        assert_eq!(reasons[1].missing, "Kan nog niet: eerst de andere vragen.");
        assert!(closed_reasons(&Truths::said(&Walk::all_but(&[]).state)).is_empty());
        let all = Walk::all_but(&[]);
        let train = train(&Truths::said(&all.state));
        assert_eq!(
            (train.text.as_str(), train.more.as_str(), train.count.as_str()),
            ("9 van 9 stappen klaar", "", "9/9")
        );
    }

    proptest::proptest! {
        #[test]
        fn the_reasons_name_whom_everything_else_names(moments in histories()) {
            for moment in moments {
                let truths = moment.truths();
                let reasons = closed_reasons(&truths);
                for open in truths.open_steps().iter().filter(|open| !truths.state.is_yes(open.step)) {
                    let said = format!("{}. {}.", words::step_name(open.step), evidence::party_phrase(open.holder));
                    let reason = reasons.iter().find(|row| row.key == open.step.gate().as_str());

                    assert!(reason.is_some_and(|reason| reason.missing.contains(&said)), "{said} not in {reasons:?}");
                }
            }
        }

        #[test]
        fn no_row_calls_a_step_done_whose_newest_check_refused_it(moments in histories()) {
            for moment in moments {
                let Some(step) = moment.refused() else { continue };
                let id = ConnectionId::from_uuid(uuid::Uuid::from_u128(7));
                let rows = gate_rows(&moment.truths(), &Names::default(), id);
                let gate = rows.iter().find(|row| row.key == step.gate().as_str()).expect("each step has a gate");
                let row = gate.steps.iter().find(|row| row.key == step.as_str()).expect("it has its row");

                assert!(row.kind != READY && row.words != "Gereed" && gate.look != "yes" && gate.answer != "Ja", "{row:?}");
                let place = Step::iter().position(|one| one == step).expect("one of nine");
                assert_ne!(train(&moment.truths()).wagons[place].state, "done", "{row:?}");
                assert!(!row.meta.contains("dit werkt."), "{row:?}");
            }
        }
    }
}
