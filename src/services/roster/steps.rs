//! What taking over a step asks of an onboarding: the command that Kurve would give on the page, with the file as ground.

use chrono::{DateTime, Utc};

use crate::domain::ids::SchoolId;
use crate::domain::onboarding::{Command, Gone, Ground, PasswordAccess, Step};

/// What one step asks.
pub(super) fn commands(step: Step, school: SchoolId, ground: &Ground, now: DateTime<Utc>) -> Vec<Command> {
    let ground = ground.clone();
    match step {
        // A password that stands in Magister and was never here: it works, until something says otherwise.
        Step::CredentialsIssued => {
            let access = PasswordAccess { is_seen: true, until: now, gone: Some(Gone::Proven) };
            vec![Command::TakeOverCredentials { ground }, Command::NotePassword { access }]
        }
        Step::ActivationConfirmed => vec![Command::Activate { school, ground }],
        Step::ConsentGiven
        | Step::DetailsSubmitted
        | Step::QueryExecuted
        | Step::PasswordSet
        | Step::PermissionsChecked
        | Step::AllowlistingRequested
        | Step::AllowlistingConfirmed => vec![Command::Confirm { step, ground }],
    }
}
