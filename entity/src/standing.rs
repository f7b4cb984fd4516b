//! Where schools stand: how many are under way or paused, and for how many of those each gate is yes.

use sea_orm::entity::prelude::*;

/// One count.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "standing")]
pub struct Model {
    /// Of what: a stored name of `domain::tally::Standing`.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub name: String,
    /// How many.
    pub n: i32,
}

impl ActiveModelBehavior for ActiveModel {}
