//! `koppelklaar api-key`: keys for machines that ask for verdicts.

use chrono::{DateTime, Duration, Utc};
use clap::Subcommand;
use strum::IntoEnumIterator;

use crate::domain::actor::Actor;
use crate::domain::api_scope::{ApiScope, ApiScopes};
use crate::services::operations::api_keys::{self, NewApiKey};
use crate::services::{Call, ServiceError};
use crate::settings::Settings;
use crate::startup::{self, StartError};
use crate::store::StoreError;

#[derive(Debug, Subcommand)]
pub(super) enum ApiKeyCommand {
    /// Makes a key and prints it; it is not shown again
    Add {
        /// Whose key it is, such as numo
        #[arg(long, value_parser = new_name)]
        name: String,
        /// What it may ask, once for each: verdict:read, schools:read, events:read; verdict:read if not given
        #[arg(long = "scope", value_name = "SCOPE", value_parser = parse_scope)]
        scopes: Vec<ApiScope>,
        /// After how many days it stops working; never if not given
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3660))]
        days: Option<u16>,
    },
    /// Lists the keys, without the keys themselves
    List,
    /// Makes and prints another key in the place of one, which works for a day more
    Replace {
        /// The name it was made with
        #[arg(long)]
        name: String,
    },
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
        ApiKeyCommand::Add { name, scopes, days } => {
            let expires_at = days.map(|days| now + Duration::days(days.into()));
            let new = NewApiKey { name, scopes: ApiScopes::of(scopes), expires_at };
            let call = Call::by_machine(Actor::Operator, now, "api_key_add");
            match api_keys::add(&app.context, &call, new).await {
                Ok(key) => println!("{key}"),
                Err(ServiceError::Store(StoreError::Taken)) => {
                    return Err(StartError::new(
                        "--name: a key has this name; choose another, also when that key was revoked",
                    ));
                }
                Err(error) => return Err(error.into()),
            }
        }
        ApiKeyCommand::Replace { name } => {
            let call = Call::by_machine(Actor::Operator, now, "api_key_replace");
            match api_keys::replace(&app.context, &call, &name).await {
                Ok(key) => println!("{key}"),
                Err(ServiceError::NotFound) => return Err(StartError::new("--name: no working key has this name")),
                Err(error) => return Err(error.into()),
            }
        }
        ApiKeyCommand::Revoke { name } => {
            match api_keys::revoke(&app.context, &Call::by_machine(Actor::Operator, now, "api_key_revoke"), &name).await
            {
                Ok(()) => println!("The key no longer works."),
                Err(ServiceError::NotFound) => return Err(StartError::new("--name: no working key has this name")),
                Err(error) => return Err(error.into()),
            }
        }
        ApiKeyCommand::List => {
            for key in api_keys::list(&app.context).await? {
                let state = match key.expires_at {
                    _ if key.revoked_at.is_some() => "revoked",
                    Some(end) if end <= now => "expired",
                    Some(_) | None => "works",
                };
                let moment = |at: Option<DateTime<Utc>>| at.map_or_else(|| "never".to_owned(), |at| at.to_rfc3339());
                let (used, ends) = (moment(key.last_used_at), moment(key.expires_at));
                println!("{state:8} {:20} last used: {used}  ends: {ends}  {}", key.name, key.scopes.names());
            }
        }
    }
    Ok(())
}

/// Of a key that is made; those that are there keep the name that they have.
fn new_name(typed: &str) -> Result<String, String> {
    api_keys::read_name(typed).ok_or_else(|| format!("must be 1 to {} signs on one line", api_keys::MOST_SIGNS))
}

fn parse_scope(name: &str) -> Result<ApiScope, String> {
    let known = || ApiScope::iter().map(ApiScope::as_str).collect::<Vec<_>>().join(", ");
    name.parse().map_err(|_| format!("it is one of: {}", known()))
}
