//! The mails as they read: every one is a reviewed snapshot.

mod hostile;

use mail_parser::MessageParser;
use strum::IntoEnumIterator;

use super::phrases::{quoted, spaced_code};
use super::*;
use crate::domain::notice::MailKind;
use crate::mail::message::{BuildError, OutgoingMail, Sender, build};

const SUPPORT: &str = "support@kurve.nl";
const LINK: &str = "https://koppelklaar.example/stap?a=1&b=2";
const STOP_LINK: &str = "https://koppelklaar.example/afmelden/token";
/// Signs that are dangerous in HTML.
const NASTY_NAME: &str = "O'Brien & Zn. \"<b>";

fn school() -> SchoolFacts {
    SchoolFacts {
        name: "Bonhoeffer College".into(),
        brin: "12AB".into(),
        domain: "https://bonhoeffer.swp.nl".into(),
        region: "Midden".into(),
    }
}

fn nasty_school() -> SchoolFacts {
    SchoolFacts { name: NASTY_NAME.into(), ..school() }
}

fn reminder_item(school: &str, brin: &str, step: Step) -> ReminderItem {
    let since = "ma 2 november 2026".into();
    ReminderItem { school: school.into(), brin: brin.into(), step, since, link: LINK.into() }
}

fn digest_row(school: &str, what: &str) -> DigestRow {
    let since = "ma 2 november 2026".into();
    DigestRow { school: school.into(), brin: "12AB".into(), what: what.into(), since, link: LINK.into() }
}

fn digest_part(kind: DigestKind, rows: Vec<DigestRow>, more: u64) -> DigestPart {
    DigestPart { kind, rows, more, all: "https://koppelklaar.example/alles".into() }
}

fn sample(kind: MailKind) -> Content {
    let (name, school, link) = ("Anna de Wit".to_owned(), school(), LINK.to_owned());
    let step = Step::QueryExecuted;
    let reason = "Bij Laden zie ik de query niet.\n\nIk zie alleen <oude> bestanden & mappen.".to_owned();
    match kind {
        MailKind::ConfirmAddress => Content::ConfirmAddress { name, school: nasty_school(), link },
        MailKind::SupportRequest => Content::SupportRequest {
            school,
            contact: PersonFacts { name, email: "a.dewit@bonhoeffer.nl".into(), role: "Applicatiebeheerder".into() },
            shares_domain_with: vec!["Lyceum Oost (34CD)".into(), "Mavo Zuid (56EF)".into()],
            link,
        },
        MailKind::RequestConfirmed => {
            let steps = vec![Step::ConsentGiven, Step::AllowlistingRequested];
            Content::RequestConfirmed { name, school, steps, link }
        }
        MailKind::AlreadyRegistered => Content::AlreadyRegistered { name, school, link },
        MailKind::SignIn => {
            Content::SignIn { name, schools: vec!["Bonhoeffer College".into()], link, code: "123456".into() }
        }
        MailKind::CredentialsReady => {
            Content::CredentialsReady { name, school, is_renewal: false, import_closed: false, link }
        }
        MailKind::CredentialsRevealed => Content::CredentialsRevealed {
            name,
            school,
            who: "Bram Yılmaz".into(),
            when: "ma 23 november 2026 om 14:05".into(),
            left: 3,
            link,
        },
        MailKind::StepSentBack => Content::StepSentBack { name, school, step, reason, link },
        MailKind::StepHandedOver => {
            Content::StepHandedOver { name, school, step: Step::ConsentGiven, from: "Bram Yılmaz".into(), link }
        }
        MailKind::StuckReported => {
            Content::StuckReported { school: nasty_school(), step, reason, who: "Bram Yılmaz".into(), link }
        }
        MailKind::StuckAnswered => Content::StuckAnswered {
            name,
            school,
            step: Step::PermissionsChecked,
            answer: "Zet het vinkje bij Data.SetFoto uit.".into(),
            link,
        },
        MailKind::ActivationAsked => Content::ActivationAsked {
            school,
            answers: vec![
                (
                    "Is de webservice van Magister actief?".into(),
                    "We hebben de verbinding gecontroleerd: dit werkt.".into(),
                ),
                ("Is er consent?".into(), "Iemand van de school heeft gemeld dat dit gereed is.".into()),
            ],
            link,
        },
        MailKind::ImportOpen => Content::ImportOpen { name, school, leave: String::new(), link },
        MailKind::ImportClosed => Content::ImportClosed {
            name,
            school,
            step: Some(Step::PasswordSet),
            cause: "Kurve heeft deze stap teruggestuurd.".into(),
            reason: "Het wachtwoord werkt niet.".into(),
            is_stopped: false,
            link,
        },
        MailKind::StepLost => Content::StepLost {
            name,
            school,
            step: Step::PasswordSet,
            cause: "De verbinding werkt niet meer: inloggen met het wachtwoord lukt niet.".into(),
            link,
        },
        MailKind::ConnectionLost => Content::ConnectionLost {
            school: nasty_school(),
            cause: "Het certificaat van jullie Magister is niet geldig.".into(),
            said: "EMGeneralFailure <b>".into(),
            link,
        },
        MailKind::ConnectionsOutage => Content::ConnectionsOutage {
            failing: 212,
            worked_before: 248,
            since: "ma 23 november 2026 om 14:05".into(),
            link,
        },
        MailKind::ConnectionsOutageEnded => Content::ConnectionsOutageEnded {
            began: "ma 23 november 2026 om 14:05".into(),
            ended: "ma 23 november 2026 om 16:40".into(),
            link,
        },
        MailKind::ContactAdded => Content::ContactAdded { name, school, role: "Superbeheerder".into(), link },
        MailKind::Reminder => Content::Reminder {
            name,
            items: vec![
                reminder_item(NASTY_NAME, "12AB", step),
                reminder_item("Het Molenveld", "34CD", Step::ConsentGiven),
            ],
            later: "https://koppelklaar.example/later".into(),
            stop_link: STOP_LINK.into(),
        },
        MailKind::Digest => Content::Digest {
            parts: vec![
                digest_part(
                    DigestKind::Waiting,
                    vec![
                        digest_row("Het Molenveld", "vastgelopen: Query uitvoeren"),
                        digest_row(NASTY_NAME, "nieuwe aanvraag: Wachtwoord en query klaarzetten"),
                    ],
                    3,
                ),
                digest_part(DigestKind::Silent, vec![digest_row("Lyceum Oost", "geen antwoord op herinneringen")], 0),
                digest_part(DigestKind::Lost, vec![digest_row("Mavo Noord", "inloggen geweigerd")], 0),
                digest_part(DigestKind::Failing, vec![digest_row("Mavo West", "onverwacht antwoord")], 0),
                digest_part(
                    DigestKind::Addresses,
                    vec![digest_row("Mavo Zuid", "mail aan Anna de Wit komt niet aan (5.1.1)")],
                    1,
                ),
            ],
            failed_mails: 2,
            mails: "https://koppelklaar.example/post".into(),
            link,
            stop_link: STOP_LINK.into(),
        },
        MailKind::AddressBounced => Content::AddressBounced {
            contact: PersonFacts { name, email: "a.dewit@bonhoeffer.nl".into(), role: "Superbeheerder".into() },
            code: "5.1.1".into(),
            schools: vec![(nasty_school(), link.clone()), (SchoolFacts { brin: "34CD".into(), ..school }, link)],
        },
    }
}

fn letter(content: &Content) -> Letter {
    render(content, SUPPORT).expect("templates write into a string")
}

fn as_text(letter: &Letter) -> String {
    format!("Subject: {}\n\n{}", letter.subject, letter.text)
}

#[test]
fn every_mail_reads_as_it_should() {
    for kind in MailKind::iter() {
        let content = sample(kind);
        let letter = letter(&content);

        assert_eq!(content.kind(), kind);
        insta::assert_snapshot!(format!("{}_text", kind.as_str()), as_text(&letter));
        insta::assert_snapshot!(format!("{}_html", kind.as_str()), letter.html);
    }
}

#[test]
fn a_renewal_that_closed_the_import_says_so() {
    let (name, school, link) = ("Anna de Wit".to_owned(), school(), LINK.to_owned());
    let content = Content::CredentialsReady { name, school, is_renewal: true, import_closed: true, link };

    insta::assert_snapshot!(as_text(&letter(&content)));
}

#[test]
fn kurve_reads_that_the_school_has_to_do_the_step() {
    let content = Content::ImportClosed {
        name: String::new(),
        school: school(),
        step: Some(Step::ConsentGiven),
        cause: "Iemand van de school meldde dat deze stap toch niet gereed is.".into(),
        reason: String::new(),
        is_stopped: false,
        link: LINK.into(),
    };

    insta::assert_snapshot!(as_text(&letter(&content)));
}

#[test]
fn of_a_school_that_stopped_no_step_is_asked() {
    let content = |name: &str| Content::ImportClosed {
        name: name.into(),
        school: school(),
        step: None,
        cause: "De school stopte met de koppeling.".into(),
        reason: String::new(),
        is_stopped: true,
        link: LINK.into(),
    };

    insta::assert_snapshot!(as_text(&letter(&content("Anna de Wit"))));
    insta::assert_snapshot!(as_text(&letter(&content(""))));
}

#[test]
fn one_sign_in_mail_serves_more_schools() {
    let schools = vec!["Bonhoeffer College".to_owned(), "Lyceum Oost".to_owned()];
    let content = Content::SignIn { name: "Anna de Wit".into(), schools, link: LINK.into(), code: "123 456".into() };

    insta::assert_snapshot!(as_text(&letter(&content)));
}

#[test]
fn every_mail_names_the_school_gives_the_link_and_says_where_an_answer_goes() {
    for kind in MailKind::iter() {
        let Letter { subject, text, html, stop_link: _ } = letter(&sample(kind));

        let is_named = subject.starts_with("Bonhoeffer College") || subject.starts_with(NASTY_NAME);
        let is_about_all =
            matches!(kind, MailKind::Digest | MailKind::ConnectionsOutage | MailKind::ConnectionsOutageEnded);
        assert!(is_named != is_about_all && subject.contains(": "), "{subject}");
        assert!(text.contains(LINK) && html.contains("https://koppelklaar.example/stap?a=1&#38;b=2"), "{text}");
        assert!(text.contains("Er verandert pas iets als je daar op een knop drukt"), "{text}");
        for part in [&text, &html] {
            assert!(part.contains("automatisch verstuurd. Antwoord je? Dan komt je bericht bij"), "{part}");
            let goes_to_support = part.contains(SUPPORT);
            assert_eq!(goes_to_support, kind != MailKind::SupportRequest, "{part}");
        }
    }
}

#[test]
fn who_did_the_first_steps_before_the_request_was_confirmed_is_not_asked_for_them() {
    for (steps, said) in [
        (vec![Step::ConsentGiven], vec!["Eén stap kun je nu al doen.\n", "“Consent geven in Magister”"]),
        (vec![Step::AllowlistingRequested], vec!["Eén stap kun je nu al doen. Begin er op tijd mee"]),
        (vec![], vec![]),
    ] {
        let name = "Anna de Wit".to_owned();
        let asked = steps.len();
        let letter = letter(&Content::RequestConfirmed { name, school: school(), steps, link: LINK.into() });

        assert_eq!(letter.text.matches("Zo doe je de stap").count(), asked, "{}", letter.text);
        assert_eq!(letter.html.matches("Zo doe je de stap").count(), asked, "{}", letter.html);
        assert!(said.iter().all(|said| letter.text.contains(said)), "{}", letter.text);
        assert!(!letter.text.contains("\n\n\n"), "{}", letter.text);
    }
}

#[test]
fn the_texts_have_no_stray_blank_lines_or_markup() {
    for kind in MailKind::iter() {
        let text = letter(&sample(kind)).text;

        assert!(!text.contains("\n\n\n") && !text.starts_with('\n') && text.ends_with('.'), "{text:?}");
        assert!(!text.contains("</") && !text.contains("&#") && !text.contains("{{"), "{text}");
        let loose = text.lines().find(|line| *line != "-- " && line.trim_end() != *line);
        assert_eq!(loose, None, "{text}");
    }
}

#[test]
fn the_html_loads_nothing_and_escapes_what_people_typed() {
    for kind in MailKind::iter() {
        let html = letter(&sample(kind)).html;

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
    let subject_of = |school| {
        let name = "Anna".to_owned();
        letter(&Content::StepSentBack {
            name,
            school,
            step: Step::PermissionsChecked,
            reason: "Nee.".into(),
            link: LINK.into(),
        })
        .subject
    };

    assert!(subject_of(broken).starts_with("Bon Bcc: iemand@elders.nl College (12AB): "));
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
fn a_code_is_shown_in_groups_of_three() {
    assert_eq!(spaced_code("123456"), "123 456");
    assert_eq!(spaced_code("123 456"), "123 456");
}

/// Header names of a built mail, in order.
fn header_names(raw: &str) -> Vec<&str> {
    let headers = raw.split_once("\r\n\r\n").expect("headers and a body").0;
    let starts = headers.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    starts.map(|line| line.split(':').next().unwrap_or_default()).collect()
}

fn on_the_wire(letter: Letter, to_name: &str) -> Result<String, BuildError> {
    let mail = OutgoingMail {
        to_name: Some(to_name.to_owned()),
        to_address: "anna@school.example".into(),
        envelope_from: Some("bounces+a@kurve.example".into()),
        reply_to: Some((to_name.to_owned(), SUPPORT.into())),
        subject: letter.subject,
        text: letter.text,
        html: letter.html,
        stop_link: letter.stop_link,
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
        let letter = letter(&sample(kind));
        let html = letter.html.clone();

        let raw = on_the_wire(letter, "Anna de Wit").expect("a mail that can be built");

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
