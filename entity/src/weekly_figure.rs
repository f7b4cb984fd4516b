//! What happened in each week: how often.

use sea_orm::entity::prelude::*;

/// How often one thing happened in one week.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "weekly_figure")]
pub struct Model {
    /// What: a stored name of `domain::tally::FigureKind`.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub kind: String,
    /// The Monday of the week in the Netherlands.
    #[sea_orm(primary_key, auto_increment = false)]
    pub monday: Date,
    /// Of a turn: whose. Else empty.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub party: String,
    /// Of a turn: how many working days it took. Else zero.
    #[sea_orm(primary_key, auto_increment = false)]
    pub working_days: i32,
    /// How often.
    pub n: i32,
}

impl ActiveModelBehavior for ActiveModel {}
