//! Laying aside and taking up again: of the connection, with all its schools.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::falls::Scoped;
use crate::domain::actor::Actor;
use crate::domain::onboarding::change::Change;
use crate::domain::onboarding::command::Refusal;
use crate::domain::onboarding::state::Onboarding;
use crate::domain::text::Reason;

/// The longest pause, in days: a school that needs more starts anew.
pub const LONGEST_PAUSE_DAYS: u64 = 366;

/// The calendar date in the Netherlands at a moment.
pub fn amsterdam_date(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&chrono_tz::Europe::Amsterdam).date_naive()
}

pub(super) fn pause(
    state: &Onboarding,
    reason: &Reason,
    until: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Vec<Scoped>, Refusal> {
    let today = amsterdam_date(now);
    let is_within_a_year = today.checked_add_days(Days::new(LONGEST_PAUSE_DAYS)).is_some_and(|last| until <= last);
    if until <= today || !is_within_a_year {
        return Err(Refusal::BadResumeDate);
    }
    let is_so = state.paused().is_some_and(|known| known.reason == *reason && known.until == until);
    Ok(if is_so { vec![] } else { vec![Scoped::shared(Change::Paused { reason: reason.clone(), until })] })
}

pub(super) fn resume(state: &Onboarding, actor: &Actor, now: DateTime<Utc>) -> Result<Vec<Scoped>, Refusal> {
    let pause = state.paused().ok_or(Refusal::NotPaused)?;
    if *actor == Actor::Clock && amsterdam_date(now) < pause.until {
        return Err(Refusal::NotPaused);
    }
    Ok(vec![Scoped::shared(Change::Resumed)])
}
