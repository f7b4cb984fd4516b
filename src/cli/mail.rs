//! `koppelklaar mail`: what comes back from mail servers.
//!
//! A mail server runs it as a pipe and goes by the code it ends with: 0 is done, 65 is not for us and goes back, 75
//! is trouble of ours, so that the mail server keeps the message and brings it again (sysexits.h). A command line or a
//! setting that is wrong is trouble of ours too.

use std::io::Read;

use clap::Subcommand;

use crate::mail::report::LONGEST_REPORT;
use crate::services::mail::bounces::{self, Outcome};
use crate::settings::Settings;
use crate::startup::{self, StartError};

/// The message is none that we take.
const NOT_FOR_US: u8 = 65;

/// Trouble of ours: bring it again.
pub(super) const BRING_AGAIN: u8 = 75;

#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    /// Takes in a delivery report from standard input; ends with 0, 65 (no report on a mail of ours) or 75 (try later)
    Bounce {
        /// The address that the report came to, where the mail server says it [default: as in its headers]
        #[arg(long)]
        to: Option<String>,
    },
}

pub(super) async fn run(settings: &Settings, command: MailCommand) -> Result<(), StartError> {
    let MailCommand::Bounce { to } = command;
    let message = read().map_err(|error| trouble(&StartError::new(format!("the message cannot be read ({error})"))))?;
    let app = startup::open(settings).await.map_err(|error| trouble(&error))?;
    let outcome = bounces::take(&app.context, app.clock.now(), &message, to.as_deref()).await;
    let outcome = outcome.map_err(|error| trouble(&StartError::from(error)))?;
    app.context.db.close().await;
    println!("{}", said(outcome)?);
    Ok(())
}

/// Reads as much as counts, and to the end: who writes into a pipe that closed early thinks that we failed.
fn read() -> std::io::Result<Vec<u8>> {
    let mut message = vec![];
    let mut input = std::io::stdin().lock();
    (&mut input).take(LONGEST_REPORT as u64).read_to_end(&mut message)?;
    std::io::copy(&mut input, &mut std::io::sink())?;
    Ok(message)
}

fn trouble(error: &StartError) -> StartError {
    StartError::new(error.to_string()).with_code(BRING_AGAIN)
}

fn said(outcome: Outcome) -> Result<String, StartError> {
    let not_for_us = |why: &str| Err(StartError::new(format!("{why}; nothing was changed")).with_code(NOT_FOR_US));
    match outcome {
        Outcome::Marked => Ok("Mail does not arrive at this address: Kurve is asked for another contact.".to_owned()),
        Outcome::Noted => Ok("The mail came back. Its address was known not to work, or is no contact's.".to_owned()),
        Outcome::ToSendAgain => Ok("The mail came back and will be sent again.".to_owned()),
        Outcome::GivenUp => Ok("The mail came back and is given up; see the page Post.".to_owned()),
        Outcome::NothingToDo => Ok("Nothing to do: delivered, still being tried, or reported before.".to_owned()),
        Outcome::FromMachine(what) => Ok(format!("Ignored: {what}, no delivery report.")),
        Outcome::NoReport => not_for_us("this is no delivery report"),
        Outcome::SaysNothing => not_for_us("this report does not say what became of the mail"),
        Outcome::Forged => not_for_us("this report came to an address that was never given out"),
        Outcome::UnknownMail => not_for_us("this report is about no mail in the outbox"),
    }
}
