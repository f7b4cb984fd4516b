//! Accounts of Kurve's colleagues. The one-time links to choose a password and second factor are in [`super::invites`].

use chrono::{DateTime, Utc};
use entity::staff;
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::actor::StaffRole;
use crate::domain::ids::StaffId;
use crate::domain::lockout::{Alarms, TrySort};
use crate::domain::text::{EmailAddress, PersonName, fold};
use crate::store::{ConnectionTrait, StoreError};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffAccount {
    /// Its id.
    pub id: StaffId,
    /// The address to sign in with.
    pub email: EmailAddress,
    /// The colleague's name.
    pub name: PersonName,
    /// What they may do.
    pub role: StaffRole,
    /// The argon2id hash of the password, once chosen.
    pub password_hash: Option<String>,
    /// The secret of the second factor, sealed, once chosen.
    pub totp_sealed: Option<Vec<u8>>,
    /// The last time step of which a code was used: it works once.
    pub totp_last_step: Option<i64>,
    /// When Kurve was told last that it is tried.
    pub alarms: Alarms,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Since when it is disabled.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Since when its colleague can sign in with the account of their organisation.
    pub linked_at: Option<DateTime<Utc>>,
}

impl StaffAccount {
    /// Whether its colleague can sign in with it.
    pub fn can_sign_in(&self) -> bool {
        self.disabled_at.is_none() && (self.password_hash.is_some() || self.linked_at.is_some())
    }
}

/// Stores a new account.
///
/// # Errors
/// `Taken` when the address has an account.
pub async fn insert(conn: &impl ConnectionTrait, new: &StaffAccount, email_key: &str) -> Result<(), StoreError> {
    let row = staff::ActiveModel {
        id: Set(new.id.as_uuid()),
        email: Set(new.email.as_str().to_owned()),
        email_key: Set(email_key.to_owned()),
        name: Set(new.name.as_str().to_owned()),
        role: Set(new.role.as_str().to_owned()),
        password_hash: Set(new.password_hash.clone()),
        totp_sealed: Set(new.totp_sealed.clone()),
        totp_last_step: Set(new.totp_last_step),
        failed_count: Set(0),
        locked_until: Set(None),
        created_at: Set(new.created_at),
        disabled_at: Set(new.disabled_at),
        passwords_alarm_at: Set(new.alarms.passwords_at),
        codes_alarm_at: Set(new.alarms.codes_at),
        linked_at: Set(new.linked_at),
    };
    staff::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The account with this id.
///
/// # Errors
/// `Missing` when there is none.
pub async fn load(conn: &impl ConnectionTrait, id: StaffId) -> Result<StaffAccount, StoreError> {
    let row = staff::Entity::find_by_id(id.as_uuid()).one(conn).await?;
    to_account(row.ok_or(StoreError::Missing { table: "staff" })?)
}

/// The account with this id, locked until the transaction ends, so that simultaneous wrong tries each count.
///
/// # Errors
/// `Missing` when there is none.
pub async fn load_for_update(conn: &impl ConnectionTrait, id: StaffId) -> Result<StaffAccount, StoreError> {
    let row = staff::Entity::find_by_id(id.as_uuid()).lock_exclusive().one(conn).await?;
    to_account(row.ok_or(StoreError::Missing { table: "staff" })?)
}

/// The account of an address.
pub async fn find_by_email(conn: &impl ConnectionTrait, email_key: &str) -> Result<Option<StaffAccount>, StoreError> {
    let row = staff::Entity::find().filter(staff::COLUMN.email_key.eq(email_key)).one(conn).await?;
    row.map(to_account).transpose()
}

/// Every account, by name.
pub async fn list(conn: &impl ConnectionTrait) -> Result<Vec<StaffAccount>, StoreError> {
    let mut rows = staff::Entity::find().order_by_asc(staff::COLUMN.id).all(conn).await?;
    rows.sort_by_cached_key(|row| fold(&row.name));
    rows.into_iter().map(to_account).collect()
}

/// Every account, and nobody else changes one until the end of the transaction.
pub async fn list_for_update(conn: &impl ConnectionTrait) -> Result<Vec<StaffAccount>, StoreError> {
    // In one order, and so that rows which refer to an account can be written meanwhile.
    let rows = staff::Entity::find().order_by_asc(staff::COLUMN.id).lock(LockType::NoKeyUpdate).all(conn).await?;
    rows.into_iter().map(to_account).collect()
}

/// Stores the chosen password and second factor.
pub async fn save_enrolled(
    conn: &impl ConnectionTrait,
    id: StaffId,
    password_hash: &str,
    totp_sealed: &[u8],
    totp_last_step: i64,
) -> Result<(), StoreError> {
    staff::Entity::update_many()
        .col_expr(staff::COLUMN.password_hash, password_hash.into())
        .col_expr(staff::COLUMN.totp_sealed, totp_sealed.to_vec().into())
        .col_expr(staff::COLUMN.totp_last_step, totp_last_step.into())
        .filter(staff::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Stores another password.
pub async fn save_password(conn: &impl ConnectionTrait, id: StaffId, password_hash: &str) -> Result<(), StoreError> {
    staff::Entity::update_many()
        .col_expr(staff::COLUMN.password_hash, password_hash.into())
        .filter(staff::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Stores another second factor.
pub async fn save_totp(
    conn: &impl ConnectionTrait,
    id: StaffId,
    totp_sealed: &[u8],
    totp_last_step: i64,
) -> Result<(), StoreError> {
    staff::Entity::update_many()
        .col_expr(staff::COLUMN.totp_sealed, totp_sealed.to_vec().into())
        .col_expr(staff::COLUMN.totp_last_step, totp_last_step.into())
        .filter(staff::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Takes password and second factor away: the colleague chooses both anew.
pub async fn clear_enrolled(conn: &impl ConnectionTrait, id: StaffId) -> Result<(), StoreError> {
    staff::Entity::update_many()
        .col_expr(staff::COLUMN.password_hash, Option::<String>::None.into())
        .col_expr(staff::COLUMN.totp_sealed, Option::<Vec<u8>>::None.into())
        .filter(staff::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Notes that Kurve was told that an account is tried.
pub async fn save_alarm(
    conn: &impl ConnectionTrait,
    id: StaffId,
    sort: TrySort,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let update = staff::Entity::update_many().filter(staff::COLUMN.id.eq(id.as_uuid()));
    let update = match sort {
        TrySort::Password => update.col_expr(staff::COLUMN.passwords_alarm_at, now.into()),
        TrySort::Code => update.col_expr(staff::COLUMN.codes_alarm_at, now.into()),
    };
    update.exec(conn).await?;
    Ok(())
}

/// Forgets that Kurve was told: the colleague chose another password or second factor.
pub async fn clear_alarms(conn: &impl ConnectionTrait, id: StaffId) -> Result<(), StoreError> {
    staff::Entity::update_many()
        .col_expr(staff::COLUMN.passwords_alarm_at, Option::<DateTime<Utc>>::None.into())
        .col_expr(staff::COLUMN.codes_alarm_at, Option::<DateTime<Utc>>::None.into())
        .filter(staff::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Uses up the code of a time step; `false` when that code was used.
pub async fn claim_totp_step(conn: &impl ConnectionTrait, id: StaffId, step: i64) -> Result<bool, StoreError> {
    let is_newer = staff::COLUMN.totp_last_step.is_null().or(staff::COLUMN.totp_last_step.lt(step));
    let changed = staff::Entity::update_many()
        .col_expr(staff::COLUMN.totp_last_step, step.into())
        .filter(staff::COLUMN.id.eq(id.as_uuid()))
        .filter(is_newer)
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Disables an account; `false` when it was disabled.
pub async fn mark_disabled(conn: &impl ConnectionTrait, id: StaffId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = staff::Entity::update_many()
        .col_expr(staff::COLUMN.disabled_at, now.into())
        .filter(staff::COLUMN.id.eq(id.as_uuid()))
        .filter(staff::COLUMN.disabled_at.is_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Makes a disabled account one that waits for its colleague, who chooses a password and a second factor anew; `false`
/// when it was not disabled.
pub async fn mark_enabled(conn: &impl ConnectionTrait, id: StaffId) -> Result<bool, StoreError> {
    let changed = staff::Entity::update_many()
        .col_expr(staff::COLUMN.disabled_at, Option::<DateTime<Utc>>::None.into())
        .col_expr(staff::COLUMN.password_hash, Option::<String>::None.into())
        .col_expr(staff::COLUMN.totp_sealed, Option::<Vec<u8>>::None.into())
        .filter(staff::COLUMN.id.eq(id.as_uuid()))
        .filter(staff::COLUMN.disabled_at.is_not_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Gives an account another role; `false` when it has that.
pub async fn save_role(conn: &impl ConnectionTrait, id: StaffId, role: StaffRole) -> Result<bool, StoreError> {
    let changed = staff::Entity::update_many()
        .col_expr(staff::COLUMN.role, role.as_str().into())
        .filter(staff::COLUMN.id.eq(id.as_uuid()))
        .filter(staff::COLUMN.role.ne(role.as_str()))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

pub(super) fn to_account(row: staff::Model) -> Result<StaffAccount, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "staff", id: row.id.to_string(), what };
    Ok(StaffAccount {
        id: StaffId::from_uuid(row.id),
        email: EmailAddress::parse(&row.email).map_err(|_| corrupt("email"))?,
        name: PersonName::parse(&row.name).map_err(|_| corrupt("name"))?,
        role: row.role.parse().map_err(|_| corrupt("role"))?,
        alarms: Alarms { passwords_at: row.passwords_alarm_at, codes_at: row.codes_alarm_at },
        password_hash: row.password_hash,
        totp_sealed: row.totp_sealed,
        totp_last_step: row.totp_last_step,
        created_at: row.created_at,
        disabled_at: row.disabled_at,
        linked_at: row.linked_at,
    })
}
