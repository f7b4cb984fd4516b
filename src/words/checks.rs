//! Connection checks in words: codes and rungs in short, times, and what was odd. The sentence that says what to do is
//! with the code itself.

use chrono::{DateTime, Utc};

use crate::domain::check::{ActivationFacts, CheckCode, Oddity, TlsFault};
use crate::domain::onboarding::{Despite, Onboarding};
use crate::domain::text::Reason;

/// Why the query is to be run again, where a check found that.
pub const COLUMN_MISSING: &str =
    "In de lijst KurveLeerlingData ontbreekt een kolom. Voer de nieuwe query uit in Decibel.";

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
        CheckCode::ListShrunk => "Lijst veel korter",
        CheckCode::ListFailed => "Fout in de lijst",
        CheckCode::NoRoute => "Geen weg vanaf hier",
        CheckCode::TooSlow => "Te traag",
        CheckCode::UnexpectedAnswer => "Onverwacht antwoord",
    }
}

/// What is seen in an outage, each with for how many; empty where nothing is.
pub fn outage_seen(seen: &[(CheckCode, u64)]) -> String {
    let each: Vec<String> =
        seen.iter().map(|(code, count)| format!("{} ({count})", check_short(*code).to_lowercase())).collect();
    if each.is_empty() { String::new() } else { format!("Bij de laatste controles: {}.", each.join(", ")) }
}

/// What is probably wrong in an outage, and what Kurve looks at first.
pub fn outage_cause(seen: &[(CheckCode, u64)]) -> &'static str {
    let count = |is_refusal: bool| -> u64 {
        seen.iter().filter(|(code, _)| code.refuses().is_some() == is_refusal).map(|(_, count)| count).sum()
    };
    if count(true) > count(false) {
        "Magister geeft wel antwoord, maar weigert Kurve bij meer scholen tegelijk. De lijn werkt dus. Vraag Magister wat er \
         is veranderd aan de webservice of aan de gebruiker Kurve."
    } else {
        "Waarschijnlijk is er een storing bij Magister, of werkt onze eigen verbinding niet. Kijk of het adres van Koppelklaar \
         nog op de allowlist staat, en of Magister een storing meldt."
    }
}

/// What stands beside the verdict where an admin gave leave to activate without a check that passed.
pub fn leave(at: DateTime<Utc>, reason: &Reason) -> String {
    let when = super::date_nl(at);
    format!(
        "Kurve gaf op {when} toestemming om te activeren zonder geslaagde controle van de verbinding. Reden: {reason}"
    )
}

/// Why Kurve activated although the newest check was no ground for it, in one line.
pub fn despite(despite: &Despite) -> String {
    let reason = despite.reason.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{} Reden: {reason}", not_good(&despite.code, despite.checked_at))
}

/// The same for every school of an onboarding, each reason once, with when that was: it stands beside the verdict.
pub fn despite_lines(state: &Onboarding) -> Vec<String> {
    let line = |(at, said): (DateTime<Utc>, &Despite)| {
        format!("Kurve activeerde op {}. {}", super::date_nl(at), despite(said))
    };
    state.activated_despite().into_iter().map(line).collect()
}

/// How the newest check stands, where that is no ground to activate on.
pub fn doubt(code: CheckCode, at: DateTime<Utc>) -> String {
    not_good(code.as_str(), at)
}

fn not_good(code: &str, at: DateTime<Utc>) -> String {
    let when = super::moment_nl(at);
    match code.parse::<CheckCode>() {
        Ok(CheckCode::Ok) => {
            format!(
                "De laatste controle is geslaagd, maar is ouder dan 24 uur of was met een ander wachtwoord ({when})."
            )
        }
        Ok(code) => format!("De laatste controle is niet geslaagd: {} ({when}).", check_short(code).to_lowercase()),
        // Of a newer release.
        Err(_) => format!("De laatste controle is niet geslaagd ({when})."),
    }
}

/// How the newest check ended, for who is asked to activate; empty where no checks are made.
pub fn newest_check(facts: &ActivationFacts, now: DateTime<Utc>) -> String {
    match (facts.newest, facts.doubt(now)) {
        _ if !facts.policy.makes_checks() => String::new(),
        (None, _) => "Er is nog geen controle van de verbinding gemaakt.".to_owned(),
        (_, Some((code, at))) => format!("{} Activeren kan alleen met een reden.", doubt(code, at)),
        (Some((_, at)), None) => {
            format!("De laatste controle van de verbinding is geslaagd ({}).", super::moment_nl(at))
        }
    }
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
        CheckCode::ListShrunk => "De lijst is veel korter dan eerder",
        CheckCode::ListFailed => "Er zit een fout in de lijst zelf",
        CheckCode::NoRoute => "Kurve kan Magister vanaf hier niet bereiken",
        CheckCode::TooSlow => "Magister doet te lang over een antwoord",
        CheckCode::UnexpectedAnswer => "Magister gaf een onverwacht antwoord",
    }
}

/// What was odd about an answer, for Kurve.
pub fn oddity(oddity: Oddity) -> String {
    let said = match oddity {
        Oddity::LookUpFailed => "De naam kon niet worden opgezocht.",
        Oddity::AddressNotPublic => "De naam wijst naar een adres dat niet openbaar is. Er is niet verbonden.",
        Oddity::Tls(fault) => tls_fault(fault),
        Oddity::Status(403) => {
            "Het antwoord had HTTP-status 403. Misschien staan de adressen van Kurve niet op de allowlist."
        }
        Oddity::Status(status) => return format!("Het antwoord had HTTP-status {status}."),
        Oddity::Redirect => "Het antwoord verwees door. Dat volgen we nooit.",
        Oddity::HeadTooLarge => "Het antwoord had te veel of te lange kopregels: we lezen er 64.",
        Oddity::Compressed => "Het antwoord was ingepakt (zoals met gzip), terwijl we daar niet om vragen.",
        Oddity::Html => "Het antwoord was een webpagina.",
        Oddity::NotXml => "Het antwoord was geen XML.",
        Oddity::NotUtf16 => "Het antwoord zegt dat het UTF-16 is, maar dat is het niet.",
        Oddity::Dtd => "Het antwoord was XML met een eigen DTD of entiteit.",
        Oddity::TooDeep => "Het antwoord was te diep genest.",
        Oddity::CutShort => "Het antwoord brak af.",
        Oddity::TooBig => "Het antwoord was te groot.",
        Oddity::TooSlow => "Het antwoord duurde te lang: op de lijst wachten we 60 seconden.",
        Oddity::BodyNotRead => {
            "De server leest alleen het webadres. Daar zetten we nooit een wachtwoord in, dus inloggen kan alleen via \
             SOAP, en dat werkt bij deze server niet."
        }
        Oddity::Unknown => "Het antwoord was XML die we niet kennen.",
    };
    said.to_owned()
}

fn tls_fault(fault: TlsFault) -> &'static str {
    match fault {
        TlsFault::Expired => "Het certificaat is verlopen.",
        TlsFault::NotYetValid => "Het certificaat geldt nog niet.",
        TlsFault::OtherName => "Het certificaat staat op een andere naam dan dit schooldomein.",
        TlsFault::UnknownAuthority => "Het certificaat komt van een uitgever die we niet kennen.",
        TlsFault::ChainIncomplete => {
            "Er ontbreekt een stuk van de keten van het certificaat: de server stuurt het tussencertificaat niet mee."
        }
        TlsFault::Signature => "De handtekening van het certificaat is te zwak of klopt niet.",
        TlsFault::OtherCertificate => "Het certificaat klopt niet.",
        TlsFault::NoSharedVersion => "De server spreekt geen veilige versie van TLS: nodig is 1.2 of 1.3.",
        TlsFault::NoSharedCipher => "De server heeft geen versleuteling die wij ook hebben.",
        TlsFault::NotTls => "De server antwoordde zonder TLS.",
        TlsFault::Silent => "De server liet niets horen bij het beveiligen van de verbinding.",
        TlsFault::BrokeOff => "De verbinding brak af bij het beveiligen.",
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

    use chrono::Duration;

    use super::*;
    use crate::domain::check::{Advice, CheckPolicy};
    use crate::domain::onboarding::Party;

    #[test]
    fn who_is_asked_to_activate_reads_how_the_newest_check_ended() {
        let at: DateTime<Utc> = "2026-11-23T09:04:00Z".parse().expect("a moment");
        let when = "maandag 23 november 2026 om 10.04 uur";
        let (ok, refused) = (CheckCode::Ok, CheckCode::LoginRefused);
        let not_asked = "Activeren kan alleen met een reden.";
        let old = "De laatste controle is geslaagd, maar is ouder dan 24 uur of was met een ander wachtwoord";
        for (policy, newest, version, hours, said) in [
            (CheckPolicy::Off, Some(refused), 1, 0, String::new()),
            (CheckPolicy::Advise, None, 1, 0, "Er is nog geen controle van de verbinding gemaakt.".to_owned()),
            (
                CheckPolicy::Advise,
                Some(ok),
                1,
                1,
                format!("De laatste controle van de verbinding is geslaagd ({when})."),
            ),
            (
                CheckPolicy::Require,
                Some(ok),
                1,
                1,
                format!("De laatste controle van de verbinding is geslaagd ({when})."),
            ),
            (CheckPolicy::Advise, Some(ok), 1, 24, format!("{old} ({when}). {not_asked}")),
            (CheckPolicy::Advise, Some(ok), 2, 1, format!("{old} ({when}). {not_asked}")),
            (
                CheckPolicy::Advise,
                Some(refused),
                1,
                1,
                format!("De laatste controle is niet geslaagd: inloggen geweigerd ({when}). {not_asked}"),
            ),
        ] {
            let facts = ActivationFacts {
                policy,
                credential_version: version,
                passed: Some((at, 1)),
                newest: newest.map(|code| (code, at)),
                leave_for: None,
            };

            assert_eq!(newest_check(&facts, at + Duration::hours(hours)), said, "{facts:?}");
        }
    }

    #[test]
    fn a_time_is_said_as_people_say_it() {
        let said = [40, 312, 9_960, 10_400].map(seconds_nl);

        assert_eq!(said, ["minder dan 0,1 seconde", "0,3 seconden", "10,0 seconden", "10 seconden"]);
    }

    #[test]
    fn what_is_for_the_school_to_do_leads_to_a_step_or_is_in_the_sentence() {
        for code in CheckCode::iter() {
            let is_schools = code.holder() == Some(Party::School);

            // What is in the list is put right in Magister, outside our steps.
            let is_of_list = matches!(code, CheckCode::ListEmpty | CheckCode::ListShrunk);
            assert!(!is_schools || Advice::Plain(code).step().is_some() || is_of_list, "{}", code.as_str());
        }
    }
}
