//! Whether what runs by itself still runs: judged from the last heartbeat, by whoever looks at it.
//!
//! Several machines write heartbeats under one name, each by its own clock. So a sign counts from a little in the
//! future as well, and one from further off says only that some clock is wrong: it is passed over.

use chrono::{DateTime, Duration, Utc};
use strum::{EnumIter, EnumString, IntoStaticStr};

/// Something that runs by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Worker {
    /// Sends what is in the outbox.
    Mail,
    /// Plans reminders.
    Planner,
    /// Makes connection checks.
    Checks,
    /// Goes on with what was asked for many at once.
    Bulk,
    /// Tells machines what happens to schools.
    Webhooks,
}

impl Worker {
    /// The stored name, also a label of metrics.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Within which time a heartbeat comes while all is well. The worker for mails looks every second, those for checks,
    /// runs and webhooks every two, and they write every thirty; the planner is ticked every minute.
    pub fn period(self) -> Duration {
        match self {
            Self::Mail | Self::Planner | Self::Checks | Self::Bulk | Self::Webhooks => Duration::minutes(1),
        }
    }

    /// After how long without a heartbeat it stands still: two periods.
    pub fn patience(self) -> Duration {
        self.period() * 2
    }
}

/// How long the reminders of a connection may stay unplanned after they came due: many come due at the same opening,
/// and a round takes some hundreds.
pub const UNPLANNED_PATIENCE: Duration = Duration::minutes(15);

/// How far the clocks of two machines may differ.
pub const CLOCK_SKEW: Duration = Duration::seconds(60);

/// What is known beside the heartbeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Since when somebody looks: a service that just started has had no time yet to give a sign.
    pub watched_since: DateTime<Utc>,
    /// Since when the oldest mail that is due has been left alone, if there is one.
    pub oldest_untouched: Option<DateTime<Utc>>,
    /// Since when the connection has been due whose reminders are due longest, if any are.
    pub oldest_unplanned: Option<DateTime<Utc>>,
    /// Whether mails are held back on purpose.
    pub is_held: bool,
    /// Whether connection checks are made at all.
    pub makes_checks: bool,
}

/// How it is with a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerStatus {
    /// It goes on.
    Runs,
    /// No heartbeat.
    Silent {
        /// Since when, as far as is known.
        since: DateTime<Utc>,
    },
    /// It gives heartbeats, and leaves what is due.
    Behind {
        /// Since when the oldest waits.
        since: DateTime<Utc>,
    },
}

impl WorkerStatus {
    /// Whether work is left undone.
    pub fn is_still(self) -> bool {
        match self {
            Self::Runs => false,
            Self::Silent { .. } | Self::Behind { .. } => true,
        }
    }
}

/// The status of a worker now, judged from its last heartbeat.
pub fn judge(worker: Worker, now: DateTime<Utc>, beat: Option<DateTime<Utc>>, facts: &Facts) -> WorkerStatus {
    if worker == Worker::Checks && !facts.makes_checks {
        return WorkerStatus::Runs;
    }
    let is_heard = |at: &DateTime<Utc>| *at <= now + CLOCK_SKEW;
    let last = [beat, Some(facts.watched_since)].into_iter().flatten().filter(is_heard).max();
    // Every moment that is known lies in the future: the clock was put back, and the next sign tells.
    let Some(last) = last else { return WorkerStatus::Runs };
    if now - last > worker.patience() {
        return WorkerStatus::Silent { since: last };
    }
    let (oldest, patience) = match worker {
        Worker::Mail => (facts.oldest_untouched.filter(|_| !facts.is_held), worker.patience()),
        Worker::Planner => (facts.oldest_unplanned, UNPLANNED_PATIENCE),
        Worker::Checks | Worker::Bulk | Worker::Webhooks => (None, worker.patience()),
    };
    match oldest {
        // What waited while nobody ran is not held against a service that just started.
        Some(since) if now - since.max(facts.watched_since) > patience => WorkerStatus::Behind { since },
        Some(_) | None => WorkerStatus::Runs,
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    /// Seconds from the moment at which each case is judged.
    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::seconds(seconds)
    }

    fn facts(watched_since: i64, oldest_untouched: Option<i64>) -> Facts {
        let oldest_untouched = oldest_untouched.map(at);
        let watched_since = at(watched_since);
        Facts { watched_since, oldest_untouched, oldest_unplanned: None, is_held: false, makes_checks: true }
    }

    const LONG_AGO: i64 = -86_400;

    #[test]
    fn a_worker_stands_still_after_two_periods_without_a_sign_and_not_before() {
        let silent = |since: i64| WorkerStatus::Silent { since: at(since) };
        for worker in Worker::iter() {
            for (beat, watched_since, expected) in [
                (Some(0), LONG_AGO, WorkerStatus::Runs),
                (Some(-120), LONG_AGO, WorkerStatus::Runs),
                (Some(-121), LONG_AGO, silent(-121)),
                // Never a sign: silent since somebody looks, and only once it had time for one.
                (None, LONG_AGO, silent(LONG_AGO)),
                (None, -121, silent(-121)),
                (None, -120, WorkerStatus::Runs),
                (None, 0, WorkerStatus::Runs),
                // Started again after a night: yesterday's sign is not held against it.
                (Some(LONG_AGO), -5, WorkerStatus::Runs),
                (Some(LONG_AGO), -121, silent(-121)),
                // Another machine's clock is a little ahead.
                (Some(60), LONG_AGO, WorkerStatus::Runs),
                // A sign from a clock that is far ahead hides nothing.
                (Some(61), LONG_AGO, silent(LONG_AGO)),
                (Some(86_400), -30, WorkerStatus::Runs),
                // The clock was put back after the start.
                (Some(-30), 3600, WorkerStatus::Runs),
                (Some(-121), 3600, silent(-121)),
                (Some(3600), 3600, WorkerStatus::Runs),
                (None, 3600, WorkerStatus::Runs),
            ] {
                let judged = judge(worker, at(0), beat.map(at), &facts(watched_since, None));
                assert_eq!(judged, expected, "{worker:?}, {beat:?}, watched since {watched_since}");
            }
        }
    }

    #[test]
    fn due_mail_that_is_left_alone_for_two_periods_is_behind_unless_mails_are_held() {
        let behind = |since: i64| WorkerStatus::Behind { since: at(since) };
        for (worker, untouched, watched_since, is_held, expected) in [
            (Worker::Mail, None, LONG_AGO, false, WorkerStatus::Runs),
            (Worker::Mail, Some(-120), LONG_AGO, false, WorkerStatus::Runs),
            (Worker::Mail, Some(-121), LONG_AGO, false, behind(-121)),
            (Worker::Mail, Some(-121), LONG_AGO, true, WorkerStatus::Runs),
            (Worker::Planner, Some(-121), LONG_AGO, false, WorkerStatus::Runs),
            (Worker::Checks, Some(-121), LONG_AGO, false, WorkerStatus::Runs),
            (Worker::Bulk, Some(-121), LONG_AGO, false, WorkerStatus::Runs),
            // Mail of last night, seen by a service that just started.
            (Worker::Mail, Some(LONG_AGO), -10, false, WorkerStatus::Runs),
            (Worker::Mail, Some(LONG_AGO), -121, false, behind(LONG_AGO)),
        ] {
            let facts = Facts { is_held, ..facts(watched_since, untouched) };
            assert_eq!(judge(worker, at(0), Some(at(-1)), &facts), expected, "{worker:?}, {untouched:?}, {is_held}");
        }
    }

    #[test]
    fn schools_whose_reminders_stay_unplanned_for_a_quarter_of_an_hour_are_left_behind() {
        let behind = |since: i64| WorkerStatus::Behind { since: at(since) };
        for (worker, unplanned, watched_since, expected) in [
            (Worker::Planner, Some(-900), LONG_AGO, WorkerStatus::Runs),
            (Worker::Planner, Some(-901), LONG_AGO, behind(-901)),
            (Worker::Planner, Some(LONG_AGO), -900, WorkerStatus::Runs),
            (Worker::Planner, Some(LONG_AGO), -901, behind(LONG_AGO)),
            (Worker::Mail, Some(-901), LONG_AGO, WorkerStatus::Runs),
            (Worker::Checks, Some(-901), LONG_AGO, WorkerStatus::Runs),
        ] {
            let facts = Facts { oldest_unplanned: unplanned.map(at), ..facts(watched_since, None) };
            assert_eq!(judge(worker, at(0), Some(at(-1)), &facts), expected, "{worker:?}, {unplanned:?}");
        }
    }

    #[test]
    fn a_worker_that_gives_no_sign_is_silent_also_while_mails_are_held() {
        let held = Facts { is_held: true, ..facts(LONG_AGO, Some(-500)) };

        assert_eq!(judge(Worker::Mail, at(0), Some(at(-200)), &held), WorkerStatus::Silent { since: at(-200) });
    }

    #[test]
    fn where_no_checks_are_made_nobody_waits_for_a_sign_of_their_worker_and_of_the_others_as_ever() {
        let off = Facts { makes_checks: false, ..facts(LONG_AGO, None) };

        let judged = |worker| judge(worker, at(0), Some(at(-200)), &off).is_still();

        for worker in Worker::iter() {
            assert_eq!(judged(worker), worker != Worker::Checks);
        }
    }

    #[test]
    fn every_worker_has_a_name_of_its_own() {
        for worker in Worker::iter() {
            assert_eq!(worker.as_str().parse::<Worker>().ok(), Some(worker));
        }
        assert_eq!("someone".parse::<Worker>().ok(), None);
    }
}
