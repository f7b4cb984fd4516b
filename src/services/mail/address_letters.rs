//! Mails and addresses: whether a mail can reach its receiver, and what Kurve reads when it cannot.

use crate::domain::school::Contact;
use crate::links;
use crate::mail::templates::{Content, PersonFacts};
use crate::services::mail::letters::{Draft, Facts, Unsendable, write};
use crate::services::{Context, ServiceError};
use crate::store::mail::outbox::OutboxMail;
use crate::store::people::{address_marks, contacts};

/// Nothing is sent by itself to who left, or to an address that mail does not arrive at; the latter shows to Kurve,
/// with a button for when the address works again.
pub(in crate::services) async fn check_reachable(context: &Context, receiver: &Contact) -> Result<(), Unsendable> {
    if receiver.removed_at.is_some() {
        return Err(Unsendable::NotNeeded("the contact was removed"));
    }
    let key = context.keys.email_key(&receiver.email.key_form());
    if address_marks::find(context.db.reader(), &key).await?.bounced.is_some() {
        return Err(Unsendable::Unreachable("mail does not arrive at this address"));
    }
    Ok(())
}

/// Asks Kurve for another contact, at every school where this one has the address.
pub(in crate::services) async fn address_bounced(context: &Context, mail: &OutboxMail) -> Result<Draft, Unsendable> {
    let conn = context.db.reader();
    let id = mail.about.unreached.ok_or(ServiceError::Broken("a mail about an address of nobody"))?;
    let person = contacts::load(conn, id).await?;
    let key = context.keys.email_key(&person.email.key_form());
    let bounced = address_marks::find(conn, &key).await?.bounced;
    let bounced = bounced.ok_or(Unsendable::NotNeeded("mail arrives at the address again"))?;
    let mut schools = vec![];
    for one in contacts::list_by_email(conn, &key).await? {
        let facts = Facts::load(context, one.school).await?;
        let page = context.base.to(&links::staff_school(links::STAFF_SCHOOL, one.school));
        schools.push((facts.for_mail(), format!("{page}#contact-{}", one.id)));
    }
    if schools.is_empty() {
        return Err(Unsendable::NotNeeded("nobody has the address any more"));
    }
    let contact = PersonFacts {
        name: person.name.to_string(),
        email: person.email.to_string(),
        role: person.role.label_nl().to_owned(),
    };
    write(context, &Content::AddressBounced { contact, code: bounced.code, schools }, None)
}
