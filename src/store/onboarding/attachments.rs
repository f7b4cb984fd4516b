//! Files that came with messages, sealed, and what is known of those that were not kept.

use std::collections::BTreeMap;

use entity::attachment;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::domain::ids::{AttachmentId, MessageId};
use crate::domain::message::{LeftOut, Media};
use crate::store::{ConnectionTrait, StoreError};

/// A file without what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its id, part of what the seal is bound to.
    pub id: AttachmentId,
    /// With which message it came.
    pub message: MessageId,
    /// What it is called.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
}

/// Whether a file was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was.
    Kept {
        /// What it is.
        media: Media,
        /// How large it is.
        size_bytes: u64,
    },
    /// It was not, and why.
    LeftOut(LeftOut),
}

/// Stores a file at its place; `sealed` is what is in it, where it is kept.
pub async fn insert(
    conn: &impl ConnectionTrait,
    new: &Attachment,
    position: i32,
    sealed: Option<Vec<u8>>,
) -> Result<(), StoreError> {
    let (media, left_out, size_bytes) = match new.fate {
        Fate::Kept { media, size_bytes } => (Some(media.as_str().to_owned()), None, size_bytes),
        Fate::LeftOut(why) => (None, Some(why.as_str().to_owned()), 0),
    };
    let row = attachment::ActiveModel {
        id: Set(new.id.as_uuid()),
        message_id: Set(new.message.as_uuid()),
        position: Set(position),
        name: Set(new.name.clone()),
        media: Set(media),
        left_out: Set(left_out),
        size_bytes: Set(i64::try_from(size_bytes).unwrap_or(i64::MAX)),
        sealed: Set(sealed),
    };
    attachment::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The files of some messages, in their order, without what is in them.
pub async fn list_of(
    conn: &impl ConnectionTrait,
    messages: &[MessageId],
) -> Result<BTreeMap<MessageId, Vec<Attachment>>, StoreError> {
    let mut found: BTreeMap<MessageId, Vec<Attachment>> = BTreeMap::new();
    if messages.is_empty() {
        return Ok(found);
    }
    let rows: Vec<Row> = attachment::Entity::find()
        .select_only()
        .column(attachment::Column::Id)
        .column(attachment::Column::MessageId)
        .column(attachment::Column::Name)
        .column(attachment::Column::Media)
        .column(attachment::Column::LeftOut)
        .column(attachment::Column::SizeBytes)
        .filter(attachment::COLUMN.message_id.is_in(messages.iter().map(|id| id.as_uuid())))
        .order_by_asc(attachment::COLUMN.message_id)
        .order_by_asc(attachment::COLUMN.position)
        .into_tuple()
        .all(conn)
        .await?;
    for row in rows {
        let attachment = to_attachment(row)?;
        found.entry(attachment.message).or_default().push(attachment);
    }
    Ok(found)
}

/// A file with what is in it, sealed; `None` where there is none or where it was not kept.
pub async fn find_sealed(
    conn: &impl ConnectionTrait,
    id: AttachmentId,
) -> Result<Option<(Attachment, Vec<u8>)>, StoreError> {
    let Some(row) = attachment::Entity::find_by_id(id.as_uuid()).one(conn).await? else { return Ok(None) };
    let Some(sealed) = row.sealed else { return Ok(None) };
    let attachment = to_attachment((row.id, row.message_id, row.name, row.media, row.left_out, row.size_bytes))?;
    Ok(Some((attachment, sealed)))
}

/// What is read of a file: id, message, name, what it is, why it was left out, and how large it is.
type Row = (Uuid, Uuid, String, Option<String>, Option<String>, i64);

fn to_attachment(row: Row) -> Result<Attachment, StoreError> {
    let (id, message, name, media, left_out, size_bytes) = row;
    let corrupt = |what| StoreError::CorruptRow { table: "attachment", id: id.to_string(), what };
    let fate = match (media, left_out) {
        (Some(media), None) => Fate::Kept {
            media: media.parse().map_err(|_| corrupt("media"))?,
            size_bytes: u64::try_from(size_bytes).map_err(|_| corrupt("size_bytes"))?,
        },
        (None, Some(why)) => Fate::LeftOut(why.parse().map_err(|_| corrupt("left_out"))?),
        (_, _) => return Err(corrupt("media")),
    };
    Ok(Attachment { id: AttachmentId::from_uuid(id), message: MessageId::from_uuid(message), name, fate })
}
