//! What lists show of schools: the read model. Every column is computed from other tables and written along with them.

use sea_orm::entity::prelude::*;

/// One school as lists show, filter and sort it. `store::onboarding::summaries` writes it, and nothing else.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "school_summary")]
pub struct Model {
    /// The school.
    #[sea_orm(primary_key, auto_increment = false)]
    pub school_id: Uuid,
    /// The connection that carries it.
    #[sea_orm(indexed)]
    pub connection_id: Uuid,
    /// Its name, as shown.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Its name, folded: what lists are in the order of.
    #[sea_orm(column_type = "Text")]
    pub sort_name: String,
    /// Its BRIN, as shown.
    #[sea_orm(column_type = "Text")]
    pub brin: String,
    /// The label under `swp.nl` of its connection.
    #[sea_orm(column_type = "Text", indexed)]
    pub domain: String,
    /// What its connection is called.
    #[sea_orm(column_type = "Text")]
    pub connection_name: String,
    /// How many schools its connection carries.
    pub school_count: i32,
    /// Holiday region of its connection.
    #[sea_orm(column_type = "Text")]
    pub region: String,
    /// Where it stands: `active`, `paused`, `withdrawn` or `completed`.
    #[sea_orm(column_type = "Text")]
    pub status: String,
    /// Is a step of it stuck?
    pub is_stuck: bool,
    /// Since when it does not answer its reminders; null if it does, and where it stopped.
    pub no_answer_since: Option<DateTimeUtc>,
    /// Is the first gate a yes?
    pub gate_consent: bool,
    /// Is the second gate a yes?
    pub gate_webservice: bool,
    /// Is the third gate a yes?
    pub gate_password: bool,
    /// Is the fourth gate a yes?
    pub gate_allowlisting: bool,
    /// Is the fifth gate a yes, for this school?
    pub gate_activation: bool,
    /// Which of the answers that are yes the newest check denies: the names of the questions, with spaces; null for none.
    #[sea_orm(column_type = "Text")]
    pub doubted_gates: Option<String>,
    /// Does an open step of it wait on the school?
    pub held_by_school: bool,
    /// Does an open step of it wait on Kurve?
    pub held_by_kurve: bool,
    /// Does an open step of it wait on Magister?
    pub held_by_magister: bool,
    /// The oldest moment that something of it waits on Kurve; null if nothing does.
    pub kurve_since: Option<DateTimeUtc>,
    /// The version of the credentials of its connection.
    pub credential_version: i32,
    /// When it was registered.
    pub created_at: DateTimeUtc,
    /// The version of the onboarding that this was computed from.
    pub version: i32,
    /// The row of the index of the search on SQLite: sixty-three bits of the school's id.
    #[sea_orm(unique)]
    pub search_row: i64,
    /// Words by which it is found, folded, with two spaces before each: names, BRIN, school domain and contacts.
    #[sea_orm(column_type = "Text")]
    pub search_text: String,
    /// Is the verdict over it open? Never null.
    pub may_import: Option<bool>,
    /// When its onboarding or its details last changed. Never null.
    pub changed_at: Option<DateTimeUtc>,
    /// The school.
    #[sea_orm(belongs_to, from = "school_id", to = "id")]
    pub school: BelongsTo<super::school::Entity>,
    /// The connection that carries it.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
