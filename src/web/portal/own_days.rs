//! Days of the school's own: a study day, an extra week off, or work while the region has a holiday.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::onboarding::decide::amsterdam_date;
use crate::links;
use crate::services::ServiceError;
use crate::services::onboarding::arrangements;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldErrors, Posted};
use crate::web::kept;
use crate::web::own_days::{OwnDayRow, OwnDaysForm, read, read_row, rows};
use crate::web::page::{self, Frame};
use crate::web::portal::opened::{Around, Opened, open};
use crate::web::portal::step_parts::Choice;
use crate::words;

#[derive(Template)]
#[template(path = "portal/own_days.html")]
struct OwnDaysPage {
    frame: Frame,
    around: Around,
    form: OwnDaysForm,
    errors: FieldErrors,
    region: &'static str,
    days: Vec<OwnDayRow>,
    kinds: Vec<Choice>,
    path: String,
    remove_path: String,
    reminders_path: String,
}

pub(super) async fn show(State(web): State<WebState>, who: SchoolContact) -> Result<Response, PageError> {
    let kept: Option<OwnDaysForm> = kept::typed(&web, &who.visit, &who.at(links::SCHOOL_OWN_DAYS)).await?;
    let came_back = kept.is_some();
    let page = build(&web, &who, kept.unwrap_or_default(), FieldErrors::default()).await?;
    page::show(&OwnDaysPage { frame: kept::say(page.frame.clone(), came_back), ..page })
}

pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(form): Posted<OwnDaysForm>,
) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    if let Some((kind, period)) = read(&form, &mut errors) {
        match arrangements::add_own_days(&web.context, &who.call(), who.connection(), kind, period).await {
            Ok(true) => return Ok(flash::redirect(&web, &who.at(links::SCHOOL_OWN_DAYS), Flash::OwnDaysAdded)),
            Ok(false) => return Ok(flash::redirect(&web, &who.at(links::SCHOOL_OWN_DAYS), Flash::AlreadySo)),
            Err(ServiceError::BadOwnDays(refusal)) => errors.add("first_day", words::own_days_refusal(refusal)),
            Err(error) => return Err(error.into()),
        }
    }
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &build(&web, &who, form, errors).await?)
}

pub(super) async fn remove(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(form): Posted<OwnDaysForm>,
) -> Result<Response, PageError> {
    let (kind, period) = read_row(&form).ok_or(PageError::BadForm)?;
    let was_there = arrangements::remove_own_days(&web.context, &who.call(), who.connection(), kind, period).await?;
    let flash = if was_there { Flash::OwnDaysRemoved } else { Flash::AlreadySo };
    Ok(flash::redirect(&web, &who.at(links::SCHOOL_OWN_DAYS), flash))
}

async fn build(
    web: &WebState,
    who: &SchoolContact,
    form: OwnDaysForm,
    errors: FieldErrors,
) -> Result<OwnDaysPage, PageError> {
    let Opened { frame, around, file } = open(web, who, "").await?;
    let arrangement = arrangements::load(&web.context, who.connection()).await?;
    let region = file.connection.details.region.label_nl();
    Ok(OwnDaysPage {
        frame,
        around,
        form: OwnDaysForm { kind: if form.kind.is_empty() { "closed".to_owned() } else { form.kind }, ..form },
        errors,
        region,
        days: rows(&arrangement.own_days, amsterdam_date(who.visit.now)),
        kinds: vec![
            Choice::new("closed", "Wij zijn vrij", "Een studiedag, of een extra dag of week vakantie."),
            Choice::new("open", "Wij werken wel", "Terwijl het schoolvakantie is in jullie regio."),
        ],
        path: who.at(links::SCHOOL_OWN_DAYS),
        remove_path: who.at(links::SCHOOL_OWN_DAYS_REMOVE),
        reminders_path: who.at(links::SCHOOL_REMINDERS),
    })
}
