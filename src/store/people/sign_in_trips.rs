//! Who is on their way to the provider and back, by the hash of the state that goes along.

use chrono::{DateTime, Utc};
use entity::sign_in_trip;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::domain::identity::{Errand, ErrandKind};
use crate::domain::ids::{InviteId, StaffId};
use crate::store::{ConnectionTrait, StoreError};

/// One such way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTrip {
    /// Its id.
    pub id: Uuid,
    /// The hash of the browser's secret, in hexadecimal.
    pub browser: String,
    /// For what.
    pub errand: Errand,
    /// From when it no longer counts.
    pub expires_at: DateTime<Utc>,
}

/// Stores one.
pub async fn insert(conn: &impl ConnectionTrait, new: &StoredTrip, state_hash: &[u8]) -> Result<(), StoreError> {
    let (kind, staff, invite) = match new.errand {
        Errand::SignIn => (ErrandKind::SignIn, None, None),
        Errand::Invite { staff, invite } => (ErrandKind::Invite, Some(staff), Some(invite)),
        Errand::Account { staff } => (ErrandKind::Account, Some(staff), None),
    };
    let row = sign_in_trip::ActiveModel {
        id: Set(new.id),
        state_hash: Set(state_hash.to_vec()),
        browser_hash: Set(new.browser.clone()),
        errand: Set(kind.as_str().to_owned()),
        staff_id: Set(staff.map(StaffId::as_uuid)),
        invite_id: Set(invite.map(InviteId::as_uuid)),
        expires_at: Set(new.expires_at),
    };
    sign_in_trip::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The one with this state.
pub async fn find(conn: &impl ConnectionTrait, state_hash: &[u8]) -> Result<Option<StoredTrip>, StoreError> {
    let row = sign_in_trip::Entity::find().filter(sign_in_trip::COLUMN.state_hash.eq(state_hash)).one(conn).await?;
    row.map(to_trip).transpose()
}

/// Uses one up, in one statement; `false` when somebody was first.
pub async fn claim(conn: &impl ConnectionTrait, id: Uuid) -> Result<bool, StoreError> {
    let filter = sign_in_trip::COLUMN.id.eq(id);
    Ok(sign_in_trip::Entity::delete_many().filter(filter).exec(conn).await?.rows_affected == 1)
}

/// Deletes those that no longer count; returns how many.
pub async fn delete_expired(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let filter = sign_in_trip::COLUMN.expires_at.lte(now);
    Ok(sign_in_trip::Entity::delete_many().filter(filter).exec(conn).await?.rows_affected)
}

fn to_trip(row: sign_in_trip::Model) -> Result<StoredTrip, StoreError> {
    let corrupt = || StoreError::CorruptRow { table: "sign_in_trip", id: row.id.to_string(), what: "errand" };
    let kind: ErrandKind = row.errand.parse().map_err(|_| corrupt())?;
    let errand = match (kind, row.staff_id.map(StaffId::from_uuid), row.invite_id.map(InviteId::from_uuid)) {
        (ErrandKind::SignIn, None, None) => Errand::SignIn,
        (ErrandKind::Invite, Some(staff), Some(invite)) => Errand::Invite { staff, invite },
        (ErrandKind::Account, Some(staff), None) => Errand::Account { staff },
        (ErrandKind::SignIn | ErrandKind::Invite | ErrandKind::Account, _, _) => return Err(corrupt()),
    };
    Ok(StoredTrip { id: row.id, browser: row.browser_hash, errand, expires_at: row.expires_at })
}
