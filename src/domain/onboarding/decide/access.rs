//! Noting who can see the credentials and whether the password can be seen at all, and asking for a new one.

use super::falls::Scoped;
use crate::domain::onboarding::access::{Gone, PasswordAccess, People};
use crate::domain::onboarding::change::Change;
use crate::domain::onboarding::command::Refusal;
use crate::domain::onboarding::gate::Step;
use crate::domain::onboarding::state::Onboarding;

pub(super) fn note_password(state: &Onboarding, access: PasswordAccess) -> Vec<Scoped> {
    let known = state.access().password();
    if known == Some(&access) || !state.is_yes(Step::CredentialsIssued) {
        return vec![];
    }
    let is_news = state.access().gone() != access.gone && matches!(access.gone, Some(Gone::UsedUp | Gone::Expired));
    let change = if is_news { Change::PasswordGone { access } } else { Change::PasswordNoted { access } };
    vec![Scoped::shared(change)]
}

pub(super) fn note_people(state: &Onboarding, people: &People) -> Vec<Scoped> {
    let is_so = state.access().people() == people;
    if is_so { vec![] } else { vec![Scoped::shared(Change::PeopleNoted { people: people.clone() })] }
}

pub(super) fn ask_password(state: &Onboarding) -> Result<Vec<Scoped>, Refusal> {
    if !state.is_yes(Step::CredentialsIssued) {
        return Err(Refusal::NotYet { step: Step::PasswordSet, missing: vec![Step::CredentialsIssued] });
    }
    if state.access().gone().is_none() {
        return Err(Refusal::PasswordShown);
    }
    let is_so = state.access().asked().is_some();
    Ok(if is_so { vec![] } else { vec![Scoped::shared(Change::PasswordAsked)] })
}
