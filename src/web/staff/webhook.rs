//! One endpoint of webhooks: how it is with it, what was sent to it and how that went, and what an admin can do about it.

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::ask::{Ask, AskField, Weight};
use super::desk::{self, Nav};
use super::webhooks::{EndpointState, endpoint_path, state_of};
use crate::domain::ids::{WebhookDeliveryId, WebhookEndpointId};
use crate::domain::webhook::{DeliveryStatus, OVERLAP};
use crate::links;
use crate::services::ServiceError;
use crate::services::webhooks::endpoints::{self, Logged};
use crate::store::webhooks::attempts::Attempt;
use crate::web::error::PageError;
use crate::web::extract::{Admin, Staff};
use crate::web::flash::{self, CrewDone, Flash};
use crate::web::form::{FieldError, FieldErrors, Posted, Pressed};
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words::{self, moment_nl, moment_short};

/// How many messages a page of the log shows.
const PAGE: u64 = 25;

struct MessageRow {
    id: String,
    what: String,
    when: String,
    kind: &'static str,
    words: &'static str,
    /// When it is tried again; empty when it is not.
    next: String,
    tries: Vec<TryRow>,
    /// What is sent: the head as it was at the last try, and the body.
    message_id: String,
    body: String,
    again: String,
}

struct TryRow {
    when: String,
    took: String,
    status: String,
    words: &'static str,
    answer: String,
}

#[derive(Template)]
#[template(path = "staff/webhook.html")]
struct WebhookPage {
    frame: Frame,
    nav: Nav,
    url: String,
    state: EndpointState,
    /// Until when the secret before still signs; empty when it does not.
    old_until: String,
    asks: Vec<Ask>,
    rows: Vec<MessageRow>,
    /// The next page; empty when this is the last.
    next: String,
    errors: Vec<FieldError>,
    /// The secret that was just made; empty on every other page.
    secret: String,
}

/// From where on the log is read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    voor: String,
}

/// A place of the feed as typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ReplayForm {
    #[serde(default)]
    after: String,
}

/// Shows an endpoint.
pub(super) async fn show(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(id): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, PageError> {
    let before = asked.map(|Query(asked)| asked.voor).unwrap_or_default().parse().ok();
    let shown = Shown { id: read_id(&id)?, before };
    page::show(&page_of(&web, &staff, shown, &FieldErrors::default(), "").await?)
}

#[derive(Clone, Copy)]
struct Shown {
    id: WebhookEndpointId,
    before: Option<WebhookDeliveryId>,
}

async fn page_of(
    web: &WebState,
    staff: &Staff,
    shown: Shown,
    errors: &FieldErrors,
    after: &str,
) -> Result<WebhookPage, PageError> {
    let (id, now) = (shown.id, staff.visit.now);
    let endpoint = endpoints::find(&web.context, id).await?;
    let log = endpoints::log(&web.context, id, shown.before, PAGE).await?;
    let old_until = endpoints::old_secret_until(&web.context, id, now).await?;
    let here = endpoint_path(links::STAFF_WEBHOOK, id);
    let next = log.next.map(|last| links::with_query(&here, &links::query([("voor", last.to_string().as_str())])));
    Ok(WebhookPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_COLLEAGUES),
        url: endpoint.url.as_str().to_owned(),
        state: state_of(&endpoint, now),
        old_until: old_until.map(moment_nl).unwrap_or_default(),
        asks: asks(id, endpoint.stopped.is_some(), errors, after),
        rows: log.rows.into_iter().map(row).collect(),
        next: next.unwrap_or_default(),
        errors: errors.all().to_vec(),
        secret: String::new(),
    })
}

fn asks(id: WebhookEndpointId, is_stopped: bool, errors: &FieldErrors, after: &str) -> Vec<Ask> {
    let at = |path: &str| endpoint_path(path, id);
    let test = Ask::new("test", "Proefbericht sturen", "Proefbericht sturen", at(links::STAFF_WEBHOOK_TEST))
        .note("De ontvanger krijgt een bericht zonder inhoud. Zo zie je of berichten aankomen.");
    let start = Ask::new("start", "Aanzetten", "Webhook aanzetten", at(links::STAFF_WEBHOOK_START))
        .note("Alles wat intussen gebeurde, komt alsnog aan.");
    let stop = Ask::new("stop", "Uitzetten", "Webhook uitzetten", at(links::STAFF_WEBHOOK_STOP))
        .note("Koppelklaar stuurt er niets meer heen tot je de webhook weer aanzet.");
    let replay = Ask::new("replay", "Opnieuw sturen", "Opnieuw sturen vanaf een plek", at(links::STAFF_WEBHOOK_REPLAY))
        .note("Alle berichten na deze plek gaan opnieuw, met hetzelfde nummer. De plek staat in elk bericht als “cursor”.")
        .field(AskField::line("after", "Vanaf welke plek?", after).hint("Een nummer. 0 is het begin: de laatste 90 dagen."))
        .alone(errors);
    let replay = Ask { is_open: !errors.is_empty(), ..replay };
    let secret = Ask::new("secret", "Nieuw geheim maken", "Nieuw geheim maken", at(links::STAFF_WEBHOOK_SECRET)).note(format!(
        "Je ziet het nieuwe geheim één keer. Nog {} uur lang ondertekent Koppelklaar elk bericht ook met het oude, zodat de ontvanger rustig kan overstappen.",
        OVERLAP.num_hours()
    ));
    let remove = Ask::new("remove", "Verwijderen", "Webhook verwijderen", at(links::STAFF_WEBHOOK_REMOVE))
        .note("Ook de lijst van wat er is gestuurd, verdwijnt. Dit kan niet ongedaan worden gemaakt.")
        .weight(Weight::Warning);
    if is_stopped { vec![start, replay, secret, remove] } else { vec![test, replay, secret, stop, remove] }
}

fn row(logged: Logged) -> MessageRow {
    let Logged { delivery, attempts } = logged;
    let again = links::fill(links::STAFF_WEBHOOK_AGAIN, &[&delivery.endpoint.to_string(), &delivery.id.to_string()]);
    let is_waiting = delivery.status == DeliveryStatus::Waiting;
    MessageRow {
        id: delivery.id.to_string(),
        what: delivery.event.map_or_else(|| delivery.kind.clone(), |place| format!("{} ({place})", delivery.kind)),
        when: moment_short(delivery.created_at),
        kind: match delivery.status {
            DeliveryStatus::Waiting => "waiting",
            DeliveryStatus::Delivered => "ready",
            DeliveryStatus::Failed => "stuck",
        },
        words: words::webhook_status(delivery.status),
        next: if is_waiting && delivery.attempts > 0 { moment_short(delivery.next_attempt_at) } else { String::new() },
        tries: attempts.iter().map(try_row).collect(),
        message_id: delivery.message_id,
        body: delivery.body,
        again: if is_waiting && delivery.attempts == 0 { String::new() } else { again },
    }
}

fn try_row(attempt: &Attempt) -> TryRow {
    TryRow {
        when: moment_short(attempt.at),
        took: format!("{} ms", attempt.took_ms),
        status: attempt.status.map_or_else(|| "geen antwoord".to_owned(), |status| format!("status {status}")),
        words: words::webhook_outcome(attempt.outcome),
        answer: attempt.answer.clone().unwrap_or_default(),
    }
}

/// Sends a message that only tries whether messages arrive.
pub(super) async fn test(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(id): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let id = read_id(&id)?;
    let done = endpoints::test(&web.context, &staff.call(), id).await;
    back(&web, &endpoint_path(links::STAFF_WEBHOOK, id), done, CrewDone::WebhookTested)
}

/// Stops an endpoint.
pub(super) async fn stop(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(id): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let id = read_id(&id)?;
    let done = endpoints::stop(&web.context, &staff.call(), id).await;
    back(&web, &endpoint_path(links::STAFF_WEBHOOK, id), done, CrewDone::WebhookStopped)
}

/// Starts an endpoint.
pub(super) async fn start(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(id): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let id = read_id(&id)?;
    let done = endpoints::start(&web.context, &staff.call(), id).await;
    back(&web, &endpoint_path(links::STAFF_WEBHOOK, id), done, CrewDone::WebhookStarted)
}

/// Removes an endpoint.
pub(super) async fn remove(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(id): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let done = endpoints::remove(&web.context, &staff.call(), read_id(&id)?).await;
    back(&web, links::STAFF_WEBHOOKS, done, CrewDone::WebhookRemoved)
}

/// One message of one endpoint, in a path.
#[derive(Debug, Deserialize)]
pub(super) struct AtMessage {
    webhook: String,
    bericht: String,
}

/// Sends one message again.
pub(super) async fn send_again(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(AtMessage { webhook: id, bericht: delivery }): Path<AtMessage>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let id = read_id(&id)?;
    let delivery = delivery.parse().map_err(|_| PageError::NotFound)?;
    let done = endpoints::send_again(&web.context, &staff.call(), id, delivery).await;
    back(&web, &endpoint_path(links::STAFF_WEBHOOK, id), done, CrewDone::WebhookReplayed)
}

/// Sends everything after a place again.
pub(super) async fn replay(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(id): Path<String>,
    Posted(typed): Posted<ReplayForm>,
) -> Result<Response, PageError> {
    let id = read_id(&id)?;
    let Some(after) = typed.after.trim().parse().ok().filter(|after: &i64| *after >= 0) else {
        let mut errors = FieldErrors::default();
        errors.add("after", "Typ een nummer, zoals dat in een bericht achter “cursor” staat.");
        let page = page_of(&web, &staff, Shown { id, before: None }, &errors, &typed.after).await?;
        return page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let done = endpoints::replay(&web.context, &staff.call(), id, after).await;
    back(&web, &endpoint_path(links::STAFF_WEBHOOK, id), done, CrewDone::WebhookReplayed)
}

/// Gives an endpoint another secret and shows it.
pub(super) async fn replace_secret(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(id): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let id = read_id(&id)?;
    let secret = endpoints::replace_secret(&web.context, &staff.call(), id).await?;
    let page = page_of(&web, &staff, Shown { id, before: None }, &FieldErrors::default(), "").await?;
    page::show(&WebhookPage { secret: secret.to_string(), ..page })
}

/// Back to a page, with what was done; what is so already is said, and what is not there is not found.
fn back(web: &WebState, path: &str, done: Result<(), ServiceError>, what: CrewDone) -> Result<Response, PageError> {
    let flash = match done {
        Ok(()) => Flash::Crew(what),
        Err(ServiceError::NotFound | ServiceError::Conflict) => Flash::AlreadySo,
        Err(error) => return Err(error.into()),
    };
    Ok(flash::redirect(web, path, flash))
}

fn read_id(text: &str) -> Result<WebhookEndpointId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}
