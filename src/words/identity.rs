//! What somebody reads whose sign-in with the account of their organisation did not succeed, and what an admin is to set.

use crate::domain::identity::ProviderFault;

/// What somebody reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultWords {
    /// What is so.
    pub title: &'static str,
    /// What to do.
    pub advice: &'static str,
    /// What the admin of the installation sets, at Entra or Google; empty where there is nothing to set.
    pub to_set: &'static str,
}

const TELL: &str =
    "Je bent niet ingelogd. Laat dit zien aan de technisch beheerder van Koppelklaar. Die kan het oplossen.";

/// The words for what went wrong at the provider.
pub fn provider_fault(fault: ProviderFault) -> FaultWords {
    let (title, advice, to_set) = match fault {
        ProviderFault::Away => (
            "De inlogdienst geeft geen antwoord",
            "Je bent niet ingelogd. Wacht een minuut en probeer het opnieuw.",
            "Controleer of de server de adressen van de inlogdienst over HTTPS kan bereiken, en of daar een storing is.",
        ),
        ProviderFault::NoDocument => (
            "De inlogdienst is niet goed ingesteld",
            TELL,
            "Onder KOPPELKLAAR_OIDC_ISSUER staat geen discovery-document. Entra: https://login.microsoftonline.com/TENANT-ID/v2.0. \
             Google: https://accounts.google.com.",
        ),
        ProviderFault::OtherIssuer => (
            "De inlogdienst is niet goed ingesteld",
            TELL,
            "De inlogdienst noemt zichzelf anders dan KOPPELKLAAR_OIDC_ISSUER. Dat moet teken voor teken gelijk zijn. Entra: neem het \
             adres met de eigen Directory ID, niet common of organizations. Google: https://accounts.google.com.",
        ),
        ProviderFault::Unfit => (
            "De inlogdienst kan niet wat nodig is",
            TELL,
            "Nodig zijn: code flow met PKCE (S256), tokens met RS256, PS256 of ES256, en adressen met HTTPS.",
        ),
        ProviderFault::WrongSecret => (
            "De inlogdienst herkent Koppelklaar niet",
            TELL,
            "De client-id of het client secret klopt niet, of het secret is verlopen. Entra: App registrations > Certificates & \
             secrets, en neem Value, niet Secret ID. Google: Clients > Client secrets. Zet het nieuwe in \
             KOPPELKLAAR_OIDC_CLIENT_SECRET en herstart.",
        ),
        ProviderFault::WrongRedirect => (
            "De inlogdienst kent dit adres niet",
            TELL,
            "Registreer de redirect URI teken voor teken; koppelklaar doctor noemt hem. Entra: App registrations > Authentication > Web. \
             Google: Clients > Authorized redirect URIs.",
        ),
        ProviderFault::Denied => (
            "De inlogdienst gaf geen toestemming",
            "Je bent niet ingelogd. Heb je zelf geweigerd of gestopt? Probeer het dan opnieuw. Anders moet de beheerder van je \
             organisatie je toegang geven.",
            "Entra: Enterprise applications > Users and groups, en Permissions > Grant admin consent. Google: Audience op Internal, of \
             de collega als testgebruiker.",
        ),
        ProviderFault::CodeRefused => {
            ("Deze poging om in te loggen is al gebruikt of verlopen", "Je bent niet ingelogd. Begin opnieuw.", "")
        }
        ProviderFault::UnknownKey => (
            "Het antwoord van de inlogdienst klopt niet",
            TELL,
            "Het token is ondertekend met een sleutel die de inlogdienst niet publiceert. Entra: haal eigen sleutels en claims mapping uit \
             het manifest van de applicatie.",
        ),
        ProviderFault::BadToken => (
            "Het antwoord van de inlogdienst klopt niet",
            TELL,
            "Het token is niet goed ondertekend, of voor een andere client. Controleer KOPPELKLAAR_OIDC_CLIENT_ID.",
        ),
        ProviderFault::OtherNonce => {
            ("Dit antwoord hoort bij een andere poging om in te loggen", "Je bent niet ingelogd. Begin opnieuw.", "")
        }
        ProviderFault::ClockOff => (
            "De klok van de server loopt niet goed",
            TELL,
            "Het token is te oud of komt uit de toekomst. Zet de klok van de server goed (NTP).",
        ),
        ProviderFault::Refused => (
            "De inlogdienst weigert het inloggen",
            TELL,
            "Kijk in het logboek van de inlogdienst waarom. Entra: Sign-in logs. Google: Admin console > Reporting.",
        ),
    };
    FaultWords { title, advice, to_set }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn each_fault_says_what_is_so_and_what_to_do() {
        for fault in ProviderFault::iter() {
            let words = provider_fault(fault);
            assert!(!words.title.ends_with('.') && words.advice.ends_with('.'), "{words:?}");
            assert!(words.advice.starts_with("Je bent niet ingelogd."), "{words:?}");
            let is_to_do = matches!(fault, ProviderFault::CodeRefused | ProviderFault::OtherNonce);
            assert_eq!(words.to_set.is_empty(), is_to_do, "{fault:?}");
        }
    }
}
