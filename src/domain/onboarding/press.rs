//! What a press that activates replaced, kept for a moment so that it can be undone as if it never was.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::step_state::StepState;

/// For how long the mails of a press that activates wait, so that a slip can be undone before anybody hears of it.
pub const TIME_TO_UNDO: Duration = Duration::minutes(2);

/// How the activation of a school stood before Kurve activated it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BeforePress {
    pub(super) pressed_at: DateTime<Utc>,
    pub(super) activation: StepState,
    /// What was kept of it for when a lost connection is back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) kept: Option<Answer>,
}

impl BeforePress {
    /// Whether the time to undo the press is over, so that what happens now need not keep it.
    pub(super) fn is_old(&self, now: DateTime<Utc>) -> bool {
        now > self.pressed_at + TIME_TO_UNDO
    }
}
