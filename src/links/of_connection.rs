//! Paths that name the connection that their page acts on.

use crate::domain::ids::{CheckId, ConnectionId};
use crate::domain::onboarding::Step;
use crate::domain::school::{ContactRef, SchoolRef};

/// A path that begins with a connection. As it stands it leads nowhere, and is no text:
/// a link comes into being only with what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfConnection(&'static str);

impl OfConnection {
    /// The path with braces for what it is about, the connection first.
    pub const fn new(path: &'static str) -> Self {
        Self(path)
    }

    /// The path with its braces, as the router takes it.
    pub const fn route(self) -> &'static str {
        self.0
    }

    /// The path of a page or form of a connection.
    pub fn at(self, connection: ConnectionId) -> String {
        self.with(connection, &[])
    }

    /// Whether a path is one of these.
    pub fn is_at(self, path: &str) -> bool {
        let (mut known, mut given) = (self.0.split('/'), path.split('/'));
        loop {
            match (known.next(), given.next()) {
                (None, None) => return true,
                (Some(known), Some(given)) if known == given || known.starts_with('{') => {}
                (_, _) => return false,
            }
        }
    }

    /// The path of a step's page, or of a form on it.
    pub fn step(self, connection: ConnectionId, step: Step) -> String {
        self.with(connection, &[step.as_str()])
    }

    /// The path of a connection check.
    pub fn check(self, connection: ConnectionId, check: CheckId) -> String {
        self.with(connection, &[&check.to_string()])
    }

    /// The path of a page or form about one of its contacts.
    pub fn contact(self, ContactRef { connection, contact }: ContactRef) -> String {
        self.with(connection, &[&contact.to_string()])
    }

    /// The path of a form about one of its schools.
    pub fn school(self, SchoolRef { connection, school }: SchoolRef) -> String {
        self.with(connection, &[&school.to_string()])
    }

    fn with(self, connection: ConnectionId, rest: &[&str]) -> String {
        let connection = connection.to_string();
        let values: Vec<&str> = std::iter::once(connection.as_str()).chain(rest.iter().copied()).collect();
        super::fill::fill(self.0, &values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_filled_with_the_connection_first() {
        let connection = ConnectionId::from_uuid(uuid::Uuid::from_u128(7));
        let step = OfConnection::new("/school/{connection}/stap/{step}/gedaan");

        let filled = step.step(connection, Step::ConsentGiven);

        assert!(step.is_at(&filled));
        for other in
            ["/school/7/stap/consent_given", "/school/7/stap/consent_given/gedaan/x", "/beheer/7/stap/x/gedaan", ""]
        {
            assert!(!step.is_at(other), "{other}");
        }

        assert_eq!(filled, "/school/00000000-0000-0000-0000-000000000007/stap/consent_given/gedaan");
    }
}
