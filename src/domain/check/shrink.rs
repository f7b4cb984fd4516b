//! The shrink guard: a list without pupils, or with fewer than half of those of the last receipt, holds the import.
//!
//! "Archiveren" with such a list would archive a school's pupils. The hold is the fall of the activation, by
//! [`judge`](super::judge()): it reaches every school of the connection, tells school and Kurve once, and comes back by
//! itself with a whole list. Kurve lets a short list through by activating again; from then on the next lists are held
//! against that one.

use serde::{Deserialize, Serialize};

use super::{CheckCode, Counts};

/// What is kept of the lists before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ListGuard {
    /// The rows of the last receipt: that of the last list that held nothing.
    pub receipt_rows: Option<u32>,
    /// The rows of the list that was read last, where that one held the import.
    pub held_rows: Option<u32>,
}

impl ListGuard {
    /// By which code a list holds the import. One that was held and is open all the same, Kurve let through.
    pub fn holds(&self, counts: Counts, is_open: bool) -> Option<CheckCode> {
        let let_through = self.held_rows.filter(|_| is_open);
        let before = let_through.or(self.receipt_rows);
        match counts.rows {
            0 => (let_through != Some(0)).then_some(CheckCode::ListEmpty),
            rows => before.filter(|before| rows < before.div_ceil(2)).map(|_| CheckCode::ListShrunk),
        }
    }

    /// Whether a list is short, and passes only because Kurve let it through.
    pub fn is_let_through(&self, counts: Counts, is_open: bool) -> bool {
        is_open && self.holds(counts, true).is_none() && self.holds(counts, false).is_some()
    }

    /// The rows to keep as held, after a list that held the import or did not. One without pupils that Kurve let through
    /// stays what it is.
    pub fn held_after(counts: Counts, holds: bool) -> Option<u32> {
        (holds || counts.rows == 0).then_some(counts.rows)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::{DateTime, Utc};
    use proptest::prelude::*;

    use super::super::{CheckHistory, CheckResult, Fleet, Rung, judge};
    use super::*;
    use crate::domain::onboarding::{Command, Step};

    fn of(rows: u32) -> Counts {
        Counts { rows, ..Counts::default() }
    }

    #[test]
    fn a_list_that_shrank_takes_the_activation_at_once_and_brings_nothing_back() {
        use CheckCode::{ListEmpty, ListOutdated, ListShrunk, Ok};
        for (is_open, code, rows, seen, falls) in [
            (true, Ok, 612, Ok, None),
            (true, Ok, 305, ListShrunk, Some(ListShrunk)),
            (true, ListEmpty, 0, ListEmpty, Some(ListEmpty)),
            (true, ListOutdated, 305, ListOutdated, Some(ListShrunk)),
            (false, Ok, 305, ListShrunk, None),
            (false, ListEmpty, 0, ListEmpty, None),
        ] {
            let answered: BTreeSet<Step> = is_open.then_some(Step::ActivationConfirmed).into_iter().collect();
            let list = ListGuard { receipt_rows: Some(612), held_rows: None };
            let school = CheckHistory { answered, list, ..CheckHistory::default() };
            let rung = if code == ListOutdated { Rung::Shape } else { Rung::Rows };
            let result = school.seen(CheckResult { counts: Some(of(rows)), ..CheckResult::ended(code, rung) });

            let judged = judge(&school, &result, &Fleet::default(), DateTime::<Utc>::UNIX_EPOCH);

            let fallen: Vec<_> = falls.map(|code| (Step::ActivationConfirmed, code)).into_iter().collect();
            assert_eq!((result.code, &judged.disprove), (seen, &fallen), "{code:?} {rows}");
            assert_eq!(judged.retry_at.is_some(), falls.is_some());
            let commands = judged.commands(result.code, 1);
            let brings_back = commands.iter().any(|command| matches!(command, Command::Restore { .. }));
            assert_eq!(brings_back, rows == 612, "{code:?} {rows}");
            assert!(!judged.is_lost && judged.alarm.is_none());
        }
    }

    #[test]
    fn a_list_is_held_against_the_last_receipt_or_against_the_one_that_was_let_through() {
        use CheckCode::{ListEmpty, ListShrunk};
        for (receipt_rows, held_rows, is_open, rows, expected) in [
            (None, None, false, 612, None),
            (None, None, true, 1, None),
            (None, None, true, 0, Some(ListEmpty)),
            (None, None, false, 0, Some(ListEmpty)),
            (Some(612), None, true, 0, Some(ListEmpty)),
            (Some(612), None, true, 305, Some(ListShrunk)),
            (Some(612), None, true, 306, None),
            (Some(613), None, true, 306, Some(ListShrunk)),
            (Some(613), None, true, 307, None),
            (Some(1), None, true, 1, None),
            (Some(u32::MAX), None, true, u32::MAX / 2, Some(ListShrunk)),
            // Held, and not let through yet.
            (Some(612), Some(300), false, 300, Some(ListShrunk)),
            (Some(612), Some(0), false, 0, Some(ListEmpty)),
            (Some(612), Some(0), false, 300, Some(ListShrunk)),
            (Some(612), Some(300), false, 600, None),
            // Let through.
            (Some(612), Some(300), true, 300, None),
            (Some(612), Some(300), true, 149, Some(ListShrunk)),
            (Some(612), Some(300), true, 0, Some(ListEmpty)),
            (Some(612), Some(0), true, 0, None),
            (Some(612), Some(0), true, 5, None),
        ] {
            let guard = ListGuard { receipt_rows, held_rows };

            assert_eq!(guard.holds(of(rows), is_open), expected, "{guard:?} {is_open} {rows}");
        }
    }

    #[test]
    fn a_list_that_was_let_through_for_one_school_brings_back_no_other() {
        let answered = BTreeSet::from([Step::ActivationConfirmed]);
        for (rows, brings_back) in [(300, false), (305, false), (306, true), (612, true)] {
            let list = ListGuard { receipt_rows: Some(612), held_rows: Some(300) };
            let school = CheckHistory { answered: answered.clone(), list, ..CheckHistory::default() };
            let result = CheckResult { counts: Some(of(rows)), ..CheckResult::ended(CheckCode::Ok, Rung::Rows) };

            let judged = judge(&school, &result, &Fleet::default(), DateTime::<Utc>::UNIX_EPOCH);

            assert!(!judged.is_held && judged.disprove.is_empty(), "{rows}");
            let commands = judged.commands(result.code, 1);
            assert_eq!(commands.iter().any(|one| matches!(one, Command::Restore { .. })), brings_back, "{rows}");
        }
    }

    proptest! {
        #[test]
        fn a_list_of_at_least_half_is_never_held_and_one_of_less_always(before in 1_u32.., rows in 1_u32..) {
            let guard = ListGuard { receipt_rows: Some(before), held_rows: None };

            let is_held = guard.holds(of(rows), true).is_some();

            prop_assert_eq!(is_held, u64::from(rows) * 2 < u64::from(before));
        }
    }
}
