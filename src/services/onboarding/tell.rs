//! Who is told of a change: notices of the rules become mails for persons.

use std::collections::HashSet;

use crate::domain::ids::{ConnectionId, ContactId};
use crate::domain::import_gate::open_schools;
use crate::domain::notice::{About, Audience, MailKind, Notice, may_go_from, notices};
use crate::domain::onboarding::Changed;
use crate::domain::school::Contact;
use crate::services::ServiceError;
use crate::services::onboarding::unheard;
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::store::people::contacts;

/// Puts the mails of one change of an onboarding in the outbox, one for each person concerned; `by` is the contact who made it.
pub(in crate::services) async fn tell(
    work: &mut UnitOfWork<'_>,
    connection: ConnectionId,
    changed: &Changed,
    by: Option<ContactId>,
) -> Result<(), ServiceError> {
    let unheard = unheard::take_back(work, connection, changed).await?;
    let notices = notices(changed, &unheard);
    if notices.is_empty() {
        return Ok(());
    }
    let contacts = contacts::list(work.conn(), connection).await?;
    let tells_contacts = |notice: &&Notice| notice.kind == MailKind::ImportClosed && notice.to == Audience::School;
    let closed = notices.iter().find(tells_contacts).map(|notice| &notice.schools);
    let about = About { version: Some(changed.version), by, ..About::default() };
    let closes = !open_schools(&changed.before).is_subset(&open_schools(&changed.after));
    let mut told: HashSet<Option<ContactId>> = work.welcomed().map(Some).collect();
    for notice in in_order_of_use(&notices) {
        for contact in receivers(notice, &contacts) {
            // Whoever opens their own step again has it as before.
            if notice.kind == MailKind::StepHandedOver && contact == by {
                continue;
            }
            // A person is told of one change once: by the mail that says what to do now.
            if contact.is_some() && !told.insert(contact) {
                continue;
            }
            let step = notice.step.map_or("-", crate::domain::onboarding::Step::as_str);
            // New credentials also tell whose import they closed.
            let schools = if notice.schools.is_empty() { closed } else { Some(&notice.schools) };
            let schools = schools.into_iter().flatten().copied().collect();
            work.mail(NewMail {
                kind: notice.kind,
                connection: Some(connection),
                contact,
                about: About {
                    step: notice.step,
                    schools,
                    import_closed: closed.is_some() || (closes && notice.kind == MailKind::LifecycleChanged),
                    ..about.clone()
                },
                occasion: format!("{connection}/{}/{step}", changed.version),
            });
        }
    }
    // With those that were put in line before, such as to who is made a contact: they say that the import is open too.
    if let Some(at) = may_go_from(changed) {
        work.hold_mails(at);
    }
    Ok(())
}

/// New credentials first: that mail also says that the import closed.
fn in_order_of_use(notices: &[Notice]) -> Vec<&Notice> {
    let mut ordered: Vec<&Notice> = notices.iter().collect();
    ordered.sort_by_key(|notice| notice.kind != MailKind::CredentialsReady);
    ordered
}

/// `None` stands for Kurve's support.
fn receivers(notice: &Notice, contacts: &[Contact]) -> Vec<Option<ContactId>> {
    match notice.to {
        Audience::Support => vec![None],
        // Whoever had a school added may have left; that it may import is not to be told to nobody.
        Audience::Contact(id)
            if notice.kind != MailKind::ImportOpen || contacts.iter().any(|contact| contact.id == id) =>
        {
            vec![Some(id)]
        }
        Audience::Contact(_) | Audience::School => contacts.iter().map(|contact| Some(contact.id)).collect(),
        Audience::VouchedContacts => {
            contacts.iter().filter(|contact| contact.vouch.is_some()).map(|contact| Some(contact.id)).collect()
        }
    }
}
