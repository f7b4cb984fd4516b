//! When something was last done for the installation itself: one row for each sort of work.

use chrono::{DateTime, Utc};
use entity::upkeep_note;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::domain::upkeep::Upkeep;
use crate::store::{ConnectionTrait, StoreError};

/// Notes when something was done.
pub async fn save(conn: &impl ConnectionTrait, done: Upkeep, at: DateTime<Utc>) -> Result<(), StoreError> {
    let row = upkeep_note::ActiveModel { name: Set(done.as_str().to_owned()), at: Set(at) };
    let replace = OnConflict::column(upkeep_note::Column::Name).update_column(upkeep_note::Column::At).to_owned();
    upkeep_note::Entity::insert(row).on_conflict(replace).exec_without_returning(conn).await?;
    Ok(())
}

/// When something was last done, if it ever was.
pub async fn find(conn: &impl ConnectionTrait, done: Upkeep) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(upkeep_note::Entity::find_by_id(done.as_str()).one(conn).await?.map(|row| row.at))
}
