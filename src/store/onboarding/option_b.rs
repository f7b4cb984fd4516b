//! What is kept of schools that chose Optie B; for one without a row nothing is.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{contact, option_b};
use sea_orm::{ActiveValue::Set, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationDef, sea_query::OnConflict};
use uuid::Uuid;

use crate::domain::ids::{ContactId, SchoolId};
use crate::domain::option_b::{OptionB, Said};
use crate::store::{ConnectionTrait, StoreError};

/// What is kept of a school.
pub async fn load(conn: &impl ConnectionTrait, school: SchoolId) -> Result<OptionB, StoreError> {
    let row = option_b::Entity::find_by_id(school.as_uuid()).one(conn).await?;
    row.map_or_else(|| Ok(OptionB::default()), to_kept)
}

/// What is kept of these schools, as far as anything is.
pub async fn list(
    conn: &impl ConnectionTrait,
    schools: &[SchoolId],
) -> Result<BTreeMap<SchoolId, OptionB>, StoreError> {
    if schools.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids = schools.iter().map(|school| school.as_uuid());
    let rows = option_b::Entity::find().filter(option_b::COLUMN.school_id.is_in(ids)).all(conn).await?;
    rows.into_iter().map(|row| Ok((SchoolId::from_uuid(row.school_id), to_kept(row)?))).collect()
}

/// What is kept of a school but its table: what an export shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// When the file was made last.
    pub file_made: Option<DateTime<Utc>>,
    /// When all was cleaned up last.
    pub cleaned_up: Option<DateTime<Utc>>,
    /// The name of the contact who said so, if it is known.
    pub cleaned_up_by: Option<String>,
}

/// What is kept of these schools but their tables, as far as anything is.
pub async fn list_marks(
    conn: &impl ConnectionTrait,
    schools: &[SchoolId],
) -> Result<BTreeMap<SchoolId, Marks>, StoreError> {
    if schools.is_empty() {
        return Ok(BTreeMap::new());
    }
    type Row = (Uuid, Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<String>);
    let by: RelationDef = option_b::Entity::belongs_to(contact::Entity)
        .from(option_b::Column::CleanedUpBy)
        .to(contact::Column::Id)
        .into();
    let rows: Vec<Row> = option_b::Entity::find()
        .select_only()
        .columns([option_b::Column::SchoolId, option_b::Column::FileMadeAt, option_b::Column::CleanedUpAt])
        .column(contact::Column::Name)
        .join(JoinType::LeftJoin, by)
        .filter(option_b::COLUMN.school_id.is_in(schools.iter().map(|school| school.as_uuid())))
        .into_tuple()
        .all(conn)
        .await?;
    let marks = |(school, file_made, cleaned_up, cleaned_up_by): Row| {
        (SchoolId::from_uuid(school), Marks { file_made, cleaned_up, cleaned_up_by })
    };
    Ok(rows.into_iter().map(marks).collect())
}

/// Stores what is kept of a school. The caller has locked the onboarding of its connection.
pub async fn save(conn: &impl ConnectionTrait, school: SchoolId, kept: &OptionB) -> Result<(), StoreError> {
    let at = |said: Option<Said>| Set(said.map(|said| said.at));
    let by = |said: Option<Said>| Set(said.map(|said| said.by.as_uuid()));
    let row = option_b::ActiveModel {
        school_id: Set(school.as_uuid()),
        studies: Set(serde_json::to_string(&kept.studies).map_err(|_| corrupt(school.as_uuid()))?),
        table_kept_at: at(kept.table_kept),
        table_kept_by: by(kept.table_kept),
        file_made_at: Set(kept.file_made),
        cleaned_up_at: at(kept.cleaned_up),
        cleaned_up_by: by(kept.cleaned_up),
    };
    let replace = OnConflict::column(option_b::Column::SchoolId)
        .update_columns([
            option_b::Column::Studies,
            option_b::Column::TableKeptAt,
            option_b::Column::TableKeptBy,
            option_b::Column::FileMadeAt,
            option_b::Column::CleanedUpAt,
            option_b::Column::CleanedUpBy,
        ])
        .to_owned();
    option_b::Entity::insert(row).on_conflict(replace).exec_without_returning(conn).await?;
    Ok(())
}

fn to_kept(row: option_b::Model) -> Result<OptionB, StoreError> {
    let said = |at: Option<DateTime<Utc>>, by: Option<Uuid>| {
        at.zip(by).map(|(at, by)| Said { at, by: ContactId::from_uuid(by) })
    };
    Ok(OptionB {
        studies: serde_json::from_str(&row.studies).map_err(|_| corrupt(row.school_id))?,
        table_kept: said(row.table_kept_at, row.table_kept_by),
        file_made: row.file_made_at,
        cleaned_up: said(row.cleaned_up_at, row.cleaned_up_by),
    })
}

fn corrupt(school: Uuid) -> StoreError {
    StoreError::CorruptRow { table: "option_b", id: school.to_string(), what: "studies" }
}
