//! When reminders come, as it is set, and the school holidays that go with it.

use crate::domain::reminder::ReminderPolicy;
use crate::services::operations::holiday_book::HolidayBook;

/// How many connections one round of the planner looks at.
const ROUND: u64 = 500;

/// When reminders come, and on which days nobody works.
#[derive(Debug, Clone)]
pub struct ReminderRules {
    /// After how many working days, and at what time.
    pub policy: ReminderPolicy,
    /// The school holidays, as far as this instance knows them.
    pub holidays: HolidayBook,
    /// How many connections one round of the planner looks at.
    pub round: u64,
}

impl Default for ReminderRules {
    fn default() -> Self {
        Self { policy: ReminderPolicy::default(), holidays: HolidayBook::default(), round: ROUND }
    }
}
