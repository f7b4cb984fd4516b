//! What is found of the installation, as facts with how grave they are. `koppelklaar doctor` says them in English, the page
//! "Systeem" in Dutch; the command also looks where it takes long.

use chrono::{DateTime, Months, NaiveDate, Utc};

use crate::domain::mail_rules::MailRules;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::upkeep::is_backup_overdue;
use crate::links::BaseUrl;
use crate::services::operations::machine_clock::{self, ClockFault};
use crate::services::operations::{backup, holidays};
use crate::services::{Context, ServiceError};
use crate::store::{Fault, StoreError};

/// How grave something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gravity {
    /// It is as it should be.
    Fine,
    /// It works, and may not stay so.
    Worry,
    /// Something does not work.
    Wrong,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Where the installation is reached.
    Base {
        /// The address.
        url: String,
        /// Whether nobody on the way can read along.
        is_safe: bool,
    },
    /// The database does its work and is up to date.
    DatabaseWorks,
    /// Something keeps the database from its work.
    DatabaseIll(Fault),
    /// The database is so many steps behind this release.
    StepsBehind(usize),
    /// The lists that pages read are not complete.
    ListsIncomplete,
    /// The clock of this machine is the database's, near enough.
    ClockRight,
    /// It is so many seconds ahead; less than none when it is behind.
    ClockOff(i64),
    /// Every mail is kept and none is sent, on purpose.
    MailHeld,
    /// Only some receivers get mail, on purpose.
    MailOnlyToSome,
    /// The school holidays are known until a day, which is soon or not.
    HolidaysUntil(NaiveDate, bool),
    /// No school holidays are known for some region.
    HolidaysUnknown,
    /// When the database was last backed up.
    BackedUp(DateTime<Utc>),
    /// No backup was noted for too long, or ever.
    BackupOverdue {
        /// The last one, if there was one.
        last: Option<DateTime<Utc>>,
        /// Whether the database is the embedded one, which says how backups are made.
        is_sqlite: bool,
    },
}

impl Finding {
    /// How grave it is.
    pub fn gravity(&self) -> Gravity {
        match self {
            Self::Base { is_safe: true, .. }
            | Self::DatabaseWorks
            | Self::ClockRight
            | Self::HolidaysUntil(_, false)
            | Self::BackedUp(_) => Gravity::Fine,
            Self::Base { is_safe: false, .. }
            | Self::MailHeld
            | Self::MailOnlyToSome
            | Self::HolidaysUntil(_, true)
            | Self::BackupOverdue { .. } => Gravity::Worry,
            Self::DatabaseIll(_)
            | Self::StepsBehind(_)
            | Self::ListsIncomplete
            | Self::ClockOff(_)
            | Self::HolidaysUnknown => Gravity::Wrong,
        }
    }
}

/// Whether the installation is reached safely.
pub fn of_base(base: &BaseUrl) -> Finding {
    let is_here = ["127.0.0.1", "localhost", "[::1]"].contains(&base.host());
    Finding::Base { url: base.to_string(), is_safe: base.is_https() || is_here }
}

/// What is set so that not every mail goes.
pub fn of_mail_rules(rules: &MailRules) -> Vec<Finding> {
    let held = rules.is_held.then_some(Finding::MailHeld);
    let some = rules.only_to.is_some().then_some(Finding::MailOnlyToSome);
    held.into_iter().chain(some).collect()
}

/// Whether this machine's clock is the database's.
///
/// # Errors
/// When the database's clock cannot be read.
pub async fn of_clock(context: &Context, now: DateTime<Utc>) -> Result<Finding, StoreError> {
    match machine_clock::check_at(context, now).await {
        Ok(()) => Ok(Finding::ClockRight),
        Err(ClockFault::Ahead(seconds)) => Ok(Finding::ClockOff(seconds)),
        Err(ClockFault::Behind(seconds)) => Ok(Finding::ClockOff(-seconds)),
        Err(ClockFault::Store(error)) => Err(error),
    }
}

/// For how long the school holidays are known.
pub async fn of_holidays(context: &Context, now: DateTime<Utc>) -> Result<Finding, ServiceError> {
    let known = holidays::current(context).await?;
    Ok(holidays_until(known.known_until(), amsterdam_date(now)))
}

/// Worries a year ahead: the government publishes the holidays of a school year some years before it begins.
fn holidays_until(known_until: Option<NaiveDate>, today: NaiveDate) -> Finding {
    let in_a_year = today.checked_add_months(Months::new(12)).unwrap_or(NaiveDate::MAX);
    known_until.map_or(Finding::HolidaysUnknown, |day| Finding::HolidaysUntil(day, day < in_a_year))
}

/// When the database was last backed up.
pub async fn of_backup(context: &Context, now: DateTime<Utc>) -> Result<Finding, ServiceError> {
    Ok(match backup::find_last(context).await? {
        Some(last) if !is_backup_overdue(Some(last), now) => Finding::BackedUp(last),
        last => Finding::BackupOverdue { last, is_sqlite: context.db.is_sqlite() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_worries_a_year_before_the_known_school_holidays_end() {
        let date = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let gravity = |today| holidays_until(Some(date("2030-01-06")), date(today)).gravity();

        assert_eq!(
            ["2026-11-23", "2029-01-06", "2029-01-07", "2031-01-01"].map(gravity),
            [Gravity::Fine, Gravity::Fine, Gravity::Worry, Gravity::Worry]
        );
        assert_eq!(holidays_until(None, date("2026-11-23")).gravity(), Gravity::Wrong);
    }
}
