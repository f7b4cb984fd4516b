//! What the log says of who comes in and who is kept out: the id of the account and the network of the client as a hash, never
//! an address or a name. Everyone who signs in or is refused goes through here, contacts and colleagues alike.

use crate::domain::ids::{ContactId, StaffId};
use crate::services::AnonymousCall;

/// Whose account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// A colleague of Kurve.
    Colleague(StaffId),
    /// A contact of a connection.
    Contact(ContactId),
}

impl Account {
    fn kind(self) -> &'static str {
        match self {
            Self::Colleague(_) => "staff",
            Self::Contact(_) => "contact",
        }
    }

    fn id(self) -> String {
        match self {
            Self::Colleague(id) => id.to_string(),
            Self::Contact(id) => id.to_string(),
        }
    }
}

/// What stands in the log where nothing is known.
const UNKNOWN: &str = "-";

/// Somebody signed in.
pub fn signed_in(asked: AnonymousCall<'_>, account: Account) {
    let (kind, id, network) = (account.kind(), account.id(), network(asked));
    tracing::info!(
        request.id = asked.request_id,
        account.kind = kind,
        account.id = id,
        client.network = network,
        "Signed in"
    );
}

/// Somebody was not let in, or not to what they asked for; `None` where no account is known.
pub fn refused(asked: AnonymousCall<'_>, account: Option<Account>) {
    let (kind, network) = (account.map_or(UNKNOWN, Account::kind), network(asked));
    let id = account.map_or_else(|| UNKNOWN.to_owned(), Account::id);
    tracing::warn!(
        request.id = asked.request_id,
        account.kind = kind,
        account.id = id,
        client.network = network,
        "Refused access"
    );
}

fn network(asked: AnonymousCall<'_>) -> &str {
    asked.client.map_or(UNKNOWN, |client| &client.network)
}
