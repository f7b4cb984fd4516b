//! Wrong tries to sign in as a member of staff, each by itself: what must wait for how long follows from them.

use sea_orm::entity::prelude::*;

/// One wrong try.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "wrong_try")]
pub struct Model {
    /// Made in code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose account was tried.
    pub staff_id: Uuid,
    /// `password` or `code`; a code is looked at only after the right password.
    #[sea_orm(column_type = "Text")]
    pub sort: String,
    /// Hex hash of the browser where that is known, else of the client's network.
    #[sea_orm(column_type = "Text")]
    pub client: String,
    /// Whether it came from a browser that signed in before.
    pub is_known: bool,
    /// When.
    #[sea_orm(indexed)]
    pub at: DateTimeUtc,
    /// Whose account was tried.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub staff: BelongsTo<super::staff::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
