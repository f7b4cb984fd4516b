//! The findings of an editor who read every page and mail: what was found wrong comes back nowhere. A line of `findings.tsv` is a
//! sentence as it stood, and a better one. One that stays, with more beside it, is not in it.

use super::source::text_files;

const FINDINGS: &str = include_str!("findings.tsv");

/// What people read: templates, the sources that hold sentences, and the mails as they are rendered.
fn is_read(path: &str) -> bool {
    let is_template = path.starts_with("templates/") && (path.ends_with(".html") || path.ends_with(".txt"));
    let is_source = (path.starts_with("src/") || path.starts_with("optie-b/src/")) && path.ends_with(".rs");
    let is_mail = path.starts_with("src/services/mail/mails/snapshots/") && path.ends_with(".snap");
    is_template || is_source || is_mail
}

/// A text as it is read: on one line, without what HTML and Rust make of some signs.
fn folded(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let whole = lines.map(|line| line.strip_suffix('\\').unwrap_or(line).trim_end()).collect::<Vec<_>>().join(" ");
    let plain = whole.replace("&gt;", ">").replace("&amp;", "&").replace("\\\"", "\"");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn nothing_that_an_editor_found_wrong_stands_in_a_page_or_mail_again() {
    let texts: Vec<(String, String)> =
        text_files().into_iter().filter(|(path, _)| is_read(path)).map(|(path, text)| (path, folded(&text))).collect();
    let findings: Vec<(&str, &str)> =
        FINDINGS.lines().map(|line| line.split_once('\t').expect("two columns")).collect();
    let found: Vec<String> = findings
        .iter()
        .flat_map(|(bad, good)| {
            let again = texts.iter().filter(|(_, text)| text.contains(&folded(bad)));
            again.map(move |(path, _)| format!("{path} says {bad}, not {good}"))
        })
        .collect();

    assert!(texts.len() > 500 && findings.len() > 280, "{} {}", texts.len(), findings.len());
    assert!(found.is_empty(), "{found:#?}");
}
