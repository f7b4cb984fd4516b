//! What happens to a person within a few minutes is told in one mail.
//!
//! A mail to a contact waits a while for what else happens to them, also at other connections. Not what is asked for now or
//! cannot wait: to sign in, new credentials, an import that closes. That a colleague looked at the password goes with the
//! next mail, and by itself after a day.

use chrono::{DateTime, Duration, Utc};

use super::ids::ContactId;
use super::notice::{About, MailKind, TIME_TO_UNDO};

/// How long a mail that goes with the next one waits for that at most.
const WITH_THE_NEXT_AT_MOST: Duration = Duration::days(1);

/// How long mails wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gathering {
    minutes: u8,
}

impl Default for Gathering {
    fn default() -> Self {
        Self::of_minutes(Self::MINUTES)
    }
}

impl Gathering {
    /// How many minutes mails wait for each other in the product.
    pub const MINUTES: u8 = 5;

    /// Each mail goes at once and by itself.
    pub const OFF: Self = Self::of_minutes(0);

    /// Mails wait so many minutes for each other; none is off.
    pub const fn of_minutes(minutes: u8) -> Self {
        Self { minutes }
    }

    /// Whether mails go in one.
    pub fn is_on(self) -> bool {
        self.minutes > 0
    }

    /// How long a mail waits for what else happens to its receiver; `contact` is none where Kurve reads it.
    pub fn wait(self, kind: MailKind, contact: Option<ContactId>, about: &About) -> Duration {
        let Some(contact) = contact.filter(|_| self.is_on() && gathers(kind)) else { return Duration::zero() };
        if kind == MailKind::CredentialsRevealed && about.by != Some(contact) {
            return WITH_THE_NEXT_AT_MOST;
        }
        // A school that stops has its import closed.
        if kind == MailKind::LifecycleChanged && about.import_closed {
            return Duration::zero();
        }
        Duration::minutes(self.minutes.into())
    }
}

/// Whether a mail of this kind may go in one with others to the same person.
pub fn gathers(kind: MailKind) -> bool {
    order(kind).is_some()
}

/// The kinds that go in one with others, in the order in which they stand there: first what the reader can do.
fn order(kind: MailKind) -> Option<u8> {
    match kind {
        MailKind::StepLost => Some(0),
        MailKind::StepSentBack => Some(1),
        MailKind::StepHandedOver => Some(2),
        MailKind::StuckAnswered => Some(3),
        MailKind::ImportOpen => Some(4),
        MailKind::PausedByKurve => Some(5),
        MailKind::LifecycleChanged => Some(6),
        MailKind::ContactAdded => Some(7),
        MailKind::JoinAsked => Some(8),
        MailKind::CredentialsRevealed => Some(9),
        MailKind::ConfirmAddress
        | MailKind::SupportRequest
        | MailKind::RequestConfirmed
        | MailKind::AlreadyRegistered
        | MailKind::JoinRequested
        | MailKind::BeginRequested
        | MailKind::JoinDeclined
        | MailKind::SignIn
        | MailKind::CredentialsReady
        | MailKind::StuckReported
        | MailKind::Message
        | MailKind::ActivationAsked
        | MailKind::ImportClosed
        | MailKind::ConnectionLost
        | MailKind::ConnectionsOutage
        | MailKind::ConnectionsOutageEnded
        | MailKind::Welcome
        | MailKind::Reminder
        | MailKind::Digest
        | MailKind::AddressBounced
        | MailKind::StaffInvited
        | MailKind::StaffAccountChanged
        | MailKind::SignInAlarm
        | MailKind::WebhookStopped => None,
    }
}

/// Where a mail stands among those that it goes with.
pub fn place(kind: MailKind) -> u8 {
    order(kind).unwrap_or(u8::MAX)
}

/// Whether a mail that is not due yet may go with another: not within the time in which its press can be undone.
pub fn may_go_along(kind: MailKind, created_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let can_be_undone = matches!(kind, MailKind::ImportOpen | MailKind::ContactAdded);
    !can_be_undone || created_at + TIME_TO_UNDO <= now
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;
    use uuid::Uuid;

    use super::*;

    fn contact(number: u128) -> ContactId {
        ContactId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn what_is_awaited_or_urgent_and_what_kurve_reads_goes_at_once() {
        let by_me = About { by: Some(contact(1)), ..About::default() };
        for kind in MailKind::iter() {
            assert_eq!(Gathering::default().wait(kind, None, &by_me), Duration::zero(), "{kind:?}");
            assert_eq!(Gathering::OFF.wait(kind, Some(contact(2)), &by_me), Duration::zero(), "{kind:?}");
        }
        for kind in [MailKind::SignIn, MailKind::ConfirmAddress, MailKind::CredentialsReady, MailKind::ImportClosed] {
            assert_eq!(Gathering::default().wait(kind, Some(contact(2)), &by_me), Duration::zero(), "{kind:?}");
        }
        let stops = About { import_closed: true, ..About::default() };
        let waits = |about| Gathering::default().wait(MailKind::LifecycleChanged, Some(contact(2)), about);
        assert_eq!((waits(&stops), waits(&by_me)), (Duration::zero(), Duration::minutes(5)));
    }

    #[test]
    fn that_somebody_looked_waits_for_the_next_mail_but_for_who_looked() {
        let by_me = About { by: Some(contact(1)), ..About::default() };
        let waits = |id| Gathering::default().wait(MailKind::CredentialsRevealed, Some(contact(id)), &by_me);

        assert_eq!((waits(1), waits(2)), (Duration::minutes(5), Duration::days(1)));
    }

    #[test]
    fn what_can_be_undone_goes_with_no_other_before_that_is_over() {
        let now = DateTime::UNIX_EPOCH + Duration::days(1);
        let goes = |kind, age| may_go_along(kind, now - age, now);

        assert!(!goes(MailKind::ImportOpen, Duration::seconds(119)) && goes(MailKind::ImportOpen, TIME_TO_UNDO));
        assert!(goes(MailKind::StepHandedOver, Duration::zero()));
    }

    #[test]
    fn each_kind_that_goes_in_one_has_a_place_of_its_own() {
        let mut places: Vec<u8> = MailKind::iter().filter(|kind| gathers(*kind)).map(place).collect();
        let count = places.len();
        places.sort_unstable();
        places.dedup();

        assert_eq!(places.len(), count);
    }
}
