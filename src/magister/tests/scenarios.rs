//! Each way in which a Magister can behave, with exactly what a check makes of it.

use std::time::Duration;

use strum::IntoEnumIterator;
use tokio::task::JoinSet;

use super::*;
use crate::domain::check::{CheckCode, Counts, Oddity, Rung, TlsFault, Way};
use crate::domain::onboarding::gate::{Party, Step};
use crate::simulator::script::{
    BodyScript, Columns, DataScript, ListScript, LoginScript, LogoutScript, Odd, SoapScript, Spoiled, TextEncoding,
    TlsScript,
};

const NOTHING: &[Step] = &[];
const LISTED: &[Step] = &[Step::AllowlistingRequested, Step::AllowlistingConfirmed];
const LOGGED_IN: &[Step] =
    &[Step::QueryExecuted, Step::PasswordSet, Step::AllowlistingRequested, Step::AllowlistingConfirmed];
const ALL: &[Step] = &[
    Step::QueryExecuted,
    Step::PasswordSet,
    Step::PermissionsChecked,
    Step::AllowlistingRequested,
    Step::AllowlistingConfirmed,
];

/// What stays the same for one code at one rung, with the sentence that says who acts and what to do.
pub(super) type Expected = (CheckCode, Rung, Option<Party>, &'static [Step], &'static str);

const SAYS_ODD: &str = "De controle kon niet af, want er kwam een onverwacht antwoord. Kurve zoekt uit waarom. Je hoeft \
     niets te doen.";

const PASSES: Expected =
    (CheckCode::Ok, Rung::Rows, None, ALL, "De verbinding met Magister werkt. Je hoeft niets te doen.");
const REFUSED: Expected = (
    CheckCode::LoginRefused,
    Rung::Login,
    Some(Party::School),
    LISTED,
    "Magister weigert de gebruiker Kurve of het wachtwoord. Kijk bij Beheer > Webservices > Gebruikers of \
     Kurve erbij staat en vul het wachtwoord daar opnieuw 2 keer in. Staat Kurve er niet? Voer dan eerst \
     de query uit in Decibel.",
);
const NO_LIST: Expected = (
    CheckCode::ListNotGranted,
    Rung::Data,
    Some(Party::School),
    LOGGED_IN,
    "Kurve mag de lijst KurveLeerlingData niet lezen. Vink de lijst aan bij Beheer > Webservices > \
     Gebruikers > Kurve, op het tabblad Lijsten. Staat de lijst er niet? Voer dan de query opnieuw uit in \
     Decibel.",
);
const NO_SERVICE: Expected = (
    CheckCode::ServiceNotGranted,
    Rung::Data,
    Some(Party::School),
    LOGGED_IN,
    "Kurve mag de gegevens niet ophalen. Dat kan twee oorzaken hebben. Kijk bij Beheer > Webservices > Gebruikers > \
     Kurve eerst op het tabblad Services: vink Data.GetData, Algemeen.Login en Algemeen.Logout aan. Kijk dan op het \
     tabblad Lijsten of KurveLeerlingData is aangevinkt. Staat de lijst daar niet? Dan hoort ze bij een ander \
     account: voer de query opnieuw uit in Decibel.",
);
const LIST_FAILS: Expected = (
    CheckCode::ListFailed,
    Rung::Data,
    Some(Party::Kurve),
    LOGGED_IN,
    "Magister kan de lijst KurveLeerlingData niet maken: er zit een fout in de lijst zelf. Kurve past de query aan. Je \
     hoeft nu niets te doen.",
);
const OUTDATED: Expected = (
    CheckCode::ListOutdated,
    Rung::Shape,
    Some(Party::Kurve),
    ALL,
    "In de lijst KurveLeerlingData ontbreekt een kolom. Kurve kijkt welke query je nodig hebt. Je hoeft \
     nu niets te doen.",
);
const EMPTY: Expected = (
    CheckCode::ListEmpty,
    Rung::Rows,
    Some(Party::School),
    ALL,
    "De verbinding werkt, maar er staan nog geen leerlingen in de lijst. Kijk of het nieuwe schooljaar al \
     klaarstaat in Magister.",
);
const UNKNOWN_HOST: Expected = (
    CheckCode::HostUnknown,
    Rung::Name,
    Some(Party::School),
    NOTHING,
    "We vinden geen Magister op dit schooldomein. Kijk na of het klopt en geef het goede schooldomein \
     door aan Kurve.",
);
const SILENT: Expected = (
    CheckCode::PortSilent,
    Rung::Tcp,
    Some(Party::Magister),
    NOTHING,
    "Magister geeft geen antwoord; meestal is de allowlisting dan nog niet klaar. Wacht op de bevestiging \
     van Magister, of vraag in je ticket hoe het ermee staat.",
);
const CLOSED: Expected = (
    CheckCode::PortRefused,
    Rung::Tcp,
    Some(Party::Kurve),
    NOTHING,
    "De webservice van Magister weigert de verbinding. Kurve zoekt uit waarom. Je hoeft niets te doen.",
);
const NO_ROUTE: Expected = (
    CheckCode::NoRoute,
    Rung::Tcp,
    Some(Party::Kurve),
    NOTHING,
    "Kurve kan jullie Magister vanaf hier niet bereiken. Dat ligt aan de verbinding van Kurve en zegt niets over jullie \
     school. Je hoeft niets te doen.",
);
const NO_TLS: Expected = (
    CheckCode::TlsFailed,
    Rung::Tls,
    Some(Party::Kurve),
    LISTED,
    "Er komt geen beveiligde verbinding met Magister tot stand. Kurve zoekt uit waarom. Je hoeft niets te \
     doen.",
);
const BAD_CERTIFICATE: Expected = (
    CheckCode::CertificateInvalid,
    Rung::Tls,
    Some(Party::Kurve),
    LISTED,
    "Het certificaat van jullie Magister is niet geldig. Kurve zoekt uit waarom. Je hoeft niets te doen.",
);
const ODD_LOGIN: Expected = (CheckCode::UnexpectedAnswer, Rung::Login, Some(Party::Kurve), LISTED, SAYS_ODD);
const ODD_DATA: Expected = (CheckCode::UnexpectedAnswer, Rung::Data, Some(Party::Kurve), LOGGED_IN, SAYS_ODD);
const SAYS_SLOW: &str = "Magister doet te lang over een antwoord. Kurve zoekt uit waarom. Je hoeft niets te doen.";
const SLOW_LOGIN: Expected = (CheckCode::TooSlow, Rung::Login, Some(Party::Kurve), LISTED, SAYS_SLOW);
const SLOW_DATA: Expected = (CheckCode::TooSlow, Rung::Data, Some(Party::Kurve), LOGGED_IN, SAYS_SLOW);

fn preset(name: &str) -> SchoolScript {
    SchoolScript::preset(name).unwrap_or_else(|| panic!("no preset {name}"))
}

fn odd_login(odd: Odd) -> SchoolScript {
    SchoolScript { login: LoginScript::Odd(odd), ..SchoolScript::default() }
}

fn odd_data(odd: Odd) -> SchoolScript {
    SchoolScript { data: DataScript::Odd(odd), ..SchoolScript::default() }
}

fn data(data: DataScript) -> SchoolScript {
    SchoolScript { data, ..SchoolScript::default() }
}

fn failing_list(message: &str) -> SchoolScript {
    SchoolScript { message: Some(message.to_owned()), ..preset("service_not_granted") }
}

fn tls(tls: TlsScript) -> SchoolScript {
    SchoolScript { tls, ..SchoolScript::default() }
}

fn tls_fault(fault: TlsFault) -> Option<Oddity> {
    Some(Oddity::Tls(fault))
}

fn reads_body(body: BodyScript) -> SchoolScript {
    SchoolScript { body, ..SchoolScript::default() }
}

fn refused_by_fault(status: u16) -> SchoolScript {
    SchoolScript { soap: SoapScript::RefusesByFault(status), ..preset("wrong_password") }
}

fn spoiled(spoiled: Spoiled) -> SchoolScript {
    SchoolScript { list: ListScript { spoiled, ..ListScript::default() }, ..SchoolScript::default() }
}

fn refused_plainly() -> SchoolScript {
    SchoolScript { login: LoginScript::RefusedPlainly, ..SchoolScript::default() }
}

fn soap(soap: SoapScript) -> SchoolScript {
    SchoolScript { soap, ..SchoolScript::default() }
}

fn log_out_hangs() -> SchoolScript {
    SchoolScript { logout: LogoutScript::Hangs, ..SchoolScript::default() }
}

fn list(columns: Columns, encoding: TextEncoding) -> SchoolScript {
    SchoolScript { list: ListScript { columns, encoding, ..ListScript::default() }, ..SchoolScript::default() }
}

pub(super) fn rows() -> Vec<(&'static str, SchoolScript, Expected, Option<Oddity>)> {
    let with_password = |password: &str| SchoolScript { password: Some(password.into()), ..SchoolScript::default() };
    vec![
        ("all right", preset("right"), PASSES, None),
        ("the right password", with_password(super::password().expose()), PASSES, None),
        ("another password", with_password("other"), REFUSED, None),
        ("wrong password", preset("wrong_password"), REFUSED, None),
        ("user missing", preset("user_missing"), REFUSED, None),
        ("refused with an empty exception", refused_plainly(), REFUSED, None),
        ("refused by query", SchoolScript { soap: SoapScript::Missing, ..preset("user_missing") }, REFUSED, None),
        ("refused by a SOAP fault", refused_by_fault(200), REFUSED, None),
        ("refused by a SOAP fault with 500", refused_by_fault(500), REFUSED, None),
        ("refused by a SOAP fault with 401", refused_by_fault(401), REFUSED, None),
        ("no SOAP service", soap(SoapScript::Missing), PASSES, None),
        ("SOAP fault", soap(SoapScript::Fault), PASSES, None),
        ("SOAP breaks off", soap(SoapScript::BreaksOff), PASSES, None),
        ("SOAP hangs", soap(SoapScript::Hangs), PASSES, None),
        ("log-out hangs", log_out_hangs(), PASSES, None),
        ("service not granted", preset("service_not_granted"), NO_SERVICE, None),
        ("exception of another name", data(DataScript::OtherException), LIST_FAILS, None),
        ("invalid column", preset("list_fails"), LIST_FAILS, None),
        ("no integer", failing_list("'' is not a valid integer value"), LIST_FAILS, None),
        ("conversion", failing_list("Conversion failed when converting the varchar value"), LIST_FAILS, None),
        ("time-out of the list", failing_list("Query timeout expired"), LIST_FAILS, None),
        ("deadlock", failing_list("Transaction (Process ID 55) was deadlocked on lock resources"), LIST_FAILS, None),
        ("session ends once", preset("session_ends"), PASSES, None),
        ("no session holds", data(DataScript::NoSession), ODD_DATA, Some(Oddity::Unknown)),
        ("reads URLs only", preset("url_only"), PASSES, None),
        ("reads URLs only, 404", reads_body(BodyScript::NotFound), PASSES, None),
        ("reads URLs only, 405", reads_body(BodyScript::NotAllowed), PASSES, None),
        ("reads URLs only, no function", reads_body(BodyScript::NoFunction), PASSES, None),
        ("reads URLs only, no SOAP", preset("url_only_without_soap"), ODD_LOGIN, Some(Oddity::BodyNotRead)),
        (
            "reads URLs only, no function, no SOAP",
            SchoolScript { soap: SoapScript::Missing, ..reads_body(BodyScript::NoFunction) },
            ODD_LOGIN,
            Some(Oddity::BodyNotRead),
        ),
        (
            "reads URLs only, wrong password",
            SchoolScript { body: BodyScript::Html, ..preset("wrong_password") },
            REFUSED,
            None,
        ),
        ("a cell with no sign of XML", spoiled(Spoiled::Reference), PASSES, None),
        ("a cell with a bare &", spoiled(Spoiled::Ampersand), PASSES, None),
        ("a cell with a name of HTML", spoiled(Spoiled::Entity), PASSES, None),
        ("list not granted", preset("list_not_granted"), NO_LIST, None),
        ("list unknown", preset("list_unknown"), NO_LIST, None),
        (
            "another fault",
            SchoolScript { data: DataScript::OtherFault, ..SchoolScript::default() },
            ODD_DATA,
            Some(Oddity::Unknown),
        ),
        ("old columns", preset("old_columns"), OUTDATED, None),
        ("Magister's labels", list(Columns::Labels, TextEncoding::Utf8), PASSES, None),
        ("ExterneId misread", list(Columns::Misread, TextEncoding::Utf8), PASSES, None),
        ("windows-1252", list(Columns::Current, TextEncoding::Windows1252), PASSES, None),
        ("windows-1252 undeclared", list(Columns::Current, TextEncoding::Undeclared), PASSES, None),
        ("windows-1252 called UTF-8", list(Columns::Current, TextEncoding::Lying), PASSES, None),
        ("old server", preset("old_server"), PASSES, None),
        ("no rows", preset("no_rows"), EMPTY, None),
        ("no such host", preset("unknown_host"), UNKNOWN_HOST, None),
        ("refuses", preset("refuses"), CLOSED, None),
        ("silent", preset("silent"), SILENT, None),
        ("no route", preset("no_route"), NO_ROUTE, None),
        ("self-signed", preset("self_signed"), BAD_CERTIFICATE, tls_fault(TlsFault::UnknownAuthority)),
        ("expired", preset("expired"), BAD_CERTIFICATE, tls_fault(TlsFault::Expired)),
        ("certificate of another", preset("other_host"), BAD_CERTIFICATE, tls_fault(TlsFault::OtherName)),
        ("plain text for TLS", preset("plain_text"), NO_TLS, tls_fault(TlsFault::NotTls)),
        ("TLS hangs", tls(TlsScript::Hangs), NO_TLS, tls_fault(TlsFault::Silent)),
        ("certificate of the future", tls(TlsScript::NotYetValid), BAD_CERTIFICATE, tls_fault(TlsFault::NotYetValid)),
        (
            "certificate of another authority",
            tls(TlsScript::OtherAuthority),
            BAD_CERTIFICATE,
            tls_fault(TlsFault::UnknownAuthority),
        ),
        (
            "a certificate was not sent",
            tls(TlsScript::ChainIncomplete),
            BAD_CERTIFICATE,
            tls_fault(TlsFault::ChainIncomplete),
        ),
        ("a hash of the past", tls(TlsScript::WeakSignature), BAD_CERTIFICATE, tls_fault(TlsFault::Signature)),
        ("a TLS of the past", tls(TlsScript::OldVersion), NO_TLS, tls_fault(TlsFault::NoSharedVersion)),
        ("a cipher of the past", tls(TlsScript::OldCipher), NO_TLS, tls_fault(TlsFault::NoSharedCipher)),
        (
            "log-in exception",
            SchoolScript { login: LoginScript::Exception, ..SchoolScript::default() },
            ODD_LOGIN,
            Some(Oddity::Unknown),
        ),
        ("log-in 503", odd_login(Odd::ServerError), ODD_LOGIN, Some(Oddity::Status(503))),
        ("log-in 403", odd_login(Odd::Forbidden), ODD_LOGIN, Some(Oddity::Status(403))),
        ("log-in by gzip", odd_login(Odd::Gzip), ODD_LOGIN, Some(Oddity::Compressed)),
        ("log-in HTML", odd_login(Odd::Html), ODD_LOGIN, Some(Oddity::Html)),
        ("log-in cut short", odd_login(Odd::CutShort), ODD_LOGIN, Some(Oddity::CutShort)),
        ("log-in empty", odd_login(Odd::Empty), ODD_LOGIN, Some(Oddity::CutShort)),
        ("log-in endless", odd_login(Odd::Endless), ODD_LOGIN, Some(Oddity::TooBig)),
        ("log-in slow", odd_login(Odd::Slow), SLOW_LOGIN, Some(Oddity::TooSlow)),
        ("log-in redirect", odd_login(Odd::Redirect), ODD_LOGIN, Some(Oddity::Redirect)),
        ("log-in other XML", odd_login(Odd::OtherXml), ODD_LOGIN, Some(Oddity::Unknown)),
        ("data 503", preset("server_error"), ODD_DATA, Some(Oddity::Status(503))),
        ("data 403", odd_data(Odd::Forbidden), ODD_DATA, Some(Oddity::Status(403))),
        ("data gzip", odd_data(Odd::Gzip), ODD_DATA, Some(Oddity::Compressed)),
        ("data gzip unsaid", odd_data(Odd::UnsaidGzip), ODD_DATA, Some(Oddity::Compressed)),
        ("data many headers", odd_data(Odd::ManyHeaders), ODD_DATA, Some(Oddity::HeadTooLarge)),
        ("data no UTF-16", odd_data(Odd::NotUtf16), ODD_DATA, Some(Oddity::NotUtf16)),
        ("data HTML", preset("html"), ODD_DATA, Some(Oddity::Html)),
        ("data not XML", preset("not_xml"), ODD_DATA, Some(Oddity::NotXml)),
        ("data cut short", preset("cut_short"), ODD_DATA, Some(Oddity::CutShort)),
        ("data half", odd_data(Odd::Half), ODD_DATA, Some(Oddity::CutShort)),
        ("data empty", odd_data(Odd::Empty), ODD_DATA, Some(Oddity::CutShort)),
        ("data endless", preset("endless"), ODD_DATA, Some(Oddity::TooBig)),
        ("data one endless text", odd_data(Odd::EndlessText), ODD_DATA, Some(Oddity::TooBig)),
        ("data slow", preset("slow"), SLOW_DATA, Some(Oddity::TooSlow)),
        ("data redirect", preset("redirect"), ODD_DATA, Some(Oddity::Redirect)),
        ("data DTD", odd_data(Odd::Dtd), ODD_DATA, Some(Oddity::Dtd)),
        ("data entity", odd_data(Odd::Entity), ODD_DATA, Some(Oddity::Dtd)),
        ("data too deep", odd_data(Odd::Deep), ODD_DATA, Some(Oddity::TooDeep)),
        ("data other XML", odd_data(Odd::OtherXml), ODD_DATA, Some(Oddity::Unknown)),
        ("data other encoding", odd_data(Odd::OtherEncoding), ODD_DATA, Some(Oddity::NotXml)),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_scenario_gives_its_code_holder_proven_steps_and_sentence() {
    let label = |at: usize| format!("school-{at}");
    let schools = rows().into_iter().enumerate().map(|(at, (_, school, _, _))| (label(at), school)).collect();
    let simulator = simulator(Script { schools, ..Script::default() }).await;
    let magister = |limits| Magister::new(simulator.reach(), limits, Chance::seeded(2));
    let (second, some) = (Duration::from_secs(1), Duration::from_secs(8));
    let (patient, at_the_door, inside) = (
        magister(limits()),
        magister(Limits { connect: second, soap: second, ..limits() }),
        magister(Limits { total: some, ..limits() }),
    );

    let mut running = JoinSet::new();
    for (at, (name, _, _, oddity)) in rows().iter().enumerate() {
        let magister = match oddity {
            Some(Oddity::TooSlow) => inside.clone(),
            _ if ["silent", "TLS hangs", "SOAP hangs"].contains(name) => at_the_door.clone(),
            _ => patient.clone(),
        };
        running.spawn(async move { (at, check(&magister, &label(at)).await) });
    }
    let results = running.join_all().await;

    for (at, result) in results {
        let (name, _, (code, rung, holder, proven, sentence), oddity) = &rows()[at];
        let seen = (result.code, result.rung, result.code.holder(), result.proven());
        assert_eq!(seen, (*code, *rung, *holder, proven.to_vec()), "{name}: {result:?}");
        assert_eq!(result.code.sentence(), *sentence, "{name}");
        assert_eq!(result.oddity, *oddity, "{name}");
        assert_eq!(result.times.len(), Rung::iter().position(|r| r == *rung).expect("a rung") + 1, "{name}");
        assert_eq!(result.counts.is_some(), *rung >= Rung::Shape, "{name}");
        assert!(!format!("{result:?}").contains("planted"), "{name}");
    }
    for visit in simulator.visits() {
        let is_plain = ["/doc", "/soap/algemeen?service=Algemeen"].contains(&visit.url.as_str());
        let is_asked_there = visit.url.starts_with("/doc?Library=Data&Function=GetData&SessionToken=…&")
            || visit.url.starts_with("/doc?Library=Algemeen&Function=Logout&SessionToken=…&");
        assert!(is_plain || (is_asked_there && !visit.url.to_lowercase().contains("password")), "{visit:?}");
    }
}

#[tokio::test]
async fn what_is_not_known_is_kept_as_magister_said_it() {
    let fault = SchoolScript { data: DataScript::OtherFault, ..SchoolScript::default() };
    let exception = SchoolScript { login: LoginScript::Exception, ..SchoolScript::default() };
    for (name, school, said) in [
        ("another fault", fault, Some("99 Simulated fault")),
        ("log-in exception", exception, Some("EMGeneralFailure Simulated exception")),
        ("service not granted", preset("service_not_granted"), Some("EMGeneralFailure Access denied")),
        ("503", odd_data(Odd::ServerError), Some("Simulator")),
        ("log-in 503", odd_login(Odd::ServerError), Some("Simulator")),
        ("redirect", odd_data(Odd::Redirect), Some("Simulator")),
        ("a page", odd_data(Odd::Html), Some("Simulator")),
        ("log-in gives a page", odd_login(Odd::Html), Some("Simulator")),
        ("plain words", odd_data(Odd::NotXml), Some("Er is iets misgegaan")),
        ("other XML", odd_data(Odd::OtherXml), Some("<rss> <channel> <title>")),
        ("log-in gives other XML", odd_login(Odd::OtherXml), Some("<rss> <channel> <title>")),
        ("a DTD", odd_data(Odd::Dtd), Some("<Response>")),
        ("a list that breaks off", odd_data(Odd::Half), None),
        ("rows without end", odd_data(Odd::Endless), None),
        ("all right", preset("right"), None),
    ] {
        let simulator = simulator(script([("a", school)])).await;

        assert_eq!(check(&magister(&simulator), "a").await.redacted_text.as_deref(), said, "{name}");
    }
}

#[tokio::test]
async fn a_check_logs_in_once_reads_once_and_logs_out() {
    let simulator = simulator(script([("soap", preset("right")), ("query", soap(SoapScript::Missing))])).await;
    let magister = magister(&simulator);

    check(&magister, "soap").await;
    check(&magister, "query").await;

    assert_eq!(calls(&simulator, "soap"), ["soap_login", "getdata", "logout"]);
    assert_eq!(calls(&simulator, "query"), ["soap_login", "login", "getdata", "logout"]);
}

fn calls(simulator: &Simulator, school: &str) -> Vec<String> {
    simulator.visits().into_iter().filter(|visit| visit.school == school).map(|visit| visit.call).collect()
}

#[tokio::test(start_paused = true)]
async fn a_minute_and_a_half_is_all_that_a_check_takes_and_the_list_gets_a_minute() {
    let slow = SchoolScript { soap: SoapScript::Hangs, ..log_out_hangs() };
    let simulator = simulator(script([("a", SchoolScript { data: DataScript::Odd(Odd::Slow), ..slow })])).await;
    let magister = Magister::new(simulator.reach(), Limits::default(), Chance::seeded(2));
    let began = tokio::time::Instant::now();

    let result = check(&magister, "a").await;

    let took = began.elapsed();
    assert_eq!((result.code, result.oddity), (CheckCode::TooSlow, Some(Oddity::TooSlow)), "{result:?}");
    assert_eq!(result.rung, Rung::Data, "the query form was tried after SOAP");
    assert!(took <= Duration::from_secs(90), "{took:?}");
    let of_list = result.times.iter().find(|time| time.rung == Rung::Data).map(|time| time.millis / 1000);
    assert!(of_list.is_some_and(|seconds| (59..=60).contains(&seconds)), "{result:?}");
    let calls: Vec<String> = simulator.visits().into_iter().map(|visit| visit.call).collect();
    assert_eq!(calls, ["soap_login", "login", "getdata", "logout"]);
}

#[tokio::test]
async fn a_refusal_is_not_tried_a_second_time() {
    let by_fault = [200, 401, 403, 500].map(refused_by_fault);
    for refused in [preset("wrong_password"), refused_plainly()].into_iter().chain(by_fault) {
        let simulator = simulator(script([("a", refused)])).await;

        let result = check(&magister(&simulator), "a").await;

        assert_eq!((result.code, simulator.visits().len()), (CheckCode::LoginRefused, 1), "{result:?}");
    }
}

#[tokio::test]
async fn a_session_that_is_over_costs_one_new_log_in() {
    let simulator =
        simulator(script([("once", preset("session_ends")), ("always", data(DataScript::NoSession))])).await;
    let magister = magister(&simulator);

    let codes = [check(&magister, "once").await.code, check(&magister, "always").await.code];

    assert_eq!(codes, [CheckCode::Ok, CheckCode::UnexpectedAnswer]);
    let expected = ["soap_login", "getdata", "soap_login", "getdata", "logout"];
    assert_eq!(calls(&simulator, "once"), expected);
    assert_eq!(calls(&simulator, "always"), expected);
}

#[tokio::test]
async fn where_a_server_reads_is_learned_once_and_asked_first_from_then_on() {
    let simulator = simulator(script([("a", preset("url_only")), ("b", preset("right"))])).await;
    let magister = magister(&simulator);
    let check = async |label: &str, way| {
        let target = target(label).that_reads(way);
        let result = magister.check(&target, &password(), &mut |_| {}).await.expect("nobody else checks it");
        (result.code, result.way)
    };

    for (label, way, learned) in [
        ("a", None, Way::Url),
        ("a", Some(Way::Url), Way::Url),
        ("b", None, Way::Body),
        // A server that was replaced reads as every other.
        ("b", Some(Way::Url), Way::Url),
        ("a", Some(Way::Body), Way::Url),
    ] {
        assert_eq!(check(label, way).await, (CheckCode::Ok, Some(learned)), "{label} {way:?}");
    }

    let first = ["soap_login", "unread", "getdata", "logout"];
    let second = ["soap_login", "getdata", "logout"];
    assert_eq!(calls(&simulator, "a"), [&first[..], &second, &first].concat());
    let asked = simulator.visits().into_iter().filter(|visit| visit.school == "a" && visit.call == "logout");
    assert!(asked.into_iter().all(|visit| visit.url.starts_with("/doc?")), "also the log-out is read there");
}

#[tokio::test]
async fn without_soap_a_server_that_reads_addresses_only_is_never_told_the_password() {
    let simulator = simulator(script([("a", preset("url_only_without_soap"))])).await;

    let result = check(&magister(&simulator), "a").await;

    assert_eq!((result.rung, result.oddity), (Rung::Login, Some(Oddity::BodyNotRead)));
    assert_eq!(calls(&simulator, "a"), ["soap_login", "unread", "unread", "logout"]);
    assert!(simulator.visits().iter().all(|visit| !visit.url.contains("Login")));
}

#[tokio::test]
async fn one_cell_that_cannot_be_read_counts_as_empty_and_the_others_stay() {
    for kind in [Spoiled::Reference, Spoiled::Ampersand, Spoiled::Entity] {
        let simulator = simulator(script([("a", spoiled(kind))])).await;

        let counts = check(&magister(&simulator), "a").await.counts.expect("a list");

        assert_eq!((counts.rows, counts.without_opleidingscode), (612, 4), "{kind:?}");
    }
}

#[tokio::test]
async fn until_when_a_certificate_holds_is_kept_also_of_a_check_that_fails() {
    let day = chrono::NaiveDate::from_ymd_opt(2091, 5, 7).expect("a day");
    let school = SchoolScript { tls: TlsScript::Until(day), ..preset("wrong_password") };
    let simulator = simulator(script([("a", school), ("b", preset("expired"))])).await;
    let magister = magister(&simulator);

    let until = check(&magister, "a").await.certificate_until;

    assert_eq!(until.map(|until| until.date_naive()), Some(day));
    assert_eq!(check(&magister, "b").await.certificate_until, None);
}

#[tokio::test]
async fn the_list_is_counted_and_its_columns_are_named() {
    let list = ListScript {
        rows: 1_000,
        without_opleidingscode: 3,
        without_id_gebr: 7,
        double_stamnr: 5,
        ..ListScript::default()
    };
    let simulator = simulator(script([("a", SchoolScript { list, ..SchoolScript::default() })])).await;

    let result = check(&magister(&simulator), "a").await;

    let counts = Counts { rows: 1_000, without_opleidingscode: 3, without_id_gebr: 7, double_stamnr: 5 };
    assert_eq!(result.counts, Some(counts));
    assert_eq!(result.columns, ["idGebr", "ExterneId", "opleidingscode", "stamnr"]);
    assert!(!serde_json::to_string(&result).expect("plain data").contains("proefleerling"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_pupils_are_counted() {
    let simulator = simulator(script([("a", preset("rows_100000"))])).await;
    let limits = Limits { list_bytes: 64 << 20, ..limits() };
    let magister = Magister::new(simulator.reach(), limits, Chance::seeded(3));

    let result = check(&magister, "a").await;

    assert_eq!((result.code, result.counts.map(|counts| counts.rows)), (CheckCode::Ok, Some(100_000)));
}

#[tokio::test]
async fn who_watches_sees_each_rung_as_it_is_tried() {
    let simulator = simulator(script([("a", preset("wrong_password"))])).await;
    let mut seen = vec![];

    let result = magister(&simulator)
        .check(&target("a"), &password(), &mut |progress| {
            seen.push(match progress {
                Progress::Trying(rung) => ("trying", rung),
                Progress::Held(time) => ("held", time.rung),
                Progress::Broke(time) => ("broke", time.rung),
            });
        })
        .await
        .expect("nobody else checks it");

    let rungs = [Rung::Name, Rung::Tcp, Rung::Tls];
    let mut expected: Vec<_> = rungs.into_iter().flat_map(|rung| [("trying", rung), ("held", rung)]).collect();
    expected.extend([("trying", Rung::Login), ("broke", Rung::Login)]);
    assert_eq!(seen, expected);
    assert_eq!(result.redacted_text.as_deref(), Some("De gebruikersnaam of het wachtwoord is onjuist."));
}
