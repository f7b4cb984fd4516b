//! One request to Magister: what is asked, and where in the request it stands.
//!
//! The password is only ever in a body; what goes into an address takes a session token and no more.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Method, Request};
use zeroize::Zeroizing;

use super::reply::SessionToken;
use super::target::Target;
use crate::domain::check::Way;
use crate::domain::credential::{Password, WEBSERVICE_LIST, WEBSERVICE_USER};
use crate::links::in_query;

const QUERY_PATH: &str = "/doc";
const SOAP_PATH: &str = "/soap/algemeen?service=Algemeen";
const SOAP_ACTION: &str = "urn:MediusServer_Soap-Algemeen#Login";
/// What the server sees in its log.
const AGENT: &str = concat!("Koppelklaar/", env!("CARGO_PKG_VERSION"));

/// One request, less where it goes. Its body is wiped once it was sent.
pub(super) struct Call {
    path: String,
    content_type: &'static str,
    soap_action: Option<&'static str>,
    body: Zeroizing<Vec<u8>>,
}

/// What is asked with a session token.
#[derive(Clone, Copy)]
pub(super) enum Asked<'a> {
    /// The list.
    List(&'a SessionToken),
    /// To log out.
    LogOut(&'a SessionToken),
    /// To log out of nothing: does the server read this at all?
    Nothing,
}

impl Call {
    /// The log-in by SOAP.
    pub(super) fn soap_log_in(password: &Password) -> Self {
        let content_type = "text/xml; charset=utf-8";
        Self { path: SOAP_PATH.to_owned(), content_type, soap_action: Some(SOAP_ACTION), body: envelope(password) }
    }

    /// The log-in by the query form. In the body: there is no other way to ask it.
    pub(super) fn log_in(password: &Password) -> Self {
        Self::by_form(form(&[
            ("Library", "Algemeen"),
            ("Function", "Login"),
            ("UserName", WEBSERVICE_USER),
            ("Password", password.expose()),
            ("Type", "XML"),
        ]))
    }

    /// What is asked with a session token, in the body or in the address.
    pub(super) fn asking(asked: Asked<'_>, way: Way) -> Self {
        let log_out =
            |token| form(&[("Library", "Algemeen"), ("Function", "Logout"), ("SessionToken", token), ("Type", "XML")]);
        let query = match asked {
            Asked::List(token) => form(&[
                ("Library", "Data"),
                ("Function", "GetData"),
                ("SessionToken", token.expose()),
                ("Layout", WEBSERVICE_LIST),
                ("Parameters", ""),
                ("Type", "XML"),
            ]),
            Asked::LogOut(token) => log_out(token.expose()),
            Asked::Nothing => log_out(""),
        };
        match way {
            Way::Body => Self::by_form(query),
            Way::Url => {
                let path = format!("{QUERY_PATH}?{}", String::from_utf8_lossy(&query));
                Self { path, content_type: "", soap_action: None, body: Zeroizing::default() }
            }
        }
    }

    fn by_form(body: Zeroizing<Vec<u8>>) -> Self {
        let content_type = "application/x-www-form-urlencoded";
        Self { path: QUERY_PATH.to_owned(), content_type, soap_action: None, body }
    }

    /// Whether it is asked by SOAP, whose faults come with a status of their own.
    pub(super) fn is_soap(&self) -> bool {
        self.soap_action.is_some()
    }

    pub(super) fn into_request(self, target: &Target) -> Request<Full<Bytes>> {
        let method = if self.body.is_empty() { Method::GET } else { Method::POST };
        let mut request = Request::builder()
            .method(method)
            .uri(self.path)
            .header(HOST, target.authority())
            .header(ACCEPT, "text/xml, application/xml")
            .header(ACCEPT_ENCODING, "identity")
            .header(USER_AGENT, AGENT)
            .header(CONNECTION, "close");
        if !self.content_type.is_empty() {
            request = request.header(CONTENT_TYPE, self.content_type);
        }
        if let Some(action) = self.soap_action {
            request = request.header("SOAPAction", action);
        }
        let body = Full::new(Bytes::from_owner(self.body));
        request.body(body).expect("each part is a constant, escaped, or a label under swp.nl")
    }
}

fn envelope(password: &Password) -> Zeroizing<Vec<u8>> {
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
    body
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

        let soap = Call::soap_log_in(&password).body;
        let query = form(&[("Password", password.expose())]);

        for body in [soap, query] {
            assert!(body.len() <= body.capacity() && body.capacity() < 8_192);
            assert!(!String::from_utf8_lossy(&body).contains("&&"));
        }
    }

    #[test]
    fn no_password_is_in_the_head_of_a_request_and_an_address_holds_a_token_at_most() {
        let password = Password::from_stored("planted-password".into());
        let target = Target::new(
            crate::domain::text::SchoolDomain::parse("bonhoeffer").expect("a label"),
            super::super::target::Port::Live,
        );

        let soap = Call::soap_log_in(&password).into_request(&target);
        for request in [&soap, &Call::log_in(&password).into_request(&target)] {
            assert!(!format!("{:?} {:?}", request.uri(), request.headers()).contains("planted"));
            assert_eq!(
                (request.method(), request.headers()["Host"].as_bytes()),
                (&Method::POST, &b"bonhoeffer.swp.nl:8800"[..])
            );
        }
        assert_eq!(soap.headers()["SOAPAction"], SOAP_ACTION);

        let token = SessionToken::parse("a&b c").expect("a token");
        let by_url = |asked| Call::asking(asked, Way::Url).into_request(&target);
        let list = by_url(Asked::List(&token));
        let query =
            "Library=Data&Function=GetData&SessionToken=a%26b%20c&Layout=KurveLeerlingData&Parameters=&Type=XML";
        assert_eq!((list.method(), list.uri().to_string()), (&Method::GET, format!("/doc?{query}")));
        assert!(by_url(Asked::LogOut(&token)).uri().to_string().contains("Function=Logout&SessionToken=a%26b%20c"));
        let by_body = Call::asking(Asked::List(&token), Way::Body).into_request(&target);
        assert_eq!((by_body.method(), by_body.uri().to_string().as_str()), (&Method::POST, "/doc"));
    }
}
