//! `koppelklaar webhook`: where machines are told by themselves of what happens to schools.

use clap::Subcommand;

use crate::domain::actor::Actor;
use crate::domain::ids::WebhookEndpointId;
use crate::domain::webhook::EndpointUrl;
use crate::services::webhooks::endpoints;
use crate::services::{Call, ServiceError};
use crate::settings::Settings;
use crate::startup::{self, StartError};
use crate::store::StoreError;

#[derive(Debug, Subcommand)]
pub(super) enum WebhookCommand {
    /// Adds an endpoint and prints its id and the secret that its messages are signed with; it is not shown again
    Add {
        /// Where it is: https://HOST/PATH
        url: EndpointUrl,
    },
    /// Lists the endpoints, without their secrets
    List,
    /// Puts a message in line that only tries whether messages arrive
    Test {
        /// Its id, as `list` prints it
        #[arg(value_parser = id)]
        id: WebhookEndpointId,
    },
    /// Makes and prints another secret; the one before signs too for a day more
    Secret {
        /// Its id, as `list` prints it
        #[arg(value_parser = id)]
        id: WebhookEndpointId,
    },
    /// Sends everything after a place of the feed again
    Replay {
        /// Its id, as `list` prints it
        #[arg(value_parser = id)]
        id: WebhookEndpointId,
        /// The place, as `cursor` of a message has it; 0 for all that is kept
        #[arg(long, value_name = "CURSOR", value_parser = clap::value_parser!(i64).range(0..))]
        after: i64,
    },
    /// Sends nothing to an endpoint any more
    Stop {
        /// Its id, as `list` prints it
        #[arg(value_parser = id)]
        id: WebhookEndpointId,
    },
    /// Sends to an endpoint again, also what happened meanwhile
    Start {
        /// Its id, as `list` prints it
        #[arg(value_parser = id)]
        id: WebhookEndpointId,
    },
    /// Removes an endpoint with what was sent to it
    Remove {
        /// Its id, as `list` prints it
        #[arg(value_parser = id)]
        id: WebhookEndpointId,
    },
}

pub(super) async fn run(settings: &Settings, command: WebhookCommand) -> Result<(), StartError> {
    let app = startup::open(settings).await?;
    let context = &app.context;
    let call = Call::by_machine(Actor::Operator, app.clock.now(), "webhook");
    let unknown = |error: ServiceError| match error {
        ServiceError::NotFound => StartError::new("no endpoint has this id, or it is so already"),
        error => error.into(),
    };
    match command {
        WebhookCommand::Add { url } => match endpoints::add(context, &call, url).await {
            Ok(added) => println!("{} {}", added.id, added.secret.as_str()),
            Err(ServiceError::Store(StoreError::Taken)) => {
                return Err(StartError::new("there is an endpoint with this address"));
            }
            Err(error) => return Err(error.into()),
        },
        WebhookCommand::List => {
            for endpoint in endpoints::list(context).await? {
                let state = match (endpoint.stopped, endpoint.failing_since) {
                    (Some(stopped), _) => format!("stopped ({})", stopped.why.as_str()),
                    (None, Some(since)) => format!("failing since {}", since.to_rfc3339()),
                    (None, None) => "works".to_owned(),
                };
                println!("{} {}  {state}", endpoint.id, endpoint.url.as_str());
            }
        }
        WebhookCommand::Test { id } => {
            endpoints::test(context, &call, id).await.map_err(unknown)?;
            println!("A message is in line.");
        }
        WebhookCommand::Secret { id } => {
            println!("{}", endpoints::replace_secret(context, &call, id).await.map_err(unknown)?.as_str());
        }
        WebhookCommand::Replay { id, after } => {
            endpoints::replay(context, &call, id, after).await.map_err(unknown)?;
            println!("Everything after {after} is in line again.");
        }
        WebhookCommand::Stop { id } => {
            endpoints::stop(context, &call, id).await.map_err(unknown)?;
            println!("Nothing is sent to it any more.");
        }
        WebhookCommand::Start { id } => {
            endpoints::start(context, &call, id).await.map_err(unknown)?;
            println!("It is sent to again.");
        }
        WebhookCommand::Remove { id } => {
            endpoints::remove(context, &call, id).await.map_err(unknown)?;
            println!("It is removed.");
        }
    }
    Ok(())
}

fn id(typed: &str) -> Result<WebhookEndpointId, String> {
    typed.parse().map_err(|_| "must be an id, as `koppelklaar webhook list` prints it".to_owned())
}
