//! The connections of which something cannot be read: a damaged row, or one that a newer release wrote. Lists leave
//! such rows out, and name them here instead.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use entity::{check_status, connection, contact, onboarding, reminder_arrangement, school};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::domain::ids::ConnectionId;
use crate::domain::text::fold;
use crate::store::checks::check_status::to_check_status;
use crate::store::onboarding::arrangements::to_arrangement;
use crate::store::onboarding::connections::name_carried;
use crate::store::onboarding::overview::{NamedConnection, to_overview};
use crate::store::onboarding::schools::to_school;
use crate::store::people::contacts::to_contact;
use crate::store::{ConnectionTrait, StoreError};

/// How many connections are read at once.
const BATCH: u64 = 500;

/// Part of the connections, in the order of their ids.
#[derive(Debug, Default)]
pub struct Part {
    /// Those of which something cannot be read. Each is there since its onboarding was last written: by then it could be read.
    pub found: Vec<NamedConnection>,
    /// The first and the last connection that were read; `None` when there were none.
    pub read: Option<RangeInclusive<ConnectionId>>,
    /// Whether there may be more after the last one.
    pub has_more: bool,
}

/// Names all connections of which something cannot be read, by name. It reads every connection, a batch at a time.
pub async fn list(conn: &impl ConnectionTrait) -> Result<Vec<NamedConnection>, StoreError> {
    let (mut found, mut after) = (vec![], None);
    loop {
        let part = list_part(conn, after).await?;
        found.extend(part.found);
        after = part.read.map(|read| *read.end());
        if !part.has_more {
            break;
        }
    }
    found.sort_by_cached_key(|one| (fold(&one.name), one.carried.clone()));
    Ok(found)
}

/// Reads the next batch of connections after one, whole, and names those of which something cannot be read.
pub async fn list_part(conn: &impl ConnectionTrait, after: Option<ConnectionId>) -> Result<Part, StoreError> {
    let mut query = onboarding::Entity::find().find_also_related(connection::Entity);
    if let Some(after) = after {
        query = query.filter(onboarding::COLUMN.connection_id.gt(after.as_uuid()));
    }
    let pairs = query.order_by_asc(onboarding::COLUMN.connection_id).limit(BATCH).all(conn).await?;
    let (Some((first, _)), Some((last, _))) = (pairs.first(), pairs.last()) else { return Ok(Part::default()) };
    let (first, last) = (first.connection_id, last.connection_id);
    let mut broken = Broken::default();
    for row in contact::Entity::find().filter(contact::COLUMN.connection_id.between(first, last)).all(conn).await? {
        broken.note(row.connection_id, to_contact(row));
    }
    for row in
        check_status::Entity::find().filter(check_status::COLUMN.connection_id.between(first, last)).all(conn).await?
    {
        broken.note(row.connection_id, to_check_status(&row));
    }
    let arranged = reminder_arrangement::COLUMN.connection_id.between(first, last);
    for row in reminder_arrangement::Entity::find().filter(arranged).all(conn).await? {
        broken.note(row.connection_id, to_arrangement(&row));
    }
    for row in school::Entity::find().filter(school::COLUMN.connection_id.between(first, last)).all(conn).await? {
        broken.note(row.connection_id, to_school(row));
    }
    let has_more = pairs.len() as u64 == BATCH;
    let mut found = vec![];
    for pair in pairs {
        let (id, since) = (pair.0.connection_id, pair.0.updated_at);
        let named = |row: &connection::Model| (row.name.clone(), name_carried(row.school_count, row.only_brin.clone()));
        let (name, carried) = pair.1.as_ref().map(named).unwrap_or_default();
        broken.note(id, to_overview(pair));
        if broken.0.contains(&id) {
            found.push(NamedConnection { id: ConnectionId::from_uuid(id), name, carried, since });
        }
    }
    let read = Some(ConnectionId::from_uuid(first)..=ConnectionId::from_uuid(last));
    Ok(Part { found, read, has_more })
}

#[derive(Default)]
struct Broken(BTreeSet<Uuid>);

impl Broken {
    fn note<T>(&mut self, school: Uuid, read: Result<T, StoreError>) {
        if let Err(error) = read {
            tracing::error!(connection.id = %school, error = %error, "Something of a school cannot be read");
            self.0.insert(school);
        }
    }
}
