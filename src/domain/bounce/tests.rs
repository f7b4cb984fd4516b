//! What codes, words and mailboxes of a report mean together.

use proptest::prelude::*;

use super::*;

const OURS: &str = "anna@school.example";

fn failed(status: &str, said: &str) -> RecipientReport {
    RecipientReport {
        mailboxes: vec![OURS.to_owned()],
        action: Some(DeliveryAction::Failed),
        status: StatusCode::parse(status),
        said: said.to_owned(),
        is_prose: false,
    }
}

fn about(mailboxes: &[&str], one: RecipientReport) -> RecipientReport {
    RecipientReport { mailboxes: mailboxes.iter().map(|one| (*one).to_owned()).collect(), ..one }
}

fn verdict_of(reports: &[RecipientReport]) -> Option<Meaning> {
    judge(reports, |mailbox| mailbox == OURS).map(|verdict| verdict.meaning)
}

fn judged(status: &str, said: &str) -> Option<Meaning> {
    verdict_of(&[failed(status, said)])
}

#[test]
fn each_code_means_what_the_table_says_while_there_are_no_words() {
    let table = [
        (Meaning::Hard, vec!["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.1.351", "5.4.310"]),
        (
            Meaning::Soft,
            vec!["5.2.2", "5.3.1", "5.4.7", "5.4.316", "5.4.1", "5.4.4", "4.4.7", "4.2.2", "4.7.1", "4.1.1"],
        ),
        (
            Meaning::Refused,
            vec![
                "5.1.0", "5.2.1", "5.0.0", "5.7.1", "5.7.26", "5.2.3", "5.3.4", "5.6.0", "5.1.7", "5.1.8", "5.5.4", "",
            ],
        ),
    ];

    for (meaning, codes) in table {
        for code in codes {
            assert_eq!(judged(code, ""), Some(meaning), "{code}");
        }
    }
}

#[test]
fn a_code_that_says_little_is_judged_by_the_words() {
    for status in ["", "5.0.0", "5.1.0", "5.2.1", "5.5.0", "5.3.0", "5.4.1", "5.4.4", "5.0.350"] {
        for (said, meaning) in [
            ("550 User unknown", Meaning::Hard),
            ("553 Sorry, no mailbox here by that name", Meaning::Hard),
            ("550 Mailbox full", Meaning::Soft),
            ("550 Too many messages, try again later", Meaning::Soft),
            ("550 Rejected by SPF", Meaning::Refused),
            ("550 Relaying denied", Meaning::Refused),
        ] {
            assert_eq!(judged(status, said), Some(meaning), "{status} {said}");
        }
    }
}

#[test]
fn a_bare_reply_never_marks() {
    for reply in 500..600 {
        for status in ["", "5.0.0", "5.1.0", "5.2.1"] {
            let meaning = judged(status, &format!("smtp; {reply} Sorry"));
            assert!(matches!(meaning, Some(Meaning::Refused | Meaning::Soft)), "{status} {reply}: {meaning:?}");
        }
    }
    assert_eq!(judged("", "552 Sorry"), Some(Meaning::Soft));
    assert_eq!(judged("5.0.0", "451 Sorry"), Some(Meaning::Soft));
}

#[test]
fn what_the_refusing_server_said_wins_over_the_status() {
    for (status, said, meaning) in [
        ("5.1.1", "550 5.7.1 IP address blacklisted by recipient", Meaning::Refused),
        ("5.1.1", "552 5.2.2 Over quota", Meaning::Soft),
        ("5.1.1", "450 4.7.1 Later", Meaning::Soft),
        ("5.1.1", "450 Later", Meaning::Soft),
        ("5.1.1", "550 Denied by policy", Meaning::Refused),
        (
            "5.1.1",
            "550 5.1.1 <anna@school.example> - 192.0.2.25 has sent to too many recipients this hour",
            Meaning::Soft,
        ),
        ("5.1.1", "550 Sorry", Meaning::Refused),
        ("5.1.3", "553 https://block.example/query?ip=192.0.2.1", Meaning::Refused),
        ("5.1.1", "550 5.1.1 RCP-P2 Refused due to recipient preferences", Meaning::Refused),
        ("5.1.0", "550 5.1.1 Sorry", Meaning::Hard),
        ("5.0.0", "550 5.1.1 Sorry", Meaning::Hard),
        ("5.0.0", "553 kurve.example does not exist", Meaning::Refused),
        ("5.4.4", "Host not found. Name service error for name=mx.school.example type=A", Meaning::Refused),
        ("5.4.4", "Host not found. Name service error for name=school.example type=MX", Meaning::Hard),
        ("5.7.1", "550 5.1.1 User unknown", Meaning::Hard),
        ("5.7.1", "550 User unknown", Meaning::Hard),
        ("5.7.1", "550 5.7.1 User unknown", Meaning::Refused),
        ("4.4.7", "550 5.1.1 User unknown", Meaning::Hard),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found", Meaning::Hard),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", Meaning::Hard),
        ("5.7.1", "554 5.7.1 Recipient address rejected: Access denied", Meaning::Refused),
    ] {
        assert_eq!(judged(status, said), Some(meaning), "{status} {said}");
    }
}

#[test]
fn in_prose_only_what_stands_with_a_code_is_looked_at_for_words_where_there_is_one() {
    let prose = |said: &str| RecipientReport { is_prose: true, status: None, ..failed("", said) };
    for (said, meaning) in [
        ("It answered: [550 5.1.1 User unknown]\n\nThe attachment has the headers. See our policy.", Meaning::Hard),
        ("It answered: [550 5.1.1 User unknown]\nSee our policy.", Meaning::Refused),
        ("Unrouteable address\n\nSorry", Meaning::Hard),
        ("Retry timeout exceeded\n\nUser unknown", Meaning::Soft),
    ] {
        assert_eq!(verdict_of(&[prose(said)]), Some(meaning), "{said}");
    }
}

#[test]
fn a_report_about_another_mailbox_says_nothing_bad_of_ours() {
    let gone = || failed("5.1.1", "550 5.1.1 User unknown");
    let member = || about(&["weg@oud.example"], gone());
    let relayed = RecipientReport { action: DeliveryAction::parse("Relayed"), ..member() };

    assert_eq!(verdict_of(&[member()]), Some(Meaning::Elsewhere));
    assert_eq!(verdict_of(&[member(), relayed.clone()]), Some(Meaning::Delivered));
    assert_eq!(verdict_of(&[member(), about(&[], gone())]), Some(Meaning::Elsewhere));
    assert_eq!(verdict_of(&[member(), gone()]), Some(Meaning::Hard), "ours failed too");
    assert_eq!(verdict_of(&[gone(), relayed]), Some(Meaning::Delivered), "somebody has it");
    assert_eq!(verdict_of(&[about(&[], gone())]), Some(Meaning::Hard), "nobody is named");
    // From ours to another one: it may be a member or the same person.
    assert_eq!(verdict_of(&[about(&[OURS, "weg@oud.example"], gone())]), Some(Meaning::Refused));
}

#[test]
fn what_the_server_said_of_another_mailbox_does_not_mark_ours() {
    for (said, meaning) in [
        ("550 5.1.1 <weg@oud.example>: User unknown", Meaning::Refused),
        ("550 5.1.1 <anna@mail.internal>: User unknown", Meaning::Hard),
        ("550 5.1.1 <\"anna\"@school.example>: User unknown", Meaning::Hard),
        ("550 5.1.1 <\"weg\"@oud.example>: User unknown", Meaning::Refused),
        ("550 5.1.1 <ANNA@school.example>: User unknown, was weg@oud.example", Meaning::Hard),
        ("550 5.1.1 User unknown, ask postmaster@school.example.", Meaning::Hard),
    ] {
        assert_eq!(judged("5.1.1", said), Some(meaning), "{said}");
    }
}

#[test]
fn the_best_that_is_said_of_our_mailbox_counts() {
    let two = [failed("5.1.1", ""), failed("5.7.1", "")];
    let delayed = RecipientReport { action: Some(DeliveryAction::Delayed), ..failed("4.4.1", "") };

    assert_eq!(verdict_of(&two), Some(Meaning::Refused));
    assert_eq!(verdict_of(&[failed("5.1.1", ""), delayed]), Some(Meaning::Delayed));
}

#[test]
fn a_delay_is_nothing_to_act_on_and_says_nothing_bad_of_the_address() {
    let delayed = RecipientReport { action: Some(DeliveryAction::Delayed), ..failed("4.4.1", "") };

    assert_eq!(verdict_of(std::slice::from_ref(&delayed)), Some(Meaning::Delayed));
    assert_eq!(verdict_of(&[RecipientReport { action: None, ..delayed }]), Some(Meaning::Delayed));
    assert_eq!(verdict_of(&[RecipientReport::default()]), None);
    assert_eq!(verdict_of(&[]), None);
}

#[test]
fn a_verdict_brings_the_code_and_the_words_without_addresses() {
    let brought = |status: &str, said: &str| {
        let verdict = judge(&[failed(status, said)], |_| true).expect("judged");
        (verdict.code, verdict.words)
    };

    for (status, said, code, words) in [
        ("5.0.0", "smtp; 550 Denied by policy", "5.0.0 (550)", "smtp; 550 Denied by policy"),
        ("5.1.1", "550 5.7.1 <anna@school.example>: no", "5.7.1", "550 5.7.1 <…>: no"),
        ("", "550 no", "550", "550 no"),
        ("", "no", "no code", "no"),
    ] {
        assert_eq!(brought(status, said), (code.to_owned(), words.to_owned()));
    }
    assert!(!format!("{:?}", failed("5.1.1", "anna@school.example")).contains("anna"));
}

#[test]
fn only_a_whole_code_is_one() {
    for wrong in ["", "5", "5.1", "5.1.1.1", "3.1.1", "5.1.1000", "5..1", "5.1.x", " 5.1.1", "55.1.1", "5.-1.1"] {
        assert_eq!(StatusCode::parse(wrong), None, "{wrong}");
    }
    assert_eq!(StatusCode::parse("5.4.310").map(|code| code.to_string()).as_deref(), Some("5.4.310"));
}

#[test]
fn a_mail_that_came_back_softly_is_not_tried_for_ever() {
    let start = DateTime::from_timestamp(1_790_000_000, 0).expect("a moment in range");
    let mut tries = 0;
    let mut now = start;
    while let Some(at) = retry_at(start, now) {
        (tries, now) = (tries + 1, at);
    }

    assert_eq!(tries, 8);
    assert!(now - start <= SOFT_LIFE);
}

proptest! {
    #[test]
    fn what_names_only_others_never_marks_whatever_it_says(
        said in "\\PC{0,60}",
        status in "[245]\\.[0-7]\\.[0-9]{1,2}",
        action in prop_oneof![Just(None), Just(Some(DeliveryAction::Failed)), Just(Some(DeliveryAction::Delayed))],
    ) {
        let report = RecipientReport { action, ..about(&["weg@oud.example"], failed(&status, &said)) };

        let meaning = verdict_of(&[report]);

        prop_assert!(!matches!(meaning, Some(Meaning::Hard | Meaning::Refused | Meaning::Soft)), "{meaning:?}");
    }
}
