//! The table of the scenarios: each way in which a Magister can behave, with exactly what a check makes of it.

use super::*;
use crate::domain::check::{CheckCode, Oddity, Rung, TlsFault};
use crate::domain::onboarding::gate::{Party, Step};
use crate::simulator::script::{
    BodyScript, Columns, DataScript, HeadScript, ListScript, LoginScript, LogoutScript, Odd, OverScript, SoapScript,
    Spoiled, TextEncoding, TlsScript,
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
    "De verbinding werkt, maar er staan geen leerlingen in de lijst. Kijk in Magister of dat klopt. Misschien is het nieuwe \
     schooljaar nog niet ingericht.",
);
const UNKNOWN_HOST: Expected = (
    CheckCode::HostUnknown,
    Rung::Name,
    Some(Party::School),
    NOTHING,
    "We vinden geen Magister op dit schooldomein. Kijk na hoe jullie Magister heet en \
     verbeter het schooldomein.",
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

pub(super) fn preset(name: &str) -> SchoolScript {
    SchoolScript::preset(name).unwrap_or_else(|| panic!("no preset {name}"))
}

pub(super) fn odd_login(odd: Odd) -> SchoolScript {
    SchoolScript { login: LoginScript::Odd(odd), ..SchoolScript::default() }
}

pub(super) fn odd_data(odd: Odd) -> SchoolScript {
    SchoolScript { data: DataScript::Odd(odd), ..SchoolScript::default() }
}

pub(super) fn data(data: DataScript) -> SchoolScript {
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

pub(super) fn refused_by_fault(status: u16) -> SchoolScript {
    SchoolScript { soap: SoapScript::RefusesByFault(status), ..preset("wrong_password") }
}

/// A log-in that fails by itself, with the tags of an exception.
fn failing_login(message: &str) -> SchoolScript {
    SchoolScript { login: LoginScript::Exception, message: Some(message.to_owned()), ..SchoolScript::default() }
}

pub(super) fn ends(data: DataScript, over: OverScript) -> SchoolScript {
    SchoolScript { data, over, ..SchoolScript::default() }
}

/// A list whose head says more than it has to: a few headers come with any answer.
fn head(more: u16, content_encoding: &str) -> SchoolScript {
    let content_encoding = content_encoding.to_owned();
    SchoolScript { head: HeadScript { more, content_encoding }, ..SchoolScript::default() }
}

pub(super) fn spoiled(spoiled: Spoiled) -> SchoolScript {
    SchoolScript { list: ListScript { spoiled, ..ListScript::default() }, ..SchoolScript::default() }
}

pub(super) fn refused_plainly() -> SchoolScript {
    SchoolScript { login: LoginScript::RefusedPlainly, ..SchoolScript::default() }
}

/// A fault that says nothing of who logs in, nor of what was called.
pub(super) fn unknown_fault() -> SchoolScript {
    SchoolScript { message: Some("Object reference not set".into()), ..soap(SoapScript::Fault) }
}

pub(super) fn soap(soap: SoapScript) -> SchoolScript {
    SchoolScript { soap, ..SchoolScript::default() }
}

pub(super) fn log_out_hangs() -> SchoolScript {
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
        (
            "refused by a fault of SOAP 1.2",
            SchoolScript { soap: SoapScript::RefusesByNewFault, ..preset("wrong_password") },
            REFUSED,
            None,
        ),
        (
            "refused in words with a sign that nobody knows",
            SchoolScript { message: Some("Gebruiker &eacute; onbekend".into()), ..refused_by_fault(500) },
            REFUSED,
            None,
        ),
        ("no SOAP service", soap(SoapScript::Missing), PASSES, None),
        ("SOAP knows no log-in", soap(SoapScript::Fault), PASSES, None),
        ("SOAP fault", unknown_fault(), ODD_LOGIN, Some(Oddity::Unknown)),
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
        ("deadlock in Dutch", failing_list("De transactie (proces-id 55) is in een impasse geraakt"), LIST_FAILS, None),
        ("no procedure", failing_list("Could not find stored procedure 'x'"), LIST_FAILS, None),
        ("no name in SQL", failing_list("The multi-part identifier \"a.b\" could not be bound"), LIST_FAILS, None),
        ("a value in Dutch", failing_list("Rekenkundige overloopfout"), LIST_FAILS, None),
        ("session ends once", preset("session_ends"), PASSES, None),
        ("no session holds", data(DataScript::NoSession), ODD_DATA, Some(Oddity::Unknown)),
        ("session ends once by exception", ends(DataScript::SessionEnds, OverScript::Exception), PASSES, None),
        ("session ends once by status", ends(DataScript::SessionEnds, OverScript::Status), PASSES, None),
        (
            "no session holds, by exception",
            ends(DataScript::NoSession, OverScript::Exception),
            ODD_DATA,
            Some(Oddity::Unknown),
        ),
        (
            "no session holds, by status",
            ends(DataScript::NoSession, OverScript::Status),
            ODD_DATA,
            Some(Oddity::Status(401)),
        ),
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
        ("UTF-16 without its mark", list(Columns::Current, TextEncoding::Utf16), PASSES, None),
        ("64 headers", head(58, ""), PASSES, None),
        ("65 headers", head(59, ""), ODD_DATA, Some(Oddity::HeadTooLarge)),
        ("plain, said to be gzip", head(0, "gzip"), PASSES, None),
        ("a charset for an encoding", head(0, "utf-8"), PASSES, None),
        ("old server", preset("old_server"), PASSES, None),
        ("no rows", preset("no_rows"), EMPTY, None),
        ("no such host", preset("unknown_host"), UNKNOWN_HOST, None),
        ("refuses", preset("refuses"), CLOSED, None),
        ("silent", preset("silent"), SILENT, None),
        ("no route", preset("no_route"), NO_ROUTE, None),
        ("self-signed", preset("self_signed"), BAD_CERTIFICATE, tls_fault(TlsFault::UnknownAuthority)),
        (
            "self-signed as an authority",
            tls(TlsScript::SelfSignedAuthority),
            BAD_CERTIFICATE,
            tls_fault(TlsFault::UnknownAuthority),
        ),
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
        ("an answer in a TLS of the past", tls(TlsScript::OldAnswer), NO_TLS, tls_fault(TlsFault::NoSharedVersion)),
        ("a cipher of the past", tls(TlsScript::OldCipher), NO_TLS, tls_fault(TlsFault::NoSharedCipher)),
        (
            "log-in exception",
            SchoolScript { login: LoginScript::Exception, ..SchoolScript::default() },
            ODD_LOGIN,
            Some(Oddity::Unknown),
        ),
        (
            "log-in exception of the server itself",
            failing_login("Maximum aantal gebruikers bereikt bij Login"),
            ODD_LOGIN,
            Some(Oddity::Unknown),
        ),
        (
            "log-in exception of the database",
            failing_login("Login: query timeout expired for user sa"),
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
        ("data deflate unsaid", odd_data(Odd::UnsaidDeflate), ODD_DATA, Some(Oddity::Compressed)),
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
