//! Which instance runs a job now: the one whose update of the slot succeeds.

use chrono::{DateTime, Utc};
use entity::job_slot;
use sea_orm::sea_query::{Condition, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter};

use crate::store::{ConnectionTrait, StoreError};

/// When a job is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// When one that never ran is due.
    pub first_at: DateTime<Utc>,
    /// When it is due next, once it is claimed.
    pub next_at: DateTime<Utc>,
    /// A slot that says later than this was set by a clock that was ahead, and counts as due; `None` while the job would
    /// not be due either way.
    pub furthest: Option<DateTime<Utc>>,
}

/// Claims a job that is due, and sets when it is due next; `false` when it is not due or another instance has it.
pub async fn claim(
    conn: &impl ConnectionTrait,
    name: &str,
    now: DateTime<Utc>,
    Slot { first_at, next_at, furthest }: Slot,
) -> Result<bool, StoreError> {
    let is_astray = furthest.map(|furthest| job_slot::COLUMN.next_at.gt(furthest));
    let is_due = Condition::any().add(job_slot::COLUMN.next_at.lte(now)).add_option(is_astray);
    let fresh = job_slot::ActiveModel { name: Set(name.to_owned()), next_at: Set(first_at) };
    let keep = OnConflict::column(job_slot::Column::Name).do_nothing().to_owned();
    job_slot::Entity::insert(fresh).on_conflict(keep).exec_without_returning(conn).await?;
    let changed = job_slot::Entity::update_many()
        .col_expr(job_slot::COLUMN.next_at, next_at.into())
        .filter(job_slot::COLUMN.name.eq(name))
        .filter(is_due)
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Sets when a job is due next, after a run that was claimed until `claimed`; another claim since then stays.
pub async fn settle(
    conn: &impl ConnectionTrait,
    name: &str,
    claimed: DateTime<Utc>,
    next_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    job_slot::Entity::update_many()
        .col_expr(job_slot::COLUMN.next_at, next_at.into())
        .filter(job_slot::COLUMN.name.eq(name))
        .filter(job_slot::COLUMN.next_at.eq(claimed))
        .exec(conn)
        .await?;
    Ok(())
}
