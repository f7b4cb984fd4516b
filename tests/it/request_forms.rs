//! Requests that one server reads otherwise than another: only those of one form are taken.

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, Version, header};
use tower::ServiceExt;

use crate::support::app::BASE;
use crate::support::{TestApp, run};

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
