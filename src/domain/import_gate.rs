//! The verdict: may this school import? Computed from the answers; nobody can set it.

use strum::IntoEnumIterator;

use super::onboarding::gate::{Gate, Party, Step};
use super::onboarding::state::Onboarding;

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

/// The verdict over an onboarding.
pub fn verdict(state: &Onboarding) -> Verdict {
    let reasons: Vec<ClosedReason> = Gate::iter()
        .filter(|gate| !state.is_gate_yes(*gate))
        .map(|gate| ClosedReason { gate, missing: missing_steps(state, gate) })
        .collect();
    if reasons.is_empty() { Verdict::Open } else { Verdict::Closed { reasons } }
}

fn missing_steps(state: &Onboarding, gate: Gate) -> Vec<(Step, Option<Party>)> {
    let steps = gate.steps().iter().copied();
    steps.filter(|step| !state.is_yes(*step)).map(|step| (step, state.holder(step))).collect()
}
