//! What lists show of connections that are checked: the read model. Every column is computed from other tables and written
//! along with them.

use sea_orm::entity::prelude::*;

/// One connection as lists filter and sort it. `store::checks::connection_summaries` writes it, and nothing else.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connection_summary")]
pub struct Model {
    /// The connection.
    #[sea_orm(primary_key, auto_increment = false)]
    pub connection_id: Uuid,
    /// Its name, folded: what the list is in the order of.
    #[sea_orm(column_type = "Text")]
    pub sort_name: String,
    /// How the last check ended; null when none was made.
    #[sea_orm(column_type = "Text")]
    pub last_code: Option<String>,
    /// When that was.
    pub last_checked_at: Option<DateTimeUtc>,
    /// Who is to act on that now; null for nobody.
    #[sea_orm(column_type = "Text")]
    pub holder: Option<String>,
    /// Does it count as lost?
    pub is_lost: bool,
    /// Since when it is lost, while its schools are under way or done.
    pub lost_since: Option<DateTimeUtc>,
    /// Since when Kurve has to look into it, while its schools are under way or done and it is not lost.
    pub kurve_since: Option<DateTimeUtc>,
    /// Until when its certificate holds, while its schools are under way or done.
    pub certificate_until: Option<DateTimeUtc>,
    /// The connection.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
