//! What is one school's own: its activation, "import gedaan", stopping, and coming to a connection or leaving it.

use chrono::{DateTime, Utc};

use super::falls::{self, Scoped};
use crate::domain::ids::{ConnectionId, ContactId, SchoolId};
use crate::domain::import_gate::{Verdict, verdict};
use crate::domain::onboarding::answer::{Evidence, Ground};
use crate::domain::onboarding::change::{Change, FallCause};
use crate::domain::onboarding::command::Refusal;
use crate::domain::onboarding::gate::Step;
use crate::domain::onboarding::school_progress::Course;
use crate::domain::onboarding::state::{MOST_SCHOOLS, Onboarding};
use crate::domain::text::Reason;

/// Activates every school that goes on and is not activated yet.
pub(super) fn activate_all(state: &Onboarding, ground: &Ground) -> Result<Vec<Scoped>, Refusal> {
    check_ready(state)?;
    let waiting = state.live().filter(|(_, progress)| !progress.is_activated());
    Ok(waiting.map(|(school, _)| activation(school, ground)).collect())
}

pub(super) fn activate(state: &Onboarding, school: SchoolId, ground: &Ground) -> Result<Vec<Scoped>, Refusal> {
    check_ready(state)?;
    let is_so = state.school(school).is_some_and(|progress| progress.is_activated());
    Ok(if is_so { vec![] } else { vec![activation(school, ground)] })
}

pub(super) fn deactivate(state: &Onboarding, school: SchoolId, reason: &Reason) -> Result<Vec<Scoped>, Refusal> {
    take_down(state, school, FallCause::SentBack { reason: reason.clone() })
}

pub(super) fn undo_activation(state: &Onboarding, school: SchoolId) -> Result<Vec<Scoped>, Refusal> {
    take_down(state, school, FallCause::Undone)
}

fn take_down(state: &Onboarding, school: SchoolId, cause: FallCause) -> Result<Vec<Scoped>, Refusal> {
    let changes = falls::fall_of_school(state, school, cause);
    if changes.is_empty() { Err(Refusal::NotDone { step: Step::ActivationConfirmed }) } else { Ok(changes) }
}

pub(super) fn withdraw(state: &Onboarding, school: SchoolId, stop: Change) -> Vec<Scoped> {
    let mut changes = falls::fall_of_school(state, school, FallCause::Withdrawn);
    changes.push(Scoped::of(school, stop));
    changes
}

pub(super) fn reopen(state: &Onboarding, school: SchoolId) -> Result<Vec<Scoped>, Refusal> {
    take_up(state, Scoped::of(school, Change::Reopened))
}

pub(super) fn report_imported(state: &Onboarding, school: SchoolId) -> Result<Vec<Scoped>, Refusal> {
    match verdict(state, school) {
        Verdict::Closed { .. } => Err(Refusal::ImportClosed),
        Verdict::Open if state.school(school).is_some_and(|progress| progress.is_completed()) => Ok(vec![]),
        Verdict::Open => Ok(vec![Scoped::of(school, Change::Completed)]),
    }
}

/// What the school itself ended goes on as it was; an activation that fell with it is Kurve's again.
pub(super) fn undo_end(state: &Onboarding, school: SchoolId, now: DateTime<Utc>) -> Result<Vec<Scoped>, Refusal> {
    match state.school(school) {
        Some(progress) if *progress.course() == Course::UnderWay => Ok(vec![]),
        Some(progress) if progress.undone_until().is_some_and(|until| now < until) => {
            Ok(vec![Scoped::of(school, Change::Reopened)])
        }
        Some(_) | None => Err(Refusal::UndoTooLate),
    }
}

/// A school comes; one that is here already stays as it is.
pub(super) fn add(state: &Onboarding, school: SchoolId, asked_by: Option<ContactId>) -> Result<Vec<Scoped>, Refusal> {
    if state.of(school).is_some() {
        return Ok(vec![]);
    }
    if state.schools().count() >= MOST_SCHOOLS {
        return Err(Refusal::TooManySchools);
    }
    take_up(state, Scoped::of(school, Change::SchoolAdded { asked_by }))
}

pub(super) fn remove(state: &Onboarding, school: SchoolId, to: ConnectionId, reason: &Reason) -> Vec<Scoped> {
    let mut changes = falls::fall_of_school(state, school, FallCause::Moved);
    changes.push(Scoped::of(school, Change::SchoolLeft { to, reason: reason.clone() }));
    changes
}

/// The password was closed for ever when the last school stopped, so Kurve issues another, and what rested on it falls.
fn take_up(state: &Onboarding, first: Scoped) -> Result<Vec<Scoped>, Refusal> {
    let mut changes = vec![first];
    if state.lifecycle().is_withdrawn() && state.is_yes(Step::CredentialsIssued) {
        changes.extend(falls::fall(state, Step::CredentialsIssued, FallCause::Withdrawn)?);
    }
    Ok(changes)
}

fn check_ready(state: &Onboarding) -> Result<(), Refusal> {
    let step = Step::ActivationConfirmed;
    let missing = state.missing_for(step);
    if missing.is_empty() { Ok(()) } else { Err(Refusal::NotYet { step, missing }) }
}

fn activation(school: SchoolId, ground: &Ground) -> Scoped {
    let (step, evidence) = (Step::ActivationConfirmed, Evidence::Confirmed);
    Scoped::of(school, Change::StepAnswered { step, evidence, ground: ground.clone() })
}
