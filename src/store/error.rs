//! What can go wrong with rows, without any value of a row.

use sea_orm::{DbErr, RuntimeErr, SqlErr};

use super::fault::Fault;

/// A fault of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Someone else changed it first.
    #[error("someone else changed it first")]
    Conflict,
    /// A unique value is taken.
    #[error("a unique value is taken")]
    Taken,
    /// The row does not exist.
    #[error("no such row in {table}")]
    Missing {
        /// The table.
        table: &'static str,
    },
    /// A row holds what it never should.
    #[error("corrupt row {id} in {table}: {what}")]
    CorruptRow {
        /// The table.
        table: &'static str,
        /// The row's key.
        id: String,
        /// What is wrong, without the value.
        what: &'static str,
    },
    /// The database went through steps that this release does not have.
    #[error("the database was made by another release, by steps that this one does not know")]
    OtherRelease,
    /// The database went through steps that came after this release.
    #[error(
        "the database was made by a newer release, which went on to {step}: run that release, or go back to a backup of before \
         the upgrade"
    )]
    NewerRelease {
        /// The last of those steps.
        step: String,
    },
    /// The database cannot do its work now, whatever is asked of it.
    #[error("{fault}: {text}")]
    Unusable {
        /// Why.
        fault: Fault,
        /// What it said, without any value.
        text: String,
    },
    /// The database failed. The text names the fault, never a value: the server's own text may quote one.
    #[error("database: {0}")]
    Database(String),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(_)) = error.sql_err() {
            return Self::Taken;
        }
        if is_lost_race(&error) {
            return Self::Conflict;
        }
        let text = harmless_text(&error);
        match Fault::of(&error) {
            Some(fault) => Self::Unusable { fault, text },
            None => Self::Database(text),
        }
    }
}

/// Whether PostgreSQL ended the transaction because of another one: it could not be put in a row with it, or each waited
/// for the other.
fn is_lost_race(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) = error else {
        return false;
    };
    let code = cause.as_database_error().and_then(|fault| fault.code());
    matches!(code.as_deref(), Some("40001" | "40P01"))
}

fn harmless_text(error: &DbErr) -> String {
    let (DbErr::Conn(cause) | DbErr::Exec(cause) | DbErr::Query(cause)) = error else {
        return kind_of(error).to_owned();
    };
    match cause {
        RuntimeErr::SqlxError(inner) => match inner.as_database_error() {
            Some(fault) => {
                let code = fault.code().unwrap_or_default();
                let constraint = fault.constraint().unwrap_or_default();
                // SQLite's own texts name tables and columns, never values; PostgreSQL's may quote values.
                let text = if code.len() == 5 { "" } else { fault.message() };
                format!("{} code={code} constraint={constraint} {text}", kind_of(error)).trim_end().to_owned()
            }
            None => format!("{}: {inner}", kind_of(error)),
        },
        // Such a text may repeat the whole URL of the database, password and all.
        RuntimeErr::Internal(_) => kind_of(error).to_owned(),
    }
}

fn kind_of(error: &DbErr) -> &'static str {
    match error {
        DbErr::ConnectionAcquire(_) => "no connection came free",
        DbErr::Conn(_) => "connection failed",
        DbErr::Exec(_) => "statement failed",
        DbErr::Query(_) => "query failed",
        DbErr::Type(_) | DbErr::TryIntoErr { .. } => "a column has another type",
        DbErr::RecordNotFound(_) => "no such row",
        DbErr::RecordNotUpdated => "no row was changed",
        DbErr::Migration(_) => "migration failed",
        // A foreign enum that may grow.
        _ => "failed",
    }
}
