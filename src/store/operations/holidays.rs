//! School holidays that were loaded over those that come with the program: one table, and a number that says whether
//! it is still the one that an instance knows.

use chrono::{DateTime, Utc};
use entity::loaded_holidays;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QuerySelect};

use crate::domain::reminder::SchoolHolidays;
use crate::store::{ConnectionTrait, StoreError};

/// The name of the one table.
const SCHOOL: &str = "school";

/// What was loaded so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Counts the loads, from 1.
    pub version: i32,
    /// All that was loaded, without what comes with the program.
    pub holidays: SchoolHolidays,
    /// When it was last loaded.
    pub at: DateTime<Utc>,
}

/// The number of the last load; 0 when nothing was loaded.
pub async fn find_version(conn: &impl ConnectionTrait) -> Result<i32, StoreError> {
    let version: Option<i32> = loaded_holidays::Entity::find_by_id(SCHOOL)
        .select_only()
        .column(loaded_holidays::Column::Version)
        .into_tuple()
        .one(conn)
        .await?;
    Ok(version.unwrap_or(0))
}

/// What was loaded, if anything was.
///
/// # Errors
/// When the database fails, `CorruptRow` when the table cannot be read.
pub async fn find(conn: &impl ConnectionTrait) -> Result<Option<Loaded>, StoreError> {
    let Some(row) = loaded_holidays::Entity::find_by_id(SCHOOL).one(conn).await? else { return Ok(None) };
    let corrupt = |_| StoreError::CorruptRow { table: "loaded_holidays", id: row.name.clone(), what: "table_csv" };
    let holidays = SchoolHolidays::parse_csv(&row.table_csv).map_err(corrupt)?;
    Ok(Some(Loaded { version: row.version, holidays, at: row.loaded_at }))
}

/// Stores a table over the one with the number before it.
///
/// # Errors
/// `Taken` or `Conflict` when another load was first.
pub async fn save(conn: &impl ConnectionTrait, loaded: &Loaded) -> Result<(), StoreError> {
    let table_csv = loaded.holidays.to_csv();
    if loaded.version == 1 {
        let row = loaded_holidays::ActiveModel {
            name: Set(SCHOOL.to_owned()),
            version: Set(loaded.version),
            table_csv: Set(table_csv),
            loaded_at: Set(loaded.at),
        };
        loaded_holidays::Entity::insert(row).exec_without_returning(conn).await?;
        return Ok(());
    }
    let changed = loaded_holidays::Entity::update_many()
        .col_expr(loaded_holidays::COLUMN.version, loaded.version.into())
        .col_expr(loaded_holidays::COLUMN.table_csv, table_csv.into())
        .col_expr(loaded_holidays::COLUMN.loaded_at, loaded.at.into())
        .filter(loaded_holidays::COLUMN.name.eq(SCHOOL))
        .filter(loaded_holidays::COLUMN.version.eq(loaded.version - 1))
        .exec(conn)
        .await?;
    if changed.rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}
