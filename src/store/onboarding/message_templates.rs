//! Templates of messages, with every text that they had.

use chrono::{DateTime, Utc};
use entity::{message_template, message_template_version};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::ids::{MessageTemplateId, StaffId};
use crate::domain::text::{MessageText, TemplateName, fold};
use crate::store::{ConnectionTrait, StoreError, readable};

/// A template, as it is or as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its id.
    pub id: MessageTemplateId,
    /// Which of its texts this is, from 1.
    pub version: i32,
    /// What it is called.
    pub name: TemplateName,
    /// What it says, with its placeholders.
    pub text: MessageText,
    /// Who wrote it so.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Templates that are in use at most.
pub const MOST_TEMPLATES: u64 = 200;

/// Texts of one template that are shown at most.
const MOST_VERSIONS: u64 = 100;

/// The templates that are in use, by name.
pub async fn list(conn: &impl ConnectionTrait) -> Result<Vec<Template>, StoreError> {
    let rows = message_template::Entity::find()
        .filter(message_template::COLUMN.name_key.is_not_null())
        .order_by_asc(message_template::COLUMN.name_key)
        .limit(MOST_TEMPLATES)
        .all(conn)
        .await?;
    Ok(readable(rows, to_template))
}

/// The template with this id, if it is in use.
pub async fn find(conn: &impl ConnectionTrait, id: MessageTemplateId) -> Result<Option<Template>, StoreError> {
    let row = message_template::Entity::find_by_id(id.as_uuid()).one(conn).await?;
    row.filter(|row| row.removed_at.is_none()).map(to_template).transpose()
}

/// The same, and nobody else changes it until the end of the transaction.
pub async fn find_for_update(
    conn: &impl ConnectionTrait,
    id: MessageTemplateId,
) -> Result<Option<Template>, StoreError> {
    let row = message_template::Entity::find_by_id(id.as_uuid()).lock_exclusive().one(conn).await?;
    row.filter(|row| row.removed_at.is_none()).map(to_template).transpose()
}

/// The template in use that is called so.
pub async fn find_called(conn: &impl ConnectionTrait, name: &TemplateName) -> Result<Option<Template>, StoreError> {
    let called = message_template::COLUMN.name_key.eq(key(name));
    message_template::Entity::find().filter(called).one(conn).await?.map(to_template).transpose()
}

/// Stores a new template, with its first text.
pub async fn insert(conn: &impl ConnectionTrait, new: &Template) -> Result<(), StoreError> {
    let row = message_template::ActiveModel {
        id: Set(new.id.as_uuid()),
        name: Set(new.name.as_str().to_owned()),
        name_key: Set(Some(key(&new.name))),
        body: Set(new.text.as_str().to_owned()),
        version: Set(new.version),
        staff_id: Set(new.by.as_uuid()),
        changed_at: Set(new.at),
        removed_at: Set(None),
    };
    message_template::Entity::insert(row).exec_without_returning(conn).await?;
    insert_version(conn, new).await
}

/// Gives a template its next text.
pub async fn save(conn: &impl ConnectionTrait, next: &Template) -> Result<(), StoreError> {
    message_template::Entity::update_many()
        .col_expr(message_template::COLUMN.name, next.name.as_str().into())
        .col_expr(message_template::COLUMN.name_key, key(&next.name).into())
        .col_expr(message_template::COLUMN.body, next.text.as_str().into())
        .col_expr(message_template::COLUMN.version, next.version.into())
        .col_expr(message_template::COLUMN.staff_id, next.by.as_uuid().into())
        .col_expr(message_template::COLUMN.changed_at, next.at.into())
        .filter(message_template::COLUMN.id.eq(next.id.as_uuid()))
        .exec(conn)
        .await?;
    insert_version(conn, next).await
}

/// Takes a template out of use; its texts stay.
pub async fn mark_removed(
    conn: &impl ConnectionTrait,
    id: MessageTemplateId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    message_template::Entity::update_many()
        .col_expr(message_template::COLUMN.name_key, Option::<String>::None.into())
        .col_expr(message_template::COLUMN.removed_at, now.into())
        .filter(message_template::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// The texts that a template had, newest first.
pub async fn list_versions(conn: &impl ConnectionTrait, id: MessageTemplateId) -> Result<Vec<Template>, StoreError> {
    let rows = message_template_version::Entity::find()
        .filter(message_template_version::COLUMN.template_id.eq(id.as_uuid()))
        .order_by_desc(message_template_version::COLUMN.version)
        .limit(MOST_VERSIONS)
        .all(conn)
        .await?;
    Ok(readable(rows, to_version))
}

async fn insert_version(conn: &impl ConnectionTrait, of: &Template) -> Result<(), StoreError> {
    let row = message_template_version::ActiveModel {
        template_id: Set(of.id.as_uuid()),
        version: Set(of.version),
        name: Set(of.name.as_str().to_owned()),
        body: Set(of.text.as_str().to_owned()),
        staff_id: Set(of.by.as_uuid()),
        at: Set(of.at),
    };
    message_template_version::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// What two names have in common that read the same.
fn key(name: &TemplateName) -> String {
    fold(name.as_str())
}

fn to_template(row: message_template::Model) -> Result<Template, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "message_template", id: row.id.to_string(), what };
    Ok(Template {
        id: MessageTemplateId::from_uuid(row.id),
        version: row.version,
        name: TemplateName::parse(&row.name).map_err(|_| corrupt("name"))?,
        text: MessageText::stored(&row.body).map_err(|_| corrupt("body"))?,
        by: StaffId::from_uuid(row.staff_id),
        at: row.changed_at,
    })
}

fn to_version(row: message_template_version::Model) -> Result<Template, StoreError> {
    let id = format!("{} {}", row.template_id, row.version);
    let corrupt = |what| StoreError::CorruptRow { table: "message_template_version", id: id.clone(), what };
    Ok(Template {
        id: MessageTemplateId::from_uuid(row.template_id),
        version: row.version,
        name: TemplateName::parse(&row.name).map_err(|_| corrupt("name"))?,
        text: MessageText::stored(&row.body).map_err(|_| corrupt("body"))?,
        by: StaffId::from_uuid(row.staff_id),
        at: row.at,
    })
}
