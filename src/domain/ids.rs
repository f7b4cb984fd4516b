//! The ids of everything that has a row: newtypes over a UUID, so that one kind never stands in for another.
//!
//! Nothing is made up here: the caller brings the UUID. To add one, add a line to the list below.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that the caller made or loaded.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID, for a row.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )*};
}

id! {
    /// The connection of one Magister, and with it its one onboarding.
    ConnectionId
    /// A school under a connection.
    SchoolId
    /// A request to join a connection.
    JoinRequestId
    /// A person who acts for a connection.
    ContactId
    /// A colleague of Kurve.
    StaffId
    /// One issued password with its query file.
    CredentialId
    /// A row of the outbox.
    MailId
    /// A worker's hold on mails that it is about to send.
    LeaseId
    /// A sign-in link.
    AccessLinkId
    /// A request to take part that is not yet confirmed.
    RegistrationId
    /// A note of Kurve with a connection.
    NoteId
    /// A key with which Numo asks for the verdict.
    ApiKeyId
    /// A signed-in browser.
    SessionId
    /// An invitation for a colleague of Kurve.
    InviteId
    /// A mail with reminders to one person.
    ReminderMailId
    /// A filter that a colleague of Kurve keeps.
    SavedViewId
    /// A connection check.
    CheckId
    /// A run of connection checks over a selection of connections.
    CheckRunId
    /// A time in which most connections that worked failed together.
    OutageId
    /// Leave to activate without a passing check.
    OverrideId
    /// A list of schools that was brought, and is not carried out yet.
    RosterId
    /// A message between Kurve and the contacts of a connection.
    MessageId
    /// A file that came with a message.
    AttachmentId
    /// A template of a message.
    MessageTemplateId
    /// A run of one submit for many.
    BulkRunId
    /// Something that happened, as the feed tells it.
    FeedEventId
    /// Where machines want to be told of the feed.
    WebhookEndpointId
    /// A message to such an endpoint.
    WebhookDeliveryId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_text_and_from_json() {
        let id = ConnectionId::from_uuid(Uuid::from_u128(0x1234));

        let from_text: ConnectionId = id.to_string().parse().expect("it was printed by Display");
        let json = serde_json::to_string(&id).expect("a UUID serializes");

        assert_eq!(from_text, id);
        assert_eq!(json, "\"00000000-0000-0000-0000-000000001234\"");
        assert_eq!(serde_json::from_str::<ConnectionId>(&json).expect("it was just written"), id);
    }

    #[test]
    fn text_that_is_no_uuid_is_refused() {
        assert!("12AB".parse::<ContactId>().is_err());
    }
}
