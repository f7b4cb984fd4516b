//! Choosing among the schools that one address belongs to.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use crate::domain::ids::ContactId;
use crate::links;
use crate::services::people::portal_access::{self, Visitor};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::AnySchoolVisitor;
use crate::web::flash::{see_other, with_cookie};
use crate::web::form::{FieldErrors, Posted};
use crate::web::page::{self, Frame};
use crate::web::portal::step_parts::Choice;
use crate::web::return_to::ReturnTo;
use crate::web::session::Jar;

#[derive(Debug, Default, Deserialize)]
pub(super) struct ChooseForm {
    #[serde(default)]
    contact: String,
}

#[derive(Template)]
#[template(path = "portal/choose.html")]
struct ChoosePage {
    frame: Frame,
    errors: FieldErrors,
    /// The contact that is ticked: of the school that a link named, or who the visitor is now; may be empty.
    chosen: String,
    /// The school that the link named with which the visitor came.
    asked: Option<String>,
    /// The visitor has chosen before.
    can_go_back: bool,
    choices: Vec<Choice>,
    path: &'static str,
    overview: &'static str,
    sign_out: &'static str,
}

pub(super) async fn show(
    State(web): State<WebState>,
    who: AnySchoolVisitor,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    page::show(&build(&web, &who, &headers, FieldErrors::default()).await?)
}

pub(super) async fn create(
    State(web): State<WebState>,
    who: AnySchoolVisitor,
    headers: HeaderMap,
    Posted(form): Posted<ChooseForm>,
) -> Result<Response, PageError> {
    let Some(contact) = form.contact.parse::<ContactId>().ok() else {
        let mut errors = FieldErrors::default();
        errors.add("contact", "Kies een school.");
        return page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &build(&web, &who, &headers, errors).await?);
    };
    let key = email_key(&who.visitor);
    let (token, school) =
        portal_access::choose(&web.context, who.visit.anonymous(), &who.session, key, contact).await?;
    // A page that was remembered for one school is not gone on to at another.
    let return_to =
        ReturnTo::read(&web, &headers).filter(|return_to| return_to.school.is_none_or(|named| named == school));
    let response = see_other(return_to.as_ref().map_or(links::SCHOOL, |return_to| &return_to.path));
    let response = with_cookie(response, &Jar::Next.forget(&web));
    Ok(with_cookie(response, &Jar::School.write(&web, token.expose_text())))
}

fn email_key(visitor: &Visitor) -> &str {
    match visitor {
        Visitor::Choosing { email_key } | Visitor::Contact { email_key, .. } => email_key,
    }
}

async fn build(
    web: &WebState,
    who: &AnySchoolVisitor,
    headers: &HeaderMap,
    errors: FieldErrors,
) -> Result<ChoosePage, PageError> {
    let found = portal_access::list_choices(&web.context, email_key(&who.visitor)).await?;
    let now = match &who.visitor {
        Visitor::Choosing { .. } => None,
        Visitor::Contact { contact, .. } => Some(contact.id),
    };
    let named = ReturnTo::read(web, headers).and_then(|return_to| return_to.school);
    let asked = found.iter().find(|choice| Some(choice.school) == named);
    let chosen = asked.map(|choice| choice.contact).or(now).map(|contact| contact.to_string()).unwrap_or_default();
    let asked = asked.map(|choice| format!("{} ({})", choice.name, choice.brin));
    let choices =
        found.iter().map(|choice| Choice::new(choice.contact, &choice.name, format!("BRIN {}", choice.brin))).collect();
    let frame = Frame { home: links::SCHOOL, ..who.visit.frame(web) };
    let (path, overview, sign_out) = (links::SCHOOL_CHOOSE, links::SCHOOL, links::SIGN_OUT);
    Ok(ChoosePage { frame, errors, chosen, asked, can_go_back: now.is_some(), choices, path, overview, sign_out })
}
