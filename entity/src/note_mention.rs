//! Colleagues who are named in a note: it stands on their worklist until they have seen it.

use sea_orm::entity::prelude::*;

/// One colleague in one note.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "note_mention")]
pub struct Model {
    /// The note.
    #[sea_orm(primary_key, auto_increment = false)]
    pub note_id: Uuid,
    /// Who is named.
    #[sea_orm(primary_key, auto_increment = false)]
    pub staff_id: Uuid,
    /// Since when.
    pub since: DateTimeUtc,
    /// When they said that they had seen it.
    pub seen_at: Option<DateTimeUtc>,
    /// The note.
    #[sea_orm(belongs_to, from = "note_id", to = "id")]
    pub note: BelongsTo<super::note::Entity>,
    /// Who is named.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub colleague: BelongsTo<super::staff::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
