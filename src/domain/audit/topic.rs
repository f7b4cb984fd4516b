//! What of a connection's timeline somebody wants to read: lines of one subject, or of one side.

use strum::{EnumIter, EnumString, IntoStaticStr};

/// A part of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Topic {
    /// The steps and what follows from them: how far it is.
    Steps,
    /// Who the contacts are, and for whom Kurve vouches.
    Contacts,
    /// Whether the connection works.
    Connection,
    /// Messages, mails, addresses and reminders.
    Mails,
    /// What Kurve did, whatever it was about.
    ByKurve,
    /// What the school did, whatever it was about.
    BySchool,
}

/// The stored names of what is about the steps without being about one of them.
const STEPS: [&str; 16] = [
    "import_opened",
    "import_closed",
    "paused",
    "resumed",
    "withdrawn",
    "reopened",
    "completed",
    "completion_restored",
    "school_added",
    "school_left",
    "taken_from_file",
    "join_asked",
    "join_accepted",
    "join_declined",
    "registration_repeated",
    "registration",
];

const CONTACTS: [&str; 9] = [
    "contact_added",
    "contact_entered",
    "contact_changed",
    "contact_removed",
    "contact_vouched",
    "contact_address_corrected",
    "reader_named",
    "vouches_cleared",
    "contact_signed_in",
];

const CONNECTION: [&str; 6] =
    ["connection_lost", "connection_back", "check_overridden", "reveal_closed", "password_gone", "password_asked"];

const MAILS: [&str; 13] = [
    "message",
    "mail_retried",
    "mail_dropped",
    "mail_returned",
    "address_bounced",
    "address_works",
    "contact_address_corrected",
    "reminders_snoozed",
    "reminders_woken",
    "reminders_stopped",
    "reminders_resumed",
    "own_days_added",
    "own_days_removed",
];

impl Topic {
    /// Its name in an address.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The stored names of what belongs to it; none for a side, of which every line belongs to it.
    pub fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Steps => &STEPS,
            Self::Contacts => &CONTACTS,
            Self::Connection => &CONNECTION,
            Self::Mails => &MAILS,
            Self::ByKurve | Self::BySchool => &[],
        }
    }

    /// The kind of actor whose lines belong to it, where it is a side.
    pub fn side(self) -> Option<&'static str> {
        match self {
            Self::ByKurve => Some("staff"),
            Self::BySchool => Some("contact"),
            Self::Steps | Self::Contacts | Self::Connection | Self::Mails => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use strum::{IntoEnumIterator, VariantNames};

    use super::*;
    use crate::domain::audit::Action;
    use crate::domain::onboarding::Change;

    #[test]
    fn what_belongs_to_a_topic_is_something_that_the_audit_keeps() {
        let kept: BTreeSet<&str> = Action::VARIANTS.iter().chain(Change::VARIANTS).copied().collect();

        for topic in Topic::iter() {
            let unknown: Vec<_> = topic.actions().iter().filter(|name| !kept.contains(*name)).collect();
            assert!(unknown.is_empty(), "{topic:?}: {unknown:?}");
            assert_eq!(topic.actions().is_empty(), topic.side().is_some(), "{topic:?}");
            assert_eq!(topic.as_str().parse(), Ok(topic));
        }
    }
}
