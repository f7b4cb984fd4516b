//! The contacts of the connection. Changing them is Kurve's: the school adds a colleague by handing a step over.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::domain::onboarding::Party;
use crate::domain::onboarding::progress::open_steps;
use crate::domain::roles::ContactRole;
use crate::links;
use crate::services::people::addresses;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::page::{self, Frame};
use crate::web::portal::next::Link;
use crate::web::portal::opened::{Around, Opened, open};
use crate::words;

struct ContactRow {
    name: String,
    role: &'static str,
    is_me: bool,
    is_vouched: bool,
    /// Mail does not arrive at their address.
    is_unreached: bool,
}

#[derive(Template)]
#[template(path = "portal/contacts.html")]
struct ContactsPage {
    frame: Frame,
    around: Around,
    contacts: Vec<ContactRow>,
    has_superbeheerder: bool,
    has_unreached: bool,
    steps: Vec<Link>,
}

pub(super) async fn list(State(web): State<WebState>, who: SchoolContact) -> Result<Response, PageError> {
    let Opened { frame, around, file } = open(&web, &who, "contacts").await?;
    let marks = addresses::marks_of(&web.context, &file.contacts).await?;
    let active = file.contacts.iter().filter(|contact| contact.is_active());
    let contacts: Vec<_> = active
        .clone()
        .map(|contact| ContactRow {
            name: contact.name.as_str().to_owned(),
            role: contact.roles.label_nl(),
            is_me: contact.id == who.contact.id,
            is_vouched: contact.is_vouched(),
            is_unreached: marks.get(&contact.id).is_some_and(|mark| mark.bounced.is_some()),
        })
        .collect();
    let has_unreached = contacts.iter().any(|contact| contact.is_unreached);
    let has_superbeheerder = active.clone().any(|contact| contact.roles.contains(ContactRole::Superbeheerder));
    let open = open_steps(&file.state);
    let to_pass = open.iter().filter(|open| open.holder == Party::School && !file.state.lifecycle().is_withdrawn());
    let steps = to_pass
        .map(|open| Link::new(who.at_step(links::SCHOOL_STEP, open.step) + "#doorgeven", words::step_name(open.step)))
        .collect();
    page::show(&ContactsPage { frame, around, contacts, has_superbeheerder, has_unreached, steps })
}
