//! Kurve undoes a press that activated. While its mails wait it is as if it never was; after that people are told.

use std::collections::BTreeSet;

use crate::domain::ids::{ConnectionId, ContactId, SchoolId};
use crate::domain::notice::MailKind;
use crate::domain::onboarding::{Change, Command, Evidence, Onboarding, Refusal, Step};
use crate::domain::text::Reason;
use crate::domain::unsent::UnsentReason;
use crate::services::onboarding::onboardings::change_all;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::mail::outbox::{self, MailStatus, OutboxMail};
use crate::store::onboarding::onboardings;
use crate::store::operations::audit;

/// Who hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// Nobody: the mails of the press had not left, and never will.
    Silently,
    /// Everybody who was told that the import is open.
    Told,
}

/// Takes back what a press activated, by the version of the onboarding after it.
///
/// # Errors
/// `Refused` with `NotDone` when nothing is left of that press; `Forbidden` for who may not act.
pub async fn undo_activation(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    version: i32,
) -> Result<Undone, ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = onboardings::load_for_update(work.conn(), connection).await?;
    let schools = activated_by(&work, &held.state, connection, version).await?;
    if schools.is_empty() {
        return Err(Refusal::NotDone { step: Step::ActivationConfirmed }.into());
    }
    let has_imported = |school: &SchoolId| held.state.school(*school).is_some_and(|school| school.is_completed());
    let askers = schools.iter().filter_map(|school| held.state.school(*school)?.asked_by()).collect();
    let press = Press { connection, version, askers };
    let is_silent = !schools.iter().any(has_imported) && drop_mails(&work, call, &press).await?;
    let reason = Reason::parse("Per ongeluk geactiveerd.").map_err(|_| ServiceError::Broken("a reason of ours"))?;
    let command = |school| match is_silent {
        true => Command::UndoActivation { school },
        false => Command::Deactivate { school, reason: reason.clone() },
    };
    let commands: Vec<Command> = schools.into_iter().map(command).collect();
    change_all(&mut work, call, connection, held, &commands).await?;
    work.finish().await?;
    Ok(if is_silent { Undone::Silently } else { Undone::Told })
}

/// The schools that a press activated and that still are by it.
async fn activated_by(
    work: &UnitOfWork<'_>,
    state: &Onboarding,
    connection: ConnectionId,
    version: i32,
) -> Result<Vec<SchoolId>, ServiceError> {
    let events = audit::list_events_of(work.conn(), connection, version).await?;
    let activated = events.into_iter().filter_map(|event| match event.change {
        Change::StepAnswered { step: Step::ActivationConfirmed, evidence: Evidence::Confirmed, .. } => {
            event.school.map(|school| (school, event.at))
        }
        _ => None,
    });
    let still = activated.filter(|(school, at)| {
        let answer = state.school(*school).and_then(|school| school.activation().answer());
        answer.and_then(|answer| answer.with(Evidence::Confirmed)).is_some_and(|given| given.at == *at)
    });
    Ok(still.map(|(school, _)| school).collect())
}

/// The press that is undone.
struct Press {
    connection: ConnectionId,
    version: i32,
    /// Who had the schools added. One who became a contact by that reads in the mail on it that the import is open.
    askers: BTreeSet<ContactId>,
}

/// Takes the mails of a press out of the line, but lets go who was made a contact by it; `false` when one of them left, or
/// is leaving now.
async fn drop_mails(work: &UnitOfWork<'_>, call: &Call, press: &Press) -> Result<bool, ServiceError> {
    let kinds = [MailKind::ImportOpen, MailKind::ContactAdded];
    let mails = outbox::list_of_kinds(work.conn(), press.connection, &kinds).await?;
    let is_of_press = |mail: &&OutboxMail| match mail.kind {
        MailKind::ContactAdded => mail.contact.is_some_and(|contact| press.askers.contains(&contact)),
        _ => mail.about.version == Some(press.version),
    };
    let mut waiting = vec![];
    for mail in mails.iter().filter(is_of_press) {
        match mail.status {
            MailStatus::Waiting if mail.attempts == 0 && !mail.may_have_arrived() => waiting.push(mail),
            MailStatus::Waiting | MailStatus::Sent | MailStatus::Failed => return Ok(false),
            // Also one that was given up halfway and then dropped by hand.
            MailStatus::Skipped | MailStatus::Dropped if mail.may_have_arrived() => return Ok(false),
            MailStatus::Skipped | MailStatus::Dropped => {}
        }
    }
    for mail in waiting {
        let is_held_back = if mail.kind == MailKind::ContactAdded {
            // It says what is true when it goes.
            let at_once = OutboxMail { next_attempt_at: call.now, ..mail.clone() };
            outbox::save_waiting(work.conn(), &at_once, call.now).await?
        } else {
            outbox::mark_dropped(work.conn(), mail.id, UnsentReason::ActivationUndone.as_str(), call.now).await?
        };
        if !is_held_back {
            return Ok(false);
        }
    }
    Ok(true)
}
