//! Requests that one server reads otherwise than another: only those of one form are taken.

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, Version, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tower::ServiceExt;

use crate::registration::request;
use crate::sign_in::ask;
use crate::support::app::BASE;
use crate::support::{Page, TestApp, Visitor, run};

/// The status of a request with these hosts.
async fn status(app: &TestApp, method: Method, uri: &str, hosts: &[&str]) -> (u16, bool) {
    let mut request = Request::builder().method(method).uri(uri).body(Body::empty()).expect("a request");
    for host in hosts {
        request.headers_mut().append(header::HOST, HeaderValue::from_str(host).expect("a value"));
    }
    let response = app.router.clone().oneshot(request).await.expect("the router never fails");
    (response.status().as_u16(), response.headers().contains_key(header::X_CONTENT_TYPE_OPTIONS))
}

#[test]
fn a_request_has_a_path_and_one_host() {
    run(|app: TestApp| async move {
        let host = BASE.strip_prefix("https://").expect("the base is https");
        let whole = format!("{BASE}/");

        for (method, uri, hosts, expected) in [
            (Method::GET, "/", &[host][..], 200),
            (Method::GET, "/health/live", &["10.0.0.1"], 200),
            (Method::GET, "/", &["elsewhere.example"], 421),
            (Method::GET, "/", &[host, host], 400),
            (Method::GET, "/", &[host, "elsewhere.example"], 400),
            (Method::GET, "/health/live", &["10.0.0.1", "10.0.0.2"], 400),
            (Method::GET, "/", &[], 400),
            (Method::GET, &whole, &[host], 400),
            (Method::GET, "http://elsewhere.example/", &[host], 400),
            (Method::OPTIONS, "*", &[host], 400),
            (Method::CONNECT, "elsewhere.example:443", &[host], 400),
        ] {
            assert_eq!(status(&app, method.clone(), uri, hosts).await, (expected, true), "{method} {uri} {hosts:?}");
        }
    });
}

#[test]
fn only_an_older_request_may_name_no_host() {
    run(|app: TestApp| async move {
        let request = Request::builder().uri("/health/live").version(Version::HTTP_10).body(Body::empty());
        let response = app.router.clone().oneshot(request.expect("a request")).await.expect("the router never fails");

        assert_eq!(response.status(), 200);
    });
}

/// Headers in which somebody may say under which address they came.
const SAID_OF_THE_ADDRESS: [(&str, &str); 8] = [
    ("x-forwarded-host", "elsewhere.example"),
    ("x-forwarded-server", "elsewhere.example"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-port", "8080"),
    ("x-host", "elsewhere.example"),
    ("x-original-url", "https://elsewhere.example/"),
    ("x-rewrite-url", "https://elsewhere.example/"),
    ("forwarded", "host=elsewhere.example;proto=http"),
];

async fn say_elsewhere(mut request: Request<Body>, next: Next) -> Response {
    for (name, value) in SAID_OF_THE_ADDRESS {
        request.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    next.run(request).await
}

/// Somebody whose every request says that it came under another address.
fn who_came_elsewhere(app: &TestApp) -> Visitor {
    app.anonymous().at_router(&app.router.clone().layer(from_fn(say_elsewhere)))
}

#[test]
fn no_link_redirect_or_mail_is_made_of_what_a_request_says_of_its_address() {
    run(|app: TestApp| async move {
        let visitor = who_came_elsewhere(&app);
        let is_clean = |page: &Page| {
            let said = format!("{:?}{}", page.headers, page.body);
            assert!(!said.contains("elsewhere.example") && !said.contains(":8080"), "{}: {said}", page.path);
        };

        let asked = request(&visitor, &[]).await;
        let sent = visitor.follow(&asked).await;
        let confirmation = app.only_mail_to("anna@bonhoeffer.example").await;
        let confirm = visitor.get(&confirmation.path_of("/aanmelden/bevestig/")).await;
        let confirmed = confirm.submit(&visitor, "main form", &[]).await;
        let school = visitor.follow(&confirmed).await;
        let after = app.new_mails().await;
        let link_asked = ask(&who_came_elsewhere(&app), "anna@bonhoeffer.example").await;
        let sign_in = app.only_mail_to("anna@bonhoeffer.example").await;
        let mut pages = vec![asked, sent, confirm, confirmed, school, link_asked];
        for path in ["/", "/optie-b", "/school", "/beheer", "/nergens", "/api", "/api/v1/openapi.json"] {
            pages.push(visitor.get(path).await);
        }

        pages.iter().for_each(is_clean);
        assert!(!after.is_empty());
        for mail in [confirmation, sign_in].iter().chain(&after) {
            assert!(mail.text.contains(&format!("{BASE}/")) && !mail.raw.contains("elsewhere.example"), "{}", mail.raw);
        }
    });
}
