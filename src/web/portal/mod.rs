//! The pages of a school contact: what is done, what is theirs to do now and how, and who has the ball since when.
//!
//! [`view`], [`evidence`] and [`next`] turn an onboarding into rows and sentences; `overview` and `step` show them; the
//! other files answer one form each. Not here: signing in (`public/`). To add a page: a path in [`crate::links`], a
//! file with struct and handler, a template in `templates/portal/`, a route below, a row in `tests/it/security.rs`.

mod choose;
mod connection;
mod contacts;
mod credentials;
mod details;
mod evidence;
mod hand_over;
mod imported;
mod my_reminders;
mod next;
mod overview;
mod own_days;
mod pause;
mod reminders;
mod sketch;
mod step;
mod step_actions;
mod step_parts;
mod view;
mod withdraw;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::routing::{get, post};

use crate::domain::onboarding::Step;
use crate::links;
use crate::services::ServiceError;
use crate::services::onboarding::onboardings::{self, SchoolFile};
use crate::services::people::portal_access;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::page::Frame;

/// The routes of this folder.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route(links::SCHOOL, get(overview::show))
        .route(links::SCHOOL_CHOOSE, get(choose::show).post(choose::create))
        .route(links::SCHOOL_STEP, get(step::show))
        .route(links::SCHOOL_CLAIM, post(step_actions::claim))
        .route(links::SCHOOL_TAKE_BACK, post(step_actions::take_back))
        .route(links::SCHOOL_STUCK, post(step_actions::report_stuck))
        .route(links::SCHOOL_HAND_OVER, post(hand_over::create))
        .route(links::SCHOOL_DETAILS, post(details::create))
        .route(links::SCHOOL_PASSWORD, post(credentials::reveal))
        .route(links::SCHOOL_QUERY, post(credentials::download))
        .route(links::SCHOOL_IMPORTED, post(imported::create))
        .route(links::SCHOOL_CONTACTS, get(contacts::list))
        .route(links::SCHOOL_CONNECTION, get(connection::show).post(connection::create))
        .route(links::SCHOOL_CHECK, get(connection::show_one))
        .route(links::SCHOOL_CHECK_LIVE, get(connection::show_live))
        .route(links::SCHOOL_PAUSE, get(pause::show).post(pause::create))
        .route(links::SCHOOL_REMINDERS_TO_ME, post(my_reminders::resume))
        .route(links::SCHOOL_RESUME, post(pause::resume))
        .route(links::SCHOOL_REMINDERS, get(reminders::show).post(reminders::create))
        .route(links::SCHOOL_WAKE, post(reminders::wake))
        .route(links::SCHOOL_OWN_DAYS, get(own_days::show).post(own_days::create))
        .route(links::SCHOOL_OWN_DAYS_REMOVE, post(own_days::remove))
        .route(links::SCHOOL_WITHDRAW, get(withdraw::show).post(withdraw::create))
}

/// The step in a path; a name that is no step is a page that is not there.
#[derive(Debug, Clone, Copy)]
struct StepPath(Step);

impl FromRequestParts<WebState> for StepPath {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, PageError> {
        let name = Path::<String>::from_request_parts(parts, web).await.map_err(|_| PageError::NotFound)?;
        name.0.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}

/// What stands around every page of a school: which school, and where one can go.
#[derive(Debug, Clone)]
struct Around {
    school: String,
    brin: String,
    overview: &'static str,
    contacts: &'static str,
    choose: &'static str,
    sign_out: &'static str,
    /// The address belongs to more schools.
    has_more: bool,
    /// `overview`, `contacts` or empty.
    current: &'static str,
}

/// A page of a school under way: what it is about, and what stands around it.
struct Opened {
    frame: Frame,
    around: Around,
    file: SchoolFile,
}

/// Loads the school of this visitor for a page.
async fn open(web: &WebState, who: &SchoolContact, current: &'static str) -> Result<Opened, ServiceError> {
    let file = onboardings::load_file(&web.context, who.school()).await?;
    let choices = portal_access::list_choices(&web.context, &who.email_key).await?;
    let around = Around {
        school: file.school.details.name.as_str().to_owned(),
        brin: file.school.details.brin.as_str().to_owned(),
        overview: links::SCHOOL,
        contacts: links::SCHOOL_CONTACTS,
        choose: links::SCHOOL_CHOOSE,
        sign_out: links::SIGN_OUT,
        has_more: choices.len() > 1,
        current,
    };
    let frame = Frame { home: links::SCHOOL, ..who.visit.frame(web) };
    Ok(Opened { frame, around, file })
}
