//! One line of the audit, with who did it and when.

use chrono::{DateTime, Utc};

use super::Action;
use crate::domain::actor::Actor;
use crate::domain::ids::{ConnectionId, SchoolId};

/// One line of the audit, as it is read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place; later is higher.
    pub id: i64,
    /// About which connection, if about one.
    pub connection: Option<ConnectionId>,
    /// About which of its schools, if about one.
    pub school: Option<SchoolId>,
    /// The version of the onboarding after it, if it changed one.
    pub onboarding_version: Option<i32>,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: Actor,
    /// What.
    pub action: Action,
}
