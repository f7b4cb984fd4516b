//! Schools in the order in which they last changed, for machines that keep a copy: whoever changes while they are read
//! comes once more at the end.

use chrono::{DateTime, Utc};
use entity::school_summary::{self, COLUMN, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::domain::ids::{ConnectionId, SchoolId};
use crate::domain::onboarding::Status;
use crate::store::{ConnectionTrait, Page, StoreError, page};

/// A school as machines see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedSchool {
    /// Which.
    pub school: SchoolId,
    /// The connection that carries it.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// Its BRIN, as shown.
    pub brin: String,
    /// Where it stands.
    pub status: Status,
    /// Whether the verdict over it is open.
    pub may_import: bool,
    /// The version of the onboarding.
    pub version: i32,
    /// When its onboarding or its details last changed.
    pub changed_at: DateTime<Utc>,
}

/// Which schools; every part narrows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangedFilter {
    /// Only those whose verdict is open, or only those whose verdict is not.
    pub may_import: Option<bool>,
    /// Only those that changed then or later.
    pub since: Option<DateTime<Utc>>,
}

/// The place after which the list goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AfterChange {
    /// When the last school of the page changed.
    pub changed_at: DateTime<Utc>,
    /// Its id.
    pub school: Uuid,
}

/// By when they changed, the longest ago first, after a place, at most `limit`.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &ChangedFilter,
    after: Option<&AfterChange>,
    limit: u64,
) -> Result<Page<ChangedSchool, AfterChange>, StoreError> {
    let mut query = school_summary::Entity::find();
    if let Some(may_import) = filter.may_import {
        query = query.filter(COLUMN.may_import.eq(may_import));
    }
    if let Some(since) = filter.since {
        query = query.filter(COLUMN.changed_at.gte(since));
    }
    if let Some(AfterChange { changed_at, school }) = after {
        let place = Expr::tuple([Expr::col(Column::ChangedAt), Expr::col(Column::SchoolId)]);
        query = query.filter(place.gt(Expr::tuple([Expr::value(*changed_at), Expr::value(*school)])));
    }
    let query = query.order_by_asc(COLUMN.changed_at).order_by_asc(COLUMN.school_id).limit(limit + 1);
    let place = |row: &school_summary::Model| {
        row.changed_at.map(|changed_at| AfterChange { changed_at, school: row.school_id })
    };
    Ok(page(query.all(conn).await?, limit, place, to_changed))
}

/// One school.
pub async fn find(conn: &impl ConnectionTrait, school: SchoolId) -> Result<Option<ChangedSchool>, StoreError> {
    let row = school_summary::Entity::find_by_id(school.as_uuid()).one(conn).await?;
    row.map(to_changed).transpose()
}

fn to_changed(row: school_summary::Model) -> Result<ChangedSchool, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "school_summary", id: row.school_id.to_string(), what };
    Ok(ChangedSchool {
        school: SchoolId::from_uuid(row.school_id),
        connection: ConnectionId::from_uuid(row.connection_id),
        status: row.status.parse().map_err(|_| corrupt("status"))?,
        changed_at: row.changed_at.ok_or_else(|| corrupt("changed_at"))?,
        name: row.name,
        brin: row.brin,
        may_import: row.may_import.ok_or_else(|| corrupt("may_import"))?,
        version: row.version,
    })
}
