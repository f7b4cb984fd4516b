//! A cell as a file has it, and the value that it becomes.

use unicode_normalization::UnicodeNormalization as _;

use crate::limits::VALUE_SIGNS;

/// A cell, before anything is made of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text, as it was stored.
    Text(Box<str>),
    /// A number; its format is not kept.
    Number(f64),
    /// A formula or import that went wrong, such as `#N/B`.
    Error,
    /// More text than a column of ours can have.
    Long,
}

/// Why a cell is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoiled {
    /// The cell holds an error such as `#N/B`.
    Error,
    /// Excel made `1,23E+05` of a number: digits are lost.
    Scientific,
    /// A sign that cannot be seen, such as a tab.
    Control,
    /// More signs than a value may have.
    Long,
}

/// What Excel and Calc show for an error, in Dutch and in English.
const ERRORS: [&str; 20] = [
    "#N/B",
    "#N/A",
    "#NAAM?",
    "#NAME?",
    "#VERW!",
    "#REF!",
    "#WAARDE!",
    "#VALUE!",
    "#DEEL/0!",
    "#DIV/0!",
    "#LEEG!",
    "#NULL!",
    "#GETAL!",
    "#NUM!",
    "#OVERLOOP!",
    "#SPILL!",
    "#BEREKENEN!",
    "#CALC!",
    "#VERBINDEN!",
    "#CONNECT!",
];

impl Cell {
    pub(crate) fn text(text: &str) -> Self {
        if text.is_empty() {
            Self::Empty
        } else if text.chars().nth(VALUE_SIGNS * 2).is_some() {
            Self::Long
        } else {
            Self::Text(text.into())
        }
    }

    /// Whether nothing stands here, or only spaces.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Number(_) | Self::Error | Self::Long => false,
        }
    }

    /// The value: trimmed, with a no-break space as a space and a line break as one space; nothing else changes.
    ///
    /// # Errors
    /// What makes it no value.
    pub fn value(&self) -> Result<String, Spoiled> {
        match self {
            Self::Empty => Ok(String::new()),
            Self::Number(number) => number_text(*number),
            Self::Error => Err(Spoiled::Error),
            Self::Long => Err(Spoiled::Long),
            Self::Text(text) => {
                let value = tidy(text);
                if ERRORS.contains(&value.to_uppercase().as_str()) || is_hashes(&value) {
                    return Err(Spoiled::Error);
                }
                if is_surely_scientific(&value) {
                    return Err(Spoiled::Scientific);
                }
                if value.chars().any(char::is_control) {
                    return Err(Spoiled::Control);
                }
                if value.chars().nth(VALUE_SIGNS).is_some() { Err(Spoiled::Long) } else { Ok(value) }
            }
        }
    }

    /// The value as a person reads it, for a title or the name of a column.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Text(text) => tidy(text),
            Self::Number(number) => number_text(*number).unwrap_or_default(),
            Self::Empty | Self::Error | Self::Long => String::new(),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Empty | Self::Number(_) | Self::Error | Self::Long => 0,
        }
    }
}

fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut in_break = false;
    for sign in text.chars() {
        let is_break = matches!(sign, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}');
        match sign {
            _ if is_break && in_break => {}
            _ if is_break => tidied.push(' '),
            '\u{a0}' => tidied.push(' '),
            _ => tidied.push(sign),
        }
        in_break = is_break;
    }
    tidied.trim().to_owned()
}

/// `101001.0` is 101001. From 10¹⁵ on a number of Excel has lost digits.
fn number_text(number: f64) -> Result<String, Spoiled> {
    if !number.is_finite() {
        Err(Spoiled::Error)
    } else if number.abs() >= 1e15 {
        Err(Spoiled::Scientific)
    } else {
        Ok(number.to_string())
    }
}

/// A column that is too narrow, exported as it was shown.
fn is_hashes(value: &str) -> bool {
    value.len() >= 3 && value.bytes().all(|byte| byte == b'#')
}

/// `1,23E+05`; a class may well be called `3E4`, so that the plus sign is asked for.
fn is_surely_scientific(value: &str) -> bool {
    let Some((number, power)) = value.split_once(['E', 'e']) else { return false };
    let Some(power) = power.strip_prefix('+') else { return false };
    is_decimal(number) && !power.is_empty() && power.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_decimal(number: &str) -> bool {
    number.starts_with(|sign: char| sign.is_ascii_digit())
        && number.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
}

/// Whether text is a number with a power, in any way of writing it; in a column of numbers that can be nothing else.
pub(crate) fn is_scientific(value: &str) -> bool {
    let Some((number, power)) = value.split_once(['E', 'e']) else { return false };
    let power = power.strip_prefix(['+', '-']).unwrap_or(power);
    is_decimal(number) && !power.is_empty() && power.bytes().all(|byte| byte.is_ascii_digit())
}

/// Two values that no reader can tell apart.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one == other || one.nfc().eq(other.nfc())
}

/// For comparing names of studies: case and outer spaces aside.
pub(crate) fn loose(value: &str) -> String {
    value.trim().nfc().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Result<String, Spoiled> {
        Cell::text(text).value()
    }

    #[test]
    fn values_are_trimmed_and_nothing_else_changes() {
        for (stored, value) in [
            (" Daan ", "Daan"),
            ("van\u{a0}den", "van den"),
            ("Regel\r\neinde", "Regel einde"),
            ("a\n\nb", "a b"),
            ("a  b", "a  b"),
            ("Zoe\u{308}lle", "Zoe\u{308}lle"),
            ("3E4", "3E4"),
            ("d'Oefen", "d'Oefen"),
            ("\u{a0}\n", ""),
        ] {
            assert_eq!(text(stored).as_deref(), Ok(value), "{stored:?}");
        }
    }

    #[test]
    fn whole_numbers_lose_their_point() {
        assert_eq!(Cell::Number(101_001.0).value().as_deref(), Ok("101001"));
        assert_eq!(Cell::Number(-0.5).value().as_deref(), Ok("-0.5"));
        assert_eq!(Cell::Number(1e15).value(), Err(Spoiled::Scientific));
        assert_eq!(Cell::Number(f64::NAN).value(), Err(Spoiled::Error));
    }

    #[test]
    fn errors_of_excel_and_lost_digits_are_no_values() {
        for (stored, why) in [
            ("#N/B", Spoiled::Error),
            ("#naam?", Spoiled::Error),
            ("####", Spoiled::Error),
            ("1,23E+05", Spoiled::Scientific),
            ("1.01001e+5", Spoiled::Scientific),
            ("An\tna", Spoiled::Control),
        ] {
            assert_eq!(text(stored), Err(why), "{stored}");
        }
        assert_eq!(text(&"a".repeat(501)), Err(Spoiled::Long));
        assert_eq!(text(&"a".repeat(5_000)), Err(Spoiled::Long));
    }
}
