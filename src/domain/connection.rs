//! What is known of a connection: one Magister, and the schools that stand in it.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::domain::ids::ConnectionId;
use crate::domain::school::Region;
use crate::domain::text::{Brin, SchoolDomain, SchoolName};

/// What is known of the Magister and of those who share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionDetails {
    /// What it is called: like its school while there is one, and as Kurve wrote it when there are more.
    pub name: SchoolName,
    /// Where its Magister listens: one connection for each.
    pub domain: SchoolDomain,
    /// The holiday region in which people are reminded.
    pub region: Region,
}

/// Which schools a connection carries, as far as its name says: `12AB`, or `12 scholen`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// One school.
    One(Brin),
    /// So many schools, none or more than one.
    Many(u32),
}

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(brin) => brin.fmt(f),
            Self::Many(count) => write!(f, "{count} scholen"),
        }
    }
}

/// A connection that is here. One school domain has one, with one webservice user and one password, however many schools
/// stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// What is known of it.
    pub details: ConnectionDetails,
    /// Which schools it carries.
    pub carried: Carried,
    /// Since when it is here.
    pub created_at: DateTime<Utc>,
}

impl Connection {
    /// Whether it carries more than one school, or none any more, so that a page says of which one it speaks.
    pub fn has_many(&self) -> bool {
        matches!(self.carried, Carried::Many(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_school_is_named_by_its_number_and_more_are_counted() {
        let one = Carried::One(Brin::parse("12ab").expect("a BRIN"));

        assert_eq!([one, Carried::Many(12)].map(|carried| carried.to_string()), ["12AB", "12 scholen"]);
    }
}
