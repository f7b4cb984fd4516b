//! How long the reminders of a step go on: what it is done with has to last that long.

use chrono::{DateTime, NaiveTime, Utc};

use super::calendar::WorkingCalendar;
use super::hours::moment_on;
use super::policy::ReminderPolicy;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::school::Region;

/// When the reminders of a step that opens now have run out: the end of the day on which the connection goes to Kurve,
/// as long after the last reminder as that came after the one before it.
pub fn runs_out_at(
    policy: &ReminderPolicy,
    calendar: &WorkingCalendar<'_>,
    region: Region,
    opened_at: DateTime<Utc>,
) -> DateTime<Utc> {
    let working_days = policy.stages.last() + policy.stages.last_interval();
    let day = calendar.nth_working_day_after(amsterdam_date(opened_at), working_days, region);
    moment_on(day.succ_opt().unwrap_or(day), NaiveTime::MIN)
}
