//! What is kept of every connection and what its events are, a part at a time, to hold the one against the other.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{audit, connection, onboarding};
use sea_orm::sea_query::Query;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::audit::to_event;
use super::audit_row::to_entry;
use super::audit_texts;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::{Event, Onboarding};
use crate::store::onboarding::onboardings::to_versioned;
use crate::store::{ConnectionTrait, StoreError};

/// What is kept of one connection.
#[derive(Debug, Clone)]
pub struct KeptState {
    /// Which connection.
    pub connection: ConnectionId,
    /// Its school domain.
    pub domain: String,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// Where it stands; `None` where that is gone or cannot be read.
    pub state: Option<Onboarding>,
}

/// The connections after one, by id, at most `limit`.
pub async fn list_part(
    conn: &impl ConnectionTrait,
    after: Option<ConnectionId>,
    limit: u64,
) -> Result<Vec<KeptState>, StoreError> {
    let mut query = connection::Entity::find().find_also_related(onboarding::Entity);
    if let Some(after) = after {
        query = query.filter(connection::COLUMN.id.gt(after.as_uuid()));
    }
    let rows = query.order_by_asc(connection::COLUMN.id).limit(limit).all(conn).await?;
    Ok(rows.into_iter().map(|(connection, onboarding)| to_kept(connection, onboarding)).collect())
}

/// One connection, if it is here.
pub async fn find(conn: &impl ConnectionTrait, id: ConnectionId) -> Result<Option<KeptState>, StoreError> {
    let query = connection::Entity::find_by_id(id.as_uuid()).find_also_related(onboarding::Entity);
    Ok(query.one(conn).await?.map(|(connection, onboarding)| to_kept(connection, onboarding)))
}

fn to_kept(connection: connection::Model, onboarding: Option<onboarding::Model>) -> KeptState {
    KeptState {
        connection: ConnectionId::from_uuid(connection.id),
        domain: connection.domain,
        created_at: connection.created_at,
        state: onboarding.and_then(|row| to_versioned(&row).ok()).map(|kept| kept.state),
    }
}

/// The events of some connections, oldest first; `None` for one of which an event cannot be read.
pub async fn list_events(
    conn: &impl ConnectionTrait,
    connections: &[ConnectionId],
) -> Result<BTreeMap<ConnectionId, Option<Vec<Event>>>, StoreError> {
    let mut found = BTreeMap::<ConnectionId, Option<Vec<Event>>>::new();
    if connections.is_empty() {
        return Ok(found);
    }
    let rows = audit::Entity::find()
        .filter(audit::COLUMN.connection_id.is_in(connections.iter().map(|id| id.as_uuid())))
        .filter(audit::COLUMN.onboarding_version.gt(0))
        .order_by_asc(audit::COLUMN.id)
        .all(conn)
        .await?;
    let texts = audit_texts::load(conn, &rows).await?;
    for row in rows {
        let Some(connection) = row.connection_id.map(ConnectionId::from_uuid) else { continue };
        let events = found.entry(connection).or_insert_with(|| Some(vec![]));
        match to_entry(row, &texts) {
            Ok(entry) => {
                if let Some(events) = events {
                    events.extend(to_event(entry));
                }
            }
            Err(_) => *events = None,
        }
    }
    Ok(found)
}

/// The connections that the audit knows an onboarding of, and that are not here any more.
pub async fn list_gone(conn: &impl ConnectionTrait) -> Result<Vec<ConnectionId>, StoreError> {
    let here = Query::select().column(connection::Column::Id).from(connection::Entity).to_owned();
    let rows: Vec<uuid::Uuid> = audit::Entity::find()
        .select_only()
        .column(audit::Column::ConnectionId)
        .distinct()
        .filter(audit::COLUMN.onboarding_version.eq(1))
        .filter(audit::COLUMN.connection_id.not_in_subquery(here))
        .order_by_asc(audit::COLUMN.connection_id)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(ConnectionId::from_uuid).collect())
}
