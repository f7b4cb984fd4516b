//! Schools: who they are and where their Magister answers.

use sea_orm::entity::prelude::*;

/// One location of one school.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connection")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// As the school writes it.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// As shown to people, such as `12AB` or `12AB01`.
    #[sea_orm(column_type = "Text")]
    pub brin: String,
    /// Six signs, with `00` where no site was given: what makes a school unique.
    #[sea_orm(column_type = "Text", unique)]
    pub brin_key: String,
    /// The label under `swp.nl`; several schools may share one.
    #[sea_orm(column_type = "Text", indexed)]
    pub domain: String,
    /// Holiday region: `noord`, `midden` or `zuid`.
    #[sea_orm(column_type = "Text")]
    pub region: String,
    /// When the school was registered.
    pub created_at: DateTimeUtc,
    /// When its details last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
