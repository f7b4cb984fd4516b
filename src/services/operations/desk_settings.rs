//! What a colleague wants of the worklist itself: whether single letters do something there.

use crate::domain::ids::StaffId;
use crate::services::{Context, ServiceError};
use crate::store::operations::desk_settings;

/// Whether single letters do something for a colleague.
pub async fn has_keys(context: &Context, staff: StaffId) -> Result<bool, ServiceError> {
    Ok(desk_settings::has_keys(context.db.reader(), staff).await?)
}

/// Turns them on or off.
pub async fn save_keys(context: &Context, staff: StaffId, has_keys: bool) -> Result<(), ServiceError> {
    Ok(desk_settings::save_keys(context.db.writer(), staff, has_keys).await?)
}
