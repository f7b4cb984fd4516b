//! Which mails a change calls for: one case for each kind that a change can call for, and the cases where a mail must
//! not go. Reminders and the digest follow from the time that passed, and are tested with the reminders.

use std::collections::BTreeSet;

use strum::IntoEnumIterator;

use super::{Audience, MailKind, Notice, may_go_from, notices, root_fall};
use crate::domain::actor::Actor;
use crate::domain::ids::SchoolId;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::testing::{
    Walk, claim, confirm, contact, contact_id, reason, school_id, superbeheerder, support,
};
use crate::domain::onboarding::{Changed, Command, FallCause, Step};
use crate::domain::roles::ContactRole;

pub(super) fn called_for(taken: &Changed) -> Vec<(MailKind, Audience, Option<Step>)> {
    notices(taken, &BTreeSet::new()).into_iter().map(|Notice { kind, to, step, schools: _ }| (kind, to, step)).collect()
}

fn send_back(step: Step) -> Command {
    Command::SendBack { step, reason: reason("Bij Lijsten staat meer aangevinkt") }
}

fn disprove(step: Step) -> Command {
    Command::Disprove { step, code: "wrong_password".to_owned(), credential_version: 1 }
}

#[test]
fn the_details_go_to_support_and_a_confirmation_to_who_sent_them() {
    let step = Step::DetailsSubmitted;
    let sender = contact(ContactRole::Contactpersoon);

    let taken = Walk::start().does(sender, &claim(step));

    let confirmed = (MailKind::RequestConfirmed, Audience::Contact(contact_id(3)), Some(step));
    assert_eq!(called_for(&taken), [(MailKind::SupportRequest, Audience::Support, Some(step)), confirmed]);
}

#[test]
fn first_and_new_credentials_are_announced_to_the_vouched_contacts_only() {
    let ready = (MailKind::CredentialsReady, Audience::VouchedContacts, Some(Step::CredentialsIssued));
    let mut walk = Walk::all_but(&[Step::CredentialsIssued]);

    for _ in 0..2 {
        assert_eq!(called_for(&walk.does(support(), &Command::IssueCredentials)), [ready]);
    }
}

#[test]
fn a_step_sent_back_is_told_to_the_school_once_whatever_falls_along() {
    let step = Step::QueryExecuted;
    let mut walk = Walk::all_but(&[Step::ConsentGiven]);

    let taken = walk.does(support(), &send_back(step));

    assert!(taken.events.len() > 1, "the password and the permissions fall along");
    assert_eq!(called_for(&taken), [(MailKind::StepSentBack, Audience::School, Some(step))]);
}

#[test]
fn a_step_sent_back_while_the_import_is_open_is_told_as_a_closing_and_not_twice() {
    for step in Step::iter() {
        if step == Step::CredentialsIssued {
            continue;
        }
        let taken = Walk::all_but(&[]).does(support(), &send_back(step));

        assert_eq!(called_for(&taken), [(MailKind::ImportClosed, Audience::School, Some(step))], "{step:?}");
    }
}

#[test]
fn a_closing_that_no_colleague_caused_is_told_to_school_and_support_with_the_step_that_fell_first() {
    let step = Step::QueryExecuted;
    let closings = [(superbeheerder(), Command::TakeBack { step }, step), (Actor::Check, disprove(step), step)];

    for (actor, command, step) in closings {
        let taken = Walk::all_but(&[]).does(actor, &command);

        let closed = |to| (MailKind::ImportClosed, to, Some(step));
        assert_eq!(called_for(&taken), [closed(Audience::School), closed(Audience::Support)], "{command:?}");
    }
}

#[test]
fn what_a_contact_ends_for_a_school_is_told_to_all_contacts_and_support_and_that_alone() {
    let school = school_id(1);
    let ended = [Audience::School, Audience::Support].map(|to| (MailKind::LifecycleChanged, to, None));
    let withdraw = Command::Withdraw { school, reason: reason("Wij kiezen Optie B"), chose_option_b: false };
    let mut open = Walk::all_but(&[]);
    let until = amsterdam_date(open.now) + chrono::Days::new(9);
    let pause = Command::Pause { reason: reason("Toetsweek"), until };

    for command in [&pause, &withdraw] {
        assert_eq!(called_for(&Walk::start().does(superbeheerder(), command)), ended);
    }
    // Of one that stops it says that the import is closed.
    for end in [Command::ReportImported { school }, withdraw] {
        assert_eq!(called_for(&open.does(superbeheerder(), &end)), ended);
        assert_eq!(called_for(&open.does(superbeheerder(), &Command::UndoEnd { school }))[..2], ended);
    }
    let mut paused = Walk::start();
    paused.does(support(), &pause);
    assert_eq!(called_for(&paused.clone().does(superbeheerder(), &Command::Resume)), ended);
    assert_eq!(called_for(&paused.does(support(), &Command::Resume)), []);
    let by_kurve = (MailKind::PausedByKurve, Audience::School, None);
    assert_eq!(called_for(&Walk::start().does(support(), &pause)), [by_kurve]);
    let taken_back = Walk::all_but(&[]).does(superbeheerder(), &Command::TakeBack { step: Step::PasswordSet });
    assert!(called_for(&taken_back).iter().all(|(kind, ..)| *kind == MailKind::ImportClosed));
}

#[test]
fn an_activation_that_is_undone_is_told_to_nobody_and_its_mails_wait() {
    let (school, step) = (school_id(1), Step::ActivationConfirmed);
    let mut walk = Walk::all_but(&[step]);

    let activated = walk.does(support(), &confirm(step));
    let undone = walk.does(support(), &Command::UndoActivation { school });

    assert_eq!(may_go_from(&activated), Some(activated.events[0].at + chrono::Duration::minutes(2)));
    assert_eq!((called_for(&undone), may_go_from(&undone)), (vec![], None));
    let restored = walk.does(superbeheerder(), &Command::TakeBack { step: Step::PasswordSet });
    assert_eq!(may_go_from(&restored), None);
}

#[test]
fn a_closing_by_a_colleague_is_not_mailed_to_support() {
    let ready = (MailKind::CredentialsReady, Audience::VouchedContacts, Some(Step::CredentialsIssued));
    let closed = |step| (MailKind::ImportClosed, Audience::School, Some(step));
    let withdraw = Command::Withdraw {
        school: school_id(1),
        reason: reason("De school belde dat zij stoppen"),
        chose_option_b: false,
    };

    let renewed = Walk::all_but(&[]).does(support(), &Command::IssueCredentials);
    let withdrawn = Walk::all_but(&[]).does(support(), &withdraw);

    assert_eq!(called_for(&renewed), [closed(Step::PasswordSet), ready]);
    assert_eq!(called_for(&withdrawn), [(MailKind::LifecycleChanged, Audience::School, None)]);
}

#[test]
fn a_completed_onboarding_that_closes_is_told_all_the_same() {
    let step = Step::PasswordSet;
    let mut walk = Walk::all_but(&[]);
    walk.does(superbeheerder(), &Command::ReportImported { school: school_id(1) });

    let taken = walk.does(Actor::Check, &disprove(step));

    let closed = |to| (MailKind::ImportClosed, to, Some(step));
    assert_eq!(called_for(&taken), [closed(Audience::School), closed(Audience::Support)]);
    let refused = FallCause::Refused { code: "wrong_password".to_owned() };
    assert_eq!(root_fall(&taken.events), Some((step, &refused)));
}

#[test]
fn a_stuck_step_goes_to_support_and_the_answer_to_the_school() {
    let step = Step::QueryExecuted;
    let mut walk = Walk::all_but(&[step]);
    let report = Command::ReportStuck { step, reason: reason("Decibel geeft een fout") };

    let reported = walk.does(superbeheerder(), &report);
    let again = walk.does(superbeheerder(), &report);
    let answered = walk.does(support(), &Command::AnswerStuck { step, answer: reason("Start Decibel als beheerder") });

    assert_eq!(called_for(&reported), [(MailKind::StuckReported, Audience::Support, Some(step))]);
    assert_eq!(called_for(&again), []);
    assert_eq!(called_for(&answered), [(MailKind::StuckAnswered, Audience::School, Some(step))]);
}

#[test]
fn a_step_handed_over_is_told_to_that_colleague_once() {
    let step = Step::ConsentGiven;
    let mut walk = Walk::start();
    let hand_over = Command::HandOver { step, to: contact_id(7) };

    let taken = walk.does(superbeheerder(), &hand_over);
    let again = walk.does(superbeheerder(), &hand_over);

    let told = (MailKind::StepHandedOver, Audience::Contact(contact_id(7)), Some(step));
    assert_eq!(called_for(&taken), [told]);
    assert_eq!(called_for(&again), []);
}

#[test]
fn activation_is_asked_once_when_the_fourth_gate_turns_yes_whichever_it_is() {
    let asked = (MailKind::ActivationAsked, Audience::Support, Some(Step::ActivationConfirmed));
    let last = [Step::ConsentGiven, Step::PasswordSet, Step::PermissionsChecked, Step::AllowlistingConfirmed];

    for step in last {
        let mut walk = Walk::all_but(&[step]);

        let answered = walk.does(superbeheerder(), &claim(step));
        let confirmed = walk.does(support(), &confirm(step));

        assert_eq!(called_for(&answered), [asked], "{step:?}");
        assert_eq!(called_for(&confirmed), [], "{step:?}");
    }
}

#[test]
fn activation_is_asked_again_after_it_was_undone_and_reached_anew() {
    let asked = (MailKind::ActivationAsked, Audience::Support, Some(Step::ActivationConfirmed));
    let step = Step::PasswordSet;
    let mut walk = Walk::all_but(&[step]);
    let first = walk.answer(step);
    walk.does(superbeheerder(), &Command::TakeBack { step });
    let second = walk.answer(step);
    walk.answer(Step::ActivationConfirmed);
    walk.does(support(), &Command::IssueCredentials);

    let third = walk.answer(step);

    for taken in [first, second, third] {
        assert_eq!(called_for(&taken), [asked]);
    }
}

#[test]
fn activation_that_kurve_itself_sends_back_is_not_asked_of_kurve() {
    let step = Step::ActivationConfirmed;
    let mut walk = Walk::all_but(&[]);

    let taken = walk.does(support(), &send_back(step));

    assert_eq!(called_for(&taken), [(MailKind::ImportClosed, Audience::School, Some(step))]);
}

#[test]
fn the_import_opening_is_told_to_the_school_each_time() {
    let opened = (MailKind::ImportOpen, Audience::School, None);
    let step = Step::ActivationConfirmed;
    let mut walk = Walk::all_but(&[step]);

    for _ in 0..2 {
        assert_eq!(called_for(&walk.answer(step)), [opened]);
        walk.does(support(), &send_back(step));
    }
}

#[test]
fn an_import_that_closes_before_anybody_heard_of_it_is_told_to_kurve_and_of_the_step_alone_to_the_school() {
    let (one, two) = (school_id(1), school_id(2));
    let step = Step::PasswordSet;
    let told = |taken: &Changed, unheard: &[SchoolId]| -> Vec<(MailKind, Audience, usize)> {
        let found = notices(taken, &unheard.iter().copied().collect());
        found.into_iter().map(|Notice { kind, to, step: _, schools }| (kind, to, schools.len())).collect()
    };
    let closed = |to, count| (MailKind::ImportClosed, to, count);

    let refused = Walk::all_but(&[]).with_schools(2).does(support(), &confirm(Step::ActivationConfirmed));
    let both = Walk { state: refused.after.clone(), now: Walk::all_but(&[]).now }.hours(99).clone();
    let refused = both.clone().does(Actor::Check, &disprove(step));
    let sent_back = both.clone().does(support(), &send_back(step));
    let deactivated = both.clone().does(support(), &send_back(Step::ActivationConfirmed));

    assert_eq!(told(&refused, &[]), [closed(Audience::School, 2), closed(Audience::Support, 2)]);
    assert_eq!(told(&refused, &[two]), [closed(Audience::School, 1), closed(Audience::Support, 2)]);
    let lost = (MailKind::StepLost, Audience::School, 0);
    assert_eq!(told(&refused, &[one, two]), [closed(Audience::Support, 2), lost]);
    assert_eq!(told(&sent_back, &[one, two]), [(MailKind::StepSentBack, Audience::School, 0)]);
    assert_eq!(told(&deactivated, &[one, two]), []);
}

#[test]
fn what_concerns_nobody_else_calls_for_no_mail() {
    let mut walk = Walk::all_but(&[Step::AllowlistingRequested]);
    let until = walk.now.date_naive() + chrono::Days::new(30);
    let quiet = [
        (superbeheerder(), claim(Step::AllowlistingRequested)),
        (Actor::Check, Command::Prove { step: Step::PasswordSet, credential_version: 1 }),
        (superbeheerder(), Command::TakeBack { step: Step::PermissionsChecked }),
        (support(), Command::Resume),
    ];
    walk.does(support(), &Command::Pause { reason: reason("Eerst de toetsweek"), until });

    for (actor, command) in quiet {
        let taken = walk.does(actor, &command);

        assert!(!taken.events.is_empty(), "{command:?}");
        assert_eq!(called_for(&taken), [], "{command:?}");
    }
}

#[test]
fn every_kind_of_mail_has_one_stored_name_that_reads_back() {
    let names: BTreeSet<&str> = MailKind::iter().map(MailKind::as_str).collect();

    assert_eq!(names.len(), MailKind::iter().len());
    for kind in MailKind::iter() {
        assert_eq!(kind.as_str().parse(), Ok(kind));
        assert_eq!(serde_json::to_value(kind).expect("a plain enum serializes"), kind.as_str());
    }
    assert!("spam".parse::<MailKind>().is_err());
}
