//! The rule of what may happen: a command becomes events, or is refused and changes nothing.

use chrono::{DateTime, Days, NaiveDate, Utc};
use strum::IntoEnumIterator;

use super::answer::{Evidence, Ground};
use super::change::{Change, Event, FallCause};
use super::command::{Command, Refusal};
use super::gate::Step;
use super::state::{Lifecycle, Onboarding, StepState};
use crate::domain::actor::Actor;
use crate::domain::import_gate::{Verdict, verdict};

/// The longest pause, in days: a school that needs more starts anew.
pub const LONGEST_PAUSE_DAYS: u64 = 366;

/// Decides what a command does to an onboarding.
///
/// An empty list means: allowed, and already so; a form that arrives twice ends here.
pub fn decide(state: &Onboarding, command: &Command, actor: &Actor, now: DateTime<Utc>) -> Result<Vec<Event>, Refusal> {
    check_actor(command, actor)?;
    check_lifecycle(state, command)?;
    let changes = match command {
        Command::Claim { step, ground, credential_version } => {
            check_claim(state, *step, actor, *credential_version)?;
            answer(state, *step, claimed_as(*step, ground), ground)?
        }
        Command::Confirm { step: Step::CredentialsIssued, .. } => {
            return Err(Refusal::WrongParty { step: Step::CredentialsIssued });
        }
        Command::Confirm { step, ground } => answer(state, *step, Evidence::Confirmed, ground)?,
        Command::Prove { step, credential_version } => {
            check_seen(state, *step, step.can_be_proven(), *credential_version)?;
            answer(state, *step, Evidence::Proven, &Ground::Credentials(state.credential_version()))?
        }
        Command::Disprove { step, code, credential_version } => {
            check_seen(state, *step, step.can_be_lost(), *credential_version)?;
            fall(state, *step, FallCause::ConnectionLost { code: code.clone() })?
        }
        Command::Restore { credential_version } => restore(state, *credential_version)?,
        Command::TakeBack { step } => take_back(state, *step)?,
        Command::SendBack { step: Step::CredentialsIssued, .. } => {
            return Err(Refusal::WrongParty { step: Step::CredentialsIssued });
        }
        Command::SendBack { step, reason } => fall(state, *step, FallCause::SentBack { reason: reason.clone() })?,
        Command::IssueCredentials => issue_credentials(state)?,
        Command::ReportStuck { step, reason } => {
            check_open_for_school(state, *step)?;
            let is_so = matches!(state.step(*step), StepState::Stuck { reason: known, .. } if known == reason);
            if is_so { vec![] } else { vec![Change::StuckReported { step: *step, reason: reason.clone() }] }
        }
        Command::AnswerStuck { step, answer } => {
            let StepState::Stuck { .. } = state.step(*step) else {
                return Err(Refusal::NotStuck { step: *step });
            };
            vec![Change::StuckAnswered { step: *step, answer: answer.clone() }]
        }
        Command::HandOver { step, to } => {
            check_open_for_school(state, *step)?;
            let is_so = state.handed_to(*step) == Some(*to);
            if is_so { vec![] } else { vec![Change::StepHandedOver { step: *step, to: *to }] }
        }
        Command::Pause { reason, until } => {
            check_resume_date(*until, now)?;
            let is_so = matches!(state.lifecycle(), Lifecycle::Paused { reason: known, until: known_until, .. }
                if known == reason && known_until == until);
            if is_so { vec![] } else { vec![Change::Paused { reason: reason.clone(), until: *until }] }
        }
        Command::Resume => resume(state, actor, now)?,
        Command::Withdraw { reason } => {
            let mut changes = fall(state, Step::ActivationConfirmed, FallCause::Withdrawn).unwrap_or_default();
            changes.push(Change::Withdrawn { reason: reason.clone() });
            changes
        }
        Command::Reopen => take_up_again(state)?,
        Command::ReportImported => report_imported(state)?,
    };
    Ok(changes.into_iter().map(|change| Event { at: now, by: *actor, change }).collect())
}

/// The calendar date in the Netherlands at a moment.
pub fn amsterdam_date(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&chrono_tz::Europe::Amsterdam).date_naive()
}

fn check_actor(command: &Command, actor: &Actor) -> Result<(), Refusal> {
    let is_school = matches!(actor, Actor::Contact { .. });
    let is_staff = matches!(actor, Actor::Staff { role, .. } if role.can_act());
    let is_allowed = match command {
        Command::Claim { .. }
        | Command::TakeBack { .. }
        | Command::ReportStuck { .. }
        | Command::HandOver { .. }
        | Command::ReportImported => is_school,
        Command::Confirm { .. }
        | Command::SendBack { .. }
        | Command::IssueCredentials
        | Command::AnswerStuck { .. }
        | Command::Reopen => is_staff,
        Command::Pause { .. } | Command::Withdraw { .. } => is_school || is_staff,
        Command::Resume => is_school || is_staff || matches!(actor, Actor::Clock),
        Command::Prove { .. } | Command::Disprove { .. } | Command::Restore { .. } => matches!(actor, Actor::Check),
    };
    if is_allowed { Ok(()) } else { Err(Refusal::NotAllowed) }
}

fn check_lifecycle(state: &Onboarding, command: &Command) -> Result<(), Refusal> {
    match (state.lifecycle(), command) {
        (Lifecycle::Withdrawn { .. }, Command::Reopen) => Ok(()),
        (Lifecycle::Withdrawn { .. }, _) => Err(Refusal::IsWithdrawn),
        (Lifecycle::Active | Lifecycle::Paused { .. } | Lifecycle::Completed { .. }, Command::Reopen) => {
            Err(Refusal::NotWithdrawn)
        }
        (Lifecycle::Completed { .. }, Command::Pause { .. }) => Err(Refusal::IsCompleted),
        (Lifecycle::Active | Lifecycle::Paused { .. } | Lifecycle::Completed { .. }, _) => Ok(()),
    }
}

fn check_claim(state: &Onboarding, step: Step, actor: &Actor, seen_version: Option<u32>) -> Result<(), Refusal> {
    if !step.can_school_report() {
        return Err(Refusal::WrongParty { step });
    }
    if let (Some(needed), Actor::Contact { roles, .. }) = (step.takes_role(), actor)
        && !roles.contains(needed)
    {
        return Err(Refusal::WrongRole { step, needed });
    }
    let current = state.credential_version();
    match seen_version {
        Some(seen) if seen != current => Err(Refusal::OldCredentials { current }),
        Some(_) | None => Ok(()),
    }
}

/// A check that used a password that was replaced says nothing of what that password opens.
fn check_seen(state: &Onboarding, step: Step, can_be_seen: bool, used_version: u32) -> Result<(), Refusal> {
    if !can_be_seen {
        return Err(Refusal::WrongParty { step });
    }
    let current = state.credential_version();
    if step.rests_on_credentials() && used_version != current {
        return Err(Refusal::OldCredentials { current });
    }
    Ok(())
}

/// What fell with the connection holds again, as far as everything it needs is yes.
fn restore(state: &Onboarding, used_version: u32) -> Result<Vec<Change>, Refusal> {
    let current = state.credential_version();
    if used_version != current {
        return Err(Refusal::OldCredentials { current });
    }
    let mut yes: Vec<Step> = Step::iter().filter(|step| state.is_yes(*step)).collect();
    let mut changes = vec![];
    for step in Step::iter() {
        let is_back = state.interrupted().has(step) && step.needs().iter().all(|need| yes.contains(need));
        if is_back && !yes.contains(&step) {
            yes.push(step);
            changes.push(Change::StepRestored { step });
        }
    }
    let was_done = state.interrupted().completed_at().is_some();
    if was_done && *state.lifecycle() == Lifecycle::Active && yes.len() == Step::iter().len() {
        changes.push(Change::CompletionRestored);
    }
    Ok(changes)
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

/// Magister's ticket reference makes a school's word more than a claim.
fn claimed_as(step: Step, ground: &Ground) -> Evidence {
    match ground {
        Ground::Ticket(_) if step.takes_ticket() => Evidence::Confirmed,
        Ground::Ticket(_) | Ground::Word | Ground::Remark(_) | Ground::Credentials(_) => Evidence::Claimed,
    }
}

fn answer(state: &Onboarding, step: Step, evidence: Evidence, ground: &Ground) -> Result<Vec<Change>, Refusal> {
    let missing = state.missing_for(step);
    if !missing.is_empty() {
        return Err(Refusal::NotYet { step, missing });
    }
    if state.answer(step).is_some_and(|answer| answer.with(evidence).is_some()) {
        return Ok(vec![]);
    }
    Ok(vec![Change::StepAnswered { step, evidence, ground: ground.clone() }])
}

fn take_back(state: &Onboarding, step: Step) -> Result<Vec<Change>, Refusal> {
    if !step.can_school_report() {
        return Err(Refusal::WrongParty { step });
    }
    if step == Step::DetailsSubmitted && state.is_yes(Step::CredentialsIssued) {
        return Err(Refusal::DetailsInUse);
    }
    fall(state, step, FallCause::TakenBack)
}

/// A step falls and takes along everything that needed it, the furthest first, so that at no moment a step is yes
/// while one it needs is not.
fn fall(state: &Onboarding, step: Step, cause: FallCause) -> Result<Vec<Change>, Refusal> {
    if !state.is_yes(step) {
        return Err(Refusal::NotDone { step });
    }
    let mut changes = reopening(state);
    for other in step.needed_by().into_iter().rev().filter(|other| state.is_yes(*other)) {
        changes.push(Change::StepFell { step: other, cause: FallCause::NeededStepFell { step } });
    }
    changes.push(Change::StepFell { step, cause });
    Ok(changes)
}

/// The password was closed for ever when the school stopped, so Kurve issues another, and what rested on it falls.
fn take_up_again(state: &Onboarding) -> Result<Vec<Change>, Refusal> {
    let mut changes = vec![Change::Reopened];
    if state.is_yes(Step::CredentialsIssued) {
        changes.extend(fall(state, Step::CredentialsIssued, FallCause::Withdrawn)?);
    }
    Ok(changes)
}

/// A completed onboarding whose answers change is under way again.
fn reopening(state: &Onboarding) -> Vec<Change> {
    if state.lifecycle().is_completed() { vec![Change::Reopened] } else { vec![] }
}

fn issue_credentials(state: &Onboarding) -> Result<Vec<Change>, Refusal> {
    let step = Step::CredentialsIssued;
    let missing = state.missing_for(step);
    if !missing.is_empty() {
        return Err(Refusal::NotYet { step, missing });
    }
    let version = state.credential_version() + 1;
    let mut changes = if state.is_yes(step) { renewal_falls(state) } else { vec![] };
    changes.push(Change::CredentialsIssued { version });
    if !state.is_yes(step) {
        let ground = Ground::Credentials(version);
        changes.push(Change::StepAnswered { step, evidence: Evidence::Confirmed, ground });
    }
    Ok(changes)
}

/// A new password: the old one no longer stands in Magister's way, so what rested on it falls.
fn renewal_falls(state: &Onboarding) -> Vec<Change> {
    let mut changes = vec![];
    let mut push_fall = |step| changes.push(Change::StepFell { step, cause: FallCause::CredentialsRenewed });
    if state.is_yes(Step::ActivationConfirmed) {
        push_fall(Step::ActivationConfirmed);
    }
    if state.is_yes(Step::PasswordSet) {
        push_fall(Step::PasswordSet);
    }
    if let Some(permissions) = state.answer(Step::PermissionsChecked) {
        if permissions.rests_only_on(Evidence::Proven) {
            push_fall(Step::PermissionsChecked);
        } else if permissions.with(Evidence::Proven).is_some() {
            changes.push(Change::EvidenceFell { step: Step::PermissionsChecked, evidence: Evidence::Proven });
        }
    }
    if changes.iter().any(|change| matches!(change, Change::StepFell { .. })) {
        changes.splice(0..0, reopening(state));
    }
    changes
}

fn check_resume_date(until: NaiveDate, now: DateTime<Utc>) -> Result<(), Refusal> {
    let today = amsterdam_date(now);
    let is_within_a_year = today.checked_add_days(Days::new(LONGEST_PAUSE_DAYS)).is_some_and(|last| until <= last);
    if until > today && is_within_a_year { Ok(()) } else { Err(Refusal::BadResumeDate) }
}

fn resume(state: &Onboarding, actor: &Actor, now: DateTime<Utc>) -> Result<Vec<Change>, Refusal> {
    let Lifecycle::Paused { until, .. } = state.lifecycle() else {
        return Err(Refusal::NotPaused);
    };
    if *actor == Actor::Clock && amsterdam_date(now) < *until {
        return Err(Refusal::NotPaused);
    }
    Ok(vec![Change::Resumed])
}

fn report_imported(state: &Onboarding) -> Result<Vec<Change>, Refusal> {
    match verdict(state) {
        Verdict::Closed { .. } => Err(Refusal::ImportClosed),
        Verdict::Open if state.lifecycle().is_completed() => Ok(vec![]),
        Verdict::Open => Ok(vec![Change::Completed]),
    }
}
