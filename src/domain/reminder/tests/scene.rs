//! A school with one thing to do, whose reminders are followed by the tables.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::utc;
use crate::domain::actor::Actor;
use crate::domain::onboarding::testing::{school_id, superbeheerder};
use crate::domain::onboarding::{Change, Command, Event, Evidence, Ground, Onboarding, Step, decide};
use crate::domain::reminder::{
    Arrangement, DueReminder, OwnDays, Plan, ReminderPolicy, SchoolHolidays, SentReminder, Situation, WorkingCalendar,
    plan,
};
use crate::domain::school::Region;

/// The step whose reminders are followed here.
pub(super) const STEP: Step = Step::AllowlistingRequested;

/// Monday morning, the usual start.
pub(super) const MONDAY: &str = "2026-08-31 07:00";

/// A school with one thing to do.
pub(super) struct School {
    pub(super) onboarding: Onboarding,
    region: Region,
    pub(super) sent: Vec<SentReminder>,
    pub(super) snoozed_until: Option<NaiveDate>,
    pub(super) counts_from: Option<NaiveDate>,
    pub(super) policy: ReminderPolicy,
    holidays: SchoolHolidays,
    own_days: OwnDays,
}

impl School {
    /// A school that holds [`STEP`] since then, and nothing else.
    pub(super) fn since(opened_at: &str, region: Region) -> Self {
        let at = utc(opened_at);
        let answered = |step| Event {
            at,
            by: superbeheerder(),
            school: None,
            change: Change::StepAnswered { step, evidence: Evidence::Claimed, ground: Ground::Word },
        };
        let done = [answered(Step::ConsentGiven), answered(Step::DetailsSubmitted)];
        Self {
            onboarding: Onboarding::start(at, school_id(1)).apply_all(&done),
            region,
            sent: vec![],
            snoozed_until: None,
            counts_from: None,
            policy: ReminderPolicy::default(),
            holidays: SchoolHolidays::built_in(),
            own_days: OwnDays::default(),
        }
    }

    pub(super) fn situation(&self) -> Situation<'_> {
        Situation {
            region: self.region,
            onboarding: &self.onboarding,
            sent: &self.sent,
            snoozed_until: self.snoozed_until,
            counts_from: self.counts_from,
        }
    }

    pub(super) fn calendar(&self) -> WorkingCalendar<'_> {
        WorkingCalendar { holidays: &self.holidays, own_days: &self.own_days }
    }

    pub(super) fn plan(&self, now: DateTime<Utc>) -> Plan {
        plan(&self.policy, &self.calendar(), &self.situation(), now)
    }

    /// Sends what is due.
    pub(super) fn send(&mut self, now: DateTime<Utc>) -> Vec<DueReminder> {
        let due = self.plan(now).due;
        self.sent.extend(due.iter().map(|due| SentReminder {
            step: due.step,
            stage: due.stage,
            since: due.since,
            at: now,
        }));
        due
    }

    pub(super) fn does(&mut self, actor: Actor, command: &Command, at: &str) {
        let events = decide(&self.onboarding, command, &actor, utc(at)).expect("the test only does what is allowed");
        let kept = Arrangement {
            snoozed_until: self.snoozed_until,
            counts_from: self.counts_from,
            own_days: self.own_days.clone(),
        };
        let after = kept.after(&self.onboarding, &events);
        (self.snoozed_until, self.counts_from) = (after.snoozed_until, after.counts_from);
        self.onboarding = self.onboarding.clone().apply_all(&events);
    }

    /// Everything that happens from a moment on when the planner wakes exactly when it asked to be woken: per reminder
    /// its moment and rung, at last the moment of no answer.
    pub(super) fn story(&mut self, from: &str) -> Vec<String> {
        let mut story = vec![];
        let mut now = utc(from);
        loop {
            for due in self.send(now) {
                story.push(format!("{} {}", now.format("%Y-%m-%d %H:%M"), due.stage));
            }
            let plan = self.plan(now);
            assert!(plan.due.is_empty(), "what was sent is due again at {now}");
            if let Some(since) = plan.no_answer_since {
                story.push(format!("{} no answer", since.format("%Y-%m-%d %H:%M")));
            }
            let Some(next) = plan.next_at else { return story };
            assert!(next > now && self.plan(next - Duration::seconds(1)).due.is_empty(), "{next} after {now}");
            now = next;
        }
    }
}
