//! What is done once for all schools of a connection: the steps of the first four gates.

use super::falls::{self, Scoped};
use crate::domain::actor::Actor;
use crate::domain::ids::ContactId;
use crate::domain::onboarding::answer::{Evidence, Ground};
use crate::domain::onboarding::change::{Change, FallCause};
use crate::domain::onboarding::command::Refusal;
use crate::domain::onboarding::gate::Step;
use crate::domain::onboarding::school_progress::Course;
use crate::domain::onboarding::state::Onboarding;
use crate::domain::onboarding::step_state::StepState;
use crate::domain::text::Reason;

pub(super) fn check_claim(
    state: &Onboarding,
    step: Step,
    actor: &Actor,
    seen_version: Option<u32>,
) -> Result<(), Refusal> {
    if !step.can_school_report() {
        return Err(Refusal::WrongParty { step });
    }
    if let (Some(needed), Actor::Contact { roles, .. }) = (step.takes_role(), actor)
        && !roles.contains(needed)
    {
        return Err(Refusal::WrongRole { step, needed });
    }
    if let (Some(_), Actor::Contact { id, .. }) = (step.takes_role(), actor)
        && state.access().people().unconfirmed.contains(id)
    {
        return Err(Refusal::RoleNotConfirmed { step });
    }
    let current = state.credential_version();
    if seen_version.is_some_and(|seen| seen != current) {
        return Err(Refusal::OldCredentials { current });
    }
    if step == Step::PasswordSet && !state.is_yes(step) && state.access().password().is_some_and(|known| !known.is_seen)
    {
        return Err(Refusal::PasswordUnseen);
    }
    Ok(())
}

/// Magister's ticket reference makes a school's word more than a claim.
pub(super) fn claimed_as(step: Step, ground: &Ground) -> Evidence {
    match ground {
        Ground::Ticket(_) if step.takes_ticket() => Evidence::Confirmed,
        Ground::Ticket(_) | Ground::Word | Ground::Remark(_) | Ground::Despite(_) | Ground::Credentials(_) => {
            Evidence::Claimed
        }
    }
}

pub(super) fn answer(
    state: &Onboarding,
    step: Step,
    evidence: Evidence,
    ground: &Ground,
) -> Result<Vec<Scoped>, Refusal> {
    let missing = state.missing_for(step);
    if !missing.is_empty() {
        return Err(Refusal::NotYet { step, missing });
    }
    if state.answer(step).is_some_and(|answer| answer.with(evidence).is_some()) {
        return Ok(vec![]);
    }
    Ok(vec![Scoped::shared(Change::StepAnswered { step, evidence, ground: ground.clone() })])
}

pub(super) fn prove(state: &Onboarding, step: Step, used_version: u32) -> Result<Vec<Scoped>, Refusal> {
    check_seen(state, step, step.can_be_proven(), used_version)?;
    answer(state, step, Evidence::Proven, &Ground::Credentials(state.credential_version()))
}

/// A check that used a password that was replaced says nothing of what that password opens.
pub(super) fn check_seen(state: &Onboarding, step: Step, can_be_seen: bool, used_version: u32) -> Result<(), Refusal> {
    if !can_be_seen {
        return Err(Refusal::WrongParty { step });
    }
    let current = state.credential_version();
    if step.rests_on_credentials() && used_version != current {
        return Err(Refusal::OldCredentials { current });
    }
    Ok(())
}

/// What a check saw before is lost; what was only said never held.
pub(super) fn lost_or_refused(state: &Onboarding, step: Step, code: String) -> FallCause {
    let was_only_said = step.can_be_proven() && state.answer(step).is_some_and(|answer| !answer.is_proven());
    if was_only_said { FallCause::Refused { code } } else { FallCause::ConnectionLost { code } }
}

/// What fell with the connection holds again, as far as everything it needs is yes; the shared steps first.
pub(super) fn restore(state: &Onboarding, used_version: u32) -> Result<Vec<Scoped>, Refusal> {
    let current = state.credential_version();
    if used_version != current {
        return Err(Refusal::OldCredentials { current });
    }
    let mut yes: Vec<Step> = Step::shared().filter(|step| state.is_yes(*step)).collect();
    let is_ready = |yes: &[Step], step: Step| step.needs().iter().all(|need| yes.contains(need));
    let mut changes = vec![];
    for step in Step::shared() {
        if state.interrupted().has(step) && is_ready(&yes, step) && !yes.contains(&step) {
            yes.push(step);
            changes.push(Scoped::shared(Change::StepRestored { step }));
        }
    }
    let step = Step::ActivationConfirmed;
    let schools = state.live().filter(|_| is_ready(&yes, step));
    for (school, progress) in schools {
        let is_back = progress.interrupted().has(step) && !progress.is_activated();
        if is_back {
            changes.push(Scoped::of(school, Change::StepRestored { step }));
        }
        let was_done = progress.interrupted().completed_at().is_some();
        let is_under_way = *progress.course() == Course::UnderWay && state.paused().is_none();
        if was_done && is_under_way && (is_back || progress.is_activated()) {
            changes.push(Scoped::of(school, Change::CompletionRestored));
        }
    }
    Ok(changes)
}

pub(super) fn take_back(state: &Onboarding, step: Step) -> Result<Vec<Scoped>, Refusal> {
    if !step.can_school_report() {
        return Err(Refusal::WrongParty { step });
    }
    if step == Step::DetailsSubmitted && state.is_yes(Step::CredentialsIssued) {
        return Err(Refusal::DetailsInUse);
    }
    falls::fall(state, step, FallCause::TakenBack)
}

pub(super) fn issue_credentials(state: &Onboarding) -> Result<Vec<Scoped>, Refusal> {
    let step = Step::CredentialsIssued;
    let missing = state.missing_for(step);
    if !missing.is_empty() {
        return Err(Refusal::NotYet { step, missing });
    }
    let version = state.credential_version() + 1;
    let mut changes = if state.is_yes(step) { falls::renewal_falls(state) } else { vec![] };
    changes.push(Scoped::shared(Change::CredentialsIssued { version }));
    if !state.is_yes(step) {
        let ground = Ground::Credentials(version);
        changes.push(Scoped::shared(Change::StepAnswered { step, evidence: Evidence::Confirmed, ground }));
    }
    Ok(changes)
}

/// Those that are here count: what was handed over before is of another password then.
pub(super) fn take_over_credentials(state: &Onboarding, ground: &Ground) -> Result<Vec<Scoped>, Refusal> {
    let step = Step::CredentialsIssued;
    if state.is_yes(step) { Ok(vec![]) } else { answer(state, step, Evidence::Confirmed, ground) }
}

pub(super) fn report_stuck(state: &Onboarding, step: Step, reason: &Reason) -> Result<Vec<Scoped>, Refusal> {
    check_open_for_school(state, step)?;
    let is_so = matches!(state.step(step), StepState::Stuck { reason: known, .. } if known == reason);
    Ok(if is_so { vec![] } else { vec![Scoped::shared(Change::StuckReported { step, reason: reason.clone() })] })
}

pub(super) fn answer_stuck(state: &Onboarding, step: Step, answer: &Reason) -> Result<Vec<Scoped>, Refusal> {
    match state.step(step) {
        StepState::Stuck { .. } => Ok(vec![Scoped::shared(Change::StuckAnswered { step, answer: answer.clone() })]),
        StepState::Waiting | StepState::Open { .. } | StepState::Yes { .. } => Err(Refusal::NotStuck { step }),
    }
}

pub(super) fn hand_over(state: &Onboarding, step: Step, to: ContactId) -> Result<Vec<Scoped>, Refusal> {
    check_open_for_school(state, step)?;
    let is_so = state.handed_to(step) == Some(to);
    Ok(if is_so { vec![] } else { vec![Scoped::shared(Change::StepHandedOver { step, to })] })
}

fn check_open_for_school(state: &Onboarding, step: Step) -> Result<(), Refusal> {
    if !step.can_school_report() {
        return Err(Refusal::WrongParty { step });
    }
    match state.step(step) {
        StepState::Open { .. } | StepState::Stuck { .. } => Ok(()),
        StepState::Waiting => Err(Refusal::NotYet { step, missing: state.missing_for(step) }),
        StepState::Yes { .. } => Err(Refusal::AlreadyDone { step }),
    }
}
