//! Where somebody is led who named no school: to their only one, or to choosing among several.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::links;
use crate::services::people::portal_access;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolVisitor;
use crate::web::flash::see_other;
use crate::web::page::{self, Frame};

/// One of the visitor's schools.
struct SchoolRow {
    id: String,
    name: String,
    /// Two schools can have one name.
    brin: String,
    href: String,
}

#[derive(Template)]
#[template(path = "portal/choose.html")]
struct ChoosePage {
    frame: Frame,
    schools: Vec<SchoolRow>,
    sign_out: &'static str,
}

pub(super) async fn show(State(web): State<WebState>, who: SchoolVisitor) -> Result<Response, PageError> {
    let found = portal_access::list_choices(&web.context, &who.email_key).await?;
    if let [only] = found.as_slice() {
        return Ok(see_other(&links::SCHOOL.at(only.connection)));
    }
    let row = |choice: portal_access::Choice| SchoolRow {
        id: choice.connection.to_string(),
        name: choice.name.to_string(),
        brin: choice.carried.clone(),
        href: links::SCHOOL.at(choice.connection),
    };
    let frame = Frame { home: links::SCHOOLS.to_owned(), ..who.visit.frame(&web) };
    page::show(&ChoosePage { frame, schools: found.into_iter().map(row).collect(), sign_out: links::SIGN_OUT })
}
