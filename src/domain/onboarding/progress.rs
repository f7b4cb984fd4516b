//! What people look at: how far it is, who holds the ball since when, and what comes next.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use strum::IntoEnumIterator;

use super::access::Gone;
use super::answer::Answer;
use super::gate::{Party, Step};
use super::obstacle::Obstacle;
use super::state::Onboarding;
use super::step_state::StepState;
use crate::domain::ids::ContactId;

/// A step that can be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenStep {
    /// Which step.
    pub step: Step,
    /// Who has the ball.
    pub holder: Party,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Whether the school said that it does not work.
    pub is_stuck: bool,
}

/// The steps that can be done now, in the order of the steps.
pub fn open_steps(state: &Onboarding) -> Vec<OpenStep> {
    Step::iter().filter_map(|step| open_step(state, step)).collect()
}

fn open_step(state: &Onboarding, step: Step) -> Option<OpenStep> {
    let holder = state.holder(step)?;
    match state.step(step) {
        StepState::Open { since, .. } => Some(OpenStep { step, holder, since: *since, is_stuck: false }),
        StepState::Stuck { since, .. } => Some(OpenStep { step, holder, since: *since, is_stuck: true }),
        StepState::Waiting | StepState::Yes { .. } => None,
    }
}

/// Something that Kurve is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KurveTask {
    /// What.
    pub kind: TaskKind,
    /// For which step.
    pub step: Step,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// What Kurve is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskKind {
    /// The step itself.
    Do,
    /// Answer the school, which is stuck.
    Answer,
    /// Vouch for one of those who are to do the step.
    Vouch(BTreeSet<ContactId>),
    /// Make a new password: the old one is not shown any more.
    NewPassword(Gone),
    /// Make a new query, which comes with a new password: the list lacks a column.
    NewQuery,
}

/// What Kurve is to do, in the order of the steps.
pub fn kurve_tasks(state: &Onboarding) -> Vec<KurveTask> {
    let mut tasks = vec![];
    for OpenStep { step, since, is_stuck, .. } in
        open_steps(state).into_iter().filter(|open| open.holder == Party::Kurve)
    {
        let mut kinds: Vec<TaskKind> = state.obstacles(step).into_iter().map(TaskKind::of).collect();
        if kinds.is_empty() {
            kinds.push(if is_stuck { TaskKind::Answer } else { TaskKind::Do });
        }
        tasks.extend(kinds.into_iter().map(|kind| KurveTask { kind, step, since }));
    }
    tasks.extend(vouch_for_said(state).filter(|_| !tasks.iter().any(|task| matches!(task.kind, TaskKind::Vouch(_)))));
    let is_listed = |task: &KurveTask| matches!(task.kind, TaskKind::NewPassword(_));
    if let (Some(gone), Some(asked)) = (state.access().gone(), state.access().asked())
        && !tasks.iter().any(is_listed)
        && state.is_yes(Step::CredentialsIssued)
    {
        tasks.push(KurveTask { kind: TaskKind::NewPassword(gone), step: Step::PasswordSet, since: asked.at });
    }
    tasks
}

/// Vouching where nobody who may is there, for a step that takes the credentials and that no check saw: it was only said,
/// perhaps of another Magister, or it is stuck, and whoever does it again has to pick them up. Not once a school is
/// activated on it.
fn vouch_for_said(state: &Onboarding) -> Option<KurveTask> {
    let is_in_use = !state.is_yes(Step::CredentialsIssued) || state.is_any_yes(Step::ActivationConfirmed);
    let people = state.access().people().all_unvouched(None).filter(|_| !is_in_use)?;
    let is_seen = |step: Step| state.answer(step).is_some_and(Answer::is_proven);
    let step = Step::shared().find(|step| step.takes_credentials() && !is_seen(*step))?;
    Some(KurveTask { kind: TaskKind::Vouch(people), step, since: state.step(step).since()? })
}

impl TaskKind {
    fn of(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::NotVouched(people) => Self::Vouch(people),
            Obstacle::PasswordGone(gone) => Self::NewPassword(gone),
        }
    }
}

/// Since when the oldest thing waits on a party, while the onboarding is under way; `None` if nothing does.
pub fn waits_on_since(state: &Onboarding, party: Party) -> Option<DateTime<Utc>> {
    if state.lifecycle().is_withdrawn() || state.lifecycle().is_paused() {
        return None;
    }
    match party {
        Party::Kurve => kurve_tasks(state).iter().map(|task| task.since).min(),
        Party::School | Party::Magister => {
            open_steps(state).iter().filter(|open| open.holder == party).map(|open| open.since).min()
        }
    }
}

/// Whether any step is stuck while the onboarding is under way.
pub fn is_stuck(state: &Onboarding) -> bool {
    let is_under_way = !state.lifecycle().is_withdrawn() && !state.lifecycle().is_paused();
    is_under_way && open_steps(state).iter().any(|open| open.is_stuck)
}
