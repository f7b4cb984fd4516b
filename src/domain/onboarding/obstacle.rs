//! What stands between a school and a step: nobody for whom Kurve vouches, a superbeheerder whom the school appointed and
//! Kurve has not looked at, or a password that is not shown any more.

use std::collections::BTreeSet;

use super::access::{Access, Gone};
use super::change::FallCause;
use super::gate::Step;
use super::step_state::StepState;
use crate::domain::ids::ContactId;

/// Why the people of a step cannot do it, until Kurve does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// Kurve vouches for none of those who are to do it.
    NotVouched(BTreeSet<ContactId>),
    /// The password that it takes is not shown any more.
    PasswordGone(Gone),
}

/// Why the people of a step cannot do it. Of one that is done, or cannot be done yet, nothing is said.
pub(super) fn obstacles(access: &Access, step: Step, state: &StepState, handed_to: Option<ContactId>) -> Vec<Obstacle> {
    let StepState::Open { fallen, .. } = state else { return vec![] };
    let mut found = vec![];
    if step.takes_role().is_some() {
        found.extend(access.people.unconfirmed_with(handed_to).map(Obstacle::NotVouched));
    }
    if step.takes_credentials() {
        found.extend(access.people.all_unvouched(handed_to).map(Obstacle::NotVouched));
    }
    let fell_by_itself = fallen.as_ref().is_some_and(|fallen| match fallen.cause {
        FallCause::NeededStepFell { .. } | FallCause::Undone => false,
        FallCause::TakenBack
        | FallCause::SentBack { .. }
        | FallCause::CredentialsRenewed
        | FallCause::ConnectionLost { .. }
        | FallCause::Refused { .. }
        | FallCause::Withdrawn
        | FallCause::Moved => true,
    });
    if step == Step::PasswordSet
        && let Some(gone) = access.gone()
        // A password with which a check logged in stands in Magister, until something says otherwise.
        && (gone != Gone::Proven || fell_by_itself)
    {
        found.push(Obstacle::PasswordGone(gone));
    }
    found
}
