//! Who is who in a timeline: the names behind ids, and who did something.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::actor::Actor;
use crate::domain::ids::{ContactId, SchoolId, StaffId};

/// The names behind the ids of a timeline; who is not in here gets a general word.
#[derive(Clone, Default)]
pub struct Names {
    /// Contacts of schools, those who were removed included.
    pub contacts: BTreeMap<ContactId, String>,
    /// Colleagues of Kurve.
    pub staff: BTreeMap<StaffId, String>,
    /// The contacts among them who were removed.
    pub removed: BTreeSet<ContactId>,
    /// The schools of a connection that carries several; with one school a line needs no name.
    pub schools: BTreeMap<SchoolId, String>,
    /// The contact who reads it, who is "je" and not a name; none where Kurve reads it.
    pub reader: Option<ContactId>,
}

impl Names {
    /// The name of a contact of today. Whoever was removed holds no ball any more, also one that was handed to them.
    pub fn contact_of_today(&self, id: ContactId) -> Option<&str> {
        self.contacts.get(&id).filter(|_| !self.removed.contains(&id)).map(String::as_str)
    }

    /// Whether a contact is the one who reads it.
    pub fn is_reader(&self, id: ContactId) -> bool {
        self.reader == Some(id)
    }

    pub(super) fn contact(&self, id: ContactId) -> &str {
        self.contacts.get(&id).map_or("een contactpersoon", String::as_str)
    }

    pub(super) fn colleague(&self, id: StaffId) -> &str {
        self.staff.get(&id).map_or("een collega van Kurve", String::as_str)
    }
}

/// Who did something.
pub fn actor_name(actor: &Actor, names: &Names) -> String {
    match actor {
        Actor::Contact { id, roles } => match names.contacts.get(id) {
            Some(name) => format!("{name}, {}", roles.words_nl()),
            None => format!("Een {}", roles.words_nl()),
        },
        Actor::Staff { id, .. } => match names.staff.get(id) {
            Some(name) => format!("{name} van Kurve"),
            None => "Kurve".into(),
        },
        Actor::Check => "Controle".into(),
        Actor::Clock => "Automatisch".into(),
        Actor::Operator => "Technisch beheer van Kurve".into(),
        Actor::Visitor => "Een bezoeker".into(),
    }
}
