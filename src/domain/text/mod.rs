//! Text from outside, parsed once into types that cannot be wrong after that.
//!
//! A type here has a private field, `parse`, `as_str`, `Display` and serde as a string (read back through `parse`).
//! What is refused is refused with a Dutch sentence for the person who typed it. Not here: how a value is made safe
//! for a page, a mail or a query file; each of those does that at its own door. To add a type: a file with the struct
//! and its `parse`, a line `text_traits!`, a table of accepted and refused forms.

use std::fmt;

use icu_properties::CodePointSetData;
use icu_properties::props::{BidiControl, DefaultIgnorableCodePoint};

/// What every parsed text shares: `Display`, `FromStr`, and serde as a string that is read back through `parse`.
/// A macro, against the house rule of one, because eight types would otherwise repeat these four blocks.
macro_rules! text_traits {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        text_traits!(serde $name);
    };
    (serde $name:ident) => {
        impl std::str::FromStr for $name {
            type Err = crate::domain::text::TextError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

mod brin;
mod email;
mod letters;
mod names;
mod pasted;
mod prose;
mod school_domain;

pub use brin::Brin;
pub use email::EmailAddress;
pub use letters::{fold, plain_letters};
pub use names::{PersonName, SchoolName, TemplateName, ViewName};
pub use prose::{MessageText, NoteText, Reason, TicketRef};
pub use school_domain::SchoolDomain;

/// What is read where a text or a name was erased: every type here that people fill in takes it.
pub const ERASED: &str = "(gewist)";

/// Why a text was refused: a Dutch sentence that says what to do. It never repeats what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextError(&'static str);

impl TextError {
    pub(crate) const fn new(sentence: &'static str) -> Self {
        Self(sentence)
    }

    /// The sentence for the person who typed it.
    pub const fn sentence(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for TextError {}

/// Signs that turn the direction of the text that follows: with them a line can read as something else than it is.
pub(crate) fn turns_direction(sign: char) -> bool {
    CodePointSetData::new::<BidiControl>().contains(sign)
}

/// Signs that take no room, or look like a space without being one. Word and web pages leave them in pasted text.
pub(crate) fn is_invisible(sign: char) -> bool {
    // Unicode does not call these ignorable: the empty pattern of Braille, and the marks around an annotation.
    let is_blank = matches!(sign, '\u{2800}' | '\u{FFF9}'..='\u{FFFB}');
    is_blank || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(sign)
}

/// Signs that break a line somewhere without being `\n`.
fn is_odd_line_end(sign: char) -> bool {
    matches!(sign, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_does_not_come_in_through_json() {
        assert!(serde_json::from_str::<Brin>("\"12AB00\"").is_ok());

        let error = serde_json::from_str::<Brin>("\"nonsense\"").expect_err("that is no BRIN");

        assert!(error.to_string().contains("12AB"), "{error}");
        assert!(!error.to_string().contains("nonsense"), "{error}");
    }

    #[test]
    fn what_hides_or_turns_text_is_known_and_what_shows_is_not() {
        for (first, last) in
            [('\u{61C}', '\u{61C}'), ('\u{200E}', '\u{200F}'), ('\u{202A}', '\u{202E}'), ('\u{2066}', '\u{2069}')]
        {
            assert!((first..=last).all(turns_direction), "{first:?}");
        }
        for (first, last) in [
            ('\u{AD}', '\u{AD}'),
            ('\u{34F}', '\u{34F}'),
            ('\u{115F}', '\u{1160}'),
            ('\u{17B4}', '\u{17B5}'),
            ('\u{180B}', '\u{180F}'),
            ('\u{200B}', '\u{200D}'),
            ('\u{2060}', '\u{2065}'),
            ('\u{206A}', '\u{206F}'),
            ('\u{2800}', '\u{2800}'),
            ('\u{3164}', '\u{3164}'),
            ('\u{FE00}', '\u{FE0F}'),
            ('\u{FEFF}', '\u{FEFF}'),
            ('\u{FFA0}', '\u{FFA0}'),
            ('\u{FFF0}', '\u{FFFB}'),
            ('\u{E0000}', '\u{E0FFF}'),
        ] {
            assert!((first..=last).all(is_invisible), "{first:?}");
        }
        assert!("aé &-–…\u{A0}\u{301}学مدرسة☹🎓\n".chars().all(|sign| !is_invisible(sign) && !turns_direction(sign)));
    }

    #[test]
    fn personal_data_does_not_show_in_debug() {
        let email = EmailAddress::parse("j.jansen@school.nl").expect("a plain address");
        let name = PersonName::parse("Joke Jansen").expect("a plain name");

        assert_eq!(format!("{email:?} {name:?}"), "EmailAddress(…) PersonName(…)");
        assert!(!format!("{:?}", Some((&email, &name))).contains("ansen"));
    }
}
