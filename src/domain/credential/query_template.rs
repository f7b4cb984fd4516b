//! The template of the query file: a versioned text that an installation brings.
//!
//! It may be UTF-8, UTF-16 (with its mark or without) or windows-1252, and of the grammar that its first line names after the
//! version: `-- koppelklaar-query-template: VERSION [sql|xml|ini|text]`, with the signs for a comment of that grammar around
//! it, or none. That line is left out of the file. In strings, comments and free text, and only there, it may name
//! `{{ school }}` (the name of the connection), `{{ schools }}` (the name and BRIN of each), `{{ brin }}`, `{{ domain }}`
//! and `{{ user }}`. There is no placeholder for the password: that is set by hand. A `#` is refused anywhere, since Decibel
//! asks for the value of `#name#`, also in a comment. To add a placeholder: a variant of `Placeholder`, then follow the
//! compiler; a grammar: `grammar`.

use std::fmt;

use strum::EnumString;

use super::WEBSERVICE_USER;
use super::grammar::Grammar;
use super::text_encoding::TextEncoding;
use crate::domain::school::SchoolDetails;
use crate::domain::text::{SchoolDomain, SchoolName, is_invisible, turns_direction};

const HEADER: &str = "koppelklaar-query-template:";
/// What may stand around the header: the beginnings of a comment, and the end of one.
const OPENERS: [&str; 4] = ["--", "<!--", ";", "//"];
const CLOSER: &str = "-->";
/// Windows makes a `#` of the others where it has no such sign.
const HASHES: [char; 3] = ['#', '\u{FE5F}', '\u{FF03}'];
/// Far more than a query for one list needs.
const SIZE_MAX: usize = 64 * 1024;
/// A version also stands in a file name.
const VERSION_MAX: usize = 40;
/// Longer than any that is in use.
const EXTENSION_MAX: usize = 10;

/// Why a template is refused at the start, for whoever runs the installation. Never holds text of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It is more than 64 KiB.
    #[error("the template is larger than 64 KiB")]
    TooLarge,
    /// The first line is something else.
    #[error(
        "line 1: expected `-- koppelklaar-query-template: VERSION`, and after it sql, xml, ini or text if it is not SQL"
    )]
    MissingHeader,
    /// The version cannot stand in a file name.
    #[error(
        "line 1: a version is 1 to 40 letters, digits, hyphens, underscores and dots, and starts with a letter or digit"
    )]
    BadVersion,
    /// After the version stands something else than a grammar.
    #[error("line 1: after the version may stand sql, xml, ini or text, and nothing more")]
    UnknownGrammar,
    /// The name of the file ends so that it cannot be kept.
    #[error("the extension of a template is 1 to 10 letters and digits")]
    BadExtension,
    /// UTF-16 that is broken.
    #[error("the template begins as UTF-16 and cannot be read as that")]
    Unreadable,
    /// Nothing follows the header.
    #[error("the template has no text after its header")]
    Empty,
    /// A `#`.
    #[error("line {0}: `#` is refused, since Decibel treats `#name#` as a parameter, even in a comment")]
    Hash(usize),
    /// A sign that nobody sees, or that is none.
    #[error("line {0}: a control sign, or one that is invisible or turns the text")]
    OddSign(usize),
    /// `{{` and a name that is not known.
    #[error("line {0}: unknown placeholder; known are school, schools, brin, domain and user")]
    UnknownPlaceholder(usize),
    /// `{{` without `}}` on the same line.
    #[error("line {0}: a placeholder is not closed with `}}}}` on the same line")]
    UnclosedPlaceholder(usize),
    /// A placeholder in the statements themselves.
    #[error(
        "line {0}: a placeholder may only stand where its value cannot end anything: in a comment, a string or free text"
    )]
    PlaceholderInCode(usize),
    /// A string, a comment or a tag that runs to the end.
    #[error("line {0}: the string, comment or tag that starts here is not closed")]
    Unclosed(usize),
}

#[derive(Clone, Copy, PartialEq, Eq)]
#[derive(EnumString)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Placeholder {
    School,
    Schools,
    Brin,
    Domain,
    User,
}

impl Placeholder {
    pub(super) fn value(self, facts: &QueryFacts) -> String {
        let each = |say: fn(&SchoolDetails) -> String| facts.schools.iter().map(say).collect::<Vec<_>>().join(", ");
        match self {
            Self::School => facts.name.to_string(),
            Self::Schools => each(|school| format!("{} ({})", school.name, school.brin)),
            Self::Brin => each(|school| school.brin.to_string()),
            Self::Domain => facts.domain.label().to_owned(),
            Self::User => WEBSERVICE_USER.to_owned(),
        }
    }
}

/// What a query file says of the connection that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryFacts {
    /// What the connection is called.
    pub name: SchoolName,
    /// Where its Magister listens.
    pub domain: SchoolDomain,
    /// Its schools.
    pub schools: Vec<SchoolDetails>,
}

#[derive(Clone)]
pub(super) enum Part {
    Text(String),
    Value(Placeholder),
}

/// A template that was checked in full, so that rendering cannot fail.
#[derive(Clone)]
pub struct Template {
    pub(super) version: String,
    pub(super) encoding: TextEncoding,
    pub(super) extension: String,
    pub(super) parts: Vec<Part>,
    grammar: Grammar,
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Template {
    /// Checks a template. Its files have the extension of its grammar.
    ///
    /// # Errors
    /// On the first thing that is not right, with its line.
    pub fn parse(file: impl AsRef<[u8]>) -> Result<Self, TemplateError> {
        let bytes = file.as_ref();
        if bytes.len() > SIZE_MAX {
            return Err(TemplateError::TooLarge);
        }
        let (encoding, text) = TextEncoding::read(bytes).ok_or(TemplateError::Unreadable)?;
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        for (line, number) in text.lines().zip(1..) {
            if line.contains(HASHES) {
                return Err(TemplateError::Hash(number));
            }
            if line.chars().any(is_odd) {
                return Err(TemplateError::OddSign(number));
            }
        }
        let (header, body) = text.split_once('\n').unwrap_or((&text, ""));
        let (version, grammar) = parse_header(header)?;
        if body.trim().is_empty() {
            return Err(TemplateError::Empty);
        }
        let extension = grammar.as_str().to_owned();
        Ok(Self { version: version.to_owned(), encoding, extension, parts: parts(body, grammar)?, grammar })
    }

    /// The same template for files with another extension: that of its own file.
    ///
    /// # Errors
    /// When it is more than a few letters and digits.
    pub fn with_extension(self, extension: &str) -> Result<Self, TemplateError> {
        let is_plain = extension.bytes().all(|sign| sign.is_ascii_alphanumeric());
        if !is_plain || !(1..=EXTENSION_MAX).contains(&extension.len()) {
            return Err(TemplateError::BadExtension);
        }
        Ok(Self { extension: extension.to_ascii_lowercase(), ..self })
    }

    /// How it is written.
    pub fn grammar(&self) -> Grammar {
        self.grammar
    }

    /// The version in the header.
    pub fn version(&self) -> &str {
        &self.version
    }
}

fn is_version(version: &str) -> bool {
    (1..=VERSION_MAX).contains(&version.len())
        && version.starts_with(|sign: char| sign.is_ascii_alphanumeric())
        && version.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// The version and the grammar in the first line.
fn parse_header(line: &str) -> Result<(&str, Grammar), TemplateError> {
    let line = line.trim();
    let bare = OPENERS.iter().find_map(|opener| line.strip_prefix(opener)).unwrap_or(line).trim_start();
    let rest = bare.strip_prefix(HEADER).ok_or(TemplateError::MissingHeader)?;
    let mut words = rest.strip_suffix(CLOSER).unwrap_or(rest).split_whitespace();
    let version = words.next().filter(|version| is_version(version)).ok_or(TemplateError::BadVersion)?;
    let grammar = words.next().map_or(Ok(Grammar::default()), str::parse);
    match (grammar, words.next()) {
        (Ok(grammar), None) => Ok((version, grammar)),
        (_, _) => Err(TemplateError::UnknownGrammar),
    }
}

/// A sign that could break a line, hide, or turn what is read.
fn is_odd(sign: char) -> bool {
    let breaks_line = matches!(sign, '\u{2028}' | '\u{2029}');
    (sign.is_control() && sign != '\t') || breaks_line || is_invisible(sign) || turns_direction(sign)
}

/// Cuts the body, which has `\n` line ends and starts at line 2, into text and placeholders.
fn parts(body: &str, grammar: Grammar) -> Result<Vec<Part>, TemplateError> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let (mut region, mut line, mut place_line) = (grammar.start(), 2, 2);
    let mut rest = body;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("{{") {
            let on_line = after.split('\n').next().unwrap_or_default();
            let (name, _) = on_line.split_once("}}").ok_or(TemplateError::UnclosedPlaceholder(line))?;
            let placeholder = name.trim().parse().map_err(|_| TemplateError::UnknownPlaceholder(line))?;
            if !region.takes_values() {
                return Err(TemplateError::PlaceholderInCode(line));
            }
            parts.push(Part::Text(std::mem::take(&mut text)));
            parts.push(Part::Value(placeholder));
            rest = &after[name.len() + 2..];
            continue;
        }
        let (next, bytes) = grammar.next(region, rest);
        if next != region {
            (region, place_line) = (next, line);
        }
        let (taken, left) = rest.split_at(bytes);
        line += taken.matches('\n').count();
        text.push_str(taken);
        rest = left;
    }
    if !grammar.may_end(region) {
        return Err(TemplateError::Unclosed(place_line));
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    parts.push(Part::Text(text));
    Ok(parts)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn body(body: &str) -> Result<Template, TemplateError> {
        written_in(Grammar::Sql, body)
    }

    pub(in super::super) fn written_in(grammar: Grammar, body: &str) -> Result<Template, TemplateError> {
        Template::parse(format!("-- {HEADER} v1 {}\n{body}", grammar.as_str()))
    }

    /// What stands where no value may, and the signs that lead into and out of it.
    pub(in super::super) fn code(grammar: Grammar, text: &str) -> String {
        let (mut region, mut rest, mut code) = (grammar.start(), text, String::new());
        while !rest.is_empty() {
            let (next, bytes) = grammar.next(region, rest);
            let (taken, left) = rest.split_at(bytes);
            if !region.takes_values() || next != region {
                code.push_str(taken);
            }
            (region, rest) = (next, left);
        }
        assert!(grammar.may_end(region), "{text}");
        code
    }

    #[test]
    fn an_unsound_template_is_refused_with_its_line() {
        use TemplateError::*;

        for (text, error) in [
            ("", MissingHeader),
            ("SELECT 1", MissingHeader),
            ("\n-- koppelklaar-query-template: v1\nx", MissingHeader),
            ("-- koppelklaar-query-template:\nx", BadVersion),
            ("-- koppelklaar-query-template: a b\nx", UnknownGrammar),
            ("-- koppelklaar-query-template: a SQL\nx", UnknownGrammar),
            ("-- koppelklaar-query-template: a sql b\nx", UnknownGrammar),
            ("<!-- koppelklaar-query-template: -->\nx", BadVersion),
            ("** koppelklaar-query-template: v1\nx", MissingHeader),
            ("-- koppelklaar-query-template: ../v\nx", BadVersion),
            ("-- koppelklaar-query-template: v1", Empty),
            ("-- koppelklaar-query-template: v1\n \r\n", Empty),
            ("-- koppelklaar-query-template: v#1\nx", Hash(1)),
        ] {
            assert_eq!(Template::parse(text).expect_err(text), error, "{text:?}");
        }
        for (text, error) in [
            ("x\r\n-- #name#", Hash(3)),
            ("x\n'\u{202E}'", OddSign(3)),
            ("x\n'\u{2028}'", OddSign(3)),
            ("x\n'\u{200B}'", OddSign(3)),
            ("x\0", OddSign(2)),
            ("x\n\n-- ＃", Hash(4)),
            ("-- {{ password }}", UnknownPlaceholder(2)),
            ("-- x\n-- {{ School }}", UnknownPlaceholder(3)),
            ("-- {{}}", UnknownPlaceholder(2)),
            ("-- {{{ school }}}", UnknownPlaceholder(2)),
            ("'{{ school\n}}'", UnclosedPlaceholder(2)),
            ("-- {{ school }\n", UnclosedPlaceholder(2)),
            ("SELECT {{ brin }}", PlaceholderInCode(2)),
            ("-- x\n{{ user }}", PlaceholderInCode(3)),
            ("'it''s' {{ user }}", PlaceholderInCode(2)),
            ("/* x */ {{ user }}", PlaceholderInCode(2)),
            ("x\n'y\nz", Unclosed(3)),
            ("/* y\nz", Unclosed(2)),
        ] {
            assert_eq!(body(text).expect_err(text), error, "{text:?}");
        }
        for (grammar, text, error) in [
            (Grammar::Xml, "<{{ school }}/>", PlaceholderInCode(2)),
            (Grammar::Xml, "<a b={{ brin }}/>", PlaceholderInCode(2)),
            (Grammar::Xml, "<a\nb='x' {{ brin }}='y'/>", PlaceholderInCode(3)),
            (Grammar::Xml, "<?xml version='1.0'?>\n<?{{ brin }}?>", PlaceholderInCode(3)),
            (Grammar::Xml, "<!DOCTYPE {{ brin }}><a/>", PlaceholderInCode(2)),
            (Grammar::Xml, "<a>\n<!-- x", Unclosed(3)),
            (Grammar::Xml, "<a", Unclosed(2)),
            (Grammar::Xml, "<a b='", Unclosed(2)),
            (Grammar::Xml, "<![CDATA[", Unclosed(2)),
            (Grammar::Ini, "[x]\n{{ brin }}=1", PlaceholderInCode(3)),
            (Grammar::Ini, "[{{ brin }}]", PlaceholderInCode(2)),
            (Grammar::Ini, "[x={{ brin }}]", PlaceholderInCode(2)),
            (Grammar::Ini, "[x\ny=1", Unclosed(2)),
            (Grammar::Sql, "SELECT [it's], {{ brin }}, [that's]", PlaceholderInCode(2)),
            (Grammar::Sql, "SELECT [{{ brin }}]", PlaceholderInCode(2)),
            (Grammar::Sql, "SELECT `it's`, {{ brin }}, `that's`", PlaceholderInCode(2)),
            (Grammar::Xml, "<a>{{ brin }}</{{ brin }}>", PlaceholderInCode(2)),
            (Grammar::Xml, "<a b=\"it's\" {{ brin }}=''/>", PlaceholderInCode(2)),
            (Grammar::Xml, "<!DOCTYPE a [<!ENTITY b 'c'>{{ brin }}]><a/>", PlaceholderInCode(2)),
            (Grammar::Ini, "x=1\n{{ brin }}", PlaceholderInCode(3)),
            (Grammar::Text, "{{ password }}", UnknownPlaceholder(2)),
            (Grammar::Text, "x\n#", Hash(3)),
        ] {
            assert_eq!(written_in(grammar, text).expect_err(text), error, "{text:?}");
        }
        assert_eq!(Template::parse(b"\xff\xfex").expect_err("half a sign"), Unreadable);
        for extension in ["", "s q", "sql/", "..", "abcdefghijk", "é"] {
            let refused = body("x").expect("sound").with_extension(extension);
            assert_eq!(refused.expect_err(extension), BadExtension);
        }
        assert_eq!(body(&"x".repeat(SIZE_MAX)).expect_err("too large"), TooLarge);
    }
}
