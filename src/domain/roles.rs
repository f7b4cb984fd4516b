//! What people of a school are in Magister. A contact is one thing or two: superbeheerder, applicatiebeheerder, or both.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

/// What a contact is in Magister at their school, from most to least able.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ContactRole {
    /// The only one who can give consent.
    Superbeheerder,
    /// Works in Decibel and in Beheer > Webservices.
    Applicatiebeheerder,
    /// Anyone else who follows the onboarding.
    Contactpersoon,
}

impl ContactRole {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The name for a page or mail.
    pub fn label_nl(self) -> &'static str {
        match self {
            Self::Superbeheerder => "Superbeheerder",
            Self::Applicatiebeheerder => "Applicatiebeheerder",
            Self::Contactpersoon => "Contactpersoon",
        }
    }
}

/// All roles of one contact. There is always one, and `contactpersoon` never stands beside another: it is what remains
/// for who is neither of the two.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub struct Roles {
    superbeheerder: bool,
    applicatiebeheerder: bool,
}

impl Roles {
    /// All that a contact can be, in the order of a form.
    pub const CHOICES: [Self; 4] = [
        Self::of(ContactRole::Superbeheerder),
        Self::of(ContactRole::Applicatiebeheerder),
        Self { superbeheerder: true, applicatiebeheerder: true },
        Self::of(ContactRole::Contactpersoon),
    ];

    /// One role.
    pub const fn of(role: ContactRole) -> Self {
        Self {
            superbeheerder: matches!(role, ContactRole::Superbeheerder),
            applicatiebeheerder: matches!(role, ContactRole::Applicatiebeheerder),
        }
    }

    /// Whether it is one of the roles.
    pub fn contains(self, role: ContactRole) -> bool {
        match role {
            ContactRole::Superbeheerder => self.superbeheerder,
            ContactRole::Applicatiebeheerder => self.applicatiebeheerder,
            ContactRole::Contactpersoon => !self.superbeheerder && !self.applicatiebeheerder,
        }
    }

    /// The same with a role more.
    #[must_use]
    pub fn with(self, role: ContactRole) -> Self {
        let more = Self::of(role);
        Self {
            superbeheerder: self.superbeheerder || more.superbeheerder,
            applicatiebeheerder: self.applicatiebeheerder || more.applicatiebeheerder,
        }
    }

    /// Whether each of these roles is also one of the others.
    pub fn are_within(self, others: Self) -> bool {
        ContactRole::iter().all(|role| !self.contains(role) || others.contains(role))
    }

    /// The stored name, which is also the value in a form: the roles, separated by a space.
    pub fn as_str(self) -> &'static str {
        match (self.superbeheerder, self.applicatiebeheerder) {
            (true, true) => "superbeheerder applicatiebeheerder",
            (true, false) => ContactRole::Superbeheerder.as_str(),
            (false, true) => ContactRole::Applicatiebeheerder.as_str(),
            (false, false) => ContactRole::Contactpersoon.as_str(),
        }
    }

    /// The name for a page or mail, where it stands by itself.
    pub fn label_nl(self) -> &'static str {
        match (self.superbeheerder, self.applicatiebeheerder) {
            (true, true) => "Superbeheerder en applicatiebeheerder",
            (true, false) => ContactRole::Superbeheerder.label_nl(),
            (false, true) => ContactRole::Applicatiebeheerder.label_nl(),
            (false, false) => ContactRole::Contactpersoon.label_nl(),
        }
    }

    /// The name within a sentence.
    pub fn words_nl(self) -> &'static str {
        match (self.superbeheerder, self.applicatiebeheerder) {
            (true, true) => "superbeheerder en applicatiebeheerder",
            (true, false) | (false, true) | (false, false) => self.as_str(),
        }
    }
}

/// The stored name says it all.
impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no roles, or not in the way they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these are no roles of a contact")]
pub struct UnknownRoles;

impl FromStr for Roles {
    type Err = UnknownRoles;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::CHOICES.into_iter().find(|roles| roles.as_str() == text).ok_or(UnknownRoles)
    }
}

impl TryFrom<String> for Roles {
    type Error = UnknownRoles;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Roles> for &'static str {
    fn from(roles: Roles) -> Self {
        roles.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::ContactRole::{Applicatiebeheerder, Contactpersoon, Superbeheerder};
    use super::*;

    fn both() -> Roles {
        Roles::of(Superbeheerder).with(Applicatiebeheerder)
    }

    #[test]
    fn stored_names_read_back_and_match_json() {
        for role in ContactRole::iter() {
            let json = serde_json::to_value(role).expect("a plain enum serializes");

            assert_eq!(role.as_str().parse::<ContactRole>().ok(), Some(role));
            assert_eq!(json, role.as_str());
            assert_eq!(role.label_nl().to_lowercase(), role.as_str());
            assert_eq!(Roles::of(role).as_str(), role.as_str());
        }
        for roles in Roles::CHOICES {
            let json = serde_json::to_value(roles).expect("a text serializes");

            assert_eq!(json, roles.as_str());
            assert_eq!(serde_json::from_value::<Roles>(json).ok(), Some(roles));
            assert_eq!(roles.label_nl().to_lowercase(), roles.words_nl());
            assert_eq!(roles.words_nl().replace(" en ", " "), roles.as_str());
        }
        assert_eq!("".parse::<ContactRole>().ok(), None);
    }

    #[test]
    fn nobody_is_without_a_role_and_a_contactpersoon_is_nothing_else() {
        for roles in Roles::CHOICES {
            let held: Vec<_> = ContactRole::iter().filter(|role| roles.contains(*role)).collect();

            assert!(!held.is_empty(), "{roles:?}");
            assert_eq!(held.contains(&Contactpersoon), held == [Contactpersoon], "{roles:?}");
            assert_eq!(held.iter().fold(Roles::of(Contactpersoon), |all, role| all.with(*role)), roles);
        }
        for text in
            ["", "applicatiebeheerder superbeheerder", "superbeheerder contactpersoon", "Superbeheerder", "baas"]
        {
            assert_eq!(text.parse::<Roles>(), Err(UnknownRoles), "{text}");
        }
    }

    #[test]
    fn a_role_comes_beside_what_was_there_and_takes_the_place_of_contactpersoon() {
        assert_eq!(Roles::of(Contactpersoon).with(Superbeheerder), Roles::of(Superbeheerder));
        assert_eq!(Roles::of(Applicatiebeheerder).with(Superbeheerder), both());
        assert_eq!(both().with(Superbeheerder), both());
        assert_eq!(both().with(Contactpersoon), both());
    }

    #[test]
    fn roles_are_within_others_when_each_of_them_is() {
        for roles in Roles::CHOICES {
            assert!(roles.are_within(roles), "{roles:?}");
            assert_eq!(both().are_within(roles), roles == both(), "{roles:?}");
        }
        assert!(Roles::of(Superbeheerder).are_within(both()));
        assert!(!Roles::of(Contactpersoon).are_within(both()));
    }
}
