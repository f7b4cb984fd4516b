//! Connections: one Magister each, with the schools that stand in it.

use sea_orm::entity::prelude::*;

/// The connection of one Magister.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connection")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is called.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The label under `swp.nl`.
    #[sea_orm(column_type = "Text", indexed)]
    pub domain: String,
    /// Holiday region: `noord`, `midden` or `zuid`.
    #[sea_orm(column_type = "Text")]
    pub region: String,
    /// How many schools it carries.
    pub school_count: i32,
    /// The BRIN of its school, as shown to people, while it carries one.
    #[sea_orm(column_type = "Text")]
    pub only_brin: Option<String>,
    /// When its first school was registered.
    pub created_at: DateTimeUtc,
    /// When its details last changed.
    pub updated_at: DateTimeUtc,
    /// How far it is.
    #[sea_orm(has_one)]
    pub onboarding: HasOne<super::onboarding::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
