//! The feed: what machines that follow the schools hear, in the order in which it happened.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use uuid::Builder;

use crate::crypto::digest;
use crate::domain::feed::{FeedEvent, FeedKind};
use crate::domain::ids::{ConnectionId, FeedEventId, SchoolId};
use crate::services::{Context, ServiceError};
use crate::store::operations::audit::NewEntry;
use crate::store::operations::feed::{self, Known};
use crate::store::{ConnectionTrait, StoreError};

/// How many events one answer has at most.
pub const MOST_EVENTS: u64 = 500;

/// What is to be told, of one school or of all schools of a connection.
pub(in crate::services) struct News {
    pub(in crate::services) connection: ConnectionId,
    pub(in crate::services) school: Option<SchoolId>,
    pub(in crate::services) kind: FeedKind,
}

/// The schools of the connections whose lists were just written.
pub(in crate::services) type Settled = BTreeMap<ConnectionId, Vec<Known>>;

/// The events of a change, in its order and each once. What lists show of its connections has been written.
pub(in crate::services) async fn gather(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    told: Vec<News>,
    entries: &[NewEntry],
    settled: &Settled,
) -> Result<Vec<FeedEvent>, StoreError> {
    let of_audit = entries.iter().filter_map(|entry| {
        Some(News { connection: entry.connection?, school: entry.school, kind: FeedKind::of(&entry.action)? })
    });
    let news: Vec<News> = of_audit.chain(told).collect();
    if news.is_empty() {
        return Ok(vec![]);
    }
    let connections: BTreeSet<ConnectionId> = news.iter().map(|news| news.connection).collect();
    let schools: BTreeSet<SchoolId> = news.iter().filter_map(|news| news.school).collect();
    let mut known: Vec<Known> = connections.iter().filter_map(|id| settled.get(id)).flatten().cloned().collect();
    let is_whole = connections.iter().all(|id| settled.contains_key(id))
        && schools.iter().all(|id| known.iter().any(|known| known.school == *id));
    if !is_whole {
        known = feed::list_known(conn, &connections, &schools).await?;
    }
    known.sort_by_key(|known| (known.connection, known.school));
    let mut seen = BTreeSet::new();
    let mut events = vec![];
    for news in &news {
        for school in known.iter().filter(|school| is_about(news, school)) {
            if seen.insert((news.kind, school.school)) {
                events.push(to_event(news, school, now));
            }
        }
    }
    Ok(events)
}

/// What is said of a connection is said of its schools that go on, or stop with it.
fn is_about(news: &News, school: &Known) -> bool {
    match news.school {
        Some(id) => school.school == id,
        None => school.connection == news.connection && (!school.is_withdrawn || news.kind == FeedKind::SchoolStopped),
    }
}

fn to_event(news: &News, school: &Known, at: DateTime<Utc>) -> FeedEvent {
    let is_open = match news.kind {
        FeedKind::VerdictOpened => true,
        FeedKind::VerdictClosed => false,
        _ => school.may_import,
    };
    let school_id = school.school.as_uuid();
    let named = [
        school_id.as_bytes().as_slice(),
        news.kind.as_str().as_bytes(),
        &school.version.to_be_bytes(),
        &at.timestamp_micros().to_be_bytes(),
    ];
    let mut id = [0; 16];
    id.copy_from_slice(&digest(&named)[..16]);
    FeedEvent {
        number: 0,
        id: FeedEventId::from_uuid(Builder::from_custom_bytes(id).into_uuid()),
        kind: news.kind,
        school: school.school,
        connection: news.connection,
        brin: school.brin.clone(),
        is_open,
        version: school.version,
        at,
    }
}

/// A stretch of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// Its events, oldest first.
    pub events: Vec<FeedEvent>,
    /// The place to go on after.
    pub next: i64,
    /// Whether there is more already.
    pub has_more: bool,
}

/// Why the feed cannot be followed from a place.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// What came after it is not kept any more.
    #[error("the place is older than what is kept")]
    TooOld,
    /// It was not reached yet: the database is another one, or an older copy.
    #[error("the place was never reached")]
    Unknown,
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for FeedError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// The events after a place; from the oldest that is kept where none is named.
///
/// # Errors
/// `TooOld` and `Unknown` when the place cannot be gone on from.
pub async fn list(context: &Context, after: Option<i64>, limit: u64) -> Result<FeedPage, FeedError> {
    let conn = context.db.reader();
    let limit = limit.clamp(1, MOST_EVENTS);
    let mut events = feed::list_after(conn, after.unwrap_or_default(), limit + 1).await?;
    if let Some(after) = after {
        match events.first() {
            Some(first) if first.number != after + 1 => return Err(FeedError::TooOld),
            None if after > latest(context).await? => return Err(FeedError::Unknown),
            Some(_) | None => {}
        }
    }
    let has_more = events.len() as u64 > limit;
    events.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = events.last().map_or(after.unwrap_or_default(), |last| last.number);
    Ok(FeedPage { events, next, has_more })
}

/// The place of the newest event; 0 before the first.
pub async fn latest(context: &Context) -> Result<i64, ServiceError> {
    Ok(feed::find_newest(context.db.reader()).await?.unwrap_or_default())
}
