//! The installation's policy for connection checks, and what activation needs of them.

use std::str::FromStr;

use chrono::{DateTime, Duration, Utc};
use strum::{Display, EnumIter, IntoEnumIterator, IntoStaticStr};

use super::CheckCode;

/// For how long a passing check opens the way to activation, in hours.
pub const PASS_HOURS: i64 = 24;

/// What an installation does with connection checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[derive(Display, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum CheckPolicy {
    /// Nothing: its address is not allowlisted, so a check would say nothing.
    Off,
    /// Checks are made, shown and prove steps; without a good one, activation takes a reason.
    #[default]
    Advise,
    /// Activation needs a passing check, or leave of an admin and a reason.
    Require,
}

impl CheckPolicy {
    /// The name in settings and in the API.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether checks are made at all.
    pub fn makes_checks(self) -> bool {
        match self {
            Self::Off => false,
            Self::Advise | Self::Require => true,
        }
    }
}

impl FromStr for CheckPolicy {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::iter().find(|policy| policy.as_str() == text).ok_or("must be off, advise or require")
    }
}

/// What activation rests on, beside the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ActivationFacts {
    /// What the installation does with checks.
    pub policy: CheckPolicy,
    /// The version of the credentials that counts now.
    pub credential_version: u32,
    /// When a check last passed every rung, and with which version.
    pub passed: Option<(DateTime<Utc>, u32)>,
    /// How the newest check that was made ended, and when.
    pub newest: Option<(CheckCode, DateTime<Utc>)>,
    /// The version for which an admin gave leave to go without.
    pub leave_for: Option<u32>,
}

/// What activation rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivationGround {
    /// The installation asks for no check.
    NotAsked,
    /// The newest check, which passed a short while ago with the password that counts.
    Passed,
    /// Leave of an admin.
    Leave,
}

impl ActivationFacts {
    /// On what ground Kurve may activate now; `None` when it may not yet. What fell with the connection, the activation
    /// among it, comes back by itself on the same grounds.
    pub fn ground(&self, now: DateTime<Utc>) -> Option<ActivationGround> {
        match self.policy {
            CheckPolicy::Off | CheckPolicy::Advise => return Some(ActivationGround::NotAsked),
            CheckPolicy::Require => {}
        }
        if self.has_fresh_pass(now) {
            return Some(ActivationGround::Passed);
        }
        (self.leave_for == Some(self.credential_version)).then_some(ActivationGround::Leave)
    }

    /// The newest check, where it is no ground to activate on: it did not pass, is too old, or is of another password.
    /// Whoever activates all the same gives a reason. None where it is a ground, where no check was made yet, and where no
    /// checks are made.
    pub fn doubt(&self, now: DateTime<Utc>) -> Option<(CheckCode, DateTime<Utc>)> {
        self.newest.filter(|_| self.policy.makes_checks() && !self.has_fresh_pass(now))
    }

    /// Whether Kurve may activate without looking: on a newest check that passed, or where no checks are made.
    pub fn has_passed(&self, now: DateTime<Utc>) -> bool {
        !self.policy.makes_checks() || self.has_fresh_pass(now)
    }

    /// Whether the newest check passed a short while ago with the password that counts. A pass says nothing any more once a
    /// later check came to something else.
    fn has_fresh_pass(&self, now: DateTime<Utc>) -> bool {
        let counts =
            |at: DateTime<Utc>| self.newest == Some((CheckCode::Ok, at)) && now - at < Duration::hours(PASS_HOURS);
        self.passed.is_some_and(|(at, version)| version == self.credential_version && counts(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::days(20_000)
    }

    #[test]
    fn activation_needs_a_fresh_pass_of_the_current_password_or_leave_for_it_where_checks_are_required() {
        let hours = |hours| Some((now() - Duration::hours(hours), 2));
        for (policy, passed, leave_for, ground) in [
            (CheckPolicy::Off, None, None, Some(ActivationGround::NotAsked)),
            (CheckPolicy::Advise, None, None, Some(ActivationGround::NotAsked)),
            (CheckPolicy::Advise, hours(1), Some(2), Some(ActivationGround::NotAsked)),
            (CheckPolicy::Require, None, None, None),
            (CheckPolicy::Require, hours(0), None, Some(ActivationGround::Passed)),
            (CheckPolicy::Require, hours(23), None, Some(ActivationGround::Passed)),
            (CheckPolicy::Require, hours(24), None, None),
            (CheckPolicy::Require, Some((now(), 1)), None, None),
            (CheckPolicy::Require, None, Some(2), Some(ActivationGround::Leave)),
            (CheckPolicy::Require, None, Some(1), None),
            (CheckPolicy::Require, Some((now(), 1)), Some(1), None),
            (CheckPolicy::Require, hours(30), Some(2), Some(ActivationGround::Leave)),
        ] {
            let newest = passed.map(|(at, _)| (CheckCode::Ok, at));
            let facts = ActivationFacts { policy, credential_version: 2, passed, newest, leave_for };

            assert_eq!(facts.ground(now()), ground, "{facts:?}");
        }
    }

    #[test]
    fn a_pass_counts_only_as_the_newest_check_whatever_came_after_it() {
        let passed_at = now() - Duration::hours(2);
        let passed = Some((passed_at, 2));
        let facts =
            ActivationFacts { policy: CheckPolicy::Require, credential_version: 2, passed, ..Default::default() };
        let later = |code| Some((code, now() - Duration::minutes(55)));

        for code in CheckCode::iter().filter(|code| *code != CheckCode::Ok) {
            let after = ActivationFacts { newest: later(code), ..facts };
            assert_eq!(after.ground(now()), None, "{code:?}");
            let allowed = ActivationFacts { leave_for: Some(2), ..after };
            assert_eq!(allowed.ground(now()), Some(ActivationGround::Leave), "{code:?}");
            for policy in [CheckPolicy::Off, CheckPolicy::Advise] {
                let not_asked = ActivationFacts { policy, ..after };
                assert_eq!(not_asked.ground(now()), Some(ActivationGround::NotAsked), "{code:?}");
            }
        }
        let newest = ActivationFacts { newest: Some((CheckCode::Ok, passed_at)), ..facts };
        assert_eq!(newest.ground(now()), Some(ActivationGround::Passed));
    }

    #[test]
    fn whoever_activates_on_anything_but_a_fresh_pass_gives_a_reason_unless_checks_are_off() {
        let at = |hours| now() - Duration::hours(hours);
        let (ok, failed) = (CheckCode::Ok, CheckCode::ListShrunk);
        for (newest, passed, takes_reason) in [
            (None, None, false),
            (Some((ok, at(0))), Some((at(0), 2)), false),
            (Some((ok, at(23))), Some((at(23), 2)), false),
            (Some((ok, at(24))), Some((at(24), 2)), true),
            (Some((ok, at(1))), Some((at(1), 1)), true),
            (Some((failed, at(0))), Some((at(1), 2)), true),
            (Some((failed, at(0))), None, true),
            (Some((CheckCode::PortSilent, at(30))), Some((at(40), 2)), true),
        ] {
            for policy in CheckPolicy::iter() {
                for leave_for in [None, Some(2)] {
                    let facts = ActivationFacts { policy, credential_version: 2, passed, newest, leave_for };

                    let expected = newest.filter(|_| takes_reason && policy != CheckPolicy::Off);
                    assert_eq!(facts.doubt(now()), expected, "{facts:?}");
                }
            }
        }
    }

    #[test]
    fn a_policy_is_read_by_its_name_only() {
        for policy in CheckPolicy::iter() {
            assert_eq!(policy.to_string().parse(), Ok(policy));
        }
        assert!("Off".parse::<CheckPolicy>().is_err() && "".parse::<CheckPolicy>().is_err());
    }
}
