//! Whether the database can do its work: quickly, for who asks often; and thoroughly, for who has the time.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::{Connection as _, PgConnection};
use sea_orm::{ConnectionTrait, Statement};

use super::fault::Fault;
use super::{Db, StoreError};

/// What a SQLite file begins with.
const SQLITE: &[u8; 16] = b"SQLite format 3\0";

/// How much room a SQLite database needs on its disk to go on for a while, in bytes.
const ROOM: usize = 1024 * 1024;

/// How long the database may take to answer who asks whether it does its work.
const PATIENCE: Duration = Duration::from_millis(1500);

impl Db {
    /// Whether the database does its work, as far as that shows at once.
    ///
    /// # Errors
    /// What keeps it from that.
    pub async fn look(&self) -> Result<(), Fault> {
        if let Some(file) = self.file.clone() {
            let looked = tokio::task::spawn_blocking(move || look_at_file(&file)).await;
            looked.unwrap_or(Err(Fault::Away))?;
        }
        if let Some(fault) = self.write.faults.last() {
            return Err(fault);
        }
        // Who writes may have to wait for another process; that is no illness.
        match tokio::time::timeout(PATIENCE, self.read.pool.ping()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Fault::Away),
        }
    }

    /// Reads the whole SQLite file; PostgreSQL looks after its own. What is found is kept in mind.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn examine(&self) -> Result<Option<Fault>, StoreError> {
        if !self.is_sqlite() {
            return Ok(None);
        }
        let statement = Statement::from_string(self.read.get_database_backend(), "PRAGMA quick_check(1)");
        let found = match self.read.query_one_raw(statement).await {
            Ok(row) => row.map(|row| row.try_get_by_index::<String>(0)).transpose()?,
            Err(error) => match Fault::of(&error) {
                Some(Fault::Damaged) => None,
                Some(_) | None => return Err(error.into()),
            },
        };
        if found.as_deref() == Some("ok") {
            return Ok(None);
        }
        self.write.faults.is_damaged();
        Ok(Some(Fault::Damaged))
    }

    /// Whether the database is there, by a connection of its own: those of the pool may all be busy, or lead to where it
    /// was. A SQLite file is there.
    pub async fn is_there(&self, within: Duration) -> bool {
        if self.is_sqlite() {
            return true;
        }
        let options = self.read.pool.get_postgres_connection_pool().connect_options();
        let asked = async {
            let mut connection = PgConnection::connect_with(&options).await?;
            connection.ping().await?;
            connection.close().await
        };
        tokio::time::timeout(within, asked).await.is_ok_and(|asked| asked.is_ok())
    }
}

/// Whether a file can be one of SQLite's, with room beside it.
fn look_at_file(path: &Path) -> Result<(), Fault> {
    let mut start = [0; 16];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    match read {
        Ok(()) if start == *SQLITE => {}
        Ok(()) => return Err(Fault::Damaged),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(Fault::Damaged),
        Err(_) => return Err(Fault::Away),
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let tried = tempfile::tempfile_in(folder).and_then(|mut file| file.write_all(&vec![0; ROOM]));
    if tried.is_err_and(|error| is_for_want_of_room(&error)) { Err(Fault::Full) } else { Ok(()) }
}

/// A folder in which nothing new may be made is another matter.
fn is_for_want_of_room(error: &io::Error) -> bool {
    use ErrorKind::{FileTooLarge, QuotaExceeded, ReadOnlyFilesystem, StorageFull, WriteZero};

    matches!(error.kind(), StorageFull | QuotaExceeded | ReadOnlyFilesystem | FileTooLarge | WriteZero)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_gone_cut_off_or_overwritten_is_told_from_a_good_one() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("kk.db");
        assert_eq!(look_at_file(&path), Err(Fault::Away));

        for (bytes, seen) in [
            (&b""[..], Err(Fault::Damaged)),
            (b"SQLite", Err(Fault::Damaged)),
            (b"something else altogether", Err(Fault::Damaged)),
            (b"SQLite format 3\0 and the rest", Ok(())),
        ] {
            std::fs::write(&path, bytes).expect("a file");
            assert_eq!(look_at_file(&path), seen, "{bytes:?}");
        }
    }

    #[test]
    fn a_full_disk_is_told_from_a_folder_that_is_not_ours() {
        for (kind, is_full) in [
            (ErrorKind::StorageFull, true),
            (ErrorKind::QuotaExceeded, true),
            (ErrorKind::ReadOnlyFilesystem, true),
            (ErrorKind::PermissionDenied, false),
            (ErrorKind::NotFound, false),
        ] {
            assert_eq!(is_for_want_of_room(&io::Error::from(kind)), is_full, "{kind:?}");
        }
    }
}
