//! The one-time links with which colleagues of Kurve choose a password and a second factor.

use chrono::{DateTime, Utc};
use entity::staff_invite;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter};

use crate::domain::ids::{InviteId, StaffId};
use crate::store::{ConnectionTrait, StoreError};

/// A one-time link to choose a password and a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invite {
    /// Its id.
    pub id: InviteId,
    /// For whom.
    pub staff: StaffId,
    /// The last moment at which it works.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
}

/// Stores an invite; older ones of the same colleague stop working.
pub async fn insert(
    conn: &impl ConnectionTrait,
    invite: &Invite,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    end_open(conn, invite.staff, now).await?;
    let row = staff_invite::ActiveModel {
        id: Set(invite.id.as_uuid()),
        staff_id: Set(invite.staff.as_uuid()),
        token_hash: Set(token_hash.to_vec()),
        created_at: Set(now),
        expires_at: Set(invite.expires_at),
        used_at: Set(None),
    };
    staff_invite::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The invite with this token.
pub async fn find_by_token(conn: &impl ConnectionTrait, token_hash: &[u8]) -> Result<Option<Invite>, StoreError> {
    let row = staff_invite::Entity::find().filter(staff_invite::COLUMN.token_hash.eq(token_hash)).one(conn).await?;
    Ok(row.map(to_invite))
}

/// The invite with this id.
pub async fn find(conn: &impl ConnectionTrait, id: InviteId) -> Result<Option<Invite>, StoreError> {
    Ok(staff_invite::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(to_invite))
}

/// The invites that wait for their colleagues, also those that are too old: at most one for each.
pub async fn list_open(conn: &impl ConnectionTrait) -> Result<Vec<Invite>, StoreError> {
    let rows = staff_invite::Entity::find().filter(staff_invite::COLUMN.used_at.is_null()).all(conn).await?;
    Ok(rows.into_iter().map(to_invite).collect())
}

/// Gives an invite that waits another token, in the place of one that nobody has; `false` when it does not wait any more.
pub async fn save_token(conn: &impl ConnectionTrait, id: InviteId, token_hash: &[u8]) -> Result<bool, StoreError> {
    let changed = staff_invite::Entity::update_many()
        .col_expr(staff_invite::COLUMN.token_hash, token_hash.to_vec().into())
        .filter(staff_invite::COLUMN.id.eq(id.as_uuid()))
        .filter(staff_invite::COLUMN.used_at.is_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Ends the invites of a colleague that wait; `false` when none did.
pub async fn end_open(conn: &impl ConnectionTrait, staff: StaffId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = staff_invite::Entity::update_many()
        .col_expr(staff_invite::COLUMN.used_at, now.into())
        .filter(staff_invite::COLUMN.staff_id.eq(staff.as_uuid()))
        .filter(staff_invite::COLUMN.used_at.is_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Uses an invite up, in one statement; `false` when someone was first.
pub async fn claim(conn: &impl ConnectionTrait, id: InviteId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = staff_invite::Entity::update_many()
        .col_expr(staff_invite::COLUMN.used_at, now.into())
        .filter(staff_invite::COLUMN.id.eq(id.as_uuid()))
        .filter(staff_invite::COLUMN.used_at.is_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

fn to_invite(row: staff_invite::Model) -> Invite {
    Invite {
        id: InviteId::from_uuid(row.id),
        staff: StaffId::from_uuid(row.staff_id),
        expires_at: row.expires_at,
        used_at: row.used_at,
    }
}
