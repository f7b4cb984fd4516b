//! Who visits. The extractor is the lock: a handler without one of these is public.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use chrono::{DateTime, Utc};

use crate::crypto::{Token, hex};
use crate::domain::actor::{Actor, StaffRole};
use crate::domain::doubt;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::Step;
use crate::domain::school::Contact;
use crate::links::{self, OfConnection};
use crate::services::checks::SeenOutage;
use crate::services::operations::worker_health::WorkerHealth;
use crate::services::people::door_log::Account;
use crate::services::people::portal_access::{self, SignedIn};
use crate::services::people::staff_auth;
use crate::services::{AnonymousCall, Call, Client, checks};
use crate::store::people::staff::StaffAccount;
use crate::web::WebState;
use crate::web::door::Known;
use crate::web::error::PageError;
use crate::web::flash::{Flash, FlashMessage};
use crate::web::middleware::{BrowserSecret, RequestId, client_address};
use crate::web::page::Frame;
use crate::web::rate_limit::whole_network;
use crate::web::return_to;
use crate::web::session::Jar;

/// One request: when, its id, from which browser and client.
#[derive(Debug, Clone)]
pub struct Visit {
    /// When it came.
    pub now: DateTime<Utc>,
    /// Its id.
    pub request_id: String,
    /// The secret of the browser.
    pub browser: Token,
    /// Where it came from.
    pub client: IpAddr,
    /// The same, as it may be kept.
    pub origin: Client,
    /// What was just done.
    flash: Option<FlashMessage>,
    /// What finds a form that was kept.
    kept: Option<Token>,
    /// For which contact and session somebody said who reads.
    reader: Option<String>,
}

impl Visit {
    /// The call of somebody of whom is not known yet who they are.
    pub fn anonymous(&self) -> AnonymousCall<'_> {
        AnonymousCall::new(self.now, &self.request_id).from(&self.origin)
    }

    /// What finds the form that was kept in this browser, if one was.
    pub fn kept(&self) -> Option<&Token> {
        self.kept.as_ref()
    }

    /// Whether the message of this visit is this one.
    pub fn is_told(&self, flash: Flash) -> bool {
        self.flash.is_some_and(|message| message.is(flash))
    }

    /// The connection that the message of this visit is about, where it says so.
    pub fn told_of(&self) -> Option<ConnectionId> {
        self.flash.and_then(FlashMessage::connection)
    }

    /// The frame around a page for this visit.
    pub fn frame(&self, web: &WebState) -> Frame {
        Frame {
            flash: self.flash.map(FlashMessage::sentence),
            undo: self.flash.and_then(FlashMessage::undo),
            csrf: web.context.keys.csrf_token(&self.browser.hash()),
            ..Frame::bare(web)
        }
    }
}

impl FromRequestParts<WebState> for Visit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, PageError> {
        let id = parts.extensions.get::<RequestId>().cloned().ok_or(PageError::Broken("a request without an id"))?;
        let secret = parts.extensions.get::<BrowserSecret>().cloned();
        let BrowserSecret(browser) = secret.ok_or(PageError::Broken("a browser without a secret"))?;
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let client = client_address(web, &parts.headers, peer);
        let origin = Client {
            network: web.context.keys.client_network(whole_network(client)),
            browser: hex(&browser.hash()),
            staff_session: Jar::Staff.read_token(web, &parts.headers),
            session: Jar::School.read_token(web, &parts.headers),
        };
        Ok(Self {
            now: web.clock.now(),
            request_id: id.0,
            browser,
            client,
            origin,
            flash: Jar::Flash.read(web, &parts.headers).as_deref().and_then(FlashMessage::parse),
            kept: Jar::Kept.read_token(web, &parts.headers),
            reader: Jar::Reader.read(web, &parts.headers),
        })
    }
}

/// A contact of the connection that the path names, signed in with their address.
#[derive(Debug, Clone)]
pub struct SchoolContact {
    /// Who.
    pub contact: Contact,
    /// The keyed hash of their address: more connections may have it.
    pub email_key: String,
    /// The session.
    pub session: Token,
    /// When they signed in.
    pub signed_in_at: DateTime<Utc>,
    /// The visit.
    pub visit: Visit,
}

impl SchoolContact {
    /// The connection that this page or form acts on.
    pub fn connection(&self) -> ConnectionId {
        self.contact.connection
    }

    /// The path of another page or form of this connection.
    pub fn at(&self, path: OfConnection) -> String {
        path.at(self.connection())
    }

    /// The path of a step's page of this connection, or of a form on it.
    pub fn at_step(&self, path: OfConnection, step: Step) -> String {
        path.step(self.connection(), step)
    }

    /// Whether several people read at this address, and nobody said after signing in who it is.
    pub fn asks_reader(&self) -> bool {
        doubt::is_shared(&self.contact.email) && self.visit.reader.as_deref() != Some(&*self.reader_mark())
    }

    /// What the browser keeps once somebody said who reads: it holds for this contact and session.
    pub fn reader_mark(&self) -> String {
        format!("{}.{}", self.contact.id, self.signed_in_at.timestamp())
    }

    /// Who does it and when, as services take it.
    pub fn call(&self) -> Call {
        let actor = Actor::Contact { id: self.contact.id, roles: self.contact.roles };
        Call { actor, now: self.visit.now, request_id: self.visit.request_id.clone() }
    }
}

impl FromRequestParts<WebState> for SchoolContact {
    type Rejection = PageError;

    /// A connection that is not the visitor's, and one that is not there, are answered alike.
    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, PageError> {
        let SchoolVisitor { email_key, session, signed_in_at, visit } =
            SchoolVisitor::from_request_parts(parts, web).await?;
        let school: ConnectionId =
            path_value(parts, web, "connection").await?.parse().map_err(|_| PageError::NotFound)?;
        let Some(contact) = portal_access::find_contact(&web.context, &email_key, school).await? else {
            Known::note_stranger(parts, portal_access::find_account(&web.context, &email_key).await?);
            return Err(PageError::NotFound);
        };
        Known::note(parts, Account::Contact(contact.id));
        Ok(Self { contact, email_key, session, signed_in_at, visit })
    }
}

/// What stands in a path for one of the names in braces of its route.
///
/// # Errors
/// `NotFound` when there is nothing that can be read.
pub async fn path_value(parts: &mut Parts, web: &WebState, name: &str) -> Result<String, PageError> {
    let values = RawPathParams::from_request_parts(parts, web).await.map_err(|_| PageError::NotFound)?;
    let found = values.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value.to_owned()).ok_or(PageError::NotFound)
}

/// Someone signed in with an address, whichever connections have it.
#[derive(Debug, Clone)]
pub struct SchoolVisitor {
    /// The keyed hash of the address.
    pub email_key: String,
    /// The session.
    pub session: Token,
    /// When they signed in.
    pub signed_in_at: DateTime<Utc>,
    /// The visit.
    pub visit: Visit,
}

impl FromRequestParts<WebState> for SchoolVisitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, PageError> {
        let visit = Visit::from_request_parts(parts, web).await?;
        let session = Jar::School.read_token(web, &parts.headers);
        let sign_in = |parts: &Parts| {
            let cookies = return_to::remember_school(web, parts).into_iter().chain(return_to::was_away(web, parts));
            PageError::SignIn { at: links::SIGN_IN, cookies: cookies.collect() }
        };
        let Some(session) = session else { return Err(sign_in(parts)) };
        match portal_access::find_visitor(&web.context, visit.now, &session).await? {
            Some(SignedIn { email_key, at }) => Ok(Self { email_key, session, signed_in_at: at, visit }),
            None => Err(sign_in(parts)),
        }
    }
}

/// A colleague of Kurve, signed in.
#[derive(Debug, Clone)]
pub struct Staff {
    /// Who.
    pub account: StaffAccount,
    /// The session.
    pub session: Token,
    /// The visit.
    pub visit: Visit,
    /// How it is with what runs by itself: every page of Kurve tells.
    pub worker_health: WorkerHealth,
    /// The outage that lasts, if one does: every page of Kurve says so.
    pub outage: Option<SeenOutage>,
}

impl Staff {
    /// Who does it and when, as services take it.
    pub fn call(&self) -> Call {
        let actor = Actor::Staff { id: self.account.id, role: self.account.role };
        Call { actor, now: self.visit.now, request_id: self.visit.request_id.clone() }
    }

    /// Whether buttons that change something are shown.
    pub fn can_act(&self) -> bool {
        self.account.role.can_act()
    }
}

impl FromRequestParts<WebState> for Staff {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, PageError> {
        let visit = Visit::from_request_parts(parts, web).await?;
        let cookies = return_to::remember_staff(web, parts).into_iter().chain(return_to::was_away(web, parts));
        let sign_in = PageError::SignIn { at: links::STAFF_SIGN_IN, cookies: cookies.collect() };
        let Some(session) = Jar::Staff.read_token(web, &parts.headers) else { return Err(sign_in) };
        let found = staff_auth::find_colleague(&web.context, visit.now, &session).await?;
        let account = found.ok_or(sign_in)?;
        Known::note(parts, Account::Colleague(account.id));
        let worker_health = web.watch.look(&web.context, visit.now).await?;
        let outage = checks::find_outage(&web.context).await?;
        Ok(Self { account, session, visit, worker_health, outage })
    }
}

/// A colleague who may change things.
#[derive(Debug, Clone)]
pub struct ActingStaff(pub Staff);

impl FromRequestParts<WebState> for ActingStaff {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, PageError> {
        let staff = Staff::from_request_parts(parts, web).await?;
        match staff.account.role {
            StaffRole::Admin | StaffRole::Support => Ok(Self(staff)),
            StaffRole::Reader => Err(PageError::Forbidden),
        }
    }
}

/// A colleague who may change the accounts of others.
#[derive(Debug, Clone)]
pub struct Admin(pub Staff);

impl FromRequestParts<WebState> for Admin {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, PageError> {
        let staff = Staff::from_request_parts(parts, web).await?;
        match staff.account.role {
            StaffRole::Admin => Ok(Self(staff)),
            StaffRole::Support | StaffRole::Reader => Err(PageError::Forbidden),
        }
    }
}
