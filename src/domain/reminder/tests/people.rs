//! To whom reminders go, and how they become one mail per person.

use std::collections::BTreeSet;

use proptest::prelude::*;
use uuid::Uuid;

use super::{date, utc};
use crate::domain::ids::{ConnectionId, ContactId, StaffId};
use crate::domain::onboarding::Step;
use crate::domain::onboarding::testing::{contact_id, reason};
use crate::domain::reminder::{
    DueAtSchool, DueReminder, Mailed, OneMailEach, Receiver, ReminderStage, one_mail_each, receivers,
};
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::school::{Contact, Vouch};
use crate::domain::text::{EmailAddress, PersonName};

fn contact(number: u128, role: ContactRole) -> Contact {
    Contact {
        id: contact_id(number),
        connection: school(1),
        name: PersonName::parse("Joke Jansen").expect("a plain name"),
        email: EmailAddress::parse("j.jansen@school.nl").expect("a plain address"),
        roles: Roles::of(role),
        proposed: None,
        vouch: Some(Vouch {
            at: utc("2026-08-31 07:00"),
            by: StaffId::from_uuid(Uuid::from_u128(100)),
            ground: reason("Gebeld"),
        }),
        created_at: utc("2026-08-31 07:00"),
        removed_at: None,
    }
}

fn removed(contact: Contact) -> Contact {
    Contact { removed_at: Some(utc("2026-09-01 07:00")), ..contact }
}

fn school(number: u128) -> ConnectionId {
    ConnectionId::from_uuid(Uuid::from_u128(number))
}

#[test]
fn a_reminder_goes_to_those_who_can_do_the_step() {
    use ContactRole::{Applicatiebeheerder, Contactpersoon, Superbeheerder};
    let three = [contact(1, Superbeheerder), contact(2, Applicatiebeheerder), contact(3, Contactpersoon)];
    let two_supers = [contact(1, Superbeheerder), contact(2, Superbeheerder), contact(3, Contactpersoon)];
    let no_super = [removed(contact(1, Superbeheerder)), contact(2, Applicatiebeheerder), contact(3, Contactpersoon)];
    let both = Contact { roles: Roles::of(Superbeheerder).with(Applicatiebeheerder), ..contact(2, Contactpersoon) };
    let one_is_both = [contact(1, Applicatiebeheerder), both, contact(3, Contactpersoon)];
    let ids = |numbers: &[u128]| numbers.iter().map(|number| contact_id(*number)).collect::<Vec<ContactId>>();
    for (why, step, handed_to, contacts, expected) in [
        ("everyone", Step::QueryExecuted, None, &three, vec![1, 2, 3]),
        ("the superbeheerder alone", Step::ConsentGiven, None, &three, vec![1]),
        ("both superbeheerders", Step::ConsentGiven, None, &two_supers, vec![1, 2]),
        ("everyone, as there is no superbeheerder", Step::ConsentGiven, None, &no_super, vec![2, 3]),
        ("who is both", Step::ConsentGiven, None, &one_is_both, vec![2]),
        ("whom it was handed to", Step::QueryExecuted, Some(3), &three, vec![3]),
        ("whom consent was handed to", Step::ConsentGiven, Some(2), &three, vec![2]),
        ("everyone, as that one is gone", Step::QueryExecuted, Some(1), &no_super, vec![2, 3]),
        ("everyone, as nobody knows that one", Step::QueryExecuted, Some(9), &three, vec![1, 2, 3]),
    ] {
        assert_eq!(receivers(step, handed_to.map(contact_id), contacts), ids(&expected), "{why}");
    }
    let unvouched = |contact: Contact| Contact { vouch: None, ..contact };
    let mixed = [contact(1, Superbeheerder), unvouched(contact(2, Applicatiebeheerder))];
    for step in [Step::QueryExecuted, Step::PasswordSet] {
        assert_eq!(receivers(step, None, &mixed), ids(&[1]), "who can pick it up");
        assert_eq!(receivers(step, Some(contact_id(2)), &mixed), ids(&[1]), "not to who cannot");
        assert_eq!(receivers(step, None, &[unvouched(contact(1, Superbeheerder))]), []);
    }
    assert_eq!(receivers(Step::AllowlistingRequested, None, &mixed), ids(&[1, 2]));
    assert_eq!(receivers(Step::ConsentGiven, None, &[]), []);
    assert_eq!(receivers(Step::ConsentGiven, None, &[removed(contact(1, Superbeheerder))]), []);
}

/// A due reminder of a school's step; each receiver is named by one letter.
fn due(number: u128, step: Step, since: &str, people: &str) -> DueAtSchool {
    DueAtSchool {
        connection: school(number),
        reminder: DueReminder { step, stage: ReminderStage::Days(3), since: utc(since) },
        receivers: people
            .chars()
            .map(|person| Receiver {
                contact: contact_id(number * 1000 + u128::from(u32::from(person))),
                address_key: person.to_string(),
            })
            .collect(),
    }
}

fn mailed(person: char, on_date: &str) -> Mailed {
    Mailed { address_key: person.to_string(), on_date: date(on_date) }
}

/// Per mail the person, then the school and step of each reminder.
fn told(result: &OneMailEach) -> Vec<(&str, Vec<(ConnectionId, Step)>)> {
    let about = |mail: &[crate::domain::reminder::person::PersonReminder]| {
        mail.iter().map(|item| (item.connection, item.reminder.step)).collect()
    };
    result.mails.iter().map(|mail| (mail.address_key.as_str(), about(&mail.about))).collect()
}

#[test]
fn one_person_with_three_schools_gets_one_mail_the_longest_waiting_first() {
    let all = [
        due(1, Step::QueryExecuted, "2026-09-10 09:00", "ab"),
        due(2, Step::AllowlistingRequested, "2026-09-02 09:00", "a"),
        due(3, Step::ConsentGiven, "2026-09-07 09:00", "a"),
        due(1, Step::ConsentGiven, "2026-09-08 09:00", "ab"),
    ];

    let result = one_mail_each(&all, &[], date("2026-09-15"));

    let of_school_1 = [(school(1), Step::ConsentGiven), (school(1), Step::QueryExecuted)];
    let mut of_a = vec![(school(2), Step::AllowlistingRequested), (school(3), Step::ConsentGiven)];
    of_a.extend(of_school_1);
    assert_eq!(told(&result), [("a", of_a), ("b", of_school_1.to_vec())]);
    assert_eq!(result.sent.len(), 4);
    assert!(result.postponed.is_empty() && result.unreceived.is_empty());
    let who_is_a: Vec<ContactId> = result.mails[0].about.iter().map(|item| item.contact).collect();
    assert_eq!(who_is_a, [2097, 3097, 1097, 1097].map(contact_id));
}

#[test]
fn who_had_a_mail_today_waits_and_so_does_the_whole_reminder() {
    let all = [
        due(1, Step::QueryExecuted, "2026-09-10 09:00", "ab"),
        due(2, Step::QueryExecuted, "2026-09-10 09:00", "b"),
        due(3, Step::QueryExecuted, "2026-09-10 09:00", "c"),
    ];
    let today = date("2026-09-15");
    let postponed_for = |mailed: &[Mailed]| -> Vec<ConnectionId> {
        one_mail_each(&all, mailed, today).postponed.into_iter().map(|(school, _)| school).collect()
    };

    assert_eq!(postponed_for(&[mailed('a', "2026-09-15")]), [school(1)]);
    assert_eq!(postponed_for(&[mailed('b', "2026-09-15")]), [school(1), school(2)]);
    assert_eq!(postponed_for(&[mailed('b', "2026-09-14"), mailed('a', "2026-09-16")]), []);
    assert_eq!(postponed_for(&[mailed('d', "2026-09-15")]), []);
}

#[test]
fn what_nobody_can_get_is_named_and_stops_nothing_else() {
    let all =
        [due(1, Step::QueryExecuted, "2026-09-10 09:00", ""), due(2, Step::QueryExecuted, "2026-09-10 09:00", "a")];

    let result = one_mail_each(&all, &[], date("2026-09-15"));

    assert_eq!(result.unreceived, [(school(1), all[0].reminder)]);
    assert_eq!(result.sent, [(school(2), all[1].reminder)]);
}

#[test]
fn a_reminder_given_twice_is_told_once() {
    let one = due(1, Step::QueryExecuted, "2026-09-10 09:00", "aa");

    let result = one_mail_each(&[one.clone(), one.clone()], &[], date("2026-09-15"));

    assert_eq!(told(&result), [("a", vec![(school(1), Step::QueryExecuted)])]);
    assert_eq!(result.sent, [(school(1), one.reminder)]);
}

const STEPS: [Step; 3] = [Step::ConsentGiven, Step::QueryExecuted, Step::AllowlistingRequested];

fn any_due() -> impl Strategy<Value = DueAtSchool> {
    (1u128..6, 0usize..3, 1u32..28, "[a-f]{0,3}")
        .prop_map(|(number, step, day, people)| due(number, STEPS[step], &format!("2026-08-{day:02} 09:00"), &people))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_gets_two_mails_and_every_reminder_has_one_fate(
        all in proptest::collection::vec(any_due(), 0..12),
        had_one in "[a-f]{0,2}",
    ) {
        let today = date("2026-09-15");
        // A school's step is due once, whoever gets it.
        let mut seen = BTreeSet::new();
        let all: Vec<DueAtSchool> =
            all.into_iter().filter(|due| seen.insert((due.connection, due.reminder.step))).collect();
        let mailed: Vec<Mailed> = had_one.chars().map(|person| mailed(person, "2026-09-15")).collect();

        let result = one_mail_each(&all, &mailed, today);

        let mut people: Vec<&str> = result.mails.iter().map(|mail| mail.address_key.as_str()).collect();
        prop_assert!(people.iter().all(|person| !had_one.contains(person)), "a second mail today");
        people.sort_unstable();
        prop_assert!(people.is_sorted_by(|one, next| one < next), "two mails to one person");
        for mail in &result.mails {
            prop_assert!(mail.about.is_sorted_by_key(|item| item.reminder.since) && !mail.about.is_empty());
        }
        for due in &all {
            let key = (due.connection, due.reminder);
            let statuses = [&result.sent, &result.postponed, &result.unreceived].map(|status| status.contains(&key));
            prop_assert_eq!(statuses.iter().filter(|is_so| **is_so).count(), 1);
            let told: BTreeSet<&str> = result
                .mails
                .iter()
                .filter(|mail| mail.about.iter().any(|item| (item.connection, item.reminder) == key))
                .map(|mail| mail.address_key.as_str())
                .collect();
            let meant: BTreeSet<&str> = due.receivers.iter().map(|receiver| receiver.address_key.as_str()).collect();
            prop_assert_eq!(told, if statuses[0] { meant } else { BTreeSet::new() }, "to all or to nobody");
        }
    }
}
