//! Schools, each under the connection of its Magister.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::school;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::ids::{ConnectionId, SchoolId};
use crate::domain::onboarding::{Course, SchoolProgress};
use crate::domain::school::{School, SchoolDetails, SchoolRef};
use crate::domain::text::{Brin, SchoolName, fold};
use crate::store::{Changing, ConnectionTrait, StoreError, readable};

/// Stores a new school.
///
/// # Errors
/// `Taken` when its BRIN is here already.
pub async fn insert(conn: &impl Changing, new: &School) -> Result<(), StoreError> {
    conn.touch(new.connection);
    school::Entity::insert(to_row(new, None)).exec_without_returning(conn).await?;
    Ok(())
}

/// The row of a school, as far as it is.
pub(in crate::store) fn to_row(new: &School, progress: Option<&SchoolProgress>) -> school::ActiveModel {
    let course = progress.map_or(Course::UnderWay.as_str(), |progress| progress.course().as_str());
    school::ActiveModel {
        id: Set(new.id.as_uuid()),
        connection_id: Set(new.connection.as_uuid()),
        name: Set(new.details.name.as_str().to_owned()),
        brin: Set(new.details.brin.as_str().to_owned()),
        brin_key: Set(new.details.brin.key()),
        course: Set(course.to_owned()),
        is_activated: Set(progress.is_some_and(SchoolProgress::is_activated)),
        created_at: Set(new.created_at),
        updated_at: Set(new.created_at),
    }
}

/// Changes the details of a school of a connection.
///
/// # Errors
/// `Taken` when another school has the BRIN, `Missing` when there is no such school.
pub async fn save_details(
    conn: &impl Changing,
    SchoolRef { connection, school }: SchoolRef,
    details: &SchoolDetails,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    conn.touch(connection);
    let changed = school::Entity::update_many()
        .col_expr(school::COLUMN.name, details.name.as_str().into())
        .col_expr(school::COLUMN.brin, details.brin.as_str().into())
        .col_expr(school::COLUMN.brin_key, details.brin.key().into())
        .col_expr(school::COLUMN.updated_at, now.into())
        .filter(school::COLUMN.id.eq(school.as_uuid()))
        .filter(school::COLUMN.connection_id.eq(connection.as_uuid()))
        .exec(conn)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StoreError::Missing { table: "school" }) }
}

/// Writes beside the name of a school what lists filter on of its progress.
///
/// # Errors
/// `Missing` when there is no such school.
pub async fn save_progress(
    conn: &impl ConnectionTrait,
    id: SchoolId,
    progress: &SchoolProgress,
) -> Result<(), StoreError> {
    let changed = school::Entity::update_many()
        .col_expr(school::COLUMN.course, progress.course().as_str().into())
        .col_expr(school::COLUMN.is_activated, progress.is_activated().into())
        .filter(school::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StoreError::Missing { table: "school" }) }
}

/// Puts a school of a connection under another one.
///
/// # Errors
/// `Missing` when there is no such school.
pub async fn move_to(
    conn: &impl Changing,
    SchoolRef { connection: from, school }: SchoolRef,
    connection: ConnectionId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    conn.touch(from);
    conn.touch(connection);
    let changed = school::Entity::update_many()
        .col_expr(school::COLUMN.connection_id, connection.as_uuid().into())
        .col_expr(school::COLUMN.updated_at, now.into())
        .filter(school::COLUMN.id.eq(school.as_uuid()))
        .filter(school::COLUMN.connection_id.eq(from.as_uuid()))
        .exec(conn)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StoreError::Missing { table: "school" }) }
}

/// The school with this id, if it is here.
pub async fn find(conn: &impl ConnectionTrait, id: SchoolId) -> Result<Option<School>, StoreError> {
    school::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(to_school).transpose()
}

/// The names of schools; one that is not here is left out.
pub async fn list_names(
    conn: &impl ConnectionTrait,
    ids: &BTreeSet<SchoolId>,
) -> Result<BTreeMap<SchoolId, String>, StoreError> {
    let query = school::Entity::find().filter(school::COLUMN.id.is_in(ids.iter().map(|id| id.as_uuid())));
    let query = query.select_only().column(school::Column::Id).column(school::Column::Name);
    let rows: Vec<(uuid::Uuid, String)> = query.into_tuple().all(conn).await?;
    Ok(rows.into_iter().map(|(id, name)| (SchoolId::from_uuid(id), name)).collect())
}

/// The schools of a connection, by name.
pub async fn list(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Vec<School>, StoreError> {
    let query = school::Entity::find().filter(school::COLUMN.connection_id.eq(connection.as_uuid()));
    let mut rows = query.order_by_asc(school::COLUMN.id).all(conn).await?;
    // As in a Dutch telephone book, which no order of a database is.
    rows.sort_by_cached_key(|row| fold(&row.name));
    rows.into_iter().map(to_school).collect()
}

/// The schools with these BRINs and sites, by their [key](Brin::key); one that is not here or cannot be read is left out.
pub async fn list_by_brin(
    conn: &impl ConnectionTrait,
    brin_keys: &BTreeSet<String>,
) -> Result<BTreeMap<String, School>, StoreError> {
    if brin_keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = school::Entity::find().filter(school::COLUMN.brin_key.is_in(brin_keys)).all(conn).await?;
    let found = readable(rows, to_school);
    Ok(found.into_iter().map(|school| (school.details.brin.key(), school)).collect())
}

/// The school with this BRIN and site, if it is here.
pub async fn find_by_brin(conn: &impl ConnectionTrait, brin: &Brin) -> Result<Option<School>, StoreError> {
    let found = school::Entity::find().filter(school::COLUMN.brin_key.eq(brin.key())).one(conn).await?;
    found.map(to_school).transpose()
}

pub(in crate::store) fn to_school(row: school::Model) -> Result<School, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "school", id: row.id.to_string(), what };
    Ok(School {
        id: SchoolId::from_uuid(row.id),
        connection: ConnectionId::from_uuid(row.connection_id),
        details: SchoolDetails {
            name: SchoolName::parse(&row.name).map_err(|_| corrupt("name"))?,
            brin: Brin::parse(&row.brin).map_err(|_| corrupt("brin"))?,
        },
        created_at: row.created_at,
    })
}
