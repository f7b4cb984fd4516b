//! Folds events into an onboarding. An event of a school that is not here changes nothing.

use super::access::PasswordAsked;
use super::answer::{Answer, Evidence, Given, Ground};
use super::change::{Change, Event, FallCause};
use super::gate::{Party, Step};
use super::interrupted::Interrupted;
use super::lifecycle::Pause;
use super::press::BeforePress;
use super::school_progress::{Course, SchoolProgress};
use super::settle::settle;
use super::state::Onboarding;
use super::step_state::{Fallen, StepState};
use crate::domain::actor::Actor;
use crate::domain::ids::SchoolId;

/// A step of the connection or the activation of one school, with what is kept beside it.
struct Part<'a> {
    state: &'a mut StepState,
    interrupted: &'a mut Interrupted,
}

impl Onboarding {
    /// Folds one event in.
    #[must_use]
    pub fn apply(mut self, event: &Event) -> Self {
        let held = self.held_with_credentials();
        self.forget_old_presses(event);
        match &event.change {
            Change::StepAnswered { step, evidence, ground } => self.answer_step(*step, *evidence, ground, event),
            Change::EvidenceFell { step, evidence } => {
                if let Some(Part { state: StepState::Yes { answer }, .. }) = self.part(*step, event.school) {
                    answer.drop_evidence(*evidence);
                }
            }
            Change::StepFell { step, cause } => {
                self.drop_step(*step, cause, event);
                self.end_completion(*step, cause, event);
                // Of what was undone at once nobody heard.
                if *step == Step::ActivationConfirmed && *cause != FallCause::Undone {
                    self.tells_all(event);
                }
            }
            Change::StepRestored { step } => {
                if let Some(Part { state, interrupted }) = self.part(*step, event.school)
                    && let Some(answer) = interrupted.take(*step)
                {
                    *state = StepState::Yes { answer };
                }
            }
            Change::CompletionRestored => {
                if let Some(school) = self.school_mut(event) {
                    let at = school.interrupted.take_completed().unwrap_or(event.at);
                    school.course = Course::Completed { at };
                }
            }
            Change::CredentialsIssued { version } => {
                self.credential_version = *version;
                self.access.password = None;
                self.access.asked = None;
                self.interrupted = Interrupted::default();
                self.schools.values_mut().for_each(|school| school.interrupted = Interrupted::default());
                if self.is_yes(Step::CredentialsIssued) {
                    let ground = Ground::Credentials(*version);
                    self.answer_step(Step::CredentialsIssued, Evidence::Confirmed, &ground, event);
                }
            }
            Change::PasswordNoted { access } | Change::PasswordGone { access } => {
                self.access.password = Some(*access);
                if access.gone.is_none() {
                    self.access.asked = None;
                }
            }
            Change::PeopleNoted { people } => self.access.people = people.clone(),
            Change::PasswordAsked => self.access.asked = Some(PasswordAsked { by: event.by, at: event.at }),
            Change::StuckReported { step, reason } => {
                if let Some(Part { state, .. }) = self.part(*step, event.school) {
                    // Who says it again, in other words, keeps the place in Kurve's worklist.
                    let since = match state {
                        StepState::Stuck { since, .. } => *since,
                        StepState::Waiting | StepState::Open { .. } | StepState::Yes { .. } => event.at,
                    };
                    let fallen = state.fallen().cloned();
                    *state = StepState::Stuck { since, reason: reason.clone(), by: event.by, fallen };
                }
            }
            Change::StuckAnswered { step, answer } => {
                if let Some(Part { state, .. }) = self.part(*step, event.school) {
                    let fallen = state.fallen().cloned();
                    *state = StepState::Open { since: event.at, fallen, answer: Some(answer.clone()) };
                }
            }
            Change::StepHandedOver { step, to } => {
                self.handed_to.insert(*step, *to);
            }
            Change::Paused { reason, until } => {
                self.paused = Some(Pause { since: event.at, reason: reason.clone(), until: *until });
            }
            Change::Resumed => self.paused = None,
            Change::Withdrawn { reason, chose_option_b } => {
                let (reason, chose_option_b) = (reason.clone(), *chose_option_b);
                let course = Course::Withdrawn { at: event.at, reason, by: Some(event.by), chose_option_b };
                self.stop(event, course);
            }
            Change::SchoolLeft { reason, .. } => {
                self.stop(event, Course::Left { at: event.at, reason: reason.clone() })
            }
            Change::SchoolAdded { asked_by } => {
                self.schools.extend(event.school.map(|id| (id, SchoolProgress::fresh(*asked_by))));
            }
            Change::Completed => {
                if let Some(school) = self.school_mut(event) {
                    school.course = Course::Completed { at: event.at };
                    school.interrupted = Interrupted::default();
                }
            }
            Change::Reopened => {
                if let Some(school) = self.school_mut(event) {
                    if let (Course::Completed { at }, Actor::Check) = (&school.course, event.by) {
                        school.interrupted.keep_completed(*at);
                    }
                    school.course = Course::UnderWay;
                }
                self.tells_all(event);
            }
        }
        settle(&mut self.steps, &mut self.schools, event.at);
        self.count_from_pass(&held, event);
        // There is nothing left to lay aside once nobody is under way.
        if !self.schools.values().any(|school| school.course == Course::UnderWay) {
            self.paused = None;
        }
        self
    }

    /// Folds events in, oldest first.
    #[must_use]
    pub fn apply_all<'a>(self, events: impl IntoIterator<Item = &'a Event>) -> Self {
        events.into_iter().fold(self, |state, event| state.apply(event))
    }

    /// What was before a press is kept for undoing it, and no longer.
    fn forget_old_presses(&mut self, event: &Event) {
        if !matches!(event.change, Change::StepFell { cause: FallCause::Undone, .. }) {
            self.presses.retain(|_, press| !press.is_old(event.at));
        }
    }

    fn held_with_credentials(&self) -> Vec<(Step, Option<Party>)> {
        Step::shared().filter(|step| step.takes_credentials()).map(|step| (step, self.holder(step))).collect()
    }

    /// Whoever gets the ball of a step that stays open has it since now.
    fn count_from_pass(&mut self, held: &[(Step, Option<Party>)], event: &Event) {
        for (step, before) in held {
            let after = self.holder(*step);
            if before.is_some()
                && after != *before
                && let Some(StepState::Open { since, .. }) = self.steps.get_mut(step)
            {
                *since = event.at;
            }
        }
    }

    fn school_mut(&mut self, event: &Event) -> Option<&mut SchoolProgress> {
        self.schools.get_mut(&event.school?)
    }

    fn part(&mut self, step: Step, school: Option<SchoolId>) -> Option<Part<'_>> {
        if let Some(state) = self.steps.get_mut(&step) {
            return Some(Part { state, interrupted: &mut self.interrupted });
        }
        let SchoolProgress { activation: state, interrupted, .. } = self.schools.get_mut(&school?)?;
        Some(Part { state, interrupted })
    }

    fn answer_step(&mut self, step: Step, evidence: Evidence, ground: &Ground, event: &Event) {
        let given = Given { by: event.by, at: event.at, ground: ground.clone() };
        let Some(Part { state, interrupted }) = self.part(step, event.school) else { return };
        let kept = interrupted.take(step);
        let before = state.clone();
        match state {
            StepState::Yes { answer } => answer.add(evidence, given),
            StepState::Waiting | StepState::Open { .. } | StepState::Stuck { .. } => {
                *state = StepState::Yes { answer: Answer::new(evidence, given) };
                self.handed_to.remove(&step);
            }
        }
        if !before.is_yes()
            && let Some(school) = event.school.filter(|_| !step.is_shared())
        {
            self.presses.insert(school, BeforePress { pressed_at: event.at, activation: before, kept });
        }
        if step == Step::PasswordSet {
            // They had it after all.
            self.access.asked = None;
        }
    }

    /// All contacts heard that a school closed or stopped, so they all hear when it may import again.
    fn tells_all(&mut self, event: &Event) {
        if let Some(school) = self.school_mut(event) {
            school.asked_by = None;
        }
    }

    /// A school that was done and ends is done no more; that it is under way is told of one that goes on.
    fn end_completion(&mut self, step: Step, cause: &FallCause, event: &Event) {
        let ends = step == Step::ActivationConfirmed && matches!(cause, FallCause::Withdrawn | FallCause::Moved);
        if let Some(school) = self.school_mut(event).filter(|school| ends && school.is_completed()) {
            school.course = Course::UnderWay;
        }
    }

    fn drop_step(&mut self, step: Step, cause: &FallCause, event: &Event) {
        let before = event.school.filter(|_| !step.is_shared()).and_then(|school| self.presses.remove(&school));
        if let (FallCause::Undone, Some(BeforePress { activation, kept, .. })) = (cause, before) {
            if let Some(Part { state, interrupted }) = self.part(step, event.school) {
                *state = activation;
                interrupted.put_back(step, kept);
            }
            return;
        }
        let Some(Part { state, interrupted }) = self.part(step, event.school) else { return };
        let is_by_person = match event.by {
            Actor::Check => false,
            Actor::Contact { .. } | Actor::Staff { .. } | Actor::Clock | Actor::Operator | Actor::Visitor => true,
        };
        if is_by_person {
            interrupted.forget_fallen(step);
        } else {
            interrupted.keep(step, cause, state.answer().cloned());
        }
        let fallen = Fallen { cause: cause.clone(), by: event.by, at: event.at };
        *state = StepState::Open { since: event.at, fallen: Some(fallen), answer: None };
        if is_by_person && step.is_shared() {
            self.schools.values_mut().for_each(|school| school.interrupted.forget_fallen(step));
        }
    }

    fn stop(&mut self, event: &Event, course: Course) {
        let Some(school) = self.school_mut(event) else { return };
        school.course = course;
        school.interrupted = Interrupted::default();
        if self.live().next().is_none() {
            self.interrupted = Interrupted::default();
        }
    }
}
