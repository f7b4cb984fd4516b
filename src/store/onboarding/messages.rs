//! Messages between Kurve and the contacts of connections, with to whom they went. Their files are in [`super::attachments`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::{message, message_receiver};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::domain::ids::{ConnectionId, ContactId, MessageId, StaffId};
use crate::domain::message::Direction;
use crate::domain::onboarding::Step;
use crate::domain::text::MessageText;
use crate::store::{Changing, StoreError};

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// About which connection.
    pub connection: ConnectionId,
    /// Who wrote it.
    pub author: Author,
    /// The step that did not work, where it came with that.
    pub step: Option<Step>,
    /// What it says; `None` where there is no text, or none that may be kept.
    pub text: Option<MessageText>,
    /// Whether the text was not kept, since it held a password.
    pub is_withheld: bool,
    /// What it is known by, where it came by mail.
    pub digest: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Since when it waits on Kurve, if it does.
    pub waits_since: Option<DateTime<Utc>>,
}

/// Who wrote a message.
#[derive(Clone, PartialEq, Eq)]
pub enum Author {
    /// A colleague of Kurve.
    Kurve(StaffId),
    /// A contact.
    Contact(ContactId),
    /// Somebody with an address that is no contact's.
    Stranger(String),
}

// An address must not reach a log by way of `{:?}`.
impl std::fmt::Debug for Author {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Kurve(id) => f.debug_tuple("Kurve").field(id).finish(),
            Self::Contact(id) => f.debug_tuple("Contact").field(id).finish(),
            Self::Stranger(_) => f.write_str("Stranger(…)"),
        }
    }
}

impl Author {
    /// Which way a message of theirs goes.
    pub fn direction(&self) -> Direction {
        match self {
            Self::Kurve(_) => Direction::Out,
            Self::Contact(_) | Self::Stranger(_) => Direction::In,
        }
    }
}

/// Stores a message. The caller holds the onboarding.
pub async fn insert(conn: &impl Changing, new: &Message) -> Result<(), StoreError> {
    conn.touch(new.connection);
    let (staff, contact, sender) = match &new.author {
        Author::Kurve(id) => (Some(id.as_uuid()), None, None),
        Author::Contact(id) => (None, Some(id.as_uuid()), None),
        Author::Stranger(address) => (None, None, Some(address.clone())),
    };
    let row = message::ActiveModel {
        id: Set(new.id.as_uuid()),
        connection_id: Set(new.connection.as_uuid()),
        direction: Set(new.author.direction().as_str().to_owned()),
        staff_id: Set(staff),
        contact_id: Set(contact),
        sender: Set(sender),
        step: Set(new.step.map(|step| step.as_str().to_owned())),
        body: Set(new.text.as_ref().map(|text| text.as_str().to_owned())),
        is_withheld: Set(new.is_withheld),
        digest: Set(new.digest.clone()),
        created_at: Set(new.created_at),
        waits_since: Set(new.waits_since),
    };
    message::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Notes to whom a message goes.
pub async fn insert_receivers(
    conn: &impl ConnectionTrait,
    id: MessageId,
    people: &BTreeSet<ContactId>,
) -> Result<(), StoreError> {
    for person in people {
        let row = message_receiver::ActiveModel { message_id: Set(id.as_uuid()), contact_id: Set(person.as_uuid()) };
        message_receiver::Entity::insert(row).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// The message with this id.
pub async fn find(conn: &impl ConnectionTrait, id: MessageId) -> Result<Option<Message>, StoreError> {
    message::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(to_message).transpose()
}

/// Whether a mail was taken in before.
pub async fn is_known(conn: &impl ConnectionTrait, digest: &str) -> Result<bool, StoreError> {
    Ok(message::Entity::find().filter(message::COLUMN.digest.eq(digest)).one(conn).await?.is_some())
}

/// The newest messages of a connection, newest first, at most `limit`.
pub async fn list_newest(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    limit: u64,
) -> Result<Vec<Message>, StoreError> {
    let rows = message::Entity::find()
        .filter(message::COLUMN.connection_id.eq(connection.as_uuid()))
        .order_by_desc(message::COLUMN.created_at)
        .order_by_desc(message::COLUMN.id)
        .limit(limit)
        .all(conn)
        .await?;
    rows.into_iter().map(to_message).collect()
}

/// How many messages of a school came in since a moment.
pub async fn count_received_since(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    since: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let found = message::Entity::find()
        .filter(message::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(message::COLUMN.created_at.gte(since))
        .filter(message::COLUMN.direction.eq(Direction::In.as_str()));
    Ok(found.count(conn).await?)
}

/// To whom messages went.
pub async fn list_receivers(
    conn: &impl ConnectionTrait,
    ids: &[MessageId],
) -> Result<BTreeMap<MessageId, BTreeSet<ContactId>>, StoreError> {
    let mut found: BTreeMap<MessageId, BTreeSet<ContactId>> = BTreeMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let of_these = message_receiver::COLUMN.message_id.is_in(ids.iter().map(|id| id.as_uuid()));
    for row in message_receiver::Entity::find().filter(of_these).all(conn).await? {
        found.entry(MessageId::from_uuid(row.message_id)).or_default().insert(ContactId::from_uuid(row.contact_id));
    }
    Ok(found)
}

/// The oldest message of each of these connections that waits on Kurve.
pub async fn list_waiting(
    conn: &impl ConnectionTrait,
    connections: &BTreeSet<ConnectionId>,
) -> Result<BTreeMap<ConnectionId, Message>, StoreError> {
    if connections.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = message::Entity::find()
        .filter(message::COLUMN.connection_id.is_in(connections.iter().map(|id| id.as_uuid())))
        .filter(message::COLUMN.waits_since.is_not_null())
        .order_by_desc(message::COLUMN.waits_since)
        .all(conn)
        .await?;
    // The oldest comes last, and stays.
    let found: Vec<Message> = rows.into_iter().map(to_message).collect::<Result<_, _>>()?;
    Ok(found.into_iter().map(|message| (message.connection, message)).collect())
}

/// Since when the oldest message of each of these connections waits on Kurve.
pub(in crate::store) async fn list_waiting_since(
    conn: &impl ConnectionTrait,
    connections: &[Uuid],
) -> Result<BTreeMap<Uuid, DateTime<Utc>>, StoreError> {
    let rows: Vec<(Uuid, DateTime<Utc>)> = message::Entity::find()
        .select_only()
        .column(message::Column::ConnectionId)
        .column(message::Column::WaitsSince)
        .filter(message::COLUMN.connection_id.is_in(connections.iter().copied()))
        .filter(message::COLUMN.waits_since.is_not_null())
        .order_by_desc(message::COLUMN.waits_since)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Nothing that the school of a connection wrote waits on Kurve any more, up to a moment; returns how many did. The caller
/// holds the onboarding.
pub async fn mark_handled(
    conn: &impl Changing,
    connection: ConnectionId,
    until: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let changed = message::Entity::update_many()
        .col_expr(message::COLUMN.waits_since, Option::<DateTime<Utc>>::None.into())
        .filter(message::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(message::COLUMN.waits_since.is_not_null())
        .filter(message::COLUMN.created_at.lte(until))
        .exec(conn)
        .await?;
    if changed.rows_affected > 0 {
        conn.touch(connection);
    }
    Ok(changed.rows_affected)
}

fn to_message(row: message::Model) -> Result<Message, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "message", id: row.id.to_string(), what };
    let author = match (row.staff_id, row.contact_id, row.sender) {
        (Some(staff), None, None) => Author::Kurve(StaffId::from_uuid(staff)),
        (None, Some(contact), None) => Author::Contact(ContactId::from_uuid(contact)),
        (None, None, Some(address)) => Author::Stranger(address),
        (_, _, _) => return Err(corrupt("author")),
    };
    if row.direction.parse::<Direction>() != Ok(author.direction()) {
        return Err(corrupt("direction"));
    }
    Ok(Message {
        id: MessageId::from_uuid(row.id),
        connection: ConnectionId::from_uuid(row.connection_id),
        author,
        step: row.step.map(|step| step.parse()).transpose().map_err(|_| corrupt("step"))?,
        text: row.body.map(|body| MessageText::stored(&body)).transpose().map_err(|_| corrupt("body"))?,
        is_withheld: row.is_withheld,
        digest: row.digest,
        created_at: row.created_at,
        waits_since: row.waits_since,
    })
}
