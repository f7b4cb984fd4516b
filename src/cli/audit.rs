//! `koppelklaar audit`: whether the audit is whole.

use clap::Subcommand;

use crate::services::operations::audit::{self, Finding};
use crate::settings::Settings;
use crate::startup::{self, StartError};

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Checks every entry and names the first that was changed, removed or put in
    Verify,
}

pub(super) async fn run(settings: &Settings, command: &AuditCommand) -> Result<(), StartError> {
    let AuditCommand::Verify = command;
    let app = startup::open(settings).await?;
    match audit::verify(&app.context).await? {
        Finding::Whole { entries, last } => {
            println!("The audit is whole: {entries} entries.");
            println!("Last hash, to be kept elsewhere: {last}");
            Ok(())
        }
        Finding::Broken { id, what } => Err(StartError::new(format!("the audit is broken at row {id}: {what}"))),
    }
}
