//! A browser: keeps cookies, follows nothing by itself, and sends what a browser sends.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, Response, header};
use http_body_util::BodyExt;
use koppelklaar::clock::Clock;
use koppelklaar::domain::notice::TIME_TO_UNDO;
use tower::ServiceExt;

use super::app::{BASE, TestApp};
use super::page::Page;

/// A visitor with a browser of their own.
pub(crate) struct Visitor {
    router: axum::Router,
    clock: Clock,
    cookies: Mutex<BTreeMap<String, String>>,
    address: String,
    /// The path of the overview of their school.
    home: String,
}

impl Visitor {
    pub(crate) fn new(app: &TestApp) -> Self {
        let (router, clock) = (app.router.clone(), app.clock.clone());
        Self { router, clock, cookies: Mutex::default(), address: "192.0.2.1".to_owned(), home: String::new() }
    }

    /// Lets the time go by in which a press can be undone, so that its mails may leave.
    pub(crate) fn let_stand(&self) {
        self.clock.advance(TIME_TO_UNDO);
    }

    /// The same visitor from another address.
    pub(crate) fn at_address(mut self, address: &str) -> Self {
        address.clone_into(&mut self.address);
        self
    }

    /// The same visitor at other routes than the product's.
    pub(crate) fn at_router(mut self, router: &axum::Router) -> Self {
        self.router = router.clone();
        self
    }

    /// The same visitor, whose school has its overview there.
    pub(crate) fn at_home(mut self, overview: String) -> Self {
        self.home = overview;
        self
    }

    /// The path of a page or form of their school, by what follows that of the overview.
    pub(crate) fn at(&self, rest: &str) -> String {
        assert!(!self.home.is_empty(), "{rest}: of which school?");
        format!("{}{rest}", self.home)
    }

    /// Opens a page of their school.
    pub(crate) async fn open(&self, rest: &str) -> Page {
        self.get(&self.at(rest)).await
    }

    /// Opens a page.
    pub(crate) async fn get(&self, path: &str) -> Page {
        self.send(Method::GET, path, HeaderMap::new(), String::new()).await
    }

    /// Opens the page that an answer leads to.
    pub(crate) async fn follow(&self, page: &Page) -> Page {
        assert_eq!(page.status, 303, "{} leads nowhere:\n{}", page.path, page.body);
        self.get(page.location()).await
    }

    /// Posts a form as it is given, without what a page adds to it.
    pub(crate) async fn post(&self, path: &str, fields: &[(String, String)]) -> Page {
        let body = encode(fields);
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "application/x-www-form-urlencoded".parse().expect("a value"));
        headers.insert(header::ORIGIN, BASE.parse().expect("a value"));
        headers.insert("sec-fetch-site", "same-origin".parse().expect("a value"));
        self.send(Method::POST, path, headers, body).await
    }

    /// Sends the form with a file that a page has, as a browser does.
    pub(crate) async fn upload(&self, page: &Page, name: &str, bytes: &[u8]) -> Page {
        let (path, fields) = page.form("form[enctype]");
        let mut body = Vec::new();
        for (field, value) in fields.iter().filter(|(field, _)| field != "file") {
            let head = format!("--kk-grens\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(head.as_bytes());
        }
        let head = format!(
            "--kk-grens\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--kk-grens--\r\n");
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "multipart/form-data; boundary=kk-grens".parse().expect("a value"));
        headers.insert(header::CONTENT_LENGTH, body.len().to_string().parse().expect("a value"));
        headers.insert(header::ORIGIN, BASE.parse().expect("a value"));
        headers.insert("sec-fetch-site", "same-origin".parse().expect("a value"));
        self.send_bytes(Method::POST, &path, headers, body).await
    }

    /// Opens a stream of events, which is read as it comes.
    pub(crate) async fn listen(&self, path: &str) -> Body {
        self.answer(Method::GET, path, HeaderMap::new(), Vec::new()).await.into_body()
    }

    /// Sends any request.
    pub(crate) async fn send(&self, method: Method, path: &str, headers: HeaderMap, body: String) -> Page {
        self.send_bytes(method, path, headers, body.into_bytes()).await
    }

    async fn send_bytes(&self, method: Method, path: &str, headers: HeaderMap, body: Vec<u8>) -> Page {
        let (parts, body) = self.answer(method, path, headers, body).await.into_parts();
        let bytes = body.collect().await.expect("the body ends").to_bytes();
        Page {
            path: path.to_owned(),
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
            bytes: bytes.into(),
            typed: vec![],
        }
    }

    async fn answer(&self, method: Method, path: &str, headers: HeaderMap, body: Vec<u8>) -> Response<Body> {
        let mut request = Request::builder().method(method).uri(path).body(Body::from(body)).expect("a request");
        *request.headers_mut() = headers;
        let host = BASE.strip_prefix("https://").expect("the base is https");
        request.headers_mut().entry(header::HOST).or_insert(host.parse().expect("a value"));
        request.headers_mut().insert("x-forwarded-for", self.address.parse().expect("a value"));
        let jar = self.cookie_header();
        if !jar.is_empty() {
            request.headers_mut().insert(header::COOKIE, jar.parse().expect("a value"));
        }
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        self.keep_cookies(response.headers());
        response
    }

    /// The value of a cookie, if the browser has it.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().expect("no test panicked here").get(name).cloned()
    }

    /// The secret of this browser.
    pub(crate) async fn browser(&self) -> koppelklaar::crypto::Token {
        self.get("/").await;
        let value = self.cookie("__Host-kk_browser").expect("every browser gets one");
        koppelklaar::crypto::Token::parse(&value).expect("a token")
    }

    /// Puts a cookie in the browser.
    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().expect("no test panicked here").insert(name.to_owned(), value.to_owned());
    }

    fn cookie_header(&self) -> String {
        let cookies = self.cookies.lock().expect("no test panicked here");
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().expect("no test panicked here");
        for header in headers.get_all(header::SET_COOKIE) {
            let text = header.to_str().expect("cookies are ASCII");
            let (pair, rest) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            if rest.contains("Max-Age=0") {
                cookies.remove(name)
            } else {
                cookies.insert(name.to_owned(), value.to_owned())
            };
        }
    }
}

/// Fields as a form sends them.
pub(crate) fn encode(fields: &[(String, String)]) -> String {
    let escape = |text: &str| {
        let mut escaped = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() {
                escaped.push(byte as char)
            } else {
                escaped.push_str(&format!("%{byte:02X}"))
            }
        }
        escaped
    };
    fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect::<Vec<_>>().join("&")
}
