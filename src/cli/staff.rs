//! `koppelklaar staff`: accounts of Kurve's colleagues.

use clap::Subcommand;

use crate::app::App;
use crate::crypto::Token;
use crate::domain::actor::StaffRole;
use crate::domain::text::{EmailAddress, PersonName};
use crate::links;
use crate::services::ServiceError;
use crate::services::people::staff_accounts;
use crate::settings::Settings;
use crate::startup::{self, StartError};

#[derive(Debug, Subcommand)]
pub(super) enum StaffCommand {
    /// Makes an account and prints a one-time link to choose a password and a second factor
    Add {
        /// The address to sign in with
        email: String,
        /// The colleague's name
        #[arg(long)]
        name: String,
        /// What they may do: admin, support or reader
        #[arg(long, default_value = "support", value_parser = role)]
        role: StaffRole,
    },
    /// Lists the accounts
    List,
    /// Prints a new one-time link, for who lost password or phone, and ends their sessions
    Invite {
        /// The address of the account
        email: String,
    },
    /// Gives a colleague another role
    Role {
        /// The address of the account
        email: String,
        /// What they may do: admin, support or reader
        #[arg(value_parser = role)]
        role: StaffRole,
    },
    /// Takes a disabled account into use again, and prints a one-time link
    Enable {
        /// The address of the account
        email: String,
    },
    /// Unlinks the account of a colleague's organisation and ends their sessions
    Unlink {
        /// The address of the account
        email: String,
    },
    /// Disables an account and ends its sessions
    Disable {
        /// The address of the account
        email: String,
    },
}

pub(super) async fn run(settings: &Settings, command: StaffCommand) -> Result<(), StartError> {
    let app = startup::open(settings).await?;
    let now = app.clock.now();
    match command {
        StaffCommand::Add { email, name, role } => {
            match staff_accounts::add(&app.context, now, address(&email)?, name_of(&name)?, role).await {
                Ok(token) => print_link(&app, &token),
                Err(ServiceError::ContactExists) => {
                    return Err(StartError::new(
                        "this address has an account: `koppelklaar staff invite` makes a new link, `staff enable` when it is disabled",
                    ));
                }
                Err(error) => return Err(error.into()),
            }
        }
        StaffCommand::Invite { email } => {
            let token = staff_accounts::invite(&app.context, now, &address(&email)?).await.map_err(gone)?;
            print_link(&app, &token);
        }
        StaffCommand::Role { email, role } => {
            let changed = staff_accounts::change_role(&app.context, now, &address(&email)?, role).await;
            changed.map_err(gone)?;
            println!("The role is {} now.", role.as_str());
        }
        StaffCommand::Enable { email } => {
            let token = staff_accounts::enable(&app.context, now, &address(&email)?).await.map_err(gone)?;
            print_link(&app, &token);
        }
        StaffCommand::Disable { email } => {
            staff_accounts::disable(&app.context, now, &address(&email)?).await.map_err(gone)?;
            println!("The account is disabled and signed out.");
        }
        StaffCommand::Unlink { email } => {
            staff_accounts::unlink(&app.context, now, &address(&email)?).await.map_err(|error| match error {
                ServiceError::NotFound => StartError::new(
                    "no account with this address is linked to an account of the organisation; `koppelklaar staff list` shows them",
                ),
                other => other.into(),
            })?;
            println!("The account of the organisation is unlinked, and the colleague is signed out.");
        }
        StaffCommand::List => {
            for account in staff_accounts::list(&app.context).await? {
                let state = match account.disabled_at {
                    Some(_) => "disabled",
                    None if account.can_sign_in() => "active",
                    None => "invited",
                };
                println!("{:8} {:8} {} <{}>", account.role.as_str(), state, account.name, account.email);
            }
        }
    }
    Ok(())
}

fn print_link(app: &App, token: &Token) {
    let link = app.context.base.to(&links::fill(links::STAFF_INVITE, &[&token.expose_text()]));
    println!("Give this link to your colleague. It works once, within {} hours:", staff_accounts::INVITE_HOURS);
    println!("{link}");
}

fn gone(error: ServiceError) -> StartError {
    match error {
        ServiceError::NotFound => {
            StartError::new("no such account has this address; `koppelklaar staff list` shows them")
        }
        other => other.into(),
    }
}

fn address(text: &str) -> Result<EmailAddress, StartError> {
    EmailAddress::parse(text).map_err(|_| StartError::new("this is no e-mail address"))
}

fn name_of(text: &str) -> Result<PersonName, StartError> {
    PersonName::parse(text).map_err(|_| StartError::new("--name: must be 2 to 100 signs with a letter"))
}

fn role(text: &str) -> Result<StaffRole, String> {
    text.parse().map_err(|_| "must be admin, support or reader".to_owned())
}
