//! What is kept of schools that chose Optie B; one without a row kept nothing. No pupil, and no name of a file.

use sea_orm::entity::prelude::*;

/// One school's. Contacts are named by id alone, as in the audit: a school may go to another connection.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "option_b")]
pub struct Model {
    /// The school whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub school_id: Uuid,
    /// `domain::option_b::StudyTable` as JSON.
    #[sea_orm(column_type = "Text")]
    pub studies: String,
    /// When that table was kept.
    pub table_kept_at: Option<DateTimeUtc>,
    /// By which contact.
    pub table_kept_by: Option<Uuid>,
    /// When the file for Numo was made last.
    pub file_made_at: Option<DateTimeUtc>,
    /// When all files with pupils were cleaned up last.
    pub cleaned_up_at: Option<DateTimeUtc>,
    /// Which contact said so.
    pub cleaned_up_by: Option<Uuid>,
    /// The school whose it is.
    #[sea_orm(belongs_to, from = "school_id", to = "id")]
    pub school: BelongsTo<super::school::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
