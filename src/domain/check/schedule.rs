//! When a connection is checked by itself: at a moment of its own each day or week, in the morning.
//!
//! These moments are spread by the connection's id over the hours from six to two in the Netherlands: then the three
//! tries after a failure, three and a half hours in all, end while people are at work, and no nightly maintenance
//! counts as a failure.

use chrono::{DateTime, Datelike, Days, Duration, NaiveTime, TimeZone, Utc};

use crate::domain::actor::Actor;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::{Change, Changed, Event, Lifecycle, Onboarding, Step};

/// When the first turn of the day is, in the Netherlands.
const FIRST_TURN: NaiveTime = NaiveTime::from_hms_opt(6, 0, 0).expect("six in the morning exists");

/// Over how many minutes the turns of a day are spread.
const TURN_MINUTES: u64 = 8 * 60;

/// How long after a step is reported it is checked, in seconds: who ticks one off often ticks the next at once.
pub const AFTER_CLAIM_SECONDS: i64 = 60;

/// The months in which schools change years: everything moves, so every connection is checked daily.
const BUSY_MONTHS: [u32; 2] = [8, 9];

/// How often a connection is checked by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Not at all: laid aside, stopped, or nothing to log in with.
    Never,
    /// Every day, until the import is done.
    Daily,
    /// Once a week, and daily in August and September.
    Weekly,
}

impl Pace {
    /// The pace of a connection.
    pub fn of(state: &Onboarding) -> Self {
        if !state.is_yes(Step::CredentialsIssued) {
            return Self::Never;
        }
        match state.lifecycle() {
            Lifecycle::Active => Self::Daily,
            Lifecycle::Completed { .. } => Self::Weekly,
            Lifecycle::Paused { .. } | Lifecycle::Withdrawn { .. } => Self::Never,
        }
    }
}

/// The next ordinary turn of a connection after a moment.
pub fn next_check_at(connection: ConnectionId, pace: Pace, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if pace == Pace::Never {
        return None;
    }
    let spread = spread(connection);
    let minutes = i64::try_from(spread % TURN_MINUTES).expect("less than a day of minutes");
    let weekday = u32::try_from((spread / TURN_MINUTES) % 7).expect("less than seven");
    let today = amsterdam_date(now);
    (0..=8).find_map(|days| {
        let date = today.checked_add_days(Days::new(days))?;
        let is_its_day = pace == Pace::Daily
            || BUSY_MONTHS.contains(&date.month())
            || date.weekday().num_days_from_monday() == weekday;
        let first = chrono_tz::Europe::Amsterdam.from_local_datetime(&date.and_time(FIRST_TURN)).earliest()?;
        let next_check = first.to_utc() + Duration::minutes(minutes);
        (is_its_day && next_check > now).then_some(next_check)
    })
}

/// The random part of an id, so that connections that were registered together do not come together.
fn spread(connection: ConnectionId) -> u64 {
    connection.as_uuid().as_u128() as u64 & 0x3fff_ffff_ffff_ffff
}

/// What a change of an onboarding does to the connection's next check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replan {
    /// Nothing.
    Keep,
    /// The connection is checked soon: there is something new to see.
    Soon,
    /// From now on the connection has other turns, or none.
    NextCheck,
}

/// What a change of an onboarding does to the connection's next check.
pub fn replan(changed: &Changed) -> Replan {
    let is_report = |event: &Event| {
        matches!(&event.change, Change::StepAnswered { step, .. } if step.can_be_proven())
            && !matches!(event.by, Actor::Check)
    };
    if Pace::of(&changed.after) != Pace::Never && changed.events.iter().any(is_report) {
        Replan::Soon
    } else if Pace::of(&changed.before) != Pace::of(&changed.after) {
        Replan::NextCheck
    } else {
        Replan::Keep
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
