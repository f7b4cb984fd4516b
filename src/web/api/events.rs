//! The feed of what happens to schools.

use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until};

use super::client::EventsClient;
use super::query::{read_cursor, read_limit};
use crate::domain::feed::FeedEvent;
use crate::domain::import_gate::verdict_name;
use crate::services::operations::feed::{self, FeedError, FeedPage, MOST_EVENTS};
use crate::web::WebState;
use crate::web::ladder::StreamSlot;
use crate::web::problem::{ApiError, Problem};

/// How long a request waits at most for the next event: a little less than the thirty seconds in which every answer begins.
const LONGEST_WAIT: Duration = Duration::from_secs(28);

/// How often it is looked for what another instance told.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A stretch of the feed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Events {
    /// What happened, oldest first; every event comes once, in the order in which the changes were committed.
    events: Vec<Event>,
    /// The cursor to go on after. The same as was given when there is no event yet.
    next: String,
    /// Whether there are more events already.
    has_more: bool,
}

/// Something that happened to a school.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Event {
    /// Its place in the feed.
    cursor: String,
    /// By which it is known again, should it be delivered twice.
    id: String,
    /// What happened: `verdict.opened`, `verdict.closed`, `school.registered`, `school.joined`, `school.changed`,
    /// `school.paused`, `school.resumed`, `school.stopped`, `school.reopened`, `school.completed`, `connection.lost`,
    /// `connection.back` or `certificate.expiring`. More may come: pass over what you do not know.
    #[serde(rename = "type")]
    kind: &'static str,
    /// When.
    at: DateTime<Utc>,
    /// To which school.
    school: EventSchool,
    /// The connection that carried it: schools in one Magister share one.
    connection: String,
    /// The verdict over it then: `open` or `closed`.
    verdict: &'static str,
    /// The version of its onboarding then: a higher one is newer.
    version: i32,
}

/// The school that an event is about.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct EventSchool {
    /// Its id, which stays.
    id: String,
    /// Its BRIN then.
    brin: String,
}

/// What is asked of the feed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    after: Option<String>,
    limit: Option<String>,
    wait: Option<String>,
}

/// What happened to schools, in order.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    params(
        ("after" = Option<String>, Query, description = "The cursor after which to go on, as `next` of the last answer or `feed` of /api/v1/schools gave it; without it, from the oldest event that is kept (90 days)"),
        ("limit" = Option<u64>, Query, description = "At most how many events, 1 to 500; 100 if not given"),
        ("wait" = Option<u64>, Query, description = "How many seconds to wait for an event if there is none yet, 0 to 30"),
    ),
    responses(
        (status = 200, body = Events, description = "The events after the cursor, or none"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "No working API key"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "The key has no scope events:read"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "The feed never came as far as this cursor"),
        (status = 410, body = Problem, content_type = "application/problem+json", description = "What came after this cursor is not kept any more"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "The query cannot be read"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many requests with this key, or more than three that wait: Retry-After says when"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "Not now: Retry-After says when"),
    ),
    security(("api_key" = []))
)]
pub(super) async fn list(
    State(web): State<WebState>,
    EventsClient(key): EventsClient,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let after = asked.after.as_deref().map(read_cursor).transpose()?;
    let limit = read_limit(asked.limit.as_deref(), MOST_EVENTS)?;
    let page = match read_wait(asked.wait.as_deref())? {
        Some(wait) => {
            let slot = StreamSlot::take(&web.streams, key.id.as_uuid().as_bytes());
            let slot = slot.ok_or(ApiError::TooOften { retry_after_seconds: LOOK_EVERY.as_secs() })?;
            wait_for(&web, &slot, after, limit, Instant::now() + wait).await?
        }
        None => feed::list(&web.context, after, limit).await?,
    };
    let cache = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((cache, Json(body(page))).into_response())
}

/// Looks until there is an event, the time is over, or the service stops.
async fn wait_for(
    web: &WebState,
    slot: &StreamSlot,
    after: Option<i64>,
    limit: u64,
    until: Instant,
) -> Result<FeedPage, FeedError> {
    loop {
        let told = web.context.feed_waits.notified();
        tokio::pin!(told);
        // From now on nothing is missed that is told while the feed is read.
        told.as_mut().enable();
        let page = feed::list(&web.context, after, limit).await?;
        if !page.events.is_empty() || Instant::now() >= until {
            return Ok(page);
        }
        tokio::select! {
            () = told => {}
            () = sleep_until(until.min(Instant::now() + LOOK_EVERY)) => {}
            () = slot.closed() => return Ok(page),
        }
    }
}

fn read_wait(seconds: Option<&str>) -> Result<Option<Duration>, ApiError> {
    let seconds: u64 = match seconds {
        None => return Ok(None),
        Some(typed) => {
            typed.parse().map_err(|_| ApiError::BadQuery { detail: "wait is a number of seconds, 0 to 30." })?
        }
    };
    match seconds {
        0 => Ok(None),
        1..=30 => Ok(Some(Duration::from_secs(seconds).min(LONGEST_WAIT))),
        _ => Err(ApiError::BadQuery { detail: "wait is a number of seconds, 0 to 30." }),
    }
}

impl From<FeedError> for ApiError {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::TooOld => Self::CursorTooOld,
            FeedError::Unknown => Self::UnknownCursor,
            FeedError::Service(error) => error.into(),
        }
    }
}

fn body(page: FeedPage) -> Events {
    Events {
        events: page.events.into_iter().map(to_event).collect(),
        next: page.next.to_string(),
        has_more: page.has_more,
    }
}

fn to_event(event: FeedEvent) -> Event {
    Event {
        cursor: event.number.to_string(),
        id: event.id.to_string(),
        kind: event.kind.as_str(),
        at: event.at,
        school: EventSchool { id: event.school.to_string(), brin: event.brin },
        connection: event.connection.to_string(),
        verdict: verdict_name(event.is_open),
        version: event.version,
    }
}
