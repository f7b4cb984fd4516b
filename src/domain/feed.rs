//! What machines that follow the schools hear: which of what the audit keeps is news to them.

use chrono::{DateTime, Utc};
use strum::{EnumIter, EnumString, IntoStaticStr};

use super::audit::Action;
use super::ids::{ConnectionId, FeedEventId, SchoolId};
use super::onboarding::Change;

/// For how long an event is kept in the feed.
pub const KEEP_DAYS: i64 = 90;

/// What happened to a school.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
pub enum FeedKind {
    /// It came to exist.
    #[strum(serialize = "school.registered")]
    SchoolRegistered,
    /// It came to a connection that was there before.
    #[strum(serialize = "school.joined")]
    SchoolJoined,
    /// Its name, BRIN or school domain changed.
    #[strum(serialize = "school.changed")]
    SchoolChanged,
    /// It was laid aside until a day.
    #[strum(serialize = "school.paused")]
    SchoolPaused,
    /// It was taken up again after a pause.
    #[strum(serialize = "school.resumed")]
    SchoolResumed,
    /// It stopped, or chose Optie B.
    #[strum(serialize = "school.stopped")]
    SchoolStopped,
    /// It is under way again after it had stopped or was done.
    #[strum(serialize = "school.reopened")]
    SchoolReopened,
    /// It reported that the import is done.
    #[strum(serialize = "school.completed")]
    SchoolCompleted,
    /// It may import.
    #[strum(serialize = "verdict.opened")]
    VerdictOpened,
    /// It may not import any more.
    #[strum(serialize = "verdict.closed")]
    VerdictClosed,
    /// Its connection, which worked, counts as lost.
    #[strum(serialize = "connection.lost")]
    ConnectionLost,
    /// Its connection, which counted as lost, works again.
    #[strum(serialize = "connection.back")]
    ConnectionBack,
    /// The certificate of its Magister ends within thirty days, and again within seven.
    #[strum(serialize = "certificate.expiring")]
    CertificateExpiring,
}

impl FeedKind {
    /// The name in the feed, which is also the stored one.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What an entry of the audit is in the feed; `None` for what is nobody's business but ours and the school's.
    pub fn of(action: &Action) -> Option<Self> {
        Some(match action {
            Action::SchoolRegistered => Self::SchoolRegistered,
            Action::DetailsChanged => Self::SchoolChanged,
            Action::ImportOpened => Self::VerdictOpened,
            Action::ImportClosed => Self::VerdictClosed,
            Action::ConnectionLost { .. } => Self::ConnectionLost,
            Action::ConnectionBack => Self::ConnectionBack,
            Action::Onboarding(change) => match change {
                Change::SchoolAdded { .. } => Self::SchoolJoined,
                Change::Paused { .. } => Self::SchoolPaused,
                Change::Resumed => Self::SchoolResumed,
                Change::Withdrawn { .. } => Self::SchoolStopped,
                Change::Reopened => Self::SchoolReopened,
                Change::Completed | Change::CompletionRestored => Self::SchoolCompleted,
                _ => return None,
            },
            _ => return None,
        })
    }
}

/// Something that happened to a school. No person is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEvent {
    /// Its place in the feed: without gaps, in the order in which the changes were committed. 0 until it has one.
    pub number: i64,
    /// By which a receiver knows it again.
    pub id: FeedEventId,
    /// What happened.
    pub kind: FeedKind,
    /// To which school.
    pub school: SchoolId,
    /// The connection that carried it.
    pub connection: ConnectionId,
    /// Its BRIN then.
    pub brin: String,
    /// Whether the verdict over it was open then.
    pub is_open: bool,
    /// The version of the onboarding then.
    pub version: i32,
    /// When.
    pub at: DateTime<Utc>,
}
