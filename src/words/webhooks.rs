//! What is said of webhooks: where machines are told by themselves of what happens to schools.

use crate::domain::audit::WebhookDone;
use crate::domain::webhook::{BadEndpointUrl, DeliveryStatus, Outcome, StoppedWhy};

/// What was done about endpoints, in one line.
pub(super) fn webhook_done(done: &WebhookDone) -> &'static str {
    match done {
        WebhookDone::WebhookAdded { endpoint: _ } => "Webhook toegevoegd.",
        WebhookDone::WebhookSecretReplaced { endpoint: _ } => "Geheim van een webhook vervangen.",
        WebhookDone::WebhookStopped { endpoint: _, why: StoppedWhy::ByHand } => "Webhook uitgezet.",
        WebhookDone::WebhookStopped { endpoint: _, why: StoppedWhy::Gone } => {
            "Webhook gestopt: de ontvanger antwoordde dat er niemand meer is."
        }
        WebhookDone::WebhookStopped { endpoint: _, why: StoppedWhy::Failing } => {
            "Webhook gestopt: er kwam vijf dagen lang geen bericht aan."
        }
        WebhookDone::WebhookStarted { endpoint: _ } => "Webhook weer aangezet.",
        WebhookDone::WebhookReplayed { endpoint: _ } => "Berichten van een webhook opnieuw gestuurd.",
        WebhookDone::WebhookRemoved { endpoint: _ } => "Webhook verwijderd.",
    }
}

/// How a try ended, in one line.
pub fn webhook_outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered => "Aangekomen.",
        Outcome::Gone => "De ontvanger antwoordt dat er niemand meer is.",
        Outcome::Answered => "De ontvanger neemt het bericht niet aan.",
        Outcome::Redirected => {
            "De ontvanger verwijst naar een ander adres. Daar gaat Koppelklaar niet heen: zet het goede adres erin."
        }
        Outcome::NoSuchHost => "Deze host bestaat niet. Controleer het adres.",
        Outcome::LookUpFailed => "De host kon niet worden opgezocht.",
        Outcome::NotPublic => {
            "Deze host staat in een privénetwerk. Dat mag alleen als de beheerder van Koppelklaar de host heeft toegestaan."
        }
        Outcome::NoConnection => "Er kwam geen verbinding tot stand.",
        Outcome::NotSafe => "De verbinding is niet veilig: het certificaat klopt niet.",
        Outcome::CutShort => "De verbinding brak af voordat er een antwoord was.",
        Outcome::TooSlow => "Er kwam binnen 15 seconden geen antwoord.",
    }
}

/// What became of a message, in a word or two.
pub fn webhook_status(status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::Waiting => "Wacht",
        DeliveryStatus::Delivered => "Aangekomen",
        DeliveryStatus::Failed => "Opgegeven",
    }
}

/// What is wrong with the address of an endpoint.
pub fn bad_endpoint_url(bad: BadEndpointUrl) -> &'static str {
    match bad {
        BadEndpointUrl::Unreadable => "Dit is geen webadres. Typ het zo: https://numo.voorbeeld.nl/koppelklaar.",
        BadEndpointUrl::NotHttps => "Het adres moet met https:// beginnen.",
        BadEndpointUrl::NoName => "Typ de naam van een host, geen nummer: het certificaat geldt voor een naam.",
        BadEndpointUrl::HasCredentials => {
            "Laat de gebruikersnaam en het wachtwoord weg: de ontvanger herkent berichten aan hun handtekening."
        }
        BadEndpointUrl::HasFragment => "Laat het teken # en alles daarachter weg.",
        BadEndpointUrl::TooLong => "Een adres mag hoogstens 500 tekens lang zijn.",
    }
}
