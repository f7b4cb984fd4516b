//! Filters of the list of schools that a colleague keeps for themselves. They change nothing about any school.

use chrono::{DateTime, Utc};

use crate::domain::ids::{SavedViewId, StaffId};
use crate::domain::text::ViewName;
use crate::services::{Context, ServiceError};
use crate::store::operations::saved_views::{self, SavedView};

/// How many filters a colleague keeps at most: more than that nobody finds back.
pub const MOST_VIEWS: usize = 20;

/// A colleague's filters, by name.
pub async fn list(context: &Context, owner: StaffId) -> Result<Vec<SavedView>, ServiceError> {
    Ok(saved_views::list(context.db.reader(), owner).await?)
}

/// Keeps a filter; the same colleague's filter of the same name is replaced. `false` when there are too many.
pub async fn save(
    context: &Context,
    now: DateTime<Utc>,
    owner: StaffId,
    name: ViewName,
    query: String,
) -> Result<bool, ServiceError> {
    let tx = context.db.begin_write().await?;
    let known = saved_views::list(tx.conn(), owner).await?;
    if known.len() >= MOST_VIEWS && !known.iter().any(|view| view.name == name) {
        return Ok(false);
    }
    let id = SavedViewId::from_uuid(context.chance.uuid_v7(now));
    saved_views::save(tx.conn(), &SavedView { id, owner, name, query }, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// Forgets a filter; `false` when the colleague has none with this id.
pub async fn delete(context: &Context, owner: StaffId, id: SavedViewId) -> Result<bool, ServiceError> {
    Ok(saved_views::delete(context.db.writer(), owner, id).await?)
}
