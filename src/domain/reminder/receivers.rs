//! To whom of the contacts the reminder of a step goes.

use crate::domain::ids::ContactId;
use crate::domain::onboarding::Step;
use crate::domain::roles::Roles;
use crate::domain::school::Contact;

/// The contacts who can do something about a step, in the order given.
///
/// The one it was handed to, else those whom it asks for: for consent the superbeheerders, if there are any; for
/// everything else every contact, for what takes the credentials of those for whom Kurve vouches. Leave out beforehand who cannot or will not be mailed, so that the others are
/// reminded instead; who was removed is left out here.
pub fn receivers(step: Step, handed_to: Option<ContactId>, contacts: &[Contact]) -> Vec<ContactId> {
    let ids_of = |is_meant: &dyn Fn(&Contact) -> bool| -> Vec<ContactId> {
        contacts.iter().filter(|contact| contact.is_active() && is_meant(contact)).map(|contact| contact.id).collect()
    };
    // Nobody is asked for what they cannot do: to pick up what a step takes, Kurve vouches for them.
    let may = |contact: &Contact| !step.takes_credentials() || contact.is_vouched();
    let handed = ids_of(&|contact| Some(contact.id) == handed_to && may(contact));
    if !handed.is_empty() {
        return handed;
    }
    let able = ids_of(&|contact| can_do(contact.roles, step) && may(contact));
    // Where nobody has the role, each of them can pass it on to who has.
    if able.is_empty() { ids_of(&may) } else { able }
}

fn can_do(roles: Roles, step: Step) -> bool {
    step.takes_role().is_none_or(|role| roles.contains(role))
}
