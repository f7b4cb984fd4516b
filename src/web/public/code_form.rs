//! The digits from the mail, as people type or paste them.

use serde::Deserialize;

use crate::domain::access_link::CODE_DIGITS;

/// What is said when no code was typed where one is needed.
pub(super) const CODE_MISSING: &str = "Vul de code in. Die staat in de mail.";

/// What is said when something else than a code was typed.
const NOT_A_CODE: &str = "Een code bestaat uit 8 cijfers. Kijk in de mail en vul de code opnieuw in.";

/// What was typed; without `Debug`, since a code is a secret.
#[derive(Default, Deserialize)]
pub(super) struct CodeForm {
    #[serde(default)]
    code: String,
}

impl CodeForm {
    /// The digits without what stands between them; `None` when nothing was typed, and a sentence when it is no code.
    /// A slip of the fingers so costs no try.
    pub(super) fn digits(&self) -> Result<Option<String>, &'static str> {
        let is_between = |sign: char| sign.is_whitespace() || sign == '-';
        // One more than fits, so that a long text costs no more than a short one.
        let code: String = self.code.chars().filter(|sign| !is_between(*sign)).take(CODE_DIGITS + 1).collect();
        if code.is_empty() {
            return Ok(None);
        }
        let is_code = code.len() == CODE_DIGITS && code.bytes().all(|sign| sign.is_ascii_digit());
        if is_code { Ok(Some(code)) } else { Err(NOT_A_CODE) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(typed: &str) -> Result<Option<String>, &'static str> {
        CodeForm { code: typed.to_owned() }.digits()
    }

    #[test]
    fn a_code_is_eight_digits_however_they_are_spaced() {
        for typed in ["01234567", " 0123 4567 ", "0123\u{A0}4567", "0 1 2 3 4 5 6 7", "0123-4567"] {
            assert_eq!(digits(typed), Ok(Some("01234567".to_owned())), "{typed:?}");
        }
        for typed in ["123456", "1234567", "123456789", "1234567a", "١٢٣٤", "０１２３４５６７"] {
            assert_eq!(digits(typed), Err(NOT_A_CODE), "{typed:?}");
        }
        assert_eq!(digits(" \u{A0} "), Ok(None));
    }
}
