//! Every setting is an option with an environment name, so that `--help` is the reference. Secrets may come from a
//! file; a wrong value stops the start by the setting's name and is never printed.

mod error;
mod names;
mod oidc;
mod serve;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use clap::builder::TypedValueParser;
use secrecy::{ExposeSecret, SecretString};

pub use self::error::SettingsError;
pub use self::names::{UnknownName, find_unknown};
pub use self::oidc::{OidcConfig, OidcSettings};
pub use self::serve::ServeSettings;
use crate::domain::check::CheckPolicy;
use crate::domain::credential::PasswordLength;
use crate::domain::gathering::Gathering;
use crate::domain::help_links::HelpLinks;
use crate::domain::mail_rules::{AllowList, MailFlow, MailRules};
use crate::domain::new_schools::NewSchools;
use crate::domain::reminder::{ReminderPolicy, ReminderStages, WorkingHours};
use crate::domain::retention::Retention;
use crate::domain::text::EmailAddress;
use crate::domain::webhook::EndpointUrl;
use crate::links::BaseUrl;
use crate::mail::{Timeouts, TokenAddress};
use crate::services::reminders::ReminderRules;
use crate::services::{Context, SUPPORT_EMAIL};
use crate::telemetry::LogFormat;

/// Who may read the keys and the SQLite file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FileReaders {
    /// The owner alone.
    Owner,
    /// The owner and the group.
    Group,
}

/// Settings of every command that touches an installation.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The database: sqlite:PATH, or postgres://USER:PASSWORD@HOST/NAME
    #[arg(long, env = "KOPPELKLAAR_DATABASE_URL", hide_env_values = true, global = true)]
    database_url: Option<SecretString>,

    /// A file that holds the database URL [default: sqlite:koppelklaar.db]
    #[arg(long, env = "KOPPELKLAAR_DATABASE_URL_FILE", global = true, conflicts_with = "database_url")]
    database_url_file: Option<PathBuf>,

    /// The key ring: lines ID:BASE64, the newest last
    #[arg(long, env = "KOPPELKLAAR_KEYS", hide_env_values = true, global = true)]
    keys: Option<SecretString>,

    /// A file that holds the key ring [default with SQLite: beside the database, made on first start]
    #[arg(long, env = "KOPPELKLAAR_KEYS_FILE", global = true, conflicts_with = "keys")]
    keys_file: Option<PathBuf>,

    /// Who may read the key ring and the SQLite file: owner, or group for the owner and the group; `serve` refuses more
    #[arg(long, env = "KOPPELKLAAR_FILE_READERS", default_value = "owner", global = true)]
    pub file_readers: FileReaders,

    /// Where this installation is reached: scheme, host and perhaps a port; links in mails and redirects start with it
    #[arg(long, env = "KOPPELKLAAR_BASE_URL", default_value = "http://127.0.0.1:8080", global = true)]
    pub base_url: BaseUrl,

    /// The mail server: smtps://USER:PASSWORD@HOST, or smtp://HOST:PORT?tls=required; without it mails become files
    #[arg(long, env = "KOPPELKLAAR_SMTP_URL", hide_env_values = true, global = true)]
    smtp_url: Option<SecretString>,

    /// A file that holds the mail server's URL
    #[arg(long, env = "KOPPELKLAAR_SMTP_URL_FILE", global = true, conflicts_with = "smtp_url")]
    smtp_url_file: Option<PathBuf>,

    /// A PEM file with the private authority of the mail server's certificate, trusted beside the public ones
    #[arg(long, env = "KOPPELKLAAR_SMTP_CA_FILE", global = true)]
    pub smtp_ca_file: Option<PathBuf>,

    /// How many seconds the mail server has for each step before the message, 1 to 300
    #[arg(long, env = "KOPPELKLAAR_SMTP_STEP_TIMEOUT", default_value = "60", value_parser = seconds(300), global = true)]
    pub smtp_step_timeout: u16,

    /// How many seconds the mail server has to take a whole message, 1 to 3600; fewer make duplicates likelier
    #[arg(long, env = "KOPPELKLAAR_SMTP_MESSAGE_TIMEOUT", default_value = "600", value_parser = seconds(3600), global = true)]
    pub smtp_message_timeout: u16,

    /// Whether mails go: send, or hold, which keeps every mail and sends none
    #[arg(long, env = "KOPPELKLAAR_MAIL", default_value_t = MailFlow::Send, global = true)]
    pub mail: MailFlow,

    /// The only receivers of mails, for a trial: addresses and @domains with commas between them [default: everybody]
    #[arg(long, env = "KOPPELKLAAR_MAIL_ONLY_TO", hide_env_values = true, global = true)]
    pub mail_only_to: Option<AllowList>,

    /// How many minutes a mail to a contact waits for what else happens to them, so that they get one mail of it, 0 to 60;
    /// 0 sends each by itself
    #[arg(long, env = "KOPPELKLAAR_GATHER_MINUTES", default_value_t = Gathering::MINUTES, value_parser = clap::value_parser!(u8).range(0..=60), global = true)]
    pub gather_minutes: u8,

    /// The folder for mails when there is no mail server
    #[arg(long, env = "KOPPELKLAAR_MAIL_DIR", default_value = "koppelklaar-mail", global = true)]
    pub mail_dir: PathBuf,

    /// The address that mails come from
    #[arg(long, env = "KOPPELKLAAR_MAIL_FROM", default_value = "koppelklaar@kurve.nl", value_parser = address, global = true)]
    pub mail_from: String,

    /// The address that delivery reports come back to, as bounces+TOKEN@… for each mail; pipe its mail to
    /// `koppelklaar mail bounce` [default: the address that mails come from]
    #[arg(long, env = "KOPPELKLAAR_BOUNCE_ADDRESS", global = true)]
    pub bounce_address: Option<TokenAddress>,

    /// The address that answers to messages come in at, as antwoord+TOKEN@… for each message; pipe its mail to
    /// `koppelklaar mail in` [default: answers go to Kurve's support]
    #[arg(long, env = "KOPPELKLAAR_REPLY_ADDRESS", global = true)]
    pub reply_address: Option<TokenAddress>,

    /// Kurve's support: shown on every page, and told what waits on Kurve
    #[arg(long, env = "KOPPELKLAAR_SUPPORT_EMAIL", default_value = SUPPORT_EMAIL, value_parser = address, global = true)]
    pub support_email: String,

    /// The installation's query template [default: the sample that ships with the product]
    #[arg(long, env = "KOPPELKLAAR_QUERY_TEMPLATE", global = true)]
    pub query_template: Option<PathBuf>,

    /// Where the help is that the manual points to, with commas between: consent=URL, leerplan-video=URL,
    /// leerplan-document=URL, sso=URL [default: none, and then no link is shown]
    #[arg(long, env = "KOPPELKLAAR_HELP_LINKS", global = true)]
    pub help_links: Option<HelpLinks>,

    /// A list of Numo's opleidingscodes for Optie B: a code a line, perhaps with what it stands for in a second column
    #[arg(long, env = "KOPPELKLAAR_NUMO_CODES", global = true)]
    pub numo_codes: Option<PathBuf>,

    /// How many signs a webservice password has, 20 to 64
    #[arg(long, env = "KOPPELKLAAR_PASSWORD_LENGTH", default_value_t = PasswordLength::default(), global = true)]
    pub password_length: PasswordLength,

    /// After how many working days a school is reminded of what it holds
    #[arg(long, env = "KOPPELKLAAR_REMINDER_DAYS", default_value_t = ReminderPolicy::default().stages, global = true)]
    pub reminder_days: ReminderStages,

    /// At what time of a working day reminders go out, between 06:00 and 22:00
    #[arg(long, env = "KOPPELKLAAR_REMINDER_HOURS", default_value_t = WorkingHours::default(), global = true)]
    pub reminder_hours: WorkingHours,

    /// How many days ahead a school may put its reminders off, 1 to 60
    #[arg(long, env = "KOPPELKLAAR_SNOOZE_DAYS", default_value = "60", value_parser = clap::value_parser!(u32).range(1..=60), global = true)]
    pub snooze_days: u32,

    /// Whether a school that is not here begins as soon as who asked confirms their address: start, or review, where Kurve decides and
    /// nobody outside learns before that which BRIN or school domain is here
    #[arg(long, env = "KOPPELKLAAR_NEW_SCHOOLS", default_value_t = NewSchools::default(), global = true)]
    pub new_schools: NewSchools,

    /// For how many days is kept what ends by itself, as links=7,frozen-mails=30; what is not named is kept as by default: links
    /// and requests that ended (1 to 90), frozen-mails: the bytes of mails that went (1 to 366), checks (30 to 1830), requests
    /// that Kurve decided on (7 to 1830), runs for many (7 to 366), what webhooks were told (7 to 90),
    /// schools: what is personal of a connection whose schools are all done or stopped (90 to 3660)
    #[arg(long, env = "KOPPELKLAAR_KEEP", default_value_t = Retention::default(), global = true)]
    pub keep: Retention,

    /// What is done with connection checks: off (this address is not allowlisted at Magister), advise, or require (Kurve
    /// activates after a passing check only)
    #[arg(long, env = "KOPPELKLAAR_CHECK", default_value_t = CheckPolicy::default(), global = true)]
    pub check: CheckPolicy,

    /// Hosts of webhooks that may be within this network, by name, with commas between; others must be public
    #[arg(long, env = "KOPPELKLAAR_WEBHOOK_PRIVATE_HOSTS", value_delimiter = ',', value_parser = host, global = true)]
    pub webhook_private_hosts: Vec<String>,
    /// Signing in with the account of one's organisation.
    #[command(flatten)]
    pub oidc: OidcSettings,

    /// How much is logged: error, warn, info, debug or trace [default: info, and warn in the demo]
    #[arg(long, env = "KOPPELKLAAR_LOG_LEVEL", global = true)]
    pub log_level: Option<tracing::Level>,

    /// How log lines look
    #[arg(long, env = "KOPPELKLAAR_LOG_FORMAT", default_value = "text", global = true)]
    pub log_format: LogFormat,
}

impl Settings {
    /// The database's URL.
    ///
    /// # Errors
    /// When its file cannot be read, or it is of another kind of database.
    pub fn database_url(&self) -> Result<SecretString, SettingsError> {
        let given = given("KOPPELKLAAR_DATABASE_URL", self.database_url.as_ref(), self.database_url_file.as_deref())?;
        let url = match given {
            Some(url) => url,
            None => "sqlite:koppelklaar.db".into(),
        };
        let is_known =
            ["sqlite:", "postgres://", "postgresql://"].iter().any(|start| url.expose_secret().starts_with(start));
        if is_known {
            Ok(url)
        } else {
            Err(SettingsError::new("KOPPELKLAAR_DATABASE_URL: must start with sqlite: or postgres://"))
        }
    }

    /// Works on another SQLite file, mail folder and base URL: for the demo.
    pub fn move_to(&mut self, folder: &Path, base_url: BaseUrl) {
        let url = format!("sqlite:{}", folder.join("koppelklaar.db").display());
        self.database_url = Some(url.into());
        (self.database_url_file, self.keys, self.keys_file, self.smtp_url, self.smtp_url_file) =
            (None, None, None, None, None);
        self.smtp_ca_file = None;
        // Whoever tries it out sees each mail at once.
        self.gather_minutes = 0;
        self.mail_dir = folder.join("mail");
        self.base_url = base_url;
    }

    /// The context with what is set for use cases.
    pub fn apply_to(&self, context: Context) -> Context {
        Context {
            password_length: self.password_length,
            support_email: self.support_email.clone(),
            bounce_address: self.bounce_address.clone(),
            reply_address: self.reply_address.clone(),
            reminders: Arc::new(self.reminder_rules()),
            mail: self.mail_rules(),
            help_links: Arc::new(self.help_links.clone().unwrap_or_default()),
            gathering: Gathering::of_minutes(self.gather_minutes),
            new_schools: self.new_schools,
            retention: self.keep.clone(),
            check_policy: self.check,
            ..context
        }
    }

    /// When reminders come.
    pub fn reminder_rules(&self) -> ReminderRules {
        let policy = ReminderPolicy {
            stages: self.reminder_days.clone(),
            hours: self.reminder_hours,
            max_snooze_days: self.snooze_days,
        };
        ReminderRules { policy, ..ReminderRules::default() }
    }

    /// Whether mails go, and to whom.
    pub fn mail_rules(&self) -> MailRules {
        MailRules { is_held: self.mail == MailFlow::Hold, only_to: self.mail_only_to.clone() }
    }

    /// How long the mail server may take.
    pub fn smtp_timeouts(&self) -> Timeouts {
        let step = Duration::from_secs(self.smtp_step_timeout.into());
        let message = Duration::from_secs(self.smtp_message_timeout.into());
        Timeouts { step, message, goodbye: step.min(Timeouts::default().goodbye) }
    }

    /// The key ring's text, if it is given.
    pub fn keys(&self) -> Result<Option<SecretString>, SettingsError> {
        given("KOPPELKLAAR_KEYS", self.keys.as_ref(), self.keys_file.as_deref())
    }

    /// Whether the key ring is given as it is, in no file.
    pub fn gives_keys(&self) -> bool {
        self.keys.is_some()
    }

    /// The file of the key ring, if one is set.
    pub fn keys_file(&self) -> Option<&Path> {
        self.keys_file.as_deref()
    }

    /// The files that hold other secrets, as far as they are set.
    pub fn secret_files(&self) -> impl Iterator<Item = &Path> {
        let files = [self.database_url_file.as_ref(), self.smtp_url_file.as_ref(), self.oidc.secret_file()];
        files.into_iter().flatten().map(PathBuf::as_path)
    }

    /// The mail server's URL, if there is one.
    pub fn smtp_url(&self) -> Result<Option<SecretString>, SettingsError> {
        given("KOPPELKLAAR_SMTP_URL", self.smtp_url.as_ref(), self.smtp_url_file.as_deref())
    }
}

fn given(name: &str, value: Option<&SecretString>, file: Option<&Path>) -> Result<Option<SecretString>, SettingsError> {
    if let Some(value) = value {
        return Ok(Some(value.clone()));
    }
    let Some(file) = file else { return Ok(None) };
    let text = std::fs::read_to_string(file)
        .map_err(|error| SettingsError::new(format!("{name}_FILE: {} cannot be read ({error})", file.display())))?;
    Ok(Some(text.trim().into()))
}

fn seconds(most: i64) -> impl TypedValueParser<Value = u16> {
    clap::value_parser!(u16).range(1..=most)
}

fn host(text: &str) -> Result<String, String> {
    let host = text.trim();
    match EndpointUrl::parse(&format!("https://{host}/")) {
        Ok(url) if url.authority() == host => Ok(host.to_owned()),
        Ok(_) | Err(_) => Err("must be names of hosts in lower case, with commas between".to_owned()),
    }
}

fn address(text: &str) -> Result<String, String> {
    EmailAddress::parse(text).map(|address| address.to_string()).map_err(|_| "must be an e-mail address".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::domain::retention::Kept;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        settings: Settings,
    }

    fn policy(options: &[&str]) -> ReminderPolicy {
        let line = [&["koppelklaar"], options].concat();
        Cli::try_parse_from(line).expect("good values").settings.reminder_rules().policy
    }

    #[test]
    fn what_is_kept_for_how_long_is_what_is_set() {
        let line = ["koppelklaar", "--keep", "links=3,runs=30"];
        let keep = Cli::try_parse_from(line).expect("good values").settings.keep;

        assert_eq!((keep.days(Kept::Links), keep.days(Kept::Runs), keep.days(Kept::Checks)), (3, 30, 366));
    }

    #[test]
    fn the_policy_of_reminders_is_what_is_set_and_else_that_of_the_product() {
        let set = policy(&["--reminder-days", "2,5", "--reminder-hours", "09:30-12:00", "--snooze-days", "14"]);

        assert_eq!(policy(&[]), ReminderPolicy::default());
        assert_eq!((set.stages.to_string(), set.hours.to_string()), ("2,5".to_owned(), "09:30-12:00".to_owned()));
        assert_eq!(set.max_snooze_days, 14);
    }
}
