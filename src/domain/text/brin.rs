//! The BRIN: the number by which the ministry knows a school, with or without its site.

use super::TextError;
use super::pasted::{bare, behind, plain};

/// Two digits, two letters, optionally two digits of the site: `12AB` or `12AB00`. There is no check digit.
///
/// `12AB` and `12AB00` are different texts but the same school: compare schools by [`Brin::key`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Brin(String);

text_traits!(Brin);

/// What a BRIN is called in front of it.
const LABELS: [&str; 8] =
    ["brin-nummer", "brinnummer", "brin nummer", "brin-code", "brincode", "brin-nr", "brinnr", "brin"];
/// More than a label and a BRIN can be.
const TYPED_MAX: usize = 80;

const EMPTY: TextError = TextError::new("Vul het BRIN-nummer van je school in, bijvoorbeeld 12AB of 12AB00.");
const LOOKALIKE: TextError = TextError::new(
    "In dit BRIN-nummer staat een letter O of I waar een cijfer hoort, of een cijfer 0 of 1 waar een letter hoort. Eerst \
     komen twee cijfers, dan twee letters, bijvoorbeeld 12AB of 12AB00.",
);
const NO_BRIN: TextError = TextError::new(
    "Dit is geen BRIN-nummer. Typ twee cijfers en twee letters, en als je die weet de twee cijfers van de vestiging, \
     bijvoorbeeld 12AB of 12AB00.",
);

impl Brin {
    /// Reads what someone typed or pasted; spaces, dots, strokes, any dash, lower case and the word BRIN are fine.
    ///
    /// # Errors
    /// On everything else, with a hint where a letter was taken for a digit.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        if text.len() > TYPED_MAX {
            return Err(NO_BRIN);
        }
        let typed = plain(text);
        let typed = bare(&typed);
        let number = LABELS.iter().find_map(|label| behind(typed, label)).unwrap_or(typed);
        let signs: String = number
            .chars()
            .filter(|sign| !matches!(sign, ' ' | '\t' | '.' | '-' | '/' | '_' | ':'))
            .map(|sign| sign.to_ascii_uppercase())
            .collect();
        match signs.as_bytes() {
            signs_of if is_brin(signs_of) => Ok(Self(signs)),
            [] => Err(EMPTY),
            signs_of if is_brin(&mended(signs_of)) => Err(LOOKALIKE),
            _ => Err(NO_BRIN),
        }
    }

    /// The normal form: `12AB` or `12AB00`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two digits of the site, when they were given.
    pub fn site(&self) -> Option<&str> {
        self.0.get(4..).filter(|site| !site.is_empty())
    }

    /// The six signs that are unique per school; no site counts as site `00`.
    pub fn key(&self) -> String {
        match self.site() {
            Some(_) => self.0.clone(),
            None => format!("{}00", self.0),
        }
    }
}

fn is_brin(signs: &[u8]) -> bool {
    let [a, b, c, d, site @ ..] = signs else { return false };
    [a, b].into_iter().all(u8::is_ascii_digit)
        && [c, d].into_iter().all(u8::is_ascii_uppercase)
        && matches!(site.len(), 0 | 2)
        && site.iter().all(u8::is_ascii_digit)
}

/// The signs with a digit or a letter in each place, where one looks like the other.
fn mended(signs: &[u8]) -> Vec<u8> {
    let mend = |(at, sign): (usize, &u8)| match (at, sign) {
        (2 | 3, b'0') => b'O',
        (2 | 3, b'1') => b'I',
        (0 | 1 | 4.., b'O') => b'0',
        (0 | 1 | 4.., b'I' | b'L') => b'1',
        (_, sign) => *sign,
    };
    signs.iter().enumerate().map(mend).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_way_to_write_it_is_accepted() {
        for (typed, shown, key) in [
            ("12AB", "12AB", "12AB00"),
            ("12ab", "12AB", "12AB00"),
            (" 12 ab \n", "12AB", "12AB00"),
            ("12AB00", "12AB00", "12AB00"),
            ("12-AB-03", "12AB03", "12AB03"),
            ("12.ab.03", "12AB03", "12AB03"),
            ("1 2 A B 0 1", "12AB01", "12AB01"),
            ("00AA", "00AA", "00AA00"),
            ("12AB\u{A0}07", "12AB07", "12AB07"),
            ("12AB/00", "12AB00", "12AB00"),
            ("12AB_00", "12AB00", "12AB00"),
            ("12AB\u{200B}", "12AB", "12AB00"),
        ] {
            let brin = Brin::parse(typed).expect(typed);

            assert_eq!((brin.as_str(), brin.key().as_str()), (shown, key), "{typed}");
            assert_eq!(Brin::parse(brin.as_str()), Ok(brin));
        }
    }

    #[test]
    fn what_is_no_brin_is_refused() {
        for typed in [
            "",
            " ",
            "-",
            "12A",
            "12AB0",
            "12AB000",
            "12AB00 99",
            "1AB2",
            "AB12",
            "12345",
            "12ABCD",
            "12AB0O",
            "１２AB",
            "12ÀB",
            "12A\u{212A}",
            "12AB\0",
            "12ſB",
            "12\nAB",
            "#12AB",
            "12AB;--",
        ] {
            let error = Brin::parse(typed).expect_err(typed);

            assert!(error.sentence().contains("12AB00"), "{typed}");
        }
    }

    #[test]
    fn the_site_is_known_only_when_given() {
        assert_eq!(Brin::parse("12AB").expect("a BRIN").site(), None);
        assert_eq!(Brin::parse("12AB04").expect("a BRIN").site(), Some("04"));
    }
}
