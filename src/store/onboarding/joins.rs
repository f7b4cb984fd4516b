//! Requests to join a connection.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::join_request::{self, COLUMN, Column, Entity};
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::domain::ids::{ConnectionId, ContactId, JoinRequestId, SchoolId, StaffId};
use crate::domain::join::{Asker, Decision, JoinKind, JoinOutcome, JoinRequest};
use crate::domain::roles::Roles;
use crate::domain::school::{ContactRef, NewContact, SchoolDetails};
use crate::domain::text::{Brin, EmailAddress, PersonName, Reason, SchoolDomain, SchoolName};
use crate::store::{Changing, ConnectionTrait, StoreError, readable};

/// Stores a new request; `email_key` is the keyed hash of the address of who asks.
///
/// # Errors
/// `Taken` when the same person has an open request for the same school at the connection.
pub async fn insert(conn: &impl Changing, new: &JoinRequest, email_key: &str) -> Result<(), StoreError> {
    conn.touch(new.connection);
    let school = match new.kind {
        JoinKind::KnownSchool { school } => Some(school.as_uuid()),
        JoinKind::NewSchool | JoinKind::FurtherSchool | JoinKind::OtherDomain => None,
    };
    let (person, contact) = match &new.asker {
        Asker::Person(person) => (Some(person), None),
        Asker::Contact(who) => (None, Some(who.contact.as_uuid())),
    };
    let row = join_request::ActiveModel {
        id: Set(new.id.as_uuid()),
        connection_id: Set(new.connection.as_uuid()),
        kind: Set(new.kind.as_str().to_owned()),
        school_id: Set(school),
        from_connection_id: Set(new.other_connection().map(ConnectionId::as_uuid)),
        school_name: Set(new.school.name.as_str().to_owned()),
        brin: Set(new.school.brin.as_str().to_owned()),
        brin_key: Set(new.school.brin.key()),
        domain: Set(new.domain.label().to_owned()),
        region: Set(new.region.as_str().to_owned()),
        contact_id: Set(contact),
        name: Set(person.map(|person| person.name.as_str().to_owned())),
        email: Set(person.map(|person| person.email.as_str().to_owned())),
        email_key: Set(email_key.to_owned()),
        roles: Set(person.map(|person| person.roles.as_str().to_owned())),
        asked_at: Set(new.asked_at),
        decided_at: Set(None),
        decided_by: Set(None),
        decision: Set(None),
        reason: Set(None),
    };
    Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The request with this id.
pub async fn find(conn: &impl ConnectionTrait, id: JoinRequestId) -> Result<Option<JoinRequest>, StoreError> {
    Entity::find_by_id(id.as_uuid()).one(conn).await?.map(to_request).transpose()
}

/// The open requests at a connection, oldest first.
pub async fn list_open(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Vec<JoinRequest>, StoreError> {
    Ok(readable(open_at(connection).all(conn).await?, to_request))
}

/// The open requests at some connections, oldest first.
pub async fn list_open_at(
    conn: &impl ConnectionTrait,
    connections: &BTreeSet<ConnectionId>,
) -> Result<Vec<JoinRequest>, StoreError> {
    if connections.is_empty() {
        return Ok(vec![]);
    }
    let at = COLUMN.connection_id.is_in(connections.iter().map(|id| id.as_uuid()));
    // Sorted here: SQLite would else read all open requests in the order of their index.
    let open = Entity::find().filter(at).filter(COLUMN.decided_at.is_null());
    let mut open = readable(open.all(conn).await?, to_request);
    open.sort_by_key(|request| (request.asked_at, request.id));
    Ok(open)
}

/// The requests of one person at a connection, also those that were decided, oldest first.
pub async fn list_of_asker(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    email_key: &str,
) -> Result<Vec<JoinRequest>, StoreError> {
    let of_asker = oldest_first().filter(COLUMN.connection_id.eq(connection.as_uuid()));
    Ok(readable(of_asker.filter(COLUMN.email_key.eq(email_key)).all(conn).await?, to_request))
}

/// The open requests at all connections, oldest first.
pub async fn list_all_open(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<JoinRequest>, StoreError> {
    let open = oldest_first().filter(COLUMN.decided_at.is_null()).limit(limit);
    Ok(readable(open.all(conn).await?, to_request))
}

/// When each of these BRIN keys was last asked for, wherever and whatever was decided.
pub async fn list_asked(
    conn: &impl ConnectionTrait,
    brin_keys: &BTreeSet<String>,
) -> Result<BTreeMap<String, DateTime<Utc>>, StoreError> {
    if brin_keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = oldest_first().filter(COLUMN.brin_key.is_in(brin_keys)).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.brin_key, row.asked_at)).collect())
}

/// How many requests are open at a connection.
pub async fn count_open(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<u64, StoreError> {
    Ok(open_at(connection).count(conn).await?)
}

/// How many requests of the contacts of a connection are open elsewhere: they say that it is another Magister or school.
pub async fn count_open_from(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<u64, StoreError> {
    let from = Entity::find().filter(COLUMN.from_connection_id.eq(connection.as_uuid()));
    Ok(from.filter(COLUMN.decided_at.is_null()).count(conn).await?)
}

/// The newest request that a contact of a connection has open elsewhere.
pub async fn find_newest_from(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Option<JoinRequest>, StoreError> {
    let from = Entity::find().filter(COLUMN.from_connection_id.eq(connection.as_uuid()));
    let open = from.filter(COLUMN.decided_at.is_null());
    let newest = open.order_by_desc(Column::AskedAt).order_by_desc(Column::Id).one(conn).await?;
    newest.map(to_request).transpose()
}

/// These requests at a connection, locked until the transaction ends; one that is not there is left out.
pub async fn load_for_update(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    ids: &[JoinRequestId],
) -> Result<Vec<JoinRequest>, StoreError> {
    let these = oldest_first().filter(COLUMN.id.is_in(ids.iter().map(|id| id.as_uuid())));
    let these = these.filter(COLUMN.connection_id.eq(connection.as_uuid())).lock_exclusive();
    these.all(conn).await?.into_iter().map(to_request).collect()
}

/// Notes what Kurve decided on requests at a connection.
pub async fn mark_decided(
    conn: &impl Changing,
    connection: ConnectionId,
    ids: &[JoinRequestId],
    decision: &Decision,
) -> Result<(), StoreError> {
    conn.touch(connection);
    Entity::update_many()
        .col_expr(COLUMN.decided_at, decision.at.into())
        .col_expr(COLUMN.decided_by, decision.by.as_uuid().into())
        .col_expr(COLUMN.decision, decision.outcome.as_str().into())
        .col_expr(COLUMN.reason, decision.outcome.reason().map(Reason::as_str).into())
        .filter(COLUMN.id.is_in(ids.iter().map(|id| id.as_uuid())))
        .exec(conn)
        .await?;
    Ok(())
}

/// Deletes what was decided before a moment; returns how many.
pub async fn delete_decided(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    Ok(Entity::delete_many().filter(COLUMN.decided_at.lt(before)).exec(conn).await?.rows_affected)
}

fn oldest_first() -> Select<Entity> {
    Entity::find().order_by_asc(Column::AskedAt).order_by_asc(Column::Id)
}

fn open_at(connection: ConnectionId) -> Select<Entity> {
    oldest_first().filter(COLUMN.connection_id.eq(connection.as_uuid())).filter(COLUMN.decided_at.is_null())
}

/// What Kurve decided on a request, as the columns of its row have it.
pub(in crate::store) struct Decided<'a> {
    pub(in crate::store) at: Option<DateTime<Utc>>,
    pub(in crate::store) by: Option<Uuid>,
    pub(in crate::store) decision: Option<&'a str>,
    pub(in crate::store) reason: Option<&'a str>,
}

impl Decided<'_> {
    /// The decision, if there is one.
    ///
    /// # Errors
    /// The column that cannot be read.
    pub(in crate::store) fn read(&self) -> Result<Option<Decision>, &'static str> {
        let (at, by) = match (self.at, self.by) {
            (Some(at), Some(by)) => (at, StaffId::from_uuid(by)),
            (None, None) => return Ok(None),
            _ => return Err("decided_by"),
        };
        let outcome = match (self.decision, self.reason) {
            (Some("accepted"), _) => JoinOutcome::Accepted,
            (Some("declined"), Some(reason)) => {
                JoinOutcome::Declined { reason: Reason::parse(reason).map_err(|_| "reason")? }
            }
            _ => return Err("decision"),
        };
        Ok(Some(Decision { at, by, outcome }))
    }
}

fn to_request(row: join_request::Model) -> Result<JoinRequest, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "join_request", id: row.id.to_string(), what };
    let connection = ConnectionId::from_uuid(row.connection_id);
    let kind = match (row.kind.as_str(), row.school_id) {
        ("new_school", _) => JoinKind::NewSchool,
        ("further_school", _) => JoinKind::FurtherSchool,
        ("known_school", Some(school)) => JoinKind::KnownSchool { school: SchoolId::from_uuid(school) },
        ("other_domain", _) => JoinKind::OtherDomain,
        _ => return Err(corrupt("kind")),
    };
    let asker = match (row.contact_id, &row.name, &row.email, &row.roles) {
        (Some(contact), ..) => Asker::Contact(ContactRef {
            connection: row.from_connection_id.map_or(connection, ConnectionId::from_uuid),
            contact: ContactId::from_uuid(contact),
        }),
        (None, Some(name), Some(email), Some(roles)) => Asker::Person(NewContact {
            name: PersonName::parse(name).map_err(|_| corrupt("name"))?,
            email: EmailAddress::parse(email).map_err(|_| corrupt("email"))?,
            roles: roles.parse::<Roles>().map_err(|_| corrupt("roles"))?,
        }),
        _ => return Err(corrupt("name")),
    };
    let decided = Decided {
        at: row.decided_at,
        by: row.decided_by,
        decision: row.decision.as_deref(),
        reason: row.reason.as_deref(),
    };
    let decision = decided.read().map_err(corrupt)?;
    Ok(JoinRequest {
        id: JoinRequestId::from_uuid(row.id),
        connection,
        kind,
        school: SchoolDetails {
            name: SchoolName::parse(&row.school_name).map_err(|_| corrupt("school_name"))?,
            brin: Brin::parse(&row.brin).map_err(|_| corrupt("brin"))?,
        },
        domain: SchoolDomain::parse(&row.domain).map_err(|_| corrupt("domain"))?,
        region: row.region.parse().map_err(|_| corrupt("region"))?,
        asker,
        asked_at: row.asked_at,
        decision,
    })
}
