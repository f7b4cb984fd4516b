//! Connections and schools for Kurve: lists, and a school more. Notes are in [`super::notes`], how a school goes elsewhere is in
//! [`super::moves`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::domain::connection::ConnectionDetails;
use crate::domain::heartbeat::UNPLANNED_PATIENCE;
use crate::domain::ids::{ConnectionId, SchoolId};
use crate::domain::onboarding::{Command, Onboarding, Step};
use crate::domain::school::{School, SchoolDetails, SchoolRef};
use crate::domain::search::Search;
use crate::domain::tally::Figure;
use crate::domain::text::Reason;
use crate::services::onboarding::onboardings::change_all;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::mail::outbox;
use crate::store::mail::outbox::Reading;
use crate::store::onboarding::overview::{After, NamedConnection};
use crate::store::onboarding::school_list::{self, Filter, SchoolSummary};
use crate::store::onboarding::{connections, onboardings, overview, schools};
use crate::store::{Page, StoreError};

/// How many rows a list shows at once.
pub const PAGE_ROWS: u64 = 50;

/// How many connections with overdue reminders are shown: those that are due longest.
const UNPLANNED_ROWS: u64 = 100;

/// How many mails the page of a connection shows; the page Post shows the rest.
const MAIL_ROWS: u64 = 15;

/// The connections whose reminders stay unplanned although they have been due for some time, the longest due first, as
/// far as a worklist shows them.
pub async fn list_unplanned(context: &Context, now: DateTime<Utc>) -> Result<Vec<NamedConnection>, ServiceError> {
    Ok(overview::list_unplanned(context.db.reader(), now - UNPLANNED_PATIENCE, UNPLANNED_ROWS).await?)
}

/// A page of schools by name.
pub struct Listed {
    /// The schools.
    pub page: Page<SchoolSummary, After>,
    /// How many there are in all, as far as is counted; `None` where the page has them all.
    pub count: Option<u64>,
}

/// The schools that a filter finds, after a place.
pub async fn list(context: &Context, filter: &Filter, after: Option<&After>) -> Result<Listed, ServiceError> {
    let conn = context.db.reader();
    let found = school_list::find(conn, filter).await?;
    let mut page = found.page(conn, after, PAGE_ROWS).await?;
    leave_doubts(context, &mut page.rows);
    let is_part = after.is_some() || page.next.is_some();
    let count = if is_part { Some(found.count(conn).await?) } else { None };
    Ok(Listed { page, count })
}

/// What somebody asks who searches for schools with this text.
pub fn read_search(context: &Context, typed: &str) -> Search {
    Search::of(typed, |address| context.keys.email_key(&address.key_form()))
}

/// Leaves out what checks say where none are made.
pub(in crate::services) fn leave_doubts(context: &Context, schools: &mut [SchoolSummary]) {
    if !context.check_policy.makes_checks() {
        schools.iter_mut().for_each(|school| school.doubted.clear());
    }
}

/// A school that is or was under a connection.
///
/// # Errors
/// `NotFound` when it never was.
pub async fn find_of(context: &Context, school: SchoolRef) -> Result<School, ServiceError> {
    let conn = context.db.reader();
    let state = onboardings::load(conn, school.connection).await?.state;
    let found = schools::find(conn, school.school).await?;
    found.filter(|found| state.school(found.id).is_some()).ok_or(ServiceError::NotFound)
}

/// The names of the schools that are or were under a connection, where there was ever more than one.
pub async fn find_carried_names(
    context: &Context,
    state: &Onboarding,
) -> Result<BTreeMap<SchoolId, String>, ServiceError> {
    let ids: BTreeSet<SchoolId> = state.ever_here().collect();
    if ids.len() < 2 {
        return Ok(BTreeMap::new());
    }
    Ok(schools::list_names(context.db.reader(), &ids).await?)
}

/// Kurve adds a school to a connection.
///
/// # Errors
/// `BrinTaken`, `Conflict` on a stale page, `Refused` when no more schools fit, `Forbidden` for who may not act.
pub async fn add(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    details: SchoolDetails,
    seen: i32,
) -> Result<(), ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = onboardings::load_for_update(work.conn(), connection).await?;
    if held.version != seen {
        return Err(ServiceError::Conflict);
    }
    work.said(connection, &details.name);
    let school = insert(&mut work, call, connection, details).await?;
    let mut commands = vec![Command::AddSchool { school, asked_by: None }];
    commands.extend(taken_back_for_first(&held.state));
    change_all(&mut work, call, connection, held, &commands).await?;
    settle_carried(&work, call, connection).await?;
    work.finish().await
}

/// What Kurve takes back along with the first school that comes after the last one left: those answers were of others.
pub(in crate::services) fn taken_back_for_first(state: &Onboarding) -> Vec<Command> {
    let reason = Reason::parse("Deze koppeling had geen school meer. Doe deze stap voor de school die er nu bij is.");
    let (true, Ok(reason)) = (state.schools().next().is_none(), reason) else { return vec![] };
    let roots = [Step::ConsentGiven, Step::AllowlistingRequested].into_iter().filter(|step| state.is_yes(*step));
    roots.map(|step| Command::SendBack { step, reason: reason.clone() }).collect()
}

/// The row of a school that joins a connection, made before the change that adds it.
pub(in crate::services) async fn insert(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    details: SchoolDetails,
) -> Result<SchoolId, ServiceError> {
    let id = SchoolId::from_uuid(work.context().chance.uuid_v7(call.now));
    work.tally().count(call.now, Figure::Registered);
    match schools::insert(work.conn(), &School { id, connection, details, created_at: call.now }).await {
        Err(StoreError::Taken) => Err(ServiceError::BrinTaken),
        other => Ok(other.map(|()| id)?),
    }
}

/// Counts the schools of a connection anew, after one came or went; a connection with one is called like that school.
pub(in crate::services) async fn settle_carried(
    work: &UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
) -> Result<(), ServiceError> {
    match connections::save_carried(work.conn(), connection).await {
        // It had no school, and its domain has another connection by now.
        Err(StoreError::Taken) => return Err(ServiceError::Conflict),
        other => other?,
    };
    if let [only] = &*schools::list(work.conn(), connection).await? {
        let known = connections::load(work.conn(), connection).await?.details;
        let details = ConnectionDetails { name: only.details.name.clone(), ..known.clone() };
        if details != known {
            connections::save_details(work.conn(), connection, &details, call.now).await?;
        }
    }
    Ok(())
}

/// A connection's mails, newest first.
pub async fn list_mails(context: &Context, connection: ConnectionId) -> Result<Vec<Reading>, ServiceError> {
    Ok(outbox::list_of_connection(context.db.reader(), connection, MAIL_ROWS).await?)
}

/// The names of these connections; one that is not here is left out.
pub async fn find_names(
    context: &Context,
    ids: impl Iterator<Item = ConnectionId>,
) -> Result<BTreeMap<ConnectionId, String>, ServiceError> {
    let ids: BTreeSet<ConnectionId> = ids.collect();
    Ok(connections::list_names(context.db.reader(), &ids).await?)
}
