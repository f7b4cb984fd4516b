//! The fleet: how the other connections that worked fare, when one fails. [`judge`](super::judge()) asks it whether the
//! failure is that connection's own.

use chrono::{DateTime, Duration, Utc};

/// Below this many connections that fail together, it cannot be told from one broken connection.
const OUTAGE_CONNECTIONS: u32 = 2;

/// How many others, looked at just now, tell whether more is wrong; with fewer at hand some are checked first.
const WITNESSES: u32 = 5;

/// Checks of others this long ago still say how it is now.
pub(super) const FRESH: Duration = Duration::minutes(15);

/// The other connections that worked, seen from a moment: what was found since is fresh. One that is lost is explained
/// already, and one that has no turn is not looked at any more; neither is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fleet {
    /// Those whose newest check shows less than worked before.
    pub failing: u32,
    /// Those of them that began to fail since the moment.
    pub newly_failing: u32,
    /// Those that were looked at since and work.
    pub heard: u32,
    /// Those that worked when they were last looked at, before it.
    pub unheard: u32,
    /// Those of them that are in line, are being looked at or rest, so that they may tell soon.
    pub expected: u32,
}

/// How many others are to be looked at first: of those that were last looked at before a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// At most so many.
    pub count: u32,
    /// Who was looked at since has told already.
    pub unheard_since: DateTime<Utc>,
}

impl Ask {
    /// The others that the last try will be held against: they tell between this failure and that one.
    pub(super) fn before_the_last_try(now: DateTime<Utc>) -> Self {
        Self { count: WITNESSES, unheard_since: now }
    }
}

impl Fleet {
    /// How long who was asked takes to tell, with the wait for an address that rests.
    pub const SOON: Duration = Duration::minutes(10);

    /// Whom to ask besides those that told.
    pub(super) fn ask(&self, unheard_since: DateTime<Utc>) -> Option<Ask> {
        let count = self.lacks();
        (count > 0).then_some(Ask { count, unheard_since })
    }

    /// Whether enough others told to say what is wrong, or there are no more.
    pub(super) fn has_told(&self) -> bool {
        self.lacks() == 0
    }

    /// Whether nobody told while somebody still may.
    pub(super) fn is_silent(&self) -> bool {
        self.told() == 0 && self.expected > 0
    }

    /// Whether most connections fail: then something larger is wrong than one of them.
    pub fn is_outage(&self, is_worse: bool) -> bool {
        let failing = self.failing_with(is_worse);
        failing >= OUTAGE_CONNECTIONS && failing > self.working()
    }

    /// Whether an outage is over: further down than where it began, so that it does not begin and end all day. Where
    /// nobody fails any more, it is.
    pub fn is_outage_over(&self) -> bool {
        u64::from(self.failing) * 3 <= u64::from(self.heard)
    }

    /// How many fail, with the one that asks if it worked itself.
    pub fn failing_with(&self, is_worse: bool) -> u32 {
        self.failing.saturating_add(u32::from(is_worse))
    }

    /// How many work. Who was looked at longer ago, perhaps before a line was cut, counts only while most of those that
    /// were looked at just now work. Without it, a few that broke together and are tried again together would seem to be
    /// everyone.
    pub fn working(&self) -> u32 {
        let are_vouched_for = self.heard > self.newly_failing;
        self.heard.saturating_add(if are_vouched_for { self.unheard } else { 0 })
    }

    fn lacks(&self) -> u32 {
        WITNESSES.saturating_sub(self.told()).min(self.unheard)
    }

    fn told(&self) -> u32 {
        self.heard.saturating_add(self.newly_failing)
    }
}

#[cfg(test)]
#[path = "fleet_tests.rs"]
mod tests;
