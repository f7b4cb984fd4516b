//! Where someone goes on after signing in or after choosing a connection.
//!
//! It is kept in a cookie, which others can set, so it is read as a page of ours or not at all.

use axum::extract::MatchedPath;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};

use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::Step;
use crate::links::{self, OfConnection};
use crate::web::WebState;
use crate::web::flash::{Flash, FlashMessage};
use crate::web::session::Jar;

/// The cookies that remember a page of the portal, or the page of a form that was sent after the session had ended.
pub fn remember_school(web: &WebState, parts: &Parts) -> Vec<String> {
    let text = match came_with(parts) {
        Came::ForPage(text) => text,
        Came::WithForm { route, path } => page_of_school_form(&route, &path),
        Came::Otherwise => return vec![],
    };
    parse_school(&text).map(|return_to| Jar::Next.write(web, return_to)).into_iter().collect()
}

/// The page of the portal that was remembered in this browser; nobody looked yet whether its connection is the
/// visitor's.
pub fn read_school(web: &WebState, headers: &HeaderMap) -> Option<String> {
    Jar::Next.read(web, headers).as_deref().and_then(parse_school)
}

/// The connection that a path of the portal names, if it names one in a form that an id can have.
pub fn school_in(path: &str) -> Option<ConnectionId> {
    let rest = path.strip_prefix(links::SCHOOLS)?.strip_prefix('/')?;
    rest.split('/').next()?.parse().ok()
}

/// Pages of the portal take nothing from the query.
fn parse_school(text: &str) -> Option<String> {
    let path = text.split_once('?').map_or(text, |(path, _)| path);
    is_below(path, links::SCHOOLS).then(|| path.to_owned())
}

/// The cookies that remember a page of Kurve's own, or that of a form.
pub fn remember_staff(web: &WebState, parts: &Parts) -> Vec<String> {
    let text = match came_with(parts) {
        Came::ForPage(text) => text,
        Came::WithForm { route, path } => page_of_staff_form(&route, &path),
        Came::Otherwise => return vec![],
    };
    parse_staff(&text).map(|return_to| Jar::Next.write(web, return_to)).into_iter().collect()
}

/// The cookie that says, to who sent a form without a session, what became of it.
pub fn was_away(web: &WebState, parts: &Parts) -> Option<String> {
    (parts.method == Method::POST).then(|| Jar::Flash.write(web, FlashMessage::from(Flash::WasAway).as_text()))
}

/// What was remembered in this browser of Kurve's own pages.
pub fn read_staff(web: &WebState, headers: &HeaderMap) -> Option<String> {
    Jar::Next.read(web, headers).as_deref().and_then(parse_staff)
}

/// Kurve's lists keep their filters in the query, so that goes along.
fn parse_staff(text: &str) -> Option<String> {
    let (path, query) = text.split_once('?').unwrap_or((text, ""));
    let is_query = query.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"=&%+._-".contains(&sign));
    (is_below(path, links::STAFF) && is_query).then(|| text.to_owned())
}

/// A path of ours under another, without dots: neither another host nor a way up.
fn is_below(path: &str, start: &str) -> bool {
    let rest = path.strip_prefix(start);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        && path.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"/_-".contains(&sign))
}

/// What a request without a session wanted.
enum Came {
    /// To open a page, here with its query.
    ForPage(String),
    /// To send a form.
    WithForm { route: String, path: String },
    /// What a script or a frame of a page asks for by itself.
    Otherwise,
}

fn came_with(parts: &Parts) -> Came {
    let path = parts.uri.path().to_owned();
    if parts.method == Method::POST {
        let route = parts.extensions.get::<MatchedPath>().map(|route| route.as_str().to_owned());
        return Came::WithForm { route: route.unwrap_or_default(), path };
    }
    let is_part = parts.headers.get("sec-fetch-dest").is_some_and(|kind| kind != "document");
    if parts.method != Method::GET || is_part {
        return Came::Otherwise;
    }
    Came::ForPage(parts.uri.path_and_query().map_or(path, ToString::to_string))
}

/// Forms that stand on a page of the same path.
const ON_THEIR_OWN_PAGE: [OfConnection; 9] = [
    links::SCHOOL_CONTACTS,
    links::SCHOOL_LEAVE,
    links::SCHOOL_CONNECTION,
    links::SCHOOL_OPTION_B_TABLE,
    links::SCHOOL_PAUSE,
    links::SCHOOL_REMINDERS,
    links::SCHOOL_OWN_DAYS,
    links::SCHOOL_WITHDRAW,
    links::SCHOOL_SCHOOLS,
];

/// Forms that stand on the page of a step and not in its path.
const ON_STEPS: [(OfConnection, Step); 3] = [
    (links::SCHOOL_DETAILS, Step::DetailsSubmitted),
    (links::SCHOOL_PASSWORD, Step::PasswordSet),
    (links::SCHOOL_QUERY, Step::QueryExecuted),
];

/// The page with a form on it, by the form's route: what a browser says of where it came from is not needed. All forms
/// that are not named above are one level below their page.
fn page_of_school_form(route: &str, path: &str) -> String {
    if ON_THEIR_OWN_PAGE.iter().any(|form| form.route() == route) {
        return path.to_owned();
    }
    let on_step = ON_STEPS.iter().find(|(form, _)| form.route() == route);
    match (on_step, school_in(path)) {
        (Some((_, step)), Some(school)) => links::SCHOOL_STEP.step(school, *step),
        (Some(_), None) => links::SCHOOLS.to_owned(),
        (None, _) => parent(path),
    }
}

fn page_of_staff_form(route: &str, path: &str) -> String {
    let is_below = |start: &str| route.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let pages = [links::STAFF_SCHOOL, links::STAFF_MAIL, links::STAFF_REGISTRATION];
    if pages.into_iter().any(is_below) {
        return path.split('/').take(4).collect::<Vec<_>>().join("/");
    }
    if route == links::STAFF_CONNECTIONS { path.to_owned() } else { links::STAFF.to_owned() }
}

fn parent(path: &str) -> String {
    path.rsplit_once('/').map_or_else(String::new, |(parent, _)| parent.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "019aa0b7-0000-7000-8000-000000000001";

    #[test]
    fn the_remembered_page_is_one_of_the_portal() {
        let of_school = |rest: &str| format!("/school/{ID}{rest}");
        for path in ["/school".to_owned(), of_school(""), of_school("/stap/query_executed"), of_school("/collegas")] {
            assert_eq!(parse_school(&path), Some(path));
        }
        for path in [
            "",
            "/",
            "/beheer",
            "/schoolplein",
            "/school.example.nl",
            "//school",
            "/school/\\evil",
            "//evil.example",
            "https://evil.example",
            "/school/../beheer",
            "/school\r\nX: y",
        ] {
            assert_eq!(parse_school(path), None, "{path}");
        }
    }

    #[test]
    fn the_query_is_not_remembered_and_the_school_is_the_one_in_the_path() {
        for query in ["", "a=b", "school=//evil.example"] {
            assert_eq!(parse_school(&format!("/school/{ID}?{query}")), Some(format!("/school/{ID}")), "{query}");
        }
        assert_eq!(school_in(&format!("/school/{ID}/stap/consent_given")), ID.parse().ok());
        for path in ["/school", "/school/", "/school/x", "/beheer", &format!("/school{ID}")] {
            assert_eq!(school_in(path), None, "{path}");
        }
    }

    #[test]
    fn a_remembered_page_of_kurve_keeps_its_filters() {
        for path in ["/beheer", "/beheer/post?stand=failed", "/beheer/scholen?q=jan%20x+y&state=no_answer"] {
            assert_eq!(parse_staff(path).as_deref(), Some(path));
        }
        for path in ["", "/school", "/beheerders", "/beheer/../x", "//beheer", "/beheer?x=/evil", "/beheer?x\r\ny"] {
            assert_eq!(parse_staff(path), None, "{path}");
        }
    }

    #[test]
    fn a_form_leads_back_to_the_page_that_it_stands_on() {
        for (route, form, page) in [
            (links::SCHOOL_STUCK, "/stap/consent_given/lukt-niet", "/stap/consent_given"),
            (links::SCHOOL_WAKE, "/herinneringen/aan", "/herinneringen"),
            (links::SCHOOL_PAUSE, "/pauze", "/pauze"),
            (links::SCHOOL_QUERY, "/query", "/stap/query_executed"),
            (links::SCHOOL_IMPORTED, "/import-gedaan", ""),
        ] {
            let of_school = |rest: &str| format!("/school/{ID}{rest}");
            assert_eq!(page_of_school_form(route.route(), &of_school(form)), of_school(page));
        }
        assert_eq!(page_of_school_form(links::SCHOOL_QUERY.route(), "/school/x/query"), "/school");
        for (route, path, page) in [
            (links::STAFF_SEND_BACK, "/beheer/scholen/1/terugsturen", "/beheer/scholen/1"),
            (links::STAFF_CONTACT_REMOVE, "/beheer/scholen/1/contacten/2/verwijderen", "/beheer/scholen/1"),
            (links::STAFF_MAIL_RETRY, "/beheer/post/1/opnieuw", "/beheer/post/1"),
            (links::STAFF_VIEW_DELETE, "/beheer/scholen/weergaven/1/verwijderen", "/beheer"),
            (links::STAFF_CONNECTIONS, "/beheer/verbindingen", "/beheer/verbindingen"),
        ] {
            assert_eq!(page_of_staff_form(route, path), page);
        }
    }
}
