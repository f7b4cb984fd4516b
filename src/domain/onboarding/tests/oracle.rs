//! What must happen, written from the product's description and not from the code: the table of the nine steps as it
//! stands there, who may do what, and what each command leads to. It calls neither `decide` nor what `decide` calls.

use super::ask::{Ask, Who};
use super::oracle_credentials::{issued, taken_over};
use super::scene::{Course, STUCK, Scene, Sisters, Stand, ours, sister, stranger};
use crate::domain::ids::SchoolId;
use crate::domain::onboarding::{Change, Command, Evidence, FallCause, Gate, Ground, Party, Refusal, Step};
use crate::domain::roles::ContactRole;

/// What must happen, and to which school; to none where it is the connection's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) school: Option<SchoolId>,
    pub(super) change: Change,
}

impl Due {
    pub(super) fn shared(change: Change) -> Self {
        Self { school: None, change }
    }

    fn ours(change: Change) -> Self {
        Self { school: Some(ours()), change }
    }
}

/// One step of the product's table.
pub(super) struct Row {
    pub(super) step: Step,
    pub(super) gate: Gate,
    pub(super) party: Party,
    /// What must be yes first. For the activation the last steps of the four gates; those imply the ones before them.
    pub(super) needs: &'static [Step],
    /// What falls along with it.
    pub(super) falls: &'static [Step],
    /// Whether the connection check sees it.
    pub(super) is_seen_by_check: bool,
}

/// The product's table, in its order.
#[rustfmt::skip]
pub(super) const TABLE: [Row; 9] = {
    use Gate::{Activation, Allowlisting, Consent, Password, Webservice};
    use Party::{Kurve, Magister, School};
    use Step::*;
    const fn row(
        step: Step, gate: Gate, party: Party, needs: &'static [Step], falls: &'static [Step], is_seen_by_check: bool,
    ) -> Row {
        Row { step, gate, party, needs, falls, is_seen_by_check }
    }
    [
        row(ConsentGiven, Consent, School, &[], &[ActivationConfirmed], false),
        row(DetailsSubmitted, Webservice, School, &[],
            &[CredentialsIssued, QueryExecuted, PasswordSet, PermissionsChecked, ActivationConfirmed], false),
        row(CredentialsIssued, Webservice, Kurve, &[DetailsSubmitted],
            &[QueryExecuted, PasswordSet, PermissionsChecked, ActivationConfirmed], false),
        row(QueryExecuted, Webservice, School, &[CredentialsIssued],
            &[PasswordSet, PermissionsChecked, ActivationConfirmed], true),
        row(PasswordSet, Password, School, &[QueryExecuted], &[ActivationConfirmed], true),
        row(PermissionsChecked, Password, School, &[QueryExecuted], &[ActivationConfirmed], true),
        row(AllowlistingRequested, Allowlisting, School, &[], &[AllowlistingConfirmed, ActivationConfirmed], true),
        row(AllowlistingConfirmed, Allowlisting, Magister, &[AllowlistingRequested], &[ActivationConfirmed], true),
        row(ActivationConfirmed, Activation, Kurve,
            &[ConsentGiven, QueryExecuted, PasswordSet, PermissionsChecked, AllowlistingConfirmed], &[], false),
    ]
};

/// The nine steps, in the product's order.
pub(super) const STEPS: [Step; 9] = {
    let mut steps = [Step::ConsentGiven; 9];
    let mut at = 0;
    while at < steps.len() {
        steps[at] = TABLE[at].step;
        at += 1;
    }
    steps
};

/// The row of a step.
pub(super) fn row(step: Step) -> &'static Row {
    TABLE.iter().find(|row| row.step == step).expect("the table has every step")
}

/// Whether the product knows this place.
pub(super) fn can_stand(step: Step, stand: Stand) -> bool {
    let row = row(step);
    match stand {
        Stand::Open | Stand::OpenAfterFall | Stand::Confirmed => true,
        Stand::Waiting => !row.needs.is_empty(),
        // Only the school is ever stuck or claims.
        Stand::Stuck | Stand::Claimed => row.party != Party::Kurve,
        Stand::Proven => row.is_seen_by_check,
    }
}

/// Who may ask it at all.
fn may_ask(who: Who, ask: Ask) -> bool {
    use Who::{Admin, Applicatiebeheerder, Clock, Contactpersoon, InBothRoles, Superbeheerder, Support};
    let is_school = matches!(who, Superbeheerder | Applicatiebeheerder | InBothRoles | Contactpersoon);
    let is_kurve = matches!(who, Admin | Support);
    match ask {
        Ask::Claim | Ask::ClaimWithTicket | Ask::ClaimSeeingCurrent | Ask::ClaimSeeingOld => is_school,
        Ask::TakeBack | Ask::ReportStuck | Ask::ReportStuckInSameWords | Ask::HandOver | Ask::ReportImported => {
            is_school
        }
        Ask::UndoEnd | Ask::UndoEndLate => is_school,
        Ask::Confirm | Ask::SendBack | Ask::AnswerStuck | Ask::Reopen => is_kurve,
        Ask::IssueCredentials | Ask::TakeOverCredentials => is_kurve,
        Ask::Activate | Ask::ActivateStranger | Ask::Deactivate | Ask::UndoActivation => is_kurve,
        Ask::AddStranger | Ask::AddOurs | Ask::Remove => is_kurve,
        Ask::Prove | Ask::ProveWithOld | Ask::Disprove | Ask::DisproveWithOld | Ask::Restore | Ask::RestoreWithOld => {
            who == Who::Check
        }
        Ask::Pause | Ask::PauseAsItIs | Ask::PauseUntilToday | Ask::PauseForever => is_school || is_kurve,
        Ask::Withdraw | Ask::ResumeBeforeTheDay | Ask::ResumeOnTheDay => is_school || is_kurve || who == Clock,
    }
}

/// What must happen: the changes in any order, or the refusal.
pub(super) fn expected(scene: &Scene, who: Who, ask: Ask) -> Result<Vec<Due>, Refusal> {
    if !may_ask(who, ask) {
        return Err(Refusal::NotAllowed);
    }
    let row = row(scene.step);
    let step = scene.step;
    let command = ask.command(scene);
    let is_pause = matches!(ask, Ask::Pause | Ask::PauseAsItIs | Ask::PauseUntilToday | Ask::PauseForever);
    match ask {
        Ask::Withdraw
        | Ask::Reopen
        | Ask::ReportImported
        | Ask::Activate
        | Ask::ActivateStranger
        | Ask::Deactivate
        | Ask::UndoActivation
        | Ask::UndoEnd
        | Ask::UndoEndLate
        | Ask::AddStranger
        | Ask::AddOurs
        | Ask::Remove => of_one_school(scene, ask, &command),
        _ if scene.is_all_withdrawn() => Err(Refusal::IsWithdrawn),
        _ if scene.is_all_completed() && is_pause => Err(Refusal::IsCompleted),
        Ask::Claim | Ask::ClaimWithTicket | Ask::ClaimSeeingCurrent | Ask::ClaimSeeingOld => claimed(scene, who, ask),
        Ask::Confirm if step == Step::CredentialsIssued => Err(Refusal::WrongParty { step }),
        Ask::Confirm if step == Step::ActivationConfirmed => activated(scene, &command),
        Ask::Confirm => answered(scene, Evidence::Confirmed, &command),
        Ask::Prove | Ask::ProveWithOld if !row.is_seen_by_check => Err(Refusal::WrongParty { step }),
        // Nothing is seen of the activation, but it goes with a connection that is lost.
        Ask::Disprove | Ask::DisproveWithOld if !row.is_seen_by_check && step != Step::ActivationConfirmed => {
            Err(Refusal::WrongParty { step })
        }
        Ask::ProveWithOld | Ask::DisproveWithOld if is_behind_password(step) => {
            Err(Refusal::OldCredentials { current: scene.version() })
        }
        Ask::RestoreWithOld => Err(Refusal::OldCredentials { current: scene.version() }),
        // Nothing fell with a connection in any of these places.
        Ask::Restore => Ok(vec![]),
        Ask::Prove | Ask::ProveWithOld => answered(scene, Evidence::Proven, &command),
        Ask::Disprove | Ask::DisproveWithOld => {
            let code = "login_refused".to_owned();
            // What was only said never held; what a check saw is lost.
            let was_only_said = row.is_seen_by_check && scene.stand != Stand::Proven;
            let cause = if was_only_said { FallCause::Refused { code } } else { FallCause::ConnectionLost { code } };
            fallen(scene, cause)
        }
        Ask::TakeBack if row.party == Party::Kurve => Err(Refusal::WrongParty { step }),
        Ask::TakeBack if step == Step::DetailsSubmitted && scene.has(Step::CredentialsIssued) => {
            Err(Refusal::DetailsInUse)
        }
        Ask::TakeBack => fallen(scene, FallCause::TakenBack),
        Ask::SendBack if step == Step::CredentialsIssued => Err(Refusal::WrongParty { step }),
        Ask::SendBack => {
            let Command::SendBack { reason, .. } = command else { unreachable!("the command of this ask") };
            fallen(scene, FallCause::SentBack { reason })
        }
        Ask::IssueCredentials => issued(scene),
        Ask::TakeOverCredentials => taken_over(scene, &command),
        Ask::ReportStuck | Ask::ReportStuckInSameWords | Ask::HandOver => asked_for_help(scene, &command),
        Ask::AnswerStuck if scene.stand != Stand::Stuck => Err(Refusal::NotStuck { step }),
        Ask::AnswerStuck => {
            let Command::AnswerStuck { answer, .. } = command else { unreachable!("the command of this ask") };
            Ok(vec![Due::shared(Change::StuckAnswered { step, answer })])
        }
        Ask::PauseUntilToday | Ask::PauseForever => Err(Refusal::BadResumeDate),
        Ask::PauseAsItIs if scene.course == Course::Paused => Ok(vec![]),
        Ask::Pause | Ask::PauseAsItIs => {
            let Command::Pause { reason, until } = command else { unreachable!("the command of this ask") };
            Ok(vec![Due::shared(Change::Paused { reason, until })])
        }
        Ask::ResumeBeforeTheDay if who == Who::Clock => Err(Refusal::NotPaused),
        Ask::ResumeBeforeTheDay | Ask::ResumeOnTheDay if scene.course != Course::Paused => Err(Refusal::NotPaused),
        Ask::ResumeBeforeTheDay | Ask::ResumeOnTheDay => Ok(vec![Due::shared(Change::Resumed)]),
    }
}

/// What is asked of our school alone, or of the stranger; no sister goes along.
fn of_one_school(scene: &Scene, ask: Ask, command: &Command) -> Result<Vec<Due>, Refusal> {
    let step = Step::ActivationConfirmed;
    let has_stopped = scene.course == Course::Withdrawn;
    let activation_falls = |cause: FallCause| {
        // A school that ends is not under way again.
        let goes_on = !matches!(cause, FallCause::Withdrawn | FallCause::Moved);
        let fell = scene.has(step).then(|| Due::ours(Change::StepFell { step, cause }));
        fell.into_iter().chain((scene.has(step) && goes_on).then(|| reopened(scene)).flatten()).collect::<Vec<_>>()
    };
    match command.clone() {
        Command::Activate { .. } if ask == Ask::ActivateStranger => Err(Refusal::UnknownSchool),
        Command::AddSchool { .. } if ask == Ask::AddOurs => Ok(vec![]),
        Command::AddSchool { asked_by, .. } => {
            let added = Due { school: Some(stranger()), change: Change::SchoolAdded { asked_by } };
            Ok(taken_up_again(scene, added))
        }
        Command::RemoveSchool { to, reason, .. } => {
            let mut changes = activation_falls(FallCause::Moved);
            changes.push(Due::ours(Change::SchoolLeft { to, reason }));
            Ok(changes)
        }
        Command::UndoEnd { .. } if !has_stopped && scene.course != Course::Completed => Ok(vec![]),
        Command::UndoEnd { .. } if ask == Ask::UndoEndLate => Err(Refusal::UndoTooLate),
        Command::UndoEnd { .. } => Ok(vec![Due::ours(Change::Reopened)]),
        Command::Reopen { .. } if has_stopped => Ok(taken_up_again(scene, Due::ours(Change::Reopened))),
        Command::Reopen { .. } => Err(Refusal::NotWithdrawn),
        _ if has_stopped => Err(Refusal::IsWithdrawn),
        Command::Withdraw { reason, chose_option_b, .. } => {
            let mut changes = activation_falls(FallCause::Withdrawn);
            changes.push(Due::ours(Change::Withdrawn { reason, chose_option_b }));
            Ok(changes)
        }
        Command::ReportImported { .. } if scene.yes.len() < STEPS.len() => Err(Refusal::ImportClosed),
        Command::ReportImported { .. } if scene.course == Course::Completed => Ok(vec![]),
        Command::ReportImported { .. } => Ok(vec![Due::ours(Change::Completed)]),
        Command::Activate { .. } => {
            let missing = missing_for(scene, step);
            match (missing.is_empty(), scene.has(step)) {
                (false, _) => Err(Refusal::NotYet { step, missing }),
                (true, true) => Ok(vec![]),
                (true, false) => Ok(vec![Due::ours(confirmed(command))]),
            }
        }
        Command::Deactivate { .. } | Command::UndoActivation { .. } if !scene.has(step) => {
            Err(Refusal::NotDone { step })
        }
        Command::Deactivate { reason, .. } => Ok(activation_falls(FallCause::SentBack { reason })),
        Command::UndoActivation { .. } => Ok(activation_falls(FallCause::Undone)),
        other => unreachable!("{other:?} is of no school"),
    }
}

/// What a check sees only after it logged in.
fn is_behind_password(step: Step) -> bool {
    matches!(step, Step::QueryExecuted | Step::PasswordSet | Step::PermissionsChecked)
}

fn claimed(scene: &Scene, who: Who, ask: Ask) -> Result<Vec<Due>, Refusal> {
    let step = scene.step;
    if row(step).party == Party::Kurve {
        return Err(Refusal::WrongParty { step });
    }
    if step == Step::ConsentGiven && !matches!(who, Who::Superbeheerder | Who::InBothRoles) {
        return Err(Refusal::WrongRole { step, needed: ContactRole::Superbeheerder });
    }
    if ask == Ask::ClaimSeeingOld {
        return Err(Refusal::OldCredentials { current: scene.version() });
    }
    // A ticket of Magister counts for what is asked by ticket at Magister.
    let is_by_ticket = ask == Ask::ClaimWithTicket && row(step).gate == Gate::Allowlisting;
    let evidence = if is_by_ticket { Evidence::Confirmed } else { Evidence::Claimed };
    answered(scene, evidence, &ask.command(scene))
}

fn answered(scene: &Scene, evidence: Evidence, command: &Command) -> Result<Vec<Due>, Refusal> {
    let step = scene.step;
    if scene.stand == Stand::Waiting {
        return Err(not_yet(scene));
    }
    if scene.stand.evidence() == Some(evidence) {
        return Ok(vec![]);
    }
    let ground = match command {
        Command::Claim { ground, .. } | Command::Confirm { ground, .. } => ground.clone(),
        Command::Prove { .. } => Ground::Credentials(scene.version()),
        other => unreachable!("{other:?} answers nothing"),
    };
    Ok(vec![Due::shared(Change::StepAnswered { step, evidence, ground })])
}

/// Kurve confirms the activation of all that wait for it, of whom who stopped is none.
fn activated(scene: &Scene, command: &Command) -> Result<Vec<Due>, Refusal> {
    if scene.stand == Stand::Waiting {
        return Err(not_yet(scene));
    }
    let we_wait = scene.course != Course::Withdrawn && !scene.has(Step::ActivationConfirmed);
    let she_waits = scene.sisters == Sisters::NotActivated;
    let waiting = [we_wait.then(ours), she_waits.then(sister)];
    Ok(waiting.into_iter().flatten().map(|id| Due { school: Some(id), change: confirmed(command) }).collect())
}

fn confirmed(command: &Command) -> Change {
    let (Command::Confirm { ground, .. } | Command::Activate { ground, .. }) = command else {
        unreachable!("{command:?} activates nothing")
    };
    Change::StepAnswered { step: Step::ActivationConfirmed, evidence: Evidence::Confirmed, ground: ground.clone() }
}

fn not_yet(scene: &Scene) -> Refusal {
    Refusal::NotYet { step: scene.step, missing: missing_for(scene, scene.step) }
}

pub(super) fn missing_for(scene: &Scene, step: Step) -> Vec<Step> {
    row(step).needs.iter().copied().filter(|need| !scene.has(*need)).collect()
}

/// That a step falls: of the activation, for each school that has it.
pub(super) fn falls(scene: &Scene, step: Step, cause: &FallCause) -> Vec<Due> {
    let change = Change::StepFell { step, cause: cause.clone() };
    if step != Step::ActivationConfirmed {
        return if scene.has(step) { vec![Due::shared(change)] } else { vec![] };
    }
    let activated = [scene.has(step).then(ours), (scene.sisters == Sisters::Activated).then(sister)];
    activated.into_iter().flatten().map(|id| Due { school: Some(id), change: change.clone() }).collect()
}

fn fallen(scene: &Scene, cause: FallCause) -> Result<Vec<Due>, Refusal> {
    let step = scene.step;
    let mut changes = falls(scene, step, &cause);
    if changes.is_empty() {
        return Err(Refusal::NotDone { step });
    }
    let along = FallCause::NeededStepFell { step };
    changes.extend(row(step).falls.iter().flat_map(|other| falls(scene, *other, &along)));
    changes.extend(reopened(scene));
    Ok(changes)
}

/// The password is closed for ever once the last school stopped: then the credentials fall, with what needs them.
fn taken_up_again(scene: &Scene, first: Due) -> Vec<Due> {
    let step = Step::CredentialsIssued;
    let mut changes = vec![first];
    if scene.is_all_withdrawn() && scene.has(step) {
        let along = FallCause::NeededStepFell { step };
        changes.extend(row(step).falls.iter().flat_map(|other| falls(scene, *other, &along)));
        changes.extend(falls(scene, step, &FallCause::Withdrawn));
    }
    changes
}

/// What is completed and changes is under way again.
pub(super) fn reopened(scene: &Scene) -> Option<Due> {
    (scene.course == Course::Completed).then(|| Due::ours(Change::Reopened))
}

/// "Het lukt niet" and "Geef door aan een collega": for what the school can do now, stuck or not.
fn asked_for_help(scene: &Scene, command: &Command) -> Result<Vec<Due>, Refusal> {
    let step = scene.step;
    if row(step).party == Party::Kurve {
        return Err(Refusal::WrongParty { step });
    }
    match scene.stand {
        Stand::Waiting => return Err(not_yet(scene)),
        Stand::Claimed | Stand::Confirmed | Stand::Proven => return Err(Refusal::AlreadyDone { step }),
        Stand::Open | Stand::OpenAfterFall | Stand::Stuck => {}
    }
    let change = match command.clone() {
        Command::ReportStuck { reason, .. } if scene.stand == Stand::Stuck && reason.as_str() == STUCK => {
            return Ok(vec![]);
        }
        Command::ReportStuck { reason, .. } => Change::StuckReported { step, reason },
        Command::HandOver { to, .. } => Change::StepHandedOver { step, to },
        other => unreachable!("{other:?} asks for no help"),
    };
    Ok(vec![Due::shared(change)])
}
