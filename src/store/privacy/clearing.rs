//! What goes of a connection that ended: who its people are, all that was written, sent, checked and sealed. Its row, its
//! schools, its onboarding and the turns of it stay, for what happened and how long it took is counted from them.

use chrono::{DateTime, Utc};
use entity::{
    access_link, attachment, check_override, check_status, connection_check, contact, credential, frozen_mail,
    join_request, mail_connection, message, message_receiver, note, note_mention, option_b, outbox, reminder, school,
    staff, taking,
};
use sea_orm::sea_query::{Condition, SimpleExpr};
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::erasing::{delete, erase_at_doors, erase_contact};
use crate::domain::ids::ConnectionId;
use crate::domain::text::EmailAddress;
use crate::store::{Changing, ConnectionTrait, StoreError};

/// What went of a connection. Without `Debug`: it is personal data.
#[derive(Default)]
pub struct Cleared {
    /// How many rows went, or lost what they had of a person.
    pub rows: u64,
    /// The mails that went.
    pub mails: Vec<Uuid>,
    /// The addresses of those who are nowhere else here.
    pub addresses: Vec<EmailAddress>,
}

/// Clears a connection. Its texts in the audit are erased beside this, and the caller holds its onboarding.
pub async fn clear(
    conn: &impl Changing,
    connection: ConnectionId,
    now: DateTime<Utc>,
    key_of: impl Fn(&EmailAddress) -> String,
) -> Result<Cleared, StoreError> {
    conn.touch(connection);
    let mut cleared = Cleared::default();
    let id = connection.as_uuid();
    let contacts = contact::Entity::find().filter(contact::COLUMN.connection_id.eq(id)).all(conn).await?;
    let mut of_doors = vec![];
    for one in &contacts {
        if is_elsewhere(conn, &one.email_key, id).await? {
            continue;
        }
        cleared.addresses.extend(EmailAddress::parse(&one.email).ok());
        of_doors.extend(mails_with_links(conn, &one.email_key).await?);
        cleared.rows += erase_at_doors(conn, &one.email_key).await?;
    }
    clear_texts(conn, id, &mut cleared).await?;
    clear_checks(conn, id, &mut cleared).await?;
    clear_mails(conn, id, &contacts, &mut cleared).await?;
    delete::<frozen_mail::Entity>(conn, frozen_mail::Column::MailId, of_doors.iter().copied()).await?;
    cleared.rows += delete::<outbox::Entity>(conn, outbox::Column::Id, of_doors.iter().copied()).await?;
    cleared.mails.extend(of_doors);
    for one in &contacts {
        erase_contact(conn, one.id, &key_of).await?;
        cleared.rows += 1;
    }
    contact::Entity::update_many()
        .col_expr(contact::Column::RemovedAt, now.into())
        .filter(contact::COLUMN.connection_id.eq(id))
        .filter(contact::COLUMN.removed_at.is_null())
        .exec(conn)
        .await?;
    Ok(cleared)
}

/// Whether somebody with this address is here beside a connection: as a contact, as a colleague or asking for a place.
async fn is_elsewhere(conn: &impl ConnectionTrait, key: &str, connection: Uuid) -> Result<bool, StoreError> {
    let acts = contact::Entity::find()
        .filter(contact::COLUMN.email_key.eq(key))
        .filter(contact::COLUMN.connection_id.ne(connection))
        .filter(contact::COLUMN.removed_at.is_null());
    let asks = join_request::Entity::find()
        .filter(join_request::COLUMN.email_key.eq(key))
        .filter(join_request::COLUMN.connection_id.ne(connection))
        .filter(join_request::COLUMN.decided_at.is_null());
    let works = staff::Entity::find().filter(staff::COLUMN.email_key.eq(key));
    Ok(acts.limit(1).one(conn).await?.is_some()
        || asks.limit(1).one(conn).await?.is_some()
        || works.one(conn).await?.is_some())
}

/// The mails with links to sign in that somebody asked for of late.
async fn mails_with_links(conn: &impl ConnectionTrait, key: &str) -> Result<Vec<Uuid>, StoreError> {
    let links = access_link::Entity::find().filter(access_link::COLUMN.email_key.eq(key)).all(conn).await?;
    if links.is_empty() {
        return Ok(vec![]);
    }
    let about = links.iter().map(|link| outbox::COLUMN.about.like(format!("%\"link\":\"{}\"%", link.id)));
    let any = about.fold(Condition::any(), Condition::add);
    ids_of::<outbox::Entity>(conn, outbox::Column::Id, any).await
}

async fn clear_texts(conn: &impl Changing, id: Uuid, cleared: &mut Cleared) -> Result<(), StoreError> {
    let messages = ids_of::<message::Entity>(conn, message::Column::Id, message::COLUMN.connection_id.eq(id)).await?;
    let of_messages = || messages.iter().copied();
    cleared.rows += delete::<attachment::Entity>(conn, attachment::Column::MessageId, of_messages()).await?;
    delete::<message_receiver::Entity>(conn, message_receiver::Column::MessageId, of_messages()).await?;
    cleared.rows += delete::<message::Entity>(conn, message::Column::Id, of_messages()).await?;
    let notes = ids_of::<note::Entity>(conn, note::Column::Id, note::COLUMN.connection_id.eq(id)).await?;
    delete::<note_mention::Entity>(conn, note_mention::Column::NoteId, notes.iter().copied()).await?;
    cleared.rows += delete::<note::Entity>(conn, note::Column::Id, notes).await?;
    cleared.rows += all::<join_request::Entity>(conn, join_request::COLUMN.connection_id.eq(id)).await?;
    let schools = ids_of::<school::Entity>(conn, school::Column::Id, school::COLUMN.connection_id.eq(id)).await?;
    cleared.rows += delete::<option_b::Entity>(conn, option_b::Column::SchoolId, schools).await?;
    cleared.rows += all::<taking::Entity>(conn, taking::COLUMN.connection_id.eq(id)).await?;
    Ok(())
}

async fn clear_checks(conn: &impl Changing, id: Uuid, cleared: &mut Cleared) -> Result<(), StoreError> {
    cleared.rows += all::<connection_check::Entity>(conn, connection_check::COLUMN.connection_id.eq(id)).await?;
    cleared.rows += all::<check_status::Entity>(conn, check_status::COLUMN.connection_id.eq(id)).await?;
    cleared.rows += all::<check_override::Entity>(conn, check_override::COLUMN.connection_id.eq(id)).await?;
    cleared.rows += all::<credential::Entity>(conn, credential::COLUMN.connection_id.eq(id)).await?;
    Ok(())
}

async fn clear_mails(
    conn: &impl Changing,
    id: Uuid,
    contacts: &[contact::Model],
    cleared: &mut Cleared,
) -> Result<(), StoreError> {
    cleared.rows += all::<reminder::Entity>(conn, reminder::COLUMN.connection_id.eq(id)).await?;
    let theirs = Condition::any()
        .add(outbox::COLUMN.connection_id.eq(id))
        .add(outbox::COLUMN.contact_id.is_in(contacts.iter().map(|contact| contact.id)));
    let mails = ids_of::<outbox::Entity>(conn, outbox::Column::Id, theirs.clone()).await?;
    // What was told in a mail of another connection has its bytes there.
    let told = Condition::all().add(theirs).add(outbox::COLUMN.told_by.is_not_null());
    let told_by = ids_of::<outbox::Entity>(conn, outbox::Column::ToldBy, told).await?;
    let of_bytes = mails.iter().copied().chain(told_by);
    delete::<frozen_mail::Entity>(conn, frozen_mail::Column::MailId, of_bytes).await?;
    // A mail that is about others too stays theirs; its bytes may name somebody here.
    let of_several = mail_connection::COLUMN.connection_id.eq(id);
    let of_several = ids_of::<mail_connection::Entity>(conn, mail_connection::Column::MailId, of_several).await?;
    delete::<frozen_mail::Entity>(conn, frozen_mail::Column::MailId, of_several).await?;
    all::<mail_connection::Entity>(conn, mail_connection::COLUMN.connection_id.eq(id)).await?;
    delete::<mail_connection::Entity>(conn, mail_connection::Column::MailId, mails.iter().copied()).await?;
    cleared.rows += delete::<outbox::Entity>(conn, outbox::Column::Id, mails.iter().copied()).await?;
    cleared.mails.extend(mails);
    Ok(())
}

async fn ids_of<E: EntityTrait>(
    conn: &impl ConnectionTrait,
    column: E::Column,
    these: impl sea_orm::sea_query::IntoCondition,
) -> Result<Vec<Uuid>, StoreError> {
    Ok(E::find().select_only().column(column).filter(these.into_condition()).into_tuple().all(conn).await?)
}

async fn all<E: EntityTrait>(conn: &impl Changing, these: SimpleExpr) -> Result<u64, StoreError> {
    Ok(E::delete_many().filter(these).exec(conn).await?.rows_affected)
}
