//! The mails as they read: every one is a reviewed snapshot.

mod hostile;

use std::collections::BTreeSet;

use mail_parser::MessageParser;
use strum::IntoEnumIterator;

use super::facts::SchoolFacts;
use super::phrases::{quoted, spaced_code};
use super::samples::{LINK, NASTY_NAME, SUPPORT, rendered, school, subject_and_text};
use super::step_sent_back::StepSentBack;
use super::*;
use crate::mail::message::{BuildError, OutgoingMail, RenderedMail, Sender, build};

fn sample(kind: MailKind) -> RenderedMail {
    (registered(kind).sample)()
}

#[test]
fn every_mail_reads_as_it_should() {
    for kind in MailKind::iter() {
        let mail = sample(kind);

        insta::assert_snapshot!(format!("{}_text", kind.as_str()), subject_and_text(&mail));
        insta::assert_snapshot!(format!("{}_html", kind.as_str()), mail.html);
    }
}

#[test]
fn every_kind_of_mail_has_a_name_of_its_own() {
    let names: BTreeSet<&str> = MailKind::iter().map(mail_name).collect();

    assert_eq!(names.len(), MailKind::iter().len());
}

#[test]
fn every_mail_names_the_school_gives_the_link_and_says_where_an_answer_goes() {
    for kind in MailKind::iter() {
        let RenderedMail { subject, text, html, stop_link: _ } = sample(kind);

        let is_named = ["(Bonhoeffer College", ": Bonhoeffer College (12AB)", "Help Bonhoeffer College (12AB)"];
        let is_named = is_named.iter().any(|name| subject.contains(name)) || subject.contains(NASTY_NAME);
        let is_about_all = matches!(kind, MailKind::Digest | MailKind::ConnectionsOutage | MailKind::ConnectionsOutageEnded | MailKind::SignInAlarm | MailKind::WebhookStopped)
                || kind.is_to_colleague()
                // It is of all schools of the reader.
                || kind == MailKind::SignIn
                // Nobody confirmed yet that the words are theirs.
                || kind == MailKind::ConfirmAddress;
        assert!((is_named || is_about_all) && !subject.starts_with(|first: char| first.is_lowercase()), "{subject}");
        assert!(text.contains(LINK) && html.contains("https://koppelklaar.example/stap?a=1&#38;b=2"), "{text}");
        for part in [&text, &html] {
            assert!(part.contains("automatische mail. Je kunt gewoon antwoorden: je bericht komt bij"), "{part}");
            let goes_to_support = part.contains(SUPPORT);
            // An answer to a message comes in with the school.
            let goes_elsewhere = matches!(
                kind,
                MailKind::SupportRequest
                    | MailKind::JoinRequested
                    | MailKind::BeginRequested
                    | MailKind::StuckReported
                    | MailKind::Message
            );
            assert_eq!(goes_to_support, !goes_elsewhere, "{part}");
        }
    }
}

#[test]
fn the_texts_have_no_stray_blank_lines_or_markup() {
    for kind in MailKind::iter() {
        let text = sample(kind).text;

        assert!(!text.contains("\n\n\n") && !text.starts_with('\n') && text.ends_with('.'), "{text:?}");
        assert!(!text.contains("</") && !text.contains("&#") && !text.contains("{{"), "{text}");
        let loose = text.lines().find(|line| *line != "-- " && line.trim_end() != *line);
        assert_eq!(loose, None, "{text}");
    }
}

#[test]
fn the_html_loads_nothing_and_escapes_what_people_typed() {
    for kind in MailKind::iter() {
        let html = sample(kind).html;

        for forbidden in ["<img", "<script", "<table", "url(", "@import", "<link", "<b>", "<oude>"] {
            assert!(!html.contains(forbidden), "{}: {forbidden}", kind.as_str());
        }
        assert!(html.starts_with("<!DOCTYPE html>") && html.contains("color-scheme"), "{html}");
    }
}

#[test]
fn a_subject_is_one_line_and_not_too_long() {
    let broken = SchoolFacts { name: "Bon\r\nBcc: iemand@elders.nl\u{2028}\0 College".into(), ..school() };
    let long = SchoolFacts { name: "🏫".repeat(120), ..school() };
    let subject_of = |school| StepSentBack { school, ..StepSentBack::sample() }.subject();

    assert!(subject_of(broken).ends_with(" – koppeling Numo (Bon Bcc: iemand@elders.nl College)"));
    assert!(subject_of(long).len() < 400);
}

#[test]
fn a_quotation_is_marked_on_every_line_however_long() {
    let text = format!("kort\n\n{}", "woord ".repeat(40));

    let lines: Vec<String> = quoted(&text).lines().map(str::to_owned).collect();

    assert_eq!(&lines[..2], ["> kort", ">"]);
    assert!(lines[2..].iter().all(|line| line.starts_with("> woord") && line.chars().count() <= 78), "{lines:?}");
    assert!(lines.len() > 4);
}

#[test]
fn a_code_is_shown_in_groups_of_four() {
    assert_eq!(spaced_code("12345678"), "1234 5678");
    assert_eq!(spaced_code("1234 5678"), "1234 5678");
}

/// Header names of a built mail, in order.
fn header_names(raw: &str) -> Vec<&str> {
    let headers = raw.split_once("\r\n\r\n").expect("headers and a body").0;
    let starts = headers.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    starts.map(|line| line.split(':').next().unwrap_or_default()).collect()
}

fn on_the_wire(rendered: RenderedMail, to_name: &str) -> Result<String, BuildError> {
    let mail = OutgoingMail {
        to_name: Some(to_name.to_owned()),
        to_address: "anna@school.example".into(),
        envelope_from: Some("bounces+a@kurve.example".into()),
        reply_to: Some((to_name.to_owned(), SUPPORT.into())),
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        stop_link: rendered.stop_link,
        message_id: "<0199.1@koppelklaar.example>".into(),
        thread_root: Some("<school-1@koppelklaar.example>".into()),
        date: chrono::DateTime::UNIX_EPOCH,
    };
    let sender = Sender { name: "Koppelklaar".into(), address: "koppelklaar@kurve.example".into() };
    build(&sender, &mail).map(|built| String::from_utf8(built.bytes).expect("ASCII"))
}

#[test]
fn every_mail_travels_marked_as_automatic_in_short_lines_and_with_every_link_in_its_text() {
    for kind in MailKind::iter() {
        let mail = sample(kind);
        let html = mail.html.clone();

        let raw = on_the_wire(mail, "Anna de Wit").expect("a mail that can be built");

        let parsed = MessageParser::default().parse(raw.as_bytes()).expect("a mail");
        let text = parsed.body_text(0).expect("a text part");
        for line in text.lines() {
            assert!(line.chars().count() <= 78 || !line.trim_start_matches("- ").contains(' '), "{line}");
        }
        for link in html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let link = link.replace("&#38;", "&").replace("mailto:", "");
            assert!(text.contains(&link), "{}: {link} is not in the text", kind.as_str());
        }
        let mut expected = vec!["Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted"];
        expected.push("X-Auto-Response-Suppress");
        if matches!(kind, MailKind::Reminder | MailKind::Digest) {
            expected.extend(["List-Unsubscribe", "List-Unsubscribe-Post"]);
        }
        expected.extend(["Reply-To", "In-Reply-To", "References", "MIME-Version", "Content-Type"]);
        assert_eq!(header_names(&raw), expected, "{}", kind.as_str());
    }
}
