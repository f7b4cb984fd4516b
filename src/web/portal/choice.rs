//! What a form lets one choose from, and the colleagues among that.

use crate::domain::onboarding::Step;
use crate::domain::school::Contact;

/// One of the things to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) hint: String,
}

impl Choice {
    pub(super) fn new(value: impl ToString, label: impl ToString, hint: impl ToString) -> Self {
        Self { value: value.to_string(), label: label.to_string(), hint: hint.to_string() }
    }
}

/// Colleagues to whom a step can be passed with one press. Whoever lacks the role that it takes is not among them: with
/// the step they are given that role, so it has to be said.
pub(super) fn colleagues(contacts: &[Contact], me: &Contact, step: Step) -> Vec<Choice> {
    let can = |other: &&Contact| {
        let has_role = step.takes_role().is_none_or(|role| other.roles.contains(role));
        other.is_active() && other.id != me.id && has_role
    };
    contacts.iter().filter(can).map(|other| Choice::new(other.id, &other.name, other.roles.words_nl())).collect()
}
