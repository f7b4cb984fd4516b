//! `koppelklaar privacy`: what is kept of a person, by their address. Names and addresses go to the terminal of who asks, and
//! never to the log.

use clap::{Args, Subcommand};

use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::text::EmailAddress;
use crate::services::Call;
use crate::services::privacy::erase::{self, EraseError, Erased};
use crate::services::privacy::export::{self, Count, Dossier};
use crate::settings::Settings;
use crate::startup::{self, StartError};

#[derive(Debug, Subcommand)]
pub(super) enum PrivacyCommand {
    /// Prints everything that is kept of a person, to hand over to them: as JSON, or as a page
    Export(ExportArgs),
    /// Erases everything that is kept of a person; what they did stays, as done by a former contact
    Erase(EraseArgs),
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// The address of the person
    #[arg(value_parser = address)]
    email: EmailAddress,
    /// As a page in Dutch, instead of JSON
    #[arg(long)]
    page: bool,
}

#[derive(Debug, Args)]
pub(super) struct EraseArgs {
    /// The address of the person
    #[arg(value_parser = address)]
    email: EmailAddress,
    /// Only counts what would be erased
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(settings: &Settings, command: PrivacyCommand) -> Result<(), StartError> {
    let app = startup::open(settings).await?;
    let done = match command {
        PrivacyCommand::Export(args) => print(&app, args).await,
        PrivacyCommand::Erase(args) if args.dry_run => count(&app, args.email).await,
        PrivacyCommand::Erase(args) => erase(&app, &args.email).await,
    };
    app.context.db.close().await;
    done
}

async fn print(app: &App, args: ExportArgs) -> Result<(), StartError> {
    let dossier = look(app, args.email).await?;
    if args.page {
        println!("{}", dossier.to_page()?);
    } else {
        println!("{:#}", dossier.to_json());
    }
    Ok(())
}

async fn look(app: &App, email: EmailAddress) -> Result<Dossier, StartError> {
    Ok(export::look(&app.context, app.clock.now(), email).await?)
}

async fn count(app: &App, email: EmailAddress) -> Result<(), StartError> {
    let dossier = look(app, email).await?;
    let counts: Vec<Count> = dossier.counts().into_iter().filter(|count| count.kind.goes()).collect();
    print_counts(&counts);
    if dossier.inside_the_chain > 0 {
        println!("{}", refused(&EraseError::InsideTheChain(dossier.inside_the_chain)));
    }
    println!("Nothing was changed.");
    Ok(())
}

async fn erase(app: &App, email: &EmailAddress) -> Result<(), StartError> {
    let call = Call::by_machine(Actor::Operator, app.clock.now(), "privacy_erase");
    let erased = erase::erase(&app.context, &app.mailer, &call, email).await;
    let Erased { counts, files, on_their_way, is_swept } = erased.map_err(|error| match error {
        EraseError::Service(error) => error.into(),
        other => StartError::new(format!("nothing was erased: {}", refused(&other))),
    })?;
    print_counts(&counts);
    match files {
        Some(files) => println!("files in the mail folder: {files}"),
        None => println!("The mail folder could not be read or written: remove the mails to them there by hand."),
    }
    println!("Erased. What they did stays, as done by a former contact.");
    if on_their_way > 0 {
        println!(
            "{on_their_way} mail(s) on their way to others may name them; erase once more when those went, or wait 30 days."
        );
    }
    if !is_swept {
        println!("The write-ahead log of the database was in use; it is emptied once the service stops or writes on.");
    }
    println!("Backups from before this moment still have it, until they are removed.");
    Ok(())
}

fn print_counts(counts: &[Count]) {
    if counts.is_empty() {
        println!("Nothing is kept of this address.");
    }
    for Count { kind, rows } in counts {
        println!("{}: {rows}", kind.as_str());
    }
}

fn address(typed: &str) -> Result<EmailAddress, String> {
    // The type's own words are for pages, in Dutch.
    EmailAddress::parse(typed).map_err(|_| "must be an e-mail address".to_owned())
}

/// Why somebody is not erased, and what to do first.
fn refused(error: &EraseError) -> String {
    let first = match error {
        EraseError::Nobody | EraseError::Service(_) => return error.to_string(),
        EraseError::InsideTheChain(_) => "they cannot be erased without breaking the chain",
        EraseError::ColleagueInUse => "disable it first: koppelklaar staff disable",
        EraseError::OnlyContact(_) => "make somebody else a contact there first, or stop the school",
        EraseError::Untrue(_) => "run koppelklaar audit verify",
    };
    format!("{error}; {first}")
}
