//! The rule of wrong passwords: ten in a row lock a staff account for a while.

use chrono::{DateTime, Duration, Utc};

/// How many wrong tries in a row lock the account.
pub const TRIES_ALLOWED: i32 = 10;

/// For how long, in minutes.
pub const LOCK_MINUTES: i64 = 15;

/// What is stored about wrong tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lockout {
    /// Wrong tries in a row.
    pub failed: i32,
    /// Until when the account is locked.
    pub locked_until: Option<DateTime<Utc>>,
}

impl Lockout {
    /// Nothing went wrong.
    pub const CLEAR: Self = Self { failed: 0, locked_until: None };

    /// Whether a try counts at all now.
    pub fn is_locked(&self, now: DateTime<Utc>) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    /// What is stored after a wrong try.
    #[must_use]
    pub fn after_wrong_try(self, now: DateTime<Utc>) -> Self {
        let failed = if self.locked_until.is_some_and(|until| now >= until) { 1 } else { self.failed + 1 };
        let locked_until = (failed >= TRIES_ALLOWED).then(|| now + Duration::minutes(LOCK_MINUTES));
        Self { failed, locked_until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000 + minutes * 60, 0).expect("a moment in range")
    }

    fn after_tries(count: usize) -> Lockout {
        (0..count).fold(Lockout::CLEAR, |lockout, _| lockout.after_wrong_try(at(0)))
    }

    #[test]
    fn nine_wrong_tries_do_not_lock_and_ten_do() {
        assert!(!after_tries(9).is_locked(at(0)));
        assert!(after_tries(10).is_locked(at(0)));
    }

    #[test]
    fn a_lock_ends_and_counting_starts_anew() {
        let locked = after_tries(10);

        assert!(!locked.is_locked(at(LOCK_MINUTES)));
        assert_eq!(locked.after_wrong_try(at(LOCK_MINUTES)), Lockout { failed: 1, locked_until: None });
    }
}
