//! Browsers from which colleagues of Kurve signed in, by the hash of their secret.

use chrono::{DateTime, Utc};
use entity::staff_browser;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter};

use crate::domain::ids::StaffId;
use crate::store::{ConnectionTrait, StoreError};

/// Notes that a colleague signed in from a browser.
pub async fn save(
    conn: &impl ConnectionTrait,
    staff: StaffId,
    browser_hash: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = staff_browser::ActiveModel {
        staff_id: Set(staff.as_uuid()),
        browser_hash: Set(browser_hash.to_owned()),
        signed_in_at: Set(now),
    };
    let mut again = OnConflict::columns([staff_browser::Column::StaffId, staff_browser::Column::BrowserHash]);
    again.update_column(staff_browser::Column::SignedInAt);
    staff_browser::Entity::insert(row).on_conflict(again).exec_without_returning(conn).await?;
    Ok(())
}

/// Whether a colleague signed in from a browser before.
pub async fn is_known(conn: &impl ConnectionTrait, staff: StaffId, browser_hash: &str) -> Result<bool, StoreError> {
    let key = (staff.as_uuid(), browser_hash.to_owned());
    Ok(staff_browser::Entity::find_by_id(key).one(conn).await?.is_some())
}

/// Forgets all browsers of a colleague.
pub async fn delete_of_staff(conn: &impl ConnectionTrait, staff: StaffId) -> Result<(), StoreError> {
    staff_browser::Entity::delete_many().filter(staff_browser::COLUMN.staff_id.eq(staff.as_uuid())).exec(conn).await?;
    Ok(())
}

/// Deletes those from which nobody signed in since a moment; returns how many.
pub async fn delete_before(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let deleted =
        staff_browser::Entity::delete_many().filter(staff_browser::COLUMN.signed_in_at.lt(before)).exec(conn).await?;
    Ok(deleted.rows_affected)
}
