//! The command line: a file per command. Output is for people; errors say what to do.

#![expect(clippy::print_stdout, reason = "commands answer on standard output")]

mod api_key;
mod audit;
mod backup;
mod demo;
mod doctor;
mod doctor_words;
mod environment;
mod health;
mod help;
mod holidays;
mod key;
mod magister_simulator;
mod mail;
mod manual;
mod migrate;
mod optie_b;
mod privacy;
mod restore;
mod schools;
mod serve;
mod staff;
mod webhook;

use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::settings::Settings;
use crate::startup::StartError;
use crate::telemetry;

/// Koppelklaar takes a Dutch school from "we want Numo" to the moment it may press MAGISTER IMPORT.
#[derive(Debug, Parser)]
#[command(name = "koppelklaar", version, max_term_width = 110)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the whole product on a temporary folder, with schools in every state, log-ins and a mailbox to look in
    Demo(demo::DemoArgs),
    /// Serves the pages and the API, sends mails, and does what is on the timer
    Serve(serve::ServeArgs),
    /// Brings the database up to date with this release
    Migrate(migrate::MigrateArgs),
    /// Backs the SQLite database up while it is served, or looks through a backup
    Backup(backup::BackupArgs),
    /// Puts a backup in the place of the SQLite database
    Restore(restore::RestoreArgs),
    /// Schools from a spreadsheet
    #[command(subcommand)]
    Schools(schools::SchoolsCommand),
    /// Accounts of Kurve's colleagues
    #[command(subcommand)]
    Staff(staff::StaffCommand),
    /// Keys for machines that ask for verdicts
    #[command(subcommand)]
    ApiKey(api_key::ApiKeyCommand),
    /// Where machines are told by themselves of what happens to schools
    #[command(subcommand)]
    Webhook(webhook::WebhookCommand),
    /// The audit
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// What is kept of a person: handed over or erased
    #[command(subcommand)]
    Privacy(privacy::PrivacyCommand),
    /// School holidays, in which nobody is reminded
    #[command(subcommand)]
    Holidays(holidays::HolidaysCommand),
    /// Mail that comes back
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// Keys for sealing
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Optie B: from an export from Magister to the file that Numo reads
    #[command(subcommand, name = "optie-b")]
    OptieB(optie_b::OptieBCommand),
    /// A simulated Magister on this machine, to try clients against; no school is behind it
    MagisterSimulator(magister_simulator::SimulatorArgs),
    /// Checks settings, database, keys and mail, and says what to do
    Doctor(doctor::DoctorArgs),
    /// Asks the one that serves on this machine whether it is ready
    Health(health::HealthArgs),
    /// Writes man pages
    #[command(hide = true)]
    Man(manual::ManArgs),
    /// Prints completions for a shell
    #[command(hide = true)]
    Completions(manual::CompletionsArgs),
    /// Prints every setting as an example of the environment
    #[command(hide = true)]
    ExampleEnv,
}

impl Command {
    /// Whether it works on an installation, and does so at once. The doctor says what is wrong in its own way, and a
    /// mail server would only bring the mail again.
    fn works_on_an_installation(&self) -> bool {
        match self {
            Self::Serve(_)
            | Self::Migrate(_)
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::Schools(_)
            | Self::Staff(_)
            | Self::ApiKey(_)
            | Self::Webhook(_)
            | Self::Audit(_)
            | Self::Privacy(_)
            | Self::Holidays(_) => true,
            Self::Demo(_)
            | Self::Mail(_)
            | Self::Key(_)
            | Self::OptieB(_)
            | Self::MagisterSimulator(_)
            | Self::Doctor(_)
            | Self::Health(_)
            | Self::Man(_)
            | Self::Completions(_)
            | Self::ExampleEnv => false,
        }
    }
}

impl Cli {
    /// Reads the command line; where it is wrong, or asks for help, it says so and gives the code to end with.
    ///
    /// # Errors
    /// The code with which the program ends.
    pub fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, u8> {
        let words: Vec<OsString> = words.into_iter().collect();
        Self::read_words(&words).map_err(|error| {
            // Nothing can be said where nobody listens.
            let _ = error.print();
            match u8::try_from(error.exit_code()).unwrap_or(1) {
                0 => 0,
                // Who asks for this command is a mail server: with any other code it would send the mail back.
                _ if words.iter().any(|word| word == "mail") => mail::BRING_AGAIN,
                code => code,
            }
        })
    }

    fn read_words(words: &[OsString]) -> Result<Self, clap::Error> {
        let mut program = help::shown_once(Self::command());
        let matches = program.try_get_matches_from_mut(words)?;
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut program))
    }

    /// Does what the command line asks.
    pub async fn run(self) -> Result<(), StartError> {
        let Self { command, settings } = self;
        let usual = if matches!(command, Command::Demo(_)) { tracing::Level::WARN } else { tracing::Level::INFO };
        telemetry::start(settings.log_level.unwrap_or(usual), settings.log_format)
            .map_err(|error| StartError::new(format!("logging does not start ({error})")))?;
        if command.works_on_an_installation() {
            environment::check(&Self::command())?;
        }
        match command {
            Command::Demo(args) => demo::run(settings, &args).await,
            Command::Serve(serving) => serve::run(&settings, &serving).await,
            Command::Migrate(args) => migrate::run(&settings, &args).await,
            Command::Backup(args) => backup::run(&settings, &args).await,
            Command::Restore(args) => restore::run(&settings, &args).await,
            Command::Schools(command) => schools::run(&settings, command).await,
            Command::Staff(command) => staff::run(&settings, command).await,
            Command::ApiKey(command) => api_key::run(&settings, command).await,
            Command::Webhook(command) => webhook::run(&settings, command).await,
            Command::Audit(command) => audit::run(&settings, &command).await,
            Command::Privacy(command) => privacy::run(&settings, command).await,
            Command::Holidays(command) => holidays::run(&settings, command).await,
            Command::Mail(command) => mail::run(&settings, command).await,
            Command::Key(command) => key::run(&command),
            Command::OptieB(command) => optie_b::run(command),
            Command::MagisterSimulator(args) => magister_simulator::run(args).await,
            Command::Doctor(args) => {
                doctor::run(&settings, &args, &environment::find_unknown_names(&Self::command())).await
            }
            Command::Health(args) => health::run(&args),
            Command::Man(args) => manual::write_pages(Self::command(), &args),
            Command::Completions(args) => {
                manual::print_completions(Self::command(), &args);
                Ok(())
            }
            Command::ExampleEnv => {
                print!("{}", manual::example(&Self::command()));
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(arguments: &[&str]) -> String {
        let parsed = Cli::try_parse_from(["koppelklaar"].iter().chain(arguments));
        parsed.expect_err("it is refused").to_string()
    }

    #[test]
    fn a_key_for_machines_has_a_name_that_shows_in_a_list() {
        for name in ["", "  ", "nu\tmo", "numo\nworks  ander", &"n".repeat(41)] {
            let refusal = refusal(&["api-key", "add", "--name", name]);
            assert!(refusal.contains("--name") && refusal.contains("1 to 40 signs"), "{name:?}: {refusal}");
        }
        for name in ["numo", " Numo 2 ", &"n".repeat(40)] {
            assert!(Cli::try_parse_from(["koppelklaar", "api-key", "add", "--name", name]).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn an_address_that_is_none_is_refused_in_the_language_of_the_command_line() {
        for command in ["export", "erase"] {
            let refusal = refusal(&["privacy", command, "joke"]);
            assert!(refusal.contains("must be an e-mail address"), "{refusal}");
            assert!(!refusal.contains("Dit is"), "{refusal}");
        }
    }

    #[test]
    fn an_id_that_is_none_is_refused_with_where_ids_are_found() {
        for command in
            [vec!["test"], vec!["secret"], vec!["replay", "--after", "0"], vec!["stop"], vec!["start"], vec!["remove"]]
        {
            let refusal = refusal(&[&["webhook"], &*command, &["numo"]].concat());
            assert!(refusal.contains("must be an id, as `koppelklaar webhook list` prints it"), "{refusal}");
        }
    }
}
