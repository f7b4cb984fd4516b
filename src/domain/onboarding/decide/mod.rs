//! The rule of what may happen: a command becomes events, or is refused and changes nothing.
//!
//! [`shared`] has what is done once for all schools, [`schools`] what is one school's, [`falls`] what goes along with what
//! is no longer so, [`access`] who can see the credentials.

mod access;
mod falls;
mod pause;
mod schools;
mod shared;

use chrono::{DateTime, Utc};

pub use self::pause::{LONGEST_PAUSE_DAYS, amsterdam_date};
use super::answer::Evidence;
use super::change::{Change, Event, FallCause};
use super::command::{Command, Refusal};
use super::gate::Step;
use super::lifecycle::Lifecycle;
use super::school_progress::SchoolProgress;
use super::state::Onboarding;
use crate::domain::actor::Actor;
use crate::domain::ids::SchoolId;

/// Decides what a command does to an onboarding.
///
/// An empty list means: allowed, and already so; a form that arrives twice ends here.
pub fn decide(state: &Onboarding, command: &Command, actor: &Actor, now: DateTime<Utc>) -> Result<Vec<Event>, Refusal> {
    check_actor(command, actor)?;
    check_lifecycle(state, command)?;
    let changes = match command {
        Command::Claim { step, ground, credential_version } => {
            shared::check_claim(state, *step, actor, *credential_version)?;
            shared::answer(state, *step, shared::claimed_as(*step, ground), ground)?
        }
        Command::Confirm { step: Step::CredentialsIssued, .. } => {
            return Err(Refusal::WrongParty { step: Step::CredentialsIssued });
        }
        Command::Confirm { step: Step::ActivationConfirmed, ground } => schools::activate_all(state, ground)?,
        Command::Confirm { step, ground } => shared::answer(state, *step, Evidence::Confirmed, ground)?,
        Command::Prove { step, credential_version } => shared::prove(state, *step, *credential_version)?,
        Command::Disprove { step, code, credential_version } => {
            shared::check_seen(state, *step, step.can_be_lost(), *credential_version)?;
            falls::fall(state, *step, shared::lost_or_refused(state, *step, code.clone()))?
        }
        Command::Restore { credential_version } => shared::restore(state, *credential_version)?,
        Command::TakeBack { step } => shared::take_back(state, *step)?,
        Command::SendBack { step: Step::CredentialsIssued, .. } => {
            return Err(Refusal::WrongParty { step: Step::CredentialsIssued });
        }
        Command::SendBack { step, reason } => {
            falls::fall(state, *step, FallCause::SentBack { reason: reason.clone() })?
        }
        Command::IssueCredentials => shared::issue_credentials(state)?,
        Command::TakeOverCredentials { ground } => shared::take_over_credentials(state, ground)?,
        Command::NotePassword { access } => access::note_password(state, *access),
        Command::NotePeople { people } => access::note_people(state, people),
        Command::AskPassword => access::ask_password(state)?,
        Command::ReportStuck { step, reason } => shared::report_stuck(state, *step, reason)?,
        Command::AnswerStuck { step, answer } => shared::answer_stuck(state, *step, answer)?,
        Command::HandOver { step, to } => shared::hand_over(state, *step, *to)?,
        Command::Pause { reason, until } => pause::pause(state, reason, *until, now)?,
        Command::Resume => pause::resume(state, actor, now)?,
        Command::Activate { school, ground } => schools::activate(state, *school, ground)?,
        Command::Deactivate { school, reason } => schools::deactivate(state, *school, reason)?,
        Command::UndoActivation { school } => schools::undo_activation(state, *school)?,
        Command::Withdraw { school, reason, chose_option_b } => {
            let stop = Change::Withdrawn { reason: reason.clone(), chose_option_b: *chose_option_b };
            schools::withdraw(state, *school, stop)
        }
        Command::Reopen { school } => schools::reopen(state, *school)?,
        Command::ReportImported { school } => schools::report_imported(state, *school)?,
        Command::UndoEnd { school } => schools::undo_end(state, *school, now)?,
        Command::AddSchool { school, asked_by } => schools::add(state, *school, *asked_by)?,
        Command::RemoveSchool { school, to, reason } => schools::remove(state, *school, *to, reason),
    };
    Ok(changes.into_iter().map(|one| Event { at: now, by: *actor, school: one.school, change: one.change }).collect())
}

fn check_actor(command: &Command, actor: &Actor) -> Result<(), Refusal> {
    let is_school = matches!(actor, Actor::Contact { .. });
    let is_staff = matches!(actor, Actor::Staff { role, .. } if role.can_act());
    let is_allowed = match command {
        Command::Claim { .. }
        | Command::TakeBack { .. }
        | Command::ReportStuck { .. }
        | Command::HandOver { .. }
        | Command::AskPassword
        | Command::ReportImported { .. }
        | Command::UndoEnd { .. } => is_school,
        // What is so is no wish of anybody.
        Command::NotePassword { .. } | Command::NotePeople { .. } => true,
        Command::Confirm { .. }
        | Command::SendBack { .. }
        | Command::IssueCredentials
        | Command::TakeOverCredentials { .. }
        | Command::AnswerStuck { .. }
        | Command::Activate { .. }
        | Command::Deactivate { .. }
        | Command::UndoActivation { .. }
        | Command::Reopen { .. }
        | Command::AddSchool { .. }
        | Command::RemoveSchool { .. } => is_staff,
        Command::Pause { .. } => is_school || is_staff,
        // The clock resumes a pause that is over, and stops what nobody was seen to use.
        Command::Withdraw { .. } | Command::Resume => is_school || is_staff || matches!(actor, Actor::Clock),
        Command::Prove { .. } | Command::Disprove { .. } | Command::Restore { .. } => matches!(actor, Actor::Check),
    };
    if is_allowed { Ok(()) } else { Err(Refusal::NotAllowed) }
}

fn check_lifecycle(state: &Onboarding, command: &Command) -> Result<(), Refusal> {
    match command {
        Command::AddSchool { .. } | Command::NotePassword { .. } | Command::NotePeople { .. } => Ok(()),
        Command::RemoveSchool { school, .. } | Command::UndoEnd { school } => here(state, *school).map(|_| ()),
        Command::Reopen { school } if here(state, *school)?.is_withdrawn() => Ok(()),
        Command::Reopen { .. } => Err(Refusal::NotWithdrawn),
        Command::Activate { school, .. }
        | Command::Deactivate { school, .. }
        | Command::UndoActivation { school }
        | Command::Withdraw { school, .. }
        | Command::ReportImported { school } => {
            if here(state, *school)?.is_withdrawn() {
                Err(Refusal::IsWithdrawn)
            } else {
                Ok(())
            }
        }
        Command::Claim { .. }
        | Command::Confirm { .. }
        | Command::Prove { .. }
        | Command::Disprove { .. }
        | Command::Restore { .. }
        | Command::TakeBack { .. }
        | Command::SendBack { .. }
        | Command::IssueCredentials
        | Command::TakeOverCredentials { .. }
        | Command::AskPassword
        | Command::ReportStuck { .. }
        | Command::AnswerStuck { .. }
        | Command::HandOver { .. }
        | Command::Pause { .. }
        | Command::Resume => match (state.lifecycle(), command) {
            (Lifecycle::Withdrawn { .. }, _) => Err(Refusal::IsWithdrawn),
            (Lifecycle::Completed { .. }, Command::Pause { .. }) => Err(Refusal::IsCompleted),
            (Lifecycle::Active | Lifecycle::Paused { .. } | Lifecycle::Completed { .. }, _) => Ok(()),
        },
    }
}

fn here(state: &Onboarding, school: SchoolId) -> Result<&SchoolProgress, Refusal> {
    state.school(school).filter(|school| !school.has_left()).ok_or(Refusal::UnknownSchool)
}
