//! `koppelklaar restore`: puts a backup in the place of a SQLite database, at once or not at all.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::ExposeSecret;

use super::backup::{check_is_elsewhere, sqlite_file};
use super::migrate::wait_for_turn;
use crate::services::operations::backup::{self, Fit};
use crate::settings::Settings;
use crate::startup::{self, Beside, Copied, StartError, lock_database, with_ending};
use crate::store::backup as copies;

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The backup, as `koppelklaar backup` made it; it stays as it is
    file: PathBuf,

    /// Put it in the place of the database that is there, which is gone then
    #[arg(long)]
    replace: bool,
}

pub(super) async fn run(settings: &Settings, args: &RestoreArgs) -> Result<(), StartError> {
    let (database, file) = (sqlite_file(settings)?, &args.file);
    check_is_elsewhere(settings, file)?;
    let mut source = startup::open_backup(file)?;
    let _sole = lock_database(settings.database_url()?.expose_secret())?;
    let _turn = wait_for_turn(&with_ending(&database, "migrating"))?;
    let is_there = std::fs::metadata(&database).is_ok_and(|found| found.len() > 0);
    if is_there && !args.replace {
        return Err(StartError::new(format!(
            "KOPPELKLAAR_DATABASE_URL: there is a database at {}. `--replace` puts the backup in its place; what it holds is \
             gone then.",
            database.display()
        )));
    }
    let not_done = |error: io::Error| {
        StartError::new(format!("{}: the backup was not put there ({error}); nothing changed", database.display()))
    };
    let mut beside = Beside::begin(&database).map_err(not_done)?;
    io::copy(&mut source, beside.file()).map_err(not_done)?;
    let Fit { behind } = look_at(settings, Copied { path: beside.path(), name: file }).await?;
    copies::leave_places_free(beside.path()).await.map_err(|error| not_done(io::Error::other(error)))?;
    if is_there {
        check_is_alone(&database).await?;
    }
    beside.take_place().map_err(not_done)?;
    println!("{} is now what {} held.", database.display(), file.display());
    if behind > 0 {
        println!("It is {behind} step(s) behind this release: run `koppelklaar migrate`.");
    }
    println!(
        "Mails that left after the backup was made would leave again: start with KOPPELKLAAR_MAIL=hold and look at them."
    );
    Ok(())
}

/// Whether one can go back to what was copied.
async fn look_at(settings: &Settings, copied: Copied<'_>) -> Result<Fit, StartError> {
    let context = startup::open_copy(settings, copied).await?;
    let found = backup::look_at(&context).await;
    context.db.close().await;
    found.map_err(|why| StartError::new(format!("{}: {why}. Nothing changed.", copied.name.display())))
}

/// Another command would go on with what it has open, and clear away files of the new database.
async fn check_is_alone(database: &Path) -> Result<(), StartError> {
    copies::check_is_alone(database).await.map_err(|_| {
        StartError::new(format!(
            "KOPPELKLAAR_DATABASE_URL: something has {} open, perhaps another command. End that first. Nothing changed.",
            database.display()
        ))
    })
}
