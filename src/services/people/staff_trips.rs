//! The way of a colleague to the provider and back. What comes of it is in [`super::staff_identity`].
//!
//! A way is a row: for what, in which browser, until when. It is found by the hash of the state that goes along, holds in its own
//! browser alone, and is used up before the provider is asked, so that an answer counts once. The nonce and the proof (PKCE) follow
//! from the state by a key of ours and are kept nowhere.

use chrono::{DateTime, Duration, Utc};
use secrecy::SecretString;

use crate::crypto::{self, Token, token};
use crate::domain::identity::{Errand, ProviderFault, TRIP_MINUTES};
use crate::oidc::{Provider, Trip};
use crate::services::people::own_account::{self, OwnAccountError, Owner};
use crate::services::people::staff_auth::{self, EnrolError};
use crate::services::people::staff_identity::{self, IdentityError};
use crate::services::{AnonymousCall, Client, Context, ServiceError};
use crate::store::people::sessions::{self, Holder};
use crate::store::people::sign_in_trips::{self, StoredTrip};

/// What the provider sent somebody back with.
pub struct Returned {
    /// The state that went along.
    pub state: Token,
    /// The code to be changed for a token, or the name of an error.
    pub answer: Result<SecretString, String>,
    /// Who the provider says it is (RFC 9207), where it does.
    pub issuer: Option<String>,
}

/// What came of a way.
pub enum Arrival {
    /// Signed in: the token of the session.
    SignedIn(Token),
    /// The account was linked to who is signed in.
    Linked,
}

/// Begins to sign in: where to go.
pub async fn begin(context: &Context, asked: AnonymousCall<'_>) -> Result<String, IdentityError> {
    set_out(context, asked, Errand::SignIn).await
}

/// Begins to link an account by a one-time link, which stays until it is done: where to go.
///
/// # Errors
/// `InviteGone` when the link does not work.
pub async fn begin_invited(context: &Context, asked: AnonymousCall<'_>, link: &Token) -> Result<String, IdentityError> {
    let gone = |error| match error {
        EnrolError::Service(error) => IdentityError::Service(error),
        EnrolError::Gone | EnrolError::WrongCode | EnrolError::ProviderOnly => IdentityError::InviteGone,
    };
    let account = staff_auth::find_invited(context, asked.now, link).await.map_err(gone)?;
    let invite = staff_auth::load_invite(context.db.reader(), asked.now, link).await.map_err(gone)?;
    set_out(context, asked, Errand::Invite { staff: account.id, invite: invite.id }).await
}

/// Why linking one's own account did not begin.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The password.
    #[error(transparent)]
    Own(#[from] OwnAccountError),
    /// The way.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

/// Begins to link one's own account, signed in, with the password: where to go.
pub async fn begin_own(context: &Context, owner: Owner<'_>) -> Result<String, BeginError> {
    let (call, client) = (owner.call, owner.client);
    let seen = own_account::prove(context, owner).await?;
    if seen.linked_at.is_some() {
        return Err(IdentityError::AlreadyLinked.into());
    }
    let asked = AnonymousCall::new(call.now, &call.request_id).from(client);
    Ok(set_out(context, asked, Errand::Account { staff: seen.id }).await?)
}

async fn set_out(context: &Context, asked: AnonymousCall<'_>, errand: Errand) -> Result<String, IdentityError> {
    let provider = provider_of(context)?;
    let Client { browser, .. } = asked.client.ok_or(IdentityError::OtherBrowser)?;
    let state = Token::new(&context.chance);
    let url = provider.sign_in_url(&trip(context, &state), asked.now).await.map_err(log)?;
    let conn = context.db.writer();
    sign_in_trips::delete_expired(conn, asked.now).await?;
    let id = context.chance.uuid_v7(asked.now);
    let expires_at = asked.now + Duration::minutes(TRIP_MINUTES);
    let new = StoredTrip { id, browser: browser.clone(), errand, expires_at };
    sign_in_trips::insert(conn, &new, &state.hash()).await?;
    Ok(url)
}

/// Looks whether somebody who comes back may go on. Changes nothing.
///
/// # Errors
/// `Gone`, `OtherBrowser`, or what the provider said.
pub async fn look(context: &Context, asked: AnonymousCall<'_>, returned: &Returned) -> Result<(), IdentityError> {
    find(context, asked, returned).await.map(drop)
}

/// Does what somebody went to the provider for, once.
pub async fn arrive(context: &Context, asked: AnonymousCall<'_>, returned: Returned) -> Result<Arrival, IdentityError> {
    let provider = provider_of(context)?;
    let Found { stored, code } = find(context, asked, &returned).await?;
    if !sign_in_trips::claim(context.db.writer(), stored.id).await? {
        return Err(IdentityError::Gone);
    }
    let trip = trip(context, &returned.state);
    let identity = provider.identify(code, &trip, asked.now).await.map_err(log)?;
    match stored.errand {
        Errand::SignIn => Ok(Arrival::SignedIn(staff_identity::sign_in(context, asked, &identity).await?)),
        Errand::Invite { staff, invite } => {
            let token = staff_identity::link_invited(context, asked, staff, invite, &identity).await?;
            Ok(Arrival::SignedIn(token))
        }
        Errand::Account { staff } => {
            staff_identity::link_own(context, asked, staff, &identity).await?;
            Ok(Arrival::Linked)
        }
    }
}

/// Ends a session of a colleague; gives where to go to sign out at the provider too, if they came from there.
pub async fn sign_out(context: &Context, now: DateTime<Utc>, session: &Token) -> Result<Option<String>, ServiceError> {
    let found = sessions::find(context.db.reader(), &session.hash(), now).await?;
    sessions::delete(context.db.writer(), &session.hash()).await?;
    let by_identity = found.is_some_and(|found| matches!(found.holder, Holder::Staff { by_identity: true, .. }));
    let Some(provider) = context.provider.as_ref().filter(|_| by_identity) else { return Ok(None) };
    // Here they are signed out, whatever it says.
    Ok(provider.sign_out_url(now).await.map_err(log).ok().flatten())
}

/// A way with the code that came back on it.
struct Found {
    stored: StoredTrip,
    code: SecretString,
}

async fn find(
    context: &Context,
    asked: AnonymousCall<'_>,
    Returned { state, answer, issuer }: &Returned,
) -> Result<Found, IdentityError> {
    let provider = provider_of(context)?;
    let stored = sign_in_trips::find(context.db.reader(), &state.hash()).await?;
    let stored = stored.filter(|trip| asked.now < trip.expires_at).ok_or(IdentityError::Gone)?;
    let browser = asked.client.map_or("", |client| client.browser.as_str());
    if !crypto::same(stored.browser.as_bytes(), browser.as_bytes()) {
        return Err(IdentityError::OtherBrowser);
    }
    if issuer.as_deref().is_some_and(|issuer| issuer != provider.issuer()) {
        return Err(log(ProviderFault::OtherIssuer).into());
    }
    match answer {
        Ok(code) => Ok(Found { stored, code: code.clone() }),
        Err(error) => Err(log(ProviderFault::of_error(error)).into()),
    }
}

fn provider_of(context: &Context) -> Result<&Provider, IdentityError> {
    context.provider.as_ref().ok_or(IdentityError::NotOffered)
}

fn trip(context: &Context, state: &Token) -> Trip {
    Trip {
        state: state.expose_text(),
        nonce: token::of_trip(&context.keys, state, "nonce"),
        verifier: token::of_trip(&context.keys, state, "verifier"),
    }
}

/// Says in the log what an admin is to set; the visitor reads it in other words.
fn log(fault: ProviderFault) -> ProviderFault {
    tracing::warn!(provider.fault = fault.as_str(), "Signing in at the provider failed: {fault}");
    fault
}
