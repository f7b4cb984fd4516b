//! What falls with a step that is no longer yes, and whose: of the connection or of one school.

use crate::domain::ids::SchoolId;
use crate::domain::onboarding::answer::Evidence;
use crate::domain::onboarding::change::{Change, FallCause};
use crate::domain::onboarding::command::Refusal;
use crate::domain::onboarding::gate::Step;
use crate::domain::onboarding::state::Onboarding;

/// A change, and the school whose it is; none where it is of the connection.
pub(super) struct Scoped {
    pub(super) school: Option<SchoolId>,
    pub(super) change: Change,
}

impl Scoped {
    pub(super) fn shared(change: Change) -> Self {
        Self { school: None, change }
    }

    pub(super) fn of(school: SchoolId, change: Change) -> Self {
        Self { school: Some(school), change }
    }
}

/// A step falls and takes along everything that needed it, the furthest first, so that at no moment a step is yes
/// while one it needs is not. The activation falls for every school that has it.
pub(super) fn fall(state: &Onboarding, step: Step, cause: FallCause) -> Result<Vec<Scoped>, Refusal> {
    if !state.is_any_yes(step) {
        return Err(Refusal::NotDone { step });
    }
    let mut changes = reopening(state);
    for other in step.needed_by().into_iter().rev() {
        changes.extend(falls_of(state, other, &FallCause::NeededStepFell { step }));
    }
    changes.extend(falls_of(state, step, &cause));
    Ok(changes)
}

/// The activation of one school falls; nothing if it has none.
pub(super) fn fall_of_school(state: &Onboarding, school: SchoolId, cause: FallCause) -> Vec<Scoped> {
    let Some(progress) = state.school(school).filter(|progress| progress.is_activated()) else { return vec![] };
    // One that ends is not under way again.
    let ends = matches!(cause, FallCause::Withdrawn | FallCause::Moved);
    let fell = Change::StepFell { step: Step::ActivationConfirmed, cause };
    let reopened = (progress.is_completed() && !ends).then_some(Change::Reopened);
    let changes = reopened.into_iter().chain([fell]);
    changes.map(|change| Scoped::of(school, change)).collect()
}

/// A new password: the old one no longer stands in Magister's way, so what rested on it falls.
pub(super) fn renewal_falls(state: &Onboarding) -> Vec<Scoped> {
    let renewed = FallCause::CredentialsRenewed;
    let mut changes = falls_of(state, Step::ActivationConfirmed, &renewed);
    changes.extend(falls_of(state, Step::PasswordSet, &renewed));
    if let Some(permissions) = state.answer(Step::PermissionsChecked) {
        let (step, evidence) = (Step::PermissionsChecked, Evidence::Proven);
        if permissions.rests_only_on(evidence) {
            changes.extend(falls_of(state, step, &renewed));
        } else if permissions.with(evidence).is_some() {
            changes.push(Scoped::shared(Change::EvidenceFell { step, evidence }));
        }
    }
    if changes.iter().any(|one| matches!(one.change, Change::StepFell { .. })) {
        changes.splice(0..0, reopening(state));
    }
    changes
}

/// One fall if the step is yes; of the activation one for each school that has it.
fn falls_of(state: &Onboarding, step: Step, cause: &FallCause) -> Vec<Scoped> {
    let change = Change::StepFell { step, cause: cause.clone() };
    if step.is_shared() {
        return if state.is_yes(step) { vec![Scoped::shared(change)] } else { vec![] };
    }
    state.activated().into_iter().map(|school| Scoped::of(school, change.clone())).collect()
}

/// A school that was done is under way again when an answer that it rests on changes.
fn reopening(state: &Onboarding) -> Vec<Scoped> {
    let done = state.live().filter(|(_, school)| school.is_completed());
    done.map(|(school, _)| Scoped::of(school, Change::Reopened)).collect()
}
