//! Which column of a file is meant, as a form beside what would become of the rows.

use serde::Deserialize;
use strum::IntoEnumIterator;

use crate::domain::roster::{Entry, Field, Mapping, Sheet};
use crate::web::form::FieldErrors;
use crate::words::roster::field_name;

/// The place of the column that was chosen for each field; empty where it is not used.
#[derive(Default, Deserialize)]
pub(in crate::web::staff) struct ColumnsForm {
    #[serde(default)]
    school: String,
    #[serde(default)]
    brin: String,
    #[serde(default)]
    domain: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    contact: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    stand: String,
}

impl ColumnsForm {
    fn place(&self, field: Field) -> &str {
        match field {
            Field::School => &self.school,
            Field::Brin => &self.brin,
            Field::Domain => &self.domain,
            Field::Region => &self.region,
            Field::Contact => &self.contact,
            Field::Email => &self.email,
            Field::Role => &self.role,
            Field::Stand => &self.stand,
        }
    }

    /// The columns that were chosen, as far as there are such.
    pub(super) fn mapping(&self, sheet: &Sheet) -> Mapping {
        let column = |field| self.place(field).parse().ok().filter(|column: &usize| *column < sheet.headers.len());
        Field::iter().fold(Mapping::default(), |mapping, field| mapping.with(field, column(field)))
    }
}

/// What is wrong with columns.
pub(super) fn errors(mapping: &Mapping) -> FieldErrors {
    let mut errors = FieldErrors::default();
    let (missing, doubled) = (mapping.missing(), mapping.doubled());
    for field in Field::iter() {
        if missing.contains(&field) {
            errors.add(field.as_str(), format!("Kies de kolom voor {}.", field_name(field)));
        } else if doubled.contains(&field) {
            errors.add(field.as_str(), format!("Kies voor {} een kolom die niet al gebruikt is.", field_name(field)));
        }
    }
    errors
}

/// A column to choose.
pub(super) struct ColumnChoice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

/// A field with the columns that it may have.
pub(super) struct FieldRow {
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    pub(super) is_optional: bool,
    pub(super) choices: Vec<ColumnChoice>,
    /// What stands there in the first row that has something; empty where none has.
    pub(super) sample: String,
    pub(super) error: String,
}

/// The fields as a form.
pub(super) fn fields(sheet: &Sheet, mapping: &Mapping, errors: &FieldErrors) -> Vec<FieldRow> {
    let field = |field: Field| {
        let chosen = mapping.column(field);
        let column = |(place, name): (usize, &String)| ColumnChoice {
            value: place.to_string(),
            label: column_name(name, place),
            is_chosen: chosen == Some(place),
        };
        let none =
            ColumnChoice { value: String::new(), label: "Niet gebruiken".to_owned(), is_chosen: chosen.is_none() };
        FieldRow {
            id: field.as_str(),
            label: field_name(field),
            is_optional: !field.is_required(),
            choices: sheet.headers.iter().enumerate().map(column).chain([none]).collect(),
            sample: chosen.map(|column| sample(sheet, column)).unwrap_or_default(),
            error: errors.at(field.as_str()).to_owned(),
        }
    };
    Field::iter().map(field).collect()
}

/// The names of the columns that are not used.
pub(super) fn unused(sheet: &Sheet, mapping: &Mapping) -> String {
    let unused = sheet.headers.iter().enumerate().filter(|(column, _)| !mapping.uses(*column));
    unused.map(|(column, name)| column_name(name, column)).collect::<Vec<_>>().join(", ")
}

/// The name of a column, or its letters where it has none.
fn column_name(name: &str, place: usize) -> String {
    if !name.is_empty() {
        return name.to_owned();
    }
    let letter = |number: usize| char::from(b'A' + u8::try_from(number % 26).unwrap_or_default());
    let first = (place >= 26).then(|| letter(place / 26 - 1));
    format!("Kolom {}{}", first.map(String::from).unwrap_or_default(), letter(place))
}

fn sample(sheet: &Sheet, column: usize) -> String {
    let row = sheet.rows.iter().find(|row| *row.entry(column) != Entry::Blank);
    row.map(|row| format!("rij {}: {}", row.number, row.entry(column).text())).unwrap_or_default()
}
