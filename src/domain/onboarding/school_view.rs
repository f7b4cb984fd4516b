//! One school as it is looked at: the steps of its connection, with its own activation and course.

use super::answer::Answer;
use super::gate::{Gate, Party, Step};
use super::lifecycle::Lifecycle;
use super::school_progress::SchoolProgress;
use super::state::Onboarding;
use super::step_state::StepState;

/// One school of a connection, with what it shares with its sisters.
#[derive(Debug, Clone, Copy)]
pub struct SchoolView<'a> {
    pub(super) whole: &'a Onboarding,
    pub(super) school: &'a SchoolProgress,
}

impl<'a> SchoolView<'a> {
    /// Where one step stands for this school.
    pub fn step(&self, step: Step) -> &'a StepState {
        self.whole.steps.get(&step).unwrap_or(&self.school.activation)
    }

    /// The answer of a step that is yes.
    pub fn answer(&self, step: Step) -> Option<&'a Answer> {
        self.step(step).answer()
    }

    /// Whether a gate's question is answered yes for this school.
    pub fn is_gate_yes(&self, gate: Gate) -> bool {
        gate.steps().iter().all(|step| self.step(*step).is_yes())
    }

    /// Who has the ball for a step that can be done now.
    pub fn holder(&self, step: Step) -> Option<Party> {
        if step.is_shared() { self.whole.holder(step) } else { self.step(step).holder(step) }
    }

    /// Where the school stands: a pause of its connection hides that it is under way or done.
    pub fn lifecycle(&self) -> Lifecycle {
        match self.whole.paused() {
            Some(pause) if self.school.is_live() => pause.lifecycle(),
            Some(_) | None => self.school.course.lifecycle(),
        }
    }
}
