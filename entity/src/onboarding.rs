//! Onboardings: the whole state as JSON, and beside it the few facts that lists are filtered and sorted by.

use sea_orm::entity::prelude::*;

/// The one onboarding of a connection; every column after `state` is computed from `state` and written along with it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "onboarding")]
pub struct Model {
    /// The connection; it has no second onboarding.
    #[sea_orm(primary_key, auto_increment = false)]
    pub connection_id: Uuid,
    /// Counts the saves; a save names the version that it read.
    pub version: i32,
    /// `domain::onboarding::state::Onboarding` as JSON: the only truth here.
    #[sea_orm(column_type = "Text")]
    pub state: String,
    /// `active`, `paused`, `withdrawn` or `completed`.
    #[sea_orm(column_type = "Text", indexed)]
    pub lifecycle: String,
    /// Is the first gate a yes?
    pub gate_consent: bool,
    /// Is the second gate a yes?
    pub gate_webservice: bool,
    /// Is the third gate a yes?
    pub gate_password: bool,
    /// Is the fourth gate a yes?
    pub gate_allowlisting: bool,
    /// Does an open step wait on the school?
    pub held_by_school: bool,
    /// Does an open step wait on Kurve?
    pub held_by_kurve: bool,
    /// Does an open step wait on Magister?
    pub held_by_magister: bool,
    /// The oldest moment that something waits on Kurve; null if nothing does.
    pub kurve_since: Option<DateTimeUtc>,
    /// Did the school say that a step does not work?
    pub is_stuck: bool,
    /// The day on which a pause ends.
    #[sea_orm(indexed)]
    pub resume_on: Option<Date>,
    /// When the onboarding was last saved.
    pub updated_at: DateTimeUtc,
    /// When reminders are to be looked at next; null if nothing is to come.
    pub attention_at: Option<DateTimeUtc>,
    /// Since when the school does not answer its reminders.
    pub no_answer_since: Option<DateTimeUtc>,
    /// From when the password is not shown any more, while it is.
    #[sea_orm(indexed)]
    pub password_until: Option<DateTimeUtc>,
    /// Since when nothing of it goes on, or was last seen in use; null while something does, and once it was cleared.
    pub ended_at: Option<DateTimeUtc>,
    /// When it was put in line to go, of which Kurve is told.
    pub announced_at: Option<DateTimeUtc>,
    /// When what is personal of it went.
    pub cleared_at: Option<DateTimeUtc>,
    /// Whose onboarding it is.
    #[sea_orm(belongs_to, from = "connection_id", to = "id")]
    pub connection: BelongsTo<super::connection::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
