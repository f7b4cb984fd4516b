//! The schools, as machines that keep a copy of them read them.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::client::SchoolsClient;
use super::query::{find_school, read_limit, read_moment};
use super::tagged::tagged;
use crate::domain::check::{CheckCode, Truths};
use crate::domain::import_gate::verdict_name;

use crate::domain::onboarding::{Gate, Party, Step};
use crate::links;
use crate::services::onboarding::changed_schools::{self, MOST_CHANGED};
use crate::services::onboarding::import_gate::GateAnswer;
use crate::services::operations::feed;
use crate::store::onboarding::school_changes::{AfterChange, ChangedFilter, ChangedSchool};
use crate::web::WebState;
use crate::web::problem::{ApiError, Problem};

/// Some of the schools.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Schools {
    /// By when they changed, the longest ago first. One that changes while the pages are read comes once more.
    schools: Vec<School>,
    /// What to give as `cursor` for the next page; null on the last.
    next: Option<String>,
    /// The cursor of the feed from which to follow what happens after this list was read; take that of the first page.
    feed: String,
}

/// A school.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct School {
    /// Its id, which stays.
    id: String,
    /// The BRIN as it registered it.
    brin: String,
    /// Its name.
    name: String,
    /// Where it stands: `active`, `paused`, `withdrawn` or `completed`.
    state: &'static str,
    /// `open`: MAGISTER IMPORT may be pressed. `closed`: it may not.
    verdict: &'static str,
    /// The connection that carries it: schools in one Magister share one.
    connection: String,
    /// The version of its onboarding: a higher one is newer.
    version: i32,
    /// When its onboarding or its details last changed.
    changed_at: DateTime<Utc>,
}

/// A school with what is asked of whom.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct SchoolAnswer {
    #[serde(flatten)]
    school: School,
    /// What it takes before the verdict opens; all of it empty once it is open.
    requirements: Requirements,
}

/// What it takes before the verdict opens.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Requirements {
    /// The steps that the school can do now.
    due_now: Vec<Requirement>,
    /// The steps that Kurve or Magister has in hand.
    waiting_on: Vec<Waiting>,
    /// What the newest connection check found wrong.
    errors: Vec<CheckError>,
}

/// A step that the school can do now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Requirement {
    /// The step.
    step: &'static str,
    /// The gate that it is part of.
    gate: &'static str,
}

/// A step that somebody else has in hand.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Waiting {
    /// The step.
    step: &'static str,
    /// The gate that it is part of.
    gate: &'static str,
    /// Who has it: `kurve` or `magister`.
    holder: &'static str,
}

/// What a connection check found wrong.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CheckError {
    /// The code of what is wrong.
    code: &'static str,
    /// Since when the checks end so.
    since: DateTime<Utc>,
}

/// The connection of a school with its Magister, as the newest checks found it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Connection {
    /// Its id.
    id: String,
    /// What this installation does with checks: `off`, `advise` or `require`.
    policy: &'static str,
    /// How the newest check ended; null before the first.
    newest: Option<Ended>,
    /// When a check last passed with the credentials that count now; null if none did.
    passed_at: Option<DateTime<Utc>>,
    /// Whether it worked and counts as lost.
    is_lost: bool,
    /// What was counted of the list when one was last read; null if none was. Nothing of it is about a pupil.
    receipt: Option<Receipt>,
    /// The certificate of its Magister; null if none was seen.
    certificate: Option<Certificate>,
    /// When it is checked next by itself; null if it is not.
    next_check_at: Option<DateTime<Utc>>,
}

/// How a check ended.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Ended {
    /// `ok`, or the code of what is wrong.
    code: &'static str,
    /// When.
    at: DateTime<Utc>,
}

/// What was counted of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Receipt {
    /// When.
    at: DateTime<Utc>,
    /// Rows: one for each pupil.
    rows: u32,
    /// Rows without an opleidingscode.
    without_opleidingscode: u32,
    /// Rows without an idGebr.
    without_id_gebr: u32,
    /// Rows whose stamnr was in an earlier row.
    double_stamnr: u32,
}

/// A certificate.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Certificate {
    /// Until when it holds.
    until: DateTime<Utc>,
    /// How many whole days that is from now; below zero once it is over.
    days: i64,
}

/// What is asked of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    verdict: Option<String>,
    changed_since: Option<String>,
    cursor: Option<String>,
    limit: Option<String>,
}

/// The schools, by when they changed.
#[utoipa::path(
    get,
    path = "/api/v1/schools",
    params(
        ("verdict" = Option<String>, Query, description = "Only those whose verdict is `open`, or only those whose verdict is `closed`"),
        ("changed_since" = Option<DateTime<Utc>>, Query, description = "Only those that changed then or later"),
        ("cursor" = Option<String>, Query, description = "The place to go on after, as `next` gave it"),
        ("limit" = Option<u64>, Query, description = "At most how many schools, 1 to 500; 100 if not given"),
    ),
    responses(
        (status = 200, body = Schools, description = "The schools; the Link header names the next page"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "No working API key"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "The key has no scope schools:read"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "The query cannot be read"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many requests with this key: Retry-After says when"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "Not now: Retry-After says when"),
    ),
    security(("api_key" = []))
)]
pub(super) async fn list(
    State(web): State<WebState>,
    _client: SchoolsClient,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let may_import = match asked.verdict.as_deref() {
        None => None,
        Some("open") => Some(true),
        Some("closed") => Some(false),
        Some(_) => return Err(ApiError::BadQuery { detail: "verdict is open or closed." }),
    };
    let filter = ChangedFilter { may_import, since: asked.changed_since.as_deref().map(read_moment).transpose()? };
    let after = asked.cursor.as_deref().map(read_place).transpose()?;
    let limit = read_limit(asked.limit.as_deref(), MOST_CHANGED)?;
    // Before the list: what happens while it is read is told again rather than not at all.
    let feed = feed::latest(&web.context).await?;
    let page = changed_schools::list(&web.context, &filter, after.as_ref(), limit).await?;
    let next = page.next.as_ref().map(place);
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(link) = next.as_deref().and_then(|next| next_link(&asked, next)) {
        headers.insert(header::LINK, link);
    }
    let schools = page.rows.into_iter().map(to_school).collect();
    Ok((headers, Json(Schools { schools, next, feed: feed.to_string() })).into_response())
}

/// One school, with what is asked of whom.
#[utoipa::path(
    get,
    path = "/api/v1/schools/{brin}",
    params(("brin" = String, Path, description = "Two digits, two letters, and perhaps two digits of the site")),
    responses(
        (status = 200, body = SchoolAnswer, description = "The school; also one that stopped, whose state is `withdrawn`"),
        (status = 304, description = "It is as If-None-Match names it"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "No working API key"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "The key has no scope schools:read"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "No such school"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "Not a BRIN"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many requests with this key: Retry-After says when"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "Not now: Retry-After says when"),
    ),
    security(("api_key" = []))
)]
pub(super) async fn show(
    State(web): State<WebState>,
    _client: SchoolsClient,
    Path(brin): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let found = find_school(&web, &brin).await?;
    let school = changed_schools::load(&web.context, found.school).await?;
    Ok(tagged(&headers, &SchoolAnswer { school: to_school(school), requirements: requirements(&found) }))
}

/// The connection of a school with its Magister.
#[utoipa::path(
    get,
    path = "/api/v1/schools/{brin}/connection",
    params(("brin" = String, Path, description = "Two digits, two letters, and perhaps two digits of the site")),
    responses(
        (status = 200, body = Connection, description = "The connection as the newest checks found it"),
        (status = 304, description = "It is as If-None-Match names it"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "No working API key"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "The key has no scope schools:read"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "No such school"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "Not a BRIN"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many requests with this key: Retry-After says when"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "Not now: Retry-After says when"),
    ),
    security(("api_key" = []))
)]
pub(super) async fn connection(
    State(web): State<WebState>,
    _client: SchoolsClient,
    Path(brin): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let found = find_school(&web, &brin).await?;
    Ok(tagged(&headers, &to_connection(&found, web.clock.now())))
}

fn to_school(school: ChangedSchool) -> School {
    School {
        id: school.school.to_string(),
        brin: school.brin,
        name: school.name,
        state: school.status.as_str(),
        verdict: verdict_name(school.may_import),
        connection: school.connection.to_string(),
        version: school.version,
        changed_at: school.changed_at,
    }
}

fn requirements(found: &GateAnswer) -> Requirements {
    let newest = found.activation.status.newest().filter(|_| found.activation.facts.policy.makes_checks());
    let truths = Truths { state: &found.state, newest };
    let gate = |step: Step| Gate::iter().find(|gate| gate.steps().contains(&step)).map_or("", Gate::as_str);
    let (mut due_now, mut waiting_on) = (vec![], vec![]);
    for step in Step::iter() {
        match truths.holder(step) {
            Some(Party::School) => due_now.push(Requirement { step: step.as_str(), gate: gate(step) }),
            Some(holder) => waiting_on.push(Waiting { step: step.as_str(), gate: gate(step), holder: holder.as_str() }),
            None => {}
        }
    }
    let wrong = newest.filter(|newest| newest.code != CheckCode::Ok);
    let errors = wrong.map(|newest| CheckError { code: newest.code.as_str(), since: newest.since });
    Requirements { due_now, waiting_on, errors: errors.into_iter().collect() }
}

fn to_connection(found: &GateAnswer, now: DateTime<Utc>) -> Connection {
    let (status, facts) = (&found.activation.status, &found.activation.facts);
    let passed = facts.passed.filter(|(_, version)| *version == facts.credential_version);
    Connection {
        id: status.connection.to_string(),
        policy: facts.policy.as_str(),
        newest: status.last.map(|(code, at)| Ended { code: code.as_str(), at }),
        passed_at: passed.map(|(at, _)| at),
        is_lost: status.is_lost,
        receipt: status.receipt.map(|receipt| Receipt {
            at: receipt.at,
            rows: receipt.counts.rows,
            without_opleidingscode: receipt.counts.without_opleidingscode,
            without_id_gebr: receipt.counts.without_id_gebr,
            double_stamnr: receipt.counts.double_stamnr,
        }),
        certificate: status
            .certificate
            .map(|certificate| Certificate { until: certificate.until, days: (certificate.until - now).num_days() }),
        next_check_at: status.next_check_at,
    }
}

/// A place of the list, as a cursor: nanoseconds and the id.
fn place(after: &AfterChange) -> String {
    format!("{}.{}", after.changed_at.timestamp_nanos_opt().unwrap_or_default(), after.school)
}

fn read_place(typed: &str) -> Result<AfterChange, ApiError> {
    let read = || {
        let (nanos, school) = typed.split_once('.')?;
        let changed_at = DateTime::from_timestamp_nanos(nanos.parse().ok()?);
        Some(AfterChange { changed_at, school: school.parse::<Uuid>().ok()? })
    };
    read().ok_or(ApiError::BadQuery { detail: "The cursor is none of ours: give the one of an earlier answer." })
}

/// The same question for the next page.
fn next_link(asked: &Asked, next: &str) -> Option<HeaderValue> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let parts = [("verdict", &asked.verdict), ("changed_since", &asked.changed_since), ("limit", &asked.limit)];
    for (name, value) in parts {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    query.append_pair("cursor", next);
    HeaderValue::from_str(&format!("<{}?{}>; rel=\"next\"", links::API_SCHOOLS, query.finish())).ok()
}
