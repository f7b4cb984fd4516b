//! What issuing credentials does by the product's table, and taking over that they were handed over elsewhere.

use super::oracle::{Due, falls, missing_for, reopened};
use super::scene::{Scene, Stand};
use crate::domain::onboarding::{Change, Command, Evidence, FallCause, Ground, Refusal, Step};

pub(super) fn issued(scene: &Scene) -> Result<Vec<Due>, Refusal> {
    let step = Step::CredentialsIssued;
    if !scene.has(Step::DetailsSubmitted) {
        return Err(Refusal::NotYet { step, missing: vec![Step::DetailsSubmitted] });
    }
    let version = scene.version() + 1;
    let mut changes = vec![Due::shared(Change::CredentialsIssued { version })];
    if !scene.has(step) {
        let ground = Ground::Credentials(version);
        changes.push(Due::shared(Change::StepAnswered { step, evidence: Evidence::Confirmed, ground }));
        return Ok(changes);
    }
    let is_seen_only = scene.step == Step::PermissionsChecked && scene.stand == Stand::Proven;
    for step in [Step::PasswordSet, Step::PermissionsChecked, Step::ActivationConfirmed] {
        if step != Step::PermissionsChecked || is_seen_only {
            changes.extend(falls(scene, step, &FallCause::CredentialsRenewed));
        }
    }
    changes.extend(reopened(scene));
    Ok(changes)
}

pub(super) fn taken_over(scene: &Scene, command: &Command) -> Result<Vec<Due>, Refusal> {
    let step = Step::CredentialsIssued;
    let missing = missing_for(scene, step);
    match command {
        Command::TakeOverCredentials { .. } if scene.has(step) => Ok(vec![]),
        Command::TakeOverCredentials { .. } if !missing.is_empty() => Err(Refusal::NotYet { step, missing }),
        Command::TakeOverCredentials { ground } => {
            let (evidence, ground) = (Evidence::Confirmed, ground.clone());
            Ok(vec![Due::shared(Change::StepAnswered { step, evidence, ground })])
        }
        other => unreachable!("{other:?} takes nothing over"),
    }
}
