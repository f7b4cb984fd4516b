//! Contacts of connections. A removed contact stays as a row, so that the timeline can name who did what.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::contact;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany};

use crate::domain::ids::{ConnectionId, ContactId, StaffId};
use crate::domain::roles::Roles;
use crate::domain::school::{Contact, ContactRef, Vouch};
use crate::domain::text::{EmailAddress, PersonName, Reason};
use crate::store::{Changing, ConnectionTrait, StoreError, readable};

/// Stores a new contact; `email_key` is the keyed hash of the address for look-ups.
///
/// # Errors
/// `Taken` when the connection has a contact, also a removed one, with this address.
pub async fn insert(conn: &impl Changing, contact: &Contact, email_key: &str) -> Result<(), StoreError> {
    conn.touch(contact.connection);
    contact::Entity::insert(to_row(contact, email_key)).exec_without_returning(conn).await?;
    Ok(())
}

pub(in crate::store) fn to_row(contact: &Contact, email_key: &str) -> contact::ActiveModel {
    contact::ActiveModel {
        id: Set(contact.id.as_uuid()),
        connection_id: Set(contact.connection.as_uuid()),
        name: Set(contact.name.as_str().to_owned()),
        email: Set(contact.email.as_str().to_owned()),
        email_key: Set(email_key.to_owned()),
        roles: Set(contact.roles.as_str().to_owned()),
        proposed_roles: Set(contact.proposed.map(|roles| roles.as_str().to_owned())),
        vouched_at: Set(contact.vouch.as_ref().map(|vouch| vouch.at)),
        vouched_by: Set(contact.vouch.as_ref().map(|vouch| vouch.by.as_uuid())),
        vouch_ground: Set(contact.vouch.as_ref().map(|vouch| vouch.ground.as_str().to_owned())),
        created_at: Set(contact.created_at),
        removed_at: Set(contact.removed_at),
    }
}

/// The contact with this id, also a removed one.
///
/// # Errors
/// `Missing` when there is none.
pub async fn load(conn: &impl ConnectionTrait, id: ContactId) -> Result<Contact, StoreError> {
    let row = contact::Entity::find_by_id(id.as_uuid()).one(conn).await?;
    to_contact(row.ok_or(StoreError::Missing { table: "contact" })?)
}

/// A connection's contacts, also removed ones, oldest first.
pub async fn list_with_removed(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<Contact>, StoreError> {
    let rows = contact::Entity::find()
        .filter(contact::COLUMN.connection_id.eq(connection.as_uuid()))
        .order_by_asc(contact::COLUMN.created_at)
        .order_by_asc(contact::COLUMN.id)
        .all(conn)
        .await?;
    rows.into_iter().map(to_contact).collect()
}

/// A connection's contacts of today, oldest first.
pub async fn list(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Vec<Contact>, StoreError> {
    let mut contacts = list_with_removed(conn, connection).await?;
    contacts.retain(|contact| contact.removed_at.is_none());
    Ok(contacts)
}

/// The contacts of today of some connections, oldest first.
pub async fn list_of(
    conn: &impl ConnectionTrait,
    connections: &[ConnectionId],
) -> Result<BTreeMap<ConnectionId, Vec<Contact>>, StoreError> {
    if connections.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = contact::Entity::find()
        .filter(contact::COLUMN.connection_id.is_in(connections.iter().map(|id| id.as_uuid())))
        .filter(contact::COLUMN.removed_at.is_null())
        .order_by_asc(contact::COLUMN.created_at)
        .order_by_asc(contact::COLUMN.id)
        .all(conn)
        .await?;
    let mut found = BTreeMap::<ConnectionId, Vec<Contact>>::new();
    for contact in readable(rows, to_contact) {
        found.entry(contact.connection).or_default().push(contact);
    }
    Ok(found)
}

/// The contact with this id, removed or not.
pub async fn find(conn: &impl ConnectionTrait, id: ContactId) -> Result<Option<Contact>, StoreError> {
    contact::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(to_contact).transpose()
}

/// The names of these contacts, removed or not.
pub async fn list_names(
    conn: &impl ConnectionTrait,
    ids: &BTreeSet<ContactId>,
) -> Result<BTreeMap<ContactId, String>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(uuid::Uuid, String)> = contact::Entity::find()
        .select_only()
        .column(contact::Column::Id)
        .column(contact::Column::Name)
        .filter(contact::COLUMN.id.is_in(ids.iter().map(|id| id.as_uuid())))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, name)| (ContactId::from_uuid(id), name)).collect())
}

/// Contacts by their ids, removed or not; one that is not here or cannot be read is left out.
pub async fn list_by_id(
    conn: &impl ConnectionTrait,
    ids: &BTreeSet<ContactId>,
) -> Result<BTreeMap<ContactId, Contact>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let query = contact::Entity::find().filter(contact::COLUMN.id.is_in(ids.iter().map(|id| id.as_uuid())));
    let found = readable(query.all(conn).await?, to_contact);
    Ok(found.into_iter().map(|contact| (contact.id, contact)).collect())
}

/// The connections of which somebody with this address is a contact today.
pub async fn list_connections_of(
    conn: &impl ConnectionTrait,
    email_key: &str,
) -> Result<BTreeSet<ConnectionId>, StoreError> {
    let query = contact::Entity::find().select_only().column(contact::Column::ConnectionId);
    let query = query.filter(contact::COLUMN.email_key.eq(email_key)).filter(contact::COLUMN.removed_at.is_null());
    let ids: Vec<uuid::Uuid> = query.into_tuple().all(conn).await?;
    Ok(ids.into_iter().map(ConnectionId::from_uuid).collect())
}

/// The contacts of today with the address of this one, which is among them: the same person at other connections.
pub async fn list_of_same_address(
    conn: &impl ConnectionTrait,
    id: ContactId,
) -> Result<BTreeSet<ContactId>, StoreError> {
    let key = contact::Entity::find_by_id(id.as_uuid()).select_only().column(contact::Column::EmailKey);
    let Some(key) = key.into_tuple::<String>().one(conn).await? else { return Ok(BTreeSet::new()) };
    let query = contact::Entity::find().select_only().column(contact::Column::Id);
    let query = query.filter(contact::COLUMN.email_key.eq(key)).filter(contact::COLUMN.removed_at.is_null());
    let ids: Vec<uuid::Uuid> = query.into_tuple().all(conn).await?;
    Ok(ids.into_iter().map(ContactId::from_uuid).chain([id]).collect())
}

/// The contact of today of a connection with this address.
pub async fn find_by_email(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    email_key: &str,
) -> Result<Option<Contact>, StoreError> {
    let row = contact::Entity::find()
        .filter(contact::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(contact::COLUMN.email_key.eq(email_key))
        .filter(contact::COLUMN.removed_at.is_null())
        .one(conn)
        .await?;
    row.map(to_contact).transpose()
}

/// Everyone of today with this address, over all connections, oldest first.
pub async fn list_by_email(conn: &impl ConnectionTrait, email_key: &str) -> Result<Vec<Contact>, StoreError> {
    let rows = contact::Entity::find()
        .filter(contact::COLUMN.email_key.eq(email_key))
        .filter(contact::COLUMN.removed_at.is_null())
        .order_by_asc(contact::COLUMN.created_at)
        .order_by_asc(contact::COLUMN.id)
        .all(conn)
        .await?;
    rows.into_iter().map(to_contact).collect()
}

/// Changes name and roles of a contact of today, as Kurve says they are; the address stays.
///
/// # Errors
/// `Missing` when there is no such contact, or it was removed.
pub async fn save(
    conn: &impl Changing,
    ContactRef { connection, contact: id }: ContactRef,
    name: &PersonName,
    roles: Roles,
) -> Result<(), StoreError> {
    conn.touch(connection);
    let changed = contact::Entity::update_many()
        .col_expr(contact::COLUMN.name, name.as_str().into())
        .col_expr(contact::COLUMN.roles, roles.as_str().into())
        .col_expr(contact::COLUMN.proposed_roles, Option::<String>::None.into())
        .filter(contact::COLUMN.id.eq(id.as_uuid()))
        .filter(contact::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(contact::COLUMN.removed_at.is_null())
        .exec(conn)
        .await?;
    one(changed.rows_affected)
}

/// Gives a contact of today another address; `email_key` is its keyed hash.
///
/// # Errors
/// `Taken` when the connection has a contact, also a removed one, with this address; `Missing` when there is no such
/// contact, or it was removed.
pub async fn save_address(
    conn: &impl Changing,
    ContactRef { connection, contact: id }: ContactRef,
    email: &EmailAddress,
    email_key: &str,
) -> Result<(), StoreError> {
    conn.touch(connection);
    let changed = contact::Entity::update_many()
        .col_expr(contact::COLUMN.email, email.as_str().into())
        .col_expr(contact::COLUMN.email_key, email_key.into())
        .filter(contact::COLUMN.id.eq(id.as_uuid()))
        .filter(contact::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(contact::COLUMN.removed_at.is_null())
        .exec(conn)
        .await?;
    one(changed.rows_affected)
}

/// Keeps the roles of a contact of today whom the school [gave](Contact::given) one.
///
/// # Errors
/// `Missing` when there is no such contact, or it was removed.
pub async fn save_given(conn: &impl ConnectionTrait, given: &Contact) -> Result<(), StoreError> {
    let proposed = given.proposed.map(|roles| roles.as_str().to_owned());
    let changed = contact::Entity::update_many()
        .col_expr(contact::COLUMN.roles, given.roles.as_str().into())
        .col_expr(contact::COLUMN.proposed_roles, proposed.into())
        .filter(contact::COLUMN.id.eq(given.id.as_uuid()))
        .filter(contact::COLUMN.removed_at.is_null())
        .exec(conn)
        .await?;
    one(changed.rows_affected)
}

/// Notes Kurve's word for a contact of today, which is also for the roles that the school gave them.
///
/// # Errors
/// `Missing` when there is no such contact, or it was removed.
pub async fn mark_vouched(conn: &impl ConnectionTrait, id: ContactId, vouch: &Vouch) -> Result<(), StoreError> {
    let changed = contact::Entity::update_many()
        .col_expr(contact::COLUMN.vouched_at, vouch.at.into())
        .col_expr(contact::COLUMN.vouched_by, vouch.by.as_uuid().into())
        .col_expr(contact::COLUMN.vouch_ground, vouch.ground.as_str().into())
        .col_expr(contact::COLUMN.proposed_roles, Option::<String>::None.into())
        .filter(contact::COLUMN.id.eq(id.as_uuid()))
        .filter(contact::COLUMN.removed_at.is_null())
        .exec(conn)
        .await?;
    one(changed.rows_affected)
}

/// Takes back Kurve's word for everyone at a connection; returns for how many it was given.
pub async fn clear_vouches(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<u64, StoreError> {
    let changed = without_vouch()
        .filter(contact::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(contact::COLUMN.vouched_at.is_not_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected)
}

/// Takes back Kurve's word for one contact.
///
/// # Errors
/// `Missing` when the connection has no such contact.
pub async fn clear_vouch(conn: &impl ConnectionTrait, who: ContactRef) -> Result<(), StoreError> {
    let changed = without_vouch()
        .filter(contact::COLUMN.id.eq(who.contact.as_uuid()))
        .filter(contact::COLUMN.connection_id.eq(who.connection.as_uuid()))
        .exec(conn)
        .await?;
    one(changed.rows_affected)
}

/// Removes a contact of today.
///
/// # Errors
/// `Missing` when there is no such contact, or it was removed.
pub async fn mark_removed(conn: &impl Changing, who: ContactRef, now: DateTime<Utc>) -> Result<(), StoreError> {
    conn.touch(who.connection);
    let changed = contact::Entity::update_many()
        .col_expr(contact::COLUMN.removed_at, now.into())
        .filter(contact::COLUMN.id.eq(who.contact.as_uuid()))
        .filter(contact::COLUMN.connection_id.eq(who.connection.as_uuid()))
        .filter(contact::COLUMN.removed_at.is_null())
        .exec(conn)
        .await?;
    one(changed.rows_affected)
}

/// Takes a removed contact back, with the name and roles of now and without Kurve's word.
///
/// # Errors
/// `Missing` when there is no such removed contact.
pub async fn save_taken_back(
    conn: &impl Changing,
    ContactRef { connection, contact: id }: ContactRef,
    name: &PersonName,
    roles: Roles,
) -> Result<(), StoreError> {
    conn.touch(connection);
    // Whoever vouched before vouched for someone who was removed since.
    let changed = without_vouch()
        .col_expr(contact::COLUMN.name, name.as_str().into())
        .col_expr(contact::COLUMN.roles, roles.as_str().into())
        .col_expr(contact::COLUMN.proposed_roles, Option::<String>::None.into())
        .col_expr(contact::COLUMN.removed_at, Option::<DateTime<Utc>>::None.into())
        .filter(contact::COLUMN.id.eq(id.as_uuid()))
        .filter(contact::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(contact::COLUMN.removed_at.is_not_null())
        .exec(conn)
        .await?;
    one(changed.rows_affected)
}

fn without_vouch() -> UpdateMany<contact::Entity> {
    contact::Entity::update_many()
        .col_expr(contact::COLUMN.vouched_at, Option::<DateTime<Utc>>::None.into())
        .col_expr(contact::COLUMN.vouched_by, Option::<uuid::Uuid>::None.into())
        .col_expr(contact::COLUMN.vouch_ground, Option::<String>::None.into())
}

fn one(rows: u64) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Missing { table: "contact" }) }
}

pub(in crate::store) fn to_contact(row: contact::Model) -> Result<Contact, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "contact", id: row.id.to_string(), what };
    let vouch = match (row.vouched_at, row.vouched_by, &row.vouch_ground) {
        (None, None, None) => None,
        (Some(at), Some(by), Some(ground)) => Some(vouch(at, by, ground).ok_or_else(|| corrupt("vouch_ground"))?),
        _ => return Err(corrupt("vouch")),
    };
    let roles: Roles = row.roles.parse().map_err(|_| corrupt("roles"))?;
    let proposed: Option<Roles> =
        row.proposed_roles.as_deref().map(str::parse).transpose().map_err(|_| corrupt("proposed_roles"))?;
    if proposed.is_some_and(|proposed| !proposed.are_within(roles)) {
        return Err(corrupt("proposed_roles"));
    }
    Ok(Contact {
        id: ContactId::from_uuid(row.id),
        connection: ConnectionId::from_uuid(row.connection_id),
        name: PersonName::parse(&row.name).map_err(|_| corrupt("name"))?,
        email: EmailAddress::parse(&row.email).map_err(|_| corrupt("email"))?,
        roles,
        proposed,
        vouch,
        created_at: row.created_at,
        removed_at: row.removed_at,
    })
}

fn vouch(at: DateTime<Utc>, by: uuid::Uuid, ground: &str) -> Option<Vouch> {
    Some(Vouch { at, by: StaffId::from_uuid(by), ground: Reason::parse(ground).ok()? })
}
