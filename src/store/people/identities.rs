//! Which account at the provider is that of which colleague. Whoever writes one also writes, at the account of the colleague, since
//! when it is there: that goes along wherever an account is read.

use chrono::{DateTime, Utc};
use entity::{staff, staff_identity};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::domain::identity::Identity;
use crate::domain::ids::StaffId;
use crate::store::{ConnectionTrait, StoreError};

/// Whose account at the provider it is.
pub async fn find_holder(conn: &impl ConnectionTrait, identity: &Identity) -> Result<Option<StaffId>, StoreError> {
    let row = staff_identity::Entity::find()
        .filter(staff_identity::COLUMN.issuer.eq(&identity.issuer))
        .filter(staff_identity::COLUMN.subject.eq(&identity.subject))
        .one(conn)
        .await?;
    Ok(row.map(|row| StaffId::from_uuid(row.staff_id)))
}

/// Links an account at the provider to a colleague who has none.
///
/// # Errors
/// `Taken` when it is somebody's, or the colleague has one.
pub async fn insert(
    conn: &impl ConnectionTrait,
    id: Uuid,
    holder: StaffId,
    identity: &Identity,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = staff_identity::ActiveModel {
        id: Set(id),
        issuer: Set(identity.issuer.clone()),
        subject: Set(identity.subject.clone()),
        staff_id: Set(holder.as_uuid()),
        linked_at: Set(now),
        last_used_at: Set(None),
    };
    staff_identity::Entity::insert(row).exec_without_returning(conn).await?;
    note(conn, holder, Some(now)).await
}

/// Notes that somebody signed in with it.
pub async fn mark_used(conn: &impl ConnectionTrait, holder: StaffId, now: DateTime<Utc>) -> Result<(), StoreError> {
    staff_identity::Entity::update_many()
        .col_expr(staff_identity::COLUMN.last_used_at, now.into())
        .filter(staff_identity::COLUMN.staff_id.eq(holder.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Unlinks what a colleague has; `false` when they have nothing.
pub async fn delete_of_staff(conn: &impl ConnectionTrait, holder: StaffId) -> Result<bool, StoreError> {
    let filter = staff_identity::COLUMN.staff_id.eq(holder.as_uuid());
    let deleted = staff_identity::Entity::delete_many().filter(filter).exec(conn).await?.rows_affected;
    if deleted > 0 {
        note(conn, holder, None).await?;
    }
    Ok(deleted > 0)
}

async fn note(conn: &impl ConnectionTrait, holder: StaffId, since: Option<DateTime<Utc>>) -> Result<(), StoreError> {
    staff::Entity::update_many()
        .col_expr(staff::COLUMN.linked_at, since.into())
        .filter(staff::COLUMN.id.eq(holder.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}
