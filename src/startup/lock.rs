//! Files beside a SQLite database, and the lock that lets only one process serve from it.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::error::{StartError, cannot};
use crate::store::sqlite_path;

/// A lock on a SQLite file that lives as long as this value.
#[derive(Debug)]
pub struct DatabaseLock {
    file: Option<File>,
}

impl DatabaseLock {
    /// Whether no other process serves from the database as long as this value lives.
    pub fn is_sole(&self) -> bool {
        self.file.is_some()
    }
}

/// Makes sure that no other `serve` works on the same SQLite file. PostgreSQL needs no such lock.
///
/// # Errors
/// When another one does.
pub fn lock_database(url: &str) -> Result<DatabaseLock, StartError> {
    let Some(path) = sqlite_path(url) else { return Ok(DatabaseLock { file: None }) };
    let path = with_ending(&path, "lock");
    let file = File::create(&path).map_err(|error| cannot("KOPPELKLAAR_DATABASE_URL", &path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(DatabaseLock { file: Some(file) }),
        Err(_) => Err(StartError::new(
            "KOPPELKLAAR_DATABASE_URL: another koppelklaar serves from this SQLite file. Stop that one, or use PostgreSQL for more than one.",
        )),
    }
}

/// The path of a file beside the database.
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}
