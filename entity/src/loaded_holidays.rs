//! School holidays that an installation loaded over those that come with the program.

use sea_orm::entity::prelude::*;

/// One table of holidays: everything that was loaded so far.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "loaded_holidays")]
pub struct Model {
    /// Which table; there is one, `school`.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    /// Counts the loads, from 1: instances that know another one read the table anew.
    pub version: i32,
    /// As `SchoolHolidays::to_csv` writes it.
    #[sea_orm(column_type = "Text")]
    pub table_csv: String,
    /// When it was last loaded.
    pub loaded_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
