//! Wrong tries to sign in as a colleague of Kurve, a row each. What must wait for how long is in `domain::lockout`.

use chrono::{DateTime, Utc};
use entity::wrong_try;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::domain::ids::StaffId;
use crate::domain::lockout::TrySort;
use crate::store::{ConnectionTrait, StoreError};

/// A wrong try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongTry {
    /// Whose account was tried.
    pub staff: StaffId,
    /// What was wrong.
    pub sort: TrySort,
    /// The hash of the browser where that is known, else of the client's network.
    pub client: String,
    /// Whether it came from a browser that signed in before.
    pub is_known: bool,
    /// When.
    pub at: DateTime<Utc>,
}

/// Keeps one.
pub async fn insert(conn: &impl ConnectionTrait, id: Uuid, new: &WrongTry) -> Result<(), StoreError> {
    let row = wrong_try::ActiveModel {
        id: Set(id),
        staff_id: Set(new.staff.as_uuid()),
        sort: Set(new.sort.as_str().to_owned()),
        client: Set(new.client.clone()),
        is_known: Set(new.is_known),
        at: Set(new.at),
    };
    wrong_try::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// When one client tried an account in vain after a moment, newest first.
pub async fn list_of_client(
    conn: &impl ConnectionTrait,
    staff: StaffId,
    client: &str,
    after: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, StoreError> {
    moments(conn, of_staff(staff, after).filter(wrong_try::COLUMN.client.eq(client))).await
}

/// When wrong codes came after a moment, from browsers that signed in before or from all others, newest first.
pub async fn list_codes(
    conn: &impl ConnectionTrait,
    staff: StaffId,
    is_known: bool,
    after: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, StoreError> {
    let codes = of_staff(staff, after).filter(wrong_try::COLUMN.sort.eq(TrySort::Code.as_str()));
    moments(conn, codes.filter(wrong_try::COLUMN.is_known.eq(is_known))).await
}

/// When an account was tried in vain after a moment, newest first and no more than that many.
pub async fn list_newest(
    conn: &impl ConnectionTrait,
    staff: StaffId,
    sort: TrySort,
    after: DateTime<Utc>,
    most: u64,
) -> Result<Vec<DateTime<Utc>>, StoreError> {
    moments(conn, of_staff(staff, after).filter(wrong_try::COLUMN.sort.eq(sort.as_str())).limit(most)).await
}

fn of_staff(staff: StaffId, after: DateTime<Utc>) -> Select<wrong_try::Entity> {
    wrong_try::Entity::find()
        .filter(wrong_try::COLUMN.staff_id.eq(staff.as_uuid()))
        .filter(wrong_try::COLUMN.at.gt(after))
        .order_by_desc(wrong_try::COLUMN.at)
}

async fn moments(
    conn: &impl ConnectionTrait,
    query: Select<wrong_try::Entity>,
) -> Result<Vec<DateTime<Utc>>, StoreError> {
    Ok(query.select_only().column(wrong_try::Column::At).into_tuple().all(conn).await?)
}

/// Forgets the wrong passwords of a client that signed in. Codes stay: who guesses them must not start anew with each sign-in
/// of the colleague.
pub async fn delete_passwords_of_client(
    conn: &impl ConnectionTrait,
    staff: StaffId,
    client: &str,
) -> Result<(), StoreError> {
    wrong_try::Entity::delete_many()
        .filter(wrong_try::COLUMN.staff_id.eq(staff.as_uuid()))
        .filter(wrong_try::COLUMN.client.eq(client))
        .filter(wrong_try::COLUMN.sort.eq(TrySort::Password.as_str()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Forgets all tries at an account.
pub async fn delete_of_staff(conn: &impl ConnectionTrait, staff: StaffId) -> Result<(), StoreError> {
    wrong_try::Entity::delete_many().filter(wrong_try::COLUMN.staff_id.eq(staff.as_uuid())).exec(conn).await?;
    Ok(())
}

/// Deletes those from before a moment; returns how many.
pub async fn delete_before(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let deleted = wrong_try::Entity::delete_many().filter(wrong_try::COLUMN.at.lt(before)).exec(conn).await?;
    Ok(deleted.rows_affected)
}
