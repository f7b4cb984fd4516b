//! Stamnrs and their zeros. A workbook does not say whether 1234 was shown as 001234, so the school is asked once; and two
//! that differ only in zeros never become one pupil, or two, unseen.

use crate::cell::is_scientific;
use crate::limits::STAMNR_DIGITS;

/// Why a value is no stamnr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoStamnr {
    /// Other signs than digits.
    NotDigits,
    /// A number of which digits are lost.
    Scientific,
}

/// The digits of a stamnr: `101001.0` is 101001.
///
/// # Errors
/// Why it is none.
pub fn parse(value: &str) -> Result<&str, NoStamnr> {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_scientific(value) {
        return Err(NoStamnr::Scientific);
    }
    let whole = match value.split_once(['.', ',']) {
        Some((whole, rest)) if !rest.is_empty() && rest.bytes().all(|byte| byte == b'0') => whole,
        _ => value,
    };
    if is_digits(whole) && whole.len() <= STAMNR_DIGITS { Ok(whole) } else { Err(NoStamnr::NotDigits) }
}

/// A stamnr filled up with zeros.
#[must_use]
pub fn filled(stamnr: &str, digits: usize) -> String {
    format!("{stamnr:0>digits$}")
}

/// What two stamnrs have in common that differ in zeros only.
#[must_use]
pub fn bare(stamnr: &str) -> &str {
    match stamnr.trim_start_matches('0') {
        "" => "0",
        bare => bare,
    }
}

/// How a stamnr stands in a file.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Its digits.
    pub stamnr: &'a str,
    /// Whether the cell held a number, which has no zeros in front.
    pub is_number: bool,
}

/// The question about zeros: to how many digits, with some that would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zeros {
    /// As many as the longest has.
    pub digits: usize,
    /// Up to three, as they are and as they would be.
    pub examples: Vec<(String, String)>,
    /// Whether it must be asked. If not, filling up changes nothing.
    pub is_asked: bool,
}

/// Whether zeros are a question: stamnrs differ in length, numbers stand beside texts with a zero in front, or an id is
/// found only with zeros.
#[must_use]
pub fn zeros(export: &[Seen<'_>], ids: &[&str]) -> Zeros {
    let digits = export.iter().map(|seen| seen.stamnr.len()).max().unwrap_or_default();
    let has_lengths = export.iter().any(|seen| seen.stamnr.len() != digits);
    let has_zeros = export.iter().any(|seen| !seen.is_number && seen.stamnr.starts_with('0'));
    let has_numbers = export.iter().any(|seen| seen.is_number);
    let known: std::collections::BTreeSet<&str> = export.iter().map(|seen| seen.stamnr).collect();
    let bares: std::collections::BTreeSet<&str> = known.iter().map(|stamnr| bare(stamnr)).collect();
    let found_with_zeros = ids.iter().filter(|id| !known.contains(*id) && bares.contains(bare(id)));
    let is_asked = has_lengths || (has_zeros && has_numbers) || found_with_zeros.clone().next().is_some();
    let shorter = export.iter().map(|seen| seen.stamnr).filter(|stamnr| stamnr.len() < digits);
    let in_ids = found_with_zeros.copied().filter(|stamnr| stamnr.len() < digits);
    let with_zero = export.iter().map(|seen| seen.stamnr).filter(|stamnr| stamnr.starts_with('0'));
    let mut examples: Vec<(String, String)> = vec![];
    // Where none would change, those with a zero show what is asked about.
    let has_changes = has_lengths || in_ids.clone().next().is_some();
    for stamnr in shorter.chain(in_ids).chain(with_zero.filter(|_| !has_changes)) {
        let example = (stamnr.to_owned(), filled(stamnr, digits));
        if examples.len() < 3 && !examples.contains(&example) {
            examples.push(example);
        }
    }
    Zeros { digits, examples, is_asked }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(stamnr: &str) -> Seen<'_> {
        Seen { stamnr, is_number: false }
    }

    fn number(stamnr: &str) -> Seen<'_> {
        Seen { stamnr, is_number: true }
    }

    #[test]
    fn a_stamnr_is_digits() {
        for (value, stamnr) in [
            ("101001", Ok("101001")),
            ("101001.0", Ok("101001")),
            ("101001,00", Ok("101001")),
            ("000090", Ok("000090")),
            ("1,23E+05", Err(NoStamnr::Scientific)),
            ("1E5", Err(NoStamnr::Scientific)),
            ("101001.5", Err(NoStamnr::NotDigits)),
            ("-5", Err(NoStamnr::NotDigits)),
            ("12 34", Err(NoStamnr::NotDigits)),
            ("", Err(NoStamnr::NotDigits)),
            (".0", Err(NoStamnr::NotDigits)),
            ("123456789012345678901", Err(NoStamnr::NotDigits)),
        ] {
            assert_eq!(parse(value), stamnr, "{value}");
        }
    }

    #[test]
    fn zeros_are_asked_about_once_where_they_matter() {
        let asked = |export: &[Seen<'_>], ids: &[&str]| zeros(export, ids).is_asked;

        assert!(asked(&[number("1234"), text("000090")], &[]), "lengths differ");
        assert!(asked(&[number("123456"), text("012345")], &[]), "numbers beside texts with a zero");
        assert!(asked(&[text("012345")], &["12345"]), "an id is found only with zeros");
        assert!(!asked(&[text("012345"), text("123456")], &["012345", "999"]));
        assert!(!asked(&[number("123456")], &["123456"]));
        assert!(!asked(&[], &["1"]));
        assert_eq!(zeros(&[number("1234"), text("000090")], &[]).examples, [("1234".to_owned(), "001234".to_owned())]);
    }
}
