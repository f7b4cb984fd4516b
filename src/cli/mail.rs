//! `koppelklaar mail`: what comes back from mail servers, and what people answer.
//!
//! A mail server runs it as a pipe and goes by the code it ends with: 0 is done, 65 is not for us and goes back, 75
//! is trouble of ours, so that the mail server keeps the message and brings it again (sysexits.h). A command line or a
//! setting that is wrong is trouble of ours too.

use std::io::Read;

use clap::Subcommand;

use crate::mail::reply::LONGEST_MAIL;
use crate::services::mail::bounces::{self, Outcome};
use crate::services::messages::incoming::{self, Outcome as Answered};
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
    /// Takes in an answer to a message from standard input; ends with 0, 65 (no answer to a mail of ours) or 75 (try later)
    In {
        /// The address that the answer came to, where the mail server says it [default: as in its headers]
        #[arg(long)]
        to: Option<String>,
    },
}

pub(super) async fn run(settings: &Settings, command: MailCommand) -> Result<(), StartError> {
    let message = read();
    let message =
        message.map_err(|error| trouble(&StartError::new(format!("the message cannot be read ({error})"))))?;
    let app = startup::open(settings).await.map_err(|error| trouble(&error))?;
    let (context, now) = (&app.context, app.clock.now());
    let line = match command {
        MailCommand::Bounce { to } => bounces::take(context, now, &message, to.as_deref()).await.map(said),
        MailCommand::In { to } => incoming::take(context, now, &message, to.as_deref()).await.map(said_of_answer),
    };
    let line = line.map_err(|error| trouble(&StartError::from(error)))?;
    app.context.db.close().await;
    println!("{}", line?);
    Ok(())
}

/// Reads as much as counts, and to the end: who writes into a pipe that closed early thinks that we failed.
fn read() -> std::io::Result<Vec<u8>> {
    let mut message = vec![];
    let mut input = std::io::stdin().lock();
    // One byte more tells that there is more. Of a report the beginning counts, but an answer may come there too.
    (&mut input).take(LONGEST_MAIL as u64 + 1).read_to_end(&mut message)?;
    std::io::copy(&mut input, &mut std::io::sink())?;
    Ok(message)
}

fn trouble(error: &StartError) -> StartError {
    StartError::new(error.to_string()).with_code(BRING_AGAIN)
}

fn not_for_us(why: &str) -> Result<String, StartError> {
    Err(StartError::new(format!("{why}; nothing was changed")).with_code(NOT_FOR_US))
}

fn said_of_answer(outcome: Answered) -> Result<String, StartError> {
    match outcome {
        Answered::Taken => Ok("The answer stands with the school and waits on Kurve.".to_owned()),
        Answered::TakenWithoutText => {
            Ok("The answer waits on Kurve, without its text: that held a password of the connection.".to_owned())
        }
        Answered::TakenBefore => Ok("Nothing to do: this mail was taken before.".to_owned()),
        Answered::FromMachine(what) => Ok(format!("Ignored: {what}, no answer of a person.")),
        Answered::NoMail => not_for_us("this is no mail"),
        Answered::TooLarge => not_for_us("this mail is larger than any that is taken"),
        Answered::SaysNothing => not_for_us("this mail has no text and no files"),
        Answered::Forged => not_for_us("this mail came to an address that was never given out"),
        Answered::UnknownThread => not_for_us("this mail answers no mail of ours"),
        Answered::TooMany => not_for_us("this school sent as many messages as are taken in a day"),
    }
}

fn said(outcome: Outcome) -> Result<String, StartError> {
    match outcome {
        Outcome::Marked => Ok("Mail does not arrive at this address: Kurve is asked for another contact.".to_owned()),
        Outcome::Noted => Ok("The mail came back. Its address was known not to work, or is no contact's.".to_owned()),
        Outcome::ToSendAgain => Ok("The mail came back and will be sent again.".to_owned()),
        Outcome::GivenUp => Ok("The mail came back and is given up; see the page Post.".to_owned()),
        Outcome::NothingToDo => Ok("Nothing to do: delivered, still being tried, or reported before.".to_owned()),
        Outcome::FromMachine(what) => Ok(format!("Ignored: {what}, no delivery report.")),
        // Nobody gets an error mail in English for what they, or a machine for them, answered.
        Outcome::Answered(Answered::UnknownThread) => {
            Ok("Ignored: an answer to a mail that is about no school.".to_owned())
        }
        Outcome::Answered(Answered::SaysNothing) => Ok("Ignored: an answer without text and files.".to_owned()),
        Outcome::Answered(answered) => said_of_answer(answered),
        Outcome::NoReport => not_for_us("this is no delivery report"),
        Outcome::Forged => not_for_us("this report came to an address that was never given out"),
        Outcome::UnknownMail => not_for_us("this report is about no mail in the outbox"),
    }
}
