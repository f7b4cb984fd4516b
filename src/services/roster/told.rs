//! What contacts hear of a row: nothing, one mail over all their schools, or what the pages would have told.

use chrono::Duration;

use super::carry::Terms;
use crate::domain::ids::ConnectionId;
use crate::domain::notice::{About, MailKind};
use crate::domain::roster::MailChoice;
use crate::domain::school::Contact;
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, ServiceError};
use crate::store::mail::outbox;
use crate::store::people::contacts;

/// How long the one mail waits, in minutes: so long takes a long file, and then it tells of all schools of its reader.
const WAIT_MINUTES: i64 = 10;

/// The mail to who is made a contact, put in line before the change that it spares them the other mails of.
pub(super) fn of_new_contact(work: &mut UnitOfWork<'_>, terms: &Terms, contact: &Contact) {
    match terms.mails {
        MailChoice::Ordinary => work.mail(NewMail {
            kind: MailKind::ContactAdded,
            connection: Some(contact.connection),
            contact: Some(contact.id),
            about: About::default(),
            occasion: format!("{}/{}", contact.connection, terms.occasion),
        }),
        MailChoice::None | MailChoice::One => {}
    }
}

/// What remains of the mails of a row that changed something.
pub(super) async fn of_row(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    terms: &Terms,
    email_key: Option<&str>,
) -> Result<(), ServiceError> {
    match terms.mails {
        MailChoice::Ordinary => return Ok(()),
        MailChoice::None | MailChoice::One => work.silence(),
    }
    let (MailChoice::One, Some(email_key)) = (terms.mails, email_key) else { return Ok(()) };
    let Some(contact) = contacts::find_by_email(work.conn(), connection, email_key).await? else { return Ok(()) };
    // A person has a contact in each of their connections, and gets one mail.
    let keys: Vec<String> = contacts::list_by_email(work.conn(), email_key)
        .await?
        .iter()
        .map(|known| format!("{}/{}/{}", MailKind::Welcome.as_str(), known.id, terms.occasion))
        .collect();
    if outbox::has_any(work.conn(), &keys).await? {
        return Ok(());
    }
    work.mail(NewMail {
        kind: MailKind::Welcome,
        connection: Some(connection),
        contact: Some(contact.id),
        about: About::default(),
        occasion: terms.occasion.clone(),
    });
    work.hold_mails(call.now + Duration::minutes(WAIT_MINUTES));
    Ok(())
}
