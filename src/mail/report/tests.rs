//! Reports of the servers that schools have, and whatever else may come in.

use proptest::prelude::*;

use super::*;
use crate::domain::bounce::{Meaning, judge};

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
        other @ (Incoming::FromMachine(_) | Incoming::Other) => panic!("no report but {other:?}"),
    }
}

#[test]
fn reports_of_every_kind_of_server_are_understood() {
    for (name, text, meaning, code) in reports() {
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let report = report_of(&text);

            assert_eq!(judge(&report.recipients), Some((meaning, code.to_owned())), "{name}");
            assert!(report.came_to.iter().any(|came_to| came_to.contains(TO)), "{name}: {:?}", report.came_to);
            let has_no_returned_headers = name == "exim in words";
            assert!(report.message_ids.iter().any(|id| id == ID) || has_no_returned_headers, "{name}");
        }
    }
}

#[test]
fn what_is_no_report_is_told_apart() {
    assert_eq!(read(sample!("out_of_office").as_bytes()), Incoming::FromMachine("an automatic reply"));
    assert_eq!(read(sample!("spam").as_bytes()), Incoming::Other);
    let receipt = "Content-Type: multipart/report; report-type=disposition-notification; boundary=a\n\n--a\n\n--a--\n";
    assert_eq!(read(receipt.as_bytes()), Incoming::FromMachine("a read receipt"));
    for nothing in ["", "\n", "\0", "zomaar wat tekst", "Subject: x"] {
        assert_eq!(read(nothing.as_bytes()), Incoming::Other, "{nothing}");
    }
}

#[test]
fn a_report_without_its_status_part_is_read_from_its_words() {
    let text = sample!("postfix_unknown").replace("Content-Type: message/delivery-status", "Content-Type: text/x-lost");

    let report = report_of(&text);

    assert_eq!(judge(&report.recipients), Some((Meaning::Hard, "5.1.1".to_owned())));
}

#[test]
fn a_report_that_was_cut_off_still_says_what_it_said_before() {
    let whole = sample!("postfix_unknown");
    let after_status = whole.find("Remote-MTA").expect("a field after the status");

    let report = report_of(&whole[..after_status]);

    assert_eq!(judge(&report.recipients), Some((Meaning::Hard, "5.1.1".to_owned())));
}

#[test]
fn mails_within_mails_do_not_exhaust_the_stack_and_a_flood_is_cut_off() {
    let nested = "Content-Type: message/rfc822\n\n".repeat(40_000);
    assert_eq!(read(nested.as_bytes()), Incoming::Other);

    let flood = format!("{}\n{}", sample!("postfix_unknown"), "x".repeat(4 * LONGEST_REPORT));
    assert_eq!(judge(&report_of(&flood).recipients).map(|(meaning, _)| meaning), Some(Meaning::Hard));

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
