//! The cases between the cells of the table: more than one ground, two commands in a row, and what is kept.

use chrono::{Days, Duration, TimeZone, Utc};
use strum::IntoEnumIterator;

use crate::domain::actor::Actor;
use crate::domain::import_gate::{ClosedReason, Verdict, verdict_of_all};
use crate::domain::onboarding::decide::{LONGEST_PAUSE_DAYS, amsterdam_date};
use crate::domain::onboarding::progress::{OpenStep, is_stuck, open_steps, waits_on_since};
use crate::domain::onboarding::testing::{
    Walk, claim, confirm, contact, contact_id, first_morning, prove, reason, school_id, superbeheerder, support, ticket,
};
use crate::domain::onboarding::{
    Change, Command, Evidence, FallCause, Gate, Ground, Onboarding, Party, Refusal, Step, StepState,
};
use crate::domain::roles::ContactRole;

fn changes(taken: &[crate::domain::onboarding::Event]) -> Vec<Change> {
    taken.iter().map(|event| event.change.clone()).collect()
}

/// What the school can best do now: its first open step, else what it can report for Magister.
fn next_for_school(state: &Onboarding) -> Option<OpenStep> {
    let open = open_steps(state);
    let first_of = |party| open.iter().find(|open| open.holder == party).copied();
    first_of(Party::School).or_else(|| first_of(Party::Magister))
}

#[test]
fn a_fresh_onboarding_has_three_things_for_the_school_and_none_for_others() {
    let state = Onboarding::start(first_morning(), school_id(1));

    let open: Vec<_> = open_steps(&state).into_iter().map(|open| (open.step, open.holder, open.since)).collect();

    let steps = [Step::ConsentGiven, Step::DetailsSubmitted, Step::AllowlistingRequested];
    assert_eq!(open, steps.map(|step| (step, Party::School, first_morning())));
    assert_eq!(waits_on_since(&state, Party::Kurve), None);
}

#[test]
fn the_reasons_why_it_is_closed_name_the_steps_and_who_holds_the_ball() {
    let walk = Walk::all_but(&[Step::QueryExecuted, Step::AllowlistingConfirmed]);

    let verdict = verdict_of_all(&walk.state);

    let reason = |gate, missing| ClosedReason { gate, missing };
    let reasons = vec![
        reason(Gate::Webservice, vec![(Step::QueryExecuted, Some(Party::School))]),
        reason(Gate::Password, vec![(Step::PasswordSet, None), (Step::PermissionsChecked, None)]),
        reason(Gate::Allowlisting, vec![(Step::AllowlistingConfirmed, Some(Party::Magister))]),
        reason(Gate::Activation, vec![(Step::ActivationConfirmed, None)]),
    ];
    assert_eq!(verdict, Verdict::Closed { reasons });
}

#[test]
fn grounds_pile_up_and_the_strongest_counts() {
    let step = Step::AllowlistingConfirmed;
    let mut walk = Walk::all_but(&[step]);

    walk.does(superbeheerder(), &claim(step));
    walk.does(superbeheerder(), &Command::Claim { step, ground: ticket(), credential_version: None });
    walk.does(Actor::Check, &prove(step, 1));

    let answer = walk.state.answer(step).expect("it was answered three times");
    let ground = |evidence| answer.with(evidence).map(|given| (given.by, given.ground.clone()));
    let grounds: Vec<_> = Evidence::iter().map(ground).collect();
    assert_eq!(answer.evidence(), Evidence::Proven);
    assert_eq!(
        grounds,
        [
            Some((superbeheerder(), Ground::Word)),
            Some((superbeheerder(), ticket())),
            Some((Actor::Check, Ground::Credentials(1))),
        ]
    );
}

#[test]
fn the_details_are_fixed_for_the_school_from_the_moment_that_credentials_are_issued() {
    let step = Step::DetailsSubmitted;
    let mut before = Walk::all_but(&[Step::CredentialsIssued]);
    let mut after = Walk::all_but(&[Step::QueryExecuted]);

    let taken_back = before.tries(superbeheerder(), &Command::TakeBack { step }).is_ok();
    let refused = after.tries(superbeheerder(), &Command::TakeBack { step }).err();
    let sent_back = after.tries(support(), &Command::SendBack { step, reason: reason("Het BRIN-nummer klopt niet") });

    assert!(taken_back && sent_back.is_ok());
    assert_eq!(refused, Some(Refusal::DetailsInUse));
    assert_eq!(after.state.step(Step::QueryExecuted), &StepState::Waiting);
}

#[test]
fn a_new_password_takes_the_proof_of_the_permissions_and_leaves_the_word() {
    let step = Step::PermissionsChecked;
    let mut walk = Walk::all_but(&[]);
    walk.does(Actor::Check, &prove(step, 1));

    let taken = walk.does(support(), &Command::IssueCredentials);

    let fell = |step| Change::StepFell { step, cause: FallCause::CredentialsRenewed };
    let expected = [
        fell(Step::ActivationConfirmed),
        fell(Step::PasswordSet),
        Change::EvidenceFell { step, evidence: Evidence::Proven },
        Change::CredentialsIssued { version: 2 },
    ];
    assert_eq!(changes(&taken.events), expected);
    assert!(walk.state.answer(step).expect("the school's word still stands").rests_only_on(Evidence::Claimed));
}

#[test]
fn a_new_password_takes_permissions_along_that_only_the_check_saw() {
    let step = Step::PermissionsChecked;
    let mut walk = Walk::all_but(&[step]);
    walk.does(Actor::Check, &prove(step, 1));

    walk.does(support(), &Command::IssueCredentials);

    let StepState::Open { fallen: Some(fallen), .. } = walk.state.step(step) else { panic!("it is open again") };
    assert_eq!(fallen.cause, FallCause::CredentialsRenewed);
}

#[test]
fn a_new_password_before_the_old_one_was_set_makes_nothing_fall() {
    let mut walk = Walk::all_but(&[Step::PasswordSet]);

    let taken = walk.does(support(), &Command::IssueCredentials);

    assert_eq!(changes(&taken.events), [Change::CredentialsIssued { version: 2 }]);
}

#[test]
fn a_page_with_the_old_password_cannot_say_that_the_new_one_is_set() {
    let step = Step::PasswordSet;
    let mut walk = Walk::all_but(&[]);
    walk.does(support(), &Command::IssueCredentials);
    let seeing = |version| Command::Claim { step, ground: Ground::Word, credential_version: Some(version) };

    let old = walk.tries(superbeheerder(), &seeing(1)).err();
    let new = walk.tries(superbeheerder(), &seeing(2)).err();

    assert_eq!((old, new), (Some(Refusal::OldCredentials { current: 2 }), None));
}

#[test]
fn a_step_that_was_sent_back_shows_by_whom_when_and_why_until_it_is_done() {
    let step = Step::PermissionsChecked;
    let mut walk = Walk::all_but(&[]);
    let why = reason("Bij Lijsten staat meer aangevinkt");

    walk.does(support(), &Command::SendBack { step, reason: why.clone() });

    let StepState::Open { fallen: Some(fallen), since, .. } = walk.state.step(step) else { panic!("it is open again") };
    assert_eq!((&fallen.cause, fallen.by), (&FallCause::SentBack { reason: why }, support()));
    assert_eq!((fallen.at, *since), (walk.now, walk.now));
    walk.answer(step);
    assert!(walk.state.is_yes(step));
}

#[test]
fn a_stuck_step_gives_kurve_the_ball_and_its_answer_gives_it_back() {
    let step = Step::QueryExecuted;
    let mut walk = Walk::all_but(&[step]);
    let stuck = |text| Command::ReportStuck { step, reason: reason(text) };
    let answer = reason("Start Decibel als beheerder");

    walk.does(superbeheerder(), &stuck("Decibel geeft een fout"));
    let since = walk.now;
    walk.does(superbeheerder(), &stuck("Decibel geeft fout 12"));

    assert_eq!(walk.state.holder(step), Some(Party::Kurve));
    assert_eq!(waits_on_since(&walk.state, Party::Kurve), Some(since), "saying it again costs no place in the line");
    assert!(is_stuck(&walk.state));

    walk.does(support(), &Command::AnswerStuck { step, answer: answer.clone() });

    let StepState::Open { since, answer: given, .. } = walk.state.step(step) else { panic!("it is open again") };
    assert_eq!((*since, given.as_ref(), walk.state.holder(step)), (walk.now, Some(&answer), Some(Party::School)));
    assert_eq!(next_for_school(&walk.state).map(|open| open.step), Some(step));
    assert!(!is_stuck(&walk.state));
}

#[test]
fn a_step_handed_to_a_colleague_is_theirs_until_it_is_done() {
    let step = Step::ConsentGiven;
    let mut walk = Walk::start();
    let hand_over = |to| Command::HandOver { step, to: contact_id(to) };
    let giver = contact(ContactRole::Contactpersoon);

    walk.does(giver, &hand_over(7));
    let again = walk.does(giver, &hand_over(7));
    let onward = walk.does(giver, &hand_over(1));

    assert_eq!(again.events, []);
    assert_eq!(changes(&onward.events), [Change::StepHandedOver { step, to: contact_id(1) }]);
    assert_eq!(walk.state.handed_to(step), Some(contact_id(1)));
    walk.answer(step);
    assert_eq!(walk.state.handed_to(step), None);
}

#[test]
fn the_same_form_twice_changes_nothing_the_second_time() {
    let step = Step::QueryExecuted;
    let mut walk = Walk::all_but(&[step]);
    let until = amsterdam_date(walk.now).checked_add_days(Days::new(30)).expect("a date in range");
    let forms = [
        (superbeheerder(), Command::ReportStuck { step, reason: reason("Decibel geeft een fout") }),
        (superbeheerder(), claim(step)),
        (support(), confirm(step)),
        (Actor::Check, prove(step, 1)),
        (support(), Command::Pause { reason: reason("Eerst de toetsweek"), until }),
    ];

    for (actor, form) in forms {
        let first = walk.does(actor, &form);
        let second = walk.does(actor, &form);

        assert_eq!((first.events.len(), second.events.len()), (1, 0), "{form:?}");
    }
}

#[test]
fn a_pause_ends_by_itself_on_its_date_in_the_netherlands() {
    let mut walk = Walk::start();
    let until = amsterdam_date(walk.now).checked_add_days(Days::new(3)).expect("a date in range");
    walk.does(superbeheerder(), &Command::Pause { reason: reason("Eerst de toetsweek"), until });
    // 3 September in Amsterdam begins at 22:00 on the 2nd in UTC.
    let midnight = Utc.with_ymd_and_hms(2026, 9, 2, 22, 0, 0).single().expect("a moment that exists once");

    walk.now = midnight - Duration::seconds(1);
    let before = walk.tries(Actor::Clock, &Command::Resume).err();
    walk.now = midnight;
    let after = walk.tries(Actor::Clock, &Command::Resume).map(|taken| changes(&taken.events));

    assert_eq!(before, Some(Refusal::NotPaused));
    assert_eq!(after, Ok(vec![Change::Resumed]));
}

#[test]
fn a_pause_can_be_changed_and_lasts_at_most_a_year() {
    let mut walk = Walk::start();
    let today = amsterdam_date(walk.now);
    let pause = |days| Command::Pause {
        reason: reason("Eerst de toetsweek"),
        until: today.checked_add_days(Days::new(days)).expect("a date in range"),
    };

    let outcomes = [0, 1, 30, LONGEST_PAUSE_DAYS, LONGEST_PAUSE_DAYS + 1].map(|days| {
        let outcome = walk.tries(support(), &pause(days));
        outcome.map(|taken| taken.events.len())
    });

    let refused = Err(Refusal::BadResumeDate);
    assert_eq!(outcomes, [refused.clone(), Ok(1), Ok(1), Ok(1), refused]);
}

#[test]
fn nothing_waits_on_anyone_while_paused_or_withdrawn() {
    let mut walk = Walk::all_but(&[Step::CredentialsIssued]);
    let until = amsterdam_date(walk.now).checked_add_days(Days::new(3)).expect("a date in range");

    let under_way = waits_on_since(&walk.state, Party::Kurve);
    walk.does(support(), &Command::Pause { reason: reason("Eerst de toetsweek"), until });
    let paused = waits_on_since(&walk.state, Party::Kurve);
    walk.does(
        superbeheerder(),
        &Command::Withdraw { school: school_id(1), reason: reason("Wij kiezen Optie B"), chose_option_b: false },
    );
    let withdrawn = waits_on_since(&walk.state, Party::Kurve);

    assert!(under_way.is_some());
    assert_eq!((paused, withdrawn), (None, None));
}

#[test]
fn who_comes_back_after_withdrawing_keeps_the_answers_and_needs_a_new_password() {
    let mut walk = Walk::all_but(&[]);
    walk.does(superbeheerder(), &Command::ReportImported { school: school_id(1) });
    let withdrawn = walk.does(
        superbeheerder(),
        &Command::Withdraw { school: school_id(1), reason: reason("Wij kiezen Optie B"), chose_option_b: false },
    );

    walk.does(support(), &Command::Reopen { school: school_id(1) });

    let names: Vec<_> = withdrawn.events.iter().map(|event| event.change.as_str()).collect();
    let open: Vec<_> = open_steps(&walk.state).into_iter().map(|open| (open.step, open.holder)).collect();
    assert_eq!(names, ["step_fell", "withdrawn"], "who stops is not said to be under way again");
    assert_eq!(open, [(Step::CredentialsIssued, Party::Kurve)]);
    let kept = [Step::ConsentGiven, Step::DetailsSubmitted, Step::AllowlistingRequested, Step::AllowlistingConfirmed];
    assert_eq!(Step::iter().filter(|step| walk.state.is_yes(*step)).collect::<Vec<_>>(), kept);
    for step in Step::iter() {
        if !walk.state.is_yes(step) {
            walk.answer(step);
        }
    }
    assert_eq!(walk.state.credential_version(), 2);
    assert!(verdict_of_all(&walk.state).is_open());
}

#[test]
fn who_comes_back_without_a_password_just_goes_on() {
    let mut walk = Walk::all_but(&[Step::CredentialsIssued]);
    walk.does(
        superbeheerder(),
        &Command::Withdraw { school: school_id(1), reason: reason("Wij kiezen Optie B"), chose_option_b: false },
    );

    let reopened = walk.does(support(), &Command::Reopen { school: school_id(1) });

    assert_eq!(changes(&reopened.events), [Change::Reopened]);
}

#[test]
fn why_a_step_fell_is_kept_while_it_is_stuck_and_after_kurves_answer() {
    let step = Step::PermissionsChecked;
    let mut walk = Walk::all_but(&[]);
    let why = FallCause::SentBack { reason: reason("Bij Lijsten staat meer aangevinkt") };
    walk.does(support(), &Command::SendBack { step, reason: reason("Bij Lijsten staat meer aangevinkt") });

    for words in ["Het vinkje gaat niet weg", "Het vinkje komt steeds terug"] {
        walk.does(superbeheerder(), &Command::ReportStuck { step, reason: reason(words) });
    }
    walk.does(support(), &Command::AnswerStuck { step, answer: reason("Sluit eerst het andere venster") });

    let StepState::Open { fallen: Some(fallen), answer: Some(_), .. } = walk.state.step(step) else {
        panic!("it is open, with why it fell and what Kurve answered: {:?}", walk.state.step(step))
    };
    assert_eq!((&fallen.cause, fallen.by), (&why, support()));
}

#[test]
fn while_the_school_has_nothing_to_do_it_is_pointed_at_what_magister_owes() {
    let mut walk = Walk::all_but(&[Step::AllowlistingConfirmed]);

    let next = next_for_school(&walk.state).map(|open| (open.step, open.holder));
    walk.answer(Step::AllowlistingConfirmed);

    assert_eq!(next, Some((Step::AllowlistingConfirmed, Party::Magister)));
    assert_eq!(next_for_school(&walk.state), None);
}
