//! Schools: who they are, and under which connection.

use sea_orm::entity::prelude::*;

/// One location of one school.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "school")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The connection of the Magister that it stands in.
    #[sea_orm(indexed)]
    pub connection_id: Uuid,
    /// As the school writes it.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// As shown to people, such as `12AB` or `12AB01`.
    #[sea_orm(column_type = "Text")]
    pub brin: String,
    /// Six signs, with `00` where no site was given: what makes a school unique.
    #[sea_orm(column_type = "Text", unique)]
    pub brin_key: String,
    /// `under_way`, `withdrawn`, `completed` or `left`, as in the state of the onboarding.
    #[sea_orm(column_type = "Text")]
    pub course: String,
    /// Whether Kurve activated it, as in the state of the onboarding.
    pub is_activated: bool,
    /// When the school was registered.
    #[sea_orm(indexed)]
    pub created_at: DateTimeUtc,
    /// When its details last changed.
    pub updated_at: DateTimeUtc,
    /// The connection of the Magister that it stands in.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
