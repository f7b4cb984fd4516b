//! The calls: log in, read the list, log out.
//!
//! Every call is a POST and every secret is in its body, so no URL holds one. Each call has a connection of its own, to
//! the address that was vetted: some servers close after each answer, and a check is a handful of calls a day.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_TYPE, HOST, USER_AGENT};
use tokio::time::{Instant, timeout};
use zeroize::Zeroizing;

use super::connection::{self, TlsConnection};
use super::limits::Limits;
use super::reach::Reach;
use super::reply::{self, Reply, SessionToken, Strange};
use super::table::HashKey;
use super::target::Target;
use crate::domain::check::Oddity;
use crate::domain::credential::{Password, WEBSERVICE_LIST, WEBSERVICE_USER};
use crate::links::in_query;

const QUERY_PATH: &str = "/doc";
const SOAP_PATH: &str = "/soap/algemeen?service=Algemeen";
const SOAP_ACTION: &str = "urn:MediusServer_Soap-Algemeen#Login";
/// What the server sees in its log.
const AGENT: &str = concat!("Koppelklaar/", env!("CARGO_PKG_VERSION"));

/// For what an answer with another status than 200 says of itself; nothing hangs on it.
const GLANCE_TIME: Duration = Duration::from_secs(2);

/// What is said to one Magister.
pub(super) struct Client<'a> {
    pub(super) reach: &'a Reach,
    pub(super) target: &'a Target,
    pub(super) limits: &'a Limits,
    pub(super) address: SocketAddr,
    /// The connection that the lower rungs made; the first call takes it.
    pub(super) line: Option<TlsConnection>,
    pub(super) key: HashKey,
}

/// How a log-in ended.
pub(super) enum LogIn {
    Done(SessionToken),
    Refused { raw_text: Option<String> },
    Odd { oddity: Oddity, raw_text: Option<String> },
}

impl Client<'_> {
    /// Logs in by SOAP; by the query form where there is no such SOAP service or it does not answer in its share of the
    /// time. A refusal is not tried a second time: that would count as two wrong passwords.
    pub(super) async fn log_in(&mut self, password: &Password, deadline: Instant) -> LogIn {
        let share = self.limits.soap.min(deadline.saturating_duration_since(Instant::now()) / 2);
        let by_soap = timeout(share, self.call(soap_log_in(password), self.limits.answer_bytes)).await;
        if let Ok(Ok(reply)) = by_soap {
            let is_refused = reply.exception.is_none() && (reply.result == Some(false) || reply.message.is_some());
            match reply.token {
                Some(token) => return LogIn::Done(token),
                None if is_refused => return LogIn::Refused { raw_text: reply.message },
                None => {}
            }
        }
        let body = form(&[
            ("Library", "Algemeen"),
            ("Function", "Login"),
            ("UserName", WEBSERVICE_USER),
            ("Password", password.expose()),
            ("Type", "XML"),
        ]);
        match self.call(Call::query(body), self.limits.answer_bytes).await {
            Err(Strange { oddity, raw_text }) => LogIn::Odd { oddity, raw_text },
            Ok(mut reply) => match (reply.result, reply.token.take()) {
                (Some(true) | None, Some(token)) => LogIn::Done(token),
                (Some(false), _) if reply.exception.is_none() => LogIn::Refused { raw_text: reply.message },
                (_, _) => LogIn::Odd { oddity: Oddity::Unknown, raw_text: reply.words() },
            },
        }
    }

    /// Reads the list.
    pub(super) async fn list(&mut self, token: &SessionToken) -> Result<Reply, Strange> {
        let body = form(&[
            ("Library", "Data"),
            ("Function", "GetData"),
            ("SessionToken", token.expose()),
            ("Layout", WEBSERVICE_LIST),
            ("Parameters", ""),
            ("Type", "XML"),
        ]);
        self.call(Call::query(body), self.limits.list_bytes).await
    }

    /// Logs out. Its parameters are a guess, so its answer is not judged.
    pub(super) async fn log_out(&mut self, token: &SessionToken) {
        let body =
            form(&[("Library", "Algemeen"), ("Function", "Logout"), ("SessionToken", token.expose()), ("Type", "XML")]);
        let _ = self.call(Call::query(body), self.limits.answer_bytes).await;
    }

    async fn call(&mut self, call: Call, bytes_max: u64) -> Result<Reply, Strange> {
        let line = match self.line.take() {
            Some(line) => line,
            None => self.connect().await?,
        };
        let answer = connection::exchange(line, call.into_request(self.target)).await?;
        let (head, body) = answer.response.into_parts();
        let oddity = match head.status.as_u16() {
            200 => None,
            300..=399 => Some(Oddity::Redirect),
            status => Some(Oddity::Status(status)),
        };
        if let Some(oddity) = oddity {
            let raw_text = timeout(GLANCE_TIME, reply::glance(body)).await.ok().flatten();
            return Err(Strange { oddity, raw_text });
        }
        reply::read(body, bytes_max, self.limits, self.key).await
    }

    async fn connect(&self) -> Result<TlsConnection, Oddity> {
        let limit = self.limits.connect;
        let (stream, _) = connection::dial(self.reach, &[self.address], limit).await.map_err(|_| Oddity::CutShort)?;
        connection::secure(self.reach, self.target, stream, limit).await.map_err(|_| Oddity::CutShort)
    }
}

/// One request, less where it goes. Its body is wiped once it was sent.
struct Call {
    path: &'static str,
    content_type: &'static str,
    soap_action: Option<&'static str>,
    body: Zeroizing<Vec<u8>>,
}

impl Call {
    fn query(body: Zeroizing<Vec<u8>>) -> Self {
        Self { path: QUERY_PATH, content_type: "application/x-www-form-urlencoded", soap_action: None, body }
    }

    fn into_request(self, target: &Target) -> Request<Full<Bytes>> {
        let mut request = Request::post(self.path)
            .header(HOST, target.authority())
            .header(CONTENT_TYPE, self.content_type)
            .header(ACCEPT, "text/xml, application/xml")
            .header(ACCEPT_ENCODING, "identity")
            .header(USER_AGENT, AGENT)
            .header(CONNECTION, "close");
        if let Some(action) = self.soap_action {
            request = request.header("SOAPAction", action);
        }
        let body = Full::new(Bytes::from_owner(self.body));
        request.body(body).expect("each header is a constant or a label under swp.nl")
    }
}

fn soap_log_in(password: &Password) -> Call {
    let parts = [
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">\
         <soap:Body soap:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\">\
         <q1:Login xmlns:q1=\"urn:MediusServer_Soap-Algemeen\"><UserName xsi:type=\"xsd:string\">",
        WEBSERVICE_USER,
        "</UserName><Password xsi:type=\"xsd:string\">",
        password.expose(),
        "</Password></q1:Login></soap:Body></soap:Envelope>",
    ];
    let mut body = with_room(parts.iter().map(|part| part.len() * 6).sum());
    for (at, part) in parts.iter().enumerate() {
        // What stands between the markup is text.
        if at % 2 == 0 { body.extend_from_slice(part.as_bytes()) } else { push_as_xml(&mut body, part) }
    }
    Call { path: SOAP_PATH, content_type: "text/xml; charset=utf-8", soap_action: Some(SOAP_ACTION), body }
}

fn form(pairs: &[(&str, &str)]) -> Zeroizing<Vec<u8>> {
    let mut body = with_room(pairs.iter().map(|(name, value)| name.len() + value.len() * 3 + 2).sum());
    for (at, (name, value)) in pairs.iter().enumerate() {
        if at > 0 {
            body.push(b'&');
        }
        body.extend_from_slice(name.as_bytes());
        body.push(b'=');
        push_as_form(&mut body, value);
    }
    body
}

/// Room for all of it at once: growing would leave a copy behind in freed memory.
fn with_room(bytes: usize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(bytes))
}

fn push_as_form(body: &mut Vec<u8>, value: &str) {
    in_query(value).for_each(|piece| body.extend_from_slice(piece.as_bytes()));
}

fn push_as_xml(body: &mut Vec<u8>, value: &str) {
    for byte in value.bytes() {
        match byte {
            b'<' => body.extend_from_slice(b"&lt;"),
            b'>' => body.extend_from_slice(b"&gt;"),
            b'&' => body.extend_from_slice(b"&amp;"),
            b'"' => body.extend_from_slice(b"&quot;"),
            b'\'' => body.extend_from_slice(b"&apos;"),
            _ => body.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_break_out_of_the_form_or_the_envelope() {
        let mut body = Vec::new();
        push_as_form(&mut body, "a&b=c;d é\r\n%");
        assert_eq!(body, b"a%26b%3Dc%3Bd%20%C3%A9%0D%0A%25");

        body.clear();
        push_as_xml(&mut body, "</Password>&\"'");
        assert_eq!(body, b"&lt;/Password&gt;&amp;&quot;&apos;");
    }

    #[test]
    fn a_body_does_not_outgrow_its_room() {
        let password = Password::from_stored("&".repeat(64));

        let soap = soap_log_in(&password).body;
        let query = form(&[("Password", password.expose())]);

        for body in [soap, query] {
            assert!(body.len() <= body.capacity() && body.capacity() < 8_192);
            assert!(!String::from_utf8_lossy(&body).contains("&&"));
        }
    }

    #[test]
    fn no_secret_is_in_the_head_of_a_request() {
        let password = Password::from_stored("planted-password".into());
        let target = Target::new(
            crate::domain::text::SchoolDomain::parse("bonhoeffer").expect("a label"),
            super::super::target::Port::Live,
        );

        let request = soap_log_in(&password).into_request(&target);

        assert!(!format!("{:?} {:?}", request.uri(), request.headers()).contains("planted"));
        assert_eq!(request.headers()["SOAPAction"], SOAP_ACTION);
        assert_eq!(request.headers()["Host"], "bonhoeffer.swp.nl:8800");
    }
}
