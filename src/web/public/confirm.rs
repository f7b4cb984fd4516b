//! Confirming the address of a request. The link shows what was typed; only the button below it changes something.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::message::{Message, MessagePage, Way};
use super::path_token::PathToken;
use crate::crypto::Token;
use crate::domain::access_link::CONFIRM_HOURS;
use crate::links;
use crate::services::ServiceError;
use crate::services::people::registrations::{self, Confirmed, RegistrationForm, RequestStatus};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::flash::{see_other, with_cookie};
use crate::web::form::{Posted, Pressed};
use crate::web::kept;
use crate::web::page::{self, Frame};
use crate::web::session::Jar;

const START_AGAIN: Way = Way { href: links::REGISTER, label: "School opnieuw aanmelden" };
const SIGN_IN: Way = Way { href: links::SIGN_IN, label: "Inloggen" };

/// Made, in a browser that did not ask for it.
const MADE_ELSEWHERE: Message = Message {
    state: "registered",
    title: "Je school is aangemeld",
    lead: "De aanvraag is bij Kurve. Je krijgt een mail waarin staat wat je nu al kunt doen.",
    more: "Je deed de aanvraag op een ander apparaat of in een andere browser. Log daarom hier nog in met je e-mailadres.",
    first: SIGN_IN,
    second: None,
};

/// The school or its Magister is here: which of the two, or that it is, is not said.
const ASKED: Message = Message {
    state: "asked",
    title: "Je aanvraag is bij Kurve",
    lead: "Kurve kijkt die na. Je krijgt een mail als je erbij kunt, of als het niet kan.",
    more: "Je hoeft nu niets te doen.",
    first: Way { href: links::HOME, label: "Naar het begin" },
    second: None,
};

/// Confirmed before.
const USED: Message = Message {
    state: "used",
    title: "Deze aanvraag is al bevestigd",
    lead: "Je hoeft niet nog eens te bevestigen.",
    more: "Log in om te zien wat klaar is en wat jullie nu kunnen doen.",
    first: SIGN_IN,
    second: Some(START_AGAIN),
};

/// Too old, or never there.
const GONE: Message = Message {
    state: "gone",
    title: "Deze bevestigingslink werkt niet meer",
    lead: "De link is te oud of niet volledig.",
    more: "Kopieer de hele link uit de mail, of meld je school opnieuw aan.",
    first: START_AGAIN,
    second: Some(SIGN_IN),
};

/// A request that waits for its button.
#[derive(Template)]
#[template(path = "public/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    action: String,
    /// Where it is filled in anew.
    change: String,
    form: RegistrationForm,
}

/// Shows what was typed, with a button. Changes nothing: scanners of mail follow links.
pub(super) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    PathToken(token): PathToken,
) -> Result<Response, PageError> {
    let frame = visit.frame(&web);
    let Some(token) = token else { return gone(frame) };
    match registrations::find(&web.context, visit.now, &token).await? {
        RequestStatus::Open(form) => {
            let action = links::fill(links::REGISTER_CONFIRM, &[&token.expose_text()]);
            let change = links::fill(links::REGISTER_CHANGE, &[&token.expose_text()]);
            page::show(&ConfirmPage { frame, action, change, form: *form })
        }
        RequestStatus::Used => used(frame),
        RequestStatus::Gone => gone(frame),
    }
}

/// Confirms; the browser that asked is signed in at once.
pub(super) async fn create(
    State(web): State<WebState>,
    visit: Visit,
    PathToken(token): PathToken,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    web.limits.check_client(visit.client)?;
    let Some(token) = token else { return gone(visit.frame(&web)) };
    let confirmed = registrations::confirm(&web.context, visit.anonymous(), &token, Some(&visit.browser)).await;
    let forgotten = if confirmed.is_ok() { kept::forget(&web, &visit).await? } else { None };
    let with_forgotten = |response| forgotten.iter().fold(response, |response, cookie| with_cookie(response, cookie));
    let response = match confirmed {
        Ok(Confirmed::Made { connection, session: Some(session) }) => {
            Ok(with_cookie(see_other(&links::SCHOOL.at(connection)), &Jar::School.write(&web, session.expose_text())))
        }
        Ok(Confirmed::Made { session: None, .. }) => page::show(&MessagePage::new(visit.frame(&web), MADE_ELSEWHERE)),
        Ok(Confirmed::Asked) => page::show(&MessagePage::new(visit.frame(&web), ASKED)),
        Err(ServiceError::NotFound) => ended(&web, &visit, &token).await,
        Err(error) => Err(error.into()),
    };
    response.map(with_forgotten)
}

/// Why a request cannot be confirmed any more.
async fn ended(web: &WebState, visit: &Visit, token: &Token) -> Result<Response, PageError> {
    match registrations::find(&web.context, visit.now, token).await? {
        // It was not open a moment ago, and it does not open again.
        RequestStatus::Used | RequestStatus::Open(_) => used(visit.frame(web)),
        RequestStatus::Gone => gone(visit.frame(web)),
    }
}

fn used(frame: Frame) -> Result<Response, PageError> {
    page::show_with(StatusCode::GONE, &MessagePage::new(frame, USED))
}

fn gone(frame: Frame) -> Result<Response, PageError> {
    let page = MessagePage::new(frame, GONE).say(format!("Een link om te bevestigen werkt {CONFIRM_HOURS} uur."));
    page::show_with(StatusCode::NOT_FOUND, &page)
}
