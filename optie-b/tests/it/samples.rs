//! Every sample gives the right file, byte for byte, and says on the way what a school must know.

use optie_b::mapping::{Choice, Field};
use optie_b::passwords::PasswordRule;
use optie_b::session::Question;
use optie_b::table::Wanted;
use optie_b::write::Encoding;
use optie_b::{Fault, Session};

use crate::support::{sample, session};

fn of(name: &str) -> Session {
    session(&sample(name)).expect("it is read")
}

#[track_caller]
fn assert_equals(session: &Session, name: &str) {
    let made = session.convert(&mut || None).unwrap_or_else(|review| panic!("{name}: {review:?}"));
    assert_eq!(made.file, sample(name), "{name}: {}", String::from_utf8_lossy(&made.file));
}

#[test]
fn the_ordinary_one_asks_for_utf_8_and_joins_ids() {
    let mut session = of("in/01-gewoon.xlsx");
    session.open_ids(&sample("in/01-idgebr.csv")).expect("ids");

    let review = session.review().expect("a review");
    let [Question::Encoding { places }] = &*review.questions else { panic!("{:?}", review.questions) };
    let places: Vec<String> = places.iter().map(ToString::to_string).collect();
    assert_eq!(places, ["Rij 7, kolom Roepnaam", "Rij 7, kolom Achternaam"]);
    let ids = review.notes.ids.expect("ids");
    assert_eq!((ids.found, &*ids.without_rows, &*ids.nobody_rows), (7, &[9][..], &[9][..]));

    session.answers.encoding = Some(Encoding::Utf8);
    assert_equals(&session, "out/01-gewoon.numo.csv");
}

#[test]
fn the_one_with_a_title_names_what_it_leaves_out_and_fills_up_zeros() {
    let mut session = of("in/02-titel-en-nullen.xlsx");

    let found = session.found(false).expect("found");
    assert_eq!(
        (found.sheet.as_deref(), found.other_sheets),
        (Some("Deelnemers overzicht"), vec!["Parameters".to_owned()])
    );
    assert_eq!((found.header_row, found.blank_rows, found.total_rows, found.rows), (3, 1, vec![11], 5));
    assert_eq!(found.dropped, ["Geb. datum", "M/V", "BSN"]);
    let needless: Vec<&str> = found.needless.iter().map(|column| found.headers[*column].as_str()).collect();
    assert_eq!(needless, ["Geb. datum", "M/V", "BSN"]);
    let review = session.review().expect("a review");
    let [question @ Question::Zeros { digits: 6, .. }] = &*review.questions else { panic!("{:?}", review.questions) };
    assert_eq!(
        question.sentence(),
        "Vul stamnrs aan tot 6 cijfers? Bijvoorbeeld: 1234 wordt 001234, 5678 wordt 005678, 4321 wordt 004321."
    );

    session.answers.fill_zeros = Some(true);
    assert_equals(&session, "out/02-titel-en-nullen.numo.csv");
}

#[test]
fn the_old_text_merges_one_and_asks_about_another() {
    let mut session = of("in/03-ansi-dubbel.csv");

    let review = session.review().expect("a review");
    assert_eq!(review.counts.merged, 1);
    let [Question::Duplicate { rows }] = &*review.questions else { panic!("{:?}", review.questions) };
    assert_eq!(rows.iter().map(|row| (row.row, &*row.klas)).collect::<Vec<_>>(), [(7, "4ha"), (8, "4va")]);

    session.answers.keep_rows.insert(8);
    assert_equals(&session, "out/03-ansi-dubbel.numo.csv");
}

#[test]
fn the_old_workbook_has_the_results_of_its_formulas() {
    assert_equals(&of("in/05-oud.xls"), "out/05-oud.numo.csv");
}

#[test]
fn names_are_masked_until_they_are_to_be_shown() {
    let session = of("in/01-gewoon.xlsx");
    let examples = |is_shown| -> Vec<Vec<String>> {
        session.found(is_shown).expect("found").columns.into_iter().map(|column| column.examples).collect()
    };

    assert_eq!(examples(false)[..2], [vec!["1•••"; 3], vec!["Z•••", "J•••", "C•••"]]);
    assert_eq!(examples(false)[4], ["4ha", "4ha", "4hb"]);
    assert_eq!(examples(false)[6], ["1•••@leerling.proefcollege.example"; 3]);
    assert_eq!(examples(true)[1], ["Zo\u{eb}lle", "J\u{fc}rn", "Chlo\u{e9}"]);
}

#[test]
fn a_column_of_names_is_masked_whatever_it_is_chosen_for() {
    let file = "Stamnr;Roepnaam;Achternaam;Naam ouder;Klas;Studie;E-mail\n\
                101001;Anna;Proef;Tante Proef;4ha;Havo 4;anna@proef-gezin.example\n\
                101002;Bo;Toets;Oom Toets;4hb;Havo 4;bo@leerling.example\n\
                101003;Cas;Lijn;Opa Lijn;4hb;Havo 4;cas@leerling.example\n";
    let mut session = session(file.as_bytes()).expect("it is read");
    let examples =
        |session: &Session, field: usize| session.found(false).expect("found").columns.swap_remove(field).examples;

    assert_eq!(examples(&session, 4), ["4ha", "4hb", "4hb"]);
    assert_eq!(examples(&session, 6), ["a•••", "b•••@leerling.example", "c•••@leerling.example"]);
    let klas_of = |column| Wanted { columns: Choice::from([(Field::Klas, Some(column))]), sheet: None };
    session.open(file.as_bytes(), &klas_of(3)).expect("it is read");
    assert_eq!(examples(&session, 4), ["T•••", "O•••", "O•••"]);
}

#[test]
fn a_column_that_cannot_be_chosen_leaves_what_was_read() {
    let file = sample("in/05-oud.xls");
    let mut session = of("in/05-oud.xls");
    let wanted = Wanted { columns: Choice::from([(Field::Klas, None)]), sheet: None };

    assert_eq!(session.open(&file, &wanted), Err(Fault::MissingColumn(Field::Klas)));
    assert!(session.found(true).is_some_and(|found| found.rows > 0));
    assert!(session.open(b"Stamnr;Roepnaam;Achternaam;Studie\n1;a;b;c", &Wanted::default()).is_err());
    assert_eq!(session.found(true), None, "another file takes its place");
}

#[test]
fn a_study_of_pupils_about_whom_is_asked_keeps_its_row() {
    let file = "Stamnr;Roepnaam;Achternaam;Klas;Studie\n101001;Bo;Proef;4ha;Zang\n101001;Bo;Proef;4va;Dans\n";
    let mut session = session(file.as_bytes()).expect("it is read");
    session.studies.set("Dans", "VERZONNEN-D").expect("a code");

    let studies = session.review().expect("a review").studies;

    let code = Some("VERZONNEN-D".to_owned());
    assert_eq!(studies, [("Dans".to_owned(), 0, code), ("Zang".to_owned(), 0, None)]);
}

#[test]
fn a_stamnr_is_no_password_before_a_word_is_put_to_it() {
    let mut session = of("in/05-oud.xls");
    let mut questions = |rule: &str| {
        session.answers.password = PasswordRule::parse(rule);
        session.review().expect("a review").questions
    };

    assert_eq!([&*questions("{Stamnr}"), &questions("{Stamnr}!")], [&[Question::Password][..], &[]]);
}
