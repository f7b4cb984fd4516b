//! Choosing among the schools that one address belongs to.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use crate::domain::ids::ContactId;
use crate::links;
use crate::services::portal_access::{self, Visitor};
use crate::web::Site;
use crate::web::error::PageError;
use crate::web::extract::AnySchoolVisitor;
use crate::web::flash::{see_other, with_cookie};
use crate::web::form::{FieldErrors, Posted};
use crate::web::page::{self, Frame};
use crate::web::portal::step_parts::Choice;
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
    /// The contact that the visitor is now; empty if they have not chosen yet.
    chosen: String,
    choices: Vec<Choice>,
    path: &'static str,
    overview: &'static str,
    sign_out: &'static str,
}

pub(super) async fn show(State(site): State<Site>, who: AnySchoolVisitor) -> Result<Response, PageError> {
    page::show(&build(&site, &who, FieldErrors::default()).await?)
}

pub(super) async fn create(
    State(site): State<Site>,
    who: AnySchoolVisitor,
    headers: HeaderMap,
    Posted(form): Posted<ChooseForm>,
) -> Result<Response, PageError> {
    let Some(contact) = form.contact.parse::<ContactId>().ok() else {
        let mut errors = FieldErrors::default();
        errors.add("contact", "Kies een school.");
        return page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &build(&site, &who, errors).await?);
    };
    let session = (&who.session, email_key(&who.visitor));
    let token = portal_access::choose(&site.office, who.visit.at(), session, contact).await?;
    let next = Jar::Next.read(&site, &headers).filter(|path| is_ours(path));
    let response = see_other(next.as_deref().unwrap_or(links::SCHOOL));
    let response = with_cookie(response, &Jar::Next.forget(&site));
    Ok(with_cookie(response, &Jar::School.write(&site, token.expose_text())))
}

/// Whether a remembered page is one of the school's own: cookies come from outside.
fn is_ours(path: &str) -> bool {
    let rest = path.strip_prefix(links::SCHOOL);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        && path.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"/_-".contains(&sign))
}

fn email_key(visitor: &Visitor) -> &str {
    match visitor {
        Visitor::Choosing { email_key } | Visitor::Contact { email_key, .. } => email_key,
    }
}

async fn build(site: &Site, who: &AnySchoolVisitor, errors: FieldErrors) -> Result<ChoosePage, PageError> {
    let found = portal_access::list_choices(&site.office, email_key(&who.visitor)).await?;
    let chosen = match &who.visitor {
        Visitor::Choosing { .. } => String::new(),
        Visitor::Contact { contact, .. } => contact.id.to_string(),
    };
    let choices =
        found.iter().map(|choice| Choice::new(choice.contact, &choice.name, format!("BRIN {}", choice.brin))).collect();
    let frame = Frame { home: links::SCHOOL, ..who.visit.frame(site) };
    let (path, overview, sign_out) = (links::SCHOOL_CHOOSE, links::SCHOOL, links::SIGN_OUT);
    Ok(ChoosePage { frame, errors, chosen, choices, path, overview, sign_out })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_schools_own_pages_are_gone_on_to() {
        assert!(is_ours("/school") && is_ours("/school/stap/consent_given"));
        for elsewhere in [
            "//evil.example",
            "https://evil.example",
            "/beheer",
            "/school/../beheer",
            "/school\r\nX: y",
            "/schoolplein",
            "",
        ] {
            assert!(!is_ours(elsewhere), "{elsewhere}");
        }
    }
}
