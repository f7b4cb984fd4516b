//! The verdict: may this school import? Computed from the answers; nobody can set it.

use std::collections::BTreeSet;

use strum::IntoEnumIterator;

use super::ids::SchoolId;
use super::onboarding::{Gate, Onboarding, Party, Step, StepState};

/// Whether MAGISTER IMPORT may be pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// All five answers are yes.
    Open,
    /// At least one answer is no.
    Closed {
        /// One reason for each gate that is no, in the manual's order; never empty.
        reasons: Vec<ClosedReason>,
    },
}

/// Why one gate keeps the import closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedReason {
    /// The gate that is no.
    pub gate: Gate,
    /// Its steps that are not yes, with who holds the ball where something can be done now.
    pub missing: Vec<(Step, Option<Party>)>,
}

impl Verdict {
    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        match self {
            Self::Open => true,
            Self::Closed { .. } => false,
        }
    }
}

/// The verdict as machines are told it: `open` or `closed`.
pub fn verdict_name(is_open: bool) -> &'static str {
    if is_open { "open" } else { "closed" }
}

/// The verdict over one school: the four gates of its connection, and its own activation. Closed for a school that is not
/// here.
pub fn verdict(state: &Onboarding, school: SchoolId) -> Verdict {
    let view = state.of(school);
    judge(state, |step| match view {
        Some(view) => view.step(step),
        None if step.is_shared() => state.step(step),
        None => &StepState::Waiting,
    })
}

/// The verdict over the whole: that of the school that is least far, so open once every school may import.
pub fn verdict_of_all(state: &Onboarding) -> Verdict {
    judge(state, |step| state.step(step))
}

/// The schools that may import.
pub fn open_schools(state: &Onboarding) -> BTreeSet<SchoolId> {
    state.live().map(|(school, _)| school).filter(|school| verdict(state, *school).is_open()).collect()
}

fn judge<'a>(whole: &Onboarding, state_of: impl Fn(Step) -> &'a StepState) -> Verdict {
    let missing_in = |gate: Gate| -> Vec<(Step, Option<Party>)> {
        let steps = gate.steps().iter().filter(|step| !state_of(**step).is_yes());
        let holder = |step: Step| if step.is_shared() { whole.holder(step) } else { state_of(step).holder(step) };
        steps.map(|step| (*step, holder(*step))).collect()
    };
    let reasons: Vec<ClosedReason> = Gate::iter()
        .map(|gate| ClosedReason { gate, missing: missing_in(gate) })
        .filter(|reason| !reason.missing.is_empty())
        .collect();
    if reasons.is_empty() { Verdict::Open } else { Verdict::Closed { reasons } }
}
