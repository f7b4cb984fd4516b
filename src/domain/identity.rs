//! Signing in with the account of one's organisation: whose password still works beside it, how long the way to the provider
//! and back may take, and what can go wrong on it.

use strum::{EnumIter, EnumString, IntoStaticStr};

use super::ids::{InviteId, StaffId};
use super::text::EmailAddress;

/// How long somebody may take at the provider, in minutes.
pub const TRIP_MINUTES: i64 = 10;

/// How far the provider's clock may be off ours, in minutes.
pub const CLOCK_MINUTES: i64 = 2;

/// How colleagues of Kurve sign in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SignInPolicy {
    /// With a password and a code; there is no provider.
    #[default]
    Passwords,
    /// With a password and a code, or at the provider.
    Either,
    /// At the provider; one account keeps its password, for when that is away.
    ProviderOnly {
        /// The address of that account.
        emergency: EmailAddress,
    },
}

impl SignInPolicy {
    /// Whether the account of an address may use a password.
    pub fn takes_password_of(&self, email: &EmailAddress) -> bool {
        match self {
            Self::Passwords | Self::Either => true,
            Self::ProviderOnly { emergency } => emergency.key_form() == email.key_form(),
        }
    }

    /// Whether anybody may use a password.
    pub fn takes_passwords(&self) -> bool {
        match self {
            Self::Passwords | Self::Either => true,
            Self::ProviderOnly { .. } => false,
        }
    }

    /// Whether there is a provider.
    pub fn has_provider(&self) -> bool {
        match self {
            Self::Passwords => false,
            Self::Either | Self::ProviderOnly { .. } => true,
        }
    }
}

/// For what somebody goes to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// To sign in.
    SignIn,
    /// To link their account for the first time, by a one-time link.
    Invite {
        /// Whose account.
        staff: StaffId,
        /// The link.
        invite: InviteId,
    },
    /// To link their account, signed in.
    Account {
        /// Whose account.
        staff: StaffId,
    },
}

/// The stored name of an errand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ErrandKind {
    /// [`Errand::SignIn`].
    SignIn,
    /// [`Errand::Invite`].
    Invite,
    /// [`Errand::Account`].
    Account,
}

impl ErrandKind {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Whom the provider says that somebody is: the only two things that are theirs for good. An address is not: it changes hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// The account, by the provider's own name for it.
    pub subject: String,
}

/// What went wrong at the provider or with what it said. The text is for the log and for `doctor`: what to set, at Entra or
/// Google, and no word of what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ProviderFault {
    /// It cannot be reached, or gives no answer in time.
    #[error("the provider gives no answer: check that this machine may call its addresses over HTTPS")]
    Away,
    /// There is nothing that can be read where the discovery document should be.
    #[error(
        "no discovery document can be read below KOPPELKLAAR_OIDC_ISSUER (…/.well-known/openid-configuration). \
                     Entra: https://login.microsoftonline.com/TENANT-ID/v2.0; Google: https://accounts.google.com"
    )]
    NoDocument,
    /// It says that it is another.
    #[error(
        "the provider names itself otherwise than KOPPELKLAAR_OIDC_ISSUER, which must be the same to the sign. Entra: the \
                     issuer with the tenant's own id, never common or organizations; Google: https://accounts.google.com"
    )]
    OtherIssuer,
    /// Its document leaves out what we need, or leads to an address without TLS.
    #[error(
        "the provider cannot do what is needed: code flow with PKCE (S256), tokens signed with RS256, PS256 or ES256, and \
                     every address over HTTPS"
    )]
    Unfit,
    /// It does not know the client, or the secret is another.
    #[error(
        "the provider refuses KOPPELKLAAR_OIDC_CLIENT_ID with KOPPELKLAAR_OIDC_CLIENT_SECRET. Entra: App registrations > \
                     Certificates & secrets, the value and not the id, and look at the date on which it expires; Google: Clients > \
                     Client secrets"
    )]
    WrongSecret,
    /// It does not know where it is to send people back to.
    #[error(
        "the provider does not know our redirect URI. Register it to the sign. Entra: App registrations > Authentication > \
                     Web; Google: Clients > Authorized redirect URIs"
    )]
    WrongRedirect,
    /// The person, or their organisation, said no.
    #[error(
        "access was denied at the provider. Entra: Enterprise applications > Users and groups, and consent; Google: \
                     Audience, internal or a test user"
    )]
    Denied,
    /// The code was used, is too old, or of somebody else.
    #[error("the provider refuses the code: it was used before, or is too old")]
    CodeRefused,
    /// The token is signed with a key that the provider does not publish.
    #[error(
        "the token is signed with a key that the provider does not publish. Entra: take claims mapping and keys of the \
                     application's own out of its manifest"
    )]
    UnknownKey,
    /// The token is not signed as it must be, or for another.
    #[error("the token does not hold: not signed by the provider, or meant for another client")]
    BadToken,
    /// The token is of another sign-in.
    #[error("the token is of another sign-in (its nonce is another)")]
    OtherNonce,
    /// The token is of another time.
    #[error("the token is too old or from the future: set the clock of this machine (NTP)")]
    ClockOff,
    /// Anything else that it said.
    #[error("the provider refuses the request: its own log of sign-ins says why")]
    Refused,
}

impl ProviderFault {
    /// The name, in the log.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What an error that the provider sends back stands for (RFC 6749 4.1.2.1 and 5.2, OpenID Connect Core 3.1.2.6).
    pub fn of_error(code: &str) -> Self {
        match code {
            "access_denied" | "consent_required" | "interaction_required" | "login_required" => Self::Denied,
            "invalid_client" | "unauthorized_client" => Self::WrongSecret,
            "redirect_uri_mismatch" => Self::WrongRedirect,
            "invalid_grant" => Self::CodeRefused,
            "temporarily_unavailable" | "server_error" => Self::Away,
            _ => Self::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> EmailAddress {
        EmailAddress::parse(text).expect("an address")
    }

    #[test]
    fn only_the_emergency_account_keeps_its_password_where_the_provider_is_required() {
        let required = SignInPolicy::ProviderOnly { emergency: address("nood@kurve.nl") };

        assert!(required.takes_password_of(&address("Nood@Kurve.nl")));
        assert!(!required.takes_password_of(&address("eva@kurve.nl")));
        for policy in [SignInPolicy::Passwords, SignInPolicy::Either] {
            assert!(policy.takes_password_of(&address("eva@kurve.nl")), "{policy:?}");
        }
    }

    #[test]
    fn an_error_of_the_provider_is_told_by_what_to_do_about_it() {
        for (code, fault) in [
            ("access_denied", ProviderFault::Denied),
            ("invalid_client", ProviderFault::WrongSecret),
            ("redirect_uri_mismatch", ProviderFault::WrongRedirect),
            ("invalid_grant", ProviderFault::CodeRefused),
            ("temporarily_unavailable", ProviderFault::Away),
            ("something_else", ProviderFault::Refused),
            ("", ProviderFault::Refused),
        ] {
            assert_eq!(ProviderFault::of_error(code), fault, "{code}");
        }
    }
}
