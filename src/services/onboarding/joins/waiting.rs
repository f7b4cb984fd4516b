//! The requests that wait for Kurve, by who asks.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::domain::connection::Connection;
use crate::domain::ids::ConnectionId;
use crate::domain::join::{Asker, JoinRequest};
use crate::domain::school::{Contact, NewContact, School};
use crate::services::{Context, ServiceError};
use crate::store::onboarding::{connections, joins, schools};
use crate::store::people::contacts;
use crate::store::{ConnectionTrait, StoreError};

/// How many open requests are looked at for the lists over all connections.
const MOST_LISTED: u64 = 1_000;

/// What one person asks of one connection.
#[derive(Debug, Clone)]
pub struct AskedTogether {
    /// Who asks.
    pub person: NewContact,
    /// The other connection whose contact that is.
    pub from: Option<Connection>,
    /// What they ask, the oldest first; never empty.
    pub requests: Vec<JoinRequest>,
}

/// What waits at one connection, by who asks; and what of it is here already.
#[derive(Debug, Clone, Default)]
pub struct Waiting {
    /// By who asks, the oldest first.
    pub asked: Vec<AskedTogether>,
    /// The schools with the BRIN of a request that are here, by their six signs.
    pub here: BTreeMap<String, KnownHere>,
}

/// A school that is here, and the connection that has it.
#[derive(Debug, Clone)]
pub struct KnownHere {
    /// The school.
    pub school: School,
    /// Where it is.
    pub at: Connection,
}

/// Who asks, as a contact would be written down.
pub(in crate::services) async fn person_of(
    conn: &impl ConnectionTrait,
    request: &JoinRequest,
) -> Result<NewContact, StoreError> {
    match &request.asker {
        Asker::Person(person) => Ok(person.clone()),
        Asker::Contact(who) => Ok(as_new(&contacts::load(conn, who.contact).await?)),
    }
}

/// What waits at a connection.
pub async fn list_of(context: &Context, connection: ConnectionId) -> Result<Waiting, ServiceError> {
    Ok(waiting_at(context.db.reader(), connection).await?)
}

/// What waits at a connection, in as many queries for one request as for fifty.
pub async fn waiting_at(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Waiting, StoreError> {
    let open = joins::list_open(conn, connection).await?;
    let brins = open.iter().map(|request| request.school.brin.key()).collect();
    let here = schools::list_by_brin(conn, &brins).await?;
    let places = connections::list_by_id(conn, &here.values().map(|school| school.connection).collect()).await?;
    let known = |(brin, school): (String, School)| {
        let at = places.get(&school.connection)?.clone();
        Some((brin, KnownHere { school, at }))
    };
    let here = here.into_iter().filter_map(known).collect();
    Ok(Waiting { asked: by_person(conn, open).await?, here })
}

/// What waits at some connections, by who asks, the oldest first.
pub async fn list_at(
    context: &Context,
    connections: &BTreeSet<ConnectionId>,
) -> Result<Vec<AskedTogether>, ServiceError> {
    let conn = context.db.reader();
    Ok(by_person(conn, joins::list_open_at(conn, connections).await?).await?)
}

/// What waits at all connections, by connection and who asks, the oldest first.
pub async fn list(context: &Context) -> Result<Vec<(Connection, AskedTogether)>, ServiceError> {
    Ok(waiting_everywhere(context.db.reader()).await?)
}

/// What waits at all connections, in as many queries for one request as for a thousand. A row that cannot be read does not
/// close the page that shows the others.
pub async fn waiting_everywhere(conn: &impl ConnectionTrait) -> Result<Vec<(Connection, AskedTogether)>, StoreError> {
    let all = by_person(conn, joins::list_all_open(conn, MOST_LISTED).await?).await?;
    let at = |asked: &AskedTogether| asked.requests.first().map(|request| request.connection);
    let places = connections::list_by_id(conn, &all.iter().filter_map(at).collect()).await?;
    let with_place = |asked: AskedTogether| Some((places.get(&at(&asked)?)?.clone(), asked));
    Ok(all.into_iter().filter_map(with_place).collect())
}

async fn by_person(conn: &impl ConnectionTrait, requests: Vec<JoinRequest>) -> Result<Vec<AskedTogether>, StoreError> {
    let asking = |request: &JoinRequest| match &request.asker {
        Asker::Person(_) => None,
        Asker::Contact(who) => Some(who.contact),
    };
    let contacts = contacts::list_by_id(conn, &requests.iter().filter_map(asking).collect()).await?;
    let others = requests.iter().filter_map(JoinRequest::other_connection).collect();
    let others = connections::list_by_id(conn, &others).await?;
    let mut all: Vec<AskedTogether> = vec![];
    let mut places = BTreeMap::<(ConnectionId, String), usize>::new();
    for request in requests {
        let person = match &request.asker {
            Asker::Person(person) => person.clone(),
            // One that cannot be read was told of when it was looked up.
            Asker::Contact(who) => match contacts.get(&who.contact) {
                Some(contact) => as_new(contact),
                None => continue,
            },
        };
        match places.entry((request.connection, person.email.key_form())) {
            Entry::Occupied(known) => all[*known.get()].requests.push(request),
            Entry::Vacant(free) => {
                free.insert(all.len());
                let from = request.other_connection().and_then(|from| others.get(&from)).cloned();
                all.push(AskedTogether { person, from, requests: vec![request] });
            }
        }
    }
    Ok(all)
}

fn as_new(contact: &Contact) -> NewContact {
    NewContact { name: contact.name.clone(), email: contact.email.clone(), roles: contact.roles }
}
