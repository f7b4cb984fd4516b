//! What becomes of a row of the outbox when its mail is written: a draft, or why there is none.

use chrono::{DateTime, Utc};

use crate::domain::ids::ReminderMailId;
use crate::domain::onboarding::Step;
use crate::domain::unsent::UnsentReason;
use crate::mail::message::RenderedMail;
use crate::services::mail::mails::Bodies;
use crate::services::{Context, ServiceError, reminders};
use crate::store::mail::outbox::OutboxMail;

/// A mail that is to be written, from what is true at a moment.
#[derive(Clone, Copy)]
pub(super) struct DraftRequest<'a> {
    pub(super) context: &'a Context,
    pub(super) mail: &'a OutboxMail,
    pub(super) now: DateTime<Utc>,
    /// Whether somebody only looks: then no token is made, and nothing changes.
    pub(super) is_preview: bool,
}

impl DraftRequest<'_> {
    /// The step that the mail is about.
    pub(super) fn step(&self) -> Result<Step, ServiceError> {
        self.mail.about.step.ok_or(ServiceError::Broken("a mail about a step without a step"))
    }
}

/// A written mail with its receiver.
pub(super) struct Draft {
    pub(super) to_name: Option<String>,
    pub(super) to_address: String,
    /// Name and address for answers.
    pub(super) reply_to: (String, String),
    pub(super) rendered: RenderedMail,
    /// The same without its frame, and the name in its salutation: for a mail that says more.
    pub(super) bodies: Bodies,
    pub(super) reader: String,
    /// What the mail must have to itself before it goes.
    pub(super) claim: Option<Claim>,
}

/// Why there is no mail to send.
#[derive(Debug)]
pub(super) enum NotSent {
    /// It is not needed any more.
    NotNeeded(UnsentReason),
    /// An earlier try stopped halfway, so that it may have gone.
    Doubtful(UnsentReason),
    /// It cannot go, and trying again does not help: whoever looks after it must first find another way.
    Unreachable(UnsentReason),
    /// It may go at this moment, and not before; why.
    Later(DateTime<Utc>, UnsentReason),
    /// Something failed; later it may not.
    Service(ServiceError),
}

impl<E: Into<ServiceError>> From<E> for NotSent {
    fn from(error: E) -> Self {
        Self::Service(error.into())
    }
}

/// What a mail must have to itself before it goes, so that no other mail has it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// The day of a person who gets reminders: one mail a day.
    ReminderDay(ReminderMailId),
}

impl Claim {
    /// Takes it, before every try.
    ///
    /// # Errors
    /// `Later` when another mail has it.
    pub(super) async fn take(self, request: DraftRequest<'_>) -> Result<(), NotSent> {
        match self {
            Self::ReminderDay(id) => match reminders::claim_day(request.context, id, request.now).await? {
                None => Ok(()),
                Some(free_at) => Err(NotSent::Later(free_at, UnsentReason::AnotherReminderToday)),
            },
        }
    }

    /// Leaves to other mails what this one does not tell of, before it goes for the first time. Not when it may have
    /// arrived: the bytes of then told what they told.
    pub(super) async fn leave_rest(self, request: DraftRequest<'_>) -> Result<(), ServiceError> {
        match self {
            Self::ReminderDay(id) => {
                reminders::set_closed_apart(request.context, request.mail.id, id, request.now).await
            }
        }
    }
}
