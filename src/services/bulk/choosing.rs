//! A run put together from what was chosen on a list: an item for each connection, those that are left out with why. It
//! waits until who chose begins it.

use std::collections::{BTreeMap, BTreeSet};

use super::judging::{Asking, Candidate, judge};
use super::runs::{self, NewRun};
use super::stopped::ended;
use crate::domain::bulk::{BulkKind, BulkOutcome, MOST_ITEMS, WhyNot};
use crate::domain::check::ActivationFacts;
use crate::domain::connection::Connection;
use crate::domain::ids::{BulkRunId, ConnectionId, SchoolId};
use crate::domain::text::fold;
use crate::services::{Call, Context, ServiceError};
use crate::store::StoreError;
use crate::store::checks::check_status;
use crate::store::onboarding::overview::After;
use crate::store::onboarding::school_list::{self, Filter};
use crate::store::onboarding::{connections, onboardings, schools, takings};
use crate::store::operations::bulk_items::NewItem;
use crate::store::people::contacts;

/// How many connections are read at once.
const BATCH: usize = 500;

/// A row that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chosen {
    /// The connection.
    pub connection: ConnectionId,
    /// One of its schools, where the row is of a school.
    pub school: Option<SchoolId>,
}

/// What was chosen on a list.
#[derive(Debug, Clone)]
pub enum Selection {
    /// These rows.
    Rows(Vec<Chosen>),
    /// Every school that is found so.
    Schools(Filter),
}

/// A connection that was chosen, with the schools that were.
struct Group {
    connection: ConnectionId,
    schools: Vec<SchoolId>,
}

/// Puts a run together; it begins once somebody says so.
///
/// # Errors
/// `Forbidden` for who may not act; `TooManyItems`.
pub async fn put_together(
    context: &Context,
    call: &Call,
    kind: BulkKind,
    selection: &Selection,
) -> Result<BulkRunId, ServiceError> {
    call.check_may_act()?;
    let chosen = match selection {
        Selection::Rows(rows) => rows.clone(),
        Selection::Schools(filter) => list_found(context, filter).await?,
    };
    if chosen.len() > MOST_ITEMS {
        return Err(ServiceError::TooManyItems);
    }
    let groups = group(&chosen);
    let mut items = vec![];
    for batch in groups.chunks(BATCH) {
        items.extend(judge_all(context, call, kind, batch).await?);
    }
    items.sort_by_cached_key(|item| fold(&item.label));
    let key = context.chance.uuid_v7(call.now).to_string();
    runs::start(context, call, NewRun { kind, work: None, key, items }).await
}

/// One more than a run takes is enough to say so.
async fn list_found(context: &Context, filter: &Filter) -> Result<Vec<Chosen>, StoreError> {
    let (mut found, mut after): (Vec<Chosen>, Option<After>) = (vec![], None);
    loop {
        let page = school_list::list(context.db.reader(), filter, after.as_ref(), BATCH as u64).await?;
        found.extend(page.rows.iter().map(|row| Chosen { connection: row.connection, school: Some(row.school) }));
        after = page.next;
        if after.is_none() || found.len() > MOST_ITEMS {
            return Ok(found);
        }
    }
}

/// One for each connection.
fn group(chosen: &[Chosen]) -> Vec<Group> {
    let mut groups: Vec<Group> = vec![];
    let mut places = BTreeMap::new();
    for Chosen { connection, school } in chosen {
        let place = *places.entry(*connection).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Group { connection: *connection, schools: vec![] });
        }
        let known = &mut groups[place].schools;
        known.extend(school.filter(|school| !known.contains(school)));
    }
    groups
}

async fn judge_all(
    context: &Context,
    call: &Call,
    kind: BulkKind,
    groups: &[Group],
) -> Result<Vec<NewItem>, ServiceError> {
    let conn = context.db.reader();
    let ids: Vec<ConnectionId> = groups.iter().map(|group| group.connection).collect();
    let named = connections::list_by_id(conn, &ids.iter().copied().collect()).await?;
    let states = onboardings::list_of(conn, &ids).await?;
    let people = contacts::list_of(conn, &ids).await?;
    let known = check_status::list_of(conn, &ids).await?;
    let taken = takings::list_of(conn, &ids).await?;
    let chosen: BTreeSet<SchoolId> = groups.iter().flat_map(|group| &group.schools).copied().collect();
    let school_names = schools::list_names(conn, &chosen).await?;
    let item = |group: &Group| {
        let Some(connection) = named.get(&group.connection) else { return left_out(group, None, &WhyNot::Gone) };
        let label = label(connection, group, kind, &school_names);
        let Some(now) = states.get(&group.connection) else { return left_out(group, Some(label), &WhyNot::Unreadable) };
        let status = known.get(&group.connection);
        let candidate = Candidate {
            schools: if is_about_schools(kind) { &group.schools } else { &[] },
            contacts: people.get(&group.connection).map_or(&[][..], Vec::as_slice),
            facts: ActivationFacts {
                policy: context.check_policy,
                credential_version: now.state.credential_version(),
                passed: status.and_then(|status| status.passed),
                newest: status.and_then(|status| status.last),
                leave_for: None,
            },
            newest: status.and_then(check_status::CheckStatus::newest),
            taken_by: taken.get(&group.connection).map(|taking| taking.by),
            now,
        };
        match judge(context, kind, &candidate, Asking { by: call.actor, at: call.now }) {
            Ok(input) => match serde_json::to_string(&input) {
                Ok(input) => NewItem { connection: Some(connection.id), label, input, result: None },
                Err(_) => left_out(group, Some(label), &WhyNot::Fault),
            },
            Err(why) => left_out(group, Some(label), &why),
        }
    };
    Ok(groups.iter().map(item).collect())
}

/// Whether the work is about schools, and not about the connection with all of them.
fn is_about_schools(kind: BulkKind) -> bool {
    match kind {
        BulkKind::Activate | BulkKind::Close => true,
        BulkKind::Issue
        | BulkKind::VouchAndIssue
        | BulkKind::Check
        | BulkKind::Remind
        | BulkKind::Take
        | BulkKind::PutOff
        | BulkKind::Roster => false,
    }
}

/// An item that is not to be done. One whose connection is not here is named by nothing.
fn left_out(group: &Group, label: Option<String>, why: &WhyNot) -> NewItem {
    NewItem {
        connection: label.as_ref().map(|_| group.connection),
        label: label.unwrap_or_else(|| "Onbekende school".to_owned()),
        input: "{}".to_owned(),
        result: Some(ended(BulkOutcome::LeftOut, why)),
    }
}

fn label(connection: &Connection, group: &Group, kind: BulkKind, school_names: &BTreeMap<SchoolId, String>) -> String {
    let named = format!("{} ({})", connection.details.name, connection.carried);
    let names: Vec<&str> = group.schools.iter().filter_map(|id| school_names.get(id)).map(String::as_str).collect();
    if names.is_empty() || !connection.has_many() || !is_about_schools(kind) {
        return named;
    }
    format!("{}: {}", connection.details.name, names.join(", "))
}
