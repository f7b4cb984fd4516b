//! The rule of wrong tries at an account of Kurve. Who tries from elsewhere must wait by themselves: an account is never
//! locked as a whole, or anybody who knows an address could lock its colleague out.
//!
//! Passwords are counted for each client. Codes, which are looked at only after the right password, are counted for the
//! account, or whoever knows the password could go on guessing from one network after the other; those from browsers that
//! signed in before by themselves, so that nobody elsewhere uses them up.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

/// What was wrong of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TrySort {
    /// The password.
    Password,
    /// The code, after the right password.
    Code,
}

impl TrySort {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// How many wrong tries are allowed within which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many; the next one waits.
    pub tries: usize,
    /// Within which time.
    pub within: Duration,
}

/// Wrong tries of one client at one account, of either sort: the longer it goes on, the longer it waits.
pub const OF_CLIENT: [Limit; 2] =
    [Limit { tries: 10, within: Duration::minutes(15) }, Limit { tries: 30, within: Duration::hours(24) }];

/// Wrong codes at one account after the right password: from all browsers that signed in before, and as many from all
/// others. So few that guessing has less than one chance in a thousand in a year.
pub const OF_CODES: [Limit; 3] = [
    Limit { tries: 5, within: Duration::minutes(15) },
    Limit { tries: 10, within: Duration::hours(24) },
    Limit { tries: 15, within: Duration::days(30) },
];

/// How many wrong tries at one account make an alarm; each sort by itself, once in that time.
pub fn alarm(sort: TrySort) -> Limit {
    match sort {
        TrySort::Password => Limit { tries: 10, within: Duration::hours(24) },
        TrySort::Code => Limit { tries: 3, within: Duration::hours(24) },
    }
}

/// For how long a wrong try can matter.
pub const LONGEST: Duration = Duration::days(30);

/// Until when no further try is looked at, after these, newest first; `None` when one is looked at now.
pub fn waits_until(limits: &[Limit], tries: &[DateTime<Utc>], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let until = |limit: &Limit| Some(*tries.get(limit.tries.checked_sub(1)?)? + limit.within);
    limits.iter().filter_map(until).filter(|until| now < *until).max()
}

/// When Kurve was told last that an account is tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Alarms {
    /// Of wrong passwords.
    pub passwords_at: Option<DateTime<Utc>>,
    /// Of wrong codes after the right password: somebody knows it.
    pub codes_at: Option<DateTime<Utc>>,
}

impl Alarms {
    /// Whether Kurve is to be told now, after these tries of a sort, newest first.
    pub fn is_due(&self, sort: TrySort, tries: &[DateTime<Utc>], now: DateTime<Utc>) -> bool {
        let told_at = match sort {
            TrySort::Password => self.passwords_at,
            TrySort::Code => self.codes_at,
        };
        let limit = alarm(sort);
        let is_told = told_at.is_some_and(|at| now < at + limit.within);
        !is_told && waits_until(&[limit], tries, now).is_some()
    }

    /// When Kurve was told last, if that matters still.
    pub fn lasts_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        [(TrySort::Code, self.codes_at), (TrySort::Password, self.passwords_at)]
            .into_iter()
            .find_map(|(sort, at)| at.filter(|at| now < *at + alarm(sort).within))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000 + minutes * 60, 0).expect("a moment in range")
    }

    /// Tries at these minutes, as they are stored: newest first.
    fn tries(minutes: impl DoubleEndedIterator<Item = i64>) -> Vec<DateTime<Utc>> {
        minutes.rev().map(at).collect()
    }

    #[test]
    fn who_tries_on_waits_longer() {
        for (made, now, until) in [
            (tries(0..9), 9, None),
            (tries(0..10), 9, Some(15)),
            (tries(0..10), 14, Some(15)),
            (tries(0..10), 15, None),
            (tries((0..10).chain(20..29)), 29, None),
            (tries((0..10).chain(20..30).chain(40..50)), 50, Some(24 * 60)),
            (tries((0..10).chain(20..30).chain(40..50)), 24 * 60, None),
        ] {
            assert_eq!(waits_until(&OF_CLIENT, &made, at(now)), until.map(at), "at {now} after {}", made.len());
        }
    }

    #[test]
    fn the_longest_of_the_times_counts() {
        let day = 24 * 60;
        let made = tries((0..5).chain(60..65).chain(2 * day..2 * day + 5));

        assert_eq!(waits_until(&OF_CODES, &made, at(2 * day + 5)), Some(at(30 * day)));
        assert_eq!(waits_until(&OF_CODES, &made[1..], at(2 * day + 3)), None);
    }

    #[test]
    fn no_limit_looks_back_further_than_tries_are_kept() {
        for limit in OF_CLIENT.iter().chain(&OF_CODES).chain(&[alarm(TrySort::Password), alarm(TrySort::Code)]) {
            assert!(limit.within <= LONGEST && limit.tries > 0, "{limit:?}");
        }
    }

    #[test]
    fn kurve_is_told_once_in_a_day_and_of_codes_sooner() {
        let none = Alarms::default();
        let told = Alarms { passwords_at: Some(at(10)), codes_at: None };

        assert!(!none.is_due(TrySort::Password, &tries(0..9), at(10)));
        assert!(none.is_due(TrySort::Password, &tries(0..10), at(10)));
        assert!(!told.is_due(TrySort::Password, &tries(0..20), at(20)));
        assert!(told.is_due(TrySort::Code, &tries(0..3), at(20)));
        assert!(told.is_due(TrySort::Password, &tries(1441..1460), at(1460)));
        assert_eq!(told.lasts_since(at(20)), Some(at(10)));
        assert_eq!(told.lasts_since(at(10 + 1440)), None);
    }
}
