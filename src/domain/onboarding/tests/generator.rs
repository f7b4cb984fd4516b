//! Random walks that get somewhere: more than half of the wishes do what is open, the rest try anything at all.

use chrono::Days;
use proptest::collection::vec;
use proptest::prelude::*;

use super::ask::Who;
use super::oracle::{STEPS, row};
use crate::domain::actor::Actor;
use crate::domain::ids::{ConnectionId, SchoolId};
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::testing::{
    Walk, claim, confirm, contact_id, disprove, prove, reason, school_id, superbeheerder, support, ticket,
};
use crate::domain::onboarding::{Command, Ground, Party, Step, StepState};

/// How many commands a walk has.
pub(super) const LENGTH: usize = 60;

/// One thing that someone comes to ask, after some hours.
#[derive(Debug, Clone)]
pub(super) struct Intent {
    pub(super) hours: i64,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    /// Does one of the things that are open, whichever the number points at.
    Forward { pick: usize, how: How },
    /// Tries this, allowed or not.
    Any { who: Who, kind: usize, step: Step, number: usize },
}

/// How someone goes forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// Says that it is done.
    Said,
    /// The check sees it, where it can.
    Seen,
    /// "Het lukt niet", where the school is to do it.
    Stuck,
}

/// A walk of [`LENGTH`] wishes. Each is made out of one number, which is many times faster than a strategy for each part.
pub(super) fn walk() -> impl Strategy<Value = Vec<Intent>> {
    vec(any::<u64>(), LENGTH).prop_map(|numbers| numbers.into_iter().map(Intent::from_number).collect())
}

impl Intent {
    /// The smaller the number, the more ordinary the wish, so that a failing walk shrinks to one that reads well.
    fn from_number(number: u64) -> Self {
        let mut rest = number;
        let mut one_of = |count: usize| {
            let choices = u64::try_from(count).expect("a small count");
            let choice = usize::try_from(rest % choices).expect("less than a small count");
            rest /= choices;
            choice
        };
        let what = if one_of(5) < 3 {
            let how = [How::Said, How::Said, How::Said, How::Seen, How::Seen, How::Stuck][one_of(6)];
            What::Forward { pick: one_of(9), how }
        } else {
            let (who, kind, step) = (Who::ALL[one_of(Who::ALL.len())], one_of(KINDS), STEPS[one_of(STEPS.len())]);
            What::Any { who, kind, step, number: one_of(400) }
        };
        Self { hours: i64::try_from(one_of(60)).expect("less than sixty"), what }
    }

    /// Who asks what, given where the onboarding is.
    pub(super) fn resolve(&self, walk: &Walk) -> (Actor, Command) {
        self.resolve_among(walk, 1)
    }

    /// The same where so many schools may be in the connection; with one, none comes or goes.
    pub(super) fn resolve_among(&self, walk: &Walk, schools: u128) -> (Actor, Command) {
        match self.what {
            What::Forward { pick, how } => forward(walk, pick, how, schools),
            What::Any { who, kind, step, number } => (who.actor(), any_command(walk, kind, step, number, schools)),
        }
    }
}

/// The school that a number points at.
fn school_at(number: usize, schools: u128) -> SchoolId {
    school_id(1 + u128::try_from(number).expect("a small number") % schools)
}

fn forward(walk: &Walk, pick: usize, how: How, schools: u128) -> (Actor, Command) {
    let state = &walk.state;
    let school = school_at(pick, schools);
    if state.of(school).is_none() {
        return (support(), Command::AddSchool { school, asked_by: None });
    }
    if state.lifecycle().is_withdrawn() {
        return (support(), Command::Reopen { school });
    }
    let open: Vec<Step> = STEPS.into_iter().filter(|step| state.holder(*step).is_some()).collect();
    if open.is_empty() {
        return (superbeheerder(), Command::ReportImported { school });
    }
    let step = open[pick % open.len()];
    match (state.step(step), row(step).party) {
        (StepState::Stuck { .. }, Party::School | Party::Kurve | Party::Magister) => {
            (support(), Command::AnswerStuck { step, answer: reason("Voer de query opnieuw uit") })
        }
        (StepState::Waiting | StepState::Open { .. } | StepState::Yes { .. }, Party::School | Party::Magister) => {
            match how {
                How::Seen if row(step).is_seen_by_check => (Actor::Check, prove(step, state.credential_version())),
                How::Said | How::Seen => (superbeheerder(), claim(step)),
                How::Stuck => (superbeheerder(), Command::ReportStuck { step, reason: reason("De knop is grijs") }),
            }
        }
        (StepState::Waiting | StepState::Open { .. } | StepState::Yes { .. }, Party::Kurve) => {
            let command = match how {
                _ if step == Step::CredentialsIssued => Command::IssueCredentials,
                How::Seen if schools > 1 => Command::Activate { school, ground: Ground::Word },
                How::Said | How::Seen | How::Stuck => confirm(step),
            };
            (support(), command)
        }
    }
}

/// How many kinds of command [`any_command`] makes.
const KINDS: usize = 22;

fn any_command(walk: &Walk, kind: usize, step: Step, number: usize, schools: u128) -> Command {
    let school = school_at(number, schools);
    let version = u32::try_from(number % 4).expect("less than four");
    // A check mostly uses the password of now.
    let seen = if number.is_multiple_of(5) { version } else { walk.state.credential_version() };
    let ground = match number % 5 {
        0 => ticket(),
        1 => Ground::Remark(reason("Gebeld met de school")),
        2 => Ground::Credentials(version),
        _ => Ground::Word,
    };
    let text = if number.is_multiple_of(2) { "De knop is grijs" } else { "Er staat een vinkje te veel" };
    let reason = reason(text);
    let until = amsterdam_date(walk.now)
        .checked_add_days(Days::new(u64::try_from(number).expect("at most 400")))
        .expect("a date in range");
    match kind {
        0 => Command::Claim { step, ground, credential_version: number.is_multiple_of(3).then_some(version) },
        1 => Command::Confirm { step, ground },
        2 => prove(step, seen),
        3 => disprove(step, seen),
        15 => Command::Restore { credential_version: seen },
        4 => Command::TakeBack { step },
        5 => Command::SendBack { step, reason },
        6 => Command::IssueCredentials,
        7 => Command::ReportStuck { step, reason },
        8 => Command::AnswerStuck { step, answer: reason },
        9 => Command::HandOver { step, to: contact_id(if number.is_multiple_of(3) { 2 } else { 1 }) },
        10 => Command::Pause { reason, until },
        11 => Command::Resume,
        12 => Command::Withdraw { school, reason, chose_option_b: false },
        13 => Command::Reopen { school },
        14 => Command::ReportImported { school },
        16 => Command::Activate { school, ground },
        18 if schools > 1 => Command::AddSchool { school, asked_by: None },
        19 if schools > 1 => {
            Command::RemoveSchool { school, to: ConnectionId::from_uuid(uuid::Uuid::from_u128(9)), reason }
        }
        20 => Command::UndoActivation { school },
        21 => Command::UndoEnd { school },
        17..=19 => Command::Deactivate { school, reason },
        _ => unreachable!("there are {KINDS} kinds of command"),
    }
}
