//! Addresses on Kurve's pages: where mail does not arrive, who wants no reminders, and whether the digest is off.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;

use super::contacts::{self, ContactPath};
use super::form_response::Desk;
use super::forms;
use super::lifecycle::VersionForm;
use super::panels::ContactRow;
use crate::domain::address_mark::AddressMark;
use crate::domain::ids::ContactId;
use crate::links;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::services::people::addresses::{self, MarkedContact};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::{self, Flash};
use crate::web::form::{Posted, Pressed};
use crate::words;

/// A contact whose address asks for attention.
pub(super) struct AddressRow {
    /// Their place on the connection's page.
    pub(super) href: String,
    pub(super) name: String,
    pub(super) school: String,
    pub(super) brin: String,
    /// Since when.
    pub(super) what: String,
}

/// What the worklist says of addresses.
pub(super) struct AddressPart {
    /// Who wants no reminders.
    pub(super) unreminded: Vec<AddressRow>,
    pub(super) is_digest_stopped: bool,
    /// Where the digest is asked for again.
    pub(super) digest_path: &'static str,
}

/// Gathers what the worklist says.
pub(super) async fn part(web: &WebState) -> Result<AddressPart, PageError> {
    let context = &web.context;
    let contacts = addresses::list_marked(context).await?;
    Ok(AddressPart {
        unreminded: contacts.iter().filter(|one| one.mark.bounced.is_none()).map(row).collect(),
        is_digest_stopped: addresses::is_stopped(context, &addresses::digest_of(context)).await?,
        digest_path: links::STAFF_DIGEST,
    })
}

fn row(one: &MarkedContact) -> AddressRow {
    let page = links::staff_school(links::STAFF_SCHOOL, one.connection.id);
    let (_, unreminded) = lines(&one.mark);
    AddressRow {
        href: format!("{page}#contact-{}", one.contact.id),
        name: one.contact.name.to_string(),
        school: one.connection.details.name.to_string(),
        brin: one.connection.carried.to_string(),
        what: unreminded,
    }
}

/// What is said of an address: that mail does not arrive, and that reminders are not wanted; each may be empty.
fn lines(mark: &AddressMark) -> (String, String) {
    let unreached = mark.bounced.as_ref().map(|bounced| {
        let since = words::date_nl(bounced.at);
        format!("Mail komt niet aan sinds {since} (code {}).", bounced.code)
    });
    let unreminded =
        mark.reminders_stopped_at.map(|at| format!("Wil geen herinneringen sinds {}.", words::date_nl(at)));
    (unreached.unwrap_or_default(), unreminded.unwrap_or_default())
}

/// Adds to the contacts of a connection what is known of their addresses.
pub(super) fn add_marks(
    rows: &mut [ContactRow],
    file: &ConnectionFile,
    marks: &BTreeMap<ContactId, AddressMark>,
    can_act: bool,
) {
    for row in rows {
        let Some(person) = file.contacts.iter().find(|person| person.id.to_string() == row.id) else { continue };
        let Some(mark) = marks.get(&person.id) else { continue };
        (row.unreached, row.unreminded) = lines(mark);
        if can_act && mark.bounced.is_some() {
            row.urgent.push(forms::address_works(file, person));
            let correct = row.asks.iter().position(|ask| ask.key == "correct_address");
            row.urgent.extend(correct.map(|place| row.asks.remove(place)));
        }
    }
}

/// "Weer mailen naar dit adres".
pub(super) async fn declare_working(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(ContactPath { school, contact }): Path<ContactPath>,
    Posted(VersionForm { .. }): Posted<VersionForm>,
) -> Result<Response, PageError> {
    let desk = Desk::at(&web, &staff, &school)?;
    let person = contacts::find(&desk, &contact).await?;
    let did = addresses::declare_working(&web.context, &staff.call(), desk.connection, person.id).await?;
    Ok(desk.done(if did { Flash::AddressWorks } else { Flash::AlreadySo }))
}

/// The digest again.
pub(super) async fn resume_digest(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    addresses::resume_as(&web.context, &staff.call(), &addresses::digest_of(&web.context)).await?;
    Ok(flash::redirect(&web, links::STAFF, Flash::DigestResumed))
}
