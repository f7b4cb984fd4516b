//! Issued credentials: sealed password and sealed query file, a row per version.

use chrono::{DateTime, Utc};
use entity::credential;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::credential::reveal::{ClosedReason, REVEALS_ALLOWED};
use crate::domain::ids::{ConnectionId, CredentialId, StaffId};
use crate::store::{ConnectionTrait, StoreError};

/// One version of a connection's credentials; the secrets are sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCredential {
    /// Its id, part of what the seals are bound to.
    pub id: CredentialId,
    /// Whose.
    pub connection: ConnectionId,
    /// 1 for the first.
    pub version: u32,
    /// The password, sealed; empty once another took its place.
    pub sealed_password: Vec<u8>,
    /// The query file, sealed.
    pub sealed_query: Vec<u8>,
    /// The version of the query template.
    pub template_version: String,
    /// SHA-256 of the query file, in hex.
    pub query_sha256: String,
    /// How the name of the query file ends.
    pub query_extension: String,
    /// How often the password was looked at.
    pub reveals_used: u32,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// By whom.
    pub issued_by: Option<StaffId>,
    /// After this it is not shown any more.
    pub expires_at: DateTime<Utc>,
    /// Since when and why it is never shown again.
    pub closed: Option<(DateTime<Utc>, ClosedReason)>,
}

/// Stores a new version.
///
/// # Errors
/// `Taken` when the connection has this version already.
pub async fn insert(conn: &impl ConnectionTrait, new: &StoredCredential) -> Result<(), StoreError> {
    credential::Entity::insert(to_row(new)).exec_without_returning(conn).await?;
    Ok(())
}

pub(in crate::store) fn to_row(new: &StoredCredential) -> credential::ActiveModel {
    credential::ActiveModel {
        id: Set(new.id.as_uuid()),
        connection_id: Set(new.connection.as_uuid()),
        version: Set(to_i32(new.version)),
        sealed_password: Set(new.sealed_password.clone()),
        sealed_query: Set(new.sealed_query.clone()),
        template_version: Set(new.template_version.clone()),
        query_sha256: Set(new.query_sha256.clone()),
        query_extension: Set(new.query_extension.clone()),
        reveals_used: Set(to_i32(new.reveals_used)),
        issued_at: Set(new.issued_at),
        issued_by: Set(new.issued_by.map(StaffId::as_uuid)),
        expires_at: Set(new.expires_at),
        closed_at: Set(new.closed.map(|(at, _)| at)),
        closed_reason: Set(new.closed.map(|(_, reason)| reason.as_str().to_owned())),
        replaced_mark: Set(None),
    }
}

/// The newest version of a connection, if any was issued.
pub async fn find_newest(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Option<StoredCredential>, StoreError> {
    let row = credential::Entity::find()
        .filter(credential::COLUMN.connection_id.eq(connection.as_uuid()))
        .order_by_desc(credential::COLUMN.version)
        .one(conn)
        .await?;
    row.map(to_stored).transpose()
}

/// The newest credentials of a connection, locked until the transaction ends, so that simultaneous views are counted
/// one by one.
pub async fn find_newest_for_update(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Option<StoredCredential>, StoreError> {
    let row = credential::Entity::find()
        .filter(credential::COLUMN.connection_id.eq(connection.as_uuid()))
        .order_by_desc(credential::COLUMN.version)
        .limit(1)
        .lock_exclusive()
        .one(conn)
        .await?;
    row.map(to_stored).transpose()
}

/// The sealed password of one version of a connection's credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPassword {
    /// The id of the credentials.
    pub id: CredentialId,
    /// Which version.
    pub version: u32,
    /// The password, sealed.
    pub cell: Vec<u8>,
}

/// The sealed passwords of a connection's credentials that are still here, also of those that are closed.
pub async fn list_sealed_passwords(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<SealedPassword>, StoreError> {
    let rows: Vec<(uuid::Uuid, i32, Vec<u8>)> = credential::Entity::find()
        .select_only()
        .column(credential::Column::Id)
        .column(credential::Column::Version)
        .column(credential::Column::SealedPassword)
        .filter(credential::COLUMN.connection_id.eq(connection.as_uuid()))
        .into_tuple()
        .all(conn)
        .await?;
    let sealed = |(id, version, cell)| {
        let id = CredentialId::from_uuid(id);
        // What cannot be a version opens nothing.
        SealedPassword { id, version: u32::try_from(version).unwrap_or_default(), cell }
    };
    Ok(rows.into_iter().map(sealed).filter(|password| !password.cell.is_empty()).collect())
}

/// What is kept of a password that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplacedPassword {
    /// The id of the credentials.
    pub id: CredentialId,
    /// How many letters and digits it had.
    pub length: usize,
    /// Their keyed hash.
    pub mac: Vec<u8>,
}

/// The passwords of a connection that were replaced, as far as they can be recognised.
pub async fn list_replaced(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<ReplacedPassword>, StoreError> {
    let rows: Vec<(uuid::Uuid, Option<Vec<u8>>)> = credential::Entity::find()
        .select_only()
        .column(credential::Column::Id)
        .column(credential::Column::ReplacedMark)
        .filter(credential::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(credential::COLUMN.replaced_mark.is_not_null())
        .into_tuple()
        .all(conn)
        .await?;
    let read = |(id, mark): (uuid::Uuid, Option<Vec<u8>>)| {
        let mark = mark?;
        let (length, mac) = mark.split_first()?;
        Some(ReplacedPassword { id: CredentialId::from_uuid(id), length: usize::from(*length), mac: mac.to_vec() })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Deletes a password in whose place another comes; `mark` is what it is recognised by, if it could be opened.
pub async fn delete_password(
    conn: &impl ConnectionTrait,
    id: CredentialId,
    mark: Option<ReplacedPassword>,
) -> Result<(), StoreError> {
    let mark = mark.and_then(|mark| Some([vec![u8::try_from(mark.length).ok()?], mark.mac].concat()));
    credential::Entity::update_many()
        .col_expr(credential::COLUMN.sealed_password, Vec::<u8>::new().into())
        .col_expr(credential::COLUMN.replaced_mark, mark.into())
        .filter(credential::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Takes one of the allowed views, in one statement; `false` when none was left or it was closed meanwhile.
pub async fn claim_reveal(
    conn: &impl ConnectionTrait,
    id: CredentialId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = credential::Entity::update_many()
        .col_expr(credential::COLUMN.reveals_used, Expr::col(credential::Column::RevealsUsed).add(1))
        .filter(credential::COLUMN.id.eq(id.as_uuid()))
        .filter(credential::COLUMN.reveals_used.lt(to_i32(REVEALS_ALLOWED)))
        .filter(credential::COLUMN.closed_at.is_null())
        .filter(credential::COLUMN.expires_at.gt(now))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Gives the newest version a fresh set of views and days.
pub async fn save_handed_over_again(
    conn: &impl ConnectionTrait,
    id: CredentialId,
    expires_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = credential::Entity::update_many()
        .col_expr(credential::COLUMN.reveals_used, 0.into())
        .col_expr(credential::COLUMN.expires_at, expires_at.into())
        .filter(credential::COLUMN.id.eq(id.as_uuid()))
        .filter(credential::COLUMN.closed_at.is_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Closes every version of a connection that is still open, for ever.
pub async fn mark_closed(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    reason: ClosedReason,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    credential::Entity::update_many()
        .col_expr(credential::COLUMN.closed_at, now.into())
        .col_expr(credential::COLUMN.closed_reason, reason.as_str().into())
        .filter(credential::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(credential::COLUMN.closed_at.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

/// Takes back that the newest version was closed because every school had stopped.
pub async fn reopen_withdrawn(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    version: u32,
) -> Result<(), StoreError> {
    credential::Entity::update_many()
        .col_expr(credential::COLUMN.closed_at, Option::<DateTime<Utc>>::None.into())
        .col_expr(credential::COLUMN.closed_reason, Option::<String>::None.into())
        .filter(credential::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(credential::COLUMN.version.eq(to_i32(version)))
        .filter(credential::COLUMN.closed_reason.eq(ClosedReason::Withdrawn.as_str()))
        .exec(conn)
        .await?;
    Ok(())
}

fn to_i32(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn to_stored(row: credential::Model) -> Result<StoredCredential, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "credential", id: row.id.to_string(), what };
    let closed = match (row.closed_at, &row.closed_reason) {
        (None, None) => None,
        (Some(at), Some(reason)) => Some((at, reason.parse::<ClosedReason>().map_err(|_| corrupt("closed_reason"))?)),
        _ => return Err(corrupt("closed_at")),
    };
    Ok(StoredCredential {
        id: CredentialId::from_uuid(row.id),
        connection: ConnectionId::from_uuid(row.connection_id),
        version: u32::try_from(row.version).map_err(|_| corrupt("version"))?,
        reveals_used: u32::try_from(row.reveals_used).map_err(|_| corrupt("reveals_used"))?,
        sealed_password: row.sealed_password,
        sealed_query: row.sealed_query,
        template_version: row.template_version,
        query_sha256: row.query_sha256,
        query_extension: row.query_extension,
        issued_at: row.issued_at,
        issued_by: row.issued_by.map(StaffId::from_uuid),
        expires_at: row.expires_at,
        closed,
    })
}
