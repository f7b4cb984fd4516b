//! What is due at one connection now, and when it needs attention next.
//!
//! Everything follows from what was sent before. A step's ladder starts on the day it opened; each reminder that went
//! out is the ground for the next, which comes as many working days later as its rung is higher. So after an outage
//! one reminder goes out, the highest that is due; the lower ones are skipped, and the next keeps its distance.
//!
//! "Herinner mij op …" stops the ladder until that date, on which one reminder comes for all that was open before it;
//! then the ladder goes on where it was; so it does after a pause, whose days never count. When the last rung was sent
//! and as many working days passed as lay between the last two, the connection goes to Kurve: no answer.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::WorkingCalendar;
use super::policy::ReminderPolicy;
use super::stage::ReminderStage;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::progress::{OpenStep, open_steps};
use crate::domain::onboarding::{Lifecycle, Onboarding, Party, Step};
use crate::domain::school::Region;

/// A reminder that went out. It is kept whether or not the mail arrived, and also when there was nobody to mail to:
/// the ladder goes on, and Kurve hears of it in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentReminder {
    /// Of which step.
    pub step: Step,
    /// Which one.
    pub stage: ReminderStage,
    /// When the step had opened: a step that opens again starts anew.
    pub since: DateTime<Utc>,
    /// When it went out.
    pub at: DateTime<Utc>,
}

/// Where a connection stands, as far as reminders go.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// Its holiday region.
    pub region: Region,
    /// Its onboarding, from which it follows what the school holds.
    pub onboarding: &'a Onboarding,
    /// Every reminder that went out, at least those of the openings of now.
    pub sent: &'a [SentReminder],
    /// The date that the school last asked for: "herinner mij op …"; it may be past.
    pub snoozed_until: Option<NaiveDate>,
    /// The day from which working days count, for a step that opened before it; see [`super::Arrangement`].
    pub counts_from: Option<NaiveDate>,
}

/// A reminder that may go out now. What makes it one of a kind: the connection, and these three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DueReminder {
    /// Of which step.
    pub step: Step,
    /// Which one.
    #[serde(rename = "rung")]
    pub stage: ReminderStage,
    /// Since when the school holds the step.
    pub since: DateTime<Utc>,
}

/// What is to be done about one connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What may go out now, in the order of the steps.
    pub due: Vec<DueReminder>,
    /// The first moment, from now on, at which the connection needs attention: now, while something is due.
    pub next_at: Option<DateTime<Utc>>,
    /// Since when the school does not answer; `None` while it may still.
    pub no_answer_since: Option<DateTime<Utc>>,
}

impl Plan {
    /// Whether the connection belongs on Kurve's worklist because its school does not answer.
    pub fn is_no_answer(&self) -> bool {
        self.no_answer_since.is_some()
    }
}

/// What comes next for one step that the school holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upcoming {
    /// Which step.
    pub step: Step,
    /// Since when the school holds it.
    pub since: DateTime<Utc>,
    /// What comes.
    pub kind: UpcomingKind,
    /// From when on, always at the start of the working hours; the past when it is late or came to be.
    pub at: DateTime<Utc>,
}

/// What can come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpcomingKind {
    /// A reminder.
    Reminder(ReminderStage),
    /// The connection goes to Kurve's worklist.
    NoAnswer,
}

/// Says what is due at a connection and when it needs attention next.
pub fn plan(
    policy: &ReminderPolicy,
    calendar: &WorkingCalendar<'_>,
    situation: &Situation<'_>,
    now: DateTime<Utc>,
) -> Plan {
    let next_opening = calendar.next_opening(now, situation.region, policy.hours);
    let mut plan = Plan::default();
    let mut no_answer_at = None;
    for Upcoming { step, since, kind, at } in upcoming(policy, calendar, situation, now) {
        match kind {
            UpcomingKind::NoAnswer => no_answer_at = sooner(no_answer_at, at),
            UpcomingKind::Reminder(stage) => {
                if at <= now && next_opening == now {
                    plan.due.push(DueReminder { step, stage, since });
                }
                plan.next_at = sooner(plan.next_at, at.max(next_opening));
            }
        }
    }
    match no_answer_at {
        Some(at) if at <= now => plan.no_answer_since = Some(at),
        Some(at) => plan.next_at = sooner(plan.next_at, at),
        None => {}
    }
    plan
}

fn sooner(known: Option<DateTime<Utc>>, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    Some(known.map_or(at, |known| at.min(known)))
}

/// What comes next for each step that the school holds, for the page that shows it.
pub fn upcoming(
    policy: &ReminderPolicy,
    calendar: &WorkingCalendar<'_>,
    situation: &Situation<'_>,
    now: DateTime<Utc>,
) -> Vec<Upcoming> {
    let next = |open: OpenStep| {
        let ladder = Ladder::of(&open, situation);
        let (kind, on) = ladder.next(policy, calendar, situation, amsterdam_date(now));
        let at = calendar.opening_from(on, situation.region, policy.hours);
        Upcoming { step: open.step, since: open.since, kind, at }
    };
    held_steps(situation.onboarding).map(next).collect()
}

/// Whether a reminder that was planned is still right at the moment of sending: the school holds the same opening of
/// the step, did not put its reminders off since, and no later reminder of it was planned.
pub fn is_still_wanted(due: &DueReminder, situation: &Situation<'_>, now: DateTime<Utc>) -> bool {
    let is_held = held_steps(situation.onboarding).any(|open| open.step == due.step && open.since == due.since);
    let of_opening = || situation.sent.iter().filter(|sent| sent.step == due.step && sent.since == due.since);
    let planned_at = of_opening().find(|sent| sent.stage == due.stage).map(|sent| sent.at);
    let is_newest = planned_at.is_none_or(|at| of_opening().all(|sent| sent.at <= at));
    is_held && is_newest && situation.snoozed_until.is_none_or(|until| until <= amsterdam_date(now))
}

/// What the school itself has to do while the onboarding is under way.
fn held_steps(onboarding: &Onboarding) -> impl Iterator<Item = OpenStep> {
    let is_active = match onboarding.lifecycle() {
        Lifecycle::Active => true,
        Lifecycle::Paused { .. } | Lifecycle::Withdrawn { .. } | Lifecycle::Completed { .. } => false,
    };
    let open = if is_active { open_steps(onboarding) } else { vec![] };
    open.into_iter().filter(|open| open.holder == Party::School)
}

/// How far the reminders of one opening of a step have come.
struct Ladder {
    /// The day it opened.
    opened_on: NaiveDate,
    /// The highest rung that was sent; 0 for none.
    place: u32,
    /// The day from which the next is counted.
    counts_from: NaiveDate,
}

impl Ladder {
    fn of(open: &OpenStep, situation: &Situation<'_>) -> Self {
        let opened_on = amsterdam_date(open.since);
        let counts_from = situation.counts_from.map_or(opened_on, |day| day.max(opened_on));
        let mut ladder = Self { opened_on, place: 0, counts_from };
        for sent in situation.sent.iter().filter(|sent| sent.step == open.step && sent.since == open.since) {
            ladder.counts_from = ladder.counts_from.max(amsterdam_date(sent.at));
            if let ReminderStage::Days(days) = sent.stage {
                ladder.place = ladder.place.max(days);
            }
        }
        ladder
    }

    /// What comes next, and from which day on.
    fn next(
        &self,
        policy: &ReminderPolicy,
        calendar: &WorkingCalendar<'_>,
        situation: &Situation<'_>,
        today: NaiveDate,
    ) -> (UpcomingKind, NaiveDate) {
        if let Some(until) = situation.snoozed_until.filter(|until| self.waits_for(*until)) {
            return (UpcomingKind::Reminder(ReminderStage::Asked(until)), until);
        }
        let days_later = |day, count| calendar.nth_working_day_after(day, count, situation.region);
        let mut next = None;
        let (mut place, mut day) = (self.place, self.counts_from);
        for stage in policy.stages.above(self.place) {
            (place, day) = (stage, days_later(day, stage - place));
            if next.is_none() || day <= today {
                next = Some((UpcomingKind::Reminder(ReminderStage::Days(stage)), day));
            }
            if day > today {
                break;
            }
        }
        let no_answer = || (UpcomingKind::NoAnswer, days_later(self.counts_from, policy.stages.last_interval()));
        next.unwrap_or_else(no_answer)
    }

    /// Whether the reminder that the school asked for is still to come for this step: it was open before that date, and
    /// nothing was sent since.
    fn waits_for(&self, until: NaiveDate) -> bool {
        self.opened_on < until && self.counts_from < until
    }
}
