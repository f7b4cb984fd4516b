//! One mail per person and day, over all connections and steps.
//!
//! A person is an address, known by its key; the same person is another contact at each connection. A reminder goes to
//! all its receivers at once or waits for all: who was mailed today gets everything in one mail at the next opening,
//! and one reminder is never half sent.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::plan::DueReminder;
use crate::domain::ids::{ConnectionId, ContactId};

/// One who is to get a reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Who they are of that connection.
    pub contact: ContactId,
    /// The key of their address, the same at every connection.
    pub address_key: String,
}

/// A reminder that is due at a connection, with those who are to get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueAtSchool {
    /// Which connection.
    pub connection: ConnectionId,
    /// Which reminder.
    pub reminder: DueReminder,
    /// To whom.
    pub receivers: Vec<Receiver>,
}

/// A reminder mail that went out, or is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailed {
    /// The key of the address.
    pub address_key: String,
    /// The day in the Netherlands whose mail it is: of one that stayed behind, not the day on which it was made.
    pub on_date: NaiveDate,
}

/// One mail to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonMail {
    /// The key of the address.
    pub address_key: String,
    /// What it is about: what waits longest comes first. Never empty.
    pub about: Vec<PersonReminder>,
}

/// One reminder in a person's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonReminder {
    /// Of which connection.
    pub connection: ConnectionId,
    /// Who they are there.
    pub contact: ContactId,
    /// Which reminder.
    pub reminder: DueReminder,
}

/// What goes out and what does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OneMailEach {
    /// The mails, the longest waiting first.
    pub mails: Vec<PersonMail>,
    /// What goes out now, to those in [`Self::mails`]; to be kept as sent.
    pub sent: Vec<(ConnectionId, DueReminder)>,
    /// What waits for another day, since somebody had a mail today; not to be kept as sent.
    pub postponed: Vec<(ConnectionId, DueReminder)>,
    /// What has no receiver at all: to be kept as sent, so that the ladder goes on and Kurve hears of it.
    pub unreceived: Vec<(ConnectionId, DueReminder)>,
}

/// Makes one mail per person out of all that is due; nobody gets a second one on the same day in the Netherlands.
pub fn one_mail_each(due: &[DueAtSchool], mailed: &[Mailed], today: NaiveDate) -> OneMailEach {
    let mailed_today: BTreeSet<&str> =
        mailed.iter().filter(|mailed| mailed.on_date == today).map(|mailed| mailed.address_key.as_str()).collect();
    let mut by_urgency: Vec<&DueAtSchool> = due.iter().collect();
    by_urgency.sort_by_key(|due| (due.reminder.since, due.connection, due.reminder.step, due.reminder.stage));
    by_urgency.dedup_by_key(|due| (due.connection, due.reminder));

    let mut result = OneMailEach::default();
    let mut place: BTreeMap<&str, usize> = BTreeMap::new();
    for DueAtSchool { connection, reminder, receivers } in by_urgency {
        if receivers.is_empty() {
            result.unreceived.push((*connection, *reminder));
            continue;
        }
        if receivers.iter().any(|receiver| mailed_today.contains(receiver.address_key.as_str())) {
            result.postponed.push((*connection, *reminder));
            continue;
        }
        result.sent.push((*connection, *reminder));
        for Receiver { contact, address_key } in receivers {
            let index = *place.entry(address_key).or_insert_with(|| {
                result.mails.push(PersonMail { address_key: address_key.clone(), about: vec![] });
                result.mails.len() - 1
            });
            let about = &mut result.mails[index].about;
            let is_told = about.last().is_some_and(|last| last.connection == *connection && last.reminder == *reminder);
            if !is_told {
                about.push(PersonReminder { connection: *connection, contact: *contact, reminder: *reminder });
            }
        }
    }
    result
}
