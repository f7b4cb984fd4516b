//! A second reckoning of what must go out, made another way: the Dutch clock by the law's own rule, holidays from a list
//! written out by hand and the lines of the file, and one counter per open step that goes up by a day at a time.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveDateTime, Timelike, Utc, Weekday};

use crate::domain::onboarding::{Lifecycle, Onboarding, Step, StepState};
use crate::domain::reminder::{OwnDays, ReminderStage};
use crate::domain::school::Region;

const TABLE: &str = include_str!("../school-holidays.csv");

#[rustfmt::skip]
const NATIONAL: [&str; 21] = [
    "2026-12-25", "2026-12-26",
    "2027-01-01", "2027-03-29", "2027-04-27", "2027-05-05", "2027-05-06", "2027-05-17", "2027-12-25", "2027-12-26",
    "2028-01-01", "2028-04-17", "2028-04-27", "2028-05-05", "2028-05-25", "2028-06-05", "2028-12-25", "2028-12-26",
    "2029-01-01", "2029-04-02", "2029-04-27",
];

/// What of the school is the same for two years.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    pub(super) region: Region,
    pub(super) own_days: OwnDays,
}

/// The Dutch wall clock: an hour ahead of UTC, two between the last Sundays of March and October, from 01:00 UTC.
pub(super) fn wall_clock(now: DateTime<Utc>) -> NaiveDateTime {
    let last_sunday = |month| {
        let end = NaiveDate::from_ymd_opt(now.year(), month, 31).expect("a month of 31 days");
        let back = Days::new(end.weekday().num_days_from_sunday().into());
        (end - back).and_hms_opt(1, 0, 0).expect("one o'clock").and_utc()
    };
    let is_summer = last_sunday(3) <= now && now < last_sunday(10);
    now.naive_utc() + Duration::hours(if is_summer { 2 } else { 1 })
}

impl Surroundings {
    fn is_working_day(&self, day: NaiveDate) -> bool {
        let iso = day.to_string();
        // Dates of this form stand in the order of their text.
        let is_in_table = || {
            TABLE.lines().filter(|line| line.contains(&format!(",{},", self.region.as_str()))).any(|line| {
                let mut dates = line.rsplit(',');
                let (last, first) = (dates.next().unwrap_or_default(), dates.next().unwrap_or_default());
                first <= iso.as_str() && iso.as_str() <= last
            })
        };
        let is_own = |days: &[crate::domain::reminder::Period]| {
            days.iter().any(|own| (own.first_day..=own.last_day).contains(&day))
        };
        !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
            && !NATIONAL.contains(&iso.as_str())
            && !is_own(&self.own_days.closed)
            && (is_own(&self.own_days.open) || !is_in_table())
    }
}

/// The reckoning of one opening of a step.
#[derive(Debug, Clone)]
struct Counter {
    opened_on: NaiveDate,
    /// Working days since the last reminder, or since it opened.
    worked: u32,
    place: u32,
    /// The date of the last reminder.
    sent_on: Option<NaiveDate>,
    /// Whether the working days for no answer are full.
    silent: bool,
}

/// Keeps count of one school.
#[derive(Debug)]
pub(super) struct Reckoner {
    surroundings: Surroundings,
    today: NaiveDate,
    is_working_day: bool,
    /// The day on which a rest was last cut short.
    woken_on: Option<NaiveDate>,
    counters: BTreeMap<(Step, DateTime<Utc>), Counter>,
}

/// What the reckoner says must be so at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) due: Vec<(Step, ReminderStage, DateTime<Utc>)>,
    pub(super) no_answer: bool,
}

impl Reckoner {
    pub(super) fn new(surroundings: Surroundings, now: DateTime<Utc>) -> Self {
        let today = wall_clock(now).date();
        let is_working_day = surroundings.is_working_day(today);
        Self { surroundings, today, is_working_day, woken_on: None, counters: BTreeMap::new() }
    }

    /// Lets the clock tick on: counts a new day, drops what is done, takes up what opened.
    pub(super) fn tick(&mut self, now: DateTime<Utc>, onboarding: &Onboarding) {
        let today = wall_clock(now).date();
        if today != self.today {
            (self.today, self.is_working_day) = (today, self.surroundings.is_working_day(today));
            for counter in self.counters.values_mut() {
                counter.worked += u32::from(self.is_working_day);
            }
        }
        // Written out, so that a mistake in the rules' own table of parties would show.
        let of_school = [
            Step::ConsentGiven,
            Step::DetailsSubmitted,
            Step::QueryExecuted,
            Step::PasswordSet,
            Step::PermissionsChecked,
            Step::AllowlistingRequested,
        ];
        let open: Vec<_> = of_school
            .into_iter()
            .filter_map(|step| match onboarding.step(step) {
                StepState::Open { since, .. } => Some((step, *since)),
                StepState::Waiting | StepState::Stuck { .. } | StepState::Yes { .. } => None,
            })
            .collect();
        self.counters.retain(|key, _| open.contains(key));
        for key in open {
            let fresh = Counter { opened_on: today, worked: 0, place: 0, sent_on: None, silent: false };
            self.counters.entry(key).or_insert(fresh);
        }
    }

    /// Somebody cut a rest short: everyone starts to count from today.
    pub(super) fn woken(&mut self, today: NaiveDate) {
        self.woken_on = Some(today);
        for counter in self.counters.values_mut() {
            (counter.worked, counter.silent) = (0, false);
        }
    }

    /// What must go out now, if the service is up.
    pub(super) fn expects(
        &mut self,
        now: DateTime<Utc>,
        onboarding: &Onboarding,
        snoozed: Option<NaiveDate>,
    ) -> Expected {
        let hour = wall_clock(now).hour();
        let is_open = self.is_working_day && (8..17).contains(&hour);
        let mut expected = Expected { due: vec![], no_answer: false };
        let is_active = matches!(onboarding.lifecycle(), Lifecycle::Active);
        for ((step, since), counter) in &mut self.counters {
            let stages = [3, 7, 14];
            let asked = snoozed.filter(|until| {
                let was_before = |day: Option<NaiveDate>| day.is_none_or(|day| day < *until);
                counter.opened_on < *until && was_before(counter.sent_on) && was_before(self.woken_on)
            });
            if let Some(until) = asked {
                counter.silent = false;
                if is_active && is_open && self.today >= until {
                    expected.due.push((*step, ReminderStage::Asked(until), *since));
                }
                continue;
            }
            let reached = counter.place + counter.worked;
            let highest = stages.into_iter().filter(|stage| *stage > counter.place && *stage <= reached).max();
            if let Some(stage) = highest
                && is_active
                && is_open
            {
                expected.due.push((*step, ReminderStage::Days(stage), *since));
            }
            // From eight o'clock on the seventh working day after the last.
            let is_full = counter.place == 14 && counter.worked >= 7;
            let has_opened = counter.worked > 7 || !self.is_working_day || hour >= 8;
            counter.silent = counter.silent || (is_full && has_opened);
            expected.no_answer |= is_active && counter.silent;
        }
        expected
    }

    /// Takes note of what went out.
    pub(super) fn sent(&mut self, step: Step, stage: ReminderStage, since: DateTime<Utc>) {
        let counter = self.counters.get_mut(&(step, since)).expect("only what is open is sent");
        counter.worked = 0;
        counter.sent_on = Some(self.today);
        if let ReminderStage::Days(days) = stage {
            counter.place = days;
        }
    }
}
