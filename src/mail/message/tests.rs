//! Tests of building mails: read back with a parser that is not the library that wrote them.

use mail_parser::{Addr, MessageParser};
use proptest::prelude::*;

use super::*;

fn sender() -> Sender {
    Sender { name: "Koppelklaar".into(), address: "koppelklaar@kurve.example".into() }
}

fn mail() -> OutgoingMail {
    OutgoingMail {
        to_name: Some("Jan Jansen".into()),
        to_address: "jan@school.example".into(),
        envelope_from: None,
        reply_to: None,
        subject: "Bonhoeffer: het wachtwoord staat klaar".into(),
        text: "Beste Jan,\n\nHet wachtwoord staat klaar.\n".into(),
        html: "<p>Het wachtwoord staat klaar.</p>".into(),
        stop_link: None,
        message_id: "<0199.1@koppelklaar.example>".into(),
        thread_root: Some("<0199.0@koppelklaar.example>".into()),
        date: DateTime::from_timestamp(1_790_000_000, 123_000_000).expect("a moment in range"),
    }
}

fn built(mail: &OutgoingMail) -> BuiltMail {
    build(&sender(), mail).expect("a mail that can be built")
}

fn text_of(mail: &OutgoingMail) -> String {
    String::from_utf8(built(mail).bytes).expect("ASCII")
}

fn receiver_name(name: &str) -> String {
    let built = built(&OutgoingMail { to_name: Some(name.into()), ..mail() });
    let parsed = MessageParser::default().parse(&built.bytes).expect("a mail");
    let to: &Addr<'_> = parsed.to().and_then(|to| to.first()).expect("one receiver");
    assert_eq!(to.address(), Some("jan@school.example"), "{name}");
    to.name().unwrap_or_default().to_owned()
}

#[test]
fn a_mail_carries_all_its_headers() {
    let text = text_of(&OutgoingMail { reply_to: Some(("Piet".into(), "piet@school.example".into())), ..mail() });
    let headers = text.split_once("\r\n\r\n").expect("headers and a body").0;

    for line in [
        "Date: Mon, 21 Sep 2026 14:13:20 +0000",
        "From: Koppelklaar <koppelklaar@kurve.example>",
        "To: \"Jan Jansen\" <jan@school.example>",
        "Reply-To: Piet <piet@school.example>",
        "Subject: Bonhoeffer: het wachtwoord staat klaar",
        "Message-ID: <0199.1@koppelklaar.example>",
        "In-Reply-To: <0199.0@koppelklaar.example>",
        "References: <0199.0@koppelklaar.example>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
    ] {
        assert!(headers.lines().any(|header| header == line), "{line} is missing in:\n{headers}");
    }
    assert!(headers.contains("Content-Type: multipart/alternative;"), "{headers}");
}

#[test]
fn the_same_mail_gives_the_same_bytes() {
    let other = OutgoingMail { message_id: "<0199.2@koppelklaar.example>".into(), ..mail() };

    assert_eq!(built(&mail()), built(&mail()));
    assert_ne!(built(&mail()).bytes, built(&other).bytes);
}

#[test]
fn text_and_html_come_back_whole() {
    let mail = OutgoingMail {
        text: format!("Eén café, ruïne, € 5 – 📬\n.\n..stip\n{}\n", "lang ".repeat(40)),
        html: format!("<p>Eén café – 📬</p><p>{}</p>", "lang ".repeat(400)),
        ..mail()
    };

    let built = built(&mail);

    let parsed = MessageParser::default().parse(&built.bytes).expect("a mail");
    let text = parsed.body_text(0).expect("a text part").replace("\r\n", "\n");
    assert_eq!(text, wrap_text(&mail.text));
    assert!(text.lines().all(|line| line.chars().count() <= 78));
    assert_eq!(parsed.body_html(0).expect("an HTML part"), mail.html);
    assert!(built.bytes.is_ascii());
    assert!(built.bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 998));
}

#[test]
fn names_of_every_kind_come_back_as_they_were() {
    for name in [
        "Jan",
        "Jan Jansen",
        "O'Brien, Jan",
        "Ünal",
        "Jan \"Pietje\" de Wit",
        "a\\b",
        "Zoë 📬 Ğüneş",
        "(Jan)",
        "Jan; Piet <x@y.nl>",
        "=?utf-8?q?Iemand?=",
        "van der Berg-'t Hof, drs. A.B. (Annemieke Johanna Wilhelmina), coördinator onderbouw",
    ] {
        assert_eq!(receiver_name(name), name);
    }
    assert_eq!(receiver_name("   "), "");
}

#[test]
fn a_name_with_an_apostrophe_stays_readable_on_its_way() {
    let long = format!("J'{}", " van der Berg".repeat(7));
    for (name, written) in [
        ("Jan d'Hondt", "To: \"Jan d'Hondt\" <jan@school.example>"),
        ("D'Arc, J. (Jo)", "To: \"D'Arc, J. (Jo)\" <jan@school.example>"),
        ("a'b \\ \"c\"", "To: \"a'b \\\\ \\\"c\\\"\" <jan@school.example>"),
        (&long, "To: \"J' van der Berg van der Berg van der Berg van der Berg van der Berg van"),
    ] {
        let reply_to = Some((name.to_owned(), "piet@school.example".to_owned()));
        let text = text_of(&OutgoingMail { to_name: Some(name.to_owned()), reply_to, ..mail() });
        let headers = text.split_once("\r\n\r\n").expect("headers and a body").0;

        assert!(headers.lines().any(|line| line.trim_end() == written), "{written} is missing in:\n{headers}");
        assert!(!headers.contains("=?") && headers.lines().all(|line| line.len() <= 78), "{headers}");
        assert_eq!(receiver_name(name), name);
    }
    for encoded in ["Zoë d'Hondt", "=?utf-8?q?d'Hondt?="] {
        assert_eq!(receiver_name(encoded), encoded);
    }
}

#[test]
fn long_identities_are_folded() {
    let root = format!("<school-{}@{}.example>", "0".repeat(36), "k".repeat(40));

    let text = text_of(&OutgoingMail { thread_root: Some(root.clone()), ..mail() });

    assert!(text.contains(&format!("References: \r\n {root}\r\n")), "{text}");
    let headers = text.split_once("\r\n\r\n").expect("headers and a body").0;
    let long: Vec<_> = headers.lines().filter(|line| line.len() > root.len() + 1 && line.len() > 78).collect();
    assert!(long.is_empty(), "{long:?}");
    let parsed = MessageParser::default().parse(text.as_bytes()).expect("a mail");
    assert_eq!(parsed.references().as_text(), Some(root.trim_matches(['<', '>'])));
    assert_eq!(parsed.in_reply_to().as_text(), Some(root.trim_matches(['<', '>'])));
}

#[test]
fn the_subject_comes_back_as_it_was() {
    for subject in ["Bonhoeffer: klaar", "Één stap te gaan – 📬 voor het Sint-Janslyceum", &"lange é naam ".repeat(20)]
    {
        let built = built(&OutgoingMail { subject: subject.to_owned(), ..mail() });
        let parsed = MessageParser::default().parse(&built.bytes).expect("a mail");
        assert_eq!(parsed.subject().map(str::trim), Some(subject.trim()));
    }
    assert!(
        text_of(&OutgoingMail { subject: "=?utf-8?q?Hoi?=".into(), ..mail() }).contains("Subject: = ?utf-8?q?Hoi?=")
    );
}

#[test]
fn a_mail_that_starts_a_thread_answers_nothing() {
    for root in [None, Some(mail().message_id)] {
        let text = text_of(&OutgoingMail { thread_root: root, ..mail() });
        assert!(!text.contains("In-Reply-To") && !text.contains("References"), "{text}");
    }
}

#[test]
fn a_control_character_in_any_header_refuses_the_mail() {
    type Spoil = fn(&mut OutgoingMail, String);
    let places: [(&str, Spoil); 7] = [
        ("receiver", |mail, bad| mail.to_name = Some(bad)),
        ("receiver", |mail, bad| mail.to_address = format!("jan@school.example{bad}")),
        ("reply address", |mail, bad| mail.reply_to = Some((bad, "piet@school.example".into()))),
        ("reply address", |mail, bad| mail.reply_to = Some(("Piet".into(), format!("{bad}@school.example")))),
        ("subject", |mail, bad| mail.subject = bad),
        ("Message-ID", |mail, bad| mail.message_id = format!("<{bad}@host>")),
        ("thread", |mail, bad| mail.thread_root = Some(format!("<{bad}@host>"))),
    ];

    for (what, spoil) in places {
        for sign in ['\r', '\n', '\0', '\u{7f}', '\u{85}', '\u{2028}', '\t'] {
            let mut mail = mail();
            spoil(&mut mail, format!("a{sign}Bcc: all@school.example"));
            assert_eq!(build(&sender(), &mail), Err(BuildError::ControlCharacter(what)), "{sign:?}");
        }
    }
    let bad_sender = Sender { name: "a\r\nBcc: x@y.nl".into(), ..sender() };
    assert_eq!(build(&bad_sender, &mail()), Err(BuildError::ControlCharacter("sender")));
}

#[test]
fn wrong_values_are_refused_by_name() {
    let table = [
        (OutgoingMail { to_address: "jan".into(), ..mail() }, BuildError::BadAddress("receiver")),
        (OutgoingMail { to_address: "jän@school.example".into(), ..mail() }, BuildError::BadAddress("receiver")),
        (OutgoingMail { to_address: "a@b.nl, c@d.nl".into(), ..mail() }, BuildError::BadAddress("receiver")),
        (OutgoingMail { to_address: "<a@b.nl>".into(), ..mail() }, BuildError::BadAddress("receiver")),
        (OutgoingMail { subject: "a".repeat(501), ..mail() }, BuildError::TooLong("subject")),
        (OutgoingMail { to_name: Some("é".repeat(201)), ..mail() }, BuildError::TooLong("receiver")),
        (OutgoingMail { message_id: "0199@host".into(), ..mail() }, BuildError::BadMessageId("Message-ID")),
        (OutgoingMail { message_id: "<a@b> <c@d>".into(), ..mail() }, BuildError::BadMessageId("Message-ID")),
        (OutgoingMail { thread_root: Some("<@host>".into()), ..mail() }, BuildError::BadMessageId("thread")),
        (OutgoingMail { date: DateTime::<Utc>::MIN_UTC, ..mail() }, BuildError::BadDate),
        (OutgoingMail { date: DateTime::<Utc>::MAX_UTC, ..mail() }, BuildError::BadDate),
        (OutgoingMail { text: "a\0b".into(), ..mail() }, BuildError::Nul("text part")),
        (OutgoingMail { html: "a\0b".into(), ..mail() }, BuildError::Nul("HTML part")),
    ];

    for (mail, expected) in table {
        assert_eq!(build(&sender(), &mail), Err(expected));
    }
}

proptest! {
    #[test]
    fn no_text_adds_a_header_or_panics(name in any::<String>(), subject in any::<String>(), text in any::<String>()) {
        let mail = OutgoingMail { to_name: Some(name), subject, text, ..mail() };

        if let Ok(built) = build(&sender(), &mail) {
            let text = String::from_utf8(built.bytes).expect("ASCII");
            let headers = text.split_once("\r\n\r\n").expect("headers and a body").0;
            let names: Vec<_> = headers
                .split("\r\n")
                .filter(|line| !line.starts_with([' ', '\t']))
                .map(|line| line.split(':').next().unwrap_or_default())
                .collect();
            prop_assert_eq!(names.len(), 11, "{:?}", names);
        }
    }
}
