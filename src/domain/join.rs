//! Requests to join a connection that is here already: Kurve accepts or declines each. Not here: what an accepted one
//! does to the onboarding, nor who is told of a request.

mod typed;

use chrono::{DateTime, Utc};
use strum::IntoStaticStr;

pub use typed::{FURTHER_AT_ONCE, further_schools};

use crate::domain::ids::{ConnectionId, JoinRequestId, SchoolId, StaffId};
use crate::domain::school::{ContactRef, NewContact, Region, SchoolDetails};
use crate::domain::text::{Reason, SchoolDomain};

/// How many requests a connection may have open.
pub const MOST_OPEN_REQUESTS: u64 = 100;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum JoinKind {
    /// Somebody asked for a school that is not here, at the school domain of the connection.
    NewSchool,
    /// A contact of the connection asks for one more of its schools.
    FurtherSchool,
    /// Somebody asked for a school that this connection has.
    KnownSchool {
        /// Which.
        school: SchoolId,
    },
    /// The school of another connection says that it works in the Magister of this one.
    OtherDomain,
}

impl JoinKind {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Who asks. Personal data; `Debug` of the texts names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asker {
    /// Somebody who is no contact, as they wrote on the form.
    Person(NewContact),
    /// A contact, of this connection or of another.
    Contact(ContactRef),
}

/// A request to join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinRequest {
    /// Its id.
    pub id: JoinRequestId,
    /// The connection that it is to join.
    pub connection: ConnectionId,
    /// What is asked for.
    pub kind: JoinKind,
    /// The school as typed.
    pub school: SchoolDetails,
    /// The school domain as typed.
    pub domain: SchoolDomain,
    /// The holiday region as typed.
    pub region: Region,
    /// Who asks.
    pub asker: Asker,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// What Kurve decided; `None` while it is open.
    pub decision: Option<Decision>,
}

impl JoinRequest {
    /// The other connection whose contact asks.
    pub fn other_connection(&self) -> Option<ConnectionId> {
        match self.asker {
            Asker::Contact(who) if who.connection != self.connection => Some(who.connection),
            Asker::Contact(_) | Asker::Person(_) => None,
        }
    }
}

/// What a colleague of Kurve decided on a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// When.
    pub at: DateTime<Utc>,
    /// Which colleague.
    pub by: StaffId,
    /// What.
    pub outcome: JoinOutcome,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum JoinOutcome {
    /// It was let in.
    Accepted,
    /// It was not.
    Declined {
        /// Why, for who asked.
        reason: Reason,
    },
}

impl JoinOutcome {
    /// The stored name.
    pub fn as_str(&self) -> &'static str {
        self.into()
    }

    /// Why it was declined.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Accepted => None,
            Self::Declined { reason } => Some(reason),
        }
    }
}
