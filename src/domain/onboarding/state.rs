//! What is known of one onboarding. [`Onboarding::apply`] is the only thing that changes it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use strum::{IntoEnumIterator, IntoStaticStr, VariantNames};

use super::answer::{Answer, Evidence, Given, Ground};
use super::change::{Change, Event, FallCause};
use super::gate::{Gate, Party, Step};
use super::interrupted::Interrupted;
use crate::domain::actor::Actor;
use crate::domain::ids::ContactId;
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum StepState {
    /// Cannot be done yet: something it needs is not yes.
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
    fn since(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Waiting => None,
            Self::Open { since, .. } | Self::Stuck { since, .. } => Some(*since),
            Self::Yes { answer } => Some(answer.since()),
        }
    }
}

/// Where the onboarding as a whole stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[derive(IntoStaticStr, VariantNames)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
#[strum(serialize_all = "snake_case")]
pub enum Lifecycle {
    /// Under way.
    Active,
    /// Laid aside; nobody is reminded.
    Paused {
        /// Since when.
        since: DateTime<Utc>,
        /// Why.
        reason: Reason,
        /// The Amsterdam date on which it resumes by itself.
        until: NaiveDate,
    },
    /// The school stops or chose Optie B.
    Withdrawn {
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: Reason,
    },
    /// The school reported that the import is done.
    Completed {
        /// When.
        at: DateTime<Utc>,
    },
}

impl Lifecycle {
    /// The stored name.
    pub fn as_str(&self) -> &'static str {
        self.into()
    }

    /// Whether the school stopped.
    pub fn is_withdrawn(&self) -> bool {
        matches!(self, Self::Withdrawn { .. })
    }

    /// Whether somebody laid it aside.
    pub fn is_paused(&self) -> bool {
        matches!(self, Self::Paused { .. })
    }

    /// Whether the import was reported done.
    pub fn is_completed(&self) -> bool {
        matches!(self, Self::Completed { .. })
    }
}

/// One school's onboarding. It is stored whole: what a newer release added to it, an older one would lose, so it is
/// refused there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Onboarding {
    lifecycle: Lifecycle,
    #[serde(deserialize_with = "with_every_step")]
    steps: BTreeMap<Step, StepState>,
    handed_to: BTreeMap<Step, ContactId>,
    credential_version: u32,
    #[serde(default, skip_serializing_if = "Interrupted::is_empty")]
    interrupted: Interrupted,
}

impl Onboarding {
    /// A fresh onboarding: nothing answered, and what needs nothing open since `at`.
    pub fn start(at: DateTime<Utc>) -> Self {
        let mut steps = Step::iter().map(|step| (step, StepState::Waiting)).collect();
        settle(&mut steps, at);
        Self {
            lifecycle: Lifecycle::Active,
            steps,
            handed_to: BTreeMap::new(),
            credential_version: 0,
            interrupted: Interrupted::default(),
        }
    }

    /// Where the whole stands.
    pub fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    /// Where one step stands.
    pub fn step(&self, step: Step) -> &StepState {
        self.steps.get(&step).expect("start() and the reading of stored states put every step in")
    }

    /// The answer of a step that is yes.
    pub fn answer(&self, step: Step) -> Option<&Answer> {
        match self.step(step) {
            StepState::Yes { answer } => Some(answer),
            StepState::Waiting | StepState::Open { .. } | StepState::Stuck { .. } => None,
        }
    }

    /// Why a step that is not done fell, if it had been yes before.
    pub fn fallen(&self, step: Step) -> Option<&Fallen> {
        match self.step(step) {
            StepState::Open { fallen, .. } | StepState::Stuck { fallen, .. } => fallen.as_ref(),
            StepState::Waiting | StepState::Yes { .. } => None,
        }
    }

    /// Whether a step is yes.
    pub fn is_yes(&self, step: Step) -> bool {
        self.answer(step).is_some()
    }

    /// Whether a gate's question is answered yes: computed from its steps, never set.
    pub fn is_gate_yes(&self, gate: Gate) -> bool {
        gate.steps().iter().all(|step| self.is_yes(*step))
    }

    /// Who has the ball for a step that can be done now; `None` if it is done or cannot be done yet.
    pub fn holder(&self, step: Step) -> Option<Party> {
        match self.step(step) {
            StepState::Open { .. } => Some(step.party()),
            StepState::Stuck { .. } => Some(Party::Kurve),
            StepState::Waiting | StepState::Yes { .. } => None,
        }
    }

    /// The version of the credentials last issued; 0 when none were.
    pub fn credential_version(&self) -> u32 {
        self.credential_version
    }

    /// The contact to whom a step was handed, if any.
    pub fn handed_to(&self, step: Step) -> Option<ContactId> {
        self.handed_to.get(&step).copied()
    }

    /// What fell with a lost connection and holds again when it is back.
    pub fn interrupted(&self) -> &Interrupted {
        &self.interrupted
    }

    /// What a step needs that is not yes.
    pub fn missing_for(&self, step: Step) -> Vec<Step> {
        step.needs().iter().copied().filter(|need| !self.is_yes(*need)).collect()
    }

    /// Folds one event in.
    #[must_use]
    pub fn apply(mut self, event: &Event) -> Self {
        match &event.change {
            Change::StepAnswered { step, evidence, ground } => self.answer_step(*step, *evidence, ground, event),
            Change::EvidenceFell { step, evidence } => self.drop_evidence(*step, *evidence),
            Change::StepFell { step, cause } => {
                match event.by {
                    Actor::Check => self.interrupted.keep(*step, cause, self.answer(*step).cloned()),
                    Actor::Contact { .. } | Actor::Staff { .. } | Actor::Clock | Actor::Operator | Actor::Visitor => {
                        self.interrupted.forget_fallen(*step);
                    }
                }
                let fallen = Fallen { cause: cause.clone(), by: event.by, at: event.at };
                self.steps.insert(*step, StepState::Open { since: event.at, fallen: Some(fallen), answer: None });
            }
            Change::StepRestored { step } => {
                if let Some(answer) = self.interrupted.take(*step) {
                    self.steps.insert(*step, StepState::Yes { answer });
                }
            }
            Change::CompletionRestored => {
                let at = self.interrupted.take_completed().unwrap_or(event.at);
                self.lifecycle = Lifecycle::Completed { at };
            }
            Change::CredentialsIssued { version } => {
                self.credential_version = *version;
                self.interrupted = Interrupted::default();
                if self.is_yes(Step::CredentialsIssued) {
                    let ground = Ground::Credentials(*version);
                    self.answer_step(Step::CredentialsIssued, Evidence::Confirmed, &ground, event);
                }
            }
            Change::StuckReported { step, reason } => {
                // Who says it again, in other words, keeps the place in Kurve's worklist.
                let since = match self.step(*step) {
                    StepState::Stuck { since, .. } => *since,
                    StepState::Waiting | StepState::Open { .. } | StepState::Yes { .. } => event.at,
                };
                let fallen = self.fallen(*step).cloned();
                let stuck = StepState::Stuck { since, reason: reason.clone(), by: event.by, fallen };
                self.steps.insert(*step, stuck);
            }
            Change::StuckAnswered { step, answer } => {
                let fallen = self.fallen(*step).cloned();
                let open = StepState::Open { since: event.at, fallen, answer: Some(answer.clone()) };
                self.steps.insert(*step, open);
            }
            Change::StepHandedOver { step, to } => {
                self.handed_to.insert(*step, *to);
            }
            Change::Paused { reason, until } => {
                self.lifecycle = Lifecycle::Paused { since: event.at, reason: reason.clone(), until: *until };
            }
            Change::Withdrawn { reason } => {
                self.lifecycle = Lifecycle::Withdrawn { at: event.at, reason: reason.clone() };
                self.interrupted = Interrupted::default();
            }
            Change::Completed => {
                self.lifecycle = Lifecycle::Completed { at: event.at };
                self.interrupted = Interrupted::default();
            }
            Change::Reopened => {
                if let (Lifecycle::Completed { at }, Actor::Check) = (&self.lifecycle, event.by) {
                    self.interrupted.keep_completed(*at);
                }
                self.lifecycle = Lifecycle::Active;
            }
            Change::Resumed => self.lifecycle = Lifecycle::Active,
        }
        settle(&mut self.steps, event.at);
        self
    }

    /// Folds events in, oldest first.
    #[must_use]
    pub fn apply_all<'a>(self, events: impl IntoIterator<Item = &'a Event>) -> Self {
        events.into_iter().fold(self, |state, event| state.apply(event))
    }

    fn answer_step(&mut self, step: Step, evidence: Evidence, ground: &Ground, event: &Event) {
        let given = Given { by: event.by, at: event.at, ground: ground.clone() };
        self.interrupted.take(step);
        match self.steps.get_mut(&step) {
            Some(StepState::Yes { answer }) => answer.add(evidence, given),
            Some(StepState::Waiting | StepState::Open { .. } | StepState::Stuck { .. }) | None => {
                self.steps.insert(step, StepState::Yes { answer: Answer::new(evidence, given) });
                self.handed_to.remove(&step);
            }
        }
    }

    fn drop_evidence(&mut self, step: Step, evidence: Evidence) {
        if let Some(StepState::Yes { answer }) = self.steps.get_mut(&step) {
            answer.drop_evidence(evidence);
        }
    }
}

/// Opens what can be done now and closes what no longer can, keeping why a step fell.
fn settle(steps: &mut BTreeMap<Step, StepState>, at: DateTime<Utc>) {
    for step in Step::iter() {
        let is_ready = step.needs().iter().all(|need| matches!(steps.get(need), Some(StepState::Yes { .. })));
        match steps.get(&step) {
            Some(StepState::Waiting) | None if is_ready => {
                steps.insert(step, StepState::Open { since: at, fallen: None, answer: None });
            }
            Some(StepState::Open { .. } | StepState::Stuck { .. }) | None if !is_ready => {
                steps.insert(step, StepState::Waiting);
            }
            Some(StepState::Waiting | StepState::Open { .. } | StepState::Stuck { .. } | StepState::Yes { .. })
            | None => {}
        }
    }
}

/// Reads steps that an older release may have stored, which knew fewer of them. A step that it did not know can be done
/// since the last thing that it did know, or waits for what it needs.
fn with_every_step<'de, D: Deserializer<'de>>(stored: D) -> Result<BTreeMap<Step, StepState>, D::Error> {
    let mut steps = BTreeMap::<Step, StepState>::deserialize(stored)?;
    if Step::iter().any(|step| !steps.contains_key(&step)) {
        let last = steps.values().filter_map(StepState::since).max().unwrap_or(DateTime::UNIX_EPOCH);
        settle(&mut steps, last);
    }
    Ok(steps)
}
