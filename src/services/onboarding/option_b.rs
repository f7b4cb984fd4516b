//! What a school that chose Optie B leaves here: its table of studies, and that it made the file and cleaned up. Only when
//! one of its contacts presses for it, and nothing of a pupil.

use std::collections::BTreeMap;

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::ids::SchoolId;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::option_b::{OptionB, Said, StudyTable};
use crate::domain::school::SchoolRef;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::{onboardings, option_b};

/// What a contact of the school says. It ends nothing for the school, so any of its contacts may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptionBCommand {
    /// This is the table, for next year.
    KeepTable {
        /// The table.
        studies: StudyTable,
        /// The [`OptionB::version`] of the table that it was made from.
        over: String,
    },
    /// The file for Numo is made.
    FileMade,
    /// All files with pupils are gone.
    CleanedUp,
}

/// What is kept of the schools of a connection that chose Optie B, in the order of the file; of one that kept nothing yet too.
pub async fn list(context: &Context, file: &ConnectionFile) -> Result<BTreeMap<SchoolId, OptionB>, ServiceError> {
    let chose = file.state.schools().filter(|(_, school)| school.chose_option_b()).map(|(id, _)| id);
    let schools: Vec<SchoolId> = chose.collect();
    let mut kept = option_b::list(context.db.reader(), &schools).await?;
    for school in schools {
        kept.entry(school).or_default();
    }
    Ok(kept)
}

/// Keeps what a contact says; `false` when it was so already.
///
/// # Errors
/// `NotFound` when the school did not choose Optie B, `Forbidden` for who is no contact, `HoldsPassword` when the table
/// holds a password of the connection, `TableChanged` when another table was kept meanwhile.
pub async fn say(context: &Context, call: &Call, of: SchoolRef, command: OptionBCommand) -> Result<bool, ServiceError> {
    let Actor::Contact { id: by, .. } = call.actor else { return Err(ServiceError::Forbidden) };
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = onboardings::load_for_update(work.conn(), of.connection).await?;
    if !held.state.school(of.school).is_some_and(|school| school.chose_option_b()) {
        return Err(ServiceError::NotFound);
    }
    let before = option_b::load(work.conn(), of.school).await?;
    let said = Some(Said { at: call.now, by });
    // Pressed again on the same day it says nothing new; of who cleaned up, not for another person.
    let is_today = |at| amsterdam_date(at) == amsterdam_date(call.now);
    let (after, action) = match command {
        OptionBCommand::KeepTable { studies, .. } if before.table_kept.is_some() && studies == before.studies => {
            return Ok(false);
        }
        OptionBCommand::KeepTable { over, .. } if over != before.version() => {
            return Err(ServiceError::TableChanged);
        }
        OptionBCommand::KeepTable { studies, .. } => {
            work.said(of.connection, studies.to_text());
            let count = u32::try_from(studies.rows().len()).unwrap_or(u32::MAX);
            (OptionB { studies, table_kept: said, ..before }, Action::OptionBTableKept { studies: count })
        }
        OptionBCommand::FileMade if before.file_made.is_some_and(is_today) => return Ok(false),
        OptionBCommand::FileMade => (OptionB { file_made: Some(call.now), ..before }, Action::OptionBFileMade),
        OptionBCommand::CleanedUp if before.cleaned_up.is_some_and(|known| known.by == by && is_today(known.at)) => {
            return Ok(false);
        }
        OptionBCommand::CleanedUp => (OptionB { cleaned_up: said, ..before }, Action::OptionBCleanedUp),
    };
    option_b::save(work.conn(), of.school, &after).await?;
    work.note_school(of, None, action);
    work.finish().await?;
    Ok(true)
}
