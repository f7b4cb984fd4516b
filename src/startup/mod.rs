//! Opens an installation as its settings say, and starts what runs beside the pages. Migrates nothing.

mod beside;
mod error;
mod files;
mod keys;
mod lock;
mod mailer;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use optie_b::limits;
use optie_b::studies::Codes;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use self::beside::Beside;
pub use self::error::StartError;
use self::error::cannot;
pub use self::files::{OpenFile, OpenSecret, check_files, files_of, find_open, find_open_secrets};
pub use self::lock::{DatabaseLock, lock_database, with_ending};
use secrecy::ExposeSecret;

use crate::app::App;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::domain::credential::Template;
use crate::domain::identity::SignInPolicy;
use crate::jobs;
use crate::magister::{Limits, Magister};
use crate::metrics::Metrics;
use crate::net::Reach;
use crate::oidc::Provider;
use crate::services::Context;
use crate::services::operations::backup::Unfit;
use crate::services::operations::key_check;
use crate::settings::{OidcConfig, Settings};
use crate::store::{Db, schema, sqlite_path};
use crate::web::WebState;
use crate::webhook::Courier;

/// The query template that ships with the product: clearly a sample.
const SAMPLE_TEMPLATE: &str = include_str!("../../templates/query/sample.sql");

/// Opens an installation whose database is of this release. Makes none where there is none: a path may be mistyped.
///
/// # Errors
/// What is wrong, by the name of the setting, and what to do.
pub async fn open(settings: &Settings) -> Result<App, StartError> {
    if let Some(path) = sqlite_path(settings.database_url()?.expose_secret()).filter(|path| !path.exists()) {
        return Err(StartError::new(format!(
            "KOPPELKLAAR_DATABASE_URL: there is no database at {}. Check the path, or make one with `koppelklaar migrate`.",
            path.display()
        )));
    }
    let app = open_any(settings).await?;
    check_schema(&app).await?;
    check_keys(&app).await?;
    Ok(app)
}

/// Refuses a key ring that is not this database's, and keeps what is new of one that is.
///
/// # Errors
/// What is wrong with the ring, and what to do.
pub async fn check_keys(app: &App) -> Result<(), StartError> {
    let checked = key_check::check_and_note(&app.context, app.clock.now()).await;
    checked.map_err(|fault| StartError::new(format!("KOPPELKLAAR_KEYS: {fault}")))
}

/// Opens database, keys and template as the settings say, of whichever release the database is.
///
/// # Errors
/// What is wrong, by the name of the setting, and what to do.
pub async fn open_any(settings: &Settings) -> Result<App, StartError> {
    let url = settings.database_url()?;
    let chance = Chance::os();
    let keys = keys::open_keys(settings, url.expose_secret(), &chance)?;
    let template = open_template(settings)?;
    let numo_codes = open_numo_codes(settings)?.map(Arc::new);
    if settings.password_length.is_short() {
        tracing::warn!("KOPPELKLAAR_PASSWORD_LENGTH is below 26 signs: such a password has less than 128 bits");
    }
    let db = Db::connect(url.expose_secret()).await.map_err(|error| {
        StartError::new(format!(
            "KOPPELKLAAR_DATABASE_URL: the database cannot be opened ({error}). Check that it exists and may be used."
        ))
    })?;
    let magister = Magister::new(Reach::internet(), Limits::default(), chance.clone());
    let context = Context::new(db, keys, chance, settings.base_url.clone(), template);
    let (sign_in, provider) = open_provider(settings)?;
    Ok(App {
        context: Context { numo_codes, sign_in: Arc::new(sign_in), provider, ..settings.apply_to(context) },
        mailer: mailer::open_mailer(settings)?,
        magister,
        courier: Courier::new(Reach::internet(), settings.webhook_private_hosts.clone()),
        clock: Clock::system(),
        metrics: Metrics::default(),
    })
}

/// A copy of the database that somebody looks into.
#[derive(Debug, Clone, Copy)]
pub struct Copied<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// What people call it: where it came from.
    pub name: &'a Path,
}

/// Opens a copy of the database for who looks into it, with the keys that are here: none are made, and nothing is changed.
///
/// # Errors
/// When the keys are not here, or the copy cannot be opened.
pub async fn open_copy(settings: &Settings, copied: Copied<'_>) -> Result<Context, StartError> {
    let keys = keys::find_keys(settings, settings.database_url()?.expose_secret())?;
    let unfit = |error| StartError::new(format!("{}: {}", copied.name.display(), Unfit::from(error)));
    let db = Db::open_copy(copied.path).await.map_err(unfit)?;
    let template = Template::parse(SAMPLE_TEMPLATE).map_err(|error| StartError::new(error.to_string()))?;
    Ok(Context::new(db, keys, Chance::os(), settings.base_url.clone(), template))
}

/// Opens the file of a backup, which must be all that there is of it.
///
/// # Errors
/// When it is not there or no file, or something opened it and left changes beside it.
pub fn open_backup(file: &Path) -> Result<File, StartError> {
    let cannot = |what: String| StartError::new(format!("{}: it cannot be read ({what})", file.display()));
    // A folder can be opened too, and only SQLite would say something about it, which nobody understands.
    if file.is_dir() {
        return Err(cannot("it is no file".to_owned()));
    }
    match files::find_left_beside(file) {
        Some(left) => Err(cannot(format!("something opened it and left {} beside it", left.display()))),
        None => File::open(file).map_err(|error| cannot(error.to_string())),
    }
}

/// The provider that the settings name, and how colleagues sign in. Nothing is asked of it: it may be away as we start.
///
/// # Errors
/// What is wrong, by the name of the setting.
pub fn open_provider(settings: &Settings) -> Result<(SignInPolicy, Option<Provider>), StartError> {
    let Some(OidcConfig { registration, policy }) = settings.oidc.read(&settings.base_url)? else {
        return Ok((SignInPolicy::default(), None));
    };
    let provider =
        Provider::new(registration).map_err(|fault| StartError::new(format!("KOPPELKLAAR_OIDC_ISSUER: {fault}")))?;
    Ok((policy, Some(provider)))
}

/// Refuses to go on with a database of another release.
async fn check_schema(app: &App) -> Result<(), StartError> {
    let behind = schema::pending(&app.context.db)
        .await
        .map_err(|error| StartError::new(format!("the schema cannot be read: {error}")))?;
    if behind == 0 {
        return Ok(());
    }
    Err(StartError::new(format!(
        "the database is {behind} step(s) behind this release: run `koppelklaar migrate` first"
    )))
}

/// Starts what runs beside the pages: the workers for mails, connection checks, runs and webhooks, and the timer. They end after `stop`.
pub async fn start_workers(app: &App, web: &WebState, stop: &CancellationToken) -> Result<JoinSet<()>, StartError> {
    jobs::repair_clock(app).await;
    let mut workers = JoinSet::new();
    workers.spawn(jobs::mail::work(app.clone(), stop.clone()));
    workers.spawn(jobs::checks::work(app.clone(), stop.clone()));
    workers.spawn(jobs::bulk::work(app.clone(), stop.clone()));
    workers.spawn(jobs::webhooks::work(app.clone(), stop.clone()));
    workers.spawn(jobs::database::watch(app.clone(), stop.clone()));
    let web = web.clone();
    let timer = jobs::start(app.clone(), move || web.limits.forget_idle(), stop.clone()).await;
    workers.spawn(timer.map_err(|error| StartError::new(format!("the timer does not start ({error})")))?);
    Ok(workers)
}

/// Reads the template that the settings name; the sample where they name none.
///
/// # Errors
/// What is wrong with it, and on which line.
pub fn open_template(settings: &Settings) -> Result<Template, StartError> {
    let Some(path) = &settings.query_template else {
        return Template::parse(SAMPLE_TEMPLATE).map_err(|error| StartError::new(error.to_string()));
    };
    let bytes = std::fs::read(path).map_err(|error| cannot("KOPPELKLAAR_QUERY_TEMPLATE", path, &error))?;
    let keep_extension = |template: Template| match path.extension() {
        Some(extension) => template.with_extension(&extension.to_string_lossy()),
        None => Ok(template),
    };
    Template::parse(bytes)
        .and_then(keep_extension)
        .map_err(|error| StartError::new(format!("KOPPELKLAAR_QUERY_TEMPLATE: {}: {error}", path.display())))
}

/// Reads the list of Numo's codes that the settings name; none where they name none.
///
/// # Errors
/// What is wrong with it.
pub fn open_numo_codes(settings: &Settings) -> Result<Option<Codes>, StartError> {
    let name = "KOPPELKLAAR_NUMO_CODES";
    let Some(path) = &settings.numo_codes else { return Ok(None) };
    let mut bytes = vec![];
    File::open(path)
        // No more than a file may have, and one byte by which that shows.
        .and_then(|file| file.take(limits::FILE_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| cannot(name, path, &error))?;
    let wrong = |what: String| StartError::new(format!("{name}: {}: {what}", path.display()));
    let codes = Codes::read(&bytes).map_err(|fault| wrong(fault.to_string()))?;
    if codes.iter().next().is_none() {
        return Err(wrong("there is no code in it. Write one code a line.".to_owned()));
    }
    Ok(Some(codes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_no_backup_and_its_refusal_says_so() {
        let folder = std::env::temp_dir();
        let refusal = open_backup(&folder).expect_err("a folder is refused").to_string();

        assert!(refusal.contains(&folder.display().to_string()) && refusal.contains("it is no file"), "{refusal}");
    }
}
