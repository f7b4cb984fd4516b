//! Filters of the list of schools that colleagues keep.

use chrono::{DateTime, Utc};
use entity::saved_view;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter};

use crate::domain::ids::{SavedViewId, StaffId};
use crate::domain::text::{ViewName, fold};
use crate::store::{ConnectionTrait, StoreError};

/// A filter under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Its id.
    pub id: SavedViewId,
    /// Whose it is.
    pub owner: StaffId,
    /// What it is called.
    pub name: ViewName,
    /// The filter, as the query of an address.
    pub query: String,
}

/// Keeps a view; the same colleague's view of the same name is replaced.
pub async fn save(conn: &impl ConnectionTrait, view: &SavedView, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row = saved_view::ActiveModel {
        id: Set(view.id.as_uuid()),
        staff_id: Set(view.owner.as_uuid()),
        name: Set(view.name.as_str().to_owned()),
        query: Set(view.query.clone()),
        created_at: Set(now),
    };
    let same_name = OnConflict::columns([saved_view::Column::StaffId, saved_view::Column::Name])
        .update_column(saved_view::Column::Query)
        .to_owned();
    saved_view::Entity::insert(row).on_conflict(same_name).exec_without_returning(conn).await?;
    Ok(())
}

/// A colleague's views, by name.
pub async fn list(conn: &impl ConnectionTrait, owner: StaffId) -> Result<Vec<SavedView>, StoreError> {
    let mut rows = saved_view::Entity::find().filter(saved_view::COLUMN.staff_id.eq(owner.as_uuid())).all(conn).await?;
    rows.sort_by_cached_key(|row| (fold(&row.name), row.id));
    rows.into_iter().map(to_view).collect()
}

fn to_view(row: saved_view::Model) -> Result<SavedView, StoreError> {
    let corrupt = |_| StoreError::CorruptRow { table: "saved_view", id: row.id.to_string(), what: "name" };
    Ok(SavedView {
        id: SavedViewId::from_uuid(row.id),
        owner: StaffId::from_uuid(row.staff_id),
        name: ViewName::parse(&row.name).map_err(corrupt)?,
        query: row.query,
    })
}

/// Forgets a colleague's view; `false` when they have none with this id.
pub async fn delete(conn: &impl ConnectionTrait, owner: StaffId, id: SavedViewId) -> Result<bool, StoreError> {
    let done = saved_view::Entity::delete_many()
        .filter(saved_view::COLUMN.id.eq(id.as_uuid()))
        .filter(saved_view::COLUMN.staff_id.eq(owner.as_uuid()))
        .exec(conn)
        .await?;
    Ok(done.rows_affected == 1)
}
