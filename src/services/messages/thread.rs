//! What Kurve and a school wrote to each other, in one thread, and the files in it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::files;
use crate::domain::audit::{Action, MessageDone};
use crate::domain::ids::{AttachmentId, ConnectionId, ContactId, MessageId};
use crate::domain::message::Media;
use crate::domain::onboarding::Step;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::attachments::{self, Attachment, Fate};
use crate::store::onboarding::messages::{self, Message};
use crate::store::onboarding::onboardings;

/// How many messages a page shows.
pub const PAGE_MESSAGES: u64 = 50;

/// A message with to whom it went and what came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InThread {
    /// The message.
    pub message: Message,
    /// To whom it went, for one of Kurve.
    pub to: BTreeSet<ContactId>,
    /// Its files.
    pub files: Vec<Attachment>,
}

/// The newest messages of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thread {
    /// The messages, oldest first.
    pub messages: Vec<InThread>,
    /// Whether there are older ones.
    pub has_older: bool,
}

impl Thread {
    /// Up to when what the school wrote is in it, where anything waits on Kurve.
    pub fn waits_until(&self) -> Option<DateTime<Utc>> {
        let waiting = self.messages.iter().filter(|one| one.message.waits_since.is_some());
        waiting.map(|one| one.message.created_at).max()
    }
}

/// The newest messages of a connection, at most `limit`.
pub async fn load(context: &Context, connection: ConnectionId, limit: u64) -> Result<Thread, ServiceError> {
    let conn = context.db.reader();
    let mut newest = messages::list_newest(conn, connection, limit + 1).await?;
    let has_older = newest.len() as u64 > limit;
    newest.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    newest.reverse();
    let ids: Vec<MessageId> = newest.iter().map(|message| message.id).collect();
    let mut to = messages::list_receivers(conn, &ids).await?;
    let mut files = attachments::list_of(conn, &ids).await?;
    let messages = newest.into_iter().map(|message| InThread {
        to: to.remove(&message.id).unwrap_or_default(),
        files: files.remove(&message.id).unwrap_or_default(),
        message,
    });
    Ok(Thread { messages: messages.collect(), has_older })
}

/// Whether the school sent files along when it said that a step does not work, as far as a page of the thread goes.
pub async fn has_files_of(context: &Context, connection: ConnectionId, step: Step) -> Result<bool, ServiceError> {
    let thread = load(context, connection, PAGE_MESSAGES).await?;
    Ok(thread.messages.iter().any(|one| one.message.step == Some(step) && !one.files.is_empty()))
}

/// Whether anything was ever written with a connection.
pub async fn has_any(context: &Context, connection: ConnectionId) -> Result<bool, ServiceError> {
    Ok(!messages::list_newest(context.db.reader(), connection, 1).await?.is_empty())
}

/// The oldest message of each of these connections that waits on Kurve.
pub async fn list_waiting(
    context: &Context,
    connections: &BTreeSet<ConnectionId>,
) -> Result<BTreeMap<ConnectionId, Message>, ServiceError> {
    Ok(messages::list_waiting(context.db.reader(), connections).await?)
}

/// What the school wrote until a moment takes no answer, or got one elsewhere; `false` when nothing waited.
///
/// # Errors
/// `Forbidden` for who may not act.
pub async fn mark_read(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    until: DateTime<Utc>,
) -> Result<bool, ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    onboardings::load_for_update(work.conn(), connection).await?;
    if messages::mark_handled(work.conn(), connection, until).await? == 0 {
        return Ok(false);
    }
    work.note(Some(connection), Action::Message(MessageDone::MessagesRead));
    work.finish().await?;
    Ok(true)
}

/// A file by its connection: who names one of another connection finds none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRef {
    /// The connection.
    pub connection: ConnectionId,
    /// The file.
    pub file: AttachmentId,
}

/// A file as it is saved.
pub struct OpenedFile {
    /// What it is called, with the ending of what it is.
    pub name: String,
    /// What it is.
    pub media: Media,
    /// What is in it.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Opens a file.
///
/// # Errors
/// `NotFound` when the connection has no such file, or it was not kept.
pub async fn open_file(context: &Context, which: FileRef) -> Result<OpenedFile, ServiceError> {
    let conn = context.db.reader();
    let found = attachments::find_sealed(conn, which.file).await?;
    let Some((attachment, cell)) = found else { return Err(ServiceError::NotFound) };
    let message = messages::find(conn, attachment.message).await?;
    let (Some(_), Fate::Kept { media, .. }) =
        (message.filter(|message| message.connection == which.connection), attachment.fate)
    else {
        return Err(ServiceError::NotFound);
    };
    let bytes = files::open(context, attachment.id, &cell)?;
    Ok(OpenedFile { name: media.named(&attachment.name), media, bytes })
}
