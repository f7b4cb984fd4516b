//! What a backup is worth: whether it is whole, of this release and of these keys, and what it holds.

use chrono::{DateTime, Utc};

use crate::domain::upkeep::Upkeep;
use crate::services::operations::audit::{self, End, Finding};
use crate::services::operations::key_check::{self, KeyFault};
use crate::services::operations::replay::{self, Untrue};
use crate::services::{Context, ServiceError};
use crate::store::operations::contents::{self, Contents};
use crate::store::operations::upkeep_notes;
use crate::store::{Db, Fault, StoreError, schema};

/// Why a file is no backup to go back to.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// It is no SQLite database, or not whole.
    #[error("it is damaged, or no SQLite database")]
    Damaged,
    /// It is another program's.
    #[error("it is no database of koppelklaar")]
    NotOurs,
    /// It went through steps that this release does not have, or was begun by another one.
    #[error(transparent)]
    OtherRelease(StoreError),
    /// It was made with other keys.
    #[error("the keys do not fit: {0}")]
    Keys(String),
    /// It cannot be read.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for Unfit {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unusable { fault: Fault::Damaged, .. } => Self::Damaged,
            StoreError::Missing { table: "seaql_migrations" } => Self::NotOurs,
            StoreError::OtherRelease | StoreError::NewerRelease { .. } => Self::OtherRelease(error),
            other => Self::Store(other),
        }
    }
}

/// A copy that is whole; of which release it is, is another matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// How many steps it is behind this release: as many as `koppelklaar migrate` makes of it.
    pub behind: usize,
}

/// What was found in a backup of this release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedThrough {
    /// Whether its audit is whole.
    pub audit: Finding,
    /// Where its audit ends, if it has an entry.
    pub end: Option<End>,
    /// The connections whose state is not what their events give.
    pub untrue: Vec<Untrue>,
    /// What it holds.
    pub contents: Contents,
}

/// Whether one can go back to a copy: it is whole, of this release or one before, and made with these keys.
///
/// # Errors
/// Why one cannot.
pub async fn look_at(context: &Context) -> Result<Fit, Unfit> {
    context.db.check_copy().await?;
    let behind = schema::pending(&context.db).await?;
    match key_check::check(context).await {
        Ok(()) => Ok(Fit { behind }),
        Err(KeyFault::Wrong(wrong)) => Err(Unfit::Keys(wrong.to_string())),
        // Of a release before, some table of the keys may not be there yet.
        Err(KeyFault::Store(_)) if behind > 0 => Ok(Fit { behind }),
        Err(KeyFault::Store(error)) => Err(error.into()),
    }
}

/// Goes through all of a copy of this release: its audit, and whether its states follow from it.
pub async fn look_through(context: &Context) -> Result<LookedThrough, ServiceError> {
    Ok(LookedThrough {
        audit: audit::verify(context).await?,
        end: audit::find_end(context).await?,
        untrue: replay::replay(context).await?.untrue,
        contents: contents::count(context.db.reader()).await?,
    })
}

/// Notes that the database was backed up.
pub async fn note(db: &Db, now: DateTime<Utc>) -> Result<(), ServiceError> {
    Ok(upkeep_notes::save(db.writer(), Upkeep::Backup, now).await?)
}

/// When the database was last backed up, as far as that was noted.
pub async fn find_last(context: &Context) -> Result<Option<DateTime<Utc>>, ServiceError> {
    Ok(upkeep_notes::find(context.db.reader(), Upkeep::Backup).await?)
}
