//! The provider's discovery document and keys, kept for a while.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use openidconnect::core::{CoreClientAuthMethod, CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreResponseType};
use openidconnect::{DiscoveryError, EndSessionUrl, IssuerUrl, ProviderMetadataWithLogout};
use parking_lot::Mutex;

use super::call::{Caller, NoAnswer};
use super::issuer::Issuer;
use crate::domain::identity::ProviderFault;

/// How long a document is taken for true.
const KEEP: Duration = Duration::minutes(15);

/// How tokens may be signed: with keys that the provider publishes, and never with a secret that we share with it or not at all.
pub(super) const ALGORITHMS: [CoreJwsSigningAlgorithm; 3] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
];

/// What the provider says of itself.
#[derive(Debug)]
pub(super) struct Document {
    metadata: ProviderMetadataWithLogout,
    read_at: DateTime<Utc>,
}

impl Document {
    pub(super) fn metadata(&self) -> ProviderMetadataWithLogout {
        self.metadata.clone()
    }

    pub(super) fn issuer(&self) -> &IssuerUrl {
        self.metadata.issuer()
    }

    pub(super) fn keys(&self) -> &CoreJsonWebKeySet {
        self.metadata.jwks()
    }

    /// Where signing out is asked for.
    pub(super) fn sign_out(&self) -> Option<&EndSessionUrl> {
        self.metadata.additional_metadata().end_session_endpoint.as_ref()
    }

    /// Whether our secret goes in a header, as by default, and not in the form.
    pub(super) fn takes_basic(&self) -> bool {
        let methods = self.metadata.token_endpoint_auth_methods_supported();
        methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic))
    }

    /// Whether it can do what we need.
    fn is_fit(&self, issuer: &Issuer) -> bool {
        let is_signed =
            self.metadata.id_token_signing_alg_values_supported().iter().any(|alg| ALGORITHMS.contains(alg));
        let is_safe = |url: &url::Url| url.scheme() == "https" || issuer.is_loopback();
        let token = self.metadata.token_endpoint().is_some_and(|url| is_safe(url.url()));
        let sign_out = self.sign_out().is_none_or(|url| is_safe(url.url()));
        let has_code =
            self.metadata.response_types_supported().iter().any(|types| types.as_slice() == [CoreResponseType::Code]);
        is_signed && has_code && token && sign_out && is_safe(self.metadata.authorization_endpoint().url())
    }
}

/// The document as it was read last; clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Documents(Arc<Mutex<Option<Arc<Document>>>>);

impl Documents {
    /// The document, read anew where it is old.
    pub(super) async fn get(&self, issuer: &Issuer, now: DateTime<Utc>) -> Result<Arc<Document>, ProviderFault> {
        let known = self.0.lock().clone();
        match known.filter(|document| (now - document.read_at).abs() < KEEP) {
            Some(document) => Ok(document),
            None => self.renew(issuer, now).await,
        }
    }

    /// The document, read anew.
    pub(super) async fn renew(&self, issuer: &Issuer, now: DateTime<Utc>) -> Result<Arc<Document>, ProviderFault> {
        let name = IssuerUrl::new(issuer.as_str().to_owned()).map_err(|_| ProviderFault::NoDocument)?;
        let caller = Caller::new(issuer);
        let read = ProviderMetadataWithLogout::discover_async(name, &caller).await;
        let document = Document { metadata: read.map_err(|error| fault_of(&error))?, read_at: now };
        if !document.is_fit(issuer) {
            return Err(ProviderFault::Unfit);
        }
        let document = Arc::new(document);
        *self.0.lock() = Some(document.clone());
        Ok(document)
    }
}

fn fault_of(error: &DiscoveryError<NoAnswer>) -> ProviderFault {
    match error {
        DiscoveryError::Request(NoAnswer) => ProviderFault::Away,
        DiscoveryError::Response(status, ..) if status.is_server_error() => ProviderFault::Away,
        DiscoveryError::Validation(_) => ProviderFault::OtherIssuer,
        DiscoveryError::Response(..)
        | DiscoveryError::Parse(_)
        | DiscoveryError::UrlParse(_)
        | DiscoveryError::Other(_) => ProviderFault::NoDocument,
        // The library may come to tell more apart.
        _ => ProviderFault::NoDocument,
    }
}
