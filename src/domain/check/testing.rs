//! Drawn histories for tests of what is told of a step: people say things, checks see others, hours go by.

use chrono::{DateTime, Duration, Utc};
use proptest::collection::vec;
use proptest::prelude::*;
use strum::IntoEnumIterator;

use super::{CheckCode, CheckHistory, CheckResult, Fleet, Newest, Rung, Streak, Truths, judge};
use crate::domain::actor::Actor;
use crate::domain::onboarding::testing::{Walk, claim, confirm, reason, superbeheerder, support};
use crate::domain::onboarding::{Command, Evidence, Gone, Onboarding, PasswordAccess, Step};

/// An onboarding at one moment of its history, with the newest check.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) state: Onboarding,
    pub(crate) newest: Option<Newest>,
}

impl Moment {
    pub(crate) fn truths(&self) -> Truths<'_> {
        Truths { state: &self.state, newest: self.newest }
    }

    /// The step that the newest check refused, where it was said before.
    pub(crate) fn refused(&self) -> Option<Step> {
        let newest = self.newest?;
        newest.code.refuses().filter(|step| !self.is_said_since(*step, newest.at))
    }

    fn is_said_since(&self, step: Step, at: DateTime<Utc>) -> bool {
        self.state.answer(step).is_some_and(|answer| answer.last_said_at() > at)
    }
}

/// The moments of a history, oldest first. Each act is one number.
pub(crate) fn histories() -> impl Strategy<Value = Vec<Moment>> {
    vec(any::<u32>(), 1..60).prop_map(|acts| play(&acts))
}

fn play(acts: &[u32]) -> Vec<Moment> {
    let (mut walk, mut newest, mut streak) = (Walk::all_but(&[Step::QueryExecuted]), None, None);
    let mut moments = vec![];
    for act in acts {
        let mut rest = usize::try_from(*act).expect("a small number");
        let mut one_of = |count: usize| {
            let choice = rest % count;
            rest /= count;
            choice
        };
        walk.hours([0, 1, 2, 30][one_of(4)]);
        walk.now += Duration::minutes(1);
        if one_of(2) == 0 {
            person(&mut walk, one_of(8), Step::iter().nth(one_of(9)).expect("one of nine"));
        } else {
            let code = CheckCode::iter().nth(one_of(CheckCode::iter().len())).expect("one of them");
            newest = Some(check(&mut walk, code, &mut streak, newest));
        }
        moments.push(Moment { state: walk.state.clone(), newest });
    }
    moments
}

/// What is not allowed changes nothing.
fn person(walk: &mut Walk, kind: usize, step: Step) {
    let (actor, command) = match kind {
        0 => (support(), Command::SendBack { step, reason: reason("Kijk nog eens") }),
        1 => (superbeheerder(), Command::TakeBack { step }),
        2 => {
            if walk.tries(support(), &Command::IssueCredentials).is_ok() {
                note_password(walk, None);
            }
            return;
        }
        3 => (support(), confirm(step)),
        _ => (superbeheerder(), claim(step)),
    };
    let _ = walk.tries(actor, &command);
}

/// Somebody looked at it, and whether it can be looked at still.
fn note_password(walk: &mut Walk, gone: Option<Gone>) {
    let access = PasswordAccess { is_seen: true, until: walk.now + Duration::days(14), gone };
    let _ = walk.tries(Actor::Check, &Command::NotePassword { access });
}

/// A check that ends so, applied as the service applies it.
fn check(walk: &mut Walk, code: CheckCode, streak: &mut Option<Streak>, before: Option<Newest>) -> Newest {
    let known = CheckHistory::of(&walk.state, *streak);
    let highest = Rung::iter().find(|rung| !code.always_holds(*rung)).unwrap_or(Rung::Rows);
    let judged = judge(&known, &CheckResult::ended(code, highest), &Fleet::default(), walk.now);
    for command in judged.commands(code, walk.state.credential_version()) {
        let _ = walk.tries(Actor::Check, &command);
    }
    if code.always_holds(Rung::Login) {
        note_password(walk, Some(Gone::Proven));
    }
    *streak = judged.streak;
    let since = before.filter(|before| before.code == code).map_or(walk.now, |before| before.since);
    Newest { code, at: walk.now, since }
}

/// Whether a check ever saw a step that is yes.
pub(crate) fn is_proven(state: &Onboarding, step: Step) -> bool {
    state.answer(step).is_some_and(|answer| answer.with(Evidence::Proven).is_some())
}
