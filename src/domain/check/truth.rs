//! The truth about a step: what was said of it, what the newest check saw, when, and the one thing to do now.
//!
//! Everything that tells of a step takes it from here: the school's pages, Kurve's, the worklist, the API and the mails.
//! So none of them calls a step simply done while the newest check says otherwise. Not here: what a check makes fall
//! ([`judge`](super::judge())) and the words for it (the room `words`).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use strum::IntoEnumIterator;

use super::judge::doubted;
use super::{Advice, CheckCode, Rung};
use crate::domain::onboarding::gate::{Gate, Party, Step};
use crate::domain::onboarding::progress::{KurveTask, OpenStep, kurve_tasks, open_steps};
use crate::domain::onboarding::{Answer, Lifecycle, Onboarding, StepState};

/// The newest check that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newest {
    /// How it ended.
    pub code: CheckCode,
    /// When.
    pub at: DateTime<Utc>,
    /// Since when checks end so.
    pub since: DateTime<Utc>,
}

/// What the newest check says of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Nothing: none was made, or none can see this step.
    Unchecked,
    /// Nothing yet: it was said after that check.
    Later(Newest),
    /// That it works.
    Seen(Newest),
    /// It did not get as far, or nobody answered. That is no refusal.
    Unseen(Newest),
    /// The opposite.
    Refused(Newest),
}

/// Where a step stands, said and seen together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Cannot be done yet.
    Waiting,
    /// Can be done now.
    Open(Party),
    /// The school says that it does not work.
    Stuck,
    /// Done, and nothing speaks against it.
    Done,
    /// Said, and not seen yet.
    NotSeenYet,
    /// Seen before, and not by the newest check.
    NotSeenNow,
    /// Done as far as was said or seen, and the newest check says the opposite.
    Doubted,
}

/// What is known of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepTruth<'a> {
    /// Which step.
    pub step: Step,
    /// What was said of it, by whom and when.
    pub said: &'a StepState,
    /// What the newest check saw, and when.
    pub sight: Sight,
    /// Where it stands, both together.
    pub stand: Stand,
    /// What to do now by the newest check; none where there is nothing to do but the step itself, or nothing at all.
    pub to_do: Option<Advice>,
}

/// An onboarding beside its newest check.
#[derive(Debug, Clone, Copy)]
pub struct Truths<'a> {
    /// What was said.
    pub state: &'a Onboarding,
    /// The newest check; none where none was made, or none is made here.
    pub newest: Option<Newest>,
}

impl<'a> Truths<'a> {
    /// Where no check says anything.
    pub fn said(state: &'a Onboarding) -> Self {
        Self { state, newest: None }
    }

    /// What is known of a step.
    pub fn of(&self, step: Step) -> StepTruth<'a> {
        let said = self.state.step(step);
        let sight = self.newest.map_or(Sight::Unchecked, |newest| sight(said, step, newest));
        let stand = stand(self.state, step, sight);
        let can_do = self.state.obstacles(step).is_empty();
        let code = to_do(sight, stand).filter(|_| can_do);
        let to_do = code.map(|code| Advice::of(code, self.state)).filter(|advice| advice.is_asked_now());
        StepTruth { step, said, sight, stand, to_do }
    }

    /// Who is to act on a step now, said and seen together: also on one that is done as far as was said. Nobody while the
    /// connection is laid aside or stopped.
    pub fn holder(&self, step: Step) -> Option<Party> {
        match self.state.lifecycle() {
            Lifecycle::Paused { .. } | Lifecycle::Withdrawn { .. } => None,
            Lifecycle::Active | Lifecycle::Completed { .. } => {
                let is_kurves = self.kurve_task().is_some_and(|task| task.step == step);
                let by_check = self.of(step).to_do.and_then(Advice::holder);
                is_kurves.then_some(Party::Kurve).or(by_check).or_else(|| self.state.holder(step))
            }
        }
    }

    /// The steps that can be done now, with who is to act on each.
    pub fn open_steps(&self) -> Vec<OpenStep> {
        let seen = |open: OpenStep| OpenStep { holder: self.holder(open.step).unwrap_or(open.holder), ..open };
        open_steps(self.state).into_iter().map(seen).collect()
    }

    /// Since when the oldest thing waits on a party, said and seen together; `None` if nothing does. What a check brought
    /// about waits since checks end so.
    pub fn waits_on_since(&self, party: Party) -> Option<DateTime<Utc>> {
        if matches!(self.state.lifecycle(), Lifecycle::Paused { .. } | Lifecycle::Withdrawn { .. }) {
            return None;
        }
        let since = |step: Step| match self.state.step(step) {
            StepState::Open { since, .. } | StepState::Stuck { since, .. } => Some(*since),
            StepState::Yes { .. } | StepState::Waiting => self.newest.map(|newest| newest.since),
        };
        let held = Step::iter().filter(|step| self.holder(*step) == Some(party)).filter_map(since);
        let tasks = self.kurve_tasks().into_iter().filter(|_| party == Party::Kurve).map(|task| task.since);
        held.chain(tasks).min()
    }

    /// What Kurve is to do by the newest check, where the onboarding does not ask for it by itself.
    pub fn kurve_task(&self) -> Option<KurveTask> {
        let newest = self.newest?;
        let (kind, step) = self.advice()?.kurve_task(self.state)?;
        let is_asked = kurve_tasks(self.state).iter().any(|task| task.kind == kind);
        (!is_asked).then_some(KurveTask { kind, step, since: newest.since })
    }

    /// Everything that Kurve is to do.
    pub fn kurve_tasks(&self) -> Vec<KurveTask> {
        kurve_tasks(self.state).into_iter().chain(self.kurve_task()).collect()
    }

    /// How the answer to a question stands: none while it is no, `Done` where nothing speaks against it, or else the worst
    /// that is known of one of its steps.
    pub fn answer(&self, gate: Gate) -> Option<Stand> {
        if !self.state.is_gate_yes(gate) {
            return None;
        }
        let is_of_a_step = |worst: &Stand| gate.steps().iter().any(|step| self.of(*step).stand == *worst);
        let worst = [Stand::Doubted, Stand::NotSeenNow, Stand::NotSeenYet].into_iter().find(is_of_a_step);
        Some(worst.unwrap_or(Stand::Done))
    }

    /// Whether the newest check denies a step that is yes: then not all is so.
    pub fn has_doubts(&self) -> bool {
        Step::iter().any(|step| self.of(step).stand == Stand::Doubted)
    }

    /// How many questions are answered with yes, and not denied by the newest check.
    pub fn gates_done(&self) -> usize {
        Gate::iter().filter(|gate| self.answer(*gate).is_some_and(|stand| stand != Stand::Doubted)).count()
    }

    /// The questions that are answered with yes, and denied by the newest check.
    pub fn doubted_gates(&self) -> BTreeSet<Gate> {
        Gate::iter().filter(|gate| self.answer(*gate) == Some(Stand::Doubted)).collect()
    }

    /// The steps that are yes and that the newest check does not refuse, also those that were only said.
    pub fn done(&self) -> Vec<Step> {
        let is_done = |step: &Step| self.state.is_yes(*step) && self.of(*step).stand != Stand::Doubted;
        Step::iter().filter(is_done).collect()
    }

    /// What to do after the newest check; none before the first.
    pub fn advice(&self) -> Option<Advice> {
        self.newest.map(|newest| Advice::of(newest.code, self.state))
    }

    /// Whether Kurve has to look into it, by how the newest check ended. Whom to vouch for and what is stuck the onboarding
    /// asks by itself.
    pub fn is_for_kurve(&self) -> bool {
        let Some((newest, advice)) = self.newest.zip(self.advice()) else { return false };
        let is_asked = matches!(advice, Advice::VouchFirst(_) | Advice::Stuck { .. });
        let by_refusal = || newest.code == CheckCode::LoginRefused && self.kurve_task().is_some();
        advice.holder() == Some(Party::Kurve)
            && !is_asked
            && (newest.code.holder() == Some(Party::Kurve) || by_refusal())
    }

    /// The steps that are done as far as was said, and that the newest check did not see.
    pub fn unseen(&self) -> Vec<Step> {
        let is_unseen = |step: &Step| match self.of(*step).stand {
            Stand::NotSeenYet | Stand::NotSeenNow | Stand::Doubted => true,
            Stand::Waiting | Stand::Open(_) | Stand::Stuck | Stand::Done => false,
        };
        Step::iter().filter(is_unseen).collect()
    }
}

fn sight(said: &StepState, step: Step, newest: Newest) -> Sight {
    let is_against = speaks_against(newest.code) == Some(step);
    match said {
        StepState::Yes { answer } if !answer.is_proven() && answer.last_said_at() > newest.at => {
            if step.can_be_proven() { Sight::Later(newest) } else { Sight::Unchecked }
        }
        StepState::Yes { .. } if is_against => Sight::Refused(newest),
        StepState::Yes { .. } => match rung_of(step) {
            None => Sight::Unchecked,
            Some(rung) if newest.code.always_holds(rung) => Sight::Seen(newest),
            // That it was asked for, nobody can see: only that it was done.
            Some(_) if step == Step::AllowlistingRequested => Sight::Unchecked,
            Some(_) => Sight::Unseen(newest),
        },
        StepState::Open { fallen: Some(_), .. } | StepState::Stuck { fallen: Some(_), .. } => {
            match (is_against, doubted(newest.code) == Some(step)) {
                (true, _) => Sight::Refused(newest),
                (false, true) => Sight::Unseen(newest),
                (false, false) => Sight::Unchecked,
            }
        }
        StepState::Waiting | StepState::Open { fallen: None, .. } | StepState::Stuck { fallen: None, .. } => {
            Sight::Unchecked
        }
    }
}

/// The step that a code denies: what Magister refuses, and the school domain where there is no such host.
fn speaks_against(code: CheckCode) -> Option<Step> {
    if code == CheckCode::HostUnknown { Some(Step::DetailsSubmitted) } else { code.refuses() }
}

/// The rung that proves a step.
fn rung_of(step: Step) -> Option<Rung> {
    Rung::iter().find(|rung| rung.proves().contains(&step))
}

fn stand(state: &Onboarding, step: Step, sight: Sight) -> Stand {
    match (state.step(step), sight) {
        (StepState::Waiting, _) => Stand::Waiting,
        (StepState::Open { .. }, _) => Stand::Open(state.holder(step).unwrap_or(step.party())),
        (StepState::Stuck { .. }, _) => Stand::Stuck,
        (StepState::Yes { .. }, Sight::Refused(_)) => Stand::Doubted,
        (StepState::Yes { answer }, Sight::Unseen(newest)) => not_seen(answer, step, newest),
        (StepState::Yes { .. }, Sight::Unchecked | Sight::Later(_) | Sight::Seen(_)) => Stand::Done,
    }
}

/// What was proven stays so while the check says nothing of it in particular.
fn not_seen(answer: &Answer, step: Step, newest: Newest) -> Stand {
    match (answer.is_proven(), doubted(newest.code) == Some(step)) {
        (false, _) => Stand::NotSeenYet,
        (true, true) => Stand::NotSeenNow,
        (true, false) => Stand::Done,
    }
}

fn to_do(sight: Sight, stand: Stand) -> Option<CheckCode> {
    match (sight, stand) {
        (_, Stand::Waiting | Stand::Done) | (Sight::Unchecked | Sight::Later(_) | Sight::Seen(_), _) => None,
        (
            Sight::Unseen(newest) | Sight::Refused(newest),
            Stand::Open(_) | Stand::Stuck | Stand::NotSeenYet | Stand::NotSeenNow | Stand::Doubted,
        ) => Some(newest.code),
    }
}

#[cfg(test)]
#[path = "truth_tests.rs"]
mod tests;
