//! What would become of the rows of a file. Changes nothing.

use strum::IntoEnumIterator;

use super::known;
use crate::domain::roster::prepare::ReadRow;
use crate::domain::roster::{Intent, Mapping, Planned, RosterRow, Sheet, Verb, plan, prepare};
use crate::services::{Context, ServiceError};

/// The rows of a file, and what would become of each.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// The rows as they are carried out, in the order of the file.
    pub rows: Vec<ReadRow>,
    /// What would become of each of them.
    pub planned: Vec<Planned>,
}

impl DryRun {
    /// The rows that can be carried out.
    pub fn good(&self) -> impl Iterator<Item = &RosterRow> {
        let pairs = self.rows.iter().zip(&self.planned);
        pairs.filter(|(_, planned)| planned.intent.is_ok()).filter_map(|(row, _)| row.as_ref().ok())
    }

    /// How many rows cannot be carried out.
    pub fn faulty(&self) -> usize {
        self.planned.iter().filter(|planned| planned.intent.is_err()).count()
    }

    /// How many rows would come out so.
    pub fn count(&self, verb: Verb) -> usize {
        self.intents().filter(|intent| intent.verb == verb).count()
    }

    /// How many rows would come out how.
    pub fn counts(&self) -> Vec<(Verb, usize)> {
        Verb::iter().map(|verb| (verb, self.count(verb))).collect()
    }

    fn intents(&self) -> impl Iterator<Item = &Intent> {
        self.planned.iter().filter_map(|planned| planned.intent.as_ref().ok())
    }
}

/// Reads the rows of a list and looks what would become of them.
pub async fn dry_run(context: &Context, sheet: &Sheet, mapping: &Mapping) -> Result<DryRun, ServiceError> {
    let rows = prepare(sheet.rows.iter().map(|row| RosterRow::parse(row, mapping)).collect());
    let known = known::of_rows(context, &rows).await?;
    let planned = plan(&rows, &known);
    Ok(DryRun { rows, planned })
}
