//! A run put together from what was chosen on a list: an item for each connection, those that are left out with why. It
//! waits until who chose begins it.

use std::collections::{BTreeMap, BTreeSet};

use super::judging::{Asking, Candidate, judge};
use super::runs::{self, NewRun};
use super::selection::{self, Found, Group, Selection};
use super::stopped::ended;
use crate::domain::bulk::{BulkKind, BulkOutcome, WhyNot};
use crate::domain::check::ActivationFacts;
use crate::domain::connection::Connection;
use crate::domain::ids::{BulkRunId, ConnectionId, SchoolId};
use crate::domain::text::fold;
use crate::services::people::registrations::RegistrationForm;
use crate::services::people::{beginnings, unconfirmed};
use crate::services::{Call, Context, ServiceError};
use crate::store::checks::check_status;
use crate::store::onboarding::{connections, onboardings, schools, takings};
use crate::store::operations::bulk_items::NewItem;
use crate::store::operations::bulk_runs::BulkRun;
use crate::store::people::contacts;

/// How many connections are read at once.
const BATCH: usize = 500;

/// What is said of a school that is not here.
const UNKNOWN: &str = "Onbekende school";

/// How the key of a run begins that was put together on the worklist.
const OF_WORKLIST: &str = "worklist/";

/// Whether a run was put together on the worklist, and not on the list of schools.
pub fn is_of_worklist(run: &BulkRun) -> bool {
    run.key.starts_with(OF_WORKLIST)
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
    let Found { groups, requests } = selection::find(context, selection, call.now).await?;
    let mut items = not_here(context, call, &requests).await?;
    for batch in groups.chunks(BATCH) {
        items.extend(judge_all(context, call, kind, batch).await?);
    }
    items.sort_by_cached_key(|item| fold(&item.label));
    let list = if selection.is_of_worklist() { OF_WORKLIST } else { "" };
    let key = format!("{list}{}", context.chance.uuid_v7(call.now));
    runs::start(context, call, NewRun { kind, work: None, key, items }).await
}

/// Requests for schools that are not here: nothing is done to those, whatever is chosen.
async fn not_here(context: &Context, call: &Call, chosen: &[String]) -> Result<Vec<NewItem>, ServiceError> {
    if chosen.is_empty() {
        return Ok(vec![]);
    }
    let waiting = beginnings::list(context).await?.into_iter().map(|one| (one.id, one.form, WhyNot::AsksToBegin));
    let unconfirmed = unconfirmed::list(context, call.now).await?.into_iter();
    let unconfirmed = unconfirmed.map(|one| (one.id, one.form, WhyNot::NotConfirmed));
    let known: BTreeMap<String, (RegistrationForm, WhyNot)> =
        waiting.chain(unconfirmed).map(|(id, form, why)| (id.to_string(), (form, why))).collect();
    let item = |id: &String| match known.get(id) {
        Some((form, why)) => not_done(None, format!("{} ({})", form.details.name, form.details.brin), why),
        None => not_done(None, UNKNOWN.to_owned(), &WhyNot::Gone),
    };
    Ok(chosen.iter().map(item).collect())
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
        let judged = match group.is_asked && kind != BulkKind::Take {
            true => Err(WhyNot::AsksToJoin),
            false => judge(context, kind, &candidate, Asking { by: call.actor, at: call.now }),
        };
        match judged {
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

/// A connection that is left out. One that is not here is named by nothing.
fn left_out(group: &Group, label: Option<String>, why: &WhyNot) -> NewItem {
    let connection = label.as_ref().map(|_| group.connection);
    not_done(connection, label.unwrap_or_else(|| UNKNOWN.to_owned()), why)
}

/// An item that is not to be done.
fn not_done(connection: Option<ConnectionId>, label: String, why: &WhyNot) -> NewItem {
    NewItem { connection, label, input: "{}".to_owned(), result: Some(ended(BulkOutcome::LeftOut, why)) }
}

fn label(connection: &Connection, group: &Group, kind: BulkKind, school_names: &BTreeMap<SchoolId, String>) -> String {
    let named = format!("{} ({})", connection.details.name, connection.carried);
    let names: Vec<&str> = group.schools.iter().filter_map(|id| school_names.get(id)).map(String::as_str).collect();
    if names.is_empty() || !connection.has_many() || !is_about_schools(kind) {
        return named;
    }
    format!("{}: {}", connection.details.name, names.join(", "))
}
