//! `koppelklaar migrate`.

use std::fs::File;

use clap::Args;
use secrecy::ExposeSecret;

use crate::settings::Settings;
use crate::startup::{self, StartError, with_ending};
use crate::store::onboarding::upkeep::Which;
use crate::store::{schema, sqlite_path};

#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    /// Write anew what the list of schools shows, from what is kept of each school
    #[arg(long)]
    rebuild_lists: bool,
}

pub(super) async fn run(settings: &Settings, args: &MigrateArgs) -> Result<(), StartError> {
    let which = if args.rebuild_lists { Which::All } else { Which::Missing };
    let steps = migrate_with(settings, which).await?;
    match steps {
        0 => println!("The database is up to date."),
        1 => println!("The database was brought up to date in 1 step."),
        steps => println!("The database was brought up to date in {steps} steps."),
    }
    Ok(())
}

/// Brings the database up to date; commands that start together wait for one another.
pub(super) async fn migrate(settings: &Settings) -> Result<usize, StartError> {
    migrate_with(settings, Which::Missing).await
}

async fn migrate_with(settings: &Settings, which: Which) -> Result<usize, StartError> {
    let url = settings.database_url()?;
    let _turn =
        sqlite_path(url.expose_secret()).map(|path| wait_for_turn(&with_ending(&path, "migrating"))).transpose()?;
    let app = startup::open_any(settings).await?;
    let steps = schema::migrate_with(&app.context.db, which).await;
    let steps = steps.map_err(|error| StartError::new(format!("the database was not changed: {error}")))?;
    startup::check_keys(&app).await?;
    app.context.db.close().await;
    Ok(steps)
}

/// Waits for other commands that change what the database is.
pub(super) fn wait_for_turn(path: &std::path::Path) -> Result<File, StartError> {
    let cannot =
        |error| StartError::new(format!("KOPPELKLAAR_DATABASE_URL: {} cannot be used ({error})", path.display()));
    let file = File::create(path).map_err(cannot)?;
    file.lock().map_err(cannot)?;
    Ok(file)
}
