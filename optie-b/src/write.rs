//! The file that Numo reads: `;`, CRLF, quotes where needed.

use encoding_rs::WINDOWS_1252;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// What a UTF-8 file begins with so that Excel knows it for one.
pub const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The names of Numo's columns; `IDGebr` follows them if ids were given.
pub const HEADER: [&str; 9] =
    ["gebruikersnaam", "voornaam", "tussenvoegsel", "achternaam", "klas", "opleiding", "e-mail", "wachtwoord", "rol"];

/// The rol of every pupil.
pub const ROLE: &str = "leerling";

/// How letters become bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// As Excel's "CSV gescheiden door lijstscheidingstekens" writes; not every name fits.
    #[default]
    #[serde(rename = "windows-1252")]
    Windows1252,
    /// Every name fits; with a byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
}

impl Encoding {
    /// Whether a value can be written.
    #[must_use]
    pub fn fits(self, value: &str) -> bool {
        match self {
            Self::Utf8 => true,
            Self::Windows1252 => value.is_ascii() || !WINDOWS_1252.encode(&composed(value)).2,
        }
    }

    fn bytes(self, text: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Utf8 => [UTF_8_MARK, &text].concat(),
            Self::Windows1252 => WINDOWS_1252.encode(&composed(&String::from_utf8_lossy(&text))).0.into_owned(),
        }
    }
}

/// Windows-1252 knows letters with their accents only as one sign.
fn composed(value: &str) -> String {
    value.nfc().collect()
}

/// Whether a spreadsheet takes a value for a formula.
#[must_use]
pub fn is_formula(value: &str) -> bool {
    value.starts_with(['=', '+', '-', '@'])
}

/// Makes the file of rows that begin with the header.
pub(crate) fn file<'a>(rows: impl IntoIterator<Item = Vec<&'a str>>, encoding: Encoding) -> Vec<u8> {
    encoding.bytes(csv(rows))
}

pub(crate) fn csv<'a>(rows: impl IntoIterator<Item = Vec<&'a str>>) -> Vec<u8> {
    let mut writer =
        csv::WriterBuilder::new().delimiter(b';').terminator(csv::Terminator::CRLF).flexible(true).from_writer(vec![]);
    for row in rows {
        // Memory takes every row.
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_stand_where_needed() {
        assert_eq!(csv([vec!["a", "", "b; c", "d \"e\"", "f'g, h"]]), b"a;;\"b; c\";\"d \"\"e\"\"\";f'g, h\r\n");
    }

    #[test]
    fn names_fit_or_not() {
        for (name, fits) in [
            ("Zo\u{eb}lle", true),
            ("Zoe\u{308}lle", true),
            ("J\u{f6}r\u{20ac}n", true),
            ("\u{141}oes", false),
            ("\u{15e}ahin", false),
        ] {
            assert_eq!(Encoding::Windows1252.fits(name), fits, "{name}");
            assert!(Encoding::Utf8.fits(name));
        }
        assert_eq!(file([vec!["Zoe\u{308}"]], Encoding::Windows1252), b"Zo\xeb\r\n");
    }
}
