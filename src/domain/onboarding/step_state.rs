//! Where one step stands, and why one that was yes is open again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::change::FallCause;
use super::gate::{Party, Step};
use crate::domain::actor::Actor;
use crate::domain::text::Reason;

/// Why a step that was yes is open again; shown until it is done again, also while it is stuck.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fallen {
    /// What made it fall.
    pub cause: FallCause,
    /// Who did that.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Where one step stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum StepState {
    /// Cannot be done yet: something it needs is not yes.
    #[default]
    Waiting,
    /// Can be done now.
    Open {
        /// Since when.
        since: DateTime<Utc>,
        /// Why it fell, if it had been yes before.
        fallen: Option<Fallen>,
        /// What Kurve last answered to "Het lukt niet".
        answer: Option<Reason>,
    },
    /// The school says that it does not work; Kurve has the ball.
    Stuck {
        /// Since when.
        since: DateTime<Utc>,
        /// What goes wrong.
        reason: Reason,
        /// Who said so.
        by: Actor,
        /// Why it fell, if it had been yes before.
        #[serde(default)]
        fallen: Option<Fallen>,
    },
    /// Done.
    Yes {
        /// On what evidence.
        answer: Answer,
    },
}

impl StepState {
    /// The answer, if it is yes.
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Yes { answer } => Some(answer),
            Self::Waiting | Self::Open { .. } | Self::Stuck { .. } => None,
        }
    }

    /// Whether it is yes.
    pub fn is_yes(&self) -> bool {
        self.answer().is_some()
    }

    /// Why it fell, if it is not done and had been yes before.
    pub fn fallen(&self) -> Option<&Fallen> {
        match self {
            Self::Open { fallen, .. } | Self::Stuck { fallen, .. } => fallen.as_ref(),
            Self::Waiting | Self::Yes { .. } => None,
        }
    }

    /// Who has the ball if this is where a step stands; `None` if it is done or cannot be done yet.
    pub fn holder(&self, step: Step) -> Option<Party> {
        match self {
            Self::Open { .. } => Some(step.party()),
            Self::Stuck { .. } => Some(Party::Kurve),
            Self::Waiting | Self::Yes { .. } => None,
        }
    }

    pub(super) fn since(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Waiting => None,
            Self::Open { since, .. } | Self::Stuck { since, .. } => Some(*since),
            Self::Yes { answer } => Some(answer.since()),
        }
    }
}
