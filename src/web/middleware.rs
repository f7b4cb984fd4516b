//! Around every request: an id and a log line, security headers, the host check, the browser's secret.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::Limited;

use crate::crypto::Token;
use crate::links;
use crate::services::AnonymousCall;
use crate::web::door::{Answer, Known};
use crate::web::error::{Cause, ErrorText};
use crate::web::flash::with_cookie;
use crate::web::problem;
use crate::web::session::Jar;
use crate::web::upload::{MESSAGE_BYTES, UPLOAD_BYTES};
use crate::web::{WebState, error_page};

/// What styles, scripts, fonts and forms may be: only ours, nothing inline.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What the path of every style sheet, script, font and icon begins with.
const ASSETS: &str = "/assets/";

/// The largest form we take, in bytes: a few texts of at most 4,000 signs.
const BODY_BYTES: usize = 64 * 1024;

/// How large a form may be at a path, and what is said of a larger one.
fn most_at(path: &str) -> (usize, Option<&'static str>) {
    if path == links::STAFF_ROSTERS {
        let advice =
            "Er is niets veranderd. Een bestand mag hoogstens 20 MB zijn. Ga terug en kies een kleiner bestand.";
        return (UPLOAD_BYTES, Some(advice));
    }
    if links::SCHOOL_MESSAGES.is_at(path) || links::SCHOOL_STUCK.is_at(path) {
        let advice =
            "Er is niets verstuurd. Een plaatje of PDF mag hoogstens 5 MB zijn. Ga terug en kies een kleiner bestand.";
        return (MESSAGE_BYTES, Some(advice));
    }
    (BODY_BYTES, None)
}

/// Refuses what is larger than a form, but for the pages that take files.
pub async fn limit_body(request: Request, next: Next) -> Response {
    let (most, advice) = most_at(request.uri().path());
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > most) {
        let mut response = StatusCode::PAYLOAD_TOO_LARGE.into_response();
        if let Some(advice) = advice {
            response.extensions_mut().insert(ErrorText { title: "Dit bestand is te groot", advice: advice.to_owned() });
        }
        return response;
    }
    next.run(request.map(|body| Body::new(Limited::new(body, most)))).await
}

/// The id of a request, as in the log and on the page of a fault.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// The secret of the browser that made a request.
#[derive(Debug, Clone)]
pub struct BrowserSecret(pub Token);

/// Gives the request an id, and logs one line without addresses, names, tokens or query strings.
pub async fn log_request(State(web): State<WebState>, mut request: Request, next: Next) -> Response {
    let now = web.clock.now();
    let id = web.context.chance.uuid_v7(now).to_string();
    let (known, client) = (Known::default(), client_address(&web, request.headers(), request.extensions().get()));
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(known.clone());
    let method = request.method().clone();
    // The route, not the path: a path may hold a token.
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let path = request.uri().path().to_owned();
    let started = Instant::now();
    let response = next.run(request).await;
    let mut response = error_page::write_answer(&web, response, &path, &id);
    let status = response.status().as_u16();
    // A number in JSON, which one of 128 bits would not be.
    let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    web.metrics.count_request(method_label(&method), &route, status);
    match response.extensions().get::<Cause>() {
        Some(Cause(cause)) => {
            tracing::error!(request.id = id, http.method = %method, http.route = route, http.status = status, took_ms = took, cause = %cause, "Failed {method} {route}");
        }
        None if is_quiet(&path) && status < 400 => {
            tracing::debug!(request.id = id, http.method = %method, http.route = route, http.status = status, took_ms = took, "Answered {method} {route}");
        }
        None => {
            tracing::info!(request.id = id, http.method = %method, http.route = route, http.status = status, took_ms = took, "Answered {method} {route}");
        }
    }
    known.log(&web, AnonymousCall::new(now, &id), Answer { status: response.status(), client });
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

/// Whether only what goes wrong with a request matters to who reads the log: a page has many assets, and a proxy asks for
/// health all the time.
fn is_quiet(path: &str) -> bool {
    path.starts_with(ASSETS) || path == links::HEALTH_LIVE || path == links::HEALTH_READY
}

/// The method as a label: a stranger may send any word as a method.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    }
}

/// The headers that every answer has, unless it says otherwise.
fn headers_of_all(is_https: bool) -> impl Iterator<Item = (HeaderName, &'static str)> {
    let always = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // No path leaves, for links have tokens; but a form whose `Origin` is hidden is refused, and older browsers show
        // nothing else.
        (header::REFERRER_POLICY, "strict-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
    ];
    always.into_iter().chain(is_https.then_some((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000")))
}

/// The same as bytes, for an answer to what cannot be read.
pub(super) fn refusal_headers(is_https: bool) -> Vec<u8> {
    headers_of_all(is_https).flat_map(|(name, value)| format!("{name}: {value}\r\n").into_bytes()).collect()
}

/// Adds the headers that every answer has. Whoever is sent away for now is told for how long.
pub async fn add_headers(State(web): State<WebState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let is_away = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    let again = is_away.then_some((header::RETRY_AFTER, "10"));
    for (name, value) in headers_of_all(web.context.base.is_https()).chain(again) {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Refuses a request for another host: links and redirects come from the configured base URL only.
pub async fn check_host(State(web): State<WebState>, request: Request, next: Next) -> Response {
    let expected = web.context.base.authority();
    let asked = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if asked.is_some_and(|asked| asked.eq_ignore_ascii_case(expected)) {
        return next.run(request).await;
    }
    let text = format!("Deze dienst staat op {}\n", web.context.base);
    (StatusCode::MISDIRECTED_REQUEST, text).into_response()
}

/// Makes sure that the browser has a secret of its own, and forgets a flash once it was shown.
pub async fn keep_browser(State(web): State<WebState>, mut request: Request, next: Next) -> Response {
    if problem::is_for_machines(request.uri().path()) || request.uri().path().starts_with(ASSETS) {
        return next.run(request).await;
    }
    let known = Jar::Browser.read_token(&web, request.headers());
    let is_new = known.is_none();
    let secret = known.unwrap_or_else(|| Token::new(&web.context.chance));
    let is_page = request.method() == Method::GET;
    let had_flash = is_page && Jar::Flash.read(&web, request.headers()).is_some();
    request.extensions_mut().insert(BrowserSecret(secret.clone()));
    let mut response = next.run(request).await;
    if is_new {
        response = with_cookie(response, &Jar::Browser.write(&web, secret.expose_text()));
    }
    if had_flash && response.status() == StatusCode::OK {
        response = with_cookie(response, &Jar::Flash.forget(&web));
    }
    response
}

/// The address of the client, through as many proxies as are ours.
pub fn client_address(web: &WebState, headers: &HeaderMap, peer: Option<&ConnectInfo<SocketAddr>>) -> IpAddr {
    let direct = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
    let Some(behind) = web.options.trusted_proxies.checked_sub(1) else { return direct };
    let hops: Vec<&str> = headers
        .get_all(HeaderName::from_static("x-forwarded-for"))
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    // Each proxy of ours adds the address it saw; what stands left of those is the client's own say.
    hops.iter().rev().nth(behind).and_then(|hop| address_in(hop)).unwrap_or(direct)
}

/// The address in what a proxy adds: alone, or with a port as some do (`192.0.2.1:4711`, `[2001:db8::1]:4711`).
fn address_in(hop: &str) -> Option<IpAddr> {
    let alone = || hop.parse().ok();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    alone().or_else(with_port).or_else(in_brackets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_understood_with_and_without_a_port() {
        for (hop, address) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("192.0.2.1:4711", Some("192.0.2.1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]:4711", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("unknown", None),
            ("_hidden:4711", None),
            ("192.0.2.1:", None),
            ("", None),
        ] {
            assert_eq!(address_in(hop), address.map(|text| text.parse().expect("an address")), "{hop}");
        }
    }
}
