//! The token: what is wrong with it, or whom it names.

use chrono::{DateTime, Duration, Utc};
use openidconnect::core::{CoreErrorResponseType, CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet};
use openidconnect::{
    ClaimsVerificationError, ClientId, IssuerUrl, Nonce, RequestTokenError, SignatureVerificationError,
    StandardErrorResponse,
};

use super::call::NoAnswer;
use super::document::ALGORITHMS;
use crate::domain::identity::{CLOCK_MINUTES, Identity, ProviderFault};

/// What a token is held against.
pub(super) struct Verifying {
    pub(super) client_id: String,
    pub(super) issuer: IssuerUrl,
    pub(super) keys: CoreJsonWebKeySet,
}

/// Whom a token names, once all of it holds.
pub(super) fn read(
    token: &CoreIdToken,
    against: &Verifying,
    nonce: &Nonce,
    now: DateTime<Utc>,
) -> Result<Identity, ProviderFault> {
    let Verifying { client_id, issuer, keys } = against;
    let leeway = Duration::minutes(CLOCK_MINUTES);
    // As a public client, since the secret must verify nothing: then whoever knows it could sign.
    let verifier =
        CoreIdTokenVerifier::new_public_client(ClientId::new(client_id.clone()), issuer.clone(), keys.clone())
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || now - leeway)
            .set_issue_time_verifier_fn(move |issued| {
                if issued <= now + leeway { Ok(()) } else { Err("from the future".to_owned()) }
            });
    let claims = token.claims(&verifier, nonce).map_err(|error| verdict(&error))?;
    Ok(Identity { issuer: claims.issuer().as_str().to_owned(), subject: claims.subject().as_str().to_owned() })
}

fn verdict(error: &ClaimsVerificationError) -> ProviderFault {
    match error {
        ClaimsVerificationError::Expired(_) => ProviderFault::ClockOff,
        ClaimsVerificationError::InvalidNonce(_) => ProviderFault::OtherNonce,
        ClaimsVerificationError::InvalidIssuer(_) => ProviderFault::OtherIssuer,
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            ProviderFault::UnknownKey
        }
        // The library may come to tell more apart; whatever it is, the token does not hold.
        _ => ProviderFault::BadToken,
    }
}

/// Why a code was not changed for a token.
pub(super) fn fault_of(
    error: &RequestTokenError<NoAnswer, StandardErrorResponse<CoreErrorResponseType>>,
) -> ProviderFault {
    match error {
        RequestTokenError::Request(NoAnswer) => ProviderFault::Away,
        // What it says beside the code may quote what was sent.
        RequestTokenError::ServerResponse(said) => ProviderFault::of_error(said.error().as_ref()),
        RequestTokenError::Parse(..) => ProviderFault::BadToken,
        RequestTokenError::Other(_) => ProviderFault::Away,
    }
}
