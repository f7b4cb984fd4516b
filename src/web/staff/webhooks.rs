//! Where machines are told by themselves of what happens to schools: an admin adds endpoints here. One has a page of its own,
//! see [`super::webhook`]. A secret is shown once, in the answer to the press that made it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::ask::{Ask, AskField};
use super::desk::{self, Nav};
use crate::domain::ids::WebhookEndpointId;
use crate::domain::webhook::{Endpoint, EndpointUrl, Stopped, StoppedWhy};
use crate::links;
use crate::services::ServiceError;
use crate::services::webhooks::endpoints;
use crate::store::StoreError;
use crate::web::error::PageError;
use crate::web::extract::{Admin, Staff};
use crate::web::form::{FieldError, FieldErrors, Posted};
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words;

struct EndpointRow {
    url: String,
    href: String,
    state: EndpointState,
}

/// How it is with an endpoint, in words.
pub(super) struct EndpointState {
    pub(super) kind: &'static str,
    pub(super) words: &'static str,
    /// What there is to say of it; empty when it goes well.
    pub(super) more: String,
}

#[derive(Template)]
#[template(path = "staff/webhooks.html")]
struct WebhooksPage {
    frame: Frame,
    nav: Nav,
    rows: Vec<EndpointRow>,
    add: Ask,
    errors: Vec<FieldError>,
    /// The secret of the endpoint that was just added; empty on every other page.
    secret: String,
    /// The page of that endpoint.
    added: String,
}

/// An endpoint as typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct EndpointForm {
    #[serde(default)]
    url: String,
}

/// Lists the endpoints.
pub(super) async fn list(State(web): State<WebState>, Admin(staff): Admin) -> Result<Response, PageError> {
    page::show(&page_of(&web, &staff, &EndpointForm::default(), &FieldErrors::default()).await?)
}

async fn page_of(
    web: &WebState,
    staff: &Staff,
    typed: &EndpointForm,
    errors: &FieldErrors,
) -> Result<WebhooksPage, PageError> {
    let now = staff.visit.now;
    let rows = endpoints::list(&web.context).await?.into_iter().map(|endpoint| row(&endpoint, now)).collect();
    let add = Ask::new("add_webhook", "Webhook toevoegen", "Webhook toevoegen", links::STAFF_WEBHOOKS.to_owned())
        .note("Je ziet het geheim één keer, meteen nadat je de webhook toevoegt.")
        .field(
            AskField::line("url", "Adres van de ontvanger", &typed.url)
                .hint("Bijvoorbeeld https://numo.voorbeeld.nl/koppelklaar."),
        )
        .alone(errors);
    Ok(WebhooksPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_COLLEAGUES),
        rows,
        add: Ask { is_open: !errors.is_empty(), ..add },
        errors: errors.all().to_vec(),
        secret: String::new(),
        added: String::new(),
    })
}

/// The page of an endpoint, or a form on it.
pub(super) fn endpoint_path(path: &str, id: WebhookEndpointId) -> String {
    links::fill(path, &[&id.to_string()])
}

fn row(endpoint: &Endpoint, now: DateTime<Utc>) -> EndpointRow {
    EndpointRow {
        url: endpoint.url.as_str().to_owned(),
        href: endpoint_path(links::STAFF_WEBHOOK, endpoint.id),
        state: state_of(endpoint, now),
    }
}

/// How it is with an endpoint.
pub(super) fn state_of(endpoint: &Endpoint, now: DateTime<Utc>) -> EndpointState {
    if let Some(Stopped { at, why }) = endpoint.stopped {
        let since = words::moment_nl(at);
        let (kind, words, more) = match why {
            StoppedWhy::ByHand => ("neutral", "Uitgezet", format!("Iemand zette deze webhook uit op {since}.")),
            StoppedWhy::Gone => {
                ("stuck", "Gestopt", format!("De ontvanger antwoordde op {since} dat er niemand meer is (status 410)."))
            }
            StoppedWhy::Failing => (
                "stuck",
                "Gestopt",
                format!("Er kwam vijf dagen lang niets aan. Op {since} is Koppelklaar gestopt met sturen."),
            ),
        };
        return EndpointState { kind, words, more };
    }
    let Some(since) = endpoint.failing_since else {
        return EndpointState { kind: "ready", words: "Aan", more: String::new() };
    };
    let next = endpoint.rests_until.filter(|until| *until > now);
    let next = next.map(|until| format!(" De volgende poging is op {}.", words::moment_nl(until))).unwrap_or_default();
    let more = format!("Sinds {} komt er niets aan.{next}", words::moment_nl(since));
    EndpointState { kind: "stuck", words: "Komt niet aan", more }
}

/// Adds an endpoint and shows its secret.
pub(super) async fn create(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Posted(typed): Posted<EndpointForm>,
) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    match EndpointUrl::parse(&typed.url) {
        Ok(url) => match endpoints::add(&web.context, &staff.call(), url).await {
            Ok(added) => {
                let page = page_of(&web, &staff, &EndpointForm::default(), &errors).await?;
                let href = endpoint_path(links::STAFF_WEBHOOK, added.id);
                return page::show(&WebhooksPage { secret: added.secret.to_string(), added: href, ..page });
            }
            Err(ServiceError::Store(StoreError::Taken)) => errors.add("url", "Er is al een webhook met dit adres."),
            Err(error) => return Err(error.into()),
        },
        Err(bad) => errors.add("url", words::bad_endpoint_url(bad)),
    }
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page_of(&web, &staff, &typed, &errors).await?)
}
