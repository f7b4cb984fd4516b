//! Whether every onboarding is what its events give: the audit keeps enough to make each again.
//!
//! The hashes of the audit show that its entries are those that were written. This shows that what the program acts on
//! is what they lead to: a state that somebody wrote into the database by hand has no event.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::domain::ids::{ConnectionId, SchoolId};
use crate::domain::onboarding::{Change, Event, Onboarding};
use crate::services::{Context, ServiceError};
use crate::store::operations::replay::{self, KeptState};

/// How many connections are read at once.
const PART: u64 = 200;

/// How often a connection is looked at again that may have changed between the two readings.
const AGAIN: usize = 3;

/// What making all onboardings again showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replayed {
    /// How many connections there are.
    pub connections: u64,
    /// Those whose state is not what their events give.
    pub untrue: Vec<Untrue>,
}

/// A connection whose state is not what its events give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untrue {
    /// Which.
    pub connection: ConnectionId,
    /// Its school domain; empty where the connection is gone.
    pub domain: String,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Makes every onboarding again from its events, and holds it against the one that is kept.
pub async fn replay(context: &Context) -> Result<Replayed, ServiceError> {
    let conn = context.db.reader();
    let (mut found, mut after) = (Replayed::default(), None);
    loop {
        let part = replay::list_part(conn, after, PART).await?;
        let Some(last) = part.last() else { break };
        after = Some(last.connection);
        found.connections += part.len() as u64;
        for kept in hold(context, part).await? {
            found.untrue.extend(look_again(context, kept).await?);
        }
    }
    let gone = replay::list_gone(conn).await?.into_iter();
    let what = "it is gone, and its events are not";
    found.untrue.extend(gone.map(|connection| Untrue { connection, domain: String::new(), what }));
    Ok(found)
}

/// Those that are not what their events give.
async fn hold(context: &Context, kept: Vec<KeptState>) -> Result<Vec<Untrue>, ServiceError> {
    let ids: Vec<_> = kept.iter().map(|one| one.connection).collect();
    let mut events = replay::list_events(context.db.reader(), &ids).await?;
    let judged = kept.into_iter().filter_map(|one| {
        // No entry is as good as no event.
        let events = events.remove(&one.connection).unwrap_or_else(|| Some(vec![]));
        let what = fault(&one, events.as_deref())?;
        Some(Untrue { connection: one.connection, domain: one.domain, what })
    });
    Ok(judged.collect())
}

/// Somebody may have changed it after its state was read and before its events were.
async fn look_again(context: &Context, mut found: Untrue) -> Result<Option<Untrue>, ServiceError> {
    for _ in 0..AGAIN {
        let id = found.connection;
        let kept = replay::find(context.db.reader(), id).await?.into_iter().collect();
        match hold(context, kept).await?.pop() {
            Some(still) => found = still,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

fn fault(kept: &KeptState, events: Option<&[Event]>) -> Option<&'static str> {
    let Some(state) = &kept.state else { return Some("its state is missing or cannot be read") };
    let Some(events) = events else { return Some("an event of it cannot be read") };
    let makes_it = |first| Onboarding::start(kept.created_at, first).apply_all(events) == *state;
    let is_so = firsts(state, events).into_iter().any(makes_it);
    (!is_so).then_some("its state is not what its events give")
}

/// The state as its events give it after something of them was erased, where it was what they gave before; `None` where it
/// was not.
pub(in crate::services) fn again(
    created_at: DateTime<Utc>,
    state: &Onboarding,
    before: &[Event],
    after: &[Event],
) -> Option<Onboarding> {
    let start = |first| Onboarding::start(created_at, first);
    let first = firsts(state, before).into_iter().find(|first| start(*first).apply_all(before) == *state)?;
    Some(start(first).apply_all(after))
}

/// Which school it may have begun with: every other one was added before anything else happened to it.
fn firsts(state: &Onboarding, events: &[Event]) -> Vec<SchoolId> {
    let (mut seen, mut added) = (BTreeSet::new(), BTreeSet::new());
    for event in events {
        if let Some(school) = event.school
            && seen.insert(school)
            && matches!(event.change, Change::SchoolAdded { .. })
        {
            added.insert(school);
        }
    }
    // A connection that a school moved to began with the very event that added it.
    let moved = events.first().filter(|event| matches!(event.change, Change::SchoolAdded { .. }));
    let alone = state.ever_here().filter(|school| !added.contains(school));
    moved.and_then(|event| event.school).into_iter().chain(alone).collect()
}
