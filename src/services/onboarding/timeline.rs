//! A connection's timeline, or a part of it.

use crate::domain::audit::{Entry, Topic};
use crate::domain::ids::ConnectionId;
use crate::services::{Context, ServiceError};
use crate::store::operations::audit::{self, Stretch};

/// A stretch of a connection's timeline, newest first: of one topic, or all of it.
pub async fn list(
    context: &Context,
    connection: ConnectionId,
    topic: Option<Topic>,
    stretch: Stretch,
) -> Result<Vec<Entry>, ServiceError> {
    let conn = context.db.reader();
    Ok(match topic {
        Some(topic) => audit::list_part(conn, connection, topic, stretch).await?,
        None => audit::list(conn, connection, stretch.before, stretch.limit).await?,
    })
}
