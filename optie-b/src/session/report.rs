//! What a session says: what it found, what it asks, what is wrong, and what it did that the school should know.

use serde::{Serialize, Serializer};

use crate::duplicates::Candidate;
use crate::faults::{Fault, Place};
use crate::ids::Joined;
use crate::mapping::Field;
use crate::needless;
use crate::table::{Row, Table};

/// How many values of a column a preview shows.
const EXAMPLES: usize = 3;

/// What is in an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The sheet with the pupils.
    pub sheet: Option<String>,
    /// Sheets that are not used.
    pub other_sheets: Vec<String>,
    /// The row with the names of the columns.
    pub header_row: u32,
    /// All names of columns, to choose from.
    pub headers: Vec<String>,
    /// The columns that are used.
    pub columns: Vec<Column>,
    /// The columns that are dropped.
    pub dropped: Vec<String>,
    /// The places of those that hold personal data Numo does not need: nothing suggests them.
    pub needless: Vec<usize>,
    /// How many rows have a pupil.
    pub rows: usize,
    /// Blank rows among them.
    pub blank_rows: usize,
    /// Rows with a total or a remark.
    pub total_rows: Vec<u32>,
    /// Rows with the names of the columns once more.
    pub header_again_rows: Vec<u32>,
}

/// A column that goes into the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// What it is.
    pub field: Field,
    /// What Magister calls it.
    pub name: &'static str,
    /// Its place among all names, counted from 0.
    pub column: Option<usize>,
    /// Whether it must be there.
    pub is_required: bool,
    /// Its first values; masked unless names are shown.
    pub examples: Vec<String>,
}

impl Found {
    pub(super) fn of(table: &Table, is_shown: bool) -> Self {
        let column = |field: Field| Column {
            field,
            name: field.name(),
            column: table.mapping.column(field),
            is_required: field.is_required(),
            examples: examples(table, field, is_shown),
        };
        Self {
            sheet: table.sheet.clone(),
            other_sheets: table.other_sheets.clone(),
            header_row: table.header_row,
            headers: table.headers.clone(),
            columns: Field::ALL.into_iter().map(column).collect(),
            dropped: table.dropped.clone(),
            needless: needless::places(&table.headers)
                .into_iter()
                .filter(|column| table.mapping.field(*column).is_none())
                .collect(),
            rows: table.rows.len(),
            blank_rows: table.blank_rows,
            total_rows: table.total_rows.clone(),
            header_again_rows: table.header_again_rows.clone(),
        }
    }
}

fn examples(table: &Table, field: Field, is_shown: bool) -> Vec<String> {
    // What is chosen for a class may be a column of names: only one that is called so is shown as it is.
    let is_public = |field: Field| !field.is_personal();
    let is_plain = is_shown || (is_public(field) && Field::of_name(&table.column_name(field)).is_some_and(is_public));
    let values = table.rows.iter().filter_map(|row| value(row, field)).take(EXAMPLES);
    values.map(|value| if is_plain { value } else { masked(table, field, &value) }).collect()
}

fn value(row: &Row, field: Field) -> Option<String> {
    row.cell(field).value().ok().filter(|value| !value.is_empty())
}

fn masked(table: &Table, field: Field, value: &str) -> String {
    let first = value.chars().next().map(String::from).unwrap_or_default();
    // What stands behind the @ tells the addresses of pupils from those of parents, unless it is of one person.
    let domain = if field == Field::Email { value.rfind('@').map_or("", |at| &value[at..]) } else { "" };
    let is_it = |row: &&Row| row.cell(field).value().is_ok_and(|other| other.ends_with(domain));
    let is_shared = table.rows.iter().filter(is_it).nth(1).is_some();
    if is_shared { format!("{first}•••{domain}") } else { format!("{first}•••") }
}

/// What a school must answer first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "about")]
pub enum Question {
    /// Whether stamnrs are filled up with zeros.
    Zeros {
        /// To so many digits.
        digits: usize,
        /// Some, as they are and as they would be.
        examples: Vec<(String, String)>,
    },
    /// Which row of a pupil counts.
    Duplicate {
        /// The rows, each with another klas or studie.
        rows: Vec<Candidate>,
    },
    /// Studies without a code.
    Studies {
        /// Each, with how many pupils follow it.
        studies: Vec<(String, usize)>,
    },
    /// Names that windows-1252 cannot write.
    Encoding {
        /// Where they are.
        places: Vec<Place>,
    },
    /// How passwords come about.
    Password,
}

impl Question {
    /// The question in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Zeros { digits, examples } => {
                let examples: Vec<String> = examples.iter().map(|(is, would)| format!("{is} wordt {would}")).collect();
                format!("Vul stamnrs aan tot {digits} cijfers? Bijvoorbeeld: {}.", examples.join(", "))
            }
            Self::Duplicate { rows } => {
                let rows: Vec<String> =
                    rows.iter().map(|row| format!("rij {} ({}, {})", row.row, row.klas, row.studie)).collect();
                format!("Deze leerling staat er meer dan één keer in. Welke rij klopt? Kies uit {}.", rows.join(", "))
            }
            Self::Studies { studies } => {
                let studies: Vec<String> =
                    studies.iter().map(|(study, pupils)| format!("{study} ({pupils})")).collect();
                format!(
                    "Deze studies hebben nog geen opleidingscode van Numo: {}. Zoek de codes op bij numo.nl/inleesbestand, \
                     in het tabje Opleidingen.",
                    studies.join(", ")
                )
            }
            Self::Encoding { places } => {
                let rows: Vec<String> =
                    places.iter().take(5).map(|place| format!("rij {}, kolom {}", place.row, place.column)).collect();
                format!(
                    "{} waarde(n) hebben letters die niet in windows-1252 passen ({}). Maak het bestand als UTF-8 met BOM?",
                    places.len(),
                    rows.join("; ")
                )
            }
            Self::Password => {
                "Hoe maak je de wachtwoorden: laten trekken, of samenstellen uit een kolom en een vast woord? Het stamnr \
                 alleen kan niet: dat is al de gebruikersnaam."
                    .to_owned()
            }
        }
    }
}

/// What is open, what is wrong, and what is known.
#[derive(Debug, Default, Serialize)]
pub struct Review {
    /// What must be answered.
    pub questions: Vec<Question>,
    /// What must be mended.
    #[serde(serialize_with = "faults")]
    pub faults: Vec<Fault>,
    /// Studies with the number of pupils, and their codes.
    pub studies: Vec<(String, usize, Option<String>)>,
    /// What to know.
    pub notes: Notes,
    /// How many.
    pub counts: Counts,
}

impl Review {
    /// Whether the file can be made.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.questions.is_empty() && self.faults.is_empty() && self.counts.pupils > 0
    }
}

/// What was done without a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Notes {
    /// How the ids were joined.
    pub ids: Option<Joined>,
    /// Rows that became one with another although their stamnrs had other zeros.
    pub merged_over_zeros: Vec<u32>,
    /// Whether whoever knows the rule can guess the passwords.
    pub are_passwords_guessable: bool,
}

/// How many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows with a pupil.
    pub rows: usize,
    /// Pupils in the file.
    pub pupils: usize,
    /// Rows that were equal to another.
    pub merged: usize,
    /// Rows that were left out because the school chose another.
    pub left_out: usize,
}

fn faults<S: Serializer>(faults: &[Fault], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(faults.iter().map(Said::of))
}

/// A fault as the page gets it.
#[derive(Debug, Serialize)]
pub(crate) struct Said<'a> {
    code: &'static str,
    text: String,
    place: Option<&'a Place>,
    field: Option<Field>,
    study: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    sheets: &'a [String],
}

impl<'a> Said<'a> {
    pub(crate) fn of(fault: &'a Fault) -> Self {
        Self {
            code: fault.code(),
            text: fault.to_string(),
            place: fault.place(),
            field: fault.field(),
            study: fault.study(),
            sheets: fault.sheets(),
        }
    }
}
