//! Which schools a mail is about, where a connection has several.

use std::collections::BTreeSet;

use super::tests::called_for;
use super::{Audience, MailKind, Notice, notices};
use crate::domain::ids::{ConnectionId, SchoolId};
use crate::domain::import_gate::verdict;
use crate::domain::onboarding::testing::{
    Walk, claim, confirm, contact_id, reason, school_id, superbeheerder, support,
};
use crate::domain::onboarding::{Changed, Command, Ground, Step};

/// Which imports a change tells of, and to whom.
fn told_of(taken: &Changed) -> Vec<(MailKind, Audience, BTreeSet<SchoolId>)> {
    let found = notices(taken, &BTreeSet::new()).into_iter().filter(|notice| !notice.schools.is_empty());
    found.map(|Notice { kind, to, step: _, schools }| (kind, to, schools)).collect()
}

#[test]
fn twelve_schools_that_open_or_close_together_are_told_of_once() {
    let all: BTreeSet<SchoolId> = (1..=12).map(school_id).collect();
    let opened = (MailKind::ImportOpen, Audience::School, all.clone());
    let closed = |to| (MailKind::ImportClosed, to, all.clone());
    let step = Step::ActivationConfirmed;
    let mut walk = Walk::all_but(&[step]).with_schools(12);

    let activated = walk.does(support(), &confirm(step));
    let taken_back = walk.does(superbeheerder(), &Command::TakeBack { step: Step::ConsentGiven });
    walk.does(superbeheerder(), &claim(Step::ConsentGiven));
    let again = walk.does(support(), &confirm(step));
    let renewed = walk.does(support(), &Command::IssueCredentials);

    let ready = (MailKind::CredentialsReady, Audience::VouchedContacts, Some(Step::CredentialsIssued));
    assert_eq!(told_of(&activated), std::slice::from_ref(&opened));
    assert_eq!(told_of(&taken_back), [closed(Audience::School), closed(Audience::Support)]);
    assert_eq!(told_of(&again), [opened]);
    assert_eq!(told_of(&renewed), [closed(Audience::School)]);
    assert_eq!(
        called_for(&renewed),
        [(MailKind::ImportClosed, Audience::School, Some(Step::PasswordSet)), ready],
        "the mail with the password is one too, however many schools it closes"
    );
}

#[test]
fn a_school_that_opens_beside_others_is_told_to_who_had_it_added() {
    let (asked, other, unasked) = (school_id(2), school_id(3), school_id(4));
    let mut walk = Walk::all_but(&[]);
    for (school, asked_by) in [(asked, Some(contact_id(7))), (other, Some(contact_id(8))), (unasked, None)] {
        let added = walk.does(support(), &Command::AddSchool { school, asked_by });
        assert_eq!(called_for(&added), [], "Kurve added it, and activates it");
    }
    let mut together = walk.clone();
    let activate = |school| Command::Activate { school, ground: Ground::Word };

    let first = walk.does(support(), &activate(asked));
    let second = walk.does(support(), &activate(unasked));
    let all = together.does(support(), &confirm(Step::ActivationConfirmed));

    let opened =
        |to, schools: &[SchoolId]| (MailKind::ImportOpen, to, schools.iter().copied().collect::<BTreeSet<_>>());
    assert_eq!(told_of(&first), [opened(Audience::Contact(contact_id(7)), &[asked])]);
    assert_eq!(told_of(&second), [opened(Audience::School, &[unasked])], "nobody asked for it");
    assert_eq!(
        told_of(&all),
        [opened(Audience::School, &[asked, other, unasked])],
        "who is told of one is told of all"
    );
}

#[test]
fn who_was_told_that_a_school_closed_or_stopped_is_told_when_it_opens_again() {
    let school = school_id(2);
    let activate = Command::Activate { school, ground: Ground::Word };
    let withdraw = Command::Withdraw { school, reason: reason("Kiest Optie B"), chose_option_b: false };
    let reopen = Command::Reopen { school };
    let take_back = Command::TakeBack { step: Step::ConsentGiven };
    let (consent, first) =
        (claim(Step::ConsentGiven), Command::Activate { school: school_id(1), ground: Ground::Word });
    for (name, between) in [
        ("sent back", vec![(support(), Command::Deactivate { school, reason: reason("De licentie is verlopen") })]),
        ("stopped", vec![(superbeheerder(), withdraw.clone()), (support(), reopen.clone())]),
        (
            "closed with the others",
            vec![(superbeheerder(), take_back), (superbeheerder(), consent), (support(), first)],
        ),
    ] {
        let mut walk = Walk::all_but(&[]);
        walk.does(support(), &Command::AddSchool { school, asked_by: Some(contact_id(7)) });
        walk.does(support(), &activate);
        for (actor, command) in &between {
            walk.does(*actor, command);
        }

        let again = walk.does(support(), &activate);

        assert_eq!(told_of(&again), [(MailKind::ImportOpen, Audience::School, BTreeSet::from([school]))], "{name}");
    }

    let mut walk = Walk::all_but(&[]);
    walk.does(support(), &Command::AddSchool { school, asked_by: Some(contact_id(7)) });
    walk.does(support(), &withdraw);
    walk.does(support(), &reopen);
    let at_last = walk.does(support(), &activate);
    assert_eq!(told_of(&at_last), [(MailKind::ImportOpen, Audience::School, BTreeSet::from([school]))]);
}

#[test]
fn two_who_each_had_a_school_added_are_each_told_of_theirs() {
    let (one, two) = (school_id(2), school_id(3));
    let mut walk = Walk::all_but(&[]);
    for (school, asker) in [(one, 7), (two, 8)] {
        walk.does(support(), &Command::AddSchool { school, asked_by: Some(contact_id(asker)) });
    }

    let both = walk.does(support(), &confirm(Step::ActivationConfirmed));

    let opened = |asker, school| (MailKind::ImportOpen, Audience::Contact(contact_id(asker)), BTreeSet::from([school]));
    assert_eq!(told_of(&both), [opened(7, one), opened(8, two)]);
}

#[test]
fn a_school_that_closes_alone_is_told_as_that_school() {
    let (first, second) = (school_id(1), school_id(2));
    let open = Walk::all_but(&[Step::ActivationConfirmed]).with_schools(2);
    let to = ConnectionId::from_uuid(uuid::Uuid::nil());
    let closings = [
        (MailKind::ImportClosed, Command::Deactivate { school: second, reason: reason("De licentie is verlopen") }),
        (
            MailKind::LifecycleChanged,
            Command::Withdraw { school: second, reason: reason("Kiest Optie B"), chose_option_b: false },
        ),
        (
            MailKind::ImportClosed,
            Command::RemoveSchool { school: second, to, reason: reason("Staat in een andere Magister") },
        ),
    ];

    for (kind, command) in closings {
        let mut walk = open.clone();
        walk.does(support(), &confirm(Step::ActivationConfirmed));
        let taken = walk.does(support(), &command);

        assert_eq!(told_of(&taken), [(kind, Audience::School, BTreeSet::from([second]))], "{command:?}");
        assert!(verdict(&taken.after, first).is_open(), "{command:?}");
    }
}
