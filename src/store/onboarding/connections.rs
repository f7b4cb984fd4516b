//! Schools.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::connection;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QuerySelect};

use crate::domain::ids::ConnectionId;
use crate::domain::school::{Connection, SchoolDetails};
use crate::domain::text::{Brin, SchoolDomain, SchoolName};
use crate::store::{ConnectionTrait, StoreError};

/// Stores a new school.
///
/// # Errors
/// `Taken` when its BRIN is here already.
pub async fn insert(conn: &impl ConnectionTrait, school: &Connection) -> Result<(), StoreError> {
    let row = connection::ActiveModel {
        id: Set(school.id.as_uuid()),
        name: Set(school.details.name.as_str().to_owned()),
        brin: Set(school.details.brin.as_str().to_owned()),
        brin_key: Set(school.details.brin.key()),
        domain: Set(school.details.domain.label().to_owned()),
        region: Set(school.details.region.as_str().to_owned()),
        created_at: Set(school.created_at),
        updated_at: Set(school.created_at),
    };
    connection::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Changes a school's details.
///
/// # Errors
/// `Taken` when another school has the BRIN, `Missing` when there is no such school.
pub async fn save_details(
    conn: &impl ConnectionTrait,
    id: ConnectionId,
    details: &SchoolDetails,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let changed = connection::Entity::update_many()
        .col_expr(connection::COLUMN.name, details.name.as_str().into())
        .col_expr(connection::COLUMN.brin, details.brin.as_str().into())
        .col_expr(connection::COLUMN.brin_key, details.brin.key().into())
        .col_expr(connection::COLUMN.domain, details.domain.label().into())
        .col_expr(connection::COLUMN.region, details.region.as_str().into())
        .col_expr(connection::COLUMN.updated_at, now.into())
        .filter(connection::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StoreError::Missing { table: "connection" }) }
}

/// The school with this id.
///
/// # Errors
/// `Missing` when there is none.
pub async fn load(conn: &impl ConnectionTrait, id: ConnectionId) -> Result<Connection, StoreError> {
    find(conn, id).await?.ok_or(StoreError::Missing { table: "connection" })
}

/// The school with this id, if there is one.
pub async fn find(conn: &impl ConnectionTrait, id: ConnectionId) -> Result<Option<Connection>, StoreError> {
    connection::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(to_connection).transpose()
}

/// The names of schools; one that is not here is left out.
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

/// The school with this BRIN and site, if it is here.
pub async fn find_by_brin(conn: &impl ConnectionTrait, brin: &Brin) -> Result<Option<Connection>, StoreError> {
    let found = connection::Entity::find().filter(connection::COLUMN.brin_key.eq(brin.key())).one(conn).await?;
    found.map(to_connection).transpose()
}

/// The schools on one school domain: they share one Magister, and so one webservice user.
pub async fn list_on_domain(conn: &impl ConnectionTrait, domain: &SchoolDomain) -> Result<Vec<Connection>, StoreError> {
    let rows = connection::Entity::find().filter(connection::COLUMN.domain.eq(domain.label())).all(conn).await?;
    rows.into_iter().map(to_connection).collect()
}

pub(in crate::store) fn to_connection(row: connection::Model) -> Result<Connection, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "connection", id: row.id.to_string(), what };
    Ok(Connection {
        id: ConnectionId::from_uuid(row.id),
        details: SchoolDetails {
            name: SchoolName::parse(&row.name).map_err(|_| corrupt("name"))?,
            brin: Brin::parse(&row.brin).map_err(|_| corrupt("brin"))?,
            domain: SchoolDomain::parse(&row.domain).map_err(|_| corrupt("domain"))?,
            region: row.region.parse().map_err(|_| corrupt("region"))?,
        },
        created_at: row.created_at,
    })
}
