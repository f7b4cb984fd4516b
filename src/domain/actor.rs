//! Who does something: a contact of a school, a colleague of Kurve, somebody unknown, or a part of the machine.

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

use super::ids::{ContactId, StaffId};
use super::roles::Roles;

/// What a Kurve account may do, from most to least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum StaffRole {
    /// Everything that support may do, and the exceptions that need a heavier hand.
    Admin,
    /// Sees every school and does Kurve's part.
    Support,
    /// Sees every school and changes nothing.
    Reader,
}

impl StaffRole {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether the role may change anything of a school.
    pub fn can_act(self) -> bool {
        match self {
            Self::Admin | Self::Support => true,
            Self::Reader => false,
        }
    }
}

/// Who acts. Names and addresses are never in here: the audit keeps ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A contact of the school at hand, in their roles.
    Contact {
        /// Which contact.
        id: ContactId,
        /// The roles they had when they acted.
        roles: Roles,
    },
    /// A colleague of Kurve.
    Staff {
        /// Which colleague.
        id: StaffId,
        /// The role they had when they acted.
        role: StaffRole,
    },
    /// The connection check.
    Check,
    /// The timer.
    Clock,
    /// Who runs the command line on the server.
    Operator,
    /// Someone on the web of whom nobody knows who it is: who asks for a link, or signs in.
    Visitor,
}

impl Actor {
    /// The stored name of the kind of actor.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Contact { .. } => "contact",
            Self::Staff { .. } => "staff",
            Self::Check => "check",
            Self::Clock => "clock",
            Self::Operator => "operator",
            Self::Visitor => "visitor",
        }
    }

    /// The id of the person behind it; `None` for the machine.
    pub fn person(&self) -> Option<uuid::Uuid> {
        match self {
            Self::Contact { id, .. } => Some(id.as_uuid()),
            Self::Staff { id, .. } => Some(id.as_uuid()),
            Self::Check | Self::Clock | Self::Operator | Self::Visitor => None,
        }
    }
}
