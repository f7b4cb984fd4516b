//! A file that is made beside another one, for its owner alone, and takes its place at once when it is whole.
//!
//! Whatever ends the process before that leaves what is at the place untouched, and at most the part behind, which the
//! next one takes over.

use std::fs::{self, File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use super::files::parts;
use super::lock::with_ending;

/// How often the part is opened anew when another process has just put its own in its place.
const TRIES: usize = 3;

/// A file that is not whole yet.
#[derive(Debug)]
pub struct Beside {
    place: PathBuf,
    part: PathBuf,
    file: File,
    is_done: bool,
}

impl Beside {
    /// Begins an empty file beside a place.
    ///
    /// # Errors
    /// When it cannot be made, or another process makes one for the same place.
    pub fn begin(place: &Path) -> io::Result<Self> {
        let place = std::path::absolute(place)?;
        if place.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        let part = with_ending(&place, "part");
        for _ in 0..TRIES {
            // What is in it may be another process's: nothing is cut off before the lock is ours.
            let file = File::options().read(true).write(true).create(true).truncate(false).mode(0o600).open(&part)?;
            if file.try_lock().is_err() {
                return Err(io::Error::other("another koppelklaar writes it at this moment"));
            }
            if !is_same(&file.metadata()?, &fs::symlink_metadata(&part).ok()) {
                continue;
            }
            file.set_permissions(Permissions::from_mode(0o600))?;
            stay_with_owner(&file, &place);
            file.set_len(0)?;
            remove_beside(&part)?;
            return Ok(Self { place, part, file, is_done: false });
        }
        Err(io::Error::other(format!("{} is no file of its own", part.display())))
    }

    /// Where it is made.
    pub fn path(&self) -> &Path {
        &self.part
    }

    /// What is written to.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Puts it in its place, and returns when that lasts. What SQLite kept beside the file that was there is gone before:
    /// it would be taken for the new one's.
    ///
    /// # Errors
    /// When the disk refuses; then what was there is there still.
    pub fn take_place(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        remove_beside(&self.place)?;
        fs::rename(&self.part, &self.place)?;
        self.is_done = true;
        match self.place.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.is_done {
            // What is left of it the next one takes over.
            let _ = fs::remove_file(&self.part);
            let _ = remove_beside(&self.part);
        }
    }
}

/// Gives a file to who owns what it replaces: an operator who is root would take it from the user that serves. Who is not root
/// gives nothing away, and keeps what is theirs.
fn stay_with_owner(file: &File, place: &Path) {
    if let (Ok(new), Ok(old)) = (file.metadata(), fs::metadata(place))
        && new.uid() != old.uid()
    {
        let _ = fchown(file, Some(old.uid()), Some(old.gid()));
    }
}

/// Whether a file that is open is the one at its path.
fn is_same(open: &Metadata, found: &Option<Metadata>) -> bool {
    found.as_ref().is_some_and(|found| (found.dev(), found.ino()) == (open.dev(), open.ino()))
}

/// Removes what SQLite keeps beside a file.
fn remove_beside(file: &Path) -> io::Result<()> {
    for path in parts(file.to_path_buf()).into_iter().skip(1) {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().expect("a name of ours")).collect();
        names.sort();
        names
    }

    #[test]
    fn it_takes_its_place_whole_for_its_owner_alone_with_nothing_old_beside_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path().join("kk.db");
        for old in ["kk.db", "kk.db-wal", "kk.db-shm", "kk.db-journal", "kk.db.keys"] {
            fs::write(folder.path().join(old), "old").expect("a file");
        }

        let mut beside = Beside::begin(&place).expect("it begins");
        let mode = fs::metadata(beside.path()).expect("it is there").permissions().mode();
        beside.file().write_all(b"new").expect("there is room");
        assert_eq!(fs::read(&place).expect("it is there"), b"old");
        beside.take_place().expect("it takes its place");

        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read(&place).expect("it is there"), b"new");
        assert_eq!(names(folder.path()), ["kk.db", "kk.db.keys"]);
    }

    #[test]
    fn what_is_given_up_leaves_all_as_it_was_and_what_was_left_behind_is_taken_over() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path().join("kk.db");
        for old in ["kk.db", "kk.db.part", "kk.db.part-journal"] {
            fs::write(folder.path().join(old), "old").expect("a file");
        }
        fs::set_permissions(folder.path().join("kk.db.part"), Permissions::from_mode(0o644)).expect("it is ours");

        let beside = Beside::begin(&place).expect("it takes over");
        let part = fs::metadata(beside.path()).expect("it is there");
        drop(beside);

        assert_eq!((part.len(), part.permissions().mode() & 0o777), (0, 0o600));
        assert_eq!(names(folder.path()), ["kk.db"]);
        assert_eq!(fs::read(&place).expect("it is there"), b"old");
    }

    #[test]
    fn what_root_replaces_stays_its_owners() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path().join("kk.db");
        fs::write(&place, "old").expect("a file");
        if std::os::unix::fs::chown(&place, Some(65534), Some(65534)).is_err() {
            // Whoever is not root gives nothing away, here either.
            return;
        }

        Beside::begin(&place).expect("it begins").take_place().expect("it takes its place");

        let new = fs::metadata(&place).expect("it is there");
        assert_eq!((new.uid(), new.gid(), new.len(), new.mode() & 0o777), (65534, 65534, 0, 0o600));
    }

    #[test]
    fn two_at_once_for_one_place_are_refused_and_so_is_a_link_to_elsewhere() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path().join("kk.db");
        let first = Beside::begin(&place).expect("it begins");

        let second = Beside::begin(&place).expect_err("one is being made");
        drop(first);
        let elsewhere = folder.path().join("elsewhere");
        fs::write(&elsewhere, "theirs").expect("a file");
        std::os::unix::fs::symlink(&elsewhere, with_ending(&place, "part")).expect("a link");
        let linked = Beside::begin(&place).expect_err("it leads elsewhere");

        assert!(second.to_string().contains("another koppelklaar"), "{second}");
        assert!(linked.to_string().contains("no file of its own"), "{linked}");
        assert_eq!(fs::read(&elsewhere).expect("it is there"), b"theirs");
    }
}
