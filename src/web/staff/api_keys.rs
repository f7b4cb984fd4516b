//! The keys with which machines ask, such as Numo's: an admin makes, replaces and stops them. A key is shown once, in the
//! answer to the press that made it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use strum::IntoEnumIterator;

use super::ask::{Ask, AskField, Choice, Weight};
use super::desk::{self, Nav};
use crate::domain::api_scope::{ApiScope, ApiScopes};
use crate::domain::ids::ApiKeyId;
use crate::links;
use crate::services::ServiceError;
use crate::services::operations::api_keys::{self, MOST_DAYS, NewApiKey, OVERLAP};
use crate::store::StoreError;
use crate::store::operations::api_keys::StoredApiKey;
use crate::web::error::PageError;
use crate::web::extract::{Admin, Staff};
use crate::web::flash::{self, CrewDone, Flash};
use crate::web::form::{FieldError, FieldErrors, Posted, Pressed};
use crate::web::page::Frame;
use crate::web::{WebState, page};
use crate::words;

struct KeyRow {
    name: String,
    kind: &'static str,
    words: &'static str,
    may: String,
    made: String,
    used: String,
    ends: String,
    asks: Vec<Ask>,
}

#[derive(Template)]
#[template(path = "staff/api_keys.html")]
struct KeysPage {
    frame: Frame,
    nav: Nav,
    rows: Vec<KeyRow>,
    add: Ask,
    errors: Vec<FieldError>,
    /// The key that was just made; empty on every other page.
    made: String,
    made_name: String,
}

/// A key as typed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct KeyForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    days: String,
    /// Boxes that are ticked: `scope-verdict:read` and the like.
    #[serde(flatten)]
    ticked: BTreeMap<String, String>,
}

impl KeyForm {
    fn scopes(&self) -> Vec<ApiScope> {
        self.ticked.keys().filter_map(|name| name.strip_prefix("scope-")?.parse().ok()).collect()
    }
}

/// Lists the keys.
pub(super) async fn list(State(web): State<WebState>, Admin(staff): Admin) -> Result<Response, PageError> {
    page::show(&page_of(&web, &staff, &KeyForm::default(), &FieldErrors::default()).await?)
}

async fn page_of(web: &WebState, staff: &Staff, typed: &KeyForm, errors: &FieldErrors) -> Result<KeysPage, PageError> {
    let now = staff.visit.now;
    let rows = api_keys::list(&web.context).await?.into_iter().map(|key| row(&key, now)).collect();
    let add = add_form(typed).alone(errors);
    Ok(KeysPage {
        frame: desk::frame(web, staff),
        nav: Nav::new(staff, links::STAFF_COLLEAGUES),
        rows,
        add: Ask { is_open: !errors.is_empty(), ..add },
        errors: errors.all().to_vec(),
        made: String::new(),
        made_name: String::new(),
    })
}

fn add_form(typed: &KeyForm) -> Ask {
    let choice = |scope: ApiScope| Choice { value: scope.as_str().to_owned(), label: scope_words(scope).to_owned() };
    let scopes = ApiScope::iter().map(choice).collect();
    let ticked: Vec<&str> = typed.scopes().into_iter().map(ApiScope::as_str).collect();
    Ask::new("add_key", "Sleutel maken", "Sleutel maken", links::STAFF_API_KEYS.to_owned())
        .note("Je ziet de sleutel één keer, meteen nadat je hem maakt.")
        .field(AskField::line("name", "Voor wie of wat?", &typed.name).hint("Bijvoorbeeld numo."))
        .field(AskField::boxes("scope", "Wat mag ermee worden opgevraagd?", &ticked.join(" "), scopes))
        .field(
            AskField::line("days", "Hoeveel dagen werkt de sleutel?", &typed.days)
                .optional()
                .hint("Leeg: tot iemand hem intrekt."),
        )
}

fn scope_words(scope: ApiScope) -> &'static str {
    match scope {
        ApiScope::Verdict => "of een school mag importeren (verdict:read)",
        ApiScope::Schools => "welke scholen er zijn en hoe ver ze zijn (schools:read)",
        ApiScope::Events => "wat er met scholen gebeurt (events:read)",
    }
}

fn row(key: &StoredApiKey, now: DateTime<Utc>) -> KeyRow {
    let (kind, words) = match key.expires_at {
        _ if key.revoked_at.is_some() => ("neutral", "Ingetrokken"),
        Some(end) if end <= now => ("neutral", "Verlopen"),
        Some(_) | None => ("ready", "Werkt"),
    };
    let at = |path: &str| links::fill(path, &[&key.id.to_string()]);
    let replace =
        Ask::new("replace", "Vervangen", "Sleutel vervangen", at(links::STAFF_API_KEY_REPLACE)).note(format!(
            "Je krijgt een nieuwe sleutel. De oude werkt nog {} uur, zodat je rustig kunt overstappen.",
            OVERLAP.num_hours()
        ));
    let revoke = Ask::new("revoke", "Intrekken", "Sleutel intrekken", at(links::STAFF_API_KEY_REVOKE))
        .note("Wie deze sleutel gebruikt, krijgt meteen geen antwoord meer.")
        .weight(Weight::Warning);
    KeyRow {
        name: key.name.clone(),
        kind,
        words,
        may: key.scopes.names(),
        made: words::date_nl(key.created_at),
        used: key.last_used_at.map_or_else(|| "nooit".to_owned(), words::moment_nl),
        ends: key.expires_at.map(words::moment_nl).unwrap_or_default(),
        asks: if key.works_at(now) { vec![replace, revoke] } else { vec![] },
    }
}

/// Makes a key and shows it.
pub(super) async fn create(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Posted(typed): Posted<KeyForm>,
) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    let name = api_keys::read_name(&typed.name);
    let name = errors.choose("name", name, "Typ een naam van hoogstens 40 tekens.");
    let scopes = Some(typed.scopes()).filter(|scopes| !scopes.is_empty());
    let scopes = errors.choose("scope", scopes, "Kies wat er met deze sleutel mag worden opgevraagd.");
    let days = match typed.days.trim() {
        "" => Some(None),
        typed => typed.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days)).map(Some),
    };
    let days = errors.choose("days", days, "Typ een aantal dagen van 1 tot 3660, of laat dit leeg.");
    if let (Some(name), Some(scopes), Some(days)) = (name, scopes, days) {
        let expires_at = days.map(|days| staff.visit.now + Duration::days(days));
        let new = NewApiKey { name: name.clone(), scopes: ApiScopes::of(scopes), expires_at };
        match api_keys::add(&web.context, &staff.call(), new).await {
            Ok(key) => return show_made(&web, &staff, name, key).await,
            Err(ServiceError::Store(StoreError::Taken)) => {
                errors.add(
                    "name",
                    "Er is al een sleutel met deze naam, misschien een die niet meer werkt. Kies een andere naam.",
                );
            }
            Err(error) => return Err(error.into()),
        }
    }
    let page = page_of(&web, &staff, &typed, &errors).await?;
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn show_made(web: &WebState, staff: &Staff, name: String, key: String) -> Result<Response, PageError> {
    let page = page_of(web, staff, &KeyForm::default(), &FieldErrors::default()).await?;
    page::show(&KeysPage { made: key, made_name: name, ..page })
}

/// Puts another key in the place of one and shows it.
pub(super) async fn replace(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(key): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let name = name_of(&web, &key).await?;
    match api_keys::replace(&web.context, &staff.call(), &name).await {
        Ok(key) => show_made(&web, &staff, name, key).await,
        Err(ServiceError::NotFound) => Ok(flash::redirect(&web, links::STAFF_API_KEYS, Flash::AlreadySo)),
        Err(error) => Err(error.into()),
    }
}

/// Stops a key.
pub(super) async fn revoke(
    State(web): State<WebState>,
    Admin(staff): Admin,
    Path(key): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let name = name_of(&web, &key).await?;
    let done = match api_keys::revoke(&web.context, &staff.call(), &name).await {
        Ok(()) => Flash::Crew(CrewDone::ApiKeyRevoked),
        Err(ServiceError::NotFound) => Flash::AlreadySo,
        Err(error) => return Err(error.into()),
    };
    Ok(flash::redirect(&web, links::STAFF_API_KEYS, done))
}

async fn name_of(web: &WebState, key: &str) -> Result<String, PageError> {
    let id: ApiKeyId = key.parse().map_err(|_| PageError::NotFound)?;
    let all = api_keys::list(&web.context).await?;
    all.into_iter().find(|key| key.id == id).map(|key| key.name).ok_or(PageError::NotFound)
}
