//! What keeps a database from doing what it is asked, though nothing is wrong with what it is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// Why the database cannot do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is not there, or not reached, or has no connection free.
    #[error("the database does not answer")]
    Away,
    /// Something else holds what is to be written.
    #[error("the database is held by something else")]
    Busy,
    /// There is no room for what is to be written.
    #[error("the disk of the database is full, or cannot be written")]
    Full,
    /// It is no longer whole.
    #[error("the database is damaged")]
    Damaged,
}

impl Fault {
    /// After how many seconds it may be worth to try again; `None` when it does not go by itself.
    pub fn retry_after_seconds(self) -> Option<u64> {
        match self {
            Self::Away => Some(10),
            Self::Busy => Some(5),
            Self::Full => Some(60),
            Self::Damaged => None,
        }
    }

    /// The fault that an error tells of.
    pub(super) fn of(error: &DbErr) -> Option<Self> {
        let cause = match error {
            DbErr::ConnectionAcquire(_) => return Some(Self::Away),
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => cause,
            _ => return None,
        };
        match &**cause {
            sqlx::Error::Database(told) => told.code().and_then(|code| of_code(&code)),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Some(Self::Away),
            _ => None,
        }
    }
}

/// PostgreSQL's codes have five signs, SQLite's are numbers whose last byte says what kind it is.
fn of_code(code: &str) -> Option<Fault> {
    if code.len() == 5 && !code.starts_with('-') {
        return match code {
            // Being shut down, starting up, too many connections, a standby that cannot be written.
            "57P01" | "57P02" | "57P03" | "53300" | "25006" => Some(Fault::Away),
            "55P03" | "57014" => Some(Fault::Busy),
            "53100" => Some(Fault::Full),
            "XX001" | "XX002" => Some(Fault::Damaged),
            _ if code.starts_with("08") => Some(Fault::Away),
            _ => None,
        };
    }
    match code.parse::<i32>().ok()? & 0xff {
        // SQLITE_BUSY, SQLITE_LOCKED.
        5 | 6 => Some(Fault::Busy),
        // SQLITE_FULL; SQLITE_READONLY, where a disk was made so.
        8 | 13 => Some(Fault::Full),
        // SQLITE_CORRUPT, SQLITE_NOTADB.
        11 | 26 => Some(Fault::Damaged),
        // SQLITE_IOERR, SQLITE_CANTOPEN.
        10 | 14 => Some(Fault::Away),
        _ => None,
    }
}

/// What the database last could not do, for as long as that is known to last; clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults(Arc<AtomicU8>);

const NONE: u8 = 0;
const FULL: u8 = 1;
const DAMAGED: u8 = 2;

impl Faults {
    pub(super) fn last(&self) -> Option<Fault> {
        match self.0.load(Ordering::Relaxed) {
            FULL => Some(Fault::Full),
            DAMAGED => Some(Fault::Damaged),
            _ => None,
        }
    }

    /// Keeps in mind what a statement met.
    pub(super) fn note<T>(&self, outcome: Result<T, DbErr>) -> Result<T, DbErr> {
        match outcome.as_ref().err().and_then(Fault::of) {
            Some(Fault::Full) => self.is_full(),
            Some(Fault::Damaged) => self.is_damaged(),
            Some(Fault::Away | Fault::Busy) | None => {}
        }
        outcome
    }

    fn is_full(&self) {
        // A damaged one stays that.
        let _ = self.0.compare_exchange(NONE, FULL, Ordering::Relaxed, Ordering::Relaxed);
    }

    pub(super) fn is_damaged(&self) {
        self.0.store(DAMAGED, Ordering::Relaxed);
    }

    /// Something was written to last: there is room again.
    pub(super) fn has_room(&self) {
        let _ = self.0.compare_exchange(FULL, NONE, Ordering::Relaxed, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_that_says_nothing_of_the_statement_is_known() {
        let table = [
            ("5", Some(Fault::Busy)),
            ("261", Some(Fault::Busy)),
            ("517", Some(Fault::Busy)),
            ("13", Some(Fault::Full)),
            ("11", Some(Fault::Damaged)),
            ("779", Some(Fault::Damaged)),
            ("26", Some(Fault::Damaged)),
            ("522", Some(Fault::Away)),
            ("14", Some(Fault::Away)),
            ("1", None),
            ("2067", None),
            ("57P01", Some(Fault::Away)),
            ("57P03", Some(Fault::Away)),
            ("08006", Some(Fault::Away)),
            ("55P03", Some(Fault::Busy)),
            ("53100", Some(Fault::Full)),
            ("XX001", Some(Fault::Damaged)),
            ("23505", None),
            ("42P01", None),
        ];

        for (code, fault) in table {
            assert_eq!(of_code(code), fault, "{code}");
        }
    }

    #[test]
    fn a_full_disk_is_over_once_something_is_written_and_damage_is_not() {
        let faults = Faults::default();
        faults.is_full();
        assert_eq!(faults.last(), Some(Fault::Full));
        faults.has_room();
        assert_eq!(faults.last(), None);

        faults.is_damaged();
        faults.is_full();
        faults.has_room();

        assert_eq!(faults.last(), Some(Fault::Damaged));
    }
}
