//! The table: every place an onboarding can be in, met by every kind of actor with every command.

use std::collections::BTreeMap;

use strum::IntoEnumIterator;

use super::ask::{Ask, Who};
use super::oracle::{self, STEPS, expected};
use super::scene::{Course, Scene, Stand};
use crate::domain::import_gate::verdict;
use crate::domain::onboarding::{Change, Command, Onboarding, Party, Refusal, Step, StepState, decide};

/// How many places exist: the 52 stands that the 9 steps know, in 2 surroundings and 4 courses, are 416. Completed takes
/// all yes, which 22 of its 104 have (less 82); withdrawn has no activation (less 2); and for the activation both
/// surroundings are the same (less 9).
const PLACES: usize = 323;

/// How many cells the table has: each place, 11 kinds of actor and 27 forms of the 16 commands.
const CELLS: usize = PLACES * 11 * 27;

#[test]
fn every_cell_of_step_state_actor_and_command_has_the_expected_outcome() {
    let scenes = Scene::all();
    let mut cells = 0;

    for scene in &scenes {
        for who in Who::ALL {
            for ask in Ask::ALL {
                let intent = ask.command(scene);

                let outcome = decide(&scene.state, &intent, &who.actor(), ask.at());

                let name = format!("{:?} {:?} {:?}, {who:?} asks {ask:?}", scene.step, scene.stand, scene.course);
                match (outcome, expected(scene, who, ask)) {
                    (Ok(events), Ok(changes)) => {
                        assert!(events.iter().all(|event| event.by == who.actor() && event.at == ask.at()), "{name}");
                        let decided = events.iter().map(|event| event.change.clone()).collect();
                        assert_eq!(in_any_order(decided), in_any_order(changes.clone()), "{name}");
                        assert_state(&scene.state.clone().apply_all(&events), scene, &changes, &name);
                    }
                    (Err(refusal), Err(wanted)) => assert_eq!(refusal, wanted, "{name}"),
                    (outcome, wanted) => panic!("{name}: {outcome:?} instead of {wanted:?}"),
                }
                cells += 1;
            }
        }
    }

    assert_eq!((scenes.len(), cells), (PLACES, CELLS));
}

fn in_any_order(changes: Vec<Change>) -> Vec<String> {
    let mut lines: Vec<String> = changes.iter().map(|change| format!("{change:?}")).collect();
    lines.sort();
    lines
}

/// After the changes: which steps are yes, who holds the ball for the others, and what that means for the import.
fn assert_state(after: &Onboarding, scene: &Scene, changes: &[Change], name: &str) {
    let mut yes = scene.yes.clone();
    let mut is_stuck = scene.stand == Stand::Stuck;
    for change in changes {
        match change {
            Change::StepAnswered { step, .. } | Change::StepRestored { step } => {
                yes.push(*step);
                is_stuck = is_stuck && *step != scene.step;
            }
            Change::StepFell { step, .. } => yes.retain(|other| other != step),
            Change::StuckReported { .. } => is_stuck = true,
            Change::StuckAnswered { .. } => is_stuck = false,
            Change::EvidenceFell { .. }
            | Change::CompletionRestored
            | Change::CredentialsIssued { .. }
            | Change::StepHandedOver { .. }
            | Change::Paused { .. }
            | Change::Resumed
            | Change::Withdrawn { .. }
            | Change::Reopened
            | Change::Completed => {}
        }
    }
    for step in STEPS {
        let row = oracle::row(step);
        let is_ready = row.needs.iter().all(|need| yes.contains(need));
        let holder = match (yes.contains(&step), is_ready) {
            (true, _) | (false, false) => None,
            (false, true) if step == scene.step && is_stuck => Some(Party::Kurve),
            (false, true) => Some(row.party),
        };
        assert_eq!(after.is_yes(step), yes.contains(&step), "{name}: {step:?}");
        assert_eq!(after.holder(step), holder, "{name}: {step:?}");
    }
    assert_eq!(verdict(after).is_open(), STEPS.iter().all(|step| yes.contains(step)), "{name}");
}

#[test]
fn the_table_leaves_no_command_no_refusal_and_no_change_out() {
    let mut commands = BTreeMap::new();
    let mut refusals = BTreeMap::new();
    let mut changes = BTreeMap::new();
    for scene in Scene::all() {
        for who in Who::ALL {
            for ask in Ask::ALL {
                *commands.entry(command_name(&ask.command(&scene))).or_insert(0) += 1;
                match expected(&scene, who, ask) {
                    Ok(found) => found.iter().for_each(|change| *changes.entry(change.as_str()).or_insert(0) += 1),
                    Err(refusal) => *refusals.entry(refusal_name(&refusal)).or_insert(0) += 1,
                }
            }
        }
    }

    assert_eq!(commands.len(), 16, "{commands:?}");
    // That a check is needed first is no rule of the steps: see the policy of checks.
    assert_eq!(refusals.len(), 15, "{refusals:?}");
    // Proof alone falls away only beside another ground, and what a lost connection took comes back only after a loss;
    // those are in the cases.
    assert_eq!(changes.len(), 11, "{changes:?}");
}

#[test]
fn the_code_knows_the_nine_steps_as_the_product_does() {
    assert!(STEPS.into_iter().eq(Step::iter()));
    for row in oracle::TABLE {
        assert_eq!((row.step.gate(), row.step.party()), (row.gate, row.party), "{:?}", row.step);
        assert_eq!(row.step.needs(), row.needs, "{:?}", row.step);
        assert_eq!(row.step.can_be_proven(), row.is_seen_by_check, "{:?}", row.step);
        assert!(row.gate.steps().contains(&row.step), "{:?}", row.step);
    }
}

#[test]
fn every_scene_stands_as_its_name_says() {
    for scene in Scene::all() {
        let name = format!("{:?} {:?} {:?}", scene.step, scene.stand, scene.course);
        let stand = match scene.state.step(scene.step) {
            StepState::Waiting => Stand::Waiting,
            StepState::Open { fallen: None, .. } => Stand::Open,
            StepState::Open { fallen: Some(_), .. } => Stand::OpenAfterFall,
            StepState::Stuck { .. } => Stand::Stuck,
            StepState::Yes { answer } => Stand::ALL
                .into_iter()
                .find(|stand| stand.evidence() == Some(answer.evidence()))
                .expect("every evidence has its stand"),
        };
        let yes: Vec<Step> = STEPS.into_iter().filter(|step| scene.state.is_yes(*step)).collect();
        let is_withdrawn_activation = scene.course == Course::Withdrawn && scene.step == Step::ActivationConfirmed;

        assert!(stand == scene.stand || is_withdrawn_activation, "{name}: {stand:?}");
        assert_eq!(yes, scene.yes, "{name}");
    }
}

fn command_name(command: &Command) -> &'static str {
    match command {
        Command::Claim { .. } => "claim",
        Command::Confirm { .. } => "confirm",
        Command::Prove { .. } => "prove",
        Command::Disprove { .. } => "disprove",
        Command::Restore { .. } => "restore",
        Command::TakeBack { .. } => "take_back",
        Command::SendBack { .. } => "send_back",
        Command::IssueCredentials => "issue_credentials",
        Command::ReportStuck { .. } => "report_stuck",
        Command::AnswerStuck { .. } => "answer_stuck",
        Command::HandOver { .. } => "hand_over",
        Command::Pause { .. } => "pause",
        Command::Resume => "resume",
        Command::Withdraw { .. } => "withdraw",
        Command::Reopen => "reopen",
        Command::ReportImported => "report_imported",
    }
}

fn refusal_name(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotAllowed => "not_allowed",
        Refusal::WrongParty { .. } => "wrong_party",
        Refusal::WrongRole { .. } => "wrong_role",
        Refusal::NotYet { .. } => "not_yet",
        Refusal::AlreadyDone { .. } => "already_done",
        Refusal::NotDone { .. } => "not_done",
        Refusal::NotStuck { .. } => "not_stuck",
        Refusal::OldCredentials { .. } => "old_credentials",
        Refusal::DetailsInUse => "details_in_use",
        Refusal::ImportClosed => "import_closed",
        Refusal::IsWithdrawn => "is_withdrawn",
        Refusal::NotWithdrawn => "not_withdrawn",
        Refusal::IsCompleted => "is_completed",
        Refusal::NotPaused => "not_paused",
        Refusal::CheckNeeded => "check_needed",
        Refusal::BadResumeDate => "bad_resume_date",
    }
}
