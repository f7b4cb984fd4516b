//! How much the database takes, and how much room is left beside it.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, Statement};

use crate::store::{Db, StoreError};

/// How much the database takes, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// What is taken: on SQLite by its file and its write-ahead log.
    pub bytes: u64,
    /// How much room the disk of a SQLite file has left; `None` where the database lives elsewhere, or the system does not say.
    pub free_bytes: Option<u64>,
}

/// Measures the database.
pub async fn measure(db: &Db) -> Result<Size, StoreError> {
    if let Some(file) = db.file.clone() {
        let measured = tokio::task::spawn_blocking(move || measure_file(&file)).await;
        // A file that is gone is told by who looks whether the database does its work.
        return Ok(measured.unwrap_or(Size { bytes: 0, free_bytes: None }));
    }
    let sql = "SELECT pg_database_size(current_database())";
    let row = db.read.query_one_raw(Statement::from_string(DatabaseBackend::Postgres, sql)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("pg_database_size".to_owned()))?;
    Ok(Size { bytes: u64::try_from(row.try_get_by_index::<i64>(0)?).unwrap_or_default(), free_bytes: None })
}

fn measure_file(path: &Path) -> Size {
    let mut log = OsString::from(path);
    log.push("-wal");
    let taken = |path: &Path| path.metadata().map_or(0, |found| found.len());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Size { bytes: taken(path) + taken(&PathBuf::from(log)), free_bytes: find_free(folder).ok() }
}

/// How much room whoever is not root has in a folder; the standard library does not say.
#[cfg(unix)]
fn find_free(folder: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(folder)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn find_free(_: &Path) -> io::Result<u64> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_counts_with_its_log_and_its_disk_has_room() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("kk.db");
        std::fs::write(&path, [0; 300]).expect("a file");
        assert_eq!(measure_file(&path).bytes, 300);

        std::fs::write(folder.path().join("kk.db-wal"), [0; 20]).expect("a file");

        let size = measure_file(&path);
        assert_eq!(size.bytes, 320);
        assert_eq!(size.free_bytes.is_some_and(|free| free > 0), cfg!(unix));
    }
}
