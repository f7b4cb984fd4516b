//! What lists show of schools: a narrow row for each, written anew with every change of what it comes from.
//!
//! [`refresh`] is the only thing that writes here; a write transaction calls it for the connections that were touched
//! ([`crate::store::Changing`]). Making what is missing, and telling what is untrue, is in [`super::upkeep`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::{check_status, connection, connection_summary, onboarding, school, school_summary, taking, work_item};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseBackend, EntityTrait, FromQueryResult, IntoActiveModel, Iterable,
    JoinType,
};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect, Related};
use uuid::Uuid;

use crate::domain::check::{Newest, Truths};
use crate::domain::ids::{ConnectionId, SchoolId};
use crate::domain::import_gate::open_schools;
use crate::domain::onboarding::progress::is_stuck;
use crate::domain::onboarding::{Gate, Onboarding, Party};
use crate::domain::school::Region;
use crate::domain::search::search_text;
use crate::domain::text::fold;
use crate::store::StoreError;
use crate::store::checks::connection_summaries::{self, Checked};
use crate::store::onboarding::work_items;
use crate::store::operations::feed::Known;

/// How many connections are read at once.
pub(in crate::store) const BATCH: usize = 500;

/// How many rows one statement writes at most: SQLite takes 32,766 values.
const ROWS: usize = 400;

/// Writes what lists show of these connections, from what is so now.
///
/// Whoever changes one holds its onboarding; held here once more, so that what is read after it is what the last writer
/// left, also where that was somebody else a moment ago. A connection that cannot be read keeps the rows that it had.
/// The result is the schools of those that can be read.
pub(in crate::store) async fn refresh(
    conn: &impl ConnectionTrait,
    connections: &BTreeSet<ConnectionId>,
) -> Result<BTreeMap<ConnectionId, Vec<Known>>, StoreError> {
    let mut settled = BTreeMap::new();
    let ids: Vec<Uuid> = connections.iter().map(|id| id.as_uuid()).collect();
    for ids in ids.chunks(BATCH) {
        if conn.get_database_backend() == DatabaseBackend::Postgres {
            hold(conn, ids).await?;
        }
        let Computed { rows, connections, work, unreadable, cleared } = compute(conn, ids).await?;
        forget(conn, &cleared).await?;
        let kept =
            school_summary::Entity::find().filter(school_summary::COLUMN.connection_id.is_in(ids.iter().copied()));
        for id in ids.iter().filter(|id| !unreadable.contains(id)) {
            let its = rows.iter().filter(|row| row.connection_id == *id);
            settled.insert(ConnectionId::from_uuid(*id), its.map(Known::of).collect());
        }
        let kept: BTreeMap<Uuid, _> = kept.all(conn).await?.into_iter().map(|row| (row.school_id, row)).collect();
        // Most checks change nothing that a list shows, and a connection may have many schools.
        save(conn, rows.into_iter().filter(|row| kept.get(&row.school_id) != Some(row)).collect()).await?;
        connection_summaries::save(conn, connections).await?;
        let readable: Vec<Uuid> = ids.iter().copied().filter(|id| !unreadable.contains(id)).collect();
        let work = work.into_iter().filter(|row| !unreadable.contains(&row.connection_id));
        work_items::save(conn, &readable, work.collect()).await?;
    }
    Ok(settled)
}

/// Locks onboardings in the order of their ids.
async fn hold(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<(), StoreError> {
    let _held: Vec<Uuid> = onboarding::Entity::find()
        .select_only()
        .column(onboarding::Column::ConnectionId)
        .filter(onboarding::COLUMN.connection_id.is_in(ids.iter().copied()))
        .order_by_asc(onboarding::COLUMN.connection_id)
        .lock_exclusive()
        .into_tuple()
        .all(conn)
        .await?;
    Ok(())
}

/// No list shows a connection that was cleared.
async fn forget(conn: &impl ConnectionTrait, cleared: &[Uuid]) -> Result<(), StoreError> {
    if cleared.is_empty() {
        return Ok(());
    }
    let theirs = school_summary::COLUMN.connection_id.is_in(cleared.iter().copied());
    school_summary::Entity::delete_many().filter(theirs).exec(conn).await?;
    connection_summaries::forget(conn, cleared).await
}

async fn save(conn: &impl ConnectionTrait, rows: Vec<school_summary::Model>) -> Result<(), StoreError> {
    let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all()).peekable();
    while rows.peek().is_some() {
        let columns =
            school_summary::Column::iter().filter(|column| !matches!(column, school_summary::Column::SchoolId));
        let replace = OnConflict::column(school_summary::Column::SchoolId).update_columns(columns).to_owned();
        let insert = school_summary::Entity::insert_many(rows.by_ref().take(ROWS)).on_conflict(replace);
        insert.exec_without_returning(conn).await?;
    }
    Ok(())
}

/// What is kept of a connection and of who acts for it.
#[derive(FromQueryResult)]
struct Source {
    connection_id: Uuid,
    version: i32,
    state: String,
    no_answer_since: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
    name: String,
    domain: String,
    region: String,
    school_count: i32,
    lifecycle: String,
    cleared_at: Option<DateTime<Utc>>,
    /// The names of its contacts of today, a line each.
    people: Option<String>,
    /// The id once more, if it is or was to be checked.
    checked: Option<Uuid>,
    last_code: Option<String>,
    last_checked_at: Option<DateTime<Utc>>,
    is_lost: Option<bool>,
    failing_since: Option<DateTime<Utc>>,
    ends_so_since: Option<DateTime<Utc>>,
    certificate_until: Option<DateTime<Utc>>,
    /// Which colleague took it.
    taken_by: Option<Uuid>,
}

impl Source {
    /// The newest check, where it can be read.
    fn newest(&self) -> Option<Newest> {
        let (code, at) = self.last_code.as_deref().zip(self.last_checked_at)?;
        Some(Newest { code: code.parse().ok()?, at, since: self.ends_so_since.unwrap_or(at) })
    }

    fn known<'a>(&self, state: &'a Onboarding, checked: Option<&connection_summary::Model>) -> work_items::Known<'a> {
        work_items::Known {
            connection: self.connection_id,
            state,
            no_answer_since: self.no_answer_since,
            check_since: checked.and_then(|checked| checked.kurve_since),
            certificate_until: checked.and_then(|checked| checked.certificate_until),
            taken_by: self.taken_by,
        }
    }

    fn checked(&self, state: Option<&Onboarding>) -> Option<connection_summary::Model> {
        let newest = self.newest();
        Some(connection_summaries::to_row(&Checked {
            connection: self.checked?,
            name: &self.name,
            is_in_use: ["active", "completed"].contains(&&*self.lifecycle),
            newest,
            is_lost: self.is_lost.unwrap_or_default(),
            failing_since: self.failing_since,
            certificate_until: self.certificate_until,
            truths: state.map(|state| Truths { state, newest }),
        }))
    }
}

/// What the rows of some connections should be.
#[derive(Default)]
pub(in crate::store) struct Computed {
    pub(in crate::store) rows: Vec<school_summary::Model>,
    /// Those of the connections that are or were to be checked.
    pub(in crate::store) connections: Vec<connection_summary::Model>,
    /// What of the connections waits on Kurve.
    pub(in crate::store) work: Vec<work_item::Model>,
    /// The connections that cannot be read, or whose onboarding does not have one of their schools: of those not all is known.
    pub(in crate::store) unreadable: BTreeSet<Uuid>,
    /// The connections of which everything personal went: they have no rows.
    pub(in crate::store) cleared: Vec<Uuid>,
}

pub(in crate::store) async fn compute(conn: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Computed, StoreError> {
    let people = "(SELECT string_agg(name, '\n') FROM contact
        WHERE contact.connection_id = onboarding.connection_id AND contact.removed_at IS NULL)";
    let sources: Vec<Source> = onboarding::Entity::find()
        .select_only()
        .column(onboarding::Column::ConnectionId)
        .column(onboarding::Column::Version)
        .column(onboarding::Column::State)
        .column(onboarding::Column::NoAnswerSince)
        .column(onboarding::Column::UpdatedAt)
        .column(connection::Column::Name)
        .column(connection::Column::Domain)
        .column(connection::Column::Region)
        .column(connection::Column::SchoolCount)
        .column(onboarding::Column::Lifecycle)
        .column(onboarding::Column::ClearedAt)
        .expr_as(Expr::cust(people), "people")
        .column_as(check_status::Column::ConnectionId, "checked")
        .column(check_status::Column::LastCode)
        .column(check_status::Column::LastCheckedAt)
        .column(check_status::Column::IsLost)
        .column(check_status::Column::FailingSince)
        .column(check_status::Column::EndsSoSince)
        .column(check_status::Column::CertificateUntil)
        .column_as(taking::Column::StaffId, "taken_by")
        .inner_join(connection::Entity)
        .join(JoinType::LeftJoin, <check_status::Entity as Related<connection::Entity>>::to().rev())
        .join(JoinType::LeftJoin, <taking::Entity as Related<connection::Entity>>::to().rev())
        .filter(onboarding::COLUMN.connection_id.is_in(ids.iter().copied()))
        .into_model()
        .all(conn)
        .await?;
    let mut schools: BTreeMap<Uuid, Vec<school::Model>> = BTreeMap::new();
    let query = school::Entity::find().filter(school::COLUMN.connection_id.is_in(ids.iter().copied()));
    for row in query.all(conn).await? {
        schools.entry(row.connection_id).or_default().push(row);
    }
    let beside = work_items::beside(conn, ids).await?;
    let mut computed = Computed::default();
    for source in sources {
        let id = source.connection_id;
        let state = serde_json::from_str::<Onboarding>(&source.state);
        let checked = source.checked(state.as_ref().ok());
        let (Ok(state), Ok(_)) = (state, source.region.parse::<Region>()) else {
            tracing::error!(connection.id = %id, "A connection cannot be read; lists show what was there before");
            computed.connections.extend(checked);
            computed.unreadable.insert(id);
            continue;
        };
        computed.work.extend(work_items::to_rows(&source.known(&state, checked.as_ref()), &beside));
        if source.cleared_at.is_some() {
            computed.cleared.push(id);
            continue;
        }
        computed.connections.extend(checked);
        for school in schools.remove(&id).unwrap_or_default() {
            match to_row(&source, &state, school) {
                Some(row) => computed.rows.push(row),
                None => drop(computed.unreadable.insert(id)),
            }
        }
    }
    Ok(computed)
}

/// The row of a school; `None` if the onboarding does not have it.
fn to_row(source: &Source, whole: &Onboarding, school: school::Model) -> Option<school_summary::Model> {
    let state = whole.only(SchoolId::from_uuid(school.id))?;
    let lifecycle = state.lifecycle();
    let truths = Truths { state: &state, newest: source.newest() };
    let is_held = |party| truths.waits_on_since(party).is_some();
    let doubted = truths.doubted_gates().into_iter().map(Gate::as_str).collect::<Vec<_>>().join(" ");
    let texts = [&*school.name, &source.name, &school.brin, &school.brin_key, &source.domain];
    let people = source.people.iter().flat_map(|names| names.lines());
    Some(school_summary::Model {
        school_id: school.id,
        connection_id: school.connection_id,
        sort_name: fold(&school.name),
        search_text: search_text(texts.into_iter().chain(people)),
        name: school.name,
        brin: school.brin,
        domain: source.domain.clone(),
        connection_name: source.name.clone(),
        school_count: source.school_count,
        region: source.region.clone(),
        status: lifecycle.as_str().to_owned(),
        is_stuck: is_stuck(&state),
        no_answer_since: source.no_answer_since.filter(|_| !lifecycle.is_withdrawn()),
        gate_consent: state.is_gate_yes(Gate::Consent),
        gate_webservice: state.is_gate_yes(Gate::Webservice),
        gate_password: state.is_gate_yes(Gate::Password),
        gate_allowlisting: state.is_gate_yes(Gate::Allowlisting),
        gate_activation: state.is_gate_yes(Gate::Activation),
        doubted_gates: Some(doubted).filter(|gates| !gates.is_empty()),
        held_by_school: is_held(Party::School),
        held_by_kurve: is_held(Party::Kurve),
        held_by_magister: is_held(Party::Magister),
        kurve_since: truths.waits_on_since(Party::Kurve),
        credential_version: i32::try_from(state.credential_version()).unwrap_or(i32::MAX),
        created_at: school.created_at,
        version: source.version,
        search_row: search_row(school.id),
        may_import: Some(open_schools(whole).contains(&SchoolId::from_uuid(school.id))),
        changed_at: Some(source.updated_at.max(school.updated_at)),
    })
}

/// Sixty-three bits of an id, of which sixty-two are chance: the index of the search on SQLite goes by a number.
fn search_row(school: Uuid) -> i64 {
    let (_, low) = school.as_u64_pair();
    i64::try_from(low & (u64::MAX >> 1)).unwrap_or_default()
}
