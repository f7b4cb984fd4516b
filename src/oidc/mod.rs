//! The provider at which colleagues sign in with the account of their organisation (OpenID Connect): where it is, the way there
//! and back, and whom its token names.
//!
//! What is done with that is none of its business: see `services::people`. The protocol itself is `openidconnect`'s; the calls are
//! ours ([`call`]), so that nothing is followed, nothing goes without TLS, and every answer has a limit. To test against a provider
//! on this machine, an issuer on loopback may be without TLS.

mod call;
mod document;
mod issuer;
mod token;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, RedirectUrl, TokenResponse,
};
use openidconnect::{EndpointMaybeSet, EndpointNotSet, EndpointSet, LogoutRequest};
use secrecy::{ExposeSecret, SecretString};

pub use self::issuer::{BadIssuer, Issuer};

use self::call::Caller;
use self::document::{Document, Documents};
use crate::domain::identity::{Identity, ProviderFault};

/// A client as far as a document gives it its addresses.
type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// What the provider knows us by, and where it sends people back to.
#[derive(Debug, Clone)]
pub struct Registration {
    /// Who it is.
    pub issuer: Issuer,
    /// Our name there.
    pub client_id: String,
    /// Our secret there.
    pub client_secret: SecretString,
    /// Where people come back to after signing in.
    pub redirect_url: String,
    /// Where they come back to after signing out.
    pub signed_out_url: String,
}

/// The provider; cheap to clone.
#[derive(Debug, Clone)]
pub struct Provider {
    registered: Arc<Registration>,
    documents: Documents,
}

/// What makes one sign-in that one: two secrets of ours, and the name by which it comes back.
pub struct Trip {
    /// The name by which it comes back.
    pub state: String,
    /// What the token must repeat.
    pub nonce: SecretString,
    /// What proves that who changes the code for a token is who asked for it (PKCE).
    pub verifier: SecretString,
}

/// What `doctor` sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Whether signing out there can be asked for.
    pub has_sign_out: bool,
}

impl Provider {
    /// A provider; nothing is asked of it yet.
    ///
    /// # Errors
    /// `Unfit` where our own addresses are none that can stand in a request.
    pub fn new(registered: Registration) -> Result<Self, ProviderFault> {
        RedirectUrl::new(registered.redirect_url.clone()).map_err(|_| ProviderFault::Unfit)?;
        PostLogoutRedirectUrl::new(registered.signed_out_url.clone()).map_err(|_| ProviderFault::Unfit)?;
        Ok(Self { registered: Arc::new(registered), documents: Documents::default() })
    }

    /// Who it is.
    pub fn issuer(&self) -> &str {
        self.registered.issuer.as_str()
    }

    /// The host that people are sent to, as pages name it.
    pub fn host(&self) -> &str {
        self.registered.issuer.host()
    }

    /// Where people come back to after signing in, as it must be registered.
    pub fn redirect_url(&self) -> &str {
        &self.registered.redirect_url
    }

    /// Where somebody is to go to sign in.
    pub async fn sign_in_url(&self, trip: &Trip, now: DateTime<Utc>) -> Result<String, ProviderFault> {
        let document = self.document(now).await?;
        let client = self.client(&document)?;
        let (state, nonce) = (CsrfToken::new(trip.state.clone()), Nonce::new(trip.nonce.expose_secret().to_owned()));
        let verifier = PkceCodeVerifier::new(trip.verifier.expose_secret().to_owned());
        // Of the person nothing is asked but who they are: address, name and groups stay where they are.
        let (url, _, _) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state, move || nonce)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url.into())
    }

    /// Changes the code that somebody brought back for a token, and reads whom it names.
    pub async fn identify(
        &self,
        code: SecretString,
        trip: &Trip,
        now: DateTime<Utc>,
    ) -> Result<Identity, ProviderFault> {
        let document = self.document(now).await?;
        let client = self.client(&document)?;
        let asked = client.exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()));
        let asked = asked.map_err(|_| ProviderFault::Unfit)?;
        let verifier = PkceCodeVerifier::new(trip.verifier.expose_secret().to_owned());
        let caller = self.caller();
        let answer = asked.set_pkce_verifier(verifier).request_async(&caller).await;
        let answer = answer.map_err(|error| token::fault_of(&error))?;
        let token = answer.id_token().ok_or(ProviderFault::BadToken)?;
        let nonce = Nonce::new(trip.nonce.expose_secret().to_owned());
        match token::read(token, &self.verifying(&document), &nonce, now) {
            // It may have begun to sign with a key that is newer than what we have.
            Err(ProviderFault::UnknownKey) => {
                let newest = self.documents.renew(&self.registered.issuer, now).await?;
                token::read(token, &self.verifying(&newest), &nonce, now)
            }
            other => other,
        }
    }

    /// Where somebody is to go to sign out there too; `None` where it cannot be asked for.
    pub async fn sign_out_url(&self, now: DateTime<Utc>) -> Result<Option<String>, ProviderFault> {
        let document = self.document(now).await?;
        let Some(end) = document.sign_out().cloned() else { return Ok(None) };
        let back = PostLogoutRedirectUrl::new(self.registered.signed_out_url.clone());
        let request = LogoutRequest::from(end)
            .set_client_id(ClientId::new(self.registered.client_id.clone()))
            .set_post_logout_redirect_uri(back.map_err(|_| ProviderFault::Unfit)?);
        Ok(Some(request.http_get_url().into()))
    }

    /// Looks whether a sign-in could succeed: the document, and whether the secret is taken, by a code that nobody gave out.
    pub async fn look(&self, now: DateTime<Utc>) -> Result<Look, ProviderFault> {
        let document = self.documents.renew(&self.registered.issuer, now).await?;
        let client = self.client(&document)?;
        let asked = client.exchange_code(AuthorizationCode::new("koppelklaar-doctor".to_owned()));
        let verifier = PkceCodeVerifier::new("koppelklaar-doctor".repeat(3));
        let caller = self.caller();
        let asked = asked.map_err(|_| ProviderFault::Unfit)?.set_pkce_verifier(verifier);
        match asked.request_async(&caller).await.map_err(|error| token::fault_of(&error)) {
            Err(fault @ (ProviderFault::WrongSecret | ProviderFault::WrongRedirect | ProviderFault::Away)) => {
                Err(fault)
            }
            // No provider takes that code: what it says of it is no fault.
            Ok(_) | Err(_) => Ok(Look { has_sign_out: document.sign_out().is_some() }),
        }
    }

    async fn document(&self, now: DateTime<Utc>) -> Result<Arc<Document>, ProviderFault> {
        self.documents.get(&self.registered.issuer, now).await
    }

    fn caller(&self) -> Caller {
        Caller::new(&self.registered.issuer)
    }

    fn verifying(&self, document: &Document) -> token::Verifying {
        token::Verifying {
            client_id: self.registered.client_id.clone(),
            issuer: document.issuer().clone(),
            keys: document.keys().clone(),
        }
    }

    fn client(&self, document: &Document) -> Result<Client, ProviderFault> {
        let Registration { client_id, client_secret, redirect_url, .. } = &*self.registered;
        let secret = ClientSecret::new(client_secret.expose_secret().to_owned());
        let client =
            CoreClient::from_provider_metadata(document.metadata(), ClientId::new(client_id.clone()), Some(secret));
        let redirect = RedirectUrl::new(redirect_url.clone()).map_err(|_| ProviderFault::Unfit)?;
        let auth = if document.takes_basic() { AuthType::BasicAuth } else { AuthType::RequestBody };
        Ok(client.set_redirect_uri(redirect).set_auth_type(auth))
    }
}
