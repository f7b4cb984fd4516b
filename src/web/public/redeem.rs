//! What follows an attempt to sign in, whether by code or by link.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::message::{Message, MessagePage, Way};
use crate::crypto::Token;
use crate::domain::access_link::{Dead, LINK_MINUTES};
use crate::domain::ids::ConnectionId;
use crate::links;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::flash::{see_other, with_cookie};
use crate::web::page::{self, Frame};
use crate::web::return_to;
use crate::web::session::Jar;

const NEW_LINK: Way = Way { href: links::SIGN_IN, label: "Nieuwe link aanvragen" };
const MY_SCHOOL: Way = Way { href: links::SCHOOLS, label: "Naar de pagina van mijn school" };

/// Older than a link may be.
const EXPIRED: Message = Message {
    state: "expired",
    title: "Deze link en code zijn te oud",
    lead: "De link en de code werken maar kort.",
    more: "Vraag een nieuwe link aan. Die komt per mail, met een nieuwe code.",
    first: NEW_LINK,
    second: None,
};

/// Redeemed before, perhaps by the same press of a button that arrived twice.
const USED: Message = Message {
    state: "used",
    title: "Deze link en code zijn al gebruikt",
    lead: "Een link en een code om in te loggen werken één keer.",
    more: "Was jij dat zelf, in deze browser? Dan ben je ingelogd. Was jij dat niet? Mail ons dan meteen; het adres staat \
           onderaan deze pagina.",
    first: NEW_LINK,
    second: Some(MY_SCHOOL),
};

/// A newer one was asked for.
const REPLACED: Message = Message {
    state: "replaced",
    title: "Er is een nieuwere link",
    lead: "Er is daarna nog een link aangevraagd. Alleen de nieuwste link en code werken.",
    more: "Zoek in je mailbox de nieuwste mail. Zie je die niet? Vraag dan een nieuwe link aan.",
    first: NEW_LINK,
    second: None,
};

/// Five wrong codes.
const TOO_MANY_WRONG_CODES: Message = Message {
    state: "too_many_wrong_codes",
    title: "Te vaak een verkeerde code",
    lead: "De code is te vaak verkeerd ingevuld. Daarom werken deze link en code niet meer.",
    more: "Vraag een nieuwe link aan. Die komt per mail, met een nieuwe code.",
    first: NEW_LINK,
    second: None,
};

/// A code in a browser that asked for none.
const NOT_ASKED: Message = Message {
    state: "not_asked",
    title: "In deze browser is geen code aangevraagd",
    lead: "Een code werkt alleen in de browser waarin je hem hebt aangevraagd. Op een ander apparaat gebruik je de link uit \
           de mail.",
    more: "Open de link uit de mail, of vraag hier een nieuwe link aan.",
    first: NEW_LINK,
    second: None,
};

/// A link that never was, or no longer is.
const UNKNOWN_LINK: Message = Message {
    state: "unknown",
    title: "Deze inloglink werkt niet meer",
    lead: "De link is te oud of niet volledig.",
    more: "Kopieer de hele link uit de mail, of vraag een nieuwe aan. Een link werkt 15 minuten.",
    first: NEW_LINK,
    second: None,
};

/// What is said of a wrong code.
pub(super) fn wrong_code(left: i32) -> String {
    format!("Deze code klopt niet. Je kunt het nog {left} keer proberen.")
}

/// Signed in: goes on to the page that was asked for before, unless that is of a connection of others, as another
/// visitor of this browser may have asked for it; or else to the visitor's own connection or connections.
pub(super) fn signed_in(web: &WebState, headers: &HeaderMap, session: &Token, schools: &[ConnectionId]) -> Response {
    let remembered = return_to::read_school(web, headers);
    let is_theirs = |path: &&String| return_to::school_in(path).is_some_and(|school| schools.contains(&school));
    let to = remembered.as_ref().filter(is_theirs).map_or(links::SCHOOLS, String::as_str);
    let response = with_cookie(see_other(to), &Jar::School.write(web, session.expose_text()));
    if remembered.is_some() { with_cookie(response, &Jar::Next.forget(web)) } else { response }
}

/// The page of a link or code that no longer works.
pub(super) fn dead(frame: Frame, dead: Dead) -> Result<Response, PageError> {
    let page = match dead {
        Dead::Expired => MessagePage::new(frame, EXPIRED).say(format!("Dat is {LINK_MINUTES} minuten.")),
        Dead::Used => MessagePage::new(frame, USED),
        Dead::Replaced => MessagePage::new(frame, REPLACED),
        Dead::TooManyWrongCodes => MessagePage::new(frame, TOO_MANY_WRONG_CODES),
    };
    page::show_with(StatusCode::GONE, &page)
}

/// The page of a code in a browser that asked for none.
pub(super) fn not_asked(frame: Frame) -> Result<Response, PageError> {
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &MessagePage::new(frame, NOT_ASKED))
}

/// The page of a link that we do not know.
pub(super) fn unknown_link(frame: Frame) -> Result<Response, PageError> {
    page::show_with(StatusCode::NOT_FOUND, &MessagePage::new(frame, UNKNOWN_LINK))
}
