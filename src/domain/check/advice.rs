//! What to do after a check, by how it ended and by what went before: the same answer of Magister means something else
//! to who never ran the query than to who did. Who is to act after a check is said by [`Advice::holder`], for every page.
//! The sentences are in the room `words`.

use super::CheckCode;
use crate::domain::onboarding::gate::{Party, Step};
use crate::domain::onboarding::progress::TaskKind;
use crate::domain::onboarding::{FallCause, Lifecycle, Obstacle, Onboarding, StepState};

/// The one thing to do after a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Advice {
    /// What the code says of itself.
    Plain(CheckCode),
    /// The log-in was refused, and nobody ran the query yet: there is no user.
    QueryFirst,
    /// The log-in was refused, and nobody entered the password yet.
    PasswordFirst,
    /// The log-in was refused to a user that was there before: only the password can be wrong.
    PasswordAgain,
    /// The log-in was refused, and the password is not shown any more: Kurve makes a new one.
    PasswordGone,
    /// The log-in is refused where it worked, and the password is not shown any more; it is tried again.
    RefusedNow,
    /// Kurve vouches for nobody who is to do the step first.
    VouchFirst(Step),
    /// The list lacks a column, and the query is open to be run again.
    QueryAgain,
    /// Nothing answers, and nobody asked for the allowlisting yet.
    AskAllowlisting,
    /// Nothing answers, though the allowlisting was said to be confirmed.
    AskMagister,
    /// Nothing answers where something did; it is tried again.
    SilentNow,
    /// Nothing answers any more where something did.
    SilentForGood,
    /// No host by this name, where there was one.
    DomainGone,
    /// No host by this name, and an import rests on it: Kurve changes it.
    DomainByKurve,
    /// It ended so, and the school said that the step to put it right does not work: Kurve has that.
    Stuck {
        /// How it ended.
        code: CheckCode,
        /// What does not work.
        step: Step,
    },
    /// It ended so, and the connection is laid aside.
    Paused(CheckCode),
    /// It ended so, and the connection stopped.
    Stopped(CheckCode),
}

impl Advice {
    /// What to do after a check that ended so, as things stand.
    pub fn of(code: CheckCode, state: &Onboarding) -> Self {
        let advice = Self::going_on(code, state);
        let is_stuck = |step: &Step| matches!(state.step(*step), StepState::Stuck { .. });
        match state.lifecycle() {
            // That it works is true whatever the school does.
            _ if code == CheckCode::Ok => advice,
            Lifecycle::Withdrawn { .. } => Self::Stopped(code),
            Lifecycle::Paused { .. } => Self::Paused(code),
            Lifecycle::Active | Lifecycle::Completed { .. } => match advice.step().filter(is_stuck) {
                Some(step) => Self::Stuck { code, step },
                None => advice,
            },
        }
    }

    /// The same where nothing was laid aside, stopped or reported stuck.
    pub fn going_on(code: CheckCode, state: &Onboarding) -> Self {
        match code {
            CheckCode::LoginRefused => after_refused_log_in(state),
            CheckCode::PortSilent => after_silence(state),
            CheckCode::HostUnknown if Step::shared().any(|step| was_seen(state, step)) => Self::DomainGone,
            // An import that is open speaks of the Magister that was known: Kurve looks at that first.
            CheckCode::HostUnknown if state.is_any_yes(Step::ActivationConfirmed) => Self::DomainByKurve,
            CheckCode::ListOutdated if !state.is_yes(Step::QueryExecuted) => run_query_again(state),
            CheckCode::Ok
            | CheckCode::HostUnknown
            | CheckCode::PortRefused
            | CheckCode::TlsFailed
            | CheckCode::CertificateInvalid
            | CheckCode::ListNotGranted
            | CheckCode::ServiceNotGranted
            | CheckCode::ListOutdated
            | CheckCode::ListEmpty
            | CheckCode::ListShrunk
            | CheckCode::ListFailed
            | CheckCode::NoRoute
            | CheckCode::TooSlow
            | CheckCode::UnexpectedAnswer => Self::Plain(code),
        }
    }

    /// Who has to act now; nobody when all is well.
    pub fn holder(self) -> Option<Party> {
        match self {
            Self::Plain(code) => code.holder(),
            Self::QueryFirst
            | Self::PasswordFirst
            | Self::PasswordAgain
            | Self::AskAllowlisting
            | Self::AskMagister
            | Self::QueryAgain
            | Self::DomainGone
            | Self::DomainByKurve => Some(Party::School),
            // Only Kurve can make a password that can be looked at.
            Self::RefusedNow | Self::PasswordGone | Self::VouchFirst(_) | Self::Stuck { .. } => Some(Party::Kurve),
            Self::SilentNow | Self::SilentForGood => Some(Party::Magister),
            Self::Paused(_) | Self::Stopped(_) => None,
        }
    }

    /// The step where the school puts right what is wrong; none when that is at no step of its own.
    pub fn step(self) -> Option<Step> {
        match self {
            Self::Plain(code) => step_of(code),
            Self::QueryFirst | Self::QueryAgain => Some(Step::QueryExecuted),
            Self::PasswordFirst | Self::PasswordAgain | Self::PasswordGone | Self::RefusedNow => {
                Some(Step::PasswordSet)
            }
            Self::AskAllowlisting => Some(Step::AllowlistingRequested),
            Self::AskMagister | Self::SilentForGood => Some(Step::AllowlistingConfirmed),
            Self::DomainGone | Self::DomainByKurve => Some(Step::DetailsSubmitted),
            Self::VouchFirst(step) | Self::Stuck { step, .. } => Some(step),
            Self::SilentNow | Self::Paused(_) | Self::Stopped(_) => None,
        }
    }

    /// What Kurve is to do by it, that no step of the onboarding asks for by itself.
    pub(super) fn kurve_task(self, state: &Onboarding) -> Option<(TaskKind, Step)> {
        match self {
            Self::RefusedNow | Self::PasswordGone => {
                state.access().gone().map(|gone| (TaskKind::NewPassword(gone), Step::PasswordSet))
            }
            Self::Plain(CheckCode::ListOutdated) => Some((TaskKind::NewQuery, Step::QueryExecuted)),
            Self::Plain(_)
            | Self::QueryFirst
            | Self::PasswordFirst
            | Self::PasswordAgain
            | Self::VouchFirst(_)
            | Self::QueryAgain
            | Self::AskAllowlisting
            | Self::AskMagister
            | Self::SilentNow
            | Self::SilentForGood
            | Self::DomainGone
            | Self::DomainByKurve
            | Self::Stuck { .. }
            | Self::Paused(_)
            | Self::Stopped(_) => None,
        }
    }

    /// Whether somebody has to look at what the check saw: not where that waits for something else.
    pub(super) fn is_asked_now(self) -> bool {
        match self {
            Self::Stuck { .. } | Self::Paused(_) | Self::Stopped(_) => false,
            Self::Plain(_)
            | Self::QueryFirst
            | Self::PasswordFirst
            | Self::PasswordAgain
            | Self::PasswordGone
            | Self::RefusedNow
            | Self::VouchFirst(_)
            | Self::QueryAgain
            | Self::AskAllowlisting
            | Self::AskMagister
            | Self::SilentNow
            | Self::SilentForGood
            | Self::DomainGone
            | Self::DomainByKurve => true,
        }
    }
}

fn run_query_again(state: &Onboarding) -> Advice {
    let step = Step::QueryExecuted;
    if is_vouched_for_first(state, step) { Advice::VouchFirst(step) } else { Advice::QueryAgain }
}

fn is_vouched_for_first(state: &Onboarding, step: Step) -> bool {
    state.obstacles(step).iter().any(|obstacle| matches!(obstacle, Obstacle::NotVouched(_)))
}

/// The step where the school puts right what a code says; none when it is not the school's to do.
fn step_of(code: CheckCode) -> Option<Step> {
    match code {
        CheckCode::HostUnknown => Some(Step::DetailsSubmitted),
        // Plain only where it was asked for: what is left is Magister's answer.
        CheckCode::PortSilent => Some(Step::AllowlistingConfirmed),
        CheckCode::LoginRefused => Some(Step::PasswordSet),
        CheckCode::ListNotGranted | CheckCode::ServiceNotGranted => Some(Step::PermissionsChecked),
        CheckCode::Ok
        | CheckCode::PortRefused
        | CheckCode::TlsFailed
        | CheckCode::CertificateInvalid
        | CheckCode::ListOutdated
        | CheckCode::ListEmpty
        | CheckCode::ListShrunk
        | CheckCode::ListFailed
        | CheckCode::NoRoute
        | CheckCode::TooSlow
        | CheckCode::UnexpectedAnswer => None,
    }
}

fn after_refused_log_in(state: &Onboarding) -> Advice {
    let step = if state.is_yes(Step::QueryExecuted) { Step::PasswordSet } else { Step::QueryExecuted };
    if is_vouched_for_first(state, step) {
        return Advice::VouchFirst(step);
    }
    let password_was_said = state.is_yes(Step::PasswordSet) || fell_by_check(state, Step::PasswordSet);
    if !state.is_yes(Step::QueryExecuted) {
        Advice::QueryFirst
    } else if state.access().gone().is_some() {
        // One that is yes fell by nothing yet.
        if state.is_yes(Step::PasswordSet) { Advice::RefusedNow } else { Advice::PasswordGone }
    } else if !password_was_said {
        Advice::PasswordFirst
    } else if was_seen(state, Step::QueryExecuted) {
        Advice::PasswordAgain
    } else {
        Advice::Plain(CheckCode::LoginRefused)
    }
}

fn after_silence(state: &Onboarding) -> Advice {
    let confirmed = Step::AllowlistingConfirmed;
    if was_seen(state, confirmed) {
        // One that fell after its tries was proven before.
        return if state.is_yes(confirmed) { Advice::SilentNow } else { Advice::SilentForGood };
    }
    match (state.is_yes(confirmed), state.is_yes(Step::AllowlistingRequested)) {
        (true, _) => Advice::AskMagister,
        (false, true) => Advice::Plain(CheckCode::PortSilent),
        (false, false) => Advice::AskAllowlisting,
    }
}

/// Whether a check ever saw a step, also one that fell since because it no longer did.
fn was_seen(state: &Onboarding, step: Step) -> bool {
    let is_lost = |cause: &FallCause| matches!(cause, FallCause::ConnectionLost { .. });
    state.answer(step).is_some_and(|answer| answer.is_proven())
        || state.fallen(step).is_some_and(|fallen| is_lost(&fallen.cause))
}

fn fell_by_check(state: &Onboarding, step: Step) -> bool {
    let is_by_check = |cause: &FallCause| matches!(cause, FallCause::ConnectionLost { .. } | FallCause::Refused { .. });
    state.fallen(step).is_some_and(|fallen| is_by_check(&fallen.cause))
}
