//! "Herinner mij op …": when reminders are put off, what comes next, and turning them on again.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::Days;
use serde::Deserialize;

use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::{Lifecycle, Refusal};
use crate::domain::reminder::UpcomingKind;
use crate::links;
use crate::services::onboarding::arrangements;
use crate::services::{ServiceError, reminders};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldErrors, Posted, Pressed};
use crate::web::kept;
use crate::web::page::{self, Frame};
use crate::web::planned::missed;
use crate::web::portal::evidence::Fact;
use crate::web::portal::opened::{Around, Opened, open};
use crate::words;

#[derive(Debug, Default, Deserialize)]
pub(super) struct SnoozeForm {
    #[serde(default)]
    until: String,
}

#[derive(Template)]
#[template(path = "portal/reminders.html")]
struct RemindersPage {
    frame: Frame,
    around: Around,
    form: SnoozeForm,
    errors: FieldErrors,
    /// Until when reminders are off; empty while they are on.
    snoozed_until: String,
    /// Why there is nothing to put off; empty if there is.
    refusal: String,
    hint: String,
    /// What comes if nothing changes: a step and a day.
    upcoming: Vec<Fact>,
    path: String,
    wake_path: String,
    pause_path: String,
    own_days_path: String,
}

pub(super) async fn show(State(web): State<WebState>, who: SchoolContact) -> Result<Response, PageError> {
    let kept: Option<SnoozeForm> = kept::typed(&web, &who.visit, &who.at(links::SCHOOL_REMINDERS)).await?;
    let came_back = kept.is_some();
    let page = build(&web, &who, kept.unwrap_or_default(), FieldErrors::default()).await?;
    page::show(&RemindersPage { frame: kept::say(page.frame.clone(), came_back), ..page })
}

pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(form): Posted<SnoozeForm>,
) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    let until = errors.date("until", &form.until, "Vul een datum in: dag, maand en jaar.");
    if let Some(until) = until {
        match arrangements::snooze(&web.context, &who.call(), who.connection(), until).await {
            Ok(true) => return Ok(flash::redirect(&web, &who.at(links::SCHOOL), Flash::Snoozed)),
            Ok(false) => return Ok(flash::redirect(&web, &who.at(links::SCHOOL), Flash::AlreadySo)),
            Err(ServiceError::BadSnooze(refusal)) => errors.add("until", words::snooze_refusal(refusal)),
            Err(error) => return Err(error.into()),
        }
    }
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &build(&web, &who, form, errors).await?)
}

pub(super) async fn wake(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(_): Posted<Pressed>,
) -> Result<Response, PageError> {
    let was_off = arrangements::wake(&web.context, &who.call(), who.connection()).await?;
    Ok(flash::redirect(&web, &who.at(links::SCHOOL), if was_off { Flash::Woken } else { Flash::AlreadySo }))
}

async fn build(
    web: &WebState,
    who: &SchoolContact,
    form: SnoozeForm,
    errors: FieldErrors,
) -> Result<RemindersPage, PageError> {
    let Opened { frame, around, file } = open(web, who, "").await?;
    let now = who.visit.now;
    let today = amsterdam_date(now);
    let arrangement = arrangements::load(&web.context, who.connection()).await?;
    let upcoming = reminders::list_upcoming(&web.context, who.connection(), now).await?;
    let max_days = web.context.reminders.policy.max_snooze_days;
    let last = today.checked_add_days(Days::new(max_days.into())).unwrap_or(today);
    Ok(RemindersPage {
        frame,
        around,
        form,
        errors,
        snoozed_until: arrangement.rests_until(today).map(words::date_only_nl).unwrap_or_default(),
        refusal: match file.state.lifecycle() {
            Lifecycle::Active | Lifecycle::Paused { .. } => String::new(),
            Lifecycle::Withdrawn { .. } => words::refusal(&Refusal::IsWithdrawn),
            Lifecycle::Completed { .. } => "De koppeling is klaar. Daarom komen er geen herinneringen meer.".to_owned(),
        },
        hint: format!("Vanaf morgen, tot en met {}.", words::date_only_nl(last)),
        upcoming: upcoming
            .iter()
            .filter(|planned| matches!(planned.next.kind, UpcomingKind::Reminder(_)))
            .map(|planned| Fact {
                name: words::step_name(planned.next.step).to_owned(),
                value: format!("{} {}", words::date_nl(planned.next.at), missed(planned)).trim_end().to_owned(),
            })
            .collect(),
        path: who.at(links::SCHOOL_REMINDERS),
        wake_path: who.at(links::SCHOOL_WAKE),
        pause_path: who.at(links::SCHOOL_PAUSE),
        own_days_path: who.at(links::SCHOOL_OWN_DAYS),
    })
}
