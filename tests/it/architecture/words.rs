//! One glossary: no page, mail or sentence of the code calls a thing otherwise than the glossary does.

use koppelklaar::words::{GLOSSARY, PLAIN};

use super::source::text_files;

/// What is written in Dutch by its nature: everything between the tags of a template, and these sources of sentences.
const SENTENCES: [&str; 4] = ["src/words/", "src/web/", "src/services/mail/mails/", "src/domain/"];

/// Of a text in a source one knows Dutch by these.
const DUTCH: [&str; 11] = ["de", "het", "een", "je", "jullie", "niet", "van", "met", "voor", "nog", "bij"];

/// Facts of the manual that hold a word which we would not use ourselves.
const OF_THE_MANUAL: [&str; 2] = ["een oefening in een taak", "een leerplan of taak klaarzet"];

/// Sentences that hold such a word all the same, each with why.
const EXCEPT: [(&str, &str); 1] =
    [("wachtwoord ingesteld of import open", "what a cell of a spreadsheet may hold: schools write it so")];

#[test]
fn one_thing_has_one_name_in_every_page_and_mail() {
    let ruled_out: Vec<(&str, &str)> = GLOSSARY
        .iter()
        .map(|word| (word.name, word.not))
        .chain(PLAIN)
        .flat_map(|(ours, others)| others.iter().map(move |other| (ours, *other)))
        .collect();
    let texts = dutch();
    let wrong: Vec<String> = texts
        .iter()
        .flat_map(|(path, text)| {
            let found = ruled_out.iter().filter(|(_, other)| says(text, other));
            found.map(move |(ours, other)| format!("{path} says {other}, not {ours}: {}", near(text, other)))
        })
        .collect();

    assert!(ruled_out.len() > 60 && texts.len() > 400, "{} {}", ruled_out.len(), texts.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_word_of_the_glossary_is_one_that_schools_meet() {
    let met: Vec<(String, String)> = dutch().into_iter().filter(|(path, _)| !path.ends_with("glossary.rs")).collect();
    let unmet: Vec<&str> = GLOSSARY
        .iter()
        .filter(|word| !met.iter().any(|(_, text)| text.contains(&word.name.to_lowercase())))
        .map(|word| word.name)
        .collect();

    assert_eq!(unmet, [""; 0]);
}

#[test]
fn the_glossary_is_in_the_order_of_the_alphabet_and_explains_each_word_briefly() {
    let names: Vec<String> = GLOSSARY.iter().map(|word| word.name.to_lowercase()).collect();
    let mut sorted = names.clone();
    sorted.sort();
    sorted.dedup();

    assert_eq!(names, sorted);
    for word in GLOSSARY {
        let sentences = word.meaning.split(['.', '?']).filter(|part| part.is_empty() || part.starts_with(' ')).count();
        assert!(word.meaning.len() < 180 && sentences <= 5, "{}: {}", word.name, word.meaning);
        assert!(word.not.iter().all(|other| *other == other.to_lowercase()), "{}", word.name);
    }
}

#[test]
fn no_page_of_a_school_sends_anybody_to_their_mail_program_for_what_a_button_brings_to_kurve() {
    let texts = dutch();
    let said = texts.iter().filter(|(_, text)| ["mail kurve", "kurve mailen"].iter().any(|words| text.contains(words)));
    let said: Vec<&String> = said.map(|(path, _)| path).collect();
    let pages: Vec<(String, String)> =
        text_files().into_iter().filter(|(path, _)| path.starts_with("templates/portal/")).collect();
    let with_address = pages.iter().filter(|(_, text)| text.contains("support_email") || text.contains("mailto:"));
    let with_address: Vec<&String> = with_address.map(|(path, _)| path).collect();

    assert!(pages.len() > 15, "the pages are read: {}", pages.len());
    assert!(said.is_empty() && with_address.is_empty(), "{said:?} {with_address:?}");
}

/// Every Dutch text with the file it stands in, in small letters.
fn dutch() -> Vec<(String, String)> {
    let mut texts = vec![];
    for (path, text) in text_files() {
        if path.starts_with("templates/") && (path.ends_with(".html") || path.ends_with(".txt")) {
            let said = without(&without(&without(&text, "{#", "#}"), "{%", "%}"), "{{", "}}");
            texts.push((path, without(&without(&said, "<style", "</style>"), "<", ">").to_lowercase()));
        } else if SENTENCES.iter().any(|folder| path.starts_with(folder)) && path.ends_with(".rs") {
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let is_code = !path.ends_with("_tests.rs") && !path.ends_with("/tests.rs") && !path.contains("/tests/");
            let said = literals(code).map(|one| without(&one, "{", "}").to_lowercase()).filter(|one| is_dutch(one));
            texts.extend(said.filter(|_| is_code && !path.ends_with("glossary.rs")).map(|one| (path.clone(), one)));
        }
    }
    texts.extend(GLOSSARY.iter().map(|word| ("src/words/glossary.rs".to_owned(), word.meaning.to_lowercase())));
    let facts = || OF_THE_MANUAL.into_iter().chain(EXCEPT.into_iter().map(|(sentence, _)| sentence));
    let manual = |text: String| facts().fold(text, |text, fact| text.replace(&fact.to_lowercase(), ""));
    texts.into_iter().map(|(path, text)| (path, manual(text))).collect()
}

/// A text without what stands between two signs.
fn without(text: &str, start: &str, end: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(start) {
        kept.push_str(before);
        kept.push(' ');
        rest = after.split_once(end).map_or("", |(_, behind)| behind);
    }
    kept + rest
}

/// The texts in a source, without its comments.
fn literals(code: &str) -> impl Iterator<Item = String> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n").replace("\\\"", "“").replace("'\"'", "");
    let parts: Vec<String> = code.split('"').skip(1).step_by(2).map(|text| fold(&text.replace("\\\n", " "))).collect();
    parts.into_iter()
}

fn is_dutch(text: &str) -> bool {
    DUTCH.iter().any(|word| says(text, word))
}

/// Whether a text holds a word, and not only as a part of another.
fn says(text: &str, word: &str) -> bool {
    let is_part = |sign: Option<char>| sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '-' || sign == '_');
    text.match_indices(word)
        .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next()))
}

/// Some of the text around a word, for whoever reads a failure.
fn near(text: &str, word: &str) -> String {
    let at = text.find(word).unwrap_or_default();
    fold(&text[text.floor_char_boundary(at.saturating_sub(30))..text.ceil_char_boundary(text.len().min(at + 40))])
}

fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
