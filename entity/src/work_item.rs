//! What waits on Kurve: the read model of the worklist. Every column is computed from other tables and written along with
//! them.

use sea_orm::entity::prelude::*;

/// One thing that waits. `store::onboarding::work_items` writes it, and nothing else.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "work_item")]
pub struct Model {
    /// Connection, kind and subject, with points between: the same thing has the same key.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub key: String,
    /// Why it waits.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// The connection that it is about.
    #[sea_orm(indexed)]
    pub connection_id: Uuid,
    /// Which of its kind: a step, a request, a contact; empty where a connection has one.
    #[sea_orm(column_type = "Text")]
    pub subject: String,
    /// Since when it waits; what begins by the clock has its row before that.
    pub since: DateTimeUtc,
    /// Which colleague took the connection; zeros for nobody, since a null has no place in the order of an index.
    pub taken_by: Uuid,
    /// The connection that it is about.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
