//! Of which connections a mail is that is about several; a mail about one connection names it in its own row.

use entity::{mail_connection, outbox};
use sea_orm::sea_query::Condition;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::ids::{ConnectionId, MailId};
use crate::store::{ConnectionTrait, StoreError};

/// How many mails about several connections a page looks back over: more than it shows.
const LOOK_BACK: u64 = 500;

/// Keeps of which connections a mail is; nothing to do for one that was left out of the outbox.
pub async fn insert(
    conn: &impl ConnectionTrait,
    mail: MailId,
    schools: impl IntoIterator<Item = ConnectionId>,
) -> Result<(), StoreError> {
    if outbox::Entity::find_by_id(mail.as_uuid()).one(conn).await?.is_none() {
        return Ok(());
    }
    for school in schools {
        let row = mail_connection::ActiveModel { connection_id: Set(school.as_uuid()), mail_id: Set(mail.as_uuid()) };
        mail_connection::Entity::insert(row).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// Takes connections out of a mail.
pub async fn delete(
    conn: &impl ConnectionTrait,
    mail: MailId,
    schools: impl IntoIterator<Item = ConnectionId>,
) -> Result<(), StoreError> {
    mail_connection::Entity::delete_many()
        .filter(mail_connection::COLUMN.mail_id.eq(mail.as_uuid()))
        .filter(mail_connection::COLUMN.connection_id.is_in(schools.into_iter().map(ConnectionId::as_uuid)))
        .exec(conn)
        .await?;
    Ok(())
}

/// What mails about these connections fit: their own, and the newest before a mail of those about several. A list of
/// ids and no query in the query: of that PostgreSQL makes a walk over all mails.
pub(in crate::store) async fn of_schools(
    conn: &impl ConnectionTrait,
    schools: &[ConnectionId],
    before: Option<MailId>,
) -> Result<Condition, StoreError> {
    let ids = || schools.iter().map(|school| school.as_uuid());
    let mut shared = mail_connection::Entity::find()
        .select_only()
        .column(mail_connection::Column::MailId)
        .filter(mail_connection::COLUMN.connection_id.is_in(ids()));
    if let Some(before) = before {
        shared = shared.filter(mail_connection::COLUMN.mail_id.lt(before.as_uuid()));
    }
    let shared = shared.order_by_desc(mail_connection::COLUMN.mail_id).limit(LOOK_BACK);
    let shared: Vec<uuid::Uuid> = shared.into_tuple().all(conn).await?;
    let own = outbox::COLUMN.connection_id.is_in(ids());
    Ok(match shared.as_slice() {
        [] => Condition::all().add(own),
        _ => Condition::any().add(own).add(outbox::COLUMN.id.is_in(shared)),
    })
}
