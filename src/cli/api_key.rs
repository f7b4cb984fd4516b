//! `koppelklaar api-key`: keys for machines that ask for verdicts.

use clap::Subcommand;

use crate::services::ServiceError;
use crate::services::operations::api_keys;
use crate::settings::Settings;
use crate::startup::{self, StartError};
use crate::store::StoreError;

#[derive(Debug, Subcommand)]
pub(super) enum ApiKeyCommand {
    /// Makes a key and prints it; it is not shown again
    Add {
        /// Whose key it is, such as numo
        #[arg(long)]
        name: String,
    },
    /// Lists the keys, without the keys themselves
    List,
    /// Stops a key
    Revoke {
        /// The name it was made with
        #[arg(long)]
        name: String,
    },
}

pub(super) async fn run(settings: &Settings, command: ApiKeyCommand) -> Result<(), StartError> {
    let app = startup::open(settings).await?;
    let now = app.clock.now();
    match command {
        ApiKeyCommand::Add { name } => match api_keys::add(&app.context, now, &name).await {
            Ok(key) => println!("{key}"),
            Err(ServiceError::Store(StoreError::Taken)) => {
                return Err(StartError::new(
                    "--name: a key has this name; choose another, also when that key was revoked",
                ));
            }
            Err(error) => return Err(error.into()),
        },
        ApiKeyCommand::Revoke { name } => match api_keys::revoke(&app.context, now, &name).await {
            Ok(()) => println!("The key no longer works."),
            Err(ServiceError::NotFound) => return Err(StartError::new("--name: no working key has this name")),
            Err(error) => return Err(error.into()),
        },
        ApiKeyCommand::List => {
            for key in api_keys::list(&app.context).await? {
                let state = if key.revoked_at.is_some() { "revoked" } else { "works" };
                let used = key.last_used_at.map_or_else(|| "never".to_owned(), |at| at.to_rfc3339());
                println!("{state:8} {:20} last used: {used}", key.name);
            }
        }
    }
    Ok(())
}
