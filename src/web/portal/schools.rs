//! The schools of the connection, and the form with which a contact asks for more of the same Magister.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::join::{FURTHER_AT_ONCE, MOST_OPEN_REQUESTS, further_schools};
use crate::links;
use crate::services::ServiceError;
use crate::services::onboarding::{joins, onboardings};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldErrors, Posted};
use crate::web::kept;
use crate::web::page::{self, Frame};
use crate::web::portal::opened::{Around, Opened, open};
use crate::words;

/// Schools as typed or pasted: one a line.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SchoolsForm {
    #[serde(default)]
    schools: String,
}

/// A school with its BRIN.
struct SchoolLine {
    name: String,
    brin: String,
}

#[derive(Template)]
#[template(path = "portal/schools.html")]
struct SchoolsPage {
    frame: Frame,
    around: Around,
    schools: Vec<SchoolLine>,
    /// Those that Kurve still has to look at.
    asked: Vec<SchoolLine>,
    path: String,
    typed: String,
    errors: FieldErrors,
    /// Why nothing can be asked now; empty when the errors say it.
    refusal: String,
}

/// Shows the schools and the empty form.
pub(super) async fn show(State(web): State<WebState>, who: SchoolContact) -> Result<Response, PageError> {
    let kept: Option<SchoolsForm> = kept::typed(&web, &who.visit, &who.at(links::SCHOOL_SCHOOLS)).await?;
    let came_back = kept.is_some();
    let page = page_of(&web, &who).await?;
    let typed = kept.map(|form| form.schools).unwrap_or_default();
    page::show(&SchoolsPage { frame: kept::say(page.frame.clone(), came_back), typed, ..page })
}

async fn page_of(web: &WebState, who: &SchoolContact) -> Result<SchoolsPage, PageError> {
    let Opened { frame, around, file } = open(web, who, "").await?;
    let line = |name: &str, brin: &str| SchoolLine { name: name.to_owned(), brin: brin.to_owned() };
    let asked = joins::list_further(&web.context, who.connection()).await?;
    Ok(SchoolsPage {
        frame,
        around,
        schools: file.schools.iter().map(|one| line(one.details.name.as_str(), one.details.brin.as_str())).collect(),
        asked: asked.iter().map(|one| line(one.name.as_str(), one.brin.as_str())).collect(),
        path: who.at(links::SCHOOL_SCHOOLS),
        typed: String::new(),
        errors: FieldErrors::default(),
        refusal: String::new(),
    })
}

/// Asks Kurve for the schools of the form.
pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(mut form): Posted<SchoolsForm>,
) -> Result<Response, PageError> {
    let (mut errors, mut refusal) = (FieldErrors::default(), String::new());
    if web.limits.check_client(who.visit.client).is_err() {
        let refusal = words::TOO_MANY_FORMS.to_owned();
        let page = SchoolsPage { typed: form.schools, refusal, ..page_of(&web, &who).await? };
        return page::show_with(StatusCode::TOO_MANY_REQUESTS, &page);
    }
    let file = onboardings::load_file(&web.context, who.connection()).await?;
    match further_schools(&form.schools, &file.schools) {
        Err(faults) => errors.add("schools", faults),
        Ok(further) => match joins::ask_further(&web.context, &who.call(), who.connection(), further).await {
            Ok(()) => return Ok(flash::redirect(&web, &who.at(links::SCHOOL_SCHOOLS), Flash::SchoolsAsked)),
            Err(ServiceError::TooManyRequests) => refusal = words::too_many_requests(MOST_OPEN_REQUESTS),
            Err(ServiceError::HoldsPassword) => {
                errors.add("schools", words::HOLDS_PASSWORD);
                form.schools.clear();
            }
            Err(error) => return Err(error.into()),
        },
    }
    let page = SchoolsPage { typed: form.schools, errors, refusal, ..page_of(&web, &who).await? };
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
