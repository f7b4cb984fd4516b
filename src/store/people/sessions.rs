//! Who is signed in, keyed by the hash of the cookie.

use chrono::{DateTime, Utc};
use entity::session;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder};

use crate::domain::ids::{SessionId, StaffId};
use crate::store::people::staff::{self, StaffAccount};
use crate::store::{ConnectionTrait, StoreError};

/// For whom a session is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// Who proved an address: whatever its connections are at the moment of each page.
    School {
        /// The keyed hash of the address.
        email_key: String,
    },
    /// A colleague of Kurve.
    Staff {
        /// Which colleague.
        id: StaffId,
        /// Whether they signed in with the account of their organisation.
        by_identity: bool,
    },
}

/// A stored session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// Its id.
    pub id: SessionId,
    /// For whom.
    pub holder: Holder,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends if it is not used.
    pub expires_at: DateTime<Utc>,
}

/// Stores a new session.
pub async fn insert(conn: &impl ConnectionTrait, new: &StoredSession, token_hash: &[u8]) -> Result<(), StoreError> {
    let (kind, email_key, staff, by_identity) = match &new.holder {
        Holder::School { email_key } => ("contact", Some(email_key.clone()), None, None),
        Holder::Staff { id, by_identity } => ("staff", None, Some(id.as_uuid()), Some(*by_identity)),
    };
    let row = session::ActiveModel {
        id: Set(new.id.as_uuid()),
        token_hash: Set(token_hash.to_vec()),
        kind: Set(kind.to_owned()),
        email_key: Set(email_key),
        staff_id: Set(staff),
        created_at: Set(new.created_at),
        last_seen_at: Set(new.last_seen_at),
        expires_at: Set(new.expires_at),
        by_identity: Set(by_identity),
    };
    session::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The session of a cookie, while it has not ended.
pub async fn find(
    conn: &impl ConnectionTrait,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<StoredSession>, StoreError> {
    let row = session::Entity::find()
        .filter(session::COLUMN.token_hash.eq(token_hash))
        .filter(session::COLUMN.expires_at.gt(now))
        .one(conn)
        .await?;
    row.map(to_stored).transpose()
}

/// The session of a colleague's cookie, while it has not ended, with their account.
pub async fn find_of_staff(
    conn: &impl ConnectionTrait,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<(StoredSession, StaffAccount)>, StoreError> {
    let found = session::Entity::find()
        .filter(session::COLUMN.token_hash.eq(token_hash))
        .filter(session::COLUMN.expires_at.gt(now))
        .find_also_related(entity::staff::Entity)
        .one(conn)
        .await?;
    let Some((session, Some(account))) = found else { return Ok(None) };
    Ok(Some((to_stored(session)?, staff::to_account(account)?)))
}

/// Notes that a session was used.
pub async fn mark_seen(
    conn: &impl ConnectionTrait,
    id: SessionId,
    seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    session::Entity::update_many()
        .col_expr(session::COLUMN.last_seen_at, seen_at.into())
        .col_expr(session::COLUMN.expires_at, expires_at.into())
        .filter(session::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Ends the session of a cookie.
pub async fn delete(conn: &impl ConnectionTrait, token_hash: &[u8]) -> Result<(), StoreError> {
    session::Entity::delete_many().filter(session::COLUMN.token_hash.eq(token_hash)).exec(conn).await?;
    Ok(())
}

/// Ends the session of a cookie, if it is of a colleague.
pub async fn delete_of_staff_token(conn: &impl ConnectionTrait, token_hash: &[u8]) -> Result<(), StoreError> {
    session::Entity::delete_many()
        .filter(session::COLUMN.token_hash.eq(token_hash))
        .filter(session::COLUMN.staff_id.is_not_null())
        .exec(conn)
        .await?;
    Ok(())
}

/// Ends every session of an address.
pub async fn delete_of_address(conn: &impl ConnectionTrait, email_key: &str) -> Result<(), StoreError> {
    session::Entity::delete_many().filter(session::COLUMN.email_key.eq(email_key)).exec(conn).await?;
    Ok(())
}

/// Ends every session of a colleague.
pub async fn delete_of_staff(conn: &impl ConnectionTrait, staff: StaffId) -> Result<(), StoreError> {
    session::Entity::delete_many().filter(session::COLUMN.staff_id.eq(staff.as_uuid())).exec(conn).await?;
    Ok(())
}

/// Ends every session of a colleague but the one of this cookie; returns how many.
pub async fn delete_others_of_staff(
    conn: &impl ConnectionTrait,
    staff: StaffId,
    token_hash: &[u8],
) -> Result<u64, StoreError> {
    let deleted = session::Entity::delete_many()
        .filter(session::COLUMN.staff_id.eq(staff.as_uuid()))
        .filter(session::COLUMN.token_hash.ne(token_hash))
        .exec(conn)
        .await?;
    Ok(deleted.rows_affected)
}

/// Ends one session of a colleague; `false` when it is none of theirs, or not any more.
pub async fn delete_one_of_staff(
    conn: &impl ConnectionTrait,
    staff: StaffId,
    id: SessionId,
) -> Result<bool, StoreError> {
    let deleted = session::Entity::delete_many()
        .filter(session::COLUMN.id.eq(id.as_uuid()))
        .filter(session::COLUMN.staff_id.eq(staff.as_uuid()))
        .exec(conn)
        .await?;
    Ok(deleted.rows_affected == 1)
}

/// The sessions of a colleague that have not ended, in the order in which they began.
pub async fn list_of_staff(
    conn: &impl ConnectionTrait,
    staff: StaffId,
    now: DateTime<Utc>,
) -> Result<Vec<StoredSession>, StoreError> {
    let rows = session::Entity::find()
        .filter(session::COLUMN.staff_id.eq(staff.as_uuid()))
        .filter(session::COLUMN.expires_at.gt(now))
        .order_by_asc(session::COLUMN.created_at)
        .order_by_asc(session::COLUMN.id)
        .all(conn)
        .await?;
    rows.into_iter().map(to_stored).collect()
}

/// Deletes sessions that ended before a moment.
pub async fn delete_expired(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let filter = session::COLUMN.expires_at.lt(before);
    Ok(session::Entity::delete_many().filter(filter).exec(conn).await?.rows_affected)
}

fn to_stored(row: session::Model) -> Result<StoredSession, StoreError> {
    let holder = match (row.kind.as_str(), row.email_key, row.staff_id) {
        ("contact", Some(email_key), None) => Holder::School { email_key },
        ("staff", None, Some(id)) => {
            Holder::Staff { id: StaffId::from_uuid(id), by_identity: row.by_identity.unwrap_or(false) }
        }
        _ => return Err(StoreError::CorruptRow { table: "session", id: row.id.to_string(), what: "kind" }),
    };
    Ok(StoredSession {
        created_at: row.created_at,
        id: SessionId::from_uuid(row.id),
        holder,
        last_seen_at: row.last_seen_at,
        expires_at: row.expires_at,
    })
}
