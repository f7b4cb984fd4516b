//! What comes along when somebody pastes: signs without width, marks of direction that change nothing, curly quotes, other
//! dashes, brackets and points around it. Each kind of text takes off here what it has no use for, and then reads itself.

use super::is_invisible;

/// What programs put around an address or a number that they copy.
const AROUND: [char; 13] = ['<', '>', '(', ')', '[', ']', '{', '}', '"', '\'', ',', ';', '|'];

/// A number or an address without what cannot be seen, with plain quotes, spaces and hyphens.
///
/// Marks that turn text to the left stay, so that whoever reads the text on refuses it: with those it showed otherwise.
pub(super) fn plain(text: &str) -> String {
    plain_signs(text).map(|sign| if is_dash(sign) { '-' } else { sign }).collect()
}

/// A name of the same kind, with its dashes, on one line: a line end within a cell or an address book is a space.
pub(super) fn plain_name(text: &str) -> String {
    plain_signs(text.trim()).map(|sign| if matches!(sign, '\r' | '\n') { ' ' } else { sign }).collect()
}

fn plain_signs(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|sign| !is_invisible(*sign) || turns_left(*sign)).map(plain_sign)
}

/// What stands between the brackets, quotes and points that programs put around it.
pub(super) fn bare(text: &str) -> &str {
    let is_around = |sign: char| AROUND.contains(&sign) || sign.is_whitespace();
    text.trim_matches(is_around).trim_end_matches(|sign: char| is_around(sign) || sign == '.')
}

/// The text behind a word that says what it is, such as `mailto:`, in upper or lower case.
pub(super) fn behind<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let start = text.get(..word.len())?;
    start.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

/// Marks that turn the text after them to the left: a line with them showed otherwise than its signs stand.
fn turns_left(sign: char) -> bool {
    matches!(sign, '\u{61C}' | '\u{200F}' | '\u{202B}' | '\u{202D}' | '\u{202E}' | '\u{2067}' | '\u{2068}')
}

fn is_dash(sign: char) -> bool {
    matches!(sign, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}')
}

fn plain_sign(sign: char) -> char {
    match sign {
        '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}' | '\u{2032}' | '\u{B4}' | '`' => '\'',
        '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{201F}' | '\u{2033}' | '\u{AB}' | '\u{BB}' => '"',
        '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => ' ',
        sign => sign,
    }
}

#[cfg(test)]
#[path = "pasted_tests.rs"]
mod tests;
