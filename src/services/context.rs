//! What every use case works with, and who calls it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use optie_b::studies::Codes;
use tokio::sync::Notify;

use super::error::ServiceError;
use super::people::hashing::HashingPool;
use super::reminders::ReminderRules;
use crate::chance::Chance;
use crate::crypto::{KeyRing, Token};
use crate::domain::actor::Actor;
use crate::domain::check::CheckPolicy;
use crate::domain::credential::{PasswordLength, Template};
use crate::domain::gathering::Gathering;
use crate::domain::help_links::HelpLinks;
use crate::domain::identity::SignInPolicy;
use crate::domain::mail_rules::MailRules;
use crate::domain::new_schools::NewSchools;
use crate::domain::retention::Retention;
use crate::links::BaseUrl;
use crate::mail::TokenAddress;
use crate::oidc::Provider;
use crate::store::Db;

/// Kurve's support, where nothing else is set.
pub const SUPPORT_EMAIL: &str = "support@kurve.nl";

/// How often one address may ask for a sign-in link within a quarter of an hour.
const LINKS_PER_QUARTER: u64 = 5;

/// What every use case works with.
#[derive(Debug, Clone)]
pub struct Context {
    /// The database.
    pub db: Db,
    /// The keys for sealing, hashing and signing.
    pub keys: KeyRing,
    /// The source of ids, tokens and passwords.
    pub chance: Chance,
    /// Where this installation is reached.
    pub base: BaseUrl,
    /// The installation's query template.
    pub template: Arc<Template>,
    /// Numo's opleidingscodes, if this installation has a list of them.
    pub numo_codes: Option<Arc<Codes>>,
    /// How long issued passwords are.
    pub password_length: PasswordLength,
    /// Where the help is that the manual points to.
    pub help_links: Arc<HelpLinks>,
    /// Kurve's support, as shown and written to.
    pub support_email: String,
    /// Where delivery reports come back to, if not to the sender.
    pub bounce_address: Option<TokenAddress>,
    /// Where answers to messages come in, if not at Kurve's support.
    pub reply_address: Option<TokenAddress>,
    /// How often one address may ask for a sign-in link within a quarter of an hour.
    pub links_per_quarter: u64,
    /// Where passwords of staff are hashed.
    pub hashing: HashingPool,
    /// When reminders come.
    pub reminders: Arc<ReminderRules>,
    /// Whether mails go, and to whom.
    pub mail: MailRules,
    /// How long mails to one person wait for each other.
    pub gathering: Gathering,
    /// Whether a school that is not here begins at once, or waits for Kurve.
    pub new_schools: NewSchools,
    /// For how long is kept what ends by itself.
    pub retention: Retention,
    /// Wakes the worker that sends mails.
    pub mail_waits: Arc<Notify>,
    /// Wakes requests that wait for the next event of the feed.
    pub feed_waits: Arc<Notify>,
    /// What is done with connection checks.
    pub check_policy: CheckPolicy,
    /// Wakes the worker that tells machines.
    pub webhook_waits: Arc<Notify>,
    /// Wakes the worker that makes connection checks.
    pub check_waits: Arc<Notify>,
    /// Wakes the worker that does what was asked for many at once.
    pub bulk_waits: Arc<Notify>,
    /// How colleagues sign in.
    pub sign_in: Arc<SignInPolicy>,
    /// Where they do with the account of their organisation, if that is set.
    pub provider: Option<Provider>,
}

impl Context {
    /// A context in which everything that can be set is as the product has it.
    pub fn new(db: Db, keys: KeyRing, chance: Chance, base: BaseUrl, template: Template) -> Self {
        Self {
            db,
            keys,
            chance,
            base,
            template: Arc::new(template),
            numo_codes: None,
            password_length: PasswordLength::default(),
            help_links: Arc::default(),
            support_email: SUPPORT_EMAIL.to_owned(),
            bounce_address: None,
            reply_address: None,
            links_per_quarter: LINKS_PER_QUARTER,
            hashing: HashingPool::default(),
            reminders: Arc::default(),
            mail: MailRules::default(),
            gathering: Gathering::default(),
            new_schools: NewSchools::default(),
            retention: Retention::default(),
            mail_waits: Arc::default(),
            feed_waits: Arc::default(),
            check_policy: CheckPolicy::default(),
            webhook_waits: Arc::default(),
            check_waits: Arc::default(),
            bulk_waits: Arc::default(),
            sign_in: Arc::default(),
            provider: None,
        }
    }
}

/// Where a call comes from: nothing that tells who it is or where they are.
#[derive(Debug, Clone)]
pub struct Client {
    /// The keyed hash of the network.
    pub network: String,
    /// The hash of the browser's secret, in hexadecimal.
    pub browser: String,
    /// The session as a colleague of Kurve that the browser brings: it ends when another begins.
    pub staff_session: Option<Token>,
    /// The same of a contact.
    pub session: Option<Token>,
}

/// A call of which is not known yet who makes it.
#[derive(Debug, Clone, Copy)]
pub struct AnonymousCall<'a> {
    /// When.
    pub now: DateTime<Utc>,
    /// The request, as in the log.
    pub request_id: &'a str,
    /// Where it comes from, if from a browser.
    pub client: Option<&'a Client>,
}

impl<'a> AnonymousCall<'a> {
    /// A call at this moment, in this request.
    pub fn new(now: DateTime<Utc>, request_id: &'a str) -> Self {
        Self { now, request_id, client: None }
    }

    /// The same from a client.
    #[must_use]
    pub fn from(self, client: &'a Client) -> Self {
        Self { client: Some(client), ..self }
    }

    /// The keyed hash of the network that it comes from; `None` where no visitor asks.
    pub fn network_key(self) -> Option<&'a str> {
        self.client.map(|client| client.network.as_str())
    }

    /// The call, now that it is known who makes it.
    pub fn by(self, actor: Actor) -> Call {
        Call { actor, now: self.now, request_id: self.request_id.to_owned() }
    }
}

/// Who does something, when, and in which request or job.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who.
    pub actor: Actor,
    /// When.
    pub now: DateTime<Utc>,
    /// The request or job, as in the log.
    pub request_id: String,
}

impl Call {
    /// Checks that the actor is a colleague of Kurve who may change things.
    ///
    /// # Errors
    /// `Forbidden` for everyone else.
    pub fn check_may_act(&self) -> Result<(), ServiceError> {
        match self.actor {
            Actor::Staff { role, .. } if role.can_act() => Ok(()),
            Actor::Staff { .. }
            | Actor::Contact { .. }
            | Actor::Check
            | Actor::Clock
            | Actor::Operator
            | Actor::Visitor => Err(ServiceError::Forbidden),
        }
    }

    /// A call by a part of the machine itself.
    pub fn by_machine(actor: Actor, now: DateTime<Utc>, job: &str) -> Self {
        Self { actor, now, request_id: job.to_owned() }
    }
}
