//! What is done for the installation itself, by an operator, and noted with when.

use chrono::{DateTime, Duration, Utc};
use strum::{EnumIter, EnumString, IntoStaticStr};

/// Something that is done for the installation itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Upkeep {
    /// The database was backed up.
    Backup,
}

impl Upkeep {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// After how long without a backup it is time to worry: one that runs each night may fail twice.
pub const BACKUP_PATIENCE: Duration = Duration::days(3);

/// Whether the last backup was made too long ago, or never.
pub fn is_backup_overdue(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    last.is_none_or(|last| now - last > BACKUP_PATIENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_overdue_after_three_days_and_where_there_never_was_one() {
        let now = DateTime::UNIX_EPOCH + Duration::days(1000);

        assert!(is_backup_overdue(None, now));
        for (age, is_overdue) in [
            (Duration::zero(), false),
            (BACKUP_PATIENCE, false),
            (BACKUP_PATIENCE + Duration::seconds(1), true),
            // A clock that was put back since.
            (Duration::days(-1), false),
        ] {
            assert_eq!(is_backup_overdue(Some(now - age), now), is_overdue, "{age}");
        }
    }
}
