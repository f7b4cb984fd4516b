//! What is counted while it happens: of each week, and of where schools stand. Kurve's figures are drawn from it, so that
//! they cost their own number and not that of the schools.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

use super::audit::Action;
use super::onboarding::decide::amsterdam_date;
use super::onboarding::{Course, Gate, Onboarding, Party};

/// What is counted by the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum FigureKind {
    /// A school came to exist.
    Registered,
    /// An import opened; a school whose import opened twice counts twice.
    Opened,
    /// A party had a step in hand, and no longer has.
    TurnEnded,
}

impl FigureKind {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Something that happened and is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// A school came to exist.
    Registered,
    /// An import opened.
    Opened,
    /// A turn of a party ended.
    TurnEnded {
        /// Whose.
        party: Party,
        /// How many working days it took.
        working_days: u32,
    },
}

impl Figure {
    /// Its kind.
    pub fn kind(self) -> FigureKind {
        match self {
            Self::Registered => FigureKind::Registered,
            Self::Opened => FigureKind::Opened,
            Self::TurnEnded { .. } => FigureKind::TurnEnded,
        }
    }
}

/// A figure of one week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WeekFigure {
    /// What.
    pub figure: Figure,
    /// The Monday of the week in the Netherlands.
    pub monday: NaiveDate,
}

/// Of which schools it is kept how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Standing {
    /// Those under way or paused.
    Schools,
    /// Of those, the ones for which this gate is yes; and so on.
    Consent,
    /// See above.
    Webservice,
    /// See above.
    Password,
    /// See above.
    Allowlisting,
    /// See above.
    Activation,
}

impl Standing {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Those for which a gate is yes.
    pub fn yes(gate: Gate) -> Self {
        match gate {
            Gate::Consent => Self::Consent,
            Gate::Webservice => Self::Webservice,
            Gate::Password => Self::Password,
            Gate::Allowlisting => Self::Allowlisting,
            Gate::Activation => Self::Activation,
        }
    }
}

/// Counts, or by how much they change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    weekly: BTreeMap<WeekFigure, i64>,
    standing: BTreeMap<Standing, i64>,
}

impl Tally {
    /// Counts something that happened.
    pub fn count(&mut self, at: DateTime<Utc>, figure: Figure) {
        self.add_to_week(WeekFigure { figure, monday: week_of(at) }, 1);
    }

    /// Counts what the audit says of an import.
    pub fn count_action(&mut self, at: DateTime<Utc>, action: &Action) {
        if matches!(action, Action::ImportOpened) {
            self.count(at, Figure::Opened);
        }
    }

    /// Counts how the schools of a connection stand in other places than before; with nothing before it, all of them are
    /// new.
    pub fn follow(&mut self, before: Option<&Onboarding>, after: &Onboarding) {
        for (sign, state) in [(-1, before), (1, Some(after))] {
            for (standing, schools) in state.map(standings).unwrap_or_default() {
                self.add_to_standing(standing, sign * schools);
            }
        }
    }

    /// Adds so many to a figure of a week.
    pub fn add_to_week(&mut self, figure: WeekFigure, n: i64) {
        add(&mut self.weekly, figure, n);
    }

    /// Adds so many schools to those that stand somewhere.
    pub fn add_to_standing(&mut self, standing: Standing, schools: i64) {
        add(&mut self.standing, standing, schools);
    }

    /// What is to be added to another one to make it this one.
    #[must_use]
    pub fn without(mut self, other: &Self) -> Self {
        other.weekly().for_each(|(figure, n)| self.add_to_week(figure, -n));
        other.standing().for_each(|(standing, n)| self.add_to_standing(standing, -n));
        self
    }

    /// What is not zero of the weeks, always in the same order.
    pub fn weekly(&self) -> impl Iterator<Item = (WeekFigure, i64)> {
        self.weekly.iter().map(|(figure, n)| (*figure, *n))
    }

    /// What is not zero of where schools stand, always in the same order.
    pub fn standing(&self) -> impl Iterator<Item = (Standing, i64)> {
        self.standing.iter().map(|(standing, n)| (*standing, *n))
    }

    /// How many schools stand there; none where fewer than none are kept.
    pub fn schools(&self, standing: Standing) -> u64 {
        self.standing.get(&standing).and_then(|n| u64::try_from(*n).ok()).unwrap_or_default()
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, i64>, key: K, n: i64) {
    use std::collections::btree_map::Entry;
    match counts.entry(key) {
        Entry::Occupied(known) if known.get() + n == 0 => {
            known.remove();
        }
        Entry::Occupied(mut known) => *known.get_mut() += n,
        Entry::Vacant(free) if n != 0 => {
            free.insert(n);
        }
        Entry::Vacant(_) => {}
    }
}

/// How many schools of a connection stand where. A pause hides nothing: who is paused is under way.
fn standings(state: &Onboarding) -> BTreeMap<Standing, i64> {
    let under_way = || state.schools().filter(|(_, progress)| matches!(progress.course(), Course::UnderWay));
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let schools = number(under_way().count());
    let yes = |gate: Gate| match gate {
        Gate::Activation => number(under_way().filter(|(_, progress)| progress.is_activated()).count()),
        Gate::Consent | Gate::Webservice | Gate::Password | Gate::Allowlisting if state.is_gate_yes(gate) => schools,
        Gate::Consent | Gate::Webservice | Gate::Password | Gate::Allowlisting => 0,
    };
    let gates = Gate::iter().map(|gate| (Standing::yes(gate), yes(gate)));
    gates.chain([(Standing::Schools, schools)]).collect()
}

/// The Monday of a moment's week in the Netherlands.
pub fn week_of(moment: DateTime<Utc>) -> NaiveDate {
    let day = amsterdam_date(moment);
    day - Days::new(u64::from(day.weekday().num_days_from_monday()))
}

/// The Mondays of the last weeks, oldest first, this week last.
pub fn last_weeks(now: DateTime<Utc>, count: u64) -> Vec<NaiveDate> {
    let this = week_of(now);
    (0..count).rev().map(|back| this - Days::new(7 * back)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::{Actor, StaffRole};
    use crate::domain::ids::{SchoolId, StaffId};
    use crate::domain::onboarding::{Command, Ground, Step, decide, testing};
    use crate::domain::text::Reason;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment written in this file")
    }

    fn kurve() -> Actor {
        Actor::Staff { id: StaffId::from_uuid(uuid::Uuid::nil()), role: StaffRole::Support }
    }

    fn after(state: &Onboarding, command: &Command) -> Onboarding {
        let events = decide(state, command, &kurve(), at("2026-11-23T10:00:00Z")).expect("Kurve may");
        state.clone().apply_all(&events)
    }

    #[test]
    fn a_week_begins_on_monday_at_midnight_in_the_netherlands() {
        // Sunday 23:30 and Monday 00:30 of 29 and 30 November 2026, in winter time.
        assert_eq!(week_of(at("2026-11-29T22:30:00Z")).to_string(), "2026-11-23");
        assert_eq!(week_of(at("2026-11-29T23:30:00Z")).to_string(), "2026-11-30");
    }

    #[test]
    fn the_last_weeks_end_with_this_one() {
        let weeks = last_weeks(at("2026-11-25T12:00:00Z"), 3);

        assert_eq!(
            weeks.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["2026-11-09", "2026-11-16", "2026-11-23"]
        );
    }

    #[test]
    fn what_happens_twice_in_a_week_is_one_figure_and_what_is_taken_back_is_none() {
        let mut tally = Tally::default();
        let turn = Figure::TurnEnded { party: Party::Kurve, working_days: 3 };
        for moment in ["2026-11-25T12:00:00Z", "2026-11-27T12:00:00Z", "2026-12-01T12:00:00Z"] {
            tally.count(at(moment), turn);
        }
        tally.count_action(at("2026-11-25T12:00:00Z"), &Action::ImportOpened);
        tally.count_action(at("2026-11-25T12:00:00Z"), &Action::ImportClosed);
        let monday = week_of(at("2026-12-01T12:00:00Z"));
        tally.add_to_week(WeekFigure { figure: turn, monday }, -1);

        let kept: Vec<_> = tally.weekly().map(|(week, n)| (week.figure, week.monday.to_string(), n)).collect();
        assert_eq!(kept, [(Figure::Opened, "2026-11-23".to_owned(), 1), (turn, "2026-11-23".to_owned(), 2)]);
    }

    #[test]
    fn a_school_counts_while_it_is_under_way_or_paused_and_its_gates_with_it() {
        let (one, other): (SchoolId, SchoolId) = (testing::school_id(1), testing::school_id(2));
        let start = Onboarding::start(at("2026-11-23T10:00:00Z"), one);
        let reason = Reason::parse("Verbouwing").expect("a reason");
        let consent = Command::Confirm { step: Step::ConsentGiven, ground: Ground::Word };
        let two = after(&start, &Command::AddSchool { school: other, asked_by: None });
        let yes = after(&two, &consent);
        let until = NaiveDate::from_ymd_opt(2026, 12, 1).expect("a date");
        let paused = after(&yes, &Command::Pause { reason: reason.clone(), until });
        let withdraw = Command::Withdraw { school: other, reason, chose_option_b: false };
        let stopped = after(&yes, &withdraw);

        let change = |before: Option<&Onboarding>, after: &Onboarding| {
            let mut tally = Tally::default();
            tally.follow(before, after);
            tally.standing().collect::<Vec<_>>()
        };
        assert_eq!(change(None, &start), [(Standing::Schools, 1)]);
        assert_eq!(change(Some(&start), &two), [(Standing::Schools, 1)]);
        assert_eq!(change(Some(&two), &yes), [(Standing::Consent, 2)]);
        assert_eq!(change(Some(&yes), &paused), []);
        assert_eq!(change(Some(&yes), &stopped), [(Standing::Schools, -1), (Standing::Consent, -1)]);
        assert_eq!(change(Some(&stopped), &yes), [(Standing::Schools, 1), (Standing::Consent, 1)]);
    }
}
