//! How fast a fleet judges: fleets of every size, those of them that are lost, and a line that is cut for all.

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use strum::IntoEnumIterator;

use super::super::{Alarm, CheckCode, CheckHistory, CheckResult, Rung, Streak, judge};
use super::{Ask, Fleet};
use crate::domain::onboarding::gate::Step;

const DAY: i64 = 24 * 60;

/// What is shown of a connection that works.
const PROVEN: [Step; 5] = [
    Step::QueryExecuted,
    Step::PasswordSet,
    Step::PermissionsChecked,
    Step::AllowlistingRequested,
    Step::AllowlistingConfirmed,
];

/// Each way in which one connection alone can be lost.
const FAILURES: [CheckCode; 10] = [
    CheckCode::HostUnknown,
    CheckCode::PortSilent,
    CheckCode::PortRefused,
    CheckCode::TlsFailed,
    CheckCode::CertificateInvalid,
    CheckCode::LoginRefused,
    CheckCode::ListNotGranted,
    CheckCode::ServiceNotGranted,
    CheckCode::TooSlow,
    CheckCode::UnexpectedAnswer,
];

/// How long one that is lost is tried, in minutes, whatever the size of its fleet.
const TRIES_TAKE: i64 = 210;

#[test]
fn who_worked_before_a_line_was_cut_counts_only_while_others_work_now() {
    let fleet = |failing, newly_failing, heard, unheard| Fleet { failing, newly_failing, heard, unheard, expected: 0 };
    for (name, fleet, asks, is_outage) in [
        ("it is the only one", fleet(0, 0, 0, 0), 0, false),
        ("one other works", fleet(0, 0, 1, 0), 0, false),
        ("one other fails too", fleet(1, 1, 0, 0), 0, true),
        ("half of four fail", fleet(1, 1, 2, 0), 0, false),
        ("nobody was looked at since", fleet(0, 0, 0, 5), 5, false),
        ("all that were asked fail", fleet(5, 5, 0, 90), 0, true),
        ("all that were asked work", fleet(0, 0, 5, 95), 0, false),
        ("six broke together, others work", fleet(5, 0, 5, 2), 0, false),
        ("six broke together, nobody else was asked", fleet(5, 0, 0, 7), 5, true),
        ("one of those asked is broken too", fleet(2, 1, 4, 95), 0, false),
        ("most of those asked fail", fleet(4, 3, 2, 95), 0, true),
        ("too few are asked yet", fleet(2, 1, 2, 2), 2, false),
        ("there are no more to ask", fleet(3, 1, 0, 0), 0, true),
        ("most of all fail, whoever was asked", fleet(60, 0, 5, 35), 0, true),
    ] {
        let asked = fleet.ask(DateTime::UNIX_EPOCH).map_or(0, |ask| ask.count);

        assert_eq!((asked, fleet.is_outage(true)), (asks, is_outage), "{name}");
    }
}

#[test]
fn most_means_more_than_half_and_more_than_one() {
    for (failing, heard, is_outage) in
        [(0, 0, false), (1, 0, false), (1, 1, false), (2, 0, true), (5, 5, false), (6, 4, true), (u32::MAX, 0, true)]
    {
        let fleet = Fleet { failing, newly_failing: failing, heard, ..Fleet::default() };

        assert_eq!(fleet.is_outage(false), is_outage, "{failing} fail, {heard} work");
        assert!(!is_outage || !fleet.is_outage_over());
    }
}

/// One connection that worked.
#[derive(Debug, Clone)]
struct Member {
    /// At which minute of the day it is checked by itself.
    turn: i64,
    /// When its own Magister fails, and how.
    fails: Range<i64>,
    code: CheckCode,
    /// What is shown of it still.
    proven: BTreeSet<Step>,
    /// Whether its checks come to nothing, as of one whose password cannot be opened.
    is_mute: bool,
    checked_at: i64,
    next_at: i64,
    failing_since: Option<i64>,
    streak: Option<Streak>,
    is_lost: bool,
}

/// What happened to whom, and when.
#[derive(Debug, Default)]
struct Told {
    /// Who was judged lost, with the minute of its first failure and that of the judgement.
    lost: Vec<(usize, i64, i64)>,
    alarms: u32,
}

fn moment(minute: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::minutes(minute)
}

fn minute_of(at: DateTime<Utc>) -> i64 {
    (at - moment(0)).num_minutes()
}

fn fleet_of(turns: &[i64]) -> Vec<Member> {
    let member = |turn: &i64| Member {
        turn: *turn,
        fails: 0..0,
        code: CheckCode::PortRefused,
        proven: BTreeSet::from(PROVEN),
        is_mute: false,
        checked_at: turn - DAY,
        next_at: *turn,
        failing_since: None,
        streak: None,
        is_lost: false,
    };
    turns.iter().map(member).collect()
}

/// The others as `count` of the store has them.
fn seen_by(members: &[Member], me: usize, since: i64, soon: i64) -> Fleet {
    let mut fleet = Fleet::default();
    for (_, other) in members.iter().enumerate().filter(|(place, other)| *place != me && !other.is_lost) {
        match other.failing_since {
            Some(failing_since) => {
                fleet.failing += 1;
                fleet.newly_failing += u32::from(failing_since >= since);
            }
            None if other.checked_at >= since => fleet.heard += 1,
            None => {
                fleet.unheard += 1;
                fleet.expected += u32::from(other.next_at <= soon);
            }
        }
    }
    fleet
}

/// Makes others due now, as `hasten` of the store does.
fn hasten(members: &mut [Member], me: usize, ask: Ask, now: i64) {
    let is_asked = |place: usize, other: &Member| {
        place != me && !other.is_lost && other.failing_since.is_none() && moment(other.checked_at) < ask.unheard_since
    };
    let mut asked: Vec<usize> = (0..members.len()).filter(|place| is_asked(*place, &members[*place])).collect();
    asked.sort_by_key(|place| (members[*place].next_at, *place));
    for place in asked.into_iter().take(ask.count as usize) {
        members[place].next_at = members[place].next_at.min(now);
    }
}

/// Makes all checks of some days, each when it is due, while the line is cut for all in between.
fn live(members: &mut [Member], cut: &Range<i64>, days: i64) -> Told {
    let mut told = Told::default();
    loop {
        let next = (0..members.len()).min_by_key(|place| (members[*place].next_at, *place)).expect("it is a fleet");
        let now = members[next].next_at;
        if now >= days * DAY {
            return told;
        }
        let turn = members[next].turn;
        members[next].next_at = now - (now - turn).rem_euclid(DAY) + DAY;
        if !members[next].is_mute {
            check(members, next, now, cut, &mut told);
        }
    }
}

fn check(members: &mut [Member], me: usize, now: i64, cut: &Range<i64>, told: &mut Told) {
    let is_broken = cut.contains(&now) || members[me].fails.contains(&now);
    let code = match (cut.contains(&now), is_broken) {
        (true, _) => CheckCode::PortRefused,
        (false, true) => members[me].code,
        (false, false) => CheckCode::Ok,
    };
    let rung = Rung::iter().find(|rung| !code.always_holds(*rung)).unwrap_or(Rung::Rows);
    let result = CheckResult::ended(code, rung);
    let proven = members[me].proven.clone();
    let known =
        CheckHistory { answered: proven.clone(), proven, streak: members[me].streak, ..CheckHistory::default() };
    let since = minute_of(known.hears_since(moment(now)));
    let fleet = seen_by(members, me, since, now + Fleet::SOON.num_minutes());

    let judged = judge(&known, &result, &fleet, moment(now));

    let member = &mut members[me];
    member.checked_at = now;
    member.failing_since = is_broken.then(|| member.failing_since.unwrap_or(now));
    member.streak = judged.streak;
    member.proven.retain(|step| judged.disprove.iter().all(|(fallen, _)| fallen != step));
    member.proven.extend(&judged.prove);
    member.next_at = judged.retry_at.map_or(member.next_at, minute_of);
    member.is_lost = is_broken && (member.is_lost || judged.is_lost);
    if judged.is_lost {
        told.lost.push((me, member.failing_since.expect("it fails"), now));
    }
    told.alarms += u32::from(judged.alarm == Some(Alarm::Outage));
    if let Some(ask) = judged.asks {
        hasten(members, me, ask, now);
    }
}

/// Fleets of one to fifty, each with a turn of its own.
fn any_fleet(least: usize) -> impl Strategy<Value = Vec<Member>> {
    proptest::collection::vec(360..840_i64, least..=50).prop_map(|turns| fleet_of(&turns))
}

#[test]
fn one_of_five_hundred_is_judged_after_three_and_a_half_hours() {
    let mut members = fleet_of(&(0..500).map(|number| 360 + number * 480 / 500).collect::<Vec<_>>());
    members[100].fails = 0..3 * DAY;

    let told = live(&mut members, &(0..0), 2);

    let first = members[100].turn;
    assert_eq!((told.lost, told.alarms), (vec![(100, first, first + TRIES_TAKE)], 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn one_that_is_lost_is_judged_as_fast_in_a_fleet_of_any_size_whoever_cannot_tell(
        members in any_fleet(1),
        from in 0..DAY,
        mute in proptest::collection::vec(1_usize..50, 0..5),
        code in proptest::sample::select(FAILURES.to_vec()),
    ) {
        let mut members = members;
        (members[0].fails, members[0].code) = (from..9 * DAY, code);
        for place in mute {
            if let Some(member) = members.get_mut(place) {
                member.is_mute = true;
            }
        }

        let told = live(&mut members, &(0..0), 3);

        let turn = members[0].turn;
        let first = if from <= turn { turn } else { turn + DAY };
        prop_assert_eq!((told.lost, told.alarms), (vec![(0, first, first + TRIES_TAKE)], 0));
    }

    #[test]
    fn fewer_than_half_that_are_lost_at_once_are_judged_within_a_day_and_nobody_else(
        members in any_fleet(3),
        from in 0..DAY,
        part in 0_usize..100,
    ) {
        let mut members = members;
        let lost = 1 + part * (members.len() - 1) / 200;
        prop_assume!(lost * 2 < members.len());
        for member in &mut members[..lost] {
            member.fails = from..9 * DAY;
        }

        let mut told = live(&mut members, &(0..0), 4);

        told.lost.sort_unstable();
        prop_assert_eq!(told.lost.iter().map(|lost| lost.0).collect::<Vec<_>>(), (0..lost).collect::<Vec<_>>());
        prop_assert!(told.lost.iter().all(|(_, first, judged)| judged - first <= DAY), "{:?}", told.lost);
    }

    #[test]
    fn what_is_everyones_is_noticed_and_nobody_is_blamed_for_it(
        members in any_fleet(2),
        cut in (0..DAY, DAY..2 * DAY).prop_map(|(from, minutes)| from..from + minutes),
    ) {
        let mut members = members;

        let told = live(&mut members, &cut, 5);

        prop_assert!(told.lost.is_empty() && told.alarms > 0, "{:?}", told);
        prop_assert!(members.iter().all(|member| member.streak.is_none()));
    }

    #[test]
    fn who_is_blamed_while_the_line_is_cut_was_failing_by_itself(
        members in any_fleet(3),
        own in (0..2 * DAY, 1..DAY).prop_map(|(from, minutes)| from..from + minutes),
        cut in (0..2 * DAY, 1..DAY).prop_map(|(from, minutes)| from..from + minutes),
    ) {
        let mut members = members;
        members[0].fails = own.clone();

        let told = live(&mut members, &cut, 5);

        for (place, _, at) in told.lost {
            prop_assert_eq!(place, 0);
            // Its own trouble may have ended between the last try and the one before it.
            prop_assert!(own.contains(&at) || own.contains(&(at - 10)), "{} not in {:?}, cut {:?}", at, own, cut);
        }
    }
}
