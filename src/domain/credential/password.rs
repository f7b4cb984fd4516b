//! The password of the webservice user: made here, typed over by hand at the school.
//!
//! It is typed twice, masked, often in a remote desktop. So: no shift key, no look-alikes, and shown in groups of four.
//! The webservice puts `user;password` in a query, so no sign may need escaping.

use std::fmt;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// Lower-case letters without `i`, `l` and `o`. The first sign comes from these alone.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz";
/// The letters, and the digits without `0` and `1`.
const SIGNS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// How many random bytes to ask for at a time; about one in thirty is thrown away.
const DRAW_BYTES: usize = 64;
/// A sound generator needs one or two draws; one that only gives unusable bytes must not hang the server.
const DRAWS_MAX: usize = 100;
/// Below this many signs the password falls under the 128 bits that OWASP ASVS asks.
const SHORT_BELOW: u8 = 26;
/// Signs per group when shown.
const GROUP: usize = 4;

/// How many signs a password gets: 20 to 64, by default 28.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PasswordLength(u8);

/// A length outside 20 to 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a password has 20 to 64 signs, for example 28")]
pub struct PasswordLengthError;

impl PasswordLength {
    /// Reads a setting.
    ///
    /// # Errors
    /// When it is not a whole number from 20 to 64.
    pub fn parse(text: &str) -> Result<Self, PasswordLengthError> {
        match text.trim().parse() {
            Ok(signs @ 20..=64) => Ok(Self(signs)),
            Ok(_) | Err(_) => Err(PasswordLengthError),
        }
    }

    /// The number of signs.
    pub fn signs(self) -> usize {
        usize::from(self.0)
    }

    /// Whether the start should warn that this is less than 128 bits.
    pub fn is_short(self) -> bool {
        self.0 < SHORT_BELOW
    }

    /// The strength in bits: what a guesser has to try at worst, as a power of two.
    pub fn bits(self) -> f64 {
        let options = |signs: &[u8]| f64::from(u32::try_from(signs.len()).expect("an alphabet is small")).log2();
        options(LETTERS) + f64::from(self.0 - 1) * options(SIGNS)
    }
}

impl Default for PasswordLength {
    /// 28 signs: seven groups of four, 138 bits.
    fn default() -> Self {
        Self(28)
    }
}

impl FromStr for PasswordLength {
    type Err = PasswordLengthError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for PasswordLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A password in clear. Wiped on drop; without `Display`, serde or comparison, and `Debug` prints dots.
#[derive(Clone)]
pub struct Password(SecretString);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Password {
    /// Takes back what was stored, after it was unsealed.
    pub fn from_stored(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// The value itself: for sealing, for logging in, and for the one page that shows it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The value in groups of four, for a page that spaces them without putting spaces in the value.
    pub fn groups(&self) -> Vec<&str> {
        let text = self.expose();
        let starts: Vec<usize> = text.char_indices().step_by(GROUP).map(|(at, _)| at).collect();
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        starts.iter().zip(ends).map(|(&start, end)| &text[start..end]).collect()
    }
}

/// The fewest letters and digits of a text that can hold a password.
const FEWEST_SIGNS: usize = 16;

impl Password {
    /// Whether a text holds the password, whatever stands between its signs: spaces, line ends, hyphens, signs without
    /// width. Capitals count as the letters that they are.
    pub fn is_in(&self, text: &str) -> bool {
        let bare = bare(self.expose());
        bare.len() >= FEWEST_SIGNS && self::bare(text).contains(bare.as_str())
    }

    /// Its letters and digits, by which it is recognised once it is deleted.
    pub fn bare(&self) -> Zeroizing<String> {
        bare(self.expose())
    }

    /// Whether a text holds so many letters and digits in a row that are a password, whatever stands between them.
    pub fn is_any_in(text: &str, length: usize, is_password: impl Fn(&[u8]) -> bool) -> bool {
        length >= FEWEST_SIGNS && bare(text).as_bytes().windows(length).any(is_password)
    }

    /// Whether a text is long enough to hold a password.
    pub fn could_be_in(text: &str) -> bool {
        text.chars().filter(char::is_ascii_alphanumeric).take(FEWEST_SIGNS).count() == FEWEST_SIGNS
    }
}

/// The letters and digits alone: a password has no others.
fn bare(text: &str) -> Zeroizing<String> {
    // The full size at once: growing would leave a copy behind in freed memory.
    let mut bare = Zeroizing::new(String::with_capacity(text.len()));
    bare.extend(text.chars().filter(char::is_ascii_alphanumeric).map(|sign| sign.to_ascii_lowercase()));
    bare
}

/// Makes a password; `chance` fills the bytes it is given, from the operating system's generator.
///
/// A byte that would make some signs likelier than others is thrown away and drawn anew.
///
/// # Panics
/// When `chance` gives nothing usable a hundred times in a row: the generator is broken, and no password is better
/// than a weak one.
pub fn generate(length: PasswordLength, chance: &mut dyn FnMut(&mut [u8])) -> Password {
    // The full size at once: growing would leave a copy behind in freed memory.
    let mut text = Zeroizing::new(String::with_capacity(length.signs()));
    let mut bytes = Zeroizing::new([0_u8; DRAW_BYTES]);
    for _ in 0..DRAWS_MAX {
        chance(&mut *bytes);
        for &byte in bytes.iter() {
            if text.len() == length.signs() {
                return Password(SecretString::from(std::mem::take(&mut *text)));
            }
            let signs = if text.is_empty() { LETTERS } else { SIGNS };
            text.extend(pick(signs, byte));
        }
    }
    panic!("the random generator gives no usable bytes");
}

/// The sign for a byte, or none when the byte lies above the last whole multiple of the number of signs.
fn pick(signs: &[u8], byte: u8) -> Option<char> {
    let byte = usize::from(byte);
    let fair = 256 - 256 % signs.len();
    (byte < fair).then(|| char::from(signs[byte % signs.len()]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// SplitMix64: good enough to see a bias, and the same on every run.
    fn seeded(mut seed: u64) -> impl FnMut(&mut [u8]) {
        move |bytes| {
            for byte in bytes {
                seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut z = seed;
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                *byte = (z ^ (z >> 31)).to_le_bytes()[0];
            }
        }
    }

    fn chi_square(counts: &BTreeMap<char, u32>, kinds: u32) -> f64 {
        let expected = f64::from(counts.values().sum::<u32>()) / f64::from(kinds);
        counts.values().map(|&n| (f64::from(n) - expected).powi(2) / expected).sum()
    }

    #[test]
    fn the_alphabet_has_no_look_alikes_and_nothing_to_shift_or_escape() {
        assert_eq!((LETTERS.len(), SIGNS.len()), (23, 31));
        assert!(SIGNS.starts_with(LETTERS));
        assert!(LETTERS.iter().all(u8::is_ascii_lowercase));
        assert!(SIGNS.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        assert!(!SIGNS.iter().any(|b| b"ilo01".contains(b)));
    }

    #[test]
    fn the_default_carries_138_bits_and_a_short_one_is_known() {
        let bits = |text: &str| PasswordLength::parse(text).expect("within bounds").bits();

        assert!(PasswordLength::default().bits() >= 138.0);
        assert!(bits("26") >= 128.0 && bits("25") < 128.0);
        for (text, is_short) in [("20", true), ("25", true), ("26", false), ("28", false), ("64", false)] {
            assert_eq!(text.parse::<PasswordLength>().map(PasswordLength::is_short), Ok(is_short));
        }
        for text in ["", "19", "65", "-28", "28.0", "x", "284"] {
            assert_eq!(PasswordLength::parse(text), Err(PasswordLengthError), "{text}");
        }
    }

    #[test]
    fn every_sign_is_equally_likely_and_the_first_is_a_letter() {
        let mut chance = seeded(7);
        let (mut first, mut rest) = (BTreeMap::new(), BTreeMap::new());

        for _ in 0..4_000 {
            let password = generate(PasswordLength::default(), &mut chance);
            assert_eq!(password.expose().len(), 28);
            for (at, sign) in password.expose().chars().enumerate() {
                *(if at == 0 { &mut first } else { &mut rest }).entry(sign).or_insert(0_u32) += 1;
            }
        }

        assert!(first.keys().all(|sign| LETTERS.contains(&(*sign as u8))) && first.len() == 23);
        assert!(rest.keys().all(|sign| SIGNS.contains(&(*sign as u8))) && rest.len() == 31);
        // The bounds a fair draw exceeds once in a thousand: 22 and 30 degrees of freedom.
        assert!(chi_square(&first, 23) < 48.3, "{}", chi_square(&first, 23));
        assert!(chi_square(&rest, 31) < 59.7, "{}", chi_square(&rest, 31));
    }

    #[test]
    fn each_sign_stands_for_the_same_number_of_bytes() {
        for (signs, times) in [(LETTERS, 11), (SIGNS, 8)] {
            let mut counts = BTreeMap::new();
            for sign in (0..=u8::MAX).filter_map(|byte| pick(signs, byte)) {
                *counts.entry(sign).or_insert(0) += 1;
            }

            assert_eq!(counts.len(), signs.len());
            assert!(counts.values().all(|&n| n == times));
        }
    }

    #[test]
    fn every_allowed_length_comes_out_at_that_length() {
        let mut chance = seeded(1);
        for signs in 20..=64_usize {
            let length = PasswordLength::parse(&signs.to_string()).expect("within bounds");

            assert_eq!(generate(length, &mut chance).expose().len(), signs);
        }
    }

    #[test]
    #[should_panic(expected = "no usable bytes")]
    fn a_broken_generator_yields_no_password() {
        generate(PasswordLength::default(), &mut |bytes| bytes.fill(0xFF));
    }

    #[test]
    fn groups_are_of_four_and_leave_nothing_out() {
        let password = generate(PasswordLength::default(), &mut seeded(3));

        assert_eq!(password.groups().len(), 7);
        assert!(password.groups().iter().all(|group| group.len() == 4));
        assert_eq!(password.groups().concat(), password.expose());
        assert_eq!(Password::from_stored("abcdefghjk".into()).groups(), ["abcd", "efgh", "jk"]);
        assert_eq!(Password::from_stored("ééééé".into()).groups(), ["éééé", "é"]);
        assert!(Password::from_stored(String::new()).groups().is_empty());
    }

    #[test]
    fn debug_shows_nothing_of_it() {
        assert_eq!(format!("{:?}", Password::from_stored("abcdefgh".into())), "Password(…)");
    }

    #[test]
    fn a_password_is_found_in_a_text_whatever_stands_between_its_signs() {
        let password = Password::from_stored("kq7mw3rtnx5bh2pvyc9sgd4fj8ze".to_owned());
        for text in [
            "kq7mw3rtnx5bh2pvyc9sgd4fj8ze",
            "Ik typ kq7m w3rt nx5b h2pv yc9s gd4f j8ze, maar het lukt niet.",
            "kq7m\nw3rt\r\nnx5b h2pv\tyc9s gd4f j8ze",
            "kq7m\u{A0}w3rt\u{A0}nx5b\u{202F}h2pv\u{2003}yc9s gd4f j8ze",
            "kq7m\u{200B}w3rt\u{AD}nx5b\u{FEFF}h2pvyc9sgd4fj8ze",
            "kq7m-w3rt-nx5b-h2pv-yc9s-gd4f-j8ze",
            "Wachtwoord: “KQ7MW3RTNX5BH2PVYC9SGD4FJ8ZE”",
        ] {
            assert!(Password::could_be_in(text) && password.is_in(text), "{text:?}");
        }
        for text in [
            "",
            "Het wachtwoord werkt niet, wat nu? We proberen het morgen opnieuw.",
            "kq7m w3rt nx5b h2pv yc9s gd4f j8z",
            "ze8jf4dgs9cyvp2hb5xntr3wm7qk",
        ] {
            assert!(!password.is_in(text), "{text:?}");
        }
        assert!(!Password::could_be_in("kq7m w3rt nx5b") && !Password::from_stored(String::new()).is_in("iets"));
    }
}
