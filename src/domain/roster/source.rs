//! The file that a row comes from, as a ground: what Kurve rests on when it takes over that a step is done.

use serde::{Deserialize, Serialize};

use super::row::RosterRow;
use crate::domain::text::{Reason, fold};

/// How many signs of a name are kept.
const NAME_SIGNS: usize = 100;

/// The name of a file, as its owner's computer calls it: no folders, nothing that hides or breaks a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileName(String);

impl FileName {
    /// What is kept of a name.
    pub fn of(text: &str) -> Self {
        let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let plain: String = last.chars().filter(|sign| !sign.is_control()).take(NAME_SIGNS).collect();
        let plain = plain.trim();
        // One that shows nothing is no name.
        Self(if fold(plain).is_empty() { "bestand".to_owned() } else { plain.to_owned() })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The ground on which a row is carried out, with what it says of how far the school is.
    pub fn ground(&self, row: &RosterRow) -> Reason {
        let said = if row.stand.words.is_empty() { String::new() } else { format!(": {}", row.stand.words) };
        let whole = Reason::parse(&format!("Uit {}, rij {}{said}", self.0, row.number));
        whole.unwrap_or_else(|_| {
            Reason::parse(&format!("Uit een bestand, rij {}", row.number)).expect("plain words are a reason")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_no_folders_and_nothing_that_hides() {
        for (given, kept) in [
            ("scholen.xlsx", "scholen.xlsx"),
            ("C:\\Users\\eva\\scholen.csv", "scholen.csv"),
            ("../../lijst.csv", "lijst.csv"),
            ("a\r\nb\0.csv", "ab.csv"),
            ("", "bestand"),
            ("\u{200b}", "bestand"),
        ] {
            assert_eq!(FileName::of(given).as_str(), kept, "{given:?}");
        }
        assert_eq!(FileName::of(&"x".repeat(300)).as_str().len(), NAME_SIGNS);
    }
}
