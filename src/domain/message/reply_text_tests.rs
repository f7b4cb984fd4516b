//! Answers as mail programs write them.

use proptest::prelude::*;

use super::*;

const OWN: &str = "Het schuifje staat nu aan.\nKunnen jullie kijken?";

#[test]
fn what_a_mail_program_quotes_goes_and_what_somebody_wrote_stays() {
    for (program, below) in [
        (
            "Outlook, Dutch",
            "Van: Koppelklaar <koppelklaar@kurve.nl>\nVerzonden: donderdag 3 december 2026 10:12\nAan: Anna de Wit \
             <a.dewit@school.example>\nOnderwerp: Bonhoeffer College (12AB): bericht van Kurve\n\nBeste Anna,\n\nKijk eens.",
        ),
        (
            "Outlook on the web",
            "________________________________\nVan: Koppelklaar <koppelklaar@kurve.nl>\nVerzonden: donderdag 3 december \
             2026 10:12\nAan: Anna de Wit\nOnderwerp: bericht\n\nBeste Anna,",
        ),
        (
            "Outlook, English",
            "From: Koppelklaar <koppelklaar@kurve.nl>\nSent: Thursday, December 3, 2026 10:12 AM\nTo: Anna de Wit\n\
             Subject: bericht\n\nBeste Anna,",
        ),
        (
            "Outlook, bold headers",
            "*Van:* Koppelklaar <koppelklaar@kurve.nl>\n*Verzonden:* donderdag 3 december 2026 10:12\n*Aan:* Anna\n\nBeste",
        ),
        ("old Outlook", "-----Oorspronkelijk bericht-----\nVan: Koppelklaar\nBeste Anna,"),
        ("old Outlook, English", "-----Original Message-----\nFrom: Koppelklaar\nBeste Anna,"),
        (
            "Gmail, Dutch",
            "Op do 3 dec 2026 om 10:12 schreef Koppelklaar <koppelklaar@kurve.nl>:\n\n> Beste Anna,\n>\n> Kijk eens.",
        ),
        (
            "Gmail, folded",
            "Op do 3 dec 2026 om 10:12 schreef Koppelklaar, een dienst van Kurve\n<koppelklaar@kurve.nl>:\n\n> Beste Anna,",
        ),
        (
            "Gmail, English",
            "On Thu, Dec 3, 2026 at 10:12 AM Koppelklaar <koppelklaar@kurve.nl>\nwrote:\n\n> Beste Anna,",
        ),
        (
            "Apple, Dutch",
            "Op 3 dec 2026 om 10:12 heeft Koppelklaar <koppelklaar@kurve.nl> het volgende geschreven:\n\n> Beste Anna,",
        ),
        ("Apple without marks", "Op 3 dec 2026 om 10:12 heeft Koppelklaar het volgende geschreven:\n\nBeste Anna,"),
        ("Thunderbird", "Op 03-12-2026 om 10:12 schreef Koppelklaar:\n> Beste Anna,\n>\n> Kijk eens."),
        ("marks alone", "> Beste Anna,\n> Kijk eens."),
        ("nothing", ""),
    ] {
        let mail = format!("{OWN}\n\n{below}\n");
        assert_eq!(own_words(&mail), OWN, "{program}");
        assert_eq!(own_words(&mail.replace('\n', "\r\n")), OWN, "{program}, line ends of mail");
    }
}

#[test]
fn a_signature_goes() {
    for (what, signature) in [
        ("the mark", "-- \nAnna de Wit\nApplicatiebeheerder, 030 1234567"),
        ("the mark without its space", "--\nAnna de Wit"),
        ("a telephone", "Verstuurd vanaf mijn iPhone"),
        ("a telephone, English", "Sent from my iPhone"),
        ("a program", "Outlook voor iOS downloaden<https://aka.ms/o0ukef>"),
        (
            "a greeting",
            "Met vriendelijke groet,\n\nAnna de Wit\nApplicatiebeheerder\n\nBonhoeffer College\n030 1234567",
        ),
        (
            "a greeting and lawyers",
            "Groeten\nAnna\n\nDit bericht is vertrouwelijk. Bent u niet de geadresseerde? Wis het dan.",
        ),
        ("a greeting, English", "Kind regards,\nAnna"),
    ] {
        assert_eq!(own_words(&format!("{OWN}\n\n{signature}\n")), OWN, "{what}");
        let quoted =
            format!("{OWN}\n\n{signature}\n\nOp do 3 dec 2026 om 10:12 schreef Kurve <k@kurve.nl>:\n> Beste Anna,\n");
        assert_eq!(own_words(&quoted), OWN, "{what}, above a quote");
    }
}

#[test]
fn what_only_looks_like_a_quote_or_a_signature_stays() {
    for text in [
        "Op maandag 3 december schreef ik jullie al. Wat nu?",
        "Op 3 december belde ik om 10:12 met Magister, en die zeiden:\nde beheerder moet het doen.",
        "Van: wie is dit ticket?\nIk weet het niet.",
        "Groeten\nAnna\n\nPS: maandag ben ik er niet.",
        "Groet,\nAnna\n\nIk ben morgen de hele dag niet te bereiken, bel dan Bea.",
        "Het antwoord:\n- consent staat aan\n- allowlisting is gevraagd",
        "------ Gedaan ------",
    ] {
        assert_eq!(own_words(text), text);
    }
}

#[test]
fn an_answer_below_or_between_what_it_answers_is_found() {
    let below = "Op 03-12-2026 om 10:12 schreef Koppelklaar:\n> Beste Anna,\n> Staat het aan?\n\nJa, sinds gisteren.\n";
    let between = "Hoi,\n\nOp 03-12-2026 om 10:12 schreef Koppelklaar:\n> Staat het aan?\nJa.\n> En de lijst?\nOok.\n";

    assert_eq!(own_words(below), "Ja, sinds gisteren.");
    assert_eq!(own_words(between), "Hoi,\n\nJa.\nOok.");
}

#[test]
fn where_somebody_wrote_nothing_nothing_is_left() {
    assert_eq!(own_words("-----Original Message-----\nFrom: Koppelklaar\nBeste Anna,"), "");
    assert_eq!(own_words("\n\n> Beste Anna,\n\n-- \nAnna"), "");
    assert_eq!(own_words(""), "");
}

proptest! {
    #[test]
    fn any_text_is_read_and_no_line_is_made_up(text in "([A-Za-z>*:_ -]{0,12}\n){0,12}") {
        let own = own_words(&text);
        for line in own.lines().filter(|line| !line.is_empty()) {
            prop_assert!(text.lines().any(|whole| whole.trim() == line.trim()), "{line:?} of {text:?}");
        }
    }
}
