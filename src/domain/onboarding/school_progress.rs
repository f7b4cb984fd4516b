//! What each school of a connection has of its own: its activation, and whether it is under way, done, stopped or gone.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use super::interrupted::Interrupted;
use super::lifecycle::Lifecycle;
use super::step_state::StepState;
use crate::domain::actor::Actor;
use crate::domain::ids::ContactId;
use crate::domain::text::Reason;

/// For how long a school may undo that it stopped, or that it reported the import done.
pub const TIME_TO_UNDO_END: Duration = Duration::days(7);

/// Where one school is headed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[derive(IntoStaticStr, VariantNames)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
#[strum(serialize_all = "snake_case")]
pub enum Course {
    /// To the import.
    UnderWay,
    /// It stopped or chose Optie B.
    Withdrawn {
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: Reason,
        /// By whom; none where an older release kept it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Actor>,
        /// Whether it goes on with Optie B.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        chose_option_b: bool,
    },
    /// It reported that the import is done.
    Completed {
        /// When.
        at: DateTime<Utc>,
    },
    /// It belongs to another connection now.
    Left {
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: Reason,
    },
}

impl Course {
    /// The stored name.
    pub fn as_str(&self) -> &'static str {
        self.into()
    }

    /// Whether it stopped because it chose Optie B.
    pub fn chose_option_b(&self) -> bool {
        matches!(self, Self::Withdrawn { chose_option_b: true, .. })
    }

    pub(super) fn since(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::UnderWay => None,
            Self::Withdrawn { at, .. } | Self::Completed { at } | Self::Left { at, .. } => Some(*at),
        }
    }

    pub(super) fn lifecycle(&self) -> Lifecycle {
        match self.clone() {
            Self::UnderWay => Lifecycle::Active,
            Self::Withdrawn { at, reason, .. } | Self::Left { at, reason } => Lifecycle::Withdrawn { at, reason },
            Self::Completed { at } => Lifecycle::Completed { at },
        }
    }
}

/// One school of a connection, beside what all of them share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchoolProgress {
    #[serde(default)]
    pub(super) activation: StepState,
    pub(super) course: Course,
    #[serde(default, skip_serializing_if = "Interrupted::is_empty")]
    pub(super) interrupted: Interrupted,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) asked_by: Option<ContactId>,
}

impl SchoolProgress {
    pub(super) fn fresh(asked_by: Option<ContactId>) -> Self {
        let interrupted = Interrupted::default();
        Self { activation: StepState::Waiting, course: Course::UnderWay, interrupted, asked_by }
    }

    /// Where its activation stands.
    pub fn activation(&self) -> &StepState {
        &self.activation
    }

    /// Where it is headed.
    pub fn course(&self) -> &Course {
        &self.course
    }

    /// What of its own fell with a lost connection and holds again when it is back.
    pub fn interrupted(&self) -> &Interrupted {
        &self.interrupted
    }

    /// The contact who had it added, who is told when it may import for the first time.
    pub fn asked_by(&self) -> Option<ContactId> {
        self.asked_by
    }

    /// Whether Kurve activated it.
    pub fn is_activated(&self) -> bool {
        self.activation.is_yes()
    }

    /// Whether it stopped.
    pub fn is_withdrawn(&self) -> bool {
        matches!(self.course, Course::Withdrawn { .. })
    }

    /// Whether it stopped because it chose Optie B.
    pub fn chose_option_b(&self) -> bool {
        self.course.chose_option_b()
    }

    /// Whether it reported the import done.
    pub fn is_completed(&self) -> bool {
        matches!(self.course, Course::Completed { .. })
    }

    /// Whether it belongs to another connection now.
    pub fn has_left(&self) -> bool {
        matches!(self.course, Course::Left { .. })
    }

    /// Until when a contact may undo that it stopped or was done; none where that is not the school's to undo.
    pub fn undone_until(&self) -> Option<DateTime<Utc>> {
        match &self.course {
            Course::Withdrawn { at, by: Some(Actor::Contact { .. }), .. } | Course::Completed { at } => {
                Some(*at + TIME_TO_UNDO_END)
            }
            Course::Withdrawn { .. } | Course::UnderWay | Course::Left { .. } => None,
        }
    }

    /// Whether it goes on here: it neither stopped nor left.
    pub fn is_live(&self) -> bool {
        matches!(self.course, Course::UnderWay | Course::Completed { .. })
    }

    /// How far it is; the smallest stands for all schools.
    pub(super) fn place(&self) -> Place {
        let (steps, since) = match &self.activation {
            StepState::Waiting => (0, 0),
            StepState::Open { since, .. } | StepState::Stuck { since, .. } => (1, since.timestamp_micros()),
            // The youngest yes: since then all are.
            StepState::Yes { answer } => (2, -answer.since().timestamp_micros()),
        };
        Place { has_left: self.has_left(), is_withdrawn: self.is_withdrawn(), steps, since }
    }
}

/// The order of schools by how far they are, those that go on first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    has_left: bool,
    is_withdrawn: bool,
    steps: u8,
    since: i64,
}
