//! The list of schools, by name: narrowed, searched, and paged by key. It reads what [`super::summaries`] keeps, and no
//! state of an onboarding.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::school_summary::{self, COLUMN, Column};
use sea_orm::sea_query::{Cond, Expr};
use sea_orm::{EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::domain::count::MOST_COUNTED;
use crate::domain::ids::{ConnectionId, SchoolId};
use crate::domain::onboarding::{Gate, Party, Status};
use crate::domain::school::Region;
use crate::domain::search::Search;
use crate::store::onboarding::overview::After;
use crate::store::onboarding::search::{self, Schools};
use crate::store::{ConnectionTrait, Page, StoreError, count_up_to, page};

/// One school in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolSummary {
    /// The school.
    pub school: SchoolId,
    /// The connection that carries it.
    pub connection: ConnectionId,
    /// Its name.
    pub name: String,
    /// Its BRIN, as shown.
    pub brin: String,
    /// The label under `swp.nl` of its connection.
    pub domain: String,
    /// What its connection is called.
    pub connection_name: String,
    /// The holiday region of its connection.
    pub region: Region,
    /// Where it stands.
    pub status: Status,
    /// Whether a step of it is stuck.
    pub is_stuck: bool,
    /// The questions that are answered with yes.
    pub gates: BTreeSet<Gate>,
    /// Those of them that the newest check denies.
    pub doubted: BTreeSet<Gate>,
    /// Who has something to do, Kurve first.
    pub holders: Vec<Party>,
    /// Since when something of it waits on Kurve.
    pub kurve_since: Option<DateTime<Utc>>,
    /// The version of the credentials of its connection.
    pub credential_version: u32,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
}

/// Which schools to list; every part narrows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// What they are found by.
    pub search: Search,
    /// Only schools where this gate is no.
    pub gate_missing: Option<Gate>,
    /// Only schools where this party holds a ball.
    pub holder: Option<Party>,
    /// Only schools that stand so.
    pub status: Option<Status>,
    /// Only schools that are stuck.
    pub is_stuck: bool,
    /// Only schools that do not answer their reminders.
    pub is_silent: bool,
}

/// The schools that a filter finds; what is searched is looked up once, for a page of them and their number.
pub struct Found {
    query: Select<school_summary::Entity>,
    /// Whether they are more than are counted.
    is_over: bool,
}

/// Looks up what a filter finds.
pub async fn find(conn: &impl ConnectionTrait, filter: &Filter) -> Result<Found, StoreError> {
    let query = school_summary::Entity::find().filter(condition(filter));
    if filter.search.is_empty() {
        return Ok(Found { query, is_over: false });
    }
    let is_narrowed = Filter { search: Search::default(), ..filter.clone() } != Filter::default();
    Ok(match search::schools(conn, &filter.search).await? {
        Schools::Few(found) => Found { query: query.filter(found), is_over: false },
        Schools::Many(found) => Found { query: query.filter(found), is_over: !is_narrowed },
    })
}

impl Found {
    /// By name, after a place, at most `limit`. The name of a place is as lists are sorted: folded.
    pub async fn page(
        &self,
        conn: &impl ConnectionTrait,
        after: Option<&After>,
        limit: u64,
    ) -> Result<Page<SchoolSummary, After>, StoreError> {
        let mut query = self.query.clone();
        if let Some(After { name, id }) = after {
            // As one comparison, which the index answers.
            let place = Expr::tuple([Expr::col(Column::SortName), Expr::col(Column::SchoolId)]);
            query = query.filter(place.gt(Expr::tuple([Expr::value(name.as_str()), Expr::value(*id)])));
        }
        let query = query.order_by_asc(COLUMN.sort_name).order_by_asc(COLUMN.school_id).limit(limit + 1);
        let place = |row: &school_summary::Model| Some(After { name: row.sort_name.clone(), id: row.school_id });
        Ok(page(query.all(conn).await?, limit, place, to_summary))
    }

    /// How many there are, as far as is counted.
    pub async fn count(&self, conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
        match self.is_over {
            true => Ok(MOST_COUNTED + 1),
            false => count_up_to(conn, self.query.clone()).await,
        }
    }
}

/// A page of what a filter finds, by name.
pub async fn list(
    conn: &impl ConnectionTrait,
    filter: &Filter,
    after: Option<&After>,
    limit: u64,
) -> Result<Page<SchoolSummary, After>, StoreError> {
    find(conn, filter).await?.page(conn, after, limit).await
}

/// Columns are named bare, not compared with a value: so each is what an index over a part of the rows says.
fn condition(filter: &Filter) -> Cond {
    let mut all = Cond::all();
    if let Some(gate) = filter.gate_missing {
        let column = match gate {
            Gate::Consent => Column::GateConsent,
            Gate::Webservice => Column::GateWebservice,
            Gate::Password => Column::GatePassword,
            Gate::Allowlisting => Column::GateAllowlisting,
            Gate::Activation => Column::GateActivation,
        };
        all = all.add(Expr::col(column).not());
    }
    if let Some(holder) = filter.holder {
        all = all.add(Expr::col(match holder {
            Party::School => Column::HeldBySchool,
            Party::Kurve => Column::HeldByKurve,
            Party::Magister => Column::HeldByMagister,
        }));
    }
    if let Some(status) = filter.status {
        all = all.add(COLUMN.status.eq(status.as_str()));
    }
    if filter.is_stuck {
        all = all.add(Expr::col(Column::IsStuck));
    }
    if filter.is_silent {
        all = all.add(COLUMN.no_answer_since.is_not_null());
    }
    all
}

fn to_summary(row: school_summary::Model) -> Result<SchoolSummary, StoreError> {
    let corrupt = |what| StoreError::CorruptRow { table: "school_summary", id: row.school_id.to_string(), what };
    let gates = [
        (Gate::Consent, row.gate_consent),
        (Gate::Webservice, row.gate_webservice),
        (Gate::Password, row.gate_password),
        (Gate::Allowlisting, row.gate_allowlisting),
        (Gate::Activation, row.gate_activation),
    ];
    let holders = [
        (Party::Kurve, row.held_by_kurve),
        (Party::School, row.held_by_school),
        (Party::Magister, row.held_by_magister),
    ];
    Ok(SchoolSummary {
        school: SchoolId::from_uuid(row.school_id),
        connection: ConnectionId::from_uuid(row.connection_id),
        region: row.region.parse().map_err(|_| corrupt("region"))?,
        status: row.status.parse().map_err(|_| corrupt("status"))?,
        credential_version: row.credential_version.try_into().map_err(|_| corrupt("credential_version"))?,
        name: row.name,
        brin: row.brin,
        domain: row.domain,
        connection_name: row.connection_name,
        is_stuck: row.is_stuck,
        gates: gates.into_iter().filter_map(|(gate, is_yes)| is_yes.then_some(gate)).collect(),
        doubted: row
            .doubted_gates
            .iter()
            .flat_map(|gates| gates.split(' '))
            .filter_map(|gate| gate.parse().ok())
            .collect(),
        holders: holders.into_iter().filter_map(|(party, holds)| holds.then_some(party)).collect(),
        kurve_since: row.kurve_since,
        created_at: row.created_at,
    })
}
