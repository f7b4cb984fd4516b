//! Which column of a spreadsheet is meant: the names that are known, whatever their capitals, dots and brackets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

use crate::domain::text::fold;

/// Something that is taken from a spreadsheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Field {
    /// The name of the school.
    School,
    /// Its number.
    Brin,
    /// Where its Magister listens.
    Domain,
    /// Its holiday region.
    Region,
    /// The name of a contact.
    Contact,
    /// Their address.
    Email,
    /// What they are in Magister.
    Role,
    /// How far the school is.
    Stand,
}

impl Field {
    /// The name of its field in a form.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether a file without this column is refused.
    pub fn is_required(self) -> bool {
        match self {
            Self::School | Self::Brin | Self::Domain | Self::Contact | Self::Email => true,
            Self::Region | Self::Role | Self::Stand => false,
        }
    }

    /// The field that the name of a column stands for, and how surely: 0 is surest.
    fn of_name(name: &str) -> Option<(Self, usize)> {
        let folded = folded(name);
        let known = |names: &[&str]| names.iter().position(|known| *known == folded);
        let exact = KNOWN.iter().find_map(|(field, names)| Some((*field, known(names)?)));
        // `Stand 1 dec`, `Status (juni)`.
        let is_dated = ["stand", "status"].iter().any(|word| folded.starts_with(word));
        exact.or(is_dated.then_some((Self::Stand, LAST)))
    }
}

/// After every name that is known.
const LAST: usize = 99;

/// The known names, folded; of two columns for one field the one that stands first here is suggested.
const KNOWN: [(Field, &[&str]); 8] = [
    (
        Field::School,
        &[
            "school",
            "schoolnaam",
            "naamschool",
            "naamvandeschool",
            "naamvanschool",
            "instellingsnaam",
            "instelling",
            "vestigingsnaam",
            "locatie",
            "schoollocatie",
            "organisatie",
            "naam",
        ],
    ),
    (
        Field::Brin,
        &[
            "brin",
            "brinnummer",
            "brinnr",
            "brincode",
            "brin6",
            "brinvest",
            "brinvestiging",
            "brinnummervestiging",
            "vestigingsnummer",
            "vestigingscode",
            "instellingscode",
        ],
    ),
    (
        Field::Domain,
        &[
            "schooldomein",
            "domein",
            "magisterdomein",
            "magister",
            "domeinmagister",
            "magisteradres",
            "adresmagister",
            "magisterurl",
            "urlmagister",
            "swpnl",
            "swp",
            "subdomein",
            "url",
        ],
    ),
    (Field::Region, &["regio", "vakantieregio", "schoolregio", "vakantie"]),
    (
        Field::Contact,
        &[
            "contactpersoon",
            "contact",
            "naamcontactpersoon",
            "contactnaam",
            "naamcontact",
            "contactpersoonnaam",
            "aanspreekpunt",
            "beheerder",
            "persoon",
        ],
    ),
    (
        Field::Email,
        &[
            "email",
            "emailadres",
            "mail",
            "mailadres",
            "emailcontactpersoon",
            "emailadrescontactpersoon",
            "mailcontactpersoon",
            "contactemail",
            "emailcontact",
        ],
    ),
    (Field::Role, &["rol", "functie", "rolinmagister", "rolcontactpersoon", "functiecontactpersoon"]),
    (Field::Stand, &["stand", "status", "fase", "voortgang", "stap", "huidigestand"]),
];

/// A name of a column without what does not count: case, accents, signs, and what stands in brackets.
fn folded(name: &str) -> String {
    let mut depth = 0_u32;
    let mut kept = String::new();
    for sign in fold(name).chars() {
        match sign {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            sign if depth == 0 && sign.is_alphanumeric() => kept.push(sign),
            _ => {}
        }
    }
    kept
}

/// The column of each field, counted from 0; a field without one is not used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping(BTreeMap<Field, usize>);

impl Mapping {
    /// What the names of the columns suggest.
    pub fn suggest(headers: &[String]) -> Self {
        let mut best: BTreeMap<Field, (usize, usize)> = BTreeMap::new();
        for (column, name) in headers.iter().enumerate() {
            let Some((field, rank)) = Field::of_name(name) else { continue };
            if best.get(&field).is_none_or(|(known, _)| rank < *known) {
                best.insert(field, (rank, column));
            }
        }
        Self(best.into_iter().map(|(field, (_, column))| (field, column)).collect())
    }

    /// How many fields have a column.
    pub fn known(&self) -> usize {
        self.0.len()
    }

    /// The column of a field.
    pub fn column(&self, field: Field) -> Option<usize> {
        self.0.get(&field).copied()
    }

    /// The same with another column for a field, or none.
    #[must_use]
    pub fn with(mut self, field: Field, column: Option<usize>) -> Self {
        match column {
            Some(column) => self.0.insert(field, column),
            None => self.0.remove(&field),
        };
        self
    }

    /// The fields that must have a column and have none.
    pub fn missing(&self) -> Vec<Field> {
        Field::iter().filter(|field| field.is_required() && self.column(*field).is_none()).collect()
    }

    /// The fields that share their column with another.
    pub fn doubled(&self) -> Vec<Field> {
        let is_shared =
            |field: &Field, column: usize| self.0.iter().any(|(other, taken)| other != field && *taken == column);
        self.0.iter().filter(|(field, column)| is_shared(field, **column)).map(|(field, _)| *field).collect()
    }

    /// Whether a column is used.
    pub fn uses(&self, column: usize) -> bool {
        self.0.values().any(|used| *used == column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(names: &[&str]) -> Vec<Option<Field>> {
        names.iter().map(|name| Field::of_name(name).map(|(field, _)| field)).collect()
    }

    #[test]
    fn the_usual_names_are_known_whatever_their_case_and_signs() {
        use Field::{Brin, Contact, Domain, Email, Region, Role, School, Stand};

        assert_eq!(
            fields(&[
                "Naam school",
                "BRIN-nr.",
                "Magister",
                "Vakantieregio",
                "Contactpersoon",
                "E-mail adres",
                "Functie"
            ]),
            [School, Brin, Domain, Region, Contact, Email, Role].map(Some)
        );
        assert_eq!(fields(&["Stand 1 dec", "STATUS (juni)", "BRIN (6 tekens)"]), [Stand, Stand, Brin].map(Some));
        assert_eq!(fields(&["Telefoon", "Plaats", "Opmerking", ""]), [None; 4]);
    }

    #[test]
    fn of_two_columns_for_one_field_the_surer_is_suggested() {
        let headers = ["Naam", "School", "BRIN", "Vestigingsnummer"].map(str::to_owned);

        let mapping = Mapping::suggest(&headers);

        assert_eq!((mapping.column(Field::School), mapping.column(Field::Brin)), (Some(1), Some(2)));
        assert_eq!(mapping.missing(), [Field::Domain, Field::Contact, Field::Email]);
        assert_eq!(mapping.clone().with(Field::Domain, Some(1)).doubled(), [Field::School, Field::Domain]);
        assert_eq!(mapping.clone().with(Field::School, None).column(Field::School), None);
        assert!(mapping.uses(1) && !mapping.uses(0));
    }
}
