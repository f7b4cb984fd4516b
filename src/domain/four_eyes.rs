//! Whoever brought somebody in does not also vouch for them: one pair of eyes alone would decide who gets the password.

use std::collections::{BTreeMap, BTreeSet};

use super::actor::Actor;
use super::ids::{ContactId, StaffId};

/// How somebody came to be a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adding {
    /// Who made them one.
    pub by: Actor,
    /// Whether they came with a school that Kurve put in, before there was a password: then whoever put them in may vouch
    /// for them too, though not for whom they bring in.
    pub is_entered: bool,
}

/// Whether a colleague added a contact, or somebody who handed them a step, or who handed that person one, and so on.
pub fn was_added_by(adders: &BTreeMap<ContactId, Adding>, contact: ContactId, colleague: StaffId) -> bool {
    let (mut seen, mut at) = (BTreeSet::from([contact]), contact);
    while let Some(Adding { by, is_entered }) = adders.get(&at) {
        match by {
            Actor::Staff { id, .. } => return *id == colleague && !(*is_entered && at == contact),
            // Who came by a request of their own added themselves.
            Actor::Contact { id, .. } if seen.insert(*id) => at = *id,
            Actor::Contact { .. } | Actor::Check | Actor::Clock | Actor::Operator | Actor::Visitor => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::actor::StaffRole;
    use crate::domain::roles::{ContactRole, Roles};

    fn contact(number: u128) -> ContactId {
        ContactId::from_uuid(Uuid::from_u128(number))
    }

    fn staff(number: u128) -> StaffId {
        StaffId::from_uuid(Uuid::from_u128(number))
    }

    fn by_kurve(number: u128) -> Adding {
        Adding { by: Actor::Staff { id: staff(number), role: StaffRole::Support }, is_entered: false }
    }

    fn by_contact(number: u128) -> Adding {
        let roles = Roles::of(ContactRole::Contactpersoon);
        Adding { by: Actor::Contact { id: contact(number), roles }, is_entered: false }
    }

    #[test]
    fn a_colleague_added_whoever_stands_at_the_end_of_their_chain() {
        let entered = Adding { is_entered: true, ..by_kurve(2) };
        let adders = BTreeMap::from([
            (contact(1), by_contact(1)),
            (contact(2), by_contact(1)),
            (contact(3), by_kurve(1)),
            (contact(4), by_contact(3)),
            (contact(5), by_contact(4)),
            (contact(6), entered),
            (contact(7), by_contact(6)),
            (contact(8), by_contact(9)),
            (contact(9), by_contact(8)),
            (contact(10), Adding { by: Actor::Operator, is_entered: true }),
        ]);
        let added_by = |colleague| -> Vec<u128> {
            (1..=11).filter(|number| was_added_by(&adders, contact(*number), staff(colleague))).collect()
        };

        assert_eq!(added_by(1), [3, 4, 5]);
        assert_eq!(
            added_by(2),
            [7],
            "who came with a school may be vouched for by who put it in, and nobody after them"
        );
        assert_eq!(added_by(3), Vec::<u128>::new());
    }
}
