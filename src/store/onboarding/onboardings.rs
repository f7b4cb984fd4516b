//! Onboardings: the state as one JSON value, with columns beside it that lists filter and sort on.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::onboarding;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::progress::{is_stuck, waits_on_since};
use crate::domain::onboarding::{Gate, Lifecycle, Onboarding, Party, Step};
use crate::store::onboarding::ended;
use crate::store::reminders::Attention;
use crate::store::{Changing, ConnectionTrait, StoreError, readable};

/// An onboarding with the version it had when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned {
    /// The state.
    pub state: Onboarding,
    /// Counts changes; starts at 1.
    pub version: i32,
}

/// Stores a new onboarding as version 1.
///
/// # Errors
/// When the connection has one already, or the database fails.
pub async fn insert(
    conn: &impl Changing,
    connection: ConnectionId,
    state: &Onboarding,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    // Whatever changed, the timer looks at the school's reminders anew.
    let attention = Attention { next_at: Some(now), no_answer_since: None };
    let fresh = Versioned { state: state.clone(), version: 1 };
    conn.touch(connection);
    onboarding::Entity::insert(to_row(connection, &fresh, now, attention)?).exec_without_returning(conn).await?;
    Ok(())
}

pub(in crate::store) fn to_row(
    connection: ConnectionId,
    Versioned { state, version }: &Versioned,
    updated_at: DateTime<Utc>,
    attention: Attention,
) -> Result<onboarding::ActiveModel, StoreError> {
    let columns = Columns::of(state);
    Ok(onboarding::ActiveModel {
        connection_id: Set(connection.as_uuid()),
        version: Set(*version),
        state: Set(to_json(connection, state)?),
        lifecycle: Set(state.lifecycle().as_str().to_owned()),
        gate_consent: Set(state.is_gate_yes(Gate::Consent)),
        gate_webservice: Set(state.is_gate_yes(Gate::Webservice)),
        gate_password: Set(state.is_gate_yes(Gate::Password)),
        gate_allowlisting: Set(state.is_gate_yes(Gate::Allowlisting)),
        held_by_school: Set(columns.held_by_school),
        held_by_kurve: Set(columns.kurve_since.is_some()),
        held_by_magister: Set(columns.held_by_magister),
        kurve_since: Set(columns.kurve_since),
        is_stuck: Set(is_stuck(state)),
        resume_on: Set(columns.resume_on),
        updated_at: Set(updated_at),
        attention_at: Set(attention.next_at),
        no_answer_since: Set(attention.no_answer_since),
        password_until: Set(columns.password_until),
        ended_at: Set(state.ended_at()),
        announced_at: Set(None),
        cleared_at: Set(None),
    })
}

/// Stores a changed onboarding over the version it was made from, and returns the new version.
///
/// # Errors
/// `Conflict` when it has another version by now.
pub async fn save(
    conn: &impl Changing,
    connection: ConnectionId,
    changed: &Versioned,
    now: DateTime<Utc>,
) -> Result<i32, StoreError> {
    let state = &changed.state;
    let columns = Columns::of(state);
    conn.touch(connection);
    let result = onboarding::Entity::update_many()
        .col_expr(onboarding::COLUMN.version, (changed.version + 1).into())
        .col_expr(onboarding::COLUMN.state, to_json(connection, state)?.into())
        .col_expr(onboarding::COLUMN.lifecycle, state.lifecycle().as_str().into())
        .col_expr(onboarding::COLUMN.gate_consent, state.is_gate_yes(Gate::Consent).into())
        .col_expr(onboarding::COLUMN.gate_webservice, state.is_gate_yes(Gate::Webservice).into())
        .col_expr(onboarding::COLUMN.gate_password, state.is_gate_yes(Gate::Password).into())
        .col_expr(onboarding::COLUMN.gate_allowlisting, state.is_gate_yes(Gate::Allowlisting).into())
        .col_expr(onboarding::COLUMN.held_by_school, columns.held_by_school.into())
        .col_expr(onboarding::COLUMN.held_by_kurve, columns.kurve_since.is_some().into())
        .col_expr(onboarding::COLUMN.held_by_magister, columns.held_by_magister.into())
        .col_expr(onboarding::COLUMN.kurve_since, columns.kurve_since.into())
        .col_expr(onboarding::COLUMN.is_stuck, is_stuck(state).into())
        .col_expr(onboarding::COLUMN.resume_on, columns.resume_on.into())
        .col_expr(onboarding::COLUMN.password_until, columns.password_until.into())
        .col_expr(onboarding::COLUMN.updated_at, now.into())
        .col_expr(onboarding::COLUMN.attention_at, now.into())
        .col_expr(onboarding::COLUMN.no_answer_since, Option::<DateTime<Utc>>::None.into())
        .col_expr(onboarding::COLUMN.ended_at, ended::ended_at(state, now))
        .col_expr(onboarding::COLUMN.announced_at, Option::<DateTime<Utc>>::None.into())
        .col_expr(onboarding::COLUMN.cleared_at, Option::<DateTime<Utc>>::None.into())
        .filter(onboarding::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(onboarding::COLUMN.version.eq(changed.version))
        .exec(conn)
        .await?;
    if result.rows_affected == 1 { Ok(changed.version + 1) } else { Err(StoreError::Conflict) }
}

/// A connection's onboarding.
///
/// # Errors
/// `Missing` when there is none, `CorruptRow` when it cannot be read.
pub async fn load(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Versioned, StoreError> {
    let row = onboarding::Entity::find_by_id(connection.as_uuid()).one(conn).await?;
    to_versioned(&row.ok_or(StoreError::Missing { table: "onboarding" })?)
}

/// Some connections' onboardings; one that cannot be read is left out.
pub async fn list_of(
    conn: &impl ConnectionTrait,
    connections: &[ConnectionId],
) -> Result<BTreeMap<ConnectionId, Versioned>, StoreError> {
    if connections.is_empty() {
        return Ok(BTreeMap::new());
    }
    let of = connections.iter().map(|id| id.as_uuid());
    let rows = onboarding::Entity::find().filter(onboarding::COLUMN.connection_id.is_in(of)).all(conn).await?;
    let read = |row: onboarding::Model| Ok((ConnectionId::from_uuid(row.connection_id), to_versioned(&row)?));
    Ok(readable(rows, read).into_iter().collect())
}

/// A connection's onboarding, locked until the transaction ends: contacts, details and credentials of a connection
/// change only under this lock.
///
/// # Errors
/// `Missing` when there is none, `CorruptRow` when it cannot be read.
pub async fn load_for_update(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Versioned, StoreError> {
    let row = onboarding::Entity::find_by_id(connection.as_uuid()).lock_exclusive().one(conn).await?;
    to_versioned(&row.ok_or(StoreError::Missing { table: "onboarding" })?)
}

/// Asks for a fresh look at the reminders of every connection under way; returns how many they are. It takes them by
/// id, as the planner does: two that take many connections each in an order of its own may wait for each other.
pub async fn mark_all_for_attention(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let is_under_way = onboarding::COLUMN.lifecycle.eq("active");
    let _taken: Vec<uuid::Uuid> = onboarding::Entity::find()
        .select_only()
        .column(onboarding::Column::ConnectionId)
        .filter(is_under_way.clone())
        .order_by_asc(onboarding::COLUMN.connection_id)
        .lock_exclusive()
        .into_tuple()
        .all(conn)
        .await?;
    let marked = onboarding::Entity::update_many()
        .col_expr(onboarding::COLUMN.attention_at, now.into())
        .filter(is_under_way)
        .exec(conn)
        .await?;
    Ok(marked.rows_affected)
}

/// The paused connections whose date to resume has come.
pub async fn list_due_to_resume(
    conn: &impl ConnectionTrait,
    today: chrono::NaiveDate,
) -> Result<Vec<ConnectionId>, StoreError> {
    let rows = onboarding::Entity::find().filter(onboarding::COLUMN.resume_on.lte(today)).all(conn).await?;
    Ok(rows.into_iter().map(|row| ConnectionId::from_uuid(row.connection_id)).collect())
}

/// The connections whose password stops being shown by now, the longest ended first.
pub async fn list_due_passwords(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Vec<ConnectionId>, StoreError> {
    let rows: Vec<uuid::Uuid> = onboarding::Entity::find()
        .select_only()
        .column(onboarding::Column::ConnectionId)
        .filter(onboarding::COLUMN.password_until.lte(now))
        .order_by_asc(onboarding::COLUMN.password_until)
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(ConnectionId::from_uuid).collect())
}

/// Nothing more is due of the password of a connection.
pub async fn clear_password_until(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<(), StoreError> {
    onboarding::Entity::update_many()
        .col_expr(onboarding::Column::PasswordUntil, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(onboarding::COLUMN.connection_id.eq(connection.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

pub(in crate::store) fn to_versioned(row: &onboarding::Model) -> Result<Versioned, StoreError> {
    let corrupt = |_| StoreError::CorruptRow { table: "onboarding", id: row.connection_id.to_string(), what: "state" };
    let state = serde_json::from_str(&row.state).map_err(corrupt)?;
    Ok(Versioned { state, version: row.version })
}

fn to_json(connection: ConnectionId, state: &Onboarding) -> Result<String, StoreError> {
    let corrupt = |_| StoreError::CorruptRow { table: "onboarding", id: connection.to_string(), what: "state" };
    serde_json::to_string(state).map_err(corrupt)
}

struct Columns {
    held_by_school: bool,
    held_by_magister: bool,
    kurve_since: Option<DateTime<Utc>>,
    resume_on: Option<chrono::NaiveDate>,
    password_until: Option<DateTime<Utc>>,
}

impl Columns {
    fn of(state: &Onboarding) -> Self {
        let resume_on = match state.lifecycle() {
            Lifecycle::Paused { until, .. } => Some(until),
            Lifecycle::Active | Lifecycle::Withdrawn { .. } | Lifecycle::Completed { .. } => None,
        };
        // Of one that stopped, the password was closed for ever; that its days end is no news.
        let is_issued = state.is_yes(Step::CredentialsIssued) && !state.lifecycle().is_withdrawn();
        let shown = state.access().password().filter(|password| password.gone.is_none());
        Self {
            password_until: shown.filter(|_| is_issued).map(|password| password.until),
            held_by_school: waits_on_since(state, Party::School).is_some(),
            held_by_magister: waits_on_since(state, Party::Magister).is_some(),
            kurve_since: waits_on_since(state, Party::Kurve),
            resume_on,
        }
    }
}
