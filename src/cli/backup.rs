//! `koppelklaar backup`: a whole copy of a SQLite database while it is served, and a look through such a copy.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::ExposeSecret;

use super::audit::{cut, untrue};
use crate::clock::Clock;
use crate::services::operations::audit::Finding;
use crate::services::operations::backup::{self, Fit, LookedThrough};
use crate::services::{Context, chain};
use crate::settings::Settings;
use crate::startup::{self, Beside, Copied, StartError};
use crate::store::{Db, Fault, StoreError, backup as copies, schema, sqlite_path};

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// The file that becomes the backup; one that is there stays until the new one is whole
    #[arg(required_unless_present_any = ["verify", "note"])]
    file: Option<PathBuf>,

    /// Look through a backup instead: whether it is whole, of this release and of these keys, its audit, and what it holds
    #[arg(long, value_name = "FILE", conflicts_with = "file")]
    verify: Option<PathBuf>,

    /// Only note that a backup was made now, by something else such as `pg_dump`
    #[arg(long, conflicts_with_all = ["file", "verify"])]
    note: bool,
}

/// What the command says that makes backups of SQLite, on PostgreSQL.
const POSTGRES: &str = "KOPPELKLAAR_DATABASE_URL: PostgreSQL makes its own backups, while all serve: \
     `pg_dump --format=custom --file=FILE NAME`. They are put into an empty database by \
     `pg_restore --exit-on-error --dbname=NAME FILE`. Note one with `koppelklaar backup --note`.";

pub(super) async fn run(settings: &Settings, args: &BackupArgs) -> Result<(), StartError> {
    match (&args.file, &args.verify) {
        (_, Some(file)) => verify(settings, file).await,
        (Some(file), None) => make(settings, file).await,
        (None, None) => note(settings).await,
    }
}

/// The SQLite file of the settings.
pub(super) fn sqlite_file(settings: &Settings) -> Result<PathBuf, StartError> {
    sqlite_path(settings.database_url()?.expose_secret()).ok_or_else(|| StartError::new(POSTGRES))
}

async fn make(settings: &Settings, file: &Path) -> Result<(), StartError> {
    let database = sqlite_file(settings)?;
    if !database.is_file() {
        let database = database.display();
        return Err(StartError::new(format!("KOPPELKLAAR_DATABASE_URL: there is no database at {database}")));
    }
    check_is_elsewhere(settings, file)?;
    let not_made = |why: String| StartError::new(format!("{}: no backup was made: {why}", file.display()));
    let beside = Beside::begin(file).map_err(|error| not_made(error.to_string()))?;
    copies::copy_into(&database, beside.path()).await.map_err(|error| not_made(cause(error)))?;
    let copy = Db::open_copy(beside.path()).await.map_err(|error| not_made(error.to_string()))?;
    let checked = copy.check_copy().await;
    copy.close().await;
    checked.map_err(|error| not_made(error.to_string()))?;
    let bytes = std::fs::metadata(beside.path()).map_or(0, |made| made.len());
    beside.take_place().map_err(|error| not_made(error.to_string()))?;
    println!("Backed up to {}, {}.", file.display(), size(bytes));
    println!("The keys are not in it: keep them apart. `koppelklaar backup --verify FILE` looks through it.");
    if let Err(error) = note_on(settings).await {
        tracing::warn!(cause = %error, "Could not note in the database that it was backed up");
    }
    Ok(())
}

/// What keeps a copy from being made, without the words that are about the database in use.
fn cause(error: StoreError) -> String {
    match error {
        StoreError::Unusable { fault: Fault::Full, .. } => "there is no room for it".to_owned(),
        StoreError::Unusable { fault: Fault::Away, text } => format!("the disk refuses ({text})"),
        other => other.to_string(),
    }
}

/// Refuses a place where something of the installation is: what is there would be gone.
pub(super) fn check_is_elsewhere(settings: &Settings, file: &Path) -> Result<(), StartError> {
    let database = sqlite_file(settings)?;
    let keys = settings.keys_file().map(Path::to_path_buf);
    let mut taken = startup::files_of(&database).into_iter().chain(keys);
    match taken.find(|taken| is_same(taken, file)) {
        Some(taken) => Err(StartError::new(format!(
            "{}: this is {}, a file of the installation itself. Name another one.",
            file.display(),
            taken.display()
        ))),
        None => Ok(()),
    }
}

/// Whether two paths lead to one file, or would if there was one.
fn is_same(one: &Path, other: &Path) -> bool {
    let file = |path: &Path| std::fs::metadata(path).ok().map(|found| (found.dev(), found.ino()));
    let place = |path: &Path| {
        let path = std::path::absolute(path).ok()?;
        Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?))
    };
    let is_one = |one: Option<_>, other| one.is_some() && one == other;
    is_one(file(one), file(other)) || place(one).is_some_and(|found| Some(found) == place(other))
}

async fn note_on(settings: &Settings) -> Result<(), StartError> {
    let db = Db::connect(settings.database_url()?.expose_secret()).await;
    let db = db.map_err(|error| StartError::new(error.to_string()))?;
    let behind = schema::pending(&db).await.map_err(|error| StartError::new(error.to_string()))?;
    let noted = match behind {
        0 => backup::note(&db, Clock::system().now()).await.map_err(StartError::from),
        // There may be no place for it yet.
        _ => Err(StartError::new("the database is behind this release")),
    };
    db.close().await;
    noted
}

async fn note(settings: &Settings) -> Result<(), StartError> {
    // As every other command it says so where the database is behind.
    let app = startup::open(settings).await?;
    backup::note(&app.context.db, app.clock.now()).await?;
    app.context.db.close().await;
    println!("Noted that the database was backed up now.");
    Ok(())
}

async fn verify(settings: &Settings, file: &Path) -> Result<(), StartError> {
    for line in look(settings, file).await? {
        println!("{line}");
    }
    Ok(())
}

/// What is found in a backup, for people.
///
/// # Errors
/// Why one cannot go back to it.
pub(super) async fn look(settings: &Settings, file: &Path) -> Result<Vec<String>, StartError> {
    startup::open_backup(file)?;
    let context = startup::open_copy(settings, Copied { path: file, name: file }).await?;
    let looked = look_in(&context, file).await;
    context.db.close().await;
    looked
}

async fn look_in(context: &Context, file: &Path) -> Result<Vec<String>, StartError> {
    let name = file.display();
    let unfit = |why: String| StartError::new(format!("{name}: {why}"));
    let Fit { behind } = backup::look_at(context).await.map_err(|why| unfit(why.to_string()))?;
    if behind > 0 {
        return Err(unfit(format!(
            "it is whole, and {behind} step(s) behind this release: what it holds shows once it is put back and migrated, or to \
             the release that made it"
        )));
    }
    let looked = backup::look_through(context).await.map_err(|error| unfit(chain(&error)))?;
    let LookedThrough { audit, end, untrue: found, contents } = looked;
    let entries = match audit {
        Finding::Whole { entries, .. } => entries,
        Finding::Broken { id, what } => return Err(unfit(format!("its audit is broken at row {id}: {what}"))),
        Finding::Cut { entries, head } => return Err(unfit(cut(entries, head))),
    };
    if !found.is_empty() {
        return Err(unfit(untrue(&found)));
    }
    let bytes = std::fs::metadata(file).map_or(0, |found| found.len());
    let mut lines = vec![
        format!("{name} is whole, of this release and made with these keys, {}.", size(bytes)),
        format!(
            "It holds {} connections, {} schools, {} contacts, {} colleagues and {} mails.",
            contents.connections, contents.schools, contents.contacts, contents.staff, contents.mails
        ),
        format!("Its audit is whole, {entries} entries, and every state follows from its events."),
    ];
    lines.extend(end.map(|end| format!("Last hash of its audit: {}", end.head)));
    Ok(lines)
}

/// A number of bytes, for people.
fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    match bytes / KIB {
        kib if kib < KIB => format!("{kib} KiB"),
        kib => format!("{}.{} MiB", kib / KIB, kib % KIB * 10 / KIB),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_said_in_two_units() {
        let said = [0, 4096, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 * 3 / 2, 1024 * 1024 * 2048].map(size);

        assert_eq!(said, ["0 KiB", "4 KiB", "1023 KiB", "1.0 MiB", "1.5 MiB", "2048.0 MiB"]);
    }

    #[test]
    fn a_place_is_known_by_other_paths_and_by_links_to_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("kk.db"), "it").expect("a file");
        std::fs::hard_link(at("kk.db"), at("hard")).expect("a link");
        std::os::unix::fs::symlink(at("kk.db"), at("soft")).expect("a link");
        std::fs::create_dir(at("below")).expect("a folder");

        let same = ["kk.db", "hard", "soft", "below/../kk.db"].map(|name| is_same(&at("kk.db"), &at(name)));
        let others = ["kk.db-wal", "other", "nowhere/kk.db"].map(|name| is_same(&at("kk.db"), &at(name)));

        assert_eq!((same, others), ([true; 4], [false; 3]));
        assert!(is_same(&at("kk.db-wal"), &at("below/../kk.db-wal")), "also where there is none yet");
    }
}
