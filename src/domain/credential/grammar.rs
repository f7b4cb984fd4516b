//! The grammars that a template may name, as far as it matters where a value may stand: within what ends, and how.
//!
//! Which grammar Decibel reads is not public; SQL is the guess. Values are harmless within a string or a comment of any of
//! these (see `neutral`), so this only says where there is one.

use strum::{EnumString, IntoStaticStr};

/// How a template is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[derive(EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Grammar {
    /// Statements, with `--` and `/* */` for comments.
    #[default]
    Sql,
    /// Tags.
    Xml,
    /// Sections, keys and values, with `;` for comments.
    Ini,
    /// Text without strings or comments.
    Text,
}

/// Where a sign of the file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Region {
    /// Statements, the inside of a tag, a key: no value may stand there.
    Code,
    /// Text that nothing ends: also a value.
    Free,
    /// A comment to the end of its line.
    LineComment,
    /// A comment or a string up to these signs.
    Until(&'static str),
    /// What no value may stand in, up to these signs.
    Shut(&'static str),
    /// A declaration of XML, which may hold others.
    Declaration,
}

/// What opens a region in code or in free text, and what is opened.
type Openers = &'static [(&'static str, Region)];

const SQL_CODE: Openers = &[
    ("--", Region::LineComment),
    ("/*", Region::Until("*/")),
    ("'", Region::Until("'")),
    ("\"", Region::Until("\"")),
    // Names in the quotes of SQL Server and of MySQL: a quote within them opens no string.
    ("[", Region::Shut("]")),
    ("`", Region::Shut("`")),
];
const XML_TEXT: Openers = &[
    ("<!--", Region::Until("-->")),
    ("<![CDATA[", Region::Until("]]>")),
    ("<?", Region::Shut("?>")),
    ("<!", Region::Declaration),
    ("<", Region::Code),
];
const XML_TAG: Openers = &[("'", Region::Until("'")), ("\"", Region::Until("\"")), (">", Region::Free)];
const XML_DECLARATION: Openers = &[("[", Region::Shut("]>")), (">", Region::Free)];
const INI_KEY: Openers = &[(";", Region::LineComment), ("[", Region::Shut("]")), ("=", Region::Free)];
const INI_VALUE: Openers = &[("\n", Region::Code)];

impl Grammar {
    /// The name, which is also the extension of a file that has none.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Where a file begins.
    pub(super) fn start(self) -> Region {
        match self {
            Self::Sql | Self::Ini => Region::Code,
            Self::Xml | Self::Text => Region::Free,
        }
    }

    /// The place after the signs at the front of `rest`, and how many bytes those are. A doubled quote inside a string
    /// needs no rule: it closes and opens again.
    pub(super) fn next(self, region: Region, rest: &str) -> (Region, usize) {
        let one = rest.chars().next().map_or(0, char::len_utf8);
        let opened = |openers: Openers| {
            let found = openers.iter().find(|(opener, _)| rest.starts_with(opener));
            found.map_or((region, one), |(opener, opened)| (*opened, opener.len()))
        };
        match (self, region) {
            (_, Region::LineComment) if rest.starts_with('\n') => (self.start(), 1),
            (_, Region::LineComment) => (region, one),
            (Self::Xml, Region::Until(mark @ ("'" | "\""))) if rest.starts_with(mark) => (Region::Code, 1),
            (_, Region::Until(mark) | Region::Shut(mark)) if rest.starts_with(mark) => (self.start(), mark.len()),
            (_, Region::Until(_) | Region::Shut(_)) => (region, one),
            (_, Region::Declaration) => opened(XML_DECLARATION),
            (Self::Sql, Region::Code | Region::Free) => opened(SQL_CODE),
            (Self::Xml, Region::Free) => opened(XML_TEXT),
            (Self::Xml, Region::Code) => opened(XML_TAG),
            (Self::Ini, Region::Code) => opened(INI_KEY),
            (Self::Ini, Region::Free) => opened(INI_VALUE),
            (Self::Text, Region::Code | Region::Free) => (Region::Free, one),
        }
    }

    /// Whether a file may end there.
    pub(super) fn may_end(self, region: Region) -> bool {
        match region {
            Region::Code => self != Self::Xml,
            Region::Free | Region::LineComment => true,
            Region::Until(_) | Region::Shut(_) | Region::Declaration => false,
        }
    }
}

impl Region {
    /// Whether a value may stand there.
    pub(super) fn takes_values(self) -> bool {
        match self {
            Self::Free | Self::LineComment | Self::Until(_) => true,
            Self::Code | Self::Shut(_) | Self::Declaration => false,
        }
    }
}
