//! Whether a form arrived twice: a second press of the same button does no harm.

use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Entry};
use crate::domain::onboarding::{Change, Command, Evidence, FallCause, Step};

/// Whether a form arrived twice: since the page was shown, this colleague already did exactly this.
pub(super) fn is_same_press(command: &Command, actor: &Actor, entries: &[Entry]) -> bool {
    // What was done to another school is another press.
    let school = command.school();
    let is_answer = |action: &Action| matches!(action, Action::Onboarding(change) if is_answer_to(command, change));
    let is_of_school = |entry: &Entry| school.is_none() || entry.school == school;
    entries.iter().any(|entry| entry.by == *actor && is_of_school(entry) && is_answer(&entry.action))
}

/// No colleague presses a button for a command of the school, the check or the timer.
fn is_answer_to(command: &Command, change: &Change) -> bool {
    match command {
        Command::Confirm { step, ground } => matches!(
            change,
            Change::StepAnswered { step: done, evidence: Evidence::Confirmed, ground: on }
                if step == done && on.is_typed_like(ground)
        ),
        Command::SendBack { step, reason } => matches!(
            change,
            Change::StepFell { step: fell, cause: FallCause::SentBack { reason: why } } if step == fell && reason == why
        ),
        Command::AnswerStuck { step, answer } => {
            matches!(change, Change::StuckAnswered { step: done, answer: said } if step == done && answer == said)
        }
        Command::Pause { reason, until } => {
            matches!(change, Change::Paused { reason: why, until: end } if reason == why && until == end)
        }
        Command::Withdraw { reason, .. } => matches!(change, Change::Withdrawn { reason: why, .. } if reason == why),
        Command::IssueCredentials => matches!(change, Change::CredentialsIssued { .. }),
        Command::Resume => matches!(change, Change::Resumed),
        Command::Reopen { .. } => matches!(change, Change::Reopened),
        Command::Activate { ground, .. } => {
            let step = Step::ActivationConfirmed;
            matches!(change, Change::StepAnswered { step: done, ground: on, .. } if *done == step && on.is_typed_like(ground))
        }
        Command::Deactivate { reason, .. } => {
            matches!(change, Change::StepFell { cause: FallCause::SentBack { reason: why }, .. } if reason == why)
        }
        Command::AddSchool { .. } => matches!(change, Change::SchoolAdded { .. }),
        Command::RemoveSchool { to, reason, .. } => {
            matches!(change, Change::SchoolLeft { to: there, reason: why } if to == there && reason == why)
        }
        Command::Claim { .. }
        | Command::NotePassword { .. }
        | Command::NotePeople { .. }
        | Command::AskPassword
        | Command::TakeOverCredentials { .. }
        | Command::Prove { .. }
        | Command::Disprove { .. }
        | Command::Restore { .. }
        | Command::TakeBack { .. }
        | Command::ReportStuck { .. }
        | Command::UndoActivation { .. }
        | Command::UndoEnd { .. }
        | Command::HandOver { .. }
        | Command::ReportImported { .. } => false,
    }
}
