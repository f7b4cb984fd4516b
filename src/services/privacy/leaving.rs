//! Connections on their way out, as Kurve reads of it: when what is kept of one goes, or went; and keeping it for longer. How
//! they go is in [`super::ended`].

use chrono::{DateTime, Utc};

use crate::domain::audit::Action;
use crate::domain::ids::ConnectionId;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::{ended, onboardings};

pub use crate::store::onboarding::ended::{Announced, Leaving};

/// Where a connection stands on its way out.
pub async fn find(context: &Context, connection: ConnectionId) -> Result<Leaving, ServiceError> {
    Ok(ended::find(context.db.reader(), connection).await?)
}

/// Keeps a connection that is in line to go for another term; `false` where it is in no line.
///
/// # Errors
/// `Forbidden` for who may not act, `NotFound` when there is no such connection.
pub async fn keep(context: &Context, call: &Call, connection: ConnectionId) -> Result<bool, ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    onboardings::load_for_update(work.conn(), connection).await?;
    if ended::find(work.conn(), connection).await?.announced_at.is_none() {
        return Ok(false);
    }
    ended::save(work.conn(), connection, Leaving { ended_at: Some(call.now), ..Leaving::default() }).await?;
    work.note(Some(connection), Action::ConnectionKept);
    work.finish().await?;
    Ok(true)
}

/// A connection that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Going {
    /// Which.
    pub announced: Announced,
    /// When.
    pub at: DateTime<Utc>,
}

/// Some of the connections that go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoingPart {
    /// Those, the first first.
    pub rows: Vec<Going>,
    /// How many there are beside them.
    pub more: u64,
}

/// The connections that go, of those that were put in line from a moment on, at most `limit`.
pub async fn list_going(
    context: &Context,
    since: Option<DateTime<Utc>>,
    limit: u64,
) -> Result<GoingPart, ServiceError> {
    let conn = context.db.reader();
    let found = ended::list_announced(conn, since, limit).await?;
    let named = found.len() as u64;
    let more = if named < limit { 0 } else { ended::count_announced(conn, since).await?.saturating_sub(named) };
    let to_going = |announced: Announced| {
        let ended = announced.ended;
        let at = context.retention.goes_at(ended.at, ended.announced_at.unwrap_or(ended.at));
        Going { announced, at }
    };
    Ok(GoingPart { rows: found.into_iter().map(to_going).collect(), more })
}
