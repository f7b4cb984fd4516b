//! Which instance runs a job now: the one whose update of the slot succeeds.

use chrono::{DateTime, Utc};
use entity::job_slot;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, sea_query::OnConflict};

use crate::store::{ConnectionTrait, StoreError};

/// Claims a job that is due, and sets when it is due next; a job that never ran is due from `first_at`. `false` when it is not due or another instance has it.
pub async fn claim(
    conn: &impl ConnectionTrait,
    name: &str,
    now: DateTime<Utc>,
    first_at: DateTime<Utc>,
    next_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let fresh = job_slot::ActiveModel { name: Set(name.to_owned()), next_at: Set(first_at) };
    let keep = OnConflict::column(job_slot::Column::Name).do_nothing().to_owned();
    job_slot::Entity::insert(fresh).on_conflict(keep).exec_without_returning(conn).await?;
    let changed = job_slot::Entity::update_many()
        .col_expr(job_slot::COLUMN.next_at, next_at.into())
        .filter(job_slot::COLUMN.name.eq(name))
        .filter(job_slot::COLUMN.next_at.lte(now))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Sets when a job is due whose slot says later than `furthest`, as only a clock that was ahead can have said.
pub async fn pull_back(
    conn: &impl ConnectionTrait,
    name: &str,
    furthest: DateTime<Utc>,
    next_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    job_slot::Entity::update_many()
        .col_expr(job_slot::COLUMN.next_at, next_at.into())
        .filter(job_slot::COLUMN.name.eq(name))
        .filter(job_slot::COLUMN.next_at.gt(furthest))
        .exec(conn)
        .await?;
    Ok(())
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
