//! What is here of the schools that rows name.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::check::CheckPolicy;
use crate::domain::connection::Connection;
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::Onboarding;
use crate::domain::roster::prepare::ReadRow;
use crate::domain::roster::{Known, KnownConnection, KnownContact, KnownSchool, RosterRow};
use crate::domain::school::{Contact, School};
use crate::services::{Context, ServiceError};
use crate::store::onboarding::{connections, onboardings, roster, schools};
use crate::store::{ConnectionTrait, StoreError};

/// How many schools are asked for at once.
const AT_ONCE: usize = 500;

/// What is here of the rows of a file.
pub(super) async fn of_rows(context: &Context, rows: &[ReadRow]) -> Result<Known, ServiceError> {
    let mut known = nothing(context);
    let rows: Vec<&RosterRow> = rows.iter().flatten().collect();
    for some in rows.chunks(AT_ONCE) {
        add(&mut known, context.db.reader(), some).await?;
    }
    Ok(known)
}

/// What is here of one row, within the change that carries it out.
pub(super) async fn of_row(
    context: &Context,
    conn: &impl ConnectionTrait,
    row: &RosterRow,
) -> Result<Known, ServiceError> {
    let mut known = nothing(context);
    add(&mut known, conn, &[row]).await?;
    Ok(known)
}

fn nothing(context: &Context) -> Known {
    Known { needs_check: context.check_policy == CheckPolicy::Require, ..Known::default() }
}

async fn add(known: &mut Known, conn: &impl ConnectionTrait, rows: &[&RosterRow]) -> Result<(), StoreError> {
    let labels: BTreeSet<&str> = rows.iter().map(|row| row.domain.label()).collect();
    let labels: Vec<&str> = labels.into_iter().collect();
    let keys: BTreeSet<String> = rows.iter().map(|row| row.brin.key()).collect();
    let found = schools::list_by_brin(conn, &keys).await?;
    let here = roster::list_at(conn, &labels).await?;
    let mut all: BTreeMap<ConnectionId, Connection> = here.into_iter().map(|one| (one.id, one)).collect();
    let elsewhere: BTreeSet<ConnectionId> =
        found.values().map(|school| school.connection).filter(|id| !all.contains_key(id)).collect();
    all.extend(connections::list_by_id(conn, &elsewhere).await?);
    let ids: Vec<ConnectionId> = all.keys().copied().collect();
    let states = onboardings::list_of(conn, &ids).await?;
    let mut people: BTreeMap<ConnectionId, Vec<Contact>> = BTreeMap::new();
    for contact in roster::list_contacts(conn, &ids).await? {
        people.entry(contact.connection).or_default().push(contact);
    }
    for (id, connection) in &all {
        let Some(state) = states.get(id).map(|versioned| &versioned.state) else { continue };
        let contacts = people.remove(id).unwrap_or_default();
        known.connections.insert(connection.details.domain.clone(), of_connection(connection, state, &contacts));
        for (key, school) in found.iter().filter(|(_, school)| school.connection == *id) {
            known.schools.insert(key.clone(), of_school(school, connection, state));
        }
    }
    Ok(())
}

fn of_connection(connection: &Connection, state: &Onboarding, contacts: &[Contact]) -> KnownConnection {
    let details = &connection.details;
    let contact = |contact: &Contact| {
        let known = KnownContact { name: contact.name.clone(), roles: contact.roles, is_removed: !contact.is_active() };
        (contact.email.key_form(), known)
    };
    KnownConnection {
        contacts: contacts.iter().map(contact).collect(),
        ..KnownConnection::of(details.name.clone(), details.region, state)
    }
}

fn of_school(school: &School, connection: &Connection, state: &Onboarding) -> KnownSchool {
    let progress = state.school(school.id);
    KnownSchool {
        domain: connection.details.domain.clone(),
        name: school.details.name.clone(),
        is_activated: progress.is_some_and(|progress| progress.is_activated()),
        has_fallen: progress.is_some_and(|progress| progress.activation().fallen().is_some()),
        has_stopped: progress.is_some_and(|progress| progress.is_withdrawn()),
    }
}
