//! Connection checks in words: codes and rungs in short, times, and what was odd. The sentence that says what to do is
//! with the code itself.

use chrono::{DateTime, Utc};

use crate::domain::check::{CheckCode, Oddity};
use crate::domain::onboarding::{Party, Step};
use crate::domain::text::Reason;

/// What a code is called in a list, where there is little room.
pub fn check_short(code: CheckCode) -> &'static str {
    match code {
        CheckCode::Ok => "Werkt",
        CheckCode::HostUnknown => "Schooldomein onbekend",
        CheckCode::PortSilent => "Geen antwoord",
        CheckCode::PortRefused => "Verbinding geweigerd",
        CheckCode::TlsFailed => "Geen beveiligde verbinding",
        CheckCode::CertificateInvalid => "Certificaat ongeldig",
        CheckCode::LoginRefused => "Inloggen geweigerd",
        CheckCode::ListNotGranted => "Lijst niet aangevinkt",
        CheckCode::ServiceNotGranted => "Services niet aangevinkt",
        CheckCode::ListOutdated => "Kolom ontbreekt",
        CheckCode::ListEmpty => "Lijst is leeg",
        CheckCode::UnexpectedAnswer => "Onverwacht antwoord",
    }
}

/// What stands beside the verdict where an admin gave leave to activate without a check that passed.
pub fn leave(at: DateTime<Utc>, reason: &Reason) -> String {
    let when = super::date_nl(at);
    format!("Kurve gaf op {when} toestemming om te activeren zonder goede controle. Reden: {reason}")
}

/// How a check ended, as a heading for the school.
pub fn check_title(code: CheckCode) -> &'static str {
    match code {
        CheckCode::Ok => "Alles staat goed",
        CheckCode::HostUnknown => "Dit schooldomein bestaat niet bij Magister",
        CheckCode::PortSilent => "Magister geeft nog geen antwoord",
        CheckCode::PortRefused => "Magister weigert de verbinding",
        CheckCode::TlsFailed => "Er komt geen beveiligde verbinding",
        CheckCode::CertificateInvalid => "Het certificaat van Magister is niet geldig",
        CheckCode::LoginRefused => "Kurve kan niet inloggen",
        CheckCode::ListNotGranted => "Kurve mag de lijst niet lezen",
        CheckCode::ServiceNotGranted => "Kurve mag de gegevens niet ophalen",
        CheckCode::ListOutdated => "Er ontbreekt een kolom in de lijst",
        CheckCode::ListEmpty => "Er staan nog geen leerlingen in de lijst",
        CheckCode::UnexpectedAnswer => "Magister gaf een onverwacht antwoord",
    }
}

/// The step where the school puts right what a code says; none when it is not the school's to do.
pub fn check_step(code: CheckCode) -> Option<Step> {
    match code {
        CheckCode::HostUnknown => Some(Step::DetailsSubmitted),
        CheckCode::PortSilent => Some(Step::AllowlistingRequested),
        CheckCode::LoginRefused => Some(Step::PasswordSet),
        CheckCode::ListNotGranted | CheckCode::ServiceNotGranted => Some(Step::PermissionsChecked),
        CheckCode::Ok
        | CheckCode::PortRefused
        | CheckCode::TlsFailed
        | CheckCode::CertificateInvalid
        | CheckCode::ListOutdated
        | CheckCode::ListEmpty
        | CheckCode::UnexpectedAnswer => None,
    }
}

/// Who has to act after a check, to the school.
pub fn check_turn(code: CheckCode) -> &'static str {
    match code.holder() {
        None => "Niemand hoeft iets te doen",
        Some(Party::School) => "Jullie zijn aan zet",
        Some(Party::Kurve) => "Kurve is aan zet",
        Some(Party::Magister) => "Magister is aan zet",
    }
}

/// What was odd about an answer, for Kurve.
pub fn oddity(oddity: Oddity) -> String {
    match oddity {
        Oddity::LookUpFailed => "De naam kon niet worden opgezocht.".to_owned(),
        Oddity::AddressNotPublic => {
            "De naam wijst naar een adres dat niet openbaar is. Er is niet verbonden.".to_owned()
        }
        Oddity::Status(status) => format!("Het antwoord had HTTP-status {status}."),
        Oddity::Redirect => "Het antwoord verwees door. Dat volgen we nooit.".to_owned(),
        Oddity::Html => "Het antwoord was een webpagina.".to_owned(),
        Oddity::NotXml => "Het antwoord was geen XML.".to_owned(),
        Oddity::Dtd => "Het antwoord was XML met een eigen DTD of entiteit.".to_owned(),
        Oddity::TooDeep => "Het antwoord was te diep genest.".to_owned(),
        Oddity::CutShort => "Het antwoord brak af.".to_owned(),
        Oddity::TooBig => "Het antwoord was te groot.".to_owned(),
        Oddity::TooSlow => "Het antwoord duurde te lang.".to_owned(),
        Oddity::Unknown => "Het antwoord was XML die we niet kennen.".to_owned(),
    }
}

/// A time in milliseconds as people say it: "0,3 seconden".
pub fn seconds_nl(millis: u32) -> String {
    match millis {
        0..100 => "minder dan 0,1 seconde".to_owned(),
        100..10_000 => format!("{:.1} seconden", f64::from(millis) / 1000.0).replace('.', ","),
        _ => format!("{} seconden", millis.saturating_add(500) / 1000),
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn a_time_is_said_as_people_say_it() {
        let said = [40, 312, 9_960, 10_400].map(seconds_nl);

        assert_eq!(said, ["minder dan 0,1 seconde", "0,3 seconden", "10,0 seconden", "10 seconden"]);
    }

    #[test]
    fn what_is_for_the_school_to_do_leads_to_a_step_or_is_in_the_sentence() {
        for code in CheckCode::iter() {
            let is_schools = code.holder() == Some(Party::School);

            // An empty list is put right in Magister, outside our steps.
            assert!(!is_schools || check_step(code).is_some() || code == CheckCode::ListEmpty, "{}", code.as_str());
        }
    }
}
