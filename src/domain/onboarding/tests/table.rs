//! The table: every place an onboarding can be in, met by every kind of actor with every command.

use std::collections::BTreeMap;

use strum::IntoEnumIterator;

use super::ask::{Ask, Who};
use super::oracle::{self, Due, STEPS, expected};
use super::scene::{Course, Scene, Sisters, Stand, ours, sister};
use crate::domain::import_gate::{open_schools, verdict_of_all};
use crate::domain::onboarding::{Change, Command, Onboarding, Party, Refusal, Step, StepState, decide};

/// How many places exist with one school: the 52 stands that the 9 steps know, in 2 surroundings and 4 courses, are 416.
/// Completed takes all yes, which 22 of its 104 have (less 82); withdrawn has no activation (less 2); and for the
/// activation both surroundings are the same (less 9).
const ALONE: usize = 323;

/// Beside each of them stands a sister who waits, or one who stopped; or one who is activated, where the four gates are
/// yes: at 20 answers of the other steps in 4 courses, and at the 9 places of the activation.
const PLACES: usize = 3 * ALONE + 20 * 4 + 9;

/// How many cells the table has: each place, 11 kinds of actor and 37 forms of the 23 commands.
const CELLS: usize = PLACES * 11 * 37;

#[test]
fn every_cell_of_step_state_actor_and_command_has_the_expected_outcome() {
    let scenes = Scene::all();
    let mut cells = 0;

    for scene in &scenes {
        for who in Who::ALL {
            for ask in Ask::ALL {
                let intent = ask.command(scene);

                let outcome = decide(&scene.state, &intent, &who.actor(), ask.at());

                match (outcome, expected(scene, who, ask)) {
                    (Ok(events), Ok(changes)) => {
                        let name = cell_name(scene, who, ask);
                        assert!(events.iter().all(|event| event.by == who.actor() && event.at == ask.at()), "{name}");
                        let decided =
                            events.iter().map(|event| Due { school: event.school, change: event.change.clone() });
                        assert_eq!(in_any_order(decided.collect()), in_any_order(changes.clone()), "{name}");
                        assert_state(&scene.state.clone().apply_all(&events), scene, &changes, &name);
                    }
                    (Err(refusal), Err(wanted)) => assert_eq!(refusal, wanted, "{}", cell_name(scene, who, ask)),
                    (outcome, wanted) => panic!("{}: {outcome:?} instead of {wanted:?}", cell_name(scene, who, ask)),
                }
                cells += 1;
            }
        }
    }

    let alone = scenes.iter().filter(|scene| scene.sisters == Sisters::None).count();
    assert_eq!((alone, scenes.len(), cells), (ALONE, PLACES, CELLS));
}

fn cell_name(scene: &Scene, who: Who, ask: Ask) -> String {
    format!("{}, {who:?} asks {ask:?}", scene_name(scene))
}

fn scene_name(scene: &Scene) -> String {
    format!("{:?} {:?} {:?}, sisters {:?}", scene.step, scene.stand, scene.course, scene.sisters)
}

fn in_any_order(changes: Vec<Due>) -> Vec<String> {
    let mut lines: Vec<String> = changes.iter().map(|change| format!("{change:?}")).collect();
    lines.sort();
    lines
}

/// After the changes: which steps are yes, who holds the ball for the others, and what that means for the import.
fn assert_state(after: &Onboarding, scene: &Scene, changes: &[Due], name: &str) {
    let mut yes = scene.yes.clone();
    let mut is_sister_activated = scene.sisters == Sisters::Activated;
    let mut is_stuck = scene.stand == Stand::Stuck;
    for Due { school, change } in changes {
        let is_sisters = *school == Some(sister());
        match change {
            Change::StepAnswered { .. } | Change::StepRestored { .. } if is_sisters => is_sister_activated = true,
            Change::StepFell { .. } if is_sisters => is_sister_activated = false,
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
            | Change::PasswordNoted { .. }
            | Change::PasswordGone { .. }
            | Change::PeopleNoted { .. }
            | Change::PasswordAsked
            | Change::StepHandedOver { .. }
            | Change::Paused { .. }
            | Change::Resumed
            | Change::Withdrawn { .. }
            | Change::Reopened
            | Change::Completed
            | Change::SchoolAdded { .. }
            | Change::SchoolLeft { .. } => {}
        }
    }
    let has_left = changes.iter().any(|due| matches!(due.change, Change::SchoolLeft { .. }));
    let view = after.of(ours());
    assert_eq!(view.is_none(), has_left, "{name}");
    for step in STEPS {
        let row = oracle::row(step);
        let is_ready = row.needs.iter().all(|need| yes.contains(need));
        let holder = match (yes.contains(&step), is_ready) {
            (true, _) | (false, false) => None,
            (false, true) if step == scene.step && is_stuck => Some(Party::Kurve),
            (false, true) => Some(row.party),
        };
        if let Some(view) = view {
            assert_eq!(view.step(step).is_yes(), yes.contains(&step), "{name}: {step:?}");
            assert_eq!(view.holder(step), holder, "{name}: {step:?}");
        }
        // The whole is our school's where it is alone, and of what is shared always.
        if step != Step::ActivationConfirmed || after.schools().count() == 1 && !has_left {
            assert_eq!(after.is_yes(step), yes.contains(&step), "{name}: {step:?}");
            assert_eq!(after.holder(step), holder, "{name}: {step:?}");
        }
    }
    let is_open = STEPS.iter().all(|step| yes.contains(step));
    let open = [(is_open && !has_left).then(ours), is_sister_activated.then(sister)];
    assert_eq!(open_schools(after), open.into_iter().flatten().collect(), "{name}");
    let is_whole_open = after.live().next().is_some() && after.live().all(|(_, school)| school.is_activated());
    assert_eq!(verdict_of_all(after).is_open(), is_whole_open, "{name}");
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
                    Ok(found) => found.iter().for_each(|due| *changes.entry(due.change.as_str()).or_insert(0) += 1),
                    Err(refusal) => *refusals.entry(refusal_name(&refusal)).or_insert(0) += 1,
                }
            }
        }
    }

    assert_eq!(commands.len(), 23, "{commands:?}");
    // That a check or a reason is needed first is no rule of the steps: see the policy of checks. A full connection is in the cases.
    assert_eq!(refusals.len(), 17, "{refusals:?}");
    // Proof alone falls away only beside another ground, and what a lost connection took comes back only after a loss;
    // those are in the cases.
    assert_eq!(changes.len(), 13, "{changes:?}");
}

#[test]
fn what_ends_or_lays_aside_something_for_a_school_takes_a_vouch_and_nothing_else_does() {
    for scene in Scene::all().into_iter().take(1) {
        for ask in Ask::ALL {
            let command = ask.command(&scene);
            let name = command_name(&command);

            let expected = ["pause", "withdraw", "report_imported", "undo_end"].contains(&name);

            assert_eq!(command.takes_vouch(), expected, "{name}");
        }
    }
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
        let name = scene_name(&scene);
        let view = scene.state.of(ours()).expect("every scene is about it");
        let stand = match view.step(scene.step) {
            StepState::Waiting => Stand::Waiting,
            StepState::Open { fallen: None, .. } => Stand::Open,
            StepState::Open { fallen: Some(_), .. } => Stand::OpenAfterFall,
            StepState::Stuck { .. } => Stand::Stuck,
            StepState::Yes { answer } => Stand::ALL
                .into_iter()
                .find(|stand| stand.evidence() == Some(answer.evidence()))
                .expect("every evidence has its stand"),
        };
        let yes: Vec<Step> = STEPS.into_iter().filter(|step| view.step(*step).is_yes()).collect();
        let is_withdrawn_activation = scene.course == Course::Withdrawn && scene.step == Step::ActivationConfirmed;

        assert!(stand == scene.stand || is_withdrawn_activation, "{name}: {stand:?}");
        assert_eq!(yes, scene.yes, "{name}");
        let sisters = match scene.state.school(sister()) {
            None => Sisters::None,
            Some(she) if she.is_activated() => Sisters::Activated,
            Some(she) if she.is_live() => Sisters::NotActivated,
            Some(_) => Sisters::Stopped,
        };
        assert_eq!(sisters, scene.sisters, "{name}");
        let is_withdrawn = scene.is_all_withdrawn();
        assert_eq!(scene.state.lifecycle().is_withdrawn(), is_withdrawn, "{name}");
        assert_eq!(scene.state.lifecycle().is_completed(), scene.is_all_completed(), "{name}");
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
        Command::TakeOverCredentials { .. } => "take_over_credentials",
        Command::ReportStuck { .. } => "report_stuck",
        Command::AnswerStuck { .. } => "answer_stuck",
        Command::HandOver { .. } => "hand_over",
        Command::Pause { .. } => "pause",
        Command::Resume => "resume",
        Command::Withdraw { .. } => "withdraw",
        Command::Reopen { .. } => "reopen",
        Command::ReportImported { .. } => "report_imported",
        Command::Activate { .. } => "activate",
        Command::Deactivate { .. } => "deactivate",
        Command::UndoActivation { .. } => "undo_activation",
        Command::NotePassword { .. } => "note_password",
        Command::NotePeople { .. } => "note_people",
        Command::AskPassword => "ask_password",
        Command::UndoEnd { .. } => "undo_end",
        Command::AddSchool { .. } => "add_school",
        Command::RemoveSchool { .. } => "remove_school",
    }
}

fn refusal_name(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::NotAllowed => "not_allowed",
        Refusal::WrongParty { .. } => "wrong_party",
        Refusal::WrongRole { .. } => "wrong_role",
        Refusal::RoleNotConfirmed { .. } => "role_not_confirmed",
        Refusal::NotYet { .. } => "not_yet",
        Refusal::AlreadyDone { .. } => "already_done",
        Refusal::NotDone { .. } => "not_done",
        Refusal::NotStuck { .. } => "not_stuck",
        Refusal::OldCredentials { .. } => "old_credentials",
        Refusal::DetailsInUse => "details_in_use",
        Refusal::ImportClosed => "import_closed",
        Refusal::UnknownSchool => "unknown_school",
        Refusal::TooManySchools => "too_many_schools",
        Refusal::IsWithdrawn => "is_withdrawn",
        Refusal::NotWithdrawn => "not_withdrawn",
        Refusal::IsCompleted => "is_completed",
        Refusal::NotPaused => "not_paused",
        Refusal::CheckNeeded => "check_needed",
        Refusal::ReasonNeeded => "reason_needed",
        Refusal::NotVouched => "not_vouched",
        Refusal::UndoTooLate => "undo_too_late",
        Refusal::BadResumeDate => "bad_resume_date",
        Refusal::PasswordUnseen => "password_unseen",
        Refusal::PasswordShown => "password_shown",
    }
}
