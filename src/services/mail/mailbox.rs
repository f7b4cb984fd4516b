//! The mailbox that a mail went to, held against the addresses that a report names: by their keyed hashes, since of a
//! mail to sign in no more is kept.

use crate::crypto::KeyRing;
use crate::domain::notice::MailKind;
use crate::domain::text::EmailAddress;
use crate::services::{Context, ServiceError};
use crate::store::mail::outbox::OutboxMail;
use crate::store::people::{access_links, contacts, staff};

/// Bytes of an address at most (RFC 5321).
const LONGEST: usize = 254;

/// The keyed hash of the address that a mail went to; `None` where it is not kept.
pub(super) struct Mailbox<'a> {
    keys: &'a KeyRing,
    key: Option<String>,
}

impl<'a> Mailbox<'a> {
    /// That of a mail.
    pub(super) async fn of(context: &'a Context, mail: &OutboxMail) -> Result<Self, ServiceError> {
        let (conn, keys) = (context.db.reader(), &context.keys);
        let key_of = |address: &EmailAddress| keys.email_key(&address.key_form());
        let is_to_visitor = mail.kind.carries_token() || mail.kind == MailKind::JoinDeclined;
        let key = match (mail.about.staff, mail.contact, mail.about.link) {
            (Some(colleague), ..) => Some(key_of(&staff::load(conn, colleague).await?.email)),
            (None, Some(contact), _) => contacts::find(conn, contact).await?.map(|contact| key_of(&contact.email)),
            (None, None, Some(link)) => access_links::find(conn, link).await?.map(|link| link.email_key),
            (None, None, None) if is_to_visitor => None,
            (None, None, None) => Some(keys.email_key(&context.support_email.to_lowercase())),
        };
        Ok(Self { keys, key })
    }

    /// Whether an address is that of this mailbox, also with the name of a host before its domain. Where ours is not
    /// kept every address is: nothing is marked then.
    pub(super) fn is(&self, named: &str) -> bool {
        let Some(key) = &self.key else { return true };
        let Some((local, domain)) = named.rsplit_once('@').filter(|_| named.len() <= LONGEST) else { return false };
        let mut domain = domain;
        loop {
            let is_ours = EmailAddress::parse(&format!("{local}@{domain}"))
                .is_ok_and(|address| self.keys.email_key(&address.key_form()) == *key);
            match domain.split_once('.') {
                Some((_, parent)) if !is_ours && parent.contains('.') => domain = parent,
                Some(_) | None => return is_ours,
            }
        }
    }
}
