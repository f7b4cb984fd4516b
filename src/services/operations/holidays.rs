//! The school holidays that count: those that come with the program, and over them what was loaded from a file.
//!
//! Every instance uses what is in the database. A look at one number says whether what it knows is still the newest.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::holiday_book::Known;
use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::reminder::SchoolHolidays;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::onboardings;
use crate::store::operations::holidays::{self, Loaded};

/// The school holidays that count now. Not within a change under way: it asks the database beside it.
pub async fn current(context: &Context) -> Result<Arc<SchoolHolidays>, ServiceError> {
    let (conn, book) = (context.db.reader(), &context.reminders.holidays);
    let known = book.known();
    if holidays::find_version(conn).await? == known.version {
        return Ok(known.all);
    }
    let loaded = holidays::find(conn).await?;
    let version = loaded.as_ref().map_or(0, |loaded| loaded.version);
    let all = Arc::new(together(loaded.as_ref()));
    book.learn(Known { version, all: Arc::clone(&all) });
    Ok(all)
}

/// The school holidays as this instance last saw them, without asking: for a figure within a change under way.
pub(in crate::services) fn last_known(context: &Context) -> Arc<SchoolHolidays> {
    context.reminders.holidays.known().all
}

fn together(loaded: Option<&Loaded>) -> SchoolHolidays {
    let built_in = SchoolHolidays::built_in();
    match loaded {
        Some(loaded) => built_in.with_newer(loaded.holidays.clone()),
        None => built_in,
    }
}

/// What a load did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The holidays that counted before.
    pub before: SchoolHolidays,
    /// The holidays that count now.
    pub after: SchoolHolidays,
    /// How many connections are looked at anew.
    pub schools: u64,
}

/// Loads holidays over those that are known: where both have one of the same name or days, the newer counts. Every
/// connection under way is looked at anew. What changes nothing is not loaded.
///
/// # Errors
/// `Conflict` when another load was first.
pub async fn load(context: &Context, now: DateTime<Utc>, newer: SchoolHolidays) -> Result<Change, ServiceError> {
    let call = Call::by_machine(Actor::Operator, now, "holidays_load");
    let mut work = UnitOfWork::begin(context, &call).await?;
    let known = holidays::find(work.conn()).await?;
    let before = together(known.as_ref());
    let after = before.clone().with_newer(newer.clone());
    if after == before {
        return Ok(Change { before, after, schools: 0 });
    }
    let version = known.as_ref().map_or(0, |known| known.version) + 1;
    let loaded = known.map(|known| known.holidays).unwrap_or_default().with_newer(newer);
    holidays::save(work.conn(), &Loaded { version, holidays: loaded, at: now }).await?;
    let schools = onboardings::mark_all_for_attention(work.conn(), now).await?;
    work.note(None, Action::HolidaysLoaded { version });
    work.finish().await?;
    Ok(Change { before, after, schools })
}

/// What was loaded over the holidays that come with the program, if anything was.
pub async fn find_loaded(context: &Context) -> Result<Option<Loaded>, ServiceError> {
    Ok(holidays::find(context.db.reader()).await?)
}
