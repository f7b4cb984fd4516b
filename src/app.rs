//! The composition root: settings become an context, a mailer, a site and workers. Used by `serve`, `demo`, the
//! other commands and the tests.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::ExposeSecret;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::chance::Chance;
use crate::cli::settings::Settings;
use crate::clock::Clock;
use crate::crypto::KeyRing;
use crate::domain::credential::Template;
use crate::jobs;
use crate::magister::{Limits, Magister, Reach};
use crate::mail::message::Sender;
use crate::mail::transport::Transport;
use crate::mail::{SmtpTransport, SmtpUrl};
use crate::metrics::Metrics;
use crate::services::Context;
use crate::services::mail::dispatch::Mailer;
use crate::services::operations::worker_health::HealthMonitor;
use crate::services::people::hashing::HashingPool;
use crate::services::people::portal_access::LINKS_PER_QUARTER;
use crate::store::{Db, schema, sqlite_path};
use crate::web::rate_limit::{Allowance, RateLimits};
use crate::web::{DemoWeb, Streams, WebState, WebStateParts};

/// The query template that ships with the product: clearly a sample.
const SAMPLE_TEMPLATE: &str = include_str!("../templates/query/sample.sql");

/// Why the product cannot start, with what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(String, u8);

impl StartError {
    /// An error with what to do.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into(), 1)
    }

    /// The same, for who reads the code with which the program ends.
    #[must_use]
    pub fn with_code(self, code: u8) -> Self {
        Self(self.0, code)
    }

    /// The code with which the program ends.
    pub fn code(&self) -> u8 {
        self.1
    }
}

/// Everything that runs, before it runs.
#[derive(Debug, Clone)]
pub struct App {
    /// What use cases work with.
    pub context: Context,
    /// How mails leave.
    pub mailer: Mailer,
    /// How schools' Magisters are called.
    pub magister: Magister,
    /// The time.
    pub clock: Clock,
    /// What this instance counts of itself.
    pub metrics: Metrics,
}

impl App {
    /// Opens database, keys and template as the settings say. Migrates nothing.
    ///
    /// # Errors
    /// What is wrong, by the name of the setting, and what to do.
    pub async fn open(settings: &Settings) -> Result<Self, StartError> {
        let url = settings.database_url()?;
        let chance = Chance::os();
        let keys = open_keys(settings, url.expose_secret(), &chance)?;
        let template = open_template(settings)?;
        if settings.password_length.is_short() {
            tracing::warn!("KOPPELKLAAR_PASSWORD_LENGTH is below 26 signs: such a password has less than 128 bits");
        }
        let db = Db::connect(url.expose_secret()).await.map_err(|error| {
            StartError::new(format!("KOPPELKLAAR_DATABASE_URL: the database cannot be opened ({error}). Check that it exists and may be used."))
        })?;
        let context = Context {
            db,
            keys,
            chance,
            base: settings.base_url.clone(),
            template: Arc::new(template),
            password_length: settings.password_length,
            support_email: settings.support_email.clone(),
            bounce_address: settings.bounce_address.clone(),
            links_per_quarter: LINKS_PER_QUARTER,
            hashing: HashingPool::default(),
            reminders: Arc::new(settings.reminder_rules()),
            mail: settings.mail_rules(),
            mail_waits: Arc::new(Notify::new()),
            check_policy: settings.check,
            check_waits: Arc::new(Notify::new()),
        };
        let magister = Magister::new(Reach::internet(), Limits::default(), context.chance.clone());
        Ok(Self {
            context,
            mailer: open_mailer(settings)?,
            magister,
            clock: Clock::system(),
            metrics: Metrics::default(),
        })
    }

    /// Refuses to go on with a database of another release.
    ///
    /// # Errors
    /// When the database is behind, with the command that helps; and when another release made it.
    pub async fn check_schema(&self) -> Result<(), StartError> {
        let behind = schema::pending(&self.context.db)
            .await
            .map_err(|error| StartError::new(format!("the schema cannot be read: {error}")))?;
        if behind == 0 {
            return Ok(());
        }
        Err(StartError::new(format!(
            "the database is {behind} step(s) behind this release: run `koppelklaar migrate` first"
        )))
    }

    /// The site with its limits.
    pub fn web(&self, allowance: Allowance, trusted_proxies: usize, demo: Option<DemoWeb>) -> WebState {
        WebState::new(WebStateParts {
            context: self.context.clone(),
            clock: self.clock.clone(),
            limits: RateLimits::new(allowance),
            trusted_proxies,
            streams: Streams::default(),
            demo,
            watch: HealthMonitor::since(self.clock.now()),
            metrics: self.metrics.clone(),
        })
    }

    /// Starts what runs beside the pages: the workers for mails and connection checks, and the timer. They end after `stop`.
    pub async fn start_workers(&self, web: WebState, stop: &CancellationToken) -> Result<JoinSet<()>, StartError> {
        let mut workers = JoinSet::new();
        workers.spawn(jobs::mail::work(self.clone(), stop.clone()));
        workers.spawn(jobs::checks::work(self.clone(), stop.clone()));
        let timer = jobs::start(self.clone(), web, stop.clone()).await;
        workers.spawn(timer.map_err(|error| StartError::new(format!("the timer does not start ({error})")))?);
        Ok(workers)
    }
}

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

fn cannot(setting: &str, path: &Path, error: &std::io::Error) -> StartError {
    StartError::new(format!("{setting}: {} cannot be used ({error})", path.display()))
}

fn open_keys(settings: &Settings, url: &str, chance: &Chance) -> Result<KeyRing, StartError> {
    if let Some(text) = settings.keys()? {
        return KeyRing::parse(text.expose_secret())
            .map_err(|error| StartError::new(format!("KOPPELKLAAR_KEYS: {error}")));
    }
    let Some(database) = sqlite_path(url) else {
        return Err(StartError::new(
            "KOPPELKLAAR_KEYS: with PostgreSQL the keys must be given. Make a line with `koppelklaar key new`, keep it \
             safe, and give it to every instance by KOPPELKLAAR_KEYS_FILE.",
        ));
    };
    let path = with_ending(&database, "keys");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            check_is_new(&database, &path)?;
            make_keys(&path, chance)?
        }
        Err(error) => return Err(cannot("KOPPELKLAAR_KEYS_FILE", &path, &error)),
    };
    KeyRing::parse(&text).map_err(|error| StartError::new(format!("{}: {error}", path.display())))
}

/// A database with content was sealed with keys that must come back; a new key would open nothing of it.
fn check_is_new(database: &Path, keys: &Path) -> Result<(), StartError> {
    if std::fs::metadata(database).is_ok_and(|file| file.len() > 0) {
        return Err(StartError::new(format!(
            "KOPPELKLAAR_KEYS_FILE: the database is there, but its keys are not. Put {} back, or say where they are.",
            keys.display()
        )));
    }
    Ok(())
}

/// Makes the first key of an installation, in a file that only its owner can read.
fn make_keys(path: &Path, chance: &Chance) -> Result<String, StartError> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    let line = KeyRing::generate_line(chance, "k1").map_err(|error| StartError::new(error.to_string()))?;
    let text = format!(
        "# Keys of this koppelklaar. Back them up apart from the database; without them it cannot be read.\n{}\n",
        line.expose_secret()
    );
    let opened = File::options().write(true).create_new(true).mode(0o600).open(path);
    match opened {
        Ok(mut file) => {
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(|error| cannot("KOPPELKLAAR_KEYS_FILE", path, &error))?;
            tracing::info!("Made the first key of this installation, beside the database");
            Ok(text)
        }
        // Another command that started at the same moment made it.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            std::fs::read_to_string(path).map_err(|error| cannot("KOPPELKLAAR_KEYS_FILE", path, &error))
        }
        Err(error) => Err(cannot("KOPPELKLAAR_DATABASE_URL (its keys are made beside it)", path, &error)),
    }
}

fn open_template(settings: &Settings) -> Result<Template, StartError> {
    let Some(path) = &settings.query_template else {
        return Template::parse(SAMPLE_TEMPLATE).map_err(|error| StartError::new(error.to_string()));
    };
    let text = std::fs::read_to_string(path).map_err(|error| cannot("KOPPELKLAAR_QUERY_TEMPLATE", path, &error))?;
    Template::parse(&text)
        .map_err(|error| StartError::new(format!("KOPPELKLAAR_QUERY_TEMPLATE: {}: {error}", path.display())))
}

fn trusting(smtp: SmtpTransport, authority: Option<&Path>) -> Result<SmtpTransport, StartError> {
    const SETTING: &str = "KOPPELKLAAR_SMTP_CA_FILE";
    let Some(path) = authority else { return Ok(smtp) };
    let pem = std::fs::read_to_string(path).map_err(|error| cannot(SETTING, path, &error))?;
    smtp.with_authority(&pem).map_err(|error| StartError::new(format!("{SETTING}: {} {error}", path.display())))
}

fn open_mailer(settings: &Settings) -> Result<Mailer, StartError> {
    let transport = match settings.smtp_url()? {
        Some(url) => {
            let url = SmtpUrl::parse(url.expose_secret())
                .map_err(|error| StartError::new(format!("KOPPELKLAAR_SMTP_URL: {error}")))?;
            let smtp = SmtpTransport::new(url).with_timeouts(settings.smtp_timeouts());
            Transport::Smtp(trusting(smtp, settings.smtp_ca_file.as_deref())?)
        }
        None if settings.smtp_ca_file.is_some() => {
            return Err(StartError::new("KOPPELKLAAR_SMTP_CA_FILE: set KOPPELKLAAR_SMTP_URL too, or leave this out"));
        }
        None => {
            let folder = &settings.mail_dir;
            std::fs::create_dir_all(folder).map_err(|error| cannot("KOPPELKLAAR_MAIL_DIR", folder, &error))?;
            Transport::Folder(folder.clone())
        }
    };
    let sender = Sender { name: "Koppelklaar".to_owned(), address: settings.mail_from.clone() };
    Ok(Mailer { transport, sender })
}
