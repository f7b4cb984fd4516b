//! Every text that a template of messages had.

use sea_orm::entity::prelude::*;

/// One text of one template.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "message_template_version")]
pub struct Model {
    /// The template.
    #[sea_orm(primary_key, auto_increment = false)]
    pub template_id: Uuid,
    /// Its number, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// What the template was called then.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The text.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// Who wrote it.
    pub staff_id: Uuid,
    /// When.
    pub at: DateTimeUtc,
    /// The template.
    #[sea_orm(belongs_to, from = "template_id", to = "id")]
    pub template: BelongsTo<super::message_template::Entity>,
    /// Who wrote it.
    #[sea_orm(belongs_to, from = "staff_id", to = "id")]
    pub staff: BelongsTo<super::staff::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
