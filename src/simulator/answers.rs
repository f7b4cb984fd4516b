//! What the simulator answers: the verdicts of the wire, and everything that is no answer.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, LOCATION, SERVER};
use hyper::{Request, Response, StatusCode};

use super::list;
use super::marks::{MARK, MARK_HEADER};
use super::query::Query;
use super::script::{
    BodyScript, DataScript, HeadScript, LoginScript, LogoutScript, Odd, OverScript, SchoolScript, SoapScript,
};
use super::server::BrokenOff;
use super::shared::{Inner, Visit};

/// Far more than a call takes.
const REQUEST_BYTES: usize = 64 << 10;
/// Longer than anybody waits.
const SLOW: Duration = Duration::from_secs(600);

pub(super) type Body = UnsyncBoxBody<Bytes, BrokenOff>;

const REFUSED: &str = "De gebruikersnaam of het wachtwoord is onjuist.";
const REFUSED_PLAINLY: &str = "<Response><Result>False</Result><Exception/><ExceptionMsg></ExceptionMsg></Response>";
const GENERAL: &str = "EMGeneralFailure";
const SESSION_GONE: &str = "<Response><Result>False</Result><ResultMessage>Sessie onbekend</ResultMessage></Response>";
const NO_RIGHT: &str = "Gebruikersaccount heeft geen recht op deze layout!";

/// Answers one request. An error breaks the connection off.
pub(super) async fn answer(
    inner: &Inner,
    label: &str,
    request: Request<Incoming>,
) -> Result<Response<Body>, BrokenOff> {
    let script = inner.school(label);
    let (head, body) = request.into_parts();
    let body = Limited::new(body, REQUEST_BYTES).collect().await.map_err(|_| BrokenOff)?.to_bytes();
    let text = String::from_utf8_lossy(&body);
    let is_soap = head.uri.path().eq_ignore_ascii_case("/soap/algemeen");
    let by_url = head.uri.query().filter(|query| !query.is_empty() && !is_soap);
    let query = match by_url {
        _ if is_soap => Query::parse_soap(&text),
        Some(query) => Query::parse(query),
        None => Query::parse(&text),
    };
    let unread = if is_soap || by_url.is_some() { None } else { unread(script.body) };
    let call = match (is_soap, &unread) {
        (true, _) => "soap_login".to_owned(),
        (false, Some(_)) => "unread".to_owned(),
        (false, None) => query.get("function").to_ascii_lowercase(),
    };
    inner.crowd.take_time(label, Duration::from_millis(script.pause_ms)).await;
    inner.note(Visit { school: label.to_owned(), url: without_token(&head.uri.to_string()), call: call.clone() });
    if let Some(response) = unread {
        return Ok(response);
    }

    let response = match call.as_str() {
        "soap_login" => soap_log_in(inner, label, &script, &query).await?,
        "login" => log_in(inner, label, &script, &query).await?,
        "getdata" => get_data(inner, label, &script, &query).await?,
        "logout" => {
            inner.tokens.lock().remove(query.get("sessiontoken"));
            if script.logout == LogoutScript::Hangs {
                tokio::time::sleep(SLOW).await;
            }
            xml("<Response><Result>True</Result></Response>".to_owned())
        }
        _ => status(404),
    };
    // Without a type the real one answers in HTML.
    Ok(if is_soap || query.is("type", "xml") || !response.status().is_success() { response } else { html() })
}

/// The answer to a query in the body, where that is not read.
fn unread(script: BodyScript) -> Option<Response<Body>> {
    match script {
        BodyScript::Read => None,
        BodyScript::Html => Some(html()),
        BodyScript::NotFound => Some(status(404)),
        BodyScript::NotAllowed => Some(status(405)),
        BodyScript::NoFunction => {
            let message = "<ResultMessage>Function is missing</ResultMessage>";
            Some(xml(format!("<Response><Result>False</Result>{message}</Response>")))
        }
    }
}

/// An address without the one secret that may be in it.
fn without_token(url: &str) -> String {
    let Some((before, rest)) = url.split_once("SessionToken=") else { return url.to_owned() };
    let after = rest.find('&').map_or("", |end| &rest[end..]);
    format!("{before}SessionToken=…{after}")
}

async fn soap_log_in(
    inner: &Inner,
    label: &str,
    script: &SchoolScript,
    query: &Query,
) -> Result<Response<Body>, BrokenOff> {
    match script.soap {
        SoapScript::Works | SoapScript::RefusesByFault(_) | SoapScript::RefusesByNewFault => {}
        SoapScript::Missing => return Ok(status(404)),
        SoapScript::BreaksOff => return Err(BrokenOff),
        SoapScript::Hangs => return write_odd(Odd::Slow, script).await,
        SoapScript::Fault => {
            let words = script.message.as_deref().unwrap_or("Method Login not found");
            let fault = format!("<faultcode>SOAP-ENV:Server</faultcode><faultstring>{words}</faultstring>");
            return Ok(envelope(&format!("<SOAP-ENV:Fault>{fault}</SOAP-ENV:Fault>")));
        }
    }
    let log_in = check_log_in(inner, label, script, query);
    if let (SoapScript::RefusesByFault(code), Err(Denied::Refused(message))) = (script.soap, &log_in) {
        let fault = format!("<faultcode>SOAP-ENV:Server</faultcode><faultstring>{message}</faultstring>");
        let mut response = envelope(&format!("<SOAP-ENV:Fault>{fault}</SOAP-ENV:Fault>"));
        *response.status_mut() = StatusCode::from_u16(code).map_err(|_| BrokenOff)?;
        return Ok(response);
    }
    if let (SoapScript::RefusesByNewFault, Err(Denied::Refused(message))) = (script.soap, &log_in) {
        let reason = format!("<SOAP-ENV:Reason><SOAP-ENV:Text>{message}</SOAP-ENV:Text></SOAP-ENV:Reason>");
        let mut response = envelope(&format!("<SOAP-ENV:Fault>{reason}</SOAP-ENV:Fault>"));
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return Ok(response);
    }
    Ok(match log_in {
        Ok(token) => envelope(&soap_answer(&format!("<SessionToken xsi:type=\"xsd:string\">{token}</SessionToken>"))),
        Err(Denied::Refused(message)) => {
            envelope(&soap_answer(&format!("<ResultMessage xsi:type=\"xsd:string\">{message}</ResultMessage>")))
        }
        Err(Denied::Exception(message)) => xml(exception(GENERAL, &message)),
        Err(Denied::Plainly) => xml(REFUSED_PLAINLY.to_owned()),
        Err(Denied::Odd(odd)) => write_odd(odd, script).await?,
    })
}

async fn log_in(inner: &Inner, label: &str, script: &SchoolScript, query: &Query) -> Result<Response<Body>, BrokenOff> {
    Ok(match check_log_in(inner, label, script, query) {
        Ok(token) => xml(format!("<Response><Result>True</Result><SessionToken>{token}</SessionToken></Response>")),
        Err(Denied::Refused(message)) => {
            xml(format!("<Response><Result>False</Result><ResultMessage>{message}</ResultMessage></Response>"))
        }
        Err(Denied::Exception(message)) => xml(exception(GENERAL, &message)),
        Err(Denied::Plainly) => xml(REFUSED_PLAINLY.to_owned()),
        Err(Denied::Odd(odd)) => write_odd(odd, script).await?,
    })
}

/// Why nobody is logged in.
enum Denied {
    Refused(String),
    Exception(String),
    Plainly,
    Odd(Odd),
}

fn check_log_in(inner: &Inner, label: &str, script: &SchoolScript, query: &Query) -> Result<String, Denied> {
    let message = |own: &str| script.message.clone().unwrap_or_else(|| own.to_owned());
    match script.login {
        LoginScript::Right => {}
        LoginScript::WrongPassword | LoginScript::UserMissing => return Err(Denied::Refused(message(REFUSED))),
        LoginScript::RefusedPlainly => return Err(Denied::Plainly),
        LoginScript::Exception => return Err(Denied::Exception(message("Simulated exception"))),
        LoginScript::Odd(odd) => return Err(Denied::Odd(odd)),
    }
    let password = query.get("password");
    let is_right = script.password.as_ref().map_or(!password.is_empty(), |right| right == password);
    if !query.is("username", "Kurve") || !is_right {
        return Err(Denied::Refused(message(REFUSED)));
    }
    let mut bytes = [0; 16];
    inner.chance.fill(&mut bytes);
    let token = script.token.clone().unwrap_or_else(|| bytes.iter().map(|byte| format!("{byte:02X}")).collect());
    inner.tokens.lock().insert(token.clone(), label.to_owned());
    Ok(token)
}

async fn get_data(
    inner: &Inner,
    label: &str,
    script: &SchoolScript,
    query: &Query,
) -> Result<Response<Body>, BrokenOff> {
    let is_known = inner.tokens.lock().get(query.get("sessiontoken")).is_some_and(|owner| owner == label);
    let is_first =
        || inner.visits.lock().iter().filter(|visit| visit.school == label && visit.call == "getdata").count() == 1;
    let is_over = match script.data {
        DataScript::SessionEnds => is_first(),
        DataScript::NoSession => true,
        DataScript::Granted
        | DataScript::ListNotGranted
        | DataScript::ListUnknown
        | DataScript::OtherFault
        | DataScript::ServiceNotGranted
        | DataScript::OtherException
        | DataScript::Odd(_) => false,
    };
    if !is_known || is_over {
        return Ok(match script.over {
            OverScript::Message => xml(SESSION_GONE.to_owned()),
            OverScript::Exception => xml(exception(GENERAL, "Session expired")),
            OverScript::Status => status(401),
        });
    }
    let message = |own: &str| script.message.clone().unwrap_or_else(|| own.to_owned());
    if !query.is("layout", "KurveLeerlingData") {
        return Ok(xml(fault("Foutcode", "10", NO_RIGHT)));
    }
    Ok(match script.data {
        DataScript::Granted | DataScript::SessionEnds | DataScript::NoSession => {
            let pieces = list::pieces(script.list.clone());
            let frames = stream::iter(pieces).map(|piece| Ok(Frame::data(Bytes::from(piece))));
            headed(respond(200, StreamBody::new(frames).boxed_unsync()), &script.head)
        }
        DataScript::ListNotGranted => xml(fault("Foutcode", "10", &message(NO_RIGHT))),
        DataScript::ListUnknown => xml(fault("Fout_nummer", "10", &message(NO_RIGHT))),
        DataScript::OtherFault => xml(fault("Foutcode", "99", &message("Simulated fault"))),
        DataScript::ServiceNotGranted => xml(exception(GENERAL, &message("Access denied"))),
        DataScript::OtherException => xml(exception("EDatabaseError", &message("Access denied"))),
        DataScript::Odd(odd) => write_odd(odd, script).await?,
    })
}

async fn write_odd(odd: Odd, script: &SchoolScript) -> Result<Response<Body>, BrokenOff> {
    let half = "<Response><Result>True</Result><Table><Leerlingen>";
    Ok(match odd {
        Odd::ServerError => status(503),
        Odd::Forbidden => status(403),
        Odd::Gzip => {
            let mut response = packed();
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            response
        }
        Odd::UnsaidGzip => packed(),
        Odd::UnsaidDeflate => {
            let bytes = Bytes::from_static(&[0x78, 0x9c, 0xb3, 0x09, 0x4a, 0x2d, 0x2e, 0xc8, 0xcf]);
            respond(200, Full::new(bytes).map_err(BrokenOff::from).boxed_unsync())
        }
        Odd::ManyHeaders => {
            let mut response = xml("<Response><Result>True</Result></Response>".to_owned());
            for _ in 0..100 {
                response.headers_mut().append("X-More", HeaderValue::from_static("more"));
            }
            response
        }
        Odd::NotUtf16 => xml("<?xml version=\"1.0\" encoding=\"utf-16\"?><Response/>".to_owned()),
        Odd::Html => html(),
        Odd::NotXml => xml("Er is iets misgegaan".to_owned()),
        Odd::Empty => xml(String::new()),
        Odd::Half => xml(format!("{half}{}", list::one_row())),
        Odd::CutShort => {
            let frames = [Ok(Frame::data(Bytes::from(format!("{half}{}", list::one_row())))), Err(BrokenOff)];
            // Hyper sends what it has before it sees the error only if it comes later.
            let frames = stream::iter(frames).then(|frame| async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                frame
            });
            respond(200, StreamBody::new(frames).boxed_unsync())
        }
        Odd::Endless => {
            let row = Bytes::from(list::one_row().repeat(100));
            endless(Bytes::from_static(half.as_bytes()), row)
        }
        Odd::EndlessText => endless(Bytes::from_static(b"<Response><Result>"), Bytes::from("x".repeat(8_000))),
        Odd::Slow => {
            tokio::time::sleep(SLOW).await;
            status(504)
        }
        Odd::Redirect => {
            let mut response = status(302);
            if let Ok(location) = script.location.parse() {
                response.headers_mut().insert(LOCATION, location);
            }
            response
        }
        Odd::Dtd => {
            xml("<!DOCTYPE Response [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Response>&x;</Response>".into())
        }
        Odd::Entity => xml("<Response><Result>&boom;</Result></Response>".to_owned()),
        Odd::Deep => xml("<a>".repeat(1_000)),
        Odd::OtherXml => xml("<rss><channel><title>Nieuws</title></channel></rss>".to_owned()),
        Odd::OtherEncoding => xml("<?xml version=\"1.0\" encoding=\"ISO-2022-JP\"?><Response/>".to_owned()),
    })
}

/// The beginning of what gzip packs: nobody reads any further.
fn packed() -> Response<Body> {
    let bytes = Bytes::from_static(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xb3, 0x09, 0x4a]);
    respond(200, Full::new(bytes).map_err(BrokenOff::from).boxed_unsync())
}

/// With what else its head says.
fn headed(mut response: Response<Body>, head: &HeadScript) -> Response<Body> {
    for _ in 0..head.more {
        response.headers_mut().append("X-More", HeaderValue::from_static("more"));
    }
    if let Ok(encoding) = head.content_encoding.parse()
        && !head.content_encoding.is_empty()
    {
        response.headers_mut().insert(CONTENT_ENCODING, encoding);
    }
    response
}

fn endless(head: Bytes, rest: Bytes) -> Response<Body> {
    let frames = stream::once(async { head }).chain(stream::repeat(rest));
    respond(200, StreamBody::new(frames.map(|data| Ok(Frame::data(data)))).boxed_unsync())
}

fn soap_answer(inside: &str) -> String {
    format!("<NS1:LoginResponse xmlns:NS1=\"urn:MediusServer_Soap-Algemeen\">{inside}</NS1:LoginResponse>")
}

fn envelope(inside: &str) -> Response<Body> {
    xml(format!(
        "<?xml version=\"1.0\"?><SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">\
         <SOAP-ENV:Body>{inside}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ))
}

fn fault(tag: &str, number: &str, text: &str) -> String {
    format!(
        "<Response><Result>False</Result><Table><Regels><Regel><{tag}>{number}</{tag}>\
         <Fout_omschrijving>{text}</Fout_omschrijving></Regel></Regels></Table></Response>"
    )
}

fn exception(name: &str, text: &str) -> String {
    format!("<Response><Exception>{name}</Exception><ExceptionMsg>{text}</ExceptionMsg></Response>")
}

fn html() -> Response<Body> {
    let mut response =
        xml("<!DOCTYPE html><html><head><title>Simulator</title></head><body>Welkom</body></html>".into());
    response.headers_mut().insert(CONTENT_TYPE, "text/html".parse().expect("a header value"));
    response
}

fn xml(text: String) -> Response<Body> {
    respond(200, Full::new(Bytes::from(text)).map_err(BrokenOff::from).boxed_unsync())
}

fn status(code: u16) -> Response<Body> {
    respond(code, Full::new(Bytes::from_static(b"Simulator")).map_err(BrokenOff::from).boxed_unsync())
}

fn respond(code: u16, body: Body) -> Response<Body> {
    Response::builder()
        .status(code)
        .header(CONTENT_TYPE, "text/xml")
        .header(SERVER, "koppelklaar-magister-simulator")
        .header(MARK_HEADER, MARK)
        .body(body)
        .expect("each header is a constant")
}
