//! A connection's reminders as Kurve sees and arranges them: what comes next, putting them off, and days of its own.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use strum::IntoEnumIterator;

use super::ask::{Ask, AskField, Choice};
use super::form_response::Desk;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::Lifecycle;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::reminder::{OwnDayKind, ReminderStage, UpcomingKind};
use crate::links;
use crate::services::ServiceError;
use crate::services::onboarding::arrangements;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::services::reminders::{self, Planned};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::Flash;
use crate::web::form::{FieldErrors, Posted, Pressed, parse_date};
use crate::web::own_days::{OwnDayRow, OwnDaysForm, read, read_row, rows};
use crate::web::planned::missed;
use crate::words;

/// The reminders of a connection, on its page.
pub(super) struct RemindersPanel {
    /// What comes next: for which step, and when what.
    pub(super) upcoming: Vec<(String, String)>,
    /// Until when reminders are off; empty while they are on.
    pub(super) snoozed_until: String,
    pub(super) own_days: Vec<OwnDayRow>,
    /// Where days are taken away; empty for who may not.
    pub(super) remove_path: String,
    pub(super) asks: Vec<Ask>,
}

/// The panel of the reminders, with what can be done about them.
pub(super) async fn panel(web: &WebState, staff: &Staff, file: &ConnectionFile) -> Result<RemindersPanel, PageError> {
    let (school, now) = (file.connection.id, staff.visit.now);
    let upcoming = reminders::list_upcoming(&web.context, school, now).await?;
    let arrangement = arrangements::load(&web.context, school).await?;
    let today = amsterdam_date(now);
    let snoozed_until = arrangement.rests_until(today).map(words::date_only_nl).unwrap_or_default();
    let mut panel = RemindersPanel {
        upcoming: upcoming.iter().map(upcoming_row).collect(),
        snoozed_until,
        own_days: rows(&arrangement.own_days, today),
        remove_path: String::new(),
        asks: vec![],
    };
    if !staff.can_act() {
        return Ok(panel);
    }
    panel.remove_path = links::staff_school(links::STAFF_OWN_DAYS_REMOVE, school);
    if !panel.snoozed_until.is_empty() {
        panel.asks.push(wake_ask(school));
    }
    match file.state.lifecycle() {
        Lifecycle::Active | Lifecycle::Paused { .. } => panel.asks.push(snooze_ask(web, school, "")),
        Lifecycle::Withdrawn { .. } | Lifecycle::Completed { .. } => {}
    }
    panel.asks.push(own_days_ask(school, &OwnDaysForm::default()));
    Ok(panel)
}

/// What comes next for a step, and when.
fn upcoming_row(planned: &Planned) -> (String, String) {
    let (next, is_reminder) = (&planned.next, matches!(planned.next.kind, UpcomingKind::Reminder(_)));
    let what = match next.kind {
        UpcomingKind::Reminder(ReminderStage::Days(1)) => "herinnering na 1 werkdag".to_owned(),
        UpcomingKind::Reminder(ReminderStage::Days(days)) => format!("herinnering na {days} werkdagen"),
        UpcomingKind::Reminder(ReminderStage::Asked(_)) => "herinnering op de afgesproken dag".to_owned(),
        UpcomingKind::NoAnswer => "geen antwoord, dan is Kurve aan de beurt".to_owned(),
    };
    let missed = if is_reminder { missed(planned) } else { String::new() };
    let line = format!("{}: {what}. {missed}", words::date_nl(next.at));
    let line = if missed.is_empty() { line.trim_end_matches(['.', ' ']).to_owned() } else { line };
    (words::step_name(next.step).to_owned(), line)
}

fn snooze_ask(web: &WebState, connection: ConnectionId, until: &str) -> Ask {
    Ask::new(
        "snooze",
        "Herinneringen uitstellen",
        "Herinneringen uitstellen",
        links::staff_school(links::STAFF_SNOOZE, connection),
    )
    .note(format!(
        "Tot die dag krijgt de school geen herinneringen. Op die dag komt er één over alles wat dan nog openstaat. Je \
         kunt maximaal {} dagen uitstellen.",
        web.context.reminders.policy.max_snooze_days
    ))
    .field(
        AskField::line("until", "Op welke dag herinneren we de school?", until)
            .kind("date")
            .hint("Een dag na vandaag."),
    )
}

fn wake_ask(connection: ConnectionId) -> Ask {
    Ask::new(
        "wake",
        "Herinneringen weer aanzetten",
        "Herinneringen weer aanzetten",
        links::staff_school(links::STAFF_WAKE, connection),
    )
    .note("Er komt niet meteen een mail: de werkdagen tellen vanaf vandaag.")
}

fn own_days_ask(connection: ConnectionId, form: &OwnDaysForm) -> Ask {
    let kinds = OwnDayKind::iter().map(|kind| {
        let label = match kind {
            OwnDayKind::Closed => "De school is vrij",
            OwnDayKind::Open => "De school werkt door in de schoolvakantie",
        };
        Choice { value: kind.as_str().into(), label: label.into() }
    });
    let kind = if form.kind.is_empty() { OwnDayKind::Closed.as_str() } else { &form.kind };
    Ask::new(
        "own_days",
        "Vrije dagen toevoegen",
        "Vrije dagen toevoegen",
        links::staff_school(links::STAFF_OWN_DAYS, connection),
    )
    .field(AskField::select("kind", "Wat is er op deze dagen?", kind, kinds.collect()))
    .field(AskField::line("first_day", "Eerste dag", &form.first_day).kind("date"))
    .field(
        AskField::line("last_day", "Laatste dag", &form.last_day)
            .kind("date")
            .hint("Alleen nodig als het meer dan één dag is. Hoogstens zes weken achter elkaar.")
            .optional(),
    )
}

/// "Herinneringen uitstellen".
#[derive(Debug, Default, Deserialize)]
pub(super) struct SnoozeForm {
    #[serde(default)]
    until: String,
}

/// Puts reminders off.
pub(super) async fn snooze(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<SnoozeForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let draw = |_: &ConnectionFile| snooze_ask(&web, desk.connection, &form.until);
    let mut errors = FieldErrors::default();
    let until = errors.choose("until", parse_date(&form.until), "Kies een dag na vandaag.");
    let Some(until) = until else { return desk.wrong(None, errors, draw).await };
    let done = arrangements::snooze(&web.context, &staff.call(), desk.connection, until).await;
    answer(&desk, done, Flash::Snoozed, draw).await
}

/// Turns reminders on again.
pub(super) async fn wake(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(_): Posted<Pressed>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let done = arrangements::wake(&web.context, &staff.call(), desk.connection).await;
    answer(&desk, done, Flash::Woken, |_| wake_ask(desk.connection)).await
}

/// Adds days of the school's own.
pub(super) async fn add_own_days(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<OwnDaysForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let draw = |_: &ConnectionFile| own_days_ask(desk.connection, &form);
    let mut errors = FieldErrors::default();
    let Some((kind, period)) = read(&form, &mut errors) else { return desk.wrong(None, errors, draw).await };
    let done = arrangements::add_own_days(&web.context, &staff.call(), desk.connection, kind, period).await;
    answer(&desk, done, Flash::OwnDaysAdded, draw).await
}

/// Takes days of the school's own away.
pub(super) async fn remove_own_days(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<OwnDaysForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let (kind, period) = read_row(&form).ok_or(PageError::BadForm)?;
    let done = arrangements::remove_own_days(&web.context, &staff.call(), desk.connection, kind, period).await;
    answer(&desk, done, Flash::OwnDaysRemoved, |_| own_days_ask(desk.connection, &form)).await
}

async fn answer(
    desk: &Desk<'_>,
    done: Result<bool, ServiceError>,
    flash: Flash,
    draw: impl FnOnce(&ConnectionFile) -> Ask,
) -> Result<Response, PageError> {
    match done {
        Ok(true) => Ok(desk.done(flash)),
        Ok(false) => Ok(desk.done(Flash::AlreadySo)),
        Err(error) => desk.refuse(None, error, draw).await,
    }
}
