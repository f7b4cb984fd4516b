//! Whether mail gets to those whom a page promises it: not to an address where it does not arrive, not outside the list
//! of a trial, and to nobody while all mails are held.

use std::collections::BTreeSet;

use strum::{EnumIter, EnumString, IntoStaticStr};

use crate::domain::ids::{ConnectionId, ContactId};
use crate::domain::school::Contact;
use crate::domain::text::EmailAddress;
use crate::services::{Context, ServiceError};
use crate::store::people::{address_marks, contacts};

/// Whom of those that are meant mail gets to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Reach {
    /// All of them.
    #[default]
    Everyone,
    /// Some of them.
    Some,
    /// None of them.
    Nobody,
    /// Nobody yet: all mails are held.
    Held,
}

/// Who of the contacts of a connection is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// All of them.
    All,
    /// Those for whom Kurve vouches.
    Vouched,
    /// One.
    One(ContactId),
}

/// Whom of the contacts of a connection mail gets to.
pub async fn of_contacts(context: &Context, connection: ConnectionId, meant: Meant) -> Result<Reach, ServiceError> {
    let mut people = contacts::list(context.db.reader(), connection).await?;
    people.retain(|person| match meant {
        Meant::All => true,
        Meant::Vouched => person.is_vouched(),
        Meant::One(id) => person.id == id,
    });
    of_people(context, &people).await
}

/// The same of people who are known.
pub async fn of_people(context: &Context, people: &[Contact]) -> Result<Reach, ServiceError> {
    of_addresses(context, people.iter().map(|person| &person.email)).await
}

/// The same of addresses.
pub async fn of_addresses<'a>(
    context: &Context,
    addresses: impl IntoIterator<Item = &'a EmailAddress>,
) -> Result<Reach, ServiceError> {
    if context.mail.is_held {
        return Ok(Reach::Held);
    }
    let (may, may_not): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|address| context.mail.may_go_to(address.as_str()));
    let keys: BTreeSet<String> = may.iter().map(|address| context.keys.email_key(&address.key_form())).collect();
    let marks = address_marks::list(context.db.reader(), keys.iter().cloned()).await?;
    let bounced = marks.values().filter(|mark| mark.bounced.is_some()).count();
    Ok(match (keys.len() - bounced, may_not.len() + bounced) {
        (0, _) => Reach::Nobody,
        (_, 0) => Reach::Everyone,
        (_, _) => Reach::Some,
    })
}
