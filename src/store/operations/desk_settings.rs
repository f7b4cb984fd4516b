//! What colleagues want of the worklist itself.

use entity::desk_setting;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::domain::ids::StaffId;
use crate::store::{ConnectionTrait, StoreError};

/// Whether single letters do something for a colleague; they do until somebody turns them off.
pub async fn has_keys(conn: &impl ConnectionTrait, staff: StaffId) -> Result<bool, StoreError> {
    let row = desk_setting::Entity::find_by_id(staff.as_uuid()).one(conn).await?;
    Ok(row.is_none_or(|row| row.has_keys))
}

/// Turns them on or off.
pub async fn save_keys(conn: &impl ConnectionTrait, staff: StaffId, has_keys: bool) -> Result<(), StoreError> {
    let row = desk_setting::ActiveModel { staff_id: Set(staff.as_uuid()), has_keys: Set(has_keys) };
    let replace =
        OnConflict::column(desk_setting::Column::StaffId).update_column(desk_setting::Column::HasKeys).to_owned();
    desk_setting::Entity::insert(row).on_conflict(replace).exec_without_returning(conn).await?;
    Ok(())
}
