//! How the other connections fare that worked before: whether a failure is one connection's or everyone's.

use serde::{Deserialize, Serialize};

/// Below this many connections that fail together, it cannot be told from one broken connection.
const OUTAGE_SCHOOLS: u32 = 2;

/// How many other connections, looked at just now, tell whether more is wrong; with fewer at hand some are checked
/// first.
const WITNESSES: u32 = 5;

/// How the connections that worked before fare in the same round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RoundFacts {
    /// How many connections that worked before were checked.
    pub worked_before: u32,
    /// How many of those got less far than before.
    pub failing: u32,
}

impl RoundFacts {
    /// Whether most of them fail: then something larger is wrong than one connection.
    pub fn is_outage(&self) -> bool {
        self.failing >= OUTAGE_SCHOOLS && u64::from(self.failing) * 2 > u64::from(self.worked_before)
    }

    /// Whether an outage is over: further down than where it began, so that it does not begin and end all day. Where
    /// nobody fails any more, it is.
    pub fn is_outage_over(&self) -> bool {
        u64::from(self.failing) * 4 <= u64::from(self.worked_before)
    }

    fn working(&self) -> u32 {
        self.worked_before.saturating_sub(self.failing)
    }
}

/// What is known of the other connections that worked before, when one fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Others {
    /// Those that were checked since this one began to fail, or shortly before.
    pub in_round: RoundFacts,
    /// Those of them that were checked just now and did not fail before that: only they tell how it is now.
    pub lately: RoundFacts,
    /// How many worked when they were last checked, which is longer ago.
    pub unseen: u64,
}

impl Others {
    /// How many must be looked at before anything can be said.
    pub fn wanted(&self) -> u64 {
        u64::from(WITNESSES.saturating_sub(self.lately.worked_before)).min(self.unseen)
    }

    /// How the connections that worked fare, with the one that fails if it worked itself.
    ///
    /// Who worked longer ago was perhaps looked at before a line was cut, so it only counts as working while most of those
    /// that were looked at just now do. Without it, a few that broke together and are tried again together would seem to
    /// be everyone.
    pub fn facts(&self, is_worse: bool) -> RoundFacts {
        let are_vouched_for = self.lately.working() > self.lately.failing;
        let working = if are_vouched_for { self.in_round.working() } else { self.lately.working() };
        let failing = self.in_round.failing.saturating_add(u32::from(is_worse));
        RoundFacts { worked_before: working.saturating_add(failing), failing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(worked_before: u32, failing: u32) -> RoundFacts {
        RoundFacts { worked_before, failing }
    }

    #[test]
    fn who_worked_before_a_line_was_cut_counts_only_while_others_work_now() {
        for (name, in_round, lately, unseen, wanted, is_outage) in [
            ("nobody was looked at since", facts(5, 0), facts(0, 0), 5, 5, false),
            ("all that were asked fail", facts(100, 5), facts(5, 5), 90, 0, true),
            ("all that were asked work", facts(100, 0), facts(5, 0), 95, 0, false),
            ("six broke together, others work", facts(12, 5), facts(5, 0), 2, 0, false),
            ("six broke together, nobody else was asked", facts(12, 5), facts(0, 0), 7, 5, true),
            ("one of those asked is broken too", facts(100, 2), facts(5, 1), 95, 0, false),
            ("most of those asked fail", facts(100, 4), facts(5, 3), 95, 0, true),
            ("too few are asked yet", facts(100, 2), facts(3, 1), 2, 2, false),
            ("there are no more to ask", facts(3, 3), facts(1, 1), 0, 0, true),
            ("it is the only one", facts(0, 0), facts(0, 0), 0, 0, false),
        ] {
            let others = Others { in_round, lately, unseen };

            assert_eq!((others.wanted(), others.facts(true).is_outage()), (wanted, is_outage), "{name}");
        }
    }
}
