//! What is known of schools and of the people there. Not how far they are: that is the onboarding.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

use crate::domain::connection::ConnectionDetails;
use crate::domain::ids::{ConnectionId, ContactId, SchoolId, StaffId};
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::text::{Brin, EmailAddress, PersonName, Reason, SchoolDomain, SchoolName};

/// The holiday region of a school, from north to south; no reminders go out in its holidays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Region {
    /// Noord.
    Noord,
    /// Midden.
    Midden,
    /// Zuid.
    Zuid,
}

impl Region {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The name for a page or mail.
    pub fn label_nl(self) -> &'static str {
        match self {
            Self::Noord => "Noord",
            Self::Midden => "Midden",
            Self::Zuid => "Zuid",
        }
    }
}

/// What a school gives of itself and of its Magister when it asks to take part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestDetails {
    /// How the school calls itself.
    pub name: SchoolName,
    /// Its number at the ministry.
    pub brin: Brin,
    /// Where its Magister listens.
    pub domain: SchoolDomain,
    /// Its holiday region.
    pub region: Region,
}

impl RequestDetails {
    /// What is of the school.
    pub fn school(&self) -> SchoolDetails {
        SchoolDetails { name: self.name.clone(), brin: self.brin.clone() }
    }

    /// What is of the connection, which is called like its first school.
    pub fn connection(&self) -> ConnectionDetails {
        ConnectionDetails { name: self.name.clone(), domain: self.domain.clone(), region: self.region }
    }
}

/// What is known of a school itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchoolDetails {
    /// How the school calls itself.
    pub name: SchoolName,
    /// Its number at the ministry.
    pub brin: Brin,
}

/// A school that is here, under the connection of its Magister.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct School {
    /// Its id.
    pub id: SchoolId,
    /// The connection that carries it.
    pub connection: ConnectionId,
    /// What is known of it.
    pub details: SchoolDetails,
    /// Since when it is here.
    pub created_at: DateTime<Utc>,
}

/// A school by the connection under which a page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchoolRef {
    /// The connection.
    pub connection: ConnectionId,
    /// The school.
    pub school: SchoolId,
}

impl School {
    /// The school by its connection.
    pub fn reference(&self) -> SchoolRef {
        SchoolRef { connection: self.connection, school: self.id }
    }
}

/// Kurve's word that a contact really is of the school; without it no password is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouch {
    /// When.
    pub at: DateTime<Utc>,
    /// By which colleague.
    pub by: StaffId,
    /// On what ground.
    pub ground: Reason,
}

/// Someone who is to become a contact of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewContact {
    /// Their name.
    pub name: PersonName,
    /// Where they get mail.
    pub email: EmailAddress,
    /// What they are in Magister.
    pub roles: Roles,
}

/// A contact by the connection that they are one of: who names the contact of another connection finds nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactRef {
    /// The connection.
    pub connection: ConnectionId,
    /// The contact.
    pub contact: ContactId,
}

/// A person at a school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Their id.
    pub id: ContactId,
    /// Of which connection.
    pub connection: ConnectionId,
    /// Their name.
    pub name: PersonName,
    /// Where they get mail.
    pub email: EmailAddress,
    /// What they are in Magister, as far as we were told.
    pub roles: Roles,
    /// Those of the roles that a colleague gave them with a step, and that Kurve has not yet looked at. As applicatiebeheerder
    /// they do steps at once; as superbeheerder once Kurve has looked.
    pub proposed: Option<Roles>,
    /// Kurve's word for them, if it was given.
    pub vouch: Option<Vouch>,
    /// Since when they are a contact.
    pub created_at: DateTime<Utc>,
    /// Since when they no longer are.
    pub removed_at: Option<DateTime<Utc>>,
}

impl Contact {
    /// The contact by their connection.
    pub fn reference(&self) -> ContactRef {
        ContactRef { connection: self.connection, contact: self.id }
    }

    /// Whether they are still a contact.
    pub fn is_active(&self) -> bool {
        self.removed_at.is_none()
    }

    /// Whether Kurve has vouched for them.
    pub fn is_vouched(&self) -> bool {
        self.vouch.is_some()
    }

    /// The contact with a role that a colleague at the school gave them. What Kurve vouched for stays as it was.
    #[must_use]
    pub fn given(&self, role: ContactRole) -> Self {
        let proposed = self.proposed.map_or(Roles::of(role), |before| before.with(role));
        Self { roles: self.roles.with(role), proposed: Some(proposed), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn stored_names_read_back_and_match_json() {
        for region in Region::iter() {
            let json = serde_json::to_value(region).expect("a plain enum serializes");

            assert_eq!(region.as_str().parse::<Region>().ok(), Some(region));
            assert_eq!(json, region.as_str());
            assert_eq!(region.label_nl().to_lowercase(), region.as_str());
        }
        assert_eq!("Noord".parse::<Region>().ok(), None);
    }

    fn joke(role: ContactRole) -> Contact {
        Contact {
            id: ContactId::from_uuid(Uuid::from_u128(1)),
            connection: ConnectionId::from_uuid(Uuid::from_u128(2)),
            name: PersonName::parse("Joke Jansen").expect("a plain name"),
            email: EmailAddress::parse("j.jansen@school.nl").expect("a plain address"),
            roles: Roles::of(role),
            proposed: None,
            vouch: None,
            created_at: DateTime::UNIX_EPOCH,
            removed_at: None,
        }
    }

    #[test]
    fn the_debug_of_a_contact_names_nobody() {
        let contact = joke(ContactRole::Superbeheerder);

        assert!(contact.is_active() && !contact.is_vouched());
        assert!(!format!("{contact:?}").contains("ansen"));
    }

    #[test]
    fn a_role_that_the_school_gives_counts_and_is_kept_apart_until_kurve_has_looked() {
        let (superbeheerder, applicatiebeheerder) =
            (Roles::of(ContactRole::Superbeheerder), Roles::of(ContactRole::Applicatiebeheerder));

        let given = joke(ContactRole::Applicatiebeheerder).given(ContactRole::Superbeheerder);
        assert_eq!((given.roles, given.proposed), (Roles::CHOICES[2], Some(superbeheerder)));
        assert!(!given.is_vouched());

        let again = joke(ContactRole::Contactpersoon).given(ContactRole::Applicatiebeheerder);
        assert_eq!((again.roles, again.proposed), (applicatiebeheerder, Some(applicatiebeheerder)));
        let twice = again.given(ContactRole::Superbeheerder);
        assert_eq!((twice.roles, twice.proposed), (Roles::CHOICES[2], Some(Roles::CHOICES[2])));
    }
}
