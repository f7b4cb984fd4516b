//! `koppelklaar key`: lines for the key ring.

use clap::Subcommand;
use secrecy::ExposeSecret;

use crate::chance::Chance;
use crate::crypto::KeyRing;
use crate::startup::StartError;

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Prints a new line for the key ring; append it to the file, and never move or remove the first line
    New {
        /// A name that the ring does not have yet
        #[arg(long, default_value = "k1")]
        id: String,
    },
}

pub(super) fn run(command: &KeyCommand) -> Result<(), StartError> {
    let KeyCommand::New { id } = command;
    let line = KeyRing::generate_line(&Chance::os(), id).map_err(|error| StartError::new(format!("--id: {error}")))?;
    println!("{}", line.expose_secret());
    Ok(())
}
