//! What exactly was wrong, over real TLS: Kurve reads the cause, and the school that it has nothing to do.

use std::time::Duration;

use chrono::TimeDelta;
use koppelklaar::domain::check::CheckPolicy;
use koppelklaar::links;
use koppelklaar::magister::Limits;
use koppelklaar::simulator::SchoolScript;
use koppelklaar::simulator::script::{DataScript, HeadScript, LoginScript, Odd, TlsScript};

use super::support::{Checks, limits, run_with};

const BAD_CERTIFICATE: &str =
    "Het certificaat van jullie Magister is niet geldig. Kurve zoekt uit waarom. Je hoeft niets te doen.";
const NOT_SAFE: &str =
    "We kunnen geen veilige verbinding maken met jullie Magister. Kurve zoekt uit waarom. Je hoeft niets te doen.";
const UNEXPECTED: &str = "De controle is niet gelukt: Magister gaf een antwoord dat we niet kennen. Kurve zoekt uit waarom. Je \
     hoeft niets te doen.";
const SLOW: &str = "Magister doet te lang over een antwoord. Kurve zoekt uit waarom. Je hoeft niets te doen.";

const UNKNOWN_AUTHORITY: &str = "Het certificaat komt van een uitgever die we niet kennen.";
const OLD_VERSION: &str = "De server spreekt geen veilige versie van TLS: nodig is 1.2 of 1.3.";
const FORBIDDEN: &str = "Het antwoord had HTTP-status 403. Misschien staan de adressen van Kurve niet op de allowlist.";
const PACKED: &str = "Het antwoord was ingepakt (zoals met gzip), terwijl we daar niet om vragen.";
const BROKEN_OFF: &str = "Het antwoord brak af.";

fn tls(tls: TlsScript) -> SchoolScript {
    SchoolScript { tls, ..SchoolScript::default() }
}

fn list(odd: Odd) -> SchoolScript {
    SchoolScript { data: DataScript::Odd(odd), ..SchoolScript::default() }
}

fn log_in(odd: Odd) -> SchoolScript {
    SchoolScript { login: LoginScript::Odd(odd), ..SchoolScript::default() }
}

fn preset(name: &str) -> SchoolScript {
    SchoolScript::preset(name).unwrap_or_else(|| panic!("no preset {name}"))
}

/// How a server behaves, what the school reads, what Kurve reads, and what Kurve does.
fn rows() -> Vec<(SchoolScript, &'static str, &'static str, &'static str)> {
    let (ask, look) = ("Vraag Magister om een goed certificaat.", "Zoek uit waarom.");
    let headers = SchoolScript { head: HeadScript { more: 59, ..HeadScript::default() }, ..SchoolScript::default() };
    vec![
        (preset("expired"), BAD_CERTIFICATE, "Het certificaat is verlopen.", ask),
        (tls(TlsScript::NotYetValid), BAD_CERTIFICATE, "Het certificaat geldt nog niet.", ask),
        (preset("other_host"), BAD_CERTIFICATE, "Het certificaat staat op een andere naam dan dit schooldomein.", ask),
        (preset("self_signed"), BAD_CERTIFICATE, UNKNOWN_AUTHORITY, ask),
        (tls(TlsScript::SelfSignedAuthority), BAD_CERTIFICATE, UNKNOWN_AUTHORITY, ask),
        (tls(TlsScript::OtherAuthority), BAD_CERTIFICATE, UNKNOWN_AUTHORITY, ask),
        (
            tls(TlsScript::ChainIncomplete),
            BAD_CERTIFICATE,
            "Er ontbreekt een stuk van de keten van het certificaat: de server stuurt het tussencertificaat niet mee.",
            ask,
        ),
        (
            tls(TlsScript::WeakSignature),
            BAD_CERTIFICATE,
            "De handtekening van het certificaat is te zwak of klopt niet.",
            ask,
        ),
        (tls(TlsScript::OldVersion), NOT_SAFE, OLD_VERSION, look),
        (tls(TlsScript::OldAnswer), NOT_SAFE, OLD_VERSION, look),
        (tls(TlsScript::OldCipher), NOT_SAFE, "De server heeft geen versleuteling die wij ook hebben.", look),
        (preset("plain_text"), NOT_SAFE, "De server antwoordde zonder TLS.", look),
        (tls(TlsScript::Hangs), NOT_SAFE, "De server liet niets horen bij het beveiligen van de verbinding.", look),
        (log_in(Odd::Forbidden), UNEXPECTED, FORBIDDEN, look),
        (list(Odd::Forbidden), UNEXPECTED, FORBIDDEN, look),
        (list(Odd::ServerError), UNEXPECTED, "Het antwoord had HTTP-status 503.", look),
        (list(Odd::Gzip), UNEXPECTED, PACKED, look),
        (list(Odd::UnsaidGzip), UNEXPECTED, PACKED, look),
        (list(Odd::UnsaidDeflate), UNEXPECTED, PACKED, look),
        (headers, UNEXPECTED, "Het antwoord had te veel of te lange kopregels: we lezen er 64.", look),
        (list(Odd::NotUtf16), UNEXPECTED, "Het antwoord zegt dat het UTF-16 is, maar dat is het niet.", look),
        (list(Odd::Html), UNEXPECTED, "Het antwoord was een webpagina.", look),
        (list(Odd::NotXml), UNEXPECTED, "Het antwoord was geen XML.", look),
        (list(Odd::CutShort), UNEXPECTED, BROKEN_OFF, look),
        (list(Odd::Half), UNEXPECTED, BROKEN_OFF, look),
        (list(Odd::Redirect), UNEXPECTED, "Het antwoord verwees door. Dat volgen we nooit.", look),
        (list(Odd::Dtd), UNEXPECTED, "Het antwoord was XML met een eigen DTD of entiteit.", look),
        (list(Odd::Deep), UNEXPECTED, "Het antwoord was te diep genest.", look),
        (list(Odd::OtherXml), UNEXPECTED, "Het antwoord was XML die we niet kennen.", look),
        (
            preset("url_only_without_soap"),
            UNEXPECTED,
            "De server leest alleen het webadres. Daar zetten we nooit een wachtwoord in, dus inloggen kan alleen via \
             SOAP, en dat werkt bij deze server niet.",
            look,
        ),
        (list(Odd::Slow), SLOW, "Het antwoord duurde te lang: op de lijst wachten we 60 seconden.", look),
    ]
}

/// Silence has to end some time, and so has a list that does not come.
fn short() -> Limits {
    Limits { connect: Duration::from_secs(2), list: Duration::from_secs(8), ..limits() }
}

#[test]
fn kurve_reads_the_cause_and_what_to_do_and_the_school_that_kurve_does_it() {
    run_with(CheckPolicy::Advise, short(), |checks: Checks| async move {
        let school = checks.school("12AB", "bonhoeffer").await;
        let (portal, staff) = (checks.app.portal(&school).await, checks.app.staff().await);
        for (script, sentence, cause, to_do) in rows() {
            checks.sets(&school, "bonhoeffer", script).await;
            checks.app.advance(TimeDelta::minutes(2));
            let id = checks.ask(&school).await.expect("it may be asked for");
            checks.run_all().await;

            let own = portal.open("/verbinding").await;
            let kurves = staff.get(&links::staff_check(links::STAFF_CHECK, school.connection, id)).await;
            let row = staff.get(links::STAFF).await.text("[data-kind=check]");

            assert_eq!(own.text("[data-check] .next-step__label"), "Kurve is aan de beurt", "{cause}");
            assert!(own.text("[data-check]").contains(sentence), "{cause}: {}", own.text("[data-check]"));
            assert!(!own.body.contains(cause), "{cause}: it says nothing to a school");
            assert!(kurves.text("[data-check]").contains("Aan de beurt: Kurve"), "{cause}: {}", kurves.body);
            assert!(kurves.text("[data-details]").contains(cause), "{cause}: {}", kurves.text("[data-details]"));
            assert!(row.contains(to_do), "{cause}: {row}");
        }
        checks.app.new_mails().await;
    });
}
