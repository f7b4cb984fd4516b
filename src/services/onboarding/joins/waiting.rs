//! The requests that wait for Kurve, by who asks.

use std::collections::BTreeMap;

use crate::domain::connection::Connection;
use crate::domain::ids::ConnectionId;
use crate::domain::join::{Asker, JoinRequest};
use crate::domain::school::{NewContact, School};
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
        Asker::Contact(who) => {
            let contact = contacts::load(conn, who.contact).await?;
            Ok(NewContact { name: contact.name, email: contact.email, roles: contact.roles })
        }
    }
}

/// What waits at a connection.
pub async fn list_of(context: &Context, connection: ConnectionId) -> Result<Waiting, ServiceError> {
    let conn = context.db.reader();
    let open = joins::list_open(conn, connection).await?;
    let mut here = BTreeMap::new();
    for request in &open {
        if let Some(school) = schools::find_by_brin(conn, &request.school.brin).await? {
            let at = connections::load(conn, school.connection).await?;
            here.insert(request.school.brin.key(), KnownHere { school, at });
        }
    }
    Ok(Waiting { asked: by_person(conn, open).await?, here })
}

/// What waits at all connections, by connection and who asks, the oldest first.
pub async fn list(context: &Context) -> Result<Vec<(Connection, AskedTogether)>, ServiceError> {
    let conn = context.db.reader();
    let mut waiting = vec![];
    for asked in by_person(conn, joins::list_all_open(conn, MOST_LISTED).await?).await? {
        let at = asked.requests.first().map(|request| request.connection);
        if let Some(connection) = at
            && let Some(connection) = readable(connections::load(conn, connection).await)?
        {
            waiting.push((connection, asked));
        }
    }
    Ok(waiting)
}

/// What can be read: one row that cannot does not close the page that shows the others.
fn readable<T>(read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error @ StoreError::CorruptRow { .. }) => {
            tracing::error!(error = %error, "Left a request out of a list");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn by_person(
    conn: &impl ConnectionTrait,
    requests: Vec<JoinRequest>,
) -> Result<Vec<AskedTogether>, ServiceError> {
    let mut all: Vec<AskedTogether> = vec![];
    for request in requests {
        let Some(person) = readable(person_of(conn, &request).await)? else { continue };
        let is_same = |asked: &AskedTogether| {
            asked.person.email.key_form() == person.email.key_form()
                && asked.requests.iter().any(|one| one.connection == request.connection)
        };
        if let Some(asked) = all.iter_mut().find(|asked| is_same(asked)) {
            asked.requests.push(request);
            continue;
        }
        let from = match request.other_connection() {
            Some(from) => connections::find(conn, from).await?,
            None => None,
        };
        all.push(AskedTogether { person, from, requests: vec![request] });
    }
    Ok(all)
}
