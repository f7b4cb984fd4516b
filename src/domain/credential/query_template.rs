//! The template of the query file: a versioned text that an installation brings.
//!
//! Plain ASCII (in which encoding Decibel reads is not public), and its first line is
//! `-- koppelklaar-query-template: VERSION`, which is left out of the file. In comments and quoted strings, and only
//! there, it may name `{{ school }}` (the name of the connection), `{{ schools }}` (the name and BRIN of each), `{{ brin }}`, `{{ domain }}` and
//! `{{ user }}`. There is no placeholder for the
//! password: that is set by hand. A `#` is refused anywhere, since Decibel asks for the value of `#name#`, also in a
//! comment. To add a placeholder: a variant of `Placeholder`, then follow the compiler.

use std::fmt;

use strum::EnumString;

use super::WEBSERVICE_USER;
use crate::domain::school::SchoolDetails;
use crate::domain::text::{SchoolDomain, SchoolName};

const HEADER: &str = "-- koppelklaar-query-template:";
/// Far more than a query for one list needs.
const SIZE_MAX: usize = 64 * 1024;
/// A version also stands in a file name.
const VERSION_MAX: usize = 40;

/// Why a template is refused at the start, for whoever runs the installation. Never holds text of the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It is more than 64 KiB.
    #[error("the template is larger than 64 KiB")]
    TooLarge,
    /// The first line is something else.
    #[error("line 1: expected `-- koppelklaar-query-template: VERSION`")]
    MissingHeader,
    /// The version cannot stand in a file name.
    #[error(
        "line 1: a version is 1 to 40 letters, digits, hyphens, underscores and dots, and starts with a letter or digit"
    )]
    BadVersion,
    /// Nothing follows the header.
    #[error("the template has no text after its header")]
    Empty,
    /// A `#`.
    #[error("line {0}: `#` is refused, since Decibel treats `#name#` as a parameter, even in a comment")]
    Hash(usize),
    /// A sign outside printable ASCII.
    #[error("line {0}: only printable ASCII signs and tabs are accepted")]
    NotAscii(usize),
    /// `{{` and a name that is not known.
    #[error("line {0}: unknown placeholder; known are school, schools, brin, domain and user")]
    UnknownPlaceholder(usize),
    /// `{{` without `}}` on the same line.
    #[error("line {0}: a placeholder is not closed with `}}}}` on the same line")]
    UnclosedPlaceholder(usize),
    /// A placeholder in the statements themselves.
    #[error("line {0}: a placeholder may only stand in a comment or in a quoted string")]
    PlaceholderInCode(usize),
    /// A quoted string or `/*` that runs to the end.
    #[error("line {0}: the quoted string or comment that starts here is not closed")]
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
    pub(super) parts: Vec<Part>,
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Template").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Template {
    /// Checks a template.
    ///
    /// # Errors
    /// On the first thing that is not right, with its line.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > SIZE_MAX {
            return Err(TemplateError::TooLarge);
        }
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
        for (line, number) in text.lines().zip(1..) {
            if line.contains('#') {
                return Err(TemplateError::Hash(number));
            }
            if !line.bytes().all(|b| matches!(b, b'\t' | b' '..=b'~')) {
                return Err(TemplateError::NotAscii(number));
            }
        }
        let (header, body) = text.split_once('\n').unwrap_or((&text, ""));
        let version = header.strip_prefix(HEADER).ok_or(TemplateError::MissingHeader)?.trim();
        if !is_version(version) {
            return Err(TemplateError::BadVersion);
        }
        if body.trim().is_empty() {
            return Err(TemplateError::Empty);
        }
        Ok(Self { version: version.to_owned(), parts: parts(body)? })
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

/// Where a sign of the file stands, as far as SQL dialects agree on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Region {
    Code,
    LineComment,
    BlockComment,
    Quoted(char),
}

impl Region {
    /// The place after the signs at the front of `rest`, and how many signs that takes. A doubled quote inside a string
    /// needs no rule: it closes and opens again.
    fn next(self, rest: &str) -> (Self, usize) {
        let sign = rest.chars().next();
        match self {
            Self::Code if rest.starts_with("--") => (Self::LineComment, 2),
            Self::Code if rest.starts_with("/*") => (Self::BlockComment, 2),
            Self::Code => (sign.filter(|sign| matches!(sign, '\'' | '"')).map_or(self, Self::Quoted), 1),
            Self::LineComment => (if sign == Some('\n') { Self::Code } else { self }, 1),
            Self::BlockComment if rest.starts_with("*/") => (Self::Code, 2),
            Self::BlockComment => (self, 1),
            Self::Quoted(quote) => (if sign == Some(quote) { Self::Code } else { self }, 1),
        }
    }
}

/// Cuts the body, which is ASCII with `\n` line ends and starts at line 2, into text and placeholders.
fn parts(body: &str) -> Result<Vec<Part>, TemplateError> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let (mut region, mut line, mut place_line) = (Region::Code, 2, 2);
    let mut rest = body;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("{{") {
            let on_line = after.split('\n').next().unwrap_or_default();
            let (name, _) = on_line.split_once("}}").ok_or(TemplateError::UnclosedPlaceholder(line))?;
            let placeholder = name.trim().parse().map_err(|_| TemplateError::UnknownPlaceholder(line))?;
            if region == Region::Code {
                return Err(TemplateError::PlaceholderInCode(line));
            }
            parts.push(Part::Text(std::mem::take(&mut text)));
            parts.push(Part::Value(placeholder));
            rest = &after[name.len() + 2..];
            continue;
        }
        let (next, signs) = region.next(rest);
        if next != region {
            (region, place_line) = (next, line);
        }
        let (taken, left) = rest.split_at(signs);
        line += taken.matches('\n').count();
        text.push_str(taken);
        rest = left;
    }
    if !matches!(region, Region::Code | Region::LineComment) {
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
        Template::parse(&format!("{HEADER} v1\n{body}"))
    }

    /// What stands outside comments and strings.
    pub(in super::super) fn code(text: &str) -> String {
        let (mut region, mut rest, mut code) = (Region::Code, text, String::new());
        while !rest.is_empty() {
            let (next, signs) = region.next(rest);
            let (taken, left) = rest.split_at(signs);
            if region == Region::Code || next == Region::Code {
                code.push_str(taken);
            }
            (region, rest) = (next, left);
        }
        assert!(matches!(region, Region::Code | Region::LineComment));
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
            ("-- koppelklaar-query-template: a b\nx", BadVersion),
            ("-- koppelklaar-query-template: ../v\nx", BadVersion),
            ("-- koppelklaar-query-template: v1", Empty),
            ("-- koppelklaar-query-template: v1\n \r\n", Empty),
            ("-- koppelklaar-query-template: v#1\nx", Hash(1)),
        ] {
            assert_eq!(Template::parse(text).expect_err(text), error, "{text:?}");
        }
        for (text, error) in [
            ("x\r\n-- #name#", Hash(3)),
            ("x\n'é'", NotAscii(3)),
            ("x\0", NotAscii(2)),
            ("x\n\n-- ＃", NotAscii(4)),
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
        assert_eq!(body(&"x".repeat(SIZE_MAX)).expect_err("too large"), TooLarge);
    }
}
