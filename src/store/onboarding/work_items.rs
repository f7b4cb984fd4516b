//! What waits on Kurve, a narrow row each: written anew with every change of what it comes from, along with what lists
//! show of schools ([`super::summaries`]), which is the only one that calls this. It is read in [`super::work_list`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::{address_mark, contact, join_request, work_item};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable, JoinType, RelationDef};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::messages;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::{Lifecycle, Onboarding};
use crate::domain::work::{Waiting, WorkKey, WorkKind, certificate_since, waiting_in};
use crate::store::StoreError;

/// How many rows one statement writes at most.
const ROWS: usize = 400;

/// What waits of some connections beside their onboardings: who asks to join, what the school wrote, and where mail does
/// not arrive.
#[derive(Default)]
pub(in crate::store) struct Beside {
    /// Since when each who asks waits, by connection and the first of their requests.
    asked: BTreeMap<Uuid, Vec<(Uuid, DateTime<Utc>)>>,
    /// Since when what a school wrote waits, by connection.
    written: BTreeMap<Uuid, DateTime<Utc>>,
    /// Since when mail does not arrive, by connection and contact.
    unreached: BTreeMap<Uuid, Vec<(Uuid, DateTime<Utc>)>>,
}

/// Reads what waits of these connections beside their onboardings.
pub(in crate::store) async fn beside(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Beside, StoreError> {
    let mut beside = Beside::default();
    let requests: Vec<(Uuid, Uuid, String, DateTime<Utc>)> = join_request::Entity::find()
        .select_only()
        .column(join_request::Column::ConnectionId)
        .column(join_request::Column::Id)
        .column(join_request::Column::EmailKey)
        .column(join_request::Column::AskedAt)
        .filter(join_request::COLUMN.connection_id.is_in(ids.iter().copied()))
        .filter(join_request::COLUMN.decided_at.is_null())
        .order_by_asc(join_request::COLUMN.asked_at)
        .order_by_asc(join_request::COLUMN.id)
        .into_tuple()
        .all(conn)
        .await?;
    // What one person asks of one connection is decided together.
    let mut people = BTreeSet::new();
    for (connection, request, person, at) in requests {
        if people.insert((connection, person)) {
            beside.asked.entry(connection).or_default().push((request, at));
        }
    }
    let mark: RelationDef = contact::Entity::belongs_to(address_mark::Entity)
        .from(contact::Column::EmailKey)
        .to(address_mark::Column::AddressKey)
        .into();
    let unreached: Vec<(Uuid, Uuid, DateTime<Utc>)> = contact::Entity::find()
        .select_only()
        .column(contact::Column::ConnectionId)
        .column(contact::Column::Id)
        .column(address_mark::Column::BouncedAt)
        .join(JoinType::InnerJoin, mark)
        .filter(contact::COLUMN.connection_id.is_in(ids.iter().copied()))
        .filter(contact::COLUMN.removed_at.is_null())
        .filter(address_mark::COLUMN.bounced_at.is_not_null())
        .into_tuple()
        .all(conn)
        .await?;
    for (connection, person, at) in unreached {
        beside.unreached.entry(connection).or_default().push((person, at));
    }
    beside.written = messages::list_waiting_since(conn, ids).await?;
    Ok(beside)
}

/// What is known of a connection that something of may wait on Kurve.
pub(in crate::store) struct Known<'a> {
    pub(in crate::store) connection: Uuid,
    pub(in crate::store) state: &'a Onboarding,
    pub(in crate::store) no_answer_since: Option<DateTime<Utc>>,
    /// Since when Kurve has to look into its checks.
    pub(in crate::store) check_since: Option<DateTime<Utc>>,
    /// Until when its certificate holds.
    pub(in crate::store) certificate_until: Option<DateTime<Utc>>,
    /// Who took it.
    pub(in crate::store) taken_by: Option<Uuid>,
}

/// The rows of a connection.
pub(in crate::store) fn to_rows(known: &Known<'_>, beside: &Beside) -> Vec<work_item::Model> {
    let one = |kind, since| Waiting { kind, subject: String::new(), since };
    let of = |found: &BTreeMap<Uuid, Vec<(Uuid, DateTime<Utc>)>>, kind| -> Vec<Waiting> {
        let some = found.get(&known.connection).into_iter().flatten();
        some.map(|(id, since)| Waiting { kind, subject: id.to_string(), since: *since }).collect()
    };
    let mut waiting = waiting_in(known.state);
    waiting.extend(known.check_since.map(|since| one(WorkKind::Check, since)));
    waiting.extend(known.certificate_until.map(|until| one(WorkKind::Certificate, certificate_since(until))));
    waiting.extend(of(&beside.asked, WorkKind::Join));
    waiting.extend(beside.written.get(&known.connection).map(|since| one(WorkKind::Reply, *since)));
    match known.state.lifecycle() {
        Lifecycle::Active | Lifecycle::Paused { .. } => {
            waiting.extend(of(&beside.unreached, WorkKind::Address));
            waiting.extend(known.no_answer_since.map(|since| one(WorkKind::Silent, since)));
        }
        Lifecycle::Completed { .. } => waiting.extend(known.no_answer_since.map(|since| one(WorkKind::Silent, since))),
        Lifecycle::Withdrawn { .. } => {}
    }
    waiting.into_iter().map(|waiting| to_row(known, waiting)).collect()
}

fn to_row(known: &Known<'_>, Waiting { kind, subject, since }: Waiting) -> work_item::Model {
    let about = WorkKey { kind, connection: Some(ConnectionId::from_uuid(known.connection)), subject };
    work_item::Model {
        key: about.to_string(),
        kind: kind.as_str().to_owned(),
        connection_id: known.connection,
        subject: about.subject,
        since,
        taken_by: known.taken_by.unwrap_or_default(),
    }
}

/// Writes the rows of these connections, and takes away what waits no more. The caller holds their onboardings.
pub(in crate::store) async fn save(
    conn: &impl ConnectionTrait,
    ids: &[Uuid],
    rows: Vec<work_item::Model>,
) -> Result<(), StoreError> {
    let mut kept = load(conn, ids).await?;
    let changed: Vec<work_item::Model> =
        rows.into_iter().filter(|row| kept.remove(&row.key).as_ref() != Some(row)).collect();
    if !kept.is_empty() {
        let over = work_item::COLUMN.key.is_in(kept.into_keys());
        work_item::Entity::delete_many().filter(over).exec(conn).await?;
    }
    for rows in changed.chunks(ROWS) {
        let columns = work_item::Column::iter().filter(|column| !matches!(column, work_item::Column::Key));
        let replace = OnConflict::column(work_item::Column::Key).update_columns(columns).to_owned();
        let rows = rows.iter().cloned().map(|row| row.into_active_model().reset_all());
        work_item::Entity::insert_many(rows).on_conflict(replace).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// The rows of these connections, by their keys.
pub(in crate::store) async fn load(
    conn: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<BTreeMap<String, work_item::Model>, StoreError> {
    let of_these = work_item::COLUMN.connection_id.is_in(ids.iter().copied());
    let rows = work_item::Entity::find().filter(of_these).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.key.clone(), row)).collect())
}
