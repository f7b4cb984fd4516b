//! Who else on this machine can read the keys and the SQLite file: nobody, or the group where that is set.

use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use super::StartError;
use super::lock::with_ending;
use crate::settings::{FileReaders, Settings};
use crate::store::sqlite_path;

/// What SQLite keeps beside the file, with rows in it.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// A file that too many can read, or change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: others on this machine can read or change {}. Run `chmod {chmod} {}`{hint}", .path.display(), .path.display())]
pub struct OpenFile {
    setting: &'static str,
    path: PathBuf,
    chmod: &'static str,
    hint: &'static str,
}

/// The files of keys and database that more people can use than may.
///
/// # Errors
/// When a setting is wrong.
pub fn find_open(settings: &Settings) -> Result<Vec<OpenFile>, StartError> {
    let url = settings.database_url()?;
    let database = sqlite_path(url.expose_secret());
    let mut files: Vec<(&'static str, PathBuf)> = vec![];
    match (settings.keys_file(), &database) {
        (Some(keys), _) => files.push(("KOPPELKLAAR_KEYS_FILE", keys.to_path_buf())),
        (None, Some(database)) if !settings.gives_keys() => {
            files.push(("KOPPELKLAAR_KEYS_FILE", with_ending(database, "keys")));
        }
        (None, _) => {}
    }
    for path in database.into_iter().flat_map(parts) {
        files.push(("KOPPELKLAAR_DATABASE_URL", path));
    }
    let (others, chmod, hint) = match settings.file_readers {
        FileReaders::Owner => (0o077, "600", ", or let the group read it with KOPPELKLAAR_FILE_READERS=group"),
        FileReaders::Group => (0o037, "640", ""),
    };
    let open = files.into_iter().filter(|(_, path)| is_open(path, others));
    Ok(open.map(|(setting, path)| OpenFile { setting, path, chmod, hint }).collect())
}

/// A file with another secret that everybody can read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("everybody on this machine can read {}. Run `chmod 600 {}`", .0.display(), .0.display())]
pub struct OpenSecret(PathBuf);

/// The files with other secrets that everybody can read.
pub fn find_open_secrets(settings: &Settings) -> Vec<OpenSecret> {
    let open = settings.secret_files().filter(|path| is_open(path, 0o007));
    open.map(|path| OpenSecret(path.to_path_buf())).collect()
}

/// Refuses to go on while others can use the keys or the database.
///
/// # Errors
/// Which file it is, and what to do.
pub fn check_files(settings: &Settings) -> Result<(), StartError> {
    match find_open(settings)?.into_iter().next() {
        Some(open) => Err(StartError::new(open.to_string())),
        None => Ok(()),
    }
}

/// All files of an installation on a SQLite database, whether they are there or not.
pub fn files_of(database: &Path) -> Vec<PathBuf> {
    let beside = ["keys", "lock", "migrating", "part"].map(|ending| with_ending(database, ending));
    parts(database.to_path_buf()).into_iter().chain(beside).collect()
}

/// What SQLite left beside a file that holds changes of it.
pub(super) fn find_left_beside(file: &Path) -> Option<PathBuf> {
    let holds_something = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|found| found.len() > 0);
    let is_log = |path: &PathBuf| !path.as_os_str().to_string_lossy().ends_with("-shm");
    parts(file.to_path_buf()).into_iter().skip(1).find(|path| is_log(path) && holds_something(path))
}

/// The database, and what is beside it.
pub(super) fn parts(database: PathBuf) -> Vec<PathBuf> {
    let beside = |ending: &&str| {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let mut parts: Vec<PathBuf> = BESIDE.iter().map(beside).collect();
    parts.insert(0, database);
    parts
}

/// Whether a file lets others do what these bits of its mode say.
#[cfg(unix)]
fn is_open(path: &Path, others: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    // What is wrong with a file that is not there, who opens it says.
    std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & others != 0)
}

#[cfg(not(unix))]
fn is_open(_: &Path, _: u32) -> bool {
    false
}
