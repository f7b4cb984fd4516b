//! A person of whom everything that is kept is looked up, or erased: how they are known again in what others wrote, and
//! what is read in their place afterwards.
//!
//! Not here: where all of it lies (`store::privacy`), and what goes with it (`services::privacy`).

use std::collections::BTreeSet;

use serde_json::Value;
use strum::{EnumIter, IntoStaticStr};

use super::actor::Actor;
use super::audit::{Action, Entry, RegistrationDone};
use super::ids::{ConnectionId, ContactId, JoinRequestId, RegistrationId};
use super::text::{EmailAddress, fold};

/// What is kept of a person, by sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// What they are at a connection.
    Contact,
    /// An account of a colleague of Kurve.
    Colleague,
    /// A request to join.
    JoinRequest,
    /// A request for a school, confirmed or not.
    Registration,
    /// A form that was kept as a session ended.
    KeptForm,
    /// A list of schools that was brought.
    SchoolList,
    /// A row of a list of schools that is carried out.
    SchoolListRow,
    /// What was written between them and Kurve, or names them.
    Message,
    /// A file that came with that.
    Attachment,
    /// A note of Kurve that names them.
    Note,
    /// Another text that names them: why somebody may, or may not.
    Remark,
    /// A mail to them.
    Mail,
    /// The bytes of a mail to somebody else, which may name them.
    MailBytes,
    /// A link to sign in.
    AccessLink,
    /// Where they are signed in.
    Session,
    /// A browser in which they signed in.
    KnownBrowser,
    /// What is known of their address.
    AddressMark,
    /// A day on which they were reminded.
    ReminderMail,
    /// How often a link was asked for.
    AskedLinks,
    /// A list that a colleague saved.
    SavedView,
    /// A text in the audit: typed by them, or about them.
    AuditText,
    /// What they did. It stays, as done by a former contact.
    Act,
}

impl Kind {
    /// Its name in an export.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether it goes when the person is erased.
    pub fn goes(self) -> bool {
        self != Self::Act
    }
}

/// What is kept of a person of one sort.
#[derive(Clone)]
pub struct Section {
    /// Which sort.
    pub kind: Kind,
    /// What it says, a row at a time.
    pub rows: Vec<Value>,
}

/// What a contact is called of whom everything was erased.
pub const FORMER_CONTACT: &str = "een eerdere contactpersoon";

/// What a colleague is called of whom everything was erased.
pub const FORMER_COLLEAGUE: &str = "een eerdere collega";

/// The domain of the addresses that take the place of erased ones: no mail can ever go there.
const NOWHERE: &str = "gewist.invalid";

/// The shortest surname by which somebody is known again.
const SHORTEST_SURNAME: usize = 3;

/// The address that takes the place of one that is erased: of no person, and no two are the same.
///
/// # Panics
/// Never: an identity is the part of an address before the `@`.
pub fn address_of_nobody(id: uuid::Uuid) -> EmailAddress {
    EmailAddress::parse(&format!("{}@{NOWHERE}", id.simple())).expect("plain letters and digits are an address")
}

/// A person, as they are known here. Without `Debug`: it is personal data.
pub struct Person {
    address: String,
    /// Names by which texts name them, where it is clear who is meant.
    names: BTreeSet<String>,
    /// The contacts that they are or were.
    pub contacts: BTreeSet<ContactId>,
    /// The requests to join that they made.
    pub requests: BTreeSet<JoinRequestId>,
    /// The requests for schools that they made.
    pub registrations: BTreeSet<RegistrationId>,
    /// The connections where they are known.
    pub connections: BTreeSet<ConnectionId>,
}

impl Person {
    /// Somebody with this address, who is called so.
    pub fn new<'a>(address: &EmailAddress, names: impl IntoIterator<Item = &'a str>) -> Self {
        let names = names.into_iter().flat_map(|name| {
            let whole = fold(name);
            let surname = whole.split_once(' ').map(|(_, surname)| surname.to_owned());
            surname.filter(|surname| surname.chars().count() >= SHORTEST_SURNAME).into_iter().chain([whole])
        });
        Self {
            address: fold(&address.key_form()),
            names: names.collect(),
            contacts: BTreeSet::new(),
            requests: BTreeSet::new(),
            registrations: BTreeSet::new(),
            connections: BTreeSet::new(),
        }
    }

    /// Their address, as it is looked for in texts.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether a text names them: by their address, and where they are known also by their name or surname. Elsewhere a name
    /// may be somebody else's.
    pub fn is_named_in(&self, text: &str, about: Option<ConnectionId>) -> bool {
        let text = fold(text);
        let is_near = about.is_some_and(|connection| self.connections.contains(&connection));
        holds_address(&text, &self.address) || is_near && self.names.iter().any(|name| holds(&text, name))
    }

    /// Whether an entry of the audit is theirs: they did it.
    pub fn did(&self, entry: &Entry) -> bool {
        matches!(entry.by, Actor::Contact { id, .. } if self.contacts.contains(&id))
    }

    /// Whether a text of an entry of the audit goes with them: they typed it, it was typed about them, or it names them.
    pub fn has_text(&self, entry: &Entry, text: &str) -> bool {
        let is_about = match &entry.action {
            Action::ContactVouched { contact, .. } | Action::ReaderNamed { contact, .. } => {
                self.contacts.contains(contact)
            }
            Action::JoinDeclined { request, .. } => self.requests.contains(request),
            Action::Registration(RegistrationDone::RegistrationDeclined { registration, .. }) => {
                self.registrations.contains(registration)
            }
            _ => false,
        };
        self.did(entry) || is_about || self.is_named_in(text, entry.connection)
    }
}

/// Whether a text holds words as words, and not as a part of others.
fn holds(text: &str, words: &str) -> bool {
    let is_end = |sign: Option<char>| !sign.is_some_and(char::is_alphanumeric);
    !words.is_empty()
        && text.match_indices(words).any(|(at, found)| {
            is_end(text[..at].chars().next_back()) && is_end(text[at + found.len()..].chars().next())
        })
}

/// Whether a text holds an address, and not one of which it is a part.
fn holds_address(text: &str, address: &str) -> bool {
    let is_more = |sign: char| sign.is_alphanumeric() || "._-+%".contains(sign);
    let goes_on = |rest: &str| {
        let mut signs = rest.chars();
        match signs.next() {
            Some('.') => signs.next().is_some_and(char::is_alphanumeric),
            next => next.is_some_and(|sign| sign.is_alphanumeric() || sign == '-'),
        }
    };
    !address.is_empty()
        && text
            .match_indices(address)
            .any(|(at, found)| !text[..at].ends_with(is_more) && !goes_on(&text[at + found.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> EmailAddress {
        EmailAddress::parse("Anna@Bonhoeffer.example").expect("an address")
    }

    #[test]
    fn somebody_is_known_again_by_address_everywhere_and_by_name_at_their_own_connections() {
        let near = ConnectionId::from_uuid(uuid::Uuid::from_u128(1));
        let far = ConnectionId::from_uuid(uuid::Uuid::from_u128(2));
        let mut anna = Person::new(&address(), ["Anna de Wit"]);
        anna.connections.insert(near);

        for (text, is_near, is_far) in [
            ("Gebeld met anna@bonhoeffer.example.", true, true),
            ("Mail van <ANNA@BONHOEFFER.EXAMPLE>", true, true),
            ("joanna@bonhoeffer.example belde", false, false),
            ("anna@bonhoeffer.examples", false, false),
            ("anna@bonhoeffer.example.nl en j.anna@bonhoeffer.example", false, false),
            ("jo-anna@bonhoeffer.example, x+anna@bonhoeffer.example", false, false),
            ("\"anna@bonhoeffer.example\"", true, true),
            ("Met Anna de Wit gebeld", true, false),
            ("met ANNA  DE\nWIT gebeld", true, false),
            ("Mevrouw de Wit is er niet.", true, false),
            ("De Witte zaal is vrij", false, false),
            ("Anna belde", false, false),
            ("", false, false),
        ] {
            assert_eq!(anna.is_named_in(text, Some(near)), is_near, "{text} near");
            assert_eq!(anna.is_named_in(text, Some(far)), is_far, "{text} far");
            assert_eq!(anna.is_named_in(text, None), is_far, "{text} nowhere");
        }
    }

    #[test]
    fn who_has_a_name_of_one_word_is_known_by_it_at_their_own_connections() {
        let near = ConnectionId::from_uuid(uuid::Uuid::from_u128(1));
        let mut mailbox = Person::new(&address(), ["Administratie", "Bo Li"]);
        mailbox.connections.insert(near);

        assert!(mailbox.is_named_in("De administratie belde", Some(near)));
        assert!(mailbox.is_named_in("bo li", Some(near)));
        assert!(!mailbox.is_named_in("Li belde", Some(near)), "a surname of two signs is in too many texts");
    }

    #[test]
    fn what_takes_the_place_of_an_address_is_one_that_nobody_has() {
        let (one, other) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));

        assert_ne!(address_of_nobody(one), address_of_nobody(other));
        assert!(address_of_nobody(one).as_str().ends_with("@gewist.invalid"));
    }
}
