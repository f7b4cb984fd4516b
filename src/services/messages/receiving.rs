//! A school writes to Kurve on its page. What it writes waits on Kurve; with "Het lukt niet" that step waits already.

use chrono::Duration;

use super::files::{self, SealedFile};
use crate::domain::actor::Actor;
use crate::domain::audit::{Action, MessageDone};
use crate::domain::ids::{ConnectionId, ContactId, MessageId};
use crate::domain::message::Sorted;
use crate::domain::onboarding::{Command, Step};
use crate::domain::text::{MessageText, Reason};
use crate::services::onboarding::onboardings::change_from;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::ConnectionTrait;
use crate::store::onboarding::messages::{self, Author, Message};
use crate::store::onboarding::onboardings;

/// Messages of one school within a day at most.
pub const MOST_A_DAY: u64 = 40;

/// Within how long the same message of the same contact is the same form twice.
const SAME_FORM: Duration = Duration::minutes(1);

/// A message of a school, ready to be stored.
pub(super) struct Received {
    pub(super) message: Message,
    pub(super) files: Vec<SealedFile>,
}

/// Keeps a message of a contact.
///
/// # Errors
/// `TooManyMessages`, `HoldsPassword`, `Forbidden` for who is no contact.
pub async fn receive(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    text: MessageText,
    files: Sorted,
) -> Result<(), ServiceError> {
    let contact = contact_of(call)?;
    let received = typed(context, call, Author::Contact(contact), Written { connection, text, files });
    let mut work = UnitOfWork::begin(context, call).await?;
    onboardings::load_for_update(work.conn(), connection).await?;
    if is_known(work.conn(), &received.message).await? {
        return Ok(());
    }
    keep(&mut work, received).await?;
    work.finish().await
}

/// Notes that a step does not work, with pictures of that: the reason stands in the thread too, and the step waits on Kurve,
/// not the message beside it.
///
/// # Errors
/// As [`receive`], and `Refused` as for every command.
pub async fn report_stuck(context: &Context, call: &Call, stuck: Stuck, files: Sorted) -> Result<(), ServiceError> {
    let Stuck { connection, step, reason } = stuck;
    let contact = contact_of(call)?;
    let text = MessageText::stored(reason.as_str()).map_err(|_| ServiceError::Broken("a reason that is no message"))?;
    let mut received = typed(context, call, Author::Contact(contact), Written { connection, text, files });
    received.message.step = Some(step);
    received.message.waits_since = None;
    let mut work = UnitOfWork::begin(context, call).await?;
    let before = onboardings::load_for_update(work.conn(), connection).await?;
    let command = Command::ReportStuck { step, reason };
    let changed = change_from(&mut work, call, connection, before, &[command], None).await?;
    if received.files.is_empty() {
        // Without anything to show the step says it all.
        return work.finish().await;
    }
    if changed.events.is_empty() && is_known(work.conn(), &received.message).await? {
        return Ok(());
    }
    keep(&mut work, received).await?;
    work.finish().await
}

/// What a contact says of a step that does not work.
#[derive(Debug, Clone)]
pub struct Stuck {
    /// Of which connection.
    pub connection: ConnectionId,
    /// Which step.
    pub step: Step,
    /// What goes wrong.
    pub reason: Reason,
}

/// What a contact wrote.
struct Written {
    connection: ConnectionId,
    text: MessageText,
    files: Sorted,
}

fn typed(context: &Context, call: &Call, author: Author, written: Written) -> Received {
    let id = MessageId::from_uuid(context.chance.uuid_v7(call.now));
    let message = Message {
        id,
        connection: written.connection,
        author,
        step: None,
        text: Some(written.text),
        is_withheld: false,
        digest: None,
        created_at: call.now,
        waits_since: Some(call.now),
    };
    Received { message, files: files::seal(context, call, id, written.files) }
}

/// Whether the newest message is this one, a moment ago.
async fn is_known(conn: &impl ConnectionTrait, new: &Message) -> Result<bool, ServiceError> {
    let newest = messages::list_newest(conn, new.connection, 1).await?;
    Ok(newest.first().is_some_and(|last| {
        let is_same = last.author == new.author && last.text == new.text && last.step == new.step;
        is_same && new.created_at - last.created_at < SAME_FORM
    }))
}

/// Stores a message within a change under way. The caller holds the onboarding.
///
/// # Errors
/// `TooManyMessages`.
pub(super) async fn keep(work: &mut UnitOfWork<'_>, received: Received) -> Result<(), ServiceError> {
    let Received { message, files } = received;
    let since = message.created_at - Duration::days(1);
    if messages::count_received_since(work.conn(), message.connection, since).await? >= MOST_A_DAY {
        return Err(ServiceError::TooManyMessages);
    }
    if let Some(text) = &message.text {
        work.said(message.connection, text.as_str());
    }
    for file in &files {
        work.said(message.connection, file.name());
    }
    messages::insert(work.conn(), &message).await?;
    files::insert_all(work.conn(), files).await?;
    let done = MessageDone::MessageReceived { message: message.id };
    work.note(Some(message.connection), Action::Message(done));
    Ok(())
}

fn contact_of(call: &Call) -> Result<ContactId, ServiceError> {
    match call.actor {
        Actor::Contact { id, .. } => Ok(id),
        Actor::Staff { .. } | Actor::Check | Actor::Clock | Actor::Operator | Actor::Visitor => {
            Err(ServiceError::Forbidden)
        }
    }
}
