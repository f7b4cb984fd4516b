//! A password can be looked at for longer than the school is reminded of it, whatever is set and whenever it is issued.

use chrono::{DateTime, Days, Duration, Utc};
use strum::IntoEnumIterator;

use super::scene::School;
use super::{date, utc};
use crate::domain::credential::reveal::{REVEAL_DAYS, expires_at};
use crate::domain::reminder::hours::moment_on;
use crate::domain::reminder::{ReminderPolicy, ReminderStages, runs_out_at};
use crate::domain::school::Region;

/// When the last reminder of a step goes out that opened then, if each goes out in time.
fn last_reminder(school: &mut School, opened_at: DateTime<Utc>) -> DateTime<Utc> {
    let (mut now, mut last) = (opened_at, opened_at);
    while let Some(next) = school.plan(now).next_at {
        now = next;
        if !school.send(now).is_empty() {
            last = now;
        }
        now += Duration::seconds(1);
    }
    last
}

#[test]
fn the_password_is_shown_for_longer_than_the_last_reminder_of_what_it_is_for() {
    for stages in ["3,7,14", "1", "5,10,40"] {
        for region in Region::iter() {
            for week in 0..54 {
                let issued_at = moment_on(date("2026-08-31") + Days::new(7 * week + week % 7), chrono::NaiveTime::MIN);
                let mut school = School::since(&issued_at.format("%Y-%m-%d %H:%M").to_string(), region);
                school.policy.stages = stages.parse().expect("a ladder");

                let runs_out = runs_out_at(&school.policy, &school.calendar(), region, issued_at);
                let last = last_reminder(&mut school, issued_at);

                assert!(last < expires_at(issued_at, runs_out), "{stages} in {region:?}: {last} after {issued_at}");
                assert!(last > issued_at, "{stages}: no reminder at all");
            }
        }
    }
}

#[test]
fn the_usual_window_is_a_month_and_never_shorter_than_a_fortnight() {
    let school = School::since("2026-08-31 07:00", Region::Noord);
    let issued_at = utc("2026-08-31 07:00");
    let usual = ReminderPolicy::default();
    let short = ReminderPolicy { stages: ReminderStages::new(vec![1]).expect("a ladder"), ..usual.clone() };
    let shown_until = |policy| expires_at(issued_at, runs_out_at(policy, &school.calendar(), Region::Noord, issued_at));

    assert_eq!(shown_until(&usual), utc("2026-09-29 22:00"));
    assert_eq!(shown_until(&short), issued_at + Duration::days(REVEAL_DAYS));
}
