//! Cookies: who is signed in, which browser this is, what was just done, and where to go after signing in.

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use time::Duration;

use crate::crypto::Token;
use crate::web::WebState;

/// How long a browser is recognised, in days.
const BROWSER_DAYS: i64 = 365;

/// One of our cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jar {
    /// The session of a school contact.
    School,
    /// The session of a colleague of Kurve.
    Staff,
    /// The secret of this browser: CSRF tokens and sign-in links belong to it.
    Browser,
    /// What was just done.
    Flash,
    /// Where to go after signing in.
    Next,
    /// What finds a form that was kept as a session ended.
    Kept,
    /// That whoever reads a shared mailbox said who they are.
    Reader,
}

impl Jar {
    /// The cookie's name. With HTTPS the `__Host-` prefix keeps other hosts of the domain from setting it.
    pub fn name(self, web: &WebState) -> &'static str {
        match (self, web.context.base.is_https()) {
            (Self::School, true) => "__Host-kk_school",
            (Self::School, false) => "kk_school",
            (Self::Staff, true) => "__Host-kk_staff",
            (Self::Staff, false) => "kk_staff",
            (Self::Browser, true) => "__Host-kk_browser",
            (Self::Browser, false) => "kk_browser",
            (Self::Flash, true) => "__Host-kk_flash",
            (Self::Flash, false) => "kk_flash",
            (Self::Next, true) => "__Host-kk_next",
            (Self::Next, false) => "kk_next",
            (Self::Kept, true) => "__Host-kk_kept",
            (Self::Kept, false) => "kk_kept",
            (Self::Reader, true) => "__Host-kk_reader",
            (Self::Reader, false) => "kk_reader",
        }
    }

    /// What a request brought in this cookie.
    pub fn read(self, web: &WebState, headers: &HeaderMap) -> Option<String> {
        CookieJar::from_headers(headers).get(self.name(web)).map(|cookie| cookie.value().to_owned())
    }

    /// The token that a request brought in this cookie.
    pub fn read_token(self, web: &WebState, headers: &HeaderMap) -> Option<Token> {
        self.read(web, headers).as_deref().and_then(Token::parse)
    }

    /// The `Set-Cookie` value that keeps a value until the browser closes, or for a year for the browser's secret.
    pub fn write(self, web: &WebState, value: String) -> String {
        let mut cookie = self.cookie(web, value);
        if self == Self::Browser {
            cookie.set_max_age(Duration::days(BROWSER_DAYS));
        }
        cookie.to_string()
    }

    /// The `Set-Cookie` value that forgets it.
    pub fn forget(self, web: &WebState) -> String {
        let mut cookie = self.cookie(web, String::new());
        cookie.set_max_age(Duration::ZERO);
        cookie.to_string()
    }

    fn cookie(self, web: &WebState, value: String) -> Cookie<'static> {
        Cookie::build((self.name(web), value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(web.context.base.is_https())
            .build()
    }
}
