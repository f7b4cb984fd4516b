//! Which columns of an export are meant: the names that are known, and the column that each stands for.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// A column of the export that goes into Numo's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// The number of the pupil, from which the gebruikersnaam comes.
    Stamnr,
    /// The name by which the pupil is called.
    Roepnaam,
    /// What stands between the names, such as `van de`.
    Tussenvoegsel,
    /// The last name.
    Achternaam,
    /// The class.
    Klas,
    /// The school's own name of what the pupil follows.
    Studie,
    /// The address of the pupil.
    Email,
}

impl Field {
    /// All of them, in the order in which Numo's file has them.
    pub const ALL: [Self; 7] =
        [Self::Stamnr, Self::Roepnaam, Self::Tussenvoegsel, Self::Achternaam, Self::Klas, Self::Studie, Self::Email];

    /// What Magister calls the column.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stamnr => "Stamnr",
            Self::Roepnaam => "Roepnaam",
            Self::Tussenvoegsel => "Tussenv.",
            Self::Achternaam => "Achternaam",
            Self::Klas => "Klas",
            Self::Studie => "Studie",
            Self::Email => "E-mail",
        }
    }

    /// Whether a file without this column is refused. Not every school gives its pupils an address, and an export in
    /// which nobody has a tussenvoegsel is possible.
    #[must_use]
    pub fn is_required(self) -> bool {
        match self {
            Self::Stamnr | Self::Roepnaam | Self::Achternaam | Self::Klas | Self::Studie => true,
            Self::Tussenvoegsel | Self::Email => false,
        }
    }

    /// Whether the values tell who a pupil is, so that a preview masks them.
    #[must_use]
    pub fn is_personal(self) -> bool {
        match self {
            Self::Stamnr | Self::Roepnaam | Self::Tussenvoegsel | Self::Achternaam | Self::Email => true,
            Self::Klas | Self::Studie => false,
        }
    }

    /// The column that a name from the outside means, whatever its capitals and dots.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        rank(&folded(name)).map(|(field, _)| field)
    }

    pub(crate) fn place(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The known names, folded; of two columns for one field the one that stands first here is suggested.
const KNOWN: [(Field, &[&str]); 7] = [
    (Field::Stamnr, &["stamnr", "stamnummer", "leerlingnummer"]),
    (Field::Roepnaam, &["roepnaam", "voornaam"]),
    (Field::Tussenvoegsel, &["tussenv", "tussenvoegsel", "tv"]),
    (Field::Achternaam, &["achternaam"]),
    (Field::Klas, &["klas", "stamklas"]),
    (Field::Studie, &["studie"]),
    (Field::Email, &["email", "emailadres"]),
];

fn rank(folded: &str) -> Option<(Field, usize)> {
    KNOWN.iter().find_map(|(field, names)| Some((*field, names.iter().position(|name| *name == folded)?)))
}

/// A name of a column without what does not count: case, spaces, dots, hyphens, line breaks.
pub(crate) fn folded(name: &str) -> String {
    name.nfc()
        .filter(|sign| {
            !sign.is_whitespace() && !matches!(sign, '.' | '-' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{feff}')
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Where the columns stand, as the school chose them: the place of each, counted from 0. A field without a place is left
/// out; one that is not named keeps what was suggested.
pub type Choice = BTreeMap<Field, Option<usize>>;

/// The column of each field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    columns: [Option<usize>; 7],
    doubts: Vec<Field>,
}

impl Mapping {
    /// What the names of the columns suggest.
    #[must_use]
    pub fn suggest(headers: &[String]) -> Self {
        let mut mapping = Self::default();
        let mut ranks = [usize::MAX; 7];
        for (column, name) in headers.iter().enumerate() {
            let Some((field, rank)) = rank(&folded(name)) else { continue };
            let place = field.place();
            if mapping.columns[place].is_some() && !mapping.doubts.contains(&field) {
                mapping.doubts.push(field);
            }
            if rank < ranks[place] {
                ranks[place] = rank;
                mapping.columns[place] = Some(column);
            }
        }
        mapping.doubts.sort_unstable();
        mapping
    }

    /// With what the school chose instead. A column that is taken elsewhere goes where it is chosen.
    #[must_use]
    pub fn with(mut self, choice: &Choice) -> Self {
        for (field, column) in choice {
            if let Some(column) = column {
                for taken in &mut self.columns {
                    if *taken == Some(*column) {
                        *taken = None;
                    }
                }
            }
            self.columns[field.place()] = *column;
        }
        self.doubts.retain(|field| !choice.contains_key(field));
        self
    }

    /// The column of a field, counted from 0.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<usize> {
        self.columns[field.place()]
    }

    /// The field of a column.
    #[must_use]
    pub fn field(&self, column: usize) -> Option<Field> {
        Field::ALL.into_iter().find(|field| self.column(*field) == Some(column))
    }

    /// The fields for which several columns are there and none was chosen.
    #[must_use]
    pub fn doubts(&self) -> &[Field] {
        &self.doubts
    }

    pub(crate) fn known(&self) -> usize {
        self.columns.iter().flatten().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn names_compare_without_case_spaces_dots_hyphens_and_line_breaks() {
        for (field, names) in [
            (Field::Stamnr, &["Stamnr", "STAM NR.", "stam-\nnummer", "Leerling nummer"][..]),
            (Field::Roepnaam, &["roepnaam", "Voor-naam"]),
            (Field::Tussenvoegsel, &["Tussenv.", "Tussenvoegsel", "T.v.", "tv"]),
            (Field::Achternaam, &["Achter\r\nnaam"]),
            (Field::Klas, &["Klas", "Stamklas"]),
            (Field::Studie, &["Studie", " STUDIE\u{a0}"]),
            (Field::Email, &["E-mail", "Email", "E-\nmail", "E-mailadres", "e\u{2011}mail"]),
        ] {
            for name in names {
                assert_eq!(Field::of_name(name), Some(field), "{name}");
            }
        }
        for other in ["Naam", "Geb. datum", "M/V", "BSN", "Studierichting", "E-mail ouder", ""] {
            assert_eq!(Field::of_name(other), None, "{other}");
        }
    }

    #[test]
    fn of_two_columns_for_one_field_the_better_name_is_suggested_and_the_school_is_asked() {
        let mapping = Mapping::suggest(&headers(&["Stamklas", "E-mail", "Klas", "Stamnr", "E-mail"]));

        assert_eq!((mapping.column(Field::Klas), mapping.column(Field::Email)), (Some(2), Some(1)));
        assert_eq!(mapping.doubts(), [Field::Klas, Field::Email]);

        let chosen = mapping.with(&Choice::from([(Field::Klas, Some(0)), (Field::Email, Some(3))]));
        assert_eq!((chosen.column(Field::Email), chosen.column(Field::Stamnr)), (Some(3), None));
        assert_eq!(chosen.doubts(), []);
    }
}
