//! What a lost connection took along, kept so that it holds again when the connection is back.
//!
//! Only what the check itself made fall is kept, and only while nothing else speaks against it: what is answered anew,
//! sent back, taken back, withdrawn or renewed meanwhile is forgotten here. What the check can prove by itself is not
//! kept either, but proven anew.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::change::FallCause;
use super::gate::Step;

/// What fell because a check found the connection lost: of the connection, or of one school.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interrupted {
    answers: BTreeMap<Step, Answer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    completed_at: Option<DateTime<Utc>>,
}

impl Interrupted {
    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.completed_at.is_none()
    }

    /// Whether the answer of a step is kept.
    pub fn has(&self, step: Step) -> bool {
        self.answers.contains_key(&step)
    }

    /// When the import was reported done, if the loss undid that.
    pub fn completed_at(&self) -> Option<DateTime<Utc>> {
        self.completed_at
    }

    pub(super) fn keep(&mut self, step: Step, cause: &FallCause, answer: Option<Answer>) {
        let is_by_check = matches!(cause, FallCause::ConnectionLost { .. } | FallCause::Refused { .. });
        let is_proven_anew = is_by_check && step.can_be_proven();
        if let Some(answer) = answer.filter(|_| !is_proven_anew) {
            self.answers.insert(step, answer);
        }
    }

    pub(super) fn keep_completed(&mut self, at: DateTime<Utc>) {
        self.completed_at = Some(at);
    }

    /// Somebody made a step fall: it and what needs it no longer come back by themselves.
    pub(super) fn forget_fallen(&mut self, step: Step) {
        self.answers.remove(&step);
        for other in step.needed_by() {
            self.answers.remove(&other);
        }
        self.completed_at = None;
    }

    pub(super) fn put_back(&mut self, step: Step, answer: Option<Answer>) {
        self.answers.extend(answer.map(|answer| (step, answer)));
    }

    pub(super) fn take(&mut self, step: Step) -> Option<Answer> {
        self.answers.remove(&step)
    }

    pub(super) fn take_completed(&mut self) -> Option<DateTime<Utc>> {
        self.completed_at.take()
    }
}
