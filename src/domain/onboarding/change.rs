//! What happened: events are facts of the past, kept in the audit, and enough to make the state again.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use super::access::{PasswordAccess, People};
use super::answer::{Evidence, Ground};
use super::gate::Step;
use crate::domain::actor::Actor;
use crate::domain::ids::{ConnectionId, ContactId, SchoolId};
use crate::domain::text::Reason;

/// Why a step that was yes is no again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FallCause {
    /// The school took it back.
    TakenBack,
    /// Kurve sent it back.
    SentBack {
        /// Why.
        reason: Reason,
    },
    /// A step it needs fell.
    NeededStepFell {
        /// The step that fell first.
        step: Step,
    },
    /// Kurve issued a new password.
    CredentialsRenewed,
    /// The connection check found it broken.
    ConnectionLost {
        /// The check's stable code.
        code: String,
    },
    /// It was only said, and Magister refused it at the next connection check: it never held.
    Refused {
        /// The check's stable code.
        code: String,
    },
    /// The school withdrew; told of the activation then, and of the credentials when it is taken up again.
    Withdrawn,
    /// The school belongs to another connection now.
    Moved,
    /// Kurve undid its own press before anybody was told of it.
    Undone,
}

/// One change of an onboarding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[derive(IntoStaticStr, VariantNames)]
#[serde(tag = "change", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Change {
    /// A step got a yes, or a further ground for it.
    StepAnswered {
        /// Which step.
        step: Step,
        /// How sure.
        evidence: Evidence,
        /// On what ground.
        ground: Ground,
    },
    /// One ground of a yes no longer holds; the step stays yes on the others.
    EvidenceFell {
        /// Which step.
        step: Step,
        /// Which ground.
        evidence: Evidence,
    },
    /// A step is no again.
    StepFell {
        /// Which step.
        step: Step,
        /// Why.
        cause: FallCause,
    },
    /// A yes that fell with a lost connection holds again, as it was.
    StepRestored {
        /// Which step.
        step: Step,
    },
    /// The import counts as done again, as before the connection was lost.
    CompletionRestored,
    /// Kurve issued credentials of this version (the first is 1).
    CredentialsIssued {
        /// The new version.
        version: u32,
    },
    /// What is known of looking at the password changed, without news for anybody.
    PasswordNoted {
        /// What is so.
        access: PasswordAccess,
    },
    /// The password cannot be looked at any more: every view is used, or the days are over.
    PasswordGone {
        /// What is so.
        access: PasswordAccess,
    },
    /// Who can pick up password and query changed.
    PeopleNoted {
        /// The contacts of today.
        people: People,
    },
    /// The school asked for a new password.
    PasswordAsked,
    /// The school says a step does not work.
    StuckReported {
        /// Which step.
        step: Step,
        /// What goes wrong.
        reason: Reason,
    },
    /// Kurve answered; the ball is where it was.
    StuckAnswered {
        /// Which step.
        step: Step,
        /// Kurve's answer.
        answer: Reason,
    },
    /// A step was handed to a colleague of the school.
    StepHandedOver {
        /// Which step.
        step: Step,
        /// To whom.
        to: ContactId,
    },
    /// Laid aside, with all schools.
    Paused {
        /// Why.
        reason: Reason,
        /// The Amsterdam date on which it resumes.
        until: NaiveDate,
    },
    /// Taken up again.
    Resumed,
    /// The school stops.
    Withdrawn {
        /// Why.
        reason: Reason,
        /// Whether it goes on with Optie B.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        chose_option_b: bool,
    },
    /// A school that had stopped or was done is under way again.
    Reopened,
    /// The import is done.
    Completed,
    /// A school came to the connection.
    SchoolAdded {
        /// The contact who had it added, if a contact did.
        asked_by: Option<ContactId>,
    },
    /// A school went to another connection.
    SchoolLeft {
        /// Where to.
        to: ConnectionId,
        /// Why.
        reason: Reason,
    },
}

impl Change {
    /// The stable name under which the audit keeps it.
    pub fn as_str(&self) -> &'static str {
        self.into()
    }

    /// The step it is about, if about one.
    pub fn step(&self) -> Option<Step> {
        match self {
            Self::StepAnswered { step, .. }
            | Self::EvidenceFell { step, .. }
            | Self::StepFell { step, .. }
            | Self::StepRestored { step }
            | Self::StuckReported { step, .. }
            | Self::StuckAnswered { step, .. }
            | Self::StepHandedOver { step, .. } => Some(*step),
            Self::CredentialsIssued { .. } => Some(Step::CredentialsIssued),
            Self::PasswordGone { .. } | Self::PasswordAsked => Some(Step::PasswordSet),
            Self::PasswordNoted { .. }
            | Self::PeopleNoted { .. }
            | Self::CompletionRestored
            | Self::Paused { .. }
            | Self::Resumed
            | Self::Withdrawn { .. }
            | Self::Reopened
            | Self::Completed
            | Self::SchoolAdded { .. }
            | Self::SchoolLeft { .. } => None,
        }
    }
}

/// A change, by whom and when, and of which school.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: Actor,
    /// Of which school; none where it is of the connection, and so of all its schools.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school: Option<SchoolId>,
    /// What.
    #[serde(flatten)]
    pub change: Change,
}
