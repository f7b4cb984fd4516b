//! Which step a line of the audit is about.

use super::*;
use crate::domain::onboarding::{FallCause, Step};

#[test]
fn a_line_is_about_the_step_that_it_changes_or_serves_or_about_none() {
    let fell = Change::StepFell { step: Step::PasswordSet, cause: FallCause::CredentialsRenewed };
    let table = [
        (Action::Onboarding(fell), Some(Step::PasswordSet)),
        (Action::Onboarding(Change::Resumed), None),
        (Action::PasswordRevealed { version: 1, left: 4 }, Some(Step::PasswordSet)),
        (Action::QueryDownloaded { version: 1 }, Some(Step::QueryExecuted)),
        (Action::CredentialsHandedAgain { version: 1 }, Some(Step::CredentialsIssued)),
        (Action::DetailsChanged, Some(Step::DetailsSubmitted)),
        (Action::ContactSignedIn, None),
    ];

    for (action, step) in table {
        assert_eq!(action.step(), step, "{action:?}");
    }
}
