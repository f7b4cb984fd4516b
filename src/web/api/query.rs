//! What stands in the path and the query of an address.

use chrono::{DateTime, Utc};

use crate::domain::text::Brin;
use crate::services::onboarding::import_gate::{self, GateAnswer};
use crate::web::WebState;
use crate::web::problem::ApiError;

/// How many rows an answer has where nothing is said.
const USUAL: u64 = 100;

/// A cursor of the feed.
pub(super) fn read_cursor(typed: &str) -> Result<i64, ApiError> {
    let place = typed.parse().ok().filter(|place| *place >= 0);
    place.ok_or(ApiError::BadQuery { detail: "The cursor is none of ours: give the one of an earlier answer." })
}

/// The verdict over the school that a path names by its BRIN.
pub(super) async fn find_school(web: &WebState, brin: &str) -> Result<GateAnswer, ApiError> {
    let brin = Brin::parse(brin).map_err(|_| ApiError::BadBrin)?;
    Ok(import_gate::answer(&web.context, &brin).await?)
}

/// At most how many rows.
pub(super) fn read_limit(typed: Option<&str>, most: u64) -> Result<u64, ApiError> {
    let Some(typed) = typed else { return Ok(USUAL) };
    let limit = typed.parse().ok().filter(|limit| (1..=most).contains(limit));
    limit.ok_or(ApiError::BadQuery { detail: "limit is a number, 1 to 500." })
}

/// A moment, as RFC 3339 has it.
pub(super) fn read_moment(typed: &str) -> Result<DateTime<Utc>, ApiError> {
    // In a query a plus is a space.
    let moment = DateTime::parse_from_rfc3339(&typed.replace(' ', "+"));
    moment
        .map(|moment| moment.to_utc())
        .map_err(|_| ApiError::BadQuery { detail: "changed_since is a moment such as 2026-11-30T12:00:00Z." })
}
