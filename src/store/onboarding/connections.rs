//! Connections: one for each Magister.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::{connection, school};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QuerySelect};

use crate::domain::connection::{Carried, Connection, ConnectionDetails};
use crate::domain::ids::ConnectionId;
use crate::domain::text::{Brin, SchoolDomain, SchoolName};
use crate::store::checks::check_status;
use crate::store::{ConnectionTrait, StoreError, readable};

/// Stores a new connection.
///
/// # Errors
/// `Taken` when its school domain is here already.
pub async fn insert(conn: &impl ConnectionTrait, new: &Connection) -> Result<(), StoreError> {
    connection::Entity::insert(to_row(new)).exec_without_returning(conn).await?;
    Ok(())
}

pub(in crate::store) fn to_row(new: &Connection) -> connection::ActiveModel {
    let (school_count, only_brin) = to_columns(&new.carried);
    connection::ActiveModel {
        id: Set(new.id.as_uuid()),
        name: Set(new.details.name.as_str().to_owned()),
        domain: Set(new.details.domain.label().to_owned()),
        region: Set(new.details.region.as_str().to_owned()),
        school_count: Set(school_count),
        only_brin: Set(only_brin),
        created_at: Set(new.created_at),
        updated_at: Set(new.created_at),
    }
}

/// Changes a connection's details.
///
/// # Errors
/// `Taken` when another connection has the school domain, `Missing` when there is no such connection.
pub async fn save_details(
    conn: &impl ConnectionTrait,
    id: ConnectionId,
    details: &ConnectionDetails,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let changed = connection::Entity::update_many()
        .col_expr(connection::COLUMN.name, details.name.as_str().into())
        .col_expr(connection::COLUMN.domain, details.domain.label().into())
        .col_expr(connection::COLUMN.region, details.region.as_str().into())
        .col_expr(connection::COLUMN.updated_at, now.into())
        .filter(connection::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    if changed.rows_affected != 1 {
        return Err(StoreError::Missing { table: "connection" });
    }
    check_status::save_name(conn, id, details.name.as_str()).await
}

/// Counts the schools of a connection anew, and returns which it carries now.
pub async fn save_carried(conn: &impl ConnectionTrait, id: ConnectionId) -> Result<Carried, StoreError> {
    let query = school::Entity::find().filter(school::COLUMN.connection_id.eq(id.as_uuid()));
    let brins: Vec<String> = query.select_only().column(school::Column::Brin).into_tuple().all(conn).await?;
    let (count, only) = match &*brins {
        [only] => (1, Some(only.clone())),
        several => (i32::try_from(several.len()).unwrap_or(i32::MAX), None),
    };
    connection::Entity::update_many()
        .col_expr(connection::COLUMN.school_count, count.into())
        .col_expr(connection::COLUMN.only_brin, only.clone().into())
        .filter(connection::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    to_carried(id.as_uuid(), count, only.as_deref())
}

/// The connection with this id.
///
/// # Errors
/// `Missing` when there is none.
pub async fn load(conn: &impl ConnectionTrait, id: ConnectionId) -> Result<Connection, StoreError> {
    find(conn, id).await?.ok_or(StoreError::Missing { table: "connection" })
}

/// The connection with this id, if there is one.
pub async fn find(conn: &impl ConnectionTrait, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
    connection::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(to_connection).transpose()
}

/// The connection of the Magister at a school domain, if it is here. One that its last school left is none: who comes to
/// that domain begins anew.
pub async fn find_by_domain(
    conn: &impl ConnectionTrait,
    domain: &SchoolDomain,
) -> Result<Option<Connection>, StoreError> {
    let found = connection::Entity::find()
        .filter(connection::COLUMN.domain.eq(domain.label()))
        .filter(connection::COLUMN.school_count.gt(0));
    found.one(conn).await?.map(to_connection).transpose()
}

/// Connections by their ids; one that is not here or cannot be read is left out.
pub async fn list_by_id(
    conn: &impl ConnectionTrait,
    ids: &BTreeSet<ConnectionId>,
) -> Result<BTreeMap<ConnectionId, Connection>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let query = connection::Entity::find().filter(connection::COLUMN.id.is_in(ids.iter().map(|id| id.as_uuid())));
    let found = readable(query.all(conn).await?, to_connection);
    Ok(found.into_iter().map(|connection| (connection.id, connection)).collect())
}

/// The names of connections; one that is not here is left out.
pub async fn list_names(
    conn: &impl ConnectionTrait,
    ids: &BTreeSet<ConnectionId>,
) -> Result<BTreeMap<ConnectionId, String>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let query = connection::Entity::find().filter(connection::COLUMN.id.is_in(ids.iter().map(|id| id.as_uuid())));
    let query = query.select_only().column(connection::Column::Id).column(connection::Column::Name);
    let rows: Vec<(uuid::Uuid, String)> = query.into_tuple().all(conn).await?;
    Ok(rows.into_iter().map(|(id, name)| (ConnectionId::from_uuid(id), name)).collect())
}

pub(in crate::store) fn to_connection(row: connection::Model) -> Result<Connection, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "connection", id: row.id.to_string(), what };
    Ok(Connection {
        id: ConnectionId::from_uuid(row.id),
        details: ConnectionDetails {
            name: SchoolName::parse(&row.name).map_err(|_| corrupt("name"))?,
            domain: SchoolDomain::parse(&row.domain).map_err(|_| corrupt("domain"))?,
            region: row.region.parse().map_err(|_| corrupt("region"))?,
        },
        carried: to_carried(row.id, row.school_count, row.only_brin.as_deref())?,
        created_at: row.created_at,
    })
}

fn to_columns(carried: &Carried) -> (i32, Option<String>) {
    match carried {
        Carried::One(brin) => (1, Some(brin.as_str().to_owned())),
        Carried::Many(count) => (i32::try_from(*count).unwrap_or(i32::MAX), None),
    }
}

fn to_carried(id: uuid::Uuid, count: i32, only_brin: Option<&str>) -> Result<Carried, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "connection", id: id.to_string(), what };
    match only_brin {
        Some(brin) => Ok(Carried::One(Brin::parse(brin).map_err(|_| corrupt("only_brin"))?)),
        None => Ok(Carried::Many(u32::try_from(count).map_err(|_| corrupt("school_count"))?)),
    }
}

/// The same for a row of which the rest may be unreadable: as it is kept.
pub(in crate::store) fn name_carried(count: i32, only_brin: Option<String>) -> String {
    only_brin.unwrap_or_else(|| Carried::Many(u32::try_from(count).unwrap_or_default()).to_string())
}
