//! What follows of itself from the answers: what can be done now is open, what cannot be done yet waits.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::gate::Step;
use super::school_progress::SchoolProgress;
use super::step_state::StepState;
use crate::domain::ids::SchoolId;

/// Opens what can be done now and closes what no longer can, keeping why a step fell. A shared step that is not there
/// yet is put in.
pub(super) fn settle(
    shared: &mut BTreeMap<Step, StepState>,
    schools: &mut BTreeMap<SchoolId, SchoolProgress>,
    at: DateTime<Utc>,
) {
    for step in Step::shared() {
        let is_ready = is_ready(shared, step);
        follow(shared.entry(step).or_insert(StepState::Waiting), is_ready, at);
    }
    let is_ready = is_ready(shared, Step::ActivationConfirmed);
    for school in schools.values_mut() {
        follow(&mut school.activation, is_ready, at);
    }
}

fn is_ready(shared: &BTreeMap<Step, StepState>, step: Step) -> bool {
    step.needs().iter().all(|need| shared.get(need).is_some_and(StepState::is_yes))
}

fn follow(state: &mut StepState, is_ready: bool, at: DateTime<Utc>) {
    match state {
        StepState::Waiting if is_ready => *state = StepState::Open { since: at, fallen: None, answer: None },
        StepState::Open { .. } | StepState::Stuck { .. } if !is_ready => *state = StepState::Waiting,
        StepState::Waiting | StepState::Open { .. } | StepState::Stuck { .. } | StepState::Yes { .. } => {}
    }
}
