//! Reports of the servers that schools have, and whatever else may come in.

use proptest::prelude::*;

use super::*;
use crate::domain::bounce::Meaning;

const TO: &str = "bounces+abcdefghijklmnopqrstuvwxyz-abcdefghijklmnop@kurve.nl";
const ID: &str = "<0199.1@koppelklaar.test>";

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../../../tests/reports/", $name, ".eml")).replace("{to}", TO).replace("{message_id}", ID)
    };
}

fn reports() -> Vec<(&'static str, String, Meaning, &'static str)> {
    vec![
        ("postfix", sample!("postfix_unknown"), Meaning::Hard, "5.1.1"),
        ("microsoft", sample!("microsoft_unknown"), Meaning::Hard, "5.1.10"),
        ("gmail", sample!("gmail_unknown"), Meaning::Hard, "5.1.1"),
        ("exim in words", sample!("exim_words"), Meaning::Hard, "5.1.1"),
        ("exim", sample!("exim_report"), Meaning::Hard, "5.0.0 (550)"),
        ("full", sample!("postfix_full"), Meaning::Soft, "5.2.2"),
        ("delayed", sample!("postfix_delayed"), Meaning::Delayed, "4.4.1"),
        ("policy", sample!("policy"), Meaning::Refused, "5.7.1"),
    ]
}

fn report_of(text: &str) -> DeliveryReport {
    match read(text.as_bytes()) {
        Incoming::Report(report) => report,
        other @ (Incoming::Answer(_) | Incoming::FromMachine(_) | Incoming::Other) => panic!("no report but {other:?}"),
    }
}

/// What a report means for the mailbox that the samples are about.
fn meant(report: &DeliveryReport) -> (Meaning, String) {
    let verdict = report.verdict(|mailbox| mailbox == "anna@school.example");
    (verdict.meaning, verdict.code)
}

#[test]
fn reports_of_every_kind_of_server_are_understood() {
    for (name, text, meaning, code) in reports() {
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let report = report_of(&text);

            assert_eq!(meant(&report), (meaning, code.to_owned()), "{name}");
            assert!(report.came_to.iter().any(|came_to| came_to.contains(TO)), "{name}: {:?}", report.came_to);
            assert!(report.message_ids.iter().any(|id| id == ID), "{name}");
        }
    }
}

fn answer_of(text: &str) -> Letter {
    match read(text.as_bytes()) {
        Incoming::Answer(letter) => letter,
        other @ (Incoming::Report(_) | Incoming::FromMachine(_) | Incoming::Other) => panic!("no answer but {other:?}"),
    }
}

#[test]
fn what_is_no_report_is_told_apart() {
    for (sample, is_automatic) in [(sample!("out_of_office"), true), (sample!("spam"), false)] {
        let letter = answer_of(&sample);
        assert_eq!(letter.is_automatic, is_automatic);
        assert!(letter.came_to.iter().any(|came_to| came_to.contains(TO)));
    }
    assert_eq!(answer_of(&sample!("out_of_office")).message_ids, [ID]);
    let receipt = "Content-Type: multipart/report; report-type=disposition-notification; boundary=a\n\n--a\n\n--a--\n";
    assert_eq!(read(receipt.as_bytes()), Incoming::FromMachine("a read receipt"));
    for nothing in ["", "\n", "\0", "zomaar wat tekst", "Subject: x"] {
        assert_eq!(read(nothing.as_bytes()), Incoming::Other, "{nothing}");
    }
}

#[test]
fn a_machine_that_answers_and_a_mail_server_are_told_apart_by_who_writes_and_the_subject() {
    let mail = |path: &str, from: &str, subject: &str, more: &str| {
        format!("Return-Path: {path}\nFrom: {from}\nTo: {TO}\nSubject: {subject}\n{more}\n550 5.1.1 User unknown\n")
    };
    let returning = |path: &str, from: &str| {
        let parts = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n550 5.1.1 User unknown\n--b\n\
                     Content-Type: message/rfc822\n\nSubject: x\n\nx\n--b--\n";
        mail(path, from, "Hallo", parts)
    };
    let (daemon, person) = ("Mail <MAILER-DAEMON@mx.example>", "Anna <anna@school.example>");
    let automatic = "Auto-Submitted: auto-replied\n";
    for (mail, is_report) in [
        (mail("<>", daemon, "x", automatic), true),
        (mail("<MAILER-DAEMON>", daemon, "Returned mail", ""), true),
        (mail("<>", person, "Undeliverable: x", "Precedence: bulk\n"), true),
        (mail("<postmaster@x.nl>", "postmaster@x.nl", "Onbestelbaar: x", ""), true),
        (mail("<>", person, "Hallo", automatic), false),
        (mail("<>", "postmaster@x.nl", "Automatisch antwoord: mail delivery", automatic), false),
        (mail("<anna@school.example>", person, "Re: undeliverable", ""), false),
        (returning("<postmaster@x.nl>", "postmaster@x.nl"), true),
        (returning("<anna@school.example>", person), false),
        (mail("<postmaster@x.nl>", "postmaster@x.nl", "Re: hallo", ""), false),
    ] {
        assert_eq!(matches!(read(mail.as_bytes()), Incoming::Report(_)), is_report, "{mail}");
    }
    // Without a sender and without a word that a machine wrote it: it came back, and nobody knows from whom.
    let came_back = report_of(&mail("<>", person, "Hallo", ""));
    assert_eq!(meant(&came_back).0, Meaning::Refused);
}

#[test]
fn a_report_that_cannot_be_read_says_that_the_mail_came_back_and_what_it_said() {
    let text = sample!("exim_words").replace("550 5.1.1 No such user here", "Helaas.");

    let verdict = report_of(&text).verdict(|_| true);

    assert_eq!((verdict.meaning, verdict.code.as_str()), (Meaning::Refused, "no code"));
    assert!(verdict.words.contains("Helaas.") && !verdict.words.contains('@'), "{}", verdict.words);
}

#[test]
fn words_stand_in_for_what_the_status_part_does_not_tell() {
    let told = |words: &str, status: &str| {
        meant(&report_of(&format!(
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\n\
             {words}\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; anna@school.example\n\
             Action: failed\nStatus: {status}\n\n--b--\n"
        )))
    };

    for (words, status, meaning) in [
        ("anna@school.example: Domain does not exist", "5.0.0", Meaning::Hard),
        ("It did not reach anna@school.example because\nthe address couldn't be found.", "5.0.0", Meaning::Hard),
        ("anna@school.example: Denied by policy", "5.1.1", Meaning::Refused),
        ("weg@oud.example: User unknown", "5.0.0", Meaning::Refused),
        ("Something failed.", "5.0.0", Meaning::Refused),
        (
            "Sorry.\n\nBelow is a copy of the original message:\n\nanna@school.example: User unknown",
            "5.0.0",
            Meaning::Refused,
        ),
    ] {
        assert_eq!(told(words, status).0, meaning, "{words}");
    }
}

#[test]
fn a_returned_copy_tells_which_mail_it_was_and_nothing_else() {
    let copy =
        format!("--- the returned message ---\n\nContent-Length: 550\nMessage-ID: {ID}\n\n550 5.1.1 User unknown\n");
    let text = format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: kurve@kurve.nl\nSubject: failure notice\n\n\
         <anna@school.example>:\nretry timeout exceeded\n\n{copy}"
    );

    let report = report_of(&text);

    assert_eq!(meant(&report).0, Meaning::Soft);
    assert_eq!(report.message_ids, [ID]);
}

#[test]
fn a_report_without_its_status_part_is_read_from_its_words() {
    let text = sample!("postfix_unknown").replace("Content-Type: message/delivery-status", "Content-Type: text/x-lost");

    let report = report_of(&text);

    assert_eq!(meant(&report), (Meaning::Hard, "5.1.1".to_owned()));
}

#[test]
fn a_report_whose_boundary_is_another_or_is_lost_is_read_all_the_same() {
    let whole = sample!("postfix_unknown");
    let boundary = "4W2kQp1LzXz9s.1795428004/mx.school.example";
    assert!(whole.contains(boundary));
    let another = whole.replacen(boundary, "4W2kQp1LzXz9s.1795428005/mx.school.example", 1);
    let lost: String = whole
        .lines()
        .filter(|line| !line.contains(&format!("--{boundary}")))
        .map(|line| format!("{line}\n"))
        .filter(|line| !line.starts_with("Content-") || line.contains("multipart"))
        .collect();

    for text in [another, lost] {
        let report = report_of(&text);

        assert_eq!(meant(&report), (Meaning::Hard, "5.1.1".to_owned()), "{text}");
        assert!(report.message_ids.iter().any(|id| id == ID));
    }
}

#[test]
fn a_report_that_came_within_another_is_read() {
    let whole = sample!("postfix_unknown");
    let wrapped = format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@gate.example\nTo: {TO}\nSubject: Returned mail\n\
         Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: text/plain\n\nSee below.\n--outer\n\
         Content-Type: message/rfc822\n\n{whole}\n--outer--\n"
    );

    let report = report_of(&wrapped);

    assert_eq!(meant(&report), (Meaning::Hard, "5.1.1".to_owned()));
    assert!(report.message_ids.iter().any(|id| id == ID));
}

#[test]
fn a_report_that_was_cut_off_still_says_what_it_said_before() {
    let whole = sample!("postfix_unknown");
    let after_status = whole.find("Remote-MTA").expect("a field after the status");

    let report = report_of(&whole[..after_status]);

    assert_eq!(meant(&report), (Meaning::Hard, "5.1.1".to_owned()));
}

#[test]
fn mails_within_mails_do_not_exhaust_the_stack_and_a_flood_is_cut_off() {
    let nested = "Content-Type: message/rfc822\n\n".repeat(40_000);
    assert_eq!(read(nested.as_bytes()), Incoming::Other);

    let flood = format!("{}\n{}", sample!("postfix_unknown"), "x".repeat(4 * LONGEST_REPORT));
    assert_eq!(meant(&report_of(&flood)).0, Meaning::Hard);

    let groups = "Action: failed\nStatus: 5.1.1\n\n".repeat(5_000);
    let many = format!("Content-Type: message/delivery-status\n\n{groups}");
    assert_eq!(report_of(&many).recipients.len(), MOST_RECIPIENTS);
}

#[test]
fn debug_shows_no_address() {
    assert!(!format!("{:?}", read(sample!("postfix_unknown").as_bytes())).contains('@'));
}

proptest! {
    #[test]
    fn no_message_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        drop(read(&bytes));
    }

    #[test]
    fn no_changed_report_makes_it_panic(
        which in 0usize..8,
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..4),
        bytes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
    ) {
        let mut message = reports().swap_remove(which).1.into_bytes();
        for (from, to) in cuts {
            // A stretch is taken out and put in again somewhere else, perhaps within another part.
            let (from, to) = (from.index(message.len()), to.index(message.len()));
            let stretch: Vec<u8> = message.drain(from.min(to)..from.max(to)).collect();
            let place = from.min(message.len());
            message.splice(place..place, stretch.into_iter().rev());
            if message.is_empty() {
                message.push(b'\n');
            }
        }
        for (place, byte) in bytes {
            let place = place.index(message.len());
            message[place] = byte;
        }
        drop(read(&message));
    }
}
