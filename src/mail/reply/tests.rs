//! Answers as mail programs send them.

use super::*;

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../../../tests/replies/", $name, ".eml"))
    };
}

fn answer_in(mail: &str) -> Answer {
    match read(mail.as_bytes()) {
        Incoming::Answer(answer) => answer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_wrote_and_what_it_answers_is_read() {
    let token = "antwoord+abc@kurve.nl";
    let mail = sample!("gmail_nl").replace("{from}", "anna@school.example").replace("{to}", token);

    let answer = answer_in(&mail.replace("{message_id}", "<1@kk.example>"));

    assert_eq!(answer.from, "anna@school.example");
    assert!(answer.came_to.iter().any(|text| text.contains(token)), "{:?}", answer.came_to);
    assert_eq!(answer.message_ids, ["<1@kk.example>", "<1@kk.example>"]);
    assert_eq!(answer.own_id.as_deref(), Some("<gm1@mail.school.example>"));
    assert!(!format!("{answer:?}").contains("anna"));
}

#[test]
fn the_text_is_read_however_it_is_written() {
    for (mail, text) in [
        (sample!("outlook_nl"), "Één ding nog"),
        (sample!("outlook_html"), "Één ding nog: <b>dik</b>"),
        (sample!("gmail_html"), "<script>alert(1)</script>"),
        (sample!("apple"), "Het lukt dus niet."),
        (sample!("english"), "Het schuifje staat nu aan."),
    ] {
        let answer = answer_in(mail);
        let text = text.replace("Één", "Eén");
        let found = answer.text.replace("Één", "Eén");
        assert!(found.contains(&text), "{}", answer.text);
        assert!(!answer.text.contains("MsoNormal"), "{}", answer.text);
    }
}

#[test]
fn files_are_found_beside_the_text_and_in_it() {
    let names = |mail: &str| {
        let files = answer_in(mail).files.into_iter();
        files.map(|file| format!("{} {}", file.name, file.is_inline)).collect::<Vec<_>>()
    };

    assert_eq!(names(sample!("apple")), ["Schermafbeelding 2026-11-30.png false"]);
    assert_eq!(names(sample!("thunderbird")), ["handleiding één.pdf false", "vermomd.png false"]);
    assert_eq!(names(sample!("outlook_files")), ["image001.png true", "leerlingen.xlsx false", "scherm.png false"]);
    assert!(names(sample!("gmail_nl")).is_empty());
}

#[test]
fn what_a_machine_sent_is_no_answer() {
    for mail in [sample!("away"), sample!("nobody"), include_str!("../../../tests/reports/out_of_office.eml")] {
        assert!(matches!(read(mail.as_bytes()), Incoming::FromMachine(_)), "{mail}");
    }
    let report = include_str!("../../../tests/reports/postfix_unknown.eml");
    assert_eq!(read(report.as_bytes()), Incoming::FromMachine("a delivery report"));
}

#[test]
fn whatever_comes_in_is_read_to_its_end() {
    assert_eq!(read(b""), Incoming::Other);
    assert_eq!(read(&vec![b'x'; LONGEST_MAIL + 1]), Incoming::TooLarge);
    let nested = "Content-Type: message/rfc822\n\n".repeat(100);
    assert_eq!(read(nested.as_bytes()), Incoming::Other);
    for mail in [sample!("apple"), sample!("outlook_files")] {
        for end in (0..mail.len()).step_by(97) {
            let Some(part) = mail.get(..end) else { continue };
            read(part.as_bytes());
        }
    }
}
