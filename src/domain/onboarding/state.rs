//! What is known of one onboarding: a connection with its schools. [`Onboarding::apply`] is the only thing that changes
//! it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::access::Access;
use super::answer::{Answer, Despite, Evidence, Ground};
use super::gate::{Gate, Party, Step};
use super::interrupted::Interrupted;
use super::lifecycle::{Lifecycle, Pause};
use super::obstacle::{self, Obstacle};
use super::press::BeforePress;
use super::school_progress::{Course, SchoolProgress};
use super::school_view::SchoolView;
use super::settle::settle;
use super::step_state::{Fallen, StepState};
use crate::domain::ids::{ContactId, SchoolId};

/// The most schools that one connection has here.
pub const MOST_SCHOOLS: usize = 250;

/// One connection's onboarding, with its schools. It is stored whole: what a newer release added to it, an older one
/// would lose, so it is refused there.
///
/// Asked for a step, it answers for the whole: the activation is that of the school that is least far, so that it is yes
/// once every school is activated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Onboarding {
    pub(super) paused: Option<Pause>,
    /// All but the activation, which each school has for itself.
    pub(super) steps: BTreeMap<Step, StepState>,
    pub(super) handed_to: BTreeMap<Step, ContactId>,
    pub(super) credential_version: u32,
    #[serde(skip_serializing_if = "Interrupted::is_empty")]
    pub(super) interrupted: Interrupted,
    #[serde(skip_serializing_if = "Access::is_empty")]
    pub(super) access: Access,
    /// Never empty: who left stays.
    pub(super) schools: BTreeMap<SchoolId, SchoolProgress>,
    /// What the presses of a moment ago replaced.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) presses: BTreeMap<SchoolId, BeforePress>,
}

/// An onboarding as it lies in the database, perhaps by an older release that knew fewer steps.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    paused: Option<Pause>,
    steps: BTreeMap<Step, StepState>,
    handed_to: BTreeMap<Step, ContactId>,
    credential_version: u32,
    #[serde(default)]
    interrupted: Interrupted,
    #[serde(default)]
    access: Access,
    schools: BTreeMap<SchoolId, SchoolProgress>,
    #[serde(default)]
    presses: BTreeMap<SchoolId, BeforePress>,
}

impl TryFrom<Stored> for Onboarding {
    type Error = &'static str;

    /// A step that was not known can be done since the last thing that was, or waits for what it needs.
    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { paused, mut steps, handed_to, credential_version, interrupted, access, mut schools, presses } =
            stored;
        if schools.is_empty() {
            return Err("an onboarding without a school");
        }
        if steps.keys().any(|step| !step.is_shared()) {
            return Err("an activation that is of no school");
        }
        let known = steps.values().chain(schools.values().map(SchoolProgress::activation));
        let last = known.filter_map(StepState::since).max().unwrap_or(DateTime::UNIX_EPOCH);
        settle(&mut steps, &mut schools, last);
        Ok(Self { paused, steps, handed_to, credential_version, interrupted, access, schools, presses })
    }
}

impl Onboarding {
    /// A fresh onboarding of one school: nothing answered, and what needs nothing open since `at`.
    pub fn start(at: DateTime<Utc>, school: SchoolId) -> Self {
        let mut steps = BTreeMap::new();
        let mut schools = BTreeMap::from([(school, SchoolProgress::fresh(None))]);
        settle(&mut steps, &mut schools, at);
        Self {
            paused: None,
            steps,
            handed_to: BTreeMap::new(),
            credential_version: 0,
            interrupted: Interrupted::default(),
            access: Access::default(),
            schools,
            presses: BTreeMap::new(),
        }
    }

    /// Where the whole stands: withdrawn once no school goes on, completed once each that goes on is.
    pub fn lifecycle(&self) -> Lifecycle {
        let live: Vec<&Course> = self.live().map(|(_, school)| school.course()).collect();
        let latest =
            |courses: Vec<&Course>| courses.into_iter().max_by_key(|course| course.since()).map(Course::lifecycle);
        let course = match &self.paused {
            _ if live.is_empty() => latest(self.schools.values().map(SchoolProgress::course).collect()),
            Some(pause) => Some(pause.lifecycle()),
            None if live.iter().all(|course| course.since().is_some()) => latest(live),
            None => None,
        };
        course.unwrap_or(Lifecycle::Active)
    }

    /// Since when no school of it goes on to the import: each is done, stopped or elsewhere. `None` while one does.
    pub fn ended_at(&self) -> Option<DateTime<Utc>> {
        let since: Option<Vec<_>> = self.schools.values().map(|school| school.course().since()).collect();
        since?.into_iter().max()
    }

    /// Where one school stands; `None` if it is not here.
    pub fn lifecycle_of(&self, school: SchoolId) -> Option<Lifecycle> {
        self.of(school).map(|view| view.lifecycle())
    }

    /// That it is laid aside, if it is.
    pub fn paused(&self) -> Option<&Pause> {
        self.paused.as_ref()
    }

    /// One school with what it shares; `None` if it is not here, or no longer.
    pub fn of(&self, school: SchoolId) -> Option<SchoolView<'_>> {
        let school = self.schools.get(&school).filter(|school| !school.has_left())?;
        Some(SchoolView { whole: self, school })
    }

    /// The onboarding as one school sees it: what all share, and no sisters; `None` if it is not here, or no longer.
    pub fn only(&self, school: SchoolId) -> Option<Self> {
        let own = self.schools.get(&school).filter(|school| !school.has_left())?;
        Some(Self {
            schools: BTreeMap::from([(school, own.clone())]),
            paused: self.paused.clone(),
            steps: self.steps.clone(),
            handed_to: self.handed_to.clone(),
            credential_version: self.credential_version,
            interrupted: self.interrupted.clone(),
            access: self.access.clone(),
            presses: BTreeMap::new(),
        })
    }

    /// What a school has of its own, also when it left.
    pub fn school(&self, school: SchoolId) -> Option<&SchoolProgress> {
        self.schools.get(&school)
    }

    /// The schools that are here, stopped or not, in the order of their ids.
    pub fn schools(&self) -> impl Iterator<Item = (SchoolId, &SchoolProgress)> {
        self.schools.iter().map(|(id, school)| (*id, school)).filter(|(_, school)| !school.has_left())
    }

    /// Every school that is or was here, in the order of their ids.
    pub fn ever_here(&self) -> impl Iterator<Item = SchoolId> {
        self.schools.keys().copied()
    }

    /// How many schools one confirmation of the activation would activate.
    pub fn waiting_for_activation(&self) -> usize {
        self.live().filter(|(_, school)| !school.is_activated()).count()
    }

    /// The schools that go on: not those that stopped.
    pub fn live(&self) -> impl Iterator<Item = (SchoolId, &SchoolProgress)> {
        self.schools().filter(|(_, school)| school.is_live())
    }

    /// The school that is least far, of those that go on if any does.
    fn representative(&self) -> &SchoolProgress {
        self.schools.values().min_by_key(|school| school.place()).expect("start() puts one in and none is taken out")
    }

    /// Where one step stands.
    pub fn step(&self, step: Step) -> &StepState {
        self.steps.get(&step).unwrap_or_else(|| &self.representative().activation)
    }

    /// The answer of a step that is yes.
    pub fn answer(&self, step: Step) -> Option<&Answer> {
        self.step(step).answer()
    }

    /// Why a step that is not done fell, if it had been yes before.
    pub fn fallen(&self, step: Step) -> Option<&Fallen> {
        self.step(step).fallen()
    }

    /// Whether a step is yes.
    pub fn is_yes(&self, step: Step) -> bool {
        self.step(step).is_yes()
    }

    /// Since when the youngest yes of a step stands: of the activation, that of any school.
    pub fn last_yes_since(&self, step: Step) -> Option<DateTime<Utc>> {
        let since = |state: &StepState| state.answer().map(Answer::since);
        match self.steps.get(&step) {
            Some(state) => since(state),
            None => self.schools.values().filter_map(|school| since(&school.activation)).max(),
        }
    }

    /// Whether a step is yes: the activation, for any school.
    pub fn is_any_yes(&self, step: Step) -> bool {
        self.last_yes_since(step).is_some()
    }

    /// The schools that Kurve activated.
    pub fn activated(&self) -> BTreeSet<SchoolId> {
        self.schools().filter(|(_, school)| school.is_activated()).map(|(id, _)| id).collect()
    }

    /// Why Kurve activated schools that go on although the newest check was no ground for it, each once, with when.
    pub fn activated_despite(&self) -> Vec<(DateTime<Utc>, &Despite)> {
        let answers = self.live().filter_map(|(_, school)| school.activation.answer()?.with(Evidence::Confirmed));
        let mut found = vec![];
        for given in answers {
            if let Ground::Despite(despite) = &given.ground
                && !found.contains(&(given.at, despite))
            {
                found.push((given.at, despite));
            }
        }
        found
    }

    /// Whether a gate's question is answered yes: computed from its steps, never set.
    pub fn is_gate_yes(&self, gate: Gate) -> bool {
        gate.steps().iter().all(|step| self.is_yes(*step))
    }

    /// Who has the ball for a step that can be done now; `None` if it is done or cannot be done yet. What its people
    /// cannot do until Kurve does something is Kurve's.
    pub fn holder(&self, step: Step) -> Option<Party> {
        let held_by = self.step(step).holder(step)?;
        Some(if self.obstacles(step).is_empty() { held_by } else { Party::Kurve })
    }

    /// Why the people of a step that can be done now cannot do it.
    pub fn obstacles(&self, step: Step) -> Vec<Obstacle> {
        obstacle::obstacles(&self.access, step, self.step(step), self.handed_to(step))
    }

    /// Who can see the credentials, and whether the password can be seen at all.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// The version of the credentials last issued; 0 when none were.
    pub fn credential_version(&self) -> u32 {
        self.credential_version
    }

    /// The contact to whom a step was handed, if any.
    pub fn handed_to(&self, step: Step) -> Option<ContactId> {
        self.handed_to.get(&step).copied()
    }

    /// What of the shared steps fell with a lost connection and holds again when it is back.
    pub fn interrupted(&self) -> &Interrupted {
        &self.interrupted
    }

    /// What a step needs that is not yes.
    pub fn missing_for(&self, step: Step) -> Vec<Step> {
        step.needs().iter().copied().filter(|need| !self.is_yes(*need)).collect()
    }
}
