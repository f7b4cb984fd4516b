//! The one clock: nothing else in the crate asks what time it is.
//!
//! Every moment is cut to whole milliseconds, so that both databases store and compare the same value. Tests hold a
//! [`Clock::fixed`] and move it by hand; clones of it move together.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use parking_lot::Mutex;

/// Tells the time, in UTC and whole milliseconds; cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System { ahead_ms: Arc<AtomicI64> },
    Fixed(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// The clock of the machine.
    pub fn system() -> Self {
        Self::system_off_by(TimeDelta::zero())
    }

    /// The clock of a machine that is ahead by this much, or behind when it is negative, for tests.
    pub fn system_off_by(ahead: TimeDelta) -> Self {
        Self(Source::System { ahead_ms: Arc::new(AtomicI64::new(ahead.num_milliseconds())) })
    }

    /// Lets the clock of a machine jump, as one does that is set wrong, for tests; clones of it jump together. A fixed
    /// clock stands still.
    pub fn jump(&self, by: TimeDelta) {
        if let Source::System { ahead_ms } = &self.0 {
            ahead_ms.fetch_add(by.num_milliseconds(), Ordering::Relaxed);
        }
    }

    /// A clock that stands still until it is moved, for tests and demonstrations.
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self(Source::Fixed(Arc::new(Mutex::new(at.trunc_subsecs(3)))))
    }

    /// The moment it is now.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System { ahead_ms } => system_now() + TimeDelta::milliseconds(ahead_ms.load(Ordering::Relaxed)),
            Source::Fixed(at) => *at.lock(),
        }
    }

    /// Whether this is the clock of the machine.
    pub fn is_of_machine(&self) -> bool {
        matches!(self.0, Source::System { .. })
    }

    /// Moves a fixed clock on, or back when the time is negative.
    ///
    /// # Panics
    /// When this is the clock of the machine, which nobody may move.
    pub fn advance(&self, by: TimeDelta) {
        self.change(|at| at + by);
    }

    /// Puts a fixed clock at a moment.
    ///
    /// # Panics
    /// When this is the clock of the machine, which nobody may move.
    pub fn set(&self, at: DateTime<Utc>) {
        self.change(|_| at);
    }

    fn change(&self, change: impl FnOnce(DateTime<Utc>) -> DateTime<Utc>) {
        match &self.0 {
            Source::System { .. } => panic!("the clock of the machine cannot be moved; use Clock::fixed"),
            Source::Fixed(at) => {
                let mut at = at.lock();
                *at = change(*at).trunc_subsecs(3);
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock of the machine")]
fn system_now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_stands_still_until_it_is_moved() {
        let start = DateTime::from_timestamp_millis(1_790_000_000_000).expect("a moment in range");
        let clock = Clock::fixed(start);
        let clone = clock.clone();

        clock.advance(TimeDelta::days(3));
        assert_eq!(clone.now(), start + TimeDelta::days(3));

        clone.set(start);
        assert_eq!(clock.now(), start);
    }

    #[test]
    fn moments_have_whole_milliseconds() {
        let clock = Clock::fixed(DateTime::UNIX_EPOCH + TimeDelta::nanoseconds(1_999_999));

        assert_eq!(clock.now(), DateTime::UNIX_EPOCH + TimeDelta::milliseconds(1));
        assert_eq!(Clock::system().now().timestamp_subsec_nanos() % 1_000_000, 0);
    }
}
