//! What a check means for the steps of one connection: what it proves, what falls, and when to look again.
//!
//! A silent port, a broken line of ours and a Magister that is down look the same. So: while most connections that
//! worked fail together, nothing changes and Kurve gets one alarm; and a connection that fails alone is tried three
//! times more over some hours before a step of it falls. Each failure has some others of the [`Fleet`] looked at, and the
//! last try comes shortly after the one before it: until then they tell whether it is everyone's. So the judgement never
//! waits for them, and a fleet of two takes as long as one of five hundred. A step that was only said is another matter:
//! what Magister itself refuses never held, so it falls at once.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator;

use super::fleet::{Ask, FRESH, Fleet};
use super::{CheckCode, CheckResult, ListGuard};
use crate::domain::onboarding::Evidence;
use crate::domain::onboarding::gate::Step;
use crate::domain::onboarding::{Command, Onboarding};

/// How long after each failure the next try comes, in minutes: three retries over three and a half hours. The last
/// follows soon: what others tell in between is held against it.
const RETRY_MINUTES: [i64; 3] = [30, 170, Fleet::SOON.num_minutes()];

/// A connection that fails is looked at at least this often, also where that counts for no try: others hold theirs against
/// it, and it may be back.
const LOOK_EVERY: Duration = Duration::hours(1);

/// For how long after its next try was due a streak still counts: more than the longest silence of the others.
const STREAK_KEEPS: Duration = Duration::days(1);

/// For how long the last try is put off while none of the others told and some still may.
const LONGEST_SILENCE: Duration = Duration::hours(12);

/// Failures in a row that ask for the same thing. Stored with the connection; gone after a check that got through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Streak {
    /// How the last one failed.
    pub code: CheckCode,
    /// How many were counted; a failure before its time is not.
    pub failures: u8,
    /// When the last one was counted.
    pub counted_at: DateTime<Utc>,
}

impl Streak {
    fn first(code: CheckCode, now: DateTime<Utc>) -> Self {
        Self { code, failures: 1, counted_at: now }
    }

    /// When the next try is due; none when all were made.
    pub fn retry_at(&self) -> Option<DateTime<Utc>> {
        let made = usize::from(self.failures.saturating_sub(1));
        RETRY_MINUTES.get(made).map(|minutes| self.counted_at + Duration::minutes(*minutes))
    }

    /// Whether the next try is so long overdue that nobody followed these failures up.
    pub fn is_old(&self, now: DateTime<Utc>) -> bool {
        self.retry_at().is_some_and(|due| now - due > STREAK_KEEPS)
    }

    /// The streak after one more failure. One that comes before its time counts for nothing.
    fn again(self, code: CheckCode, now: DateTime<Utc>) -> Self {
        match self.retry_at() {
            Some(due) if now >= due => Self { code, failures: self.failures + 1, counted_at: now },
            Some(_) | None => Self { code, ..self },
        }
    }

    fn is_over(&self) -> bool {
        usize::from(self.failures) > RETRY_MINUTES.len()
    }

    /// Whether all tries but the last were made.
    fn is_before_last(&self) -> bool {
        usize::from(self.failures) == RETRY_MINUTES.len()
    }

    /// Whether the last try is made now.
    fn is_last_try(&self, now: DateTime<Utc>) -> bool {
        self.is_before_last() && self.retry_at().is_some_and(|due| now >= due)
    }
}

/// What was known of a connection before this check.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CheckHistory {
    /// The steps that are yes, on whatever evidence.
    pub answered: BTreeSet<Step>,
    /// The steps that are yes because a check saw it.
    pub proven: BTreeSet<Step>,
    /// The failures that came just before.
    pub streak: Option<Streak>,
    /// What was read before.
    pub list: ListGuard,
}

impl CheckHistory {
    /// What an onboarding tells, with the streak that was kept beside it.
    pub fn of(state: &Onboarding, streak: Option<Streak>) -> Self {
        let with = |is_so: &dyn Fn(Step) -> bool| Step::iter().filter(|step| is_so(*step)).collect();
        let is_proven = |step| state.answer(step).is_some_and(|answer: &_| answer.with(Evidence::Proven).is_some());
        let known =
            Self { answered: with(&|step| state.is_any_yes(step)), proven: with(&is_proven), ..Self::default() };
        // What is answered anew gets tries of its own: those before it say nothing of that answer.
        let is_stale = |streak: &Streak| {
            let at_stake = falling(&known, streak.code).unwrap_or(Step::ActivationConfirmed);
            let is_newer = state.last_yes_since(at_stake).is_some_and(|since| since > streak.counted_at);
            is_newer && !streak.is_over()
        };
        let streak = streak.filter(|streak| !is_stale(streak));
        Self { streak, ..known }
    }

    /// With what is known of the lists before.
    #[must_use]
    pub fn with_list(self, list: ListGuard) -> Self {
        Self { list, ..self }
    }

    /// By which code the list that was read holds the import, if it does.
    pub fn holds(&self, result: &CheckResult) -> Option<CheckCode> {
        self.list.holds(result.counts?, self.answered.contains(&Step::ActivationConfirmed))
    }

    /// The result, seen beside the lists before: one whose list shrank did not pass.
    #[must_use]
    pub fn seen(&self, result: CheckResult) -> CheckResult {
        match (result.code, self.holds(&result)) {
            (CheckCode::Ok, Some(code)) => CheckResult { code, ..result },
            (_, _) => result,
        }
    }

    /// Whether a check ever proved something that still stands.
    pub fn has_worked(&self) -> bool {
        !self.proven.is_empty()
    }

    /// Whether this result no longer shows something that a check proved before: such a connection counts as failing.
    pub fn is_worse(&self, result: &CheckResult) -> bool {
        let shown = result.proven();
        !self.is_awaited(result.code) && self.proven.iter().any(|step| !shown.contains(step))
    }

    /// Whether a failure speaks against a step that is open, as after a new password, or that was only said: that it
    /// fails was to be expected, and of what was proven besides it says nothing.
    fn is_awaited(&self, code: CheckCode) -> bool {
        doubted(code).is_some_and(|step| !self.answered.contains(&step)) || self.refused_word(code).is_some()
    }

    /// The step that was only said and that Magister refuses with this code.
    pub fn refused_word(&self, code: CheckCode) -> Option<Step> {
        code.refuses().filter(|step| self.answered.contains(step) && !self.proven.contains(step))
    }

    /// Whether a step might fall by this result in the end: then it matters how the other connections fare.
    pub fn is_at_stake(&self, result: &CheckResult) -> bool {
        let is_refused = self.refused_word(result.code).is_some();
        !result.code.is_connected() && (is_refused || falling(self, result.code).is_some() || self.is_worse(result))
    }

    /// From when on others tell of a failure now: lately, and at the last try after the one before it.
    pub fn hears_since(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let last_try = self.streak.filter(|streak| streak.is_last_try(now));
        last_try.map_or(now - FRESH, |streak| streak.counted_at)
    }
}

/// What Kurve must hear of. The caller tells it once, however many connections it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alarm {
    /// Most connections that worked fail together.
    Outage,
    /// A connection that worked is lost, by a cause that no step of the school stands for.
    ConnectionLost,
}

/// What follows from a check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judgement {
    /// The steps that are newly proven, in an order in which they can be answered.
    pub prove: Vec<Step>,
    /// The steps that fall, each with the code to say why.
    pub disprove: Vec<(Step, CheckCode)>,
    /// When to check again, before the ordinary turn.
    pub retry_at: Option<DateTime<Utc>>,
    /// Which others are looked at first, so that they tell whether it is everyone's.
    pub asks: Option<Ask>,
    /// What Kurve must hear of.
    pub alarm: Option<Alarm>,
    /// Whether a connection that worked counts as lost from now on.
    pub is_lost: bool,
    /// The streak to keep with the connection.
    pub streak: Option<Streak>,
    /// Whether the list holds the import.
    pub is_held: bool,
    /// Whether the list would hold it, had Kurve not let it through: of which school it did says nothing of the others.
    pub is_let_through: bool,
}

impl Judgement {
    /// What is asked of the onboarding: proofs first, then what falls, and what comes back once all rungs to a whole list held.
    pub fn commands(&self, code: CheckCode, credential_version: u32) -> Vec<Command> {
        let prove = |step: &Step| Command::Prove { step: *step, credential_version };
        let disprove = |(step, code): &(Step, CheckCode)| Command::Disprove {
            step: *step,
            code: code.as_str().to_owned(),
            credential_version,
        };
        let restore = (code.is_connected() && !self.is_held && !self.is_let_through)
            .then_some(Command::Restore { credential_version });
        self.prove.iter().map(prove).chain(self.disprove.iter().map(disprove)).chain(restore).collect()
    }
}

impl Judgement {
    /// What follows while most connections fail together: nothing of one school, but another look.
    pub fn in_outage(known: &CheckHistory, now: DateTime<Utc>) -> Self {
        let retry_at = Some(now + Duration::minutes(RETRY_MINUTES[0]));
        Self { retry_at, alarm: Some(Alarm::Outage), streak: known.streak, ..Self::default() }
    }
}

/// Judges one result by what was known and by how the other connections fare, seen from [`CheckHistory::hears_since`].
pub fn judge(known: &CheckHistory, result: &CheckResult, fleet: &Fleet, now: DateTime<Utc>) -> Judgement {
    let code = result.code;
    let prove: Vec<Step> = result.proven().into_iter().filter(|step| !known.proven.contains(step)).collect();
    if code.is_connected() {
        let held = known.holds(result);
        let is_open = known.answered.contains(&Step::ActivationConfirmed);
        let falls = held.filter(|_| is_open).map(|code| (Step::ActivationConfirmed, code));
        // A list may have been read while it was being made.
        let retry_at = falls.is_some().then_some(now + Duration::minutes(RETRY_MINUTES[0]));
        let disprove = falls.into_iter().collect();
        let is_let_through = result.counts.is_some_and(|counts| known.list.is_let_through(counts, is_open));
        return Judgement {
            prove,
            disprove,
            retry_at,
            is_held: held.is_some(),
            is_let_through,
            ..Judgement::default()
        };
    }
    let is_worse = known.is_worse(result);
    let is_last_try = known.streak.is_some_and(|streak| streak.is_last_try(now));
    if (is_last_try || fleet.has_told()) && fleet.is_outage(is_worse) {
        return Judgement::in_outage(known, now);
    }

    if let Some(step) = known.refused_word(code) {
        if fleet.is_outage(is_worse) {
            // Most that did hold are refused likewise: some others are looked at first, so that they tell whether it is
            // everyone's. With fewer than two of those it falls at once.
            let (retry_at, asks) = (Some(now + Fleet::SOON), fleet.ask(known.hears_since(now)));
            return Judgement { prove, retry_at, asks, streak: known.streak, ..Judgement::default() };
        }
        // A loss that was told stays told.
        let streak = known.streak.filter(Streak::is_over);
        return Judgement { prove, disprove: vec![(step, code)], streak, ..Judgement::default() };
    }
    // A connection that never worked is often just not done yet: nobody is asked for its first failure.
    let asks = |ask: Option<Ask>| ask.filter(|_| is_worse || known.streak.is_some());
    let asks_more = || asks(fleet.ask(known.hears_since(now)));
    if code == CheckCode::NoRoute {
        // Ours, and about no school: whatever was known before stays as it was.
        let retry_at = is_worse.then_some(now + Duration::minutes(RETRY_MINUTES[0]));
        return Judgement { retry_at, asks: asks_more(), streak: known.streak, ..Judgement::default() };
    }

    let falling = falling(known, code);
    if falling.is_none() && !is_worse {
        // Nothing is lost that was there: the ordinary turn will do.
        return Judgement { prove, ..Judgement::default() };
    }
    let streak = match known.streak {
        // What was answered anew after it fell gets tries of its own.
        Some(before) if before.is_over() && falling.is_some() => Streak::first(code, now),
        Some(before) if doubted(before.code) == doubted(code) => before.again(code, now),
        Some(_) | None => Streak::first(code, now),
    };
    let is_new = known.streak.is_none_or(|before| before.failures != streak.failures);
    if !(streak.is_over() && is_new) {
        let asks = match is_new && streak.is_before_last() {
            true => asks(Some(Ask::before_the_last_try(now))),
            // Of one that is lost already nothing more can fall.
            false => asks_more().filter(|_| !streak.is_over()),
        };
        let retry_at = streak.retry_at().map(|due| due.min(now + LOOK_EVERY));
        return Judgement { prove, retry_at, asks, streak: Some(streak), ..Judgement::default() };
    }
    if let Some(before) = known.streak.filter(|before| fleet.is_silent() && now - before.counted_at < LONGEST_SILENCE) {
        let retry_at = Some(now + Fleet::SOON);
        return Judgement { prove, retry_at, asks: asks_more(), streak: Some(before), ..Judgement::default() };
    }
    // A cause that no step of the school stands for is Kurve's to find out: the activation waits for that.
    let falls =
        falling.or_else(|| known.answered.contains(&Step::ActivationConfirmed).then_some(Step::ActivationConfirmed));
    Judgement {
        prove,
        disprove: falls.map(|step| (step, code)).into_iter().collect(),
        alarm: falling.is_none().then_some(Alarm::ConnectionLost),
        is_lost: is_worse,
        streak: Some(streak),
        ..Judgement::default()
    }
}

/// The one step that a failure speaks against. What is Kurve's to find out speaks against no step of the school.
pub(super) fn doubted(code: CheckCode) -> Option<Step> {
    if code == CheckCode::PortSilent { Some(Step::AllowlistingConfirmed) } else { code.refuses() }
}

/// The step that may fall by this code after some tries: a check saw it before. What was only said has none: silence is no
/// statement of Magister's, and a refusal makes it fall at once.
fn falling(known: &CheckHistory, code: CheckCode) -> Option<Step> {
    doubted(code).filter(|step| known.proven.contains(step))
}
