//! `koppelklaar audit`: whether the audit is whole.

use clap::Subcommand;

use crate::app::StartError;
use crate::cli::settings::Settings;
use crate::cli::{failed, open};
use crate::services::operations::audit::{self, Finding};

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Checks every entry and names the first that was changed, removed or put in
    Verify,
}

pub(super) async fn run(settings: &Settings, command: &AuditCommand) -> Result<(), StartError> {
    let AuditCommand::Verify = command;
    let app = open(settings).await?;
    match audit::verify(&app.context).await.map_err(|error| failed(&error))? {
        Finding::Whole { entries, last } => {
            println!("The audit is whole: {entries} entries.");
            println!("Last hash, to be kept elsewhere: {last}");
            Ok(())
        }
        Finding::Broken { id, what } => Err(StartError::new(format!("the audit is broken at row {id}: {what}"))),
    }
}
