//! What people look at: how far it is, who holds the ball since when, and what comes next.

use chrono::{DateTime, Utc};
use strum::IntoEnumIterator;

use super::gate::{Gate, Party, Step};
use super::state::Onboarding;
use super::step_state::StepState;

/// A step that can be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenStep {
    /// Which step.
    pub step: Step,
    /// Who has the ball.
    pub holder: Party,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Whether the school said that it does not work.
    pub is_stuck: bool,
}

/// The steps that can be done now, in the order of the steps.
pub fn open_steps(state: &Onboarding) -> Vec<OpenStep> {
    Step::iter().filter_map(|step| open_step(state, step)).collect()
}

fn open_step(state: &Onboarding, step: Step) -> Option<OpenStep> {
    let holder = state.holder(step)?;
    match state.step(step) {
        StepState::Open { since, .. } => Some(OpenStep { step, holder, since: *since, is_stuck: false }),
        StepState::Stuck { since, .. } => Some(OpenStep { step, holder, since: *since, is_stuck: true }),
        StepState::Waiting | StepState::Yes { .. } => None,
    }
}

/// How many of the five gates are yes.
pub fn gates_done(state: &Onboarding) -> usize {
    Gate::iter().filter(|gate| state.is_gate_yes(*gate)).count()
}

/// What the school can best do now: its first open step, else what it can report for Magister.
///
/// `None` means that the school can leave it alone: others hold the ball, or all is done.
pub fn next_for_school(state: &Onboarding) -> Option<OpenStep> {
    let open = open_steps(state);
    let first_of = |party| open.iter().find(|open| open.holder == party).copied();
    first_of(Party::School).or_else(|| first_of(Party::Magister))
}

/// Since when the oldest thing waits on a party, while the onboarding is under way; `None` if nothing does.
pub fn waits_on_since(state: &Onboarding, party: Party) -> Option<DateTime<Utc>> {
    if state.lifecycle().is_withdrawn() || state.lifecycle().is_paused() {
        return None;
    }
    open_steps(state).iter().filter(|open| open.holder == party).map(|open| open.since).min()
}

/// Whether any step is stuck while the onboarding is under way.
pub fn is_stuck(state: &Onboarding) -> bool {
    let is_under_way = !state.lifecycle().is_withdrawn() && !state.lifecycle().is_paused();
    is_under_way && open_steps(state).iter().any(|open| open.is_stuck)
}
