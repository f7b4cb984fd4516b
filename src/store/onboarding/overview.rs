//! Connections and schools beside their onboardings, as lists for Kurve.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::{connection, onboarding, school};
use sea_orm::sea_query::{Cond, Expr, Func, LikeExpr};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, SelectTwo,
};
use unicode_normalization::UnicodeNormalization;

use crate::domain::connection::Connection;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::progress::waits_on_since;
use crate::domain::onboarding::{Gate, Onboarding, Party};
use crate::domain::school::School;
use crate::store::onboarding::{connections, onboardings, schools};
use crate::store::{ConnectionTrait, Page, StoreError, page, readable};

/// One connection in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// The connection.
    pub connection: Connection,
    /// Where it stands.
    pub state: Onboarding,
    /// The version of that.
    pub version: i32,
    /// Since when something waits on Kurve.
    pub kurve_since: Option<DateTime<Utc>>,
}

/// One school in a list, with the connection that carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolOverview {
    /// The school.
    pub school: School,
    /// Its connection, and how far the school is with it.
    pub carrier: Overview,
}

/// A connection by name, without what cannot be read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedConnection {
    /// Which.
    pub id: ConnectionId,
    /// Its name, as it is kept.
    pub name: String,
    /// Which schools it carries, as it is kept.
    pub carried: String,
    /// Since when it stands in the list.
    pub since: DateTime<Utc>,
}

/// Which schools to list; every part narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// A part of the name of the school or its connection, or of the BRIN or domain.
    pub text: Option<String>,
    /// Only schools where this gate is no.
    pub gate_missing: Option<Gate>,
    /// Only schools where this party holds a ball.
    pub holder: Option<Party>,
    /// Only schools in this state: a stored name of [`crate::domain::onboarding::Lifecycle`].
    pub lifecycle: Option<String>,
    /// Only schools that are stuck.
    pub is_stuck: bool,
    /// Only schools that do not answer their reminders.
    pub is_silent: bool,
}

/// The place after which a list goes on: name and id of the last row shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    /// The name.
    pub name: String,
    /// The id.
    pub id: uuid::Uuid,
}

/// What waits on Kurve: stuck connections first, then the longest waiting; at most `limit`.
pub async fn list_waiting_on_kurve(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<Overview>, StoreError> {
    Ok(list_waiting_after(conn, None, limit).await?.rows)
}

/// The place in what waits on Kurve after which a list goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingAfter {
    /// Whether the last connection shown is stuck.
    pub is_stuck: bool,
    /// Since when it waits.
    pub since: DateTime<Utc>,
    /// Its id.
    pub id: ConnectionId,
}

/// A page of what waits on Kurve, in the same order, after a place.
pub async fn list_waiting_after(
    conn: &impl ConnectionTrait,
    after: Option<&WaitingAfter>,
    limit: u64,
) -> Result<Page<Overview, WaitingAfter>, StoreError> {
    let mut query = waiting_on_kurve();
    if let Some(WaitingAfter { is_stuck, since, id }) = after.copied() {
        let later = onboarding::COLUMN.kurve_since.gt(since);
        let same = onboarding::COLUMN.kurve_since.eq(since).and(onboarding::COLUMN.connection_id.gt(id.as_uuid()));
        let behind = Cond::all().add(onboarding::COLUMN.is_stuck.eq(is_stuck)).add(later.or(same));
        let rest = Cond::any().add(behind);
        query = query.filter(if is_stuck { rest.add(onboarding::COLUMN.is_stuck.eq(false)) } else { rest });
    }
    let place = |(row, _): &Pair| {
        let id = ConnectionId::from_uuid(row.connection_id);
        row.kurve_since.map(|since| WaitingAfter { is_stuck: row.is_stuck, since, id })
    };
    Ok(page(query.limit(limit + 1).all(conn).await?, limit, place, to_overview))
}

fn waiting_on_kurve() -> SelectTwo<onboarding::Entity, connection::Entity> {
    onboarding::Entity::find()
        .find_also_related(connection::Entity)
        .filter(onboarding::COLUMN.kurve_since.is_not_null())
        .order_by_desc(onboarding::COLUMN.is_stuck)
        .order_by_asc(onboarding::COLUMN.kurve_since)
        .order_by_asc(onboarding::COLUMN.connection_id)
}

/// How many connections wait on Kurve.
pub async fn count_waiting_on_kurve(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(onboarding::Entity::find().filter(onboarding::COLUMN.kurve_since.is_not_null()).count(conn).await?)
}

/// Connections where reminders stay without an answer, with since when, the longest first; at most `limit`.
pub async fn list_without_answer(
    conn: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<(Overview, DateTime<Utc>)>, StoreError> {
    let rows = onboarding::Entity::find()
        .find_also_related(connection::Entity)
        .filter(onboarding::COLUMN.no_answer_since.is_not_null())
        .order_by_asc(onboarding::COLUMN.no_answer_since)
        .order_by_asc(onboarding::COLUMN.connection_id)
        .limit(limit)
        .all(conn)
        .await?;
    let with_since = |pair: Pair| {
        let since = pair.0.no_answer_since.unwrap_or_default();
        to_overview(pair).map(|school| (school, since))
    };
    Ok(readable(rows, with_since))
}

/// Since when the connection has been due whose reminders are due longest, if any are.
pub async fn find_oldest_unplanned(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(list_unplanned(conn, now, 1).await?.first().map(|school| school.since))
}

/// The connections whose reminders have been due since before a moment, the longest due first, at most `limit`; nothing
/// of them is read that may be unreadable.
pub async fn list_unplanned(
    conn: &impl ConnectionTrait,
    before: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<NamedConnection>, StoreError> {
    type Row = (uuid::Uuid, String, i32, Option<String>, DateTime<Utc>);
    let rows: Vec<Row> = onboarding::Entity::find()
        .select_only()
        .column(onboarding::Column::ConnectionId)
        .column(connection::Column::Name)
        .column(connection::Column::SchoolCount)
        .column(connection::Column::OnlyBrin)
        .column(onboarding::Column::AttentionAt)
        .inner_join(connection::Entity)
        .filter(onboarding::COLUMN.attention_at.lte(before))
        .order_by_asc(onboarding::COLUMN.attention_at)
        .order_by_asc(onboarding::COLUMN.connection_id)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?;
    let known = |(id, name, count, only_brin, since)| NamedConnection {
        id: ConnectionId::from_uuid(id),
        name,
        carried: connections::name_carried(count, only_brin),
        since,
    };
    Ok(rows.into_iter().map(known).collect())
}

type Pair = (onboarding::Model, Option<connection::Model>);

/// In how many connections reminders stay without an answer.
pub async fn count_without_answer(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    Ok(onboarding::Entity::find().filter(onboarding::COLUMN.no_answer_since.is_not_null()).count(conn).await?)
}

/// Schools by name, after a place, at most `limit`.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    after: Option<&After>,
    limit: u64,
) -> Result<Page<SchoolOverview, After>, StoreError> {
    let mut query = school::Entity::find()
        .find_also_related(connection::Entity)
        .and_also_related(onboarding::Entity)
        .filter(condition(filter));
    if let Some(after) = after {
        let same_name = school::COLUMN.name.eq(&after.name).and(school::COLUMN.id.gt(after.id));
        query = query.filter(school::COLUMN.name.gt(&after.name).or(same_name));
    }
    let query = query.order_by_asc(school::COLUMN.name).order_by_asc(school::COLUMN.id);
    let place = |(school, _, _): &Triple| Some(After { name: school.name.clone(), id: school.id });
    let mut carriers = BTreeMap::new();
    let read = |found| to_school_overview(found, &mut carriers);
    Ok(page(query.limit(limit + 1).all(conn).await?, limit, place, read))
}

/// Connections by their ids, each with where it stands where that can be read; one that cannot be read itself is left out.
pub async fn list_by_id(
    conn: &impl ConnectionTrait,
    ids: &BTreeSet<ConnectionId>,
) -> Result<BTreeMap<ConnectionId, (Connection, Option<Onboarding>)>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = onboarding::Entity::find()
        .find_also_related(connection::Entity)
        .filter(onboarding::COLUMN.connection_id.is_in(ids.iter().map(|id| id.as_uuid())))
        .all(conn)
        .await?;
    let read = |(row, connection): Pair| {
        let connection = connections::to_connection(connection.ok_or(StoreError::Missing { table: "connection" })?)?;
        let state = readable(vec![row], |row| onboardings::to_versioned(&row)).pop().map(|known| known.state);
        Ok((connection.id, (connection, state)))
    };
    Ok(readable(rows, read).into_iter().collect())
}

type Triple = (school::Model, Option<connection::Model>, Option<onboarding::Model>);

/// A connection is read once, however many of its schools the list shows.
fn to_school_overview(
    found: Triple,
    carriers: &mut BTreeMap<ConnectionId, Overview>,
) -> Result<SchoolOverview, StoreError> {
    let (school, connection, onboarding) = found;
    let school = schools::to_school(school)?;
    let carrier = match carriers.entry(school.connection) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(free) => {
            let onboarding = onboarding.ok_or(StoreError::Missing { table: "onboarding" })?;
            free.insert(to_overview((onboarding, connection))?)
        }
    };
    let not_there = || StoreError::CorruptRow { table: "onboarding", id: school.connection.to_string(), what: "state" };
    let state = carrier.state.only(school.id).ok_or_else(not_there)?;
    let kurve_since = waits_on_since(&state, Party::Kurve);
    let carrier = Overview { connection: carrier.connection.clone(), state, version: carrier.version, kurve_since };
    Ok(SchoolOverview { school, carrier })
}

fn condition(filter: &Filter) -> Cond {
    let mut all = Cond::all();
    if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let folded: String = text.to_lowercase().nfc().collect();
        let pattern = format!("%{}%", escape_like(&folded));
        let like = |pattern: &str| LikeExpr::new(pattern.to_owned()).escape('\\');
        let mut any = Cond::any()
            .add(Expr::expr(Func::lower(Expr::col(school::Column::Name.as_column_ref()))).like(like(&pattern)))
            .add(Expr::expr(Func::lower(Expr::col(connection::Column::Name.as_column_ref()))).like(like(&pattern)))
            .add(Expr::col(connection::Column::Domain.as_column_ref()).like(like(&pattern)));
        // A BRIN is typed in many ways; it is stored in one.
        let brin = text.replace([' ', '.', '-'], "").to_uppercase();
        if !brin.is_empty() && brin.bytes().all(|sign| sign.is_ascii_alphanumeric()) {
            any = any.add(Expr::col(school::Column::BrinKey.as_column_ref()).like(like(&format!("{brin}%"))));
        }
        all = all.add(any);
    }
    if let Some(gate) = filter.gate_missing {
        all = all.add(match gate {
            Gate::Consent => onboarding::COLUMN.gate_consent.eq(false),
            Gate::Webservice => onboarding::COLUMN.gate_webservice.eq(false),
            Gate::Password => onboarding::COLUMN.gate_password.eq(false),
            Gate::Allowlisting => onboarding::COLUMN.gate_allowlisting.eq(false),
            Gate::Activation => school::COLUMN.is_activated.eq(false),
        });
    }
    // What a connection waits for is not what a school of it that stopped waits for.
    let goes_on = || school::COLUMN.course.ne("withdrawn");
    if let Some(holder) = filter.holder {
        all = all.add(goes_on()).add(match holder {
            Party::School => Cond::all().add(onboarding::COLUMN.held_by_school.eq(true)),
            // Where all four shared questions are yes, Kurve holds the activation of those that are not activated.
            Party::Kurve => Cond::all().add(onboarding::COLUMN.held_by_kurve.eq(true)).add(
                Cond::any()
                    .add(school::COLUMN.is_activated.eq(false))
                    .add(onboarding::COLUMN.gate_consent.eq(false))
                    .add(onboarding::COLUMN.gate_webservice.eq(false))
                    .add(onboarding::COLUMN.gate_password.eq(false))
                    .add(onboarding::COLUMN.gate_allowlisting.eq(false)),
            ),
            Party::Magister => Cond::all().add(onboarding::COLUMN.held_by_magister.eq(true)),
        });
    }
    if let Some(lifecycle) = &filter.lifecycle {
        let of_connection = onboarding::COLUMN.lifecycle.eq(lifecycle.as_str());
        all = match lifecycle.as_str() {
            // A pause hides that a school is under way or done.
            "completed" => {
                all.add(school::COLUMN.course.eq("completed")).add(onboarding::COLUMN.lifecycle.ne("paused"))
            }
            "withdrawn" => all.add(school::COLUMN.course.eq("withdrawn")),
            "paused" => all.add(of_connection).add(school::COLUMN.course.ne("withdrawn")),
            _ => all.add(school::COLUMN.course.eq("under_way")).add(onboarding::COLUMN.lifecycle.ne("paused")),
        };
    }
    if filter.is_stuck {
        all = all.add(goes_on()).add(onboarding::COLUMN.is_stuck.eq(true));
    }
    if filter.is_silent {
        all = all.add(goes_on()).add(onboarding::COLUMN.no_answer_since.is_not_null());
    }
    all
}

fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\\' | '%' | '_' => escaped.extend(['\\', sign]),
            // The databases turn only a to z into one case, so `é` must also find `É`: any sign will do there.
            sign if sign.is_alphabetic() && !sign.is_ascii() => escaped.push('_'),
            sign => escaped.push(sign),
        }
    }
    escaped
}

pub(in crate::store) fn to_overview(found: Pair) -> Result<Overview, StoreError> {
    let (row, school) = found;
    let school = school.ok_or(StoreError::Missing { table: "connection" })?;
    let versioned = onboardings::to_versioned(&row)?;
    Ok(Overview {
        connection: connections::to_connection(school)?,
        state: versioned.state,
        version: versioned.version,
        kurve_since: row.kurve_since,
    })
}

/// How many schools there are in all.
pub async fn count(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let query: Select<school::Entity> = school::Entity::find();
    Ok(query.count(conn).await?)
}

#[cfg(test)]
#[path = "overview_tests.rs"]
mod tests;
