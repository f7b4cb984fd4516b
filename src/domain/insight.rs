//! Figures for Kurve: who kept the ball for how many working days. What is counted of each week is in [`super::tally`].
//!
//! A holding begins when a party gets a step and ends when the step is done, goes to another party, or the onboarding
//! is paused or stopped. While a connection is paused or withdrawn nobody holds anything, so a pause is nobody's
//! waiting time.

use std::collections::{BTreeMap, BTreeSet};

use super::onboarding::progress::open_steps;
use super::onboarding::{Lifecycle, Onboarding, Party, Step};

/// A step in somebody's hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ball {
    /// Which step.
    pub step: Step,
    /// Who has it.
    pub party: Party,
}

/// What everyone holds.
pub fn balls(state: &Onboarding) -> BTreeSet<Ball> {
    match state.lifecycle() {
        Lifecycle::Active | Lifecycle::Completed { .. } => {
            open_steps(state).into_iter().map(|open| Ball { step: open.step, party: open.holder }).collect()
        }
        Lifecycle::Paused { .. } | Lifecycle::Withdrawn { .. } => BTreeSet::new(),
    }
}

/// Which holdings a change ends and begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoldingChange {
    /// These end.
    pub ended: Vec<Ball>,
    /// These begin.
    pub begun: Vec<Ball>,
}

impl HoldingChange {
    /// The holdings that a change ends and begins; with nothing before it, all of them begin.
    pub fn of(before: Option<&Onboarding>, after: &Onboarding) -> Self {
        let (before, after) = (before.map(balls).unwrap_or_default(), balls(after));
        Self {
            ended: before.difference(&after).copied().collect(),
            begun: after.difference(&before).copied().collect(),
        }
    }
}

/// How many holdings took how many working days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Durations(BTreeMap<u32, u64>);

impl Durations {
    /// Adds holdings that took this many working days.
    pub fn add(&mut self, working_days: u32, holdings: u64) {
        *self.0.entry(working_days).or_default() += holdings;
    }

    /// How many holdings there are.
    pub fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// The fewest working days within which at least this share of the holdings ended, by nearest rank; `None` without
    /// holdings.
    pub fn within(&self, percent: u64) -> Option<u32> {
        let rank = (self.count() * percent).div_ceil(100).max(1);
        let mut seen = 0;
        self.0.iter().find_map(|(days, holdings)| {
            seen += holdings;
            (seen >= rank).then_some(*days)
        })
    }

    /// Half of the holdings took at most this many working days.
    pub fn median(&self) -> Option<u32> {
        self.within(50)
    }

    /// Nine of ten holdings took at most this many working days.
    pub fn ninetieth(&self) -> Option<u32> {
        self.within(90)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Days, Utc};

    use super::*;
    use crate::domain::actor::{Actor, StaffRole};
    use crate::domain::ids::StaffId;
    use crate::domain::onboarding::decide::amsterdam_date;
    use crate::domain::onboarding::{Command, decide};
    use crate::domain::text::Reason;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment written in this file")
    }

    #[test]
    fn ranks_are_the_nearest_from_above() {
        let of = |days: &[u32]| {
            let mut all = Durations::default();
            days.iter().for_each(|days| all.add(*days, 1));
            (all.median(), all.ninetieth())
        };

        assert_eq!(of(&[]), (None, None));
        assert_eq!(of(&[4]), (Some(4), Some(4)));
        assert_eq!(of(&[1, 9]), (Some(1), Some(9)));
        assert_eq!(of(&[3, 1, 2]), (Some(2), Some(3)));
        assert_eq!(of(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 30]), (Some(4), Some(8)));
    }

    #[test]
    fn a_pause_ends_all_turns_and_resuming_begins_them_again() {
        let now = at("2026-11-23T10:00:00Z");
        let state = Onboarding::start(now, crate::domain::onboarding::testing::school_id(1));
        let reason = Reason::parse("Verbouwing").expect("a reason");
        let until = amsterdam_date(now) + Days::new(7);
        let staff = Actor::Staff { id: StaffId::from_uuid(uuid::Uuid::nil()), role: StaffRole::Support };
        let paused = decide(&state, &Command::Pause { reason, until }, &staff, now);
        let paused = state.clone().apply_all(&paused.expect("Kurve may pause"));

        let away = HoldingChange::of(Some(&state), &paused);
        let back = HoldingChange::of(Some(&paused), &state);

        assert!(!away.ended.is_empty() && away.begun.is_empty());
        assert_eq!(back, HoldingChange { ended: vec![], begun: away.ended });
        assert_eq!(HoldingChange::of(None, &state).begun, back.begun);
    }
}
