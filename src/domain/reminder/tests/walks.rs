//! Two years of hourly ticks, over every night in which the clock jumps, with random progress and outages: what goes
//! out is at every tick exactly what the [`super::reckoner`] says.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use proptest::collection::vec;
use proptest::prelude::*;
use strum::IntoEnumIterator;

use super::reckoner::{Reckoner, Surroundings, wall_clock};
use super::{date, utc};
use crate::domain::actor::Actor;
use crate::domain::onboarding::progress::open_steps;
use crate::domain::onboarding::testing::{claim, confirm, contact_id, reason, school_id, superbeheerder, support};
use crate::domain::onboarding::{Command, Lifecycle, Onboarding, Party, Step, StepState, decide};
use crate::domain::reminder::{
    Arrangement, OwnDays, Period, Plan, ReminderPolicy, ReminderStage, SchoolHolidays, SentReminder, Situation,
    WorkingCalendar, is_still_wanted, plan,
};
use crate::domain::school::Region;

/// From Monday 31 August 2026, nine o'clock in the Netherlands.
const START: &str = "2026-08-31 07:00";

/// Two years and a bit.
const HOURS: i64 = 24 * 732;

/// How many schools are followed for two years.
const SCHOOLS: u32 = 24;

/// Something that happens some hours after the last.
#[derive(Debug, Clone, Copy)]
struct Happening {
    hours: i64,
    kind: u8,
    pick: usize,
    days: u64,
}

fn happening() -> impl Strategy<Value = Happening> {
    (1i64..700, 0u8..22, 0usize..9, 1u64..60).prop_map(|(hours, kind, pick, days)| Happening {
        hours,
        kind,
        pick,
        days,
    })
}

/// From which hour on the service is down, and for how long.
fn outage() -> impl Strategy<Value = (i64, i64)> {
    (0..HOURS, prop_oneof![1i64..30, 60i64..90, 100i64..900])
}

fn own_days() -> impl Strategy<Value = OwnDays> {
    let period = (0u64..732, 0u64..9).prop_map(|(from, days)| {
        let first_day = date("2026-08-31") + Days::new(from);
        Period { first_day, last_day: first_day + Days::new(days) }
    });
    (vec(period.clone(), 0..6), vec(period, 0..3)).prop_map(|(closed, open)| OwnDays { closed, open })
}

/// The school, and what the service keeps of its reminders.
struct School {
    onboarding: Onboarding,
    arrangement: Arrangement,
    /// The day on which somebody last cut a rest short, as the reckoner is told.
    woken_on: Option<NaiveDate>,
    sent: Vec<SentReminder>,
    surroundings: Surroundings,
    holidays: SchoolHolidays,
    policy: ReminderPolicy,
}

impl School {
    fn situation(&self) -> Situation<'_> {
        Situation {
            region: self.surroundings.region,
            onboarding: &self.onboarding,
            sent: &self.sent,
            snoozed_until: self.arrangement.snoozed_until,
            counts_from: self.arrangement.counts_from,
        }
    }

    fn plan(&self, now: DateTime<Utc>) -> Plan {
        let calendar = WorkingCalendar { holidays: &self.holidays, own_days: &self.surroundings.own_days };
        plan(&self.policy, &calendar, &self.situation(), now)
    }

    fn tries(&mut self, actor: Actor, command: &Command, now: DateTime<Utc>) {
        if let Ok(events) = decide(&self.onboarding, command, &actor, now) {
            if matches!(command, Command::Resume | Command::Reopen { .. }) && actor != Actor::Clock {
                self.woken_on = Some(wall_clock(now).date());
            }
            self.arrangement = self.arrangement.clone().after(&self.onboarding, &events);
            self.onboarding = self.onboarding.clone().apply_all(&events);
        }
    }

    /// A pause ends by itself.
    fn resume(&mut self, now: DateTime<Utc>) -> bool {
        let is_over = matches!(self.onboarding.lifecycle(), Lifecycle::Paused { until, .. }
            if until <= wall_clock(now).date());
        if is_over {
            self.tries(Actor::Clock, &Command::Resume, now);
        }
        is_over
    }

    fn happens(&mut self, Happening { kind, pick, days, .. }: Happening, now: DateTime<Utc>) {
        let today = wall_clock(now).date();
        let any = Step::iter().nth(pick).expect("a step");
        let why = || reason("Dat kwam zo uit");
        match kind {
            0..=8 => self.goes_on(pick, now),
            9 => self.tries(superbeheerder(), &Command::TakeBack { step: any }, now),
            10 => self.tries(support(), &Command::SendBack { step: any, reason: why() }, now),
            11 => self.tries(superbeheerder(), &Command::ReportStuck { step: any, reason: why() }, now),
            12 => self.tries(support(), &Command::IssueCredentials, now),
            13 => self.tries(support(), &Command::Pause { reason: why(), until: today + Days::new(days) }, now),
            14 => self.tries(superbeheerder(), &Command::HandOver { step: any, to: contact_id(2) }, now),
            15 => self.tries(
                support(),
                &Command::Withdraw { school: school_id(1), reason: why(), chose_option_b: false },
                now,
            ),
            16..=18 => {
                let until = today + Days::new(days);
                self.policy.check_snooze(until, now).expect("at most sixty days ahead");
                self.arrangement = self.arrangement.clone().snoozed(until);
            }
            19 | 20 => self.tries(superbeheerder(), &Command::Resume, now),
            _ => {
                self.arrangement = self.arrangement.clone().woken(today);
                self.woken_on = Some(today);
            }
        }
    }

    /// Whoever has the ball does something.
    fn goes_on(&mut self, pick: usize, now: DateTime<Utc>) {
        if self.onboarding.lifecycle().is_withdrawn() {
            return self.tries(support(), &Command::Reopen { school: school_id(1) }, now);
        }
        let open = open_steps(&self.onboarding);
        if open.is_empty() {
            return self.tries(superbeheerder(), &Command::ReportImported { school: school_id(1) }, now);
        }
        let step = open[pick % open.len()].step;
        let is_stuck = matches!(self.onboarding.step(step), StepState::Stuck { .. });
        match step.party() {
            _ if is_stuck => {
                self.tries(support(), &Command::AnswerStuck { step, answer: reason("Probeer het nu") }, now);
            }
            Party::School | Party::Magister => self.tries(superbeheerder(), &claim(step), now),
            Party::Kurve if step == Step::CredentialsIssued => {
                self.tries(support(), &Command::IssueCredentials, now);
            }
            Party::Kurve => self.tries(support(), &confirm(step), now),
        }
    }

    /// Keeps what is due as sent.
    fn send(&mut self, due: &Plan, now: DateTime<Utc>) {
        let sent = due.due.iter();
        self.sent.extend(sent.map(|due| SentReminder { step: due.step, stage: due.stage, since: due.since, at: now }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: SCHOOLS, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn for_two_years_exactly_what_is_due_goes_out_and_the_planner_wakes_in_time(
        minute in 0i64..60,
        region in 0usize..3,
        own_days in own_days(),
        happenings in vec(happening(), 0..70),
        outages in vec(outage(), 0..12),
    ) {
        let surroundings = Surroundings { region: Region::iter().nth(region).expect("a region"), own_days };
        let start = utc(START) + Duration::minutes(minute);
        let mut reckoner = Reckoner::new(surroundings.clone(), start);
        let mut school = School {
            onboarding: Onboarding::start(start, school_id(1)),
            arrangement: Arrangement::default(),
            woken_on: None,
            sent: vec![],
            surroundings,
            holidays: SchoolHolidays::built_in(),
            policy: ReminderPolicy::default(),
        };
        let mut coming = happenings.iter();
        let mut next_happening = coming.next().map(|first| (first.hours, *first));
        let mut known = BTreeSet::new();
        // When the planner asked to be woken, and whether the school was silent then; `None` after any change.
        let mut promise: Option<(Option<DateTime<Utc>>, bool)> = None;

        for hour in 0..HOURS {
            let now = start + Duration::hours(hour);
            if school.resume(now) {
                promise = None;
            }
            while let Some((at, happening)) = next_happening.filter(|(at, _)| *at <= hour) {
                school.happens(happening, now);
                promise = None;
                next_happening = coming.next().map(|next| (at + next.hours, *next));
            }
            reckoner.tick(now, &school.onboarding);
            if let Some(day) = school.woken_on.take() {
                reckoner.woken(day);
            }

            let plan = school.plan(now);

            let expected = reckoner.expects(now, &school.onboarding, school.arrangement.snoozed_until);
            let due: Vec<(Step, ReminderStage, DateTime<Utc>)> =
                plan.due.iter().map(|due| (due.step, due.stage, due.since)).collect();
            prop_assert_eq!(&due, &expected.due, "at {} of {:?}", now, school.onboarding);
            prop_assert_eq!(plan.is_no_answer(), expected.no_answer, "no answer at {}", now);
            prop_assert!(plan.next_at.is_none_or(|next| next >= now));
            prop_assert_eq!(plan.next_at == Some(now), !due.is_empty() , "awake at {}", now);
            if let Some((next_at, was_silent)) = promise {
                let has_come = !due.is_empty() || plan.is_no_answer() != was_silent;
                let is_time = next_at.is_some_and(|next| next <= now);
                prop_assert_eq!(has_come, is_time, "promised {:?}, at {}", next_at, now);
            }

            let is_down = outages.iter().any(|(from, hours)| (*from..from + hours).contains(&hour));
            if !due.is_empty() && is_down {
                promise = None;
                continue;
            }
            for reminder in &plan.due {
                prop_assert!(is_still_wanted(reminder, &school.situation(), now));
                prop_assert_eq!(school.onboarding.holder(reminder.step), Some(Party::School));
                prop_assert!(known.insert((reminder.step, reminder.stage, reminder.since)), "twice: {:?}", reminder);
                reckoner.sent(reminder.step, reminder.stage, reminder.since);
            }
            school.send(&plan, now);
            let after = if due.is_empty() { plan } else { school.plan(now) };
            prop_assert!(after.due.is_empty(), "twice in one hour: {:?}", after.due);
            promise = Some((after.next_at, after.is_no_answer()));
        }

        let mut days: Vec<(Step, NaiveDate)> =
            school.sent.iter().map(|sent| (sent.step, wall_clock(sent.at).date())).collect();
        days.sort_unstable();
        prop_assert!(days.is_sorted_by(|one, next| one != next), "two reminders of one step on one day");
    }
}
