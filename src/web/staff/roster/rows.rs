//! The rows of a file as a page lists them: those that somebody has to look at, and what would become of the others.

use crate::domain::roster::{Fault, Field, Intent, Look, Part, Planned, RosterRow, Verb};
use crate::services::roster::DryRun;
use crate::services::roster::lists::Brought;
use crate::words::roster as sentences;

/// A fault, or something to look at.
pub(super) struct LookRow {
    pub(super) number: u32,
    pub(super) school: String,
    pub(super) column: &'static str,
    pub(super) found: String,
    pub(super) sentence: String,
    pub(super) is_fault: bool,
}

/// A row that can be carried out.
pub(super) struct GoodRow {
    pub(super) number: u32,
    pub(super) school: String,
    pub(super) brin: String,
    pub(super) domain: String,
    pub(super) what: String,
}

/// Faults first, then what is to be looked at, each in the order of the file.
pub(super) fn to_look_at(list: &Brought, dry: &DryRun) -> Vec<LookRow> {
    let faults = dry.planned.iter().filter_map(|planned| planned.intent.as_ref().err()).flatten();
    let faults = faults.map(|fault| fault_row(list, fault));
    let looks = dry.planned.iter().flat_map(|planned| look_rows(list, planned));
    faults.chain(looks).collect()
}

/// The numbers of the rows that have something to look at.
pub(super) fn numbers_to_look_at(dry: &DryRun) -> Vec<u32> {
    let is_one = |planned: &&Planned| planned.intent.as_ref().map_or(true, |intent| !intent.looks.is_empty());
    dry.planned.iter().filter(is_one).map(|planned| planned.number).collect()
}

/// The rows that would come out so.
pub(super) fn of_verb(dry: &DryRun, verb: Verb) -> Vec<GoodRow> {
    let pairs = dry.rows.iter().zip(&dry.planned);
    let good = pairs.filter_map(|(row, planned)| Some((row.as_ref().ok()?, planned.intent.as_ref().ok()?)));
    let row = |(row, intent): (&RosterRow, &Intent)| GoodRow {
        number: row.number,
        school: row.school.to_string(),
        brin: row.brin.to_string(),
        domain: row.domain.label().to_owned(),
        what: what(verb, &intent.parts),
    };
    good.filter(|(_, intent)| intent.verb == verb).map(row).collect()
}

/// That a new connection has its contact goes without saying.
fn what(verb: Verb, parts: &[Part]) -> String {
    let told: Vec<Part> = parts.iter().copied().filter(|part| verb != Verb::Make || *part != Part::Contact).collect();
    sentences::parts(&told)
}

fn fault_row(list: &Brought, fault: &Fault) -> LookRow {
    LookRow {
        number: fault.row,
        school: school_of(list, fault.row),
        column: sentences::field_name(fault.field),
        found: fault.found.clone(),
        sentence: sentences::row_fault(fault.field, &fault.why),
        is_fault: true,
    }
}

fn look_rows(list: &Brought, planned: &Planned) -> Vec<LookRow> {
    let row = |look: &Look| LookRow {
        number: planned.number,
        school: school_of(list, planned.number),
        column: sentences::field_name(look.field()),
        found: cell(list, planned.number, look.field()),
        sentence: sentences::look(look),
        is_fault: false,
    };
    planned.intent.iter().flat_map(|intent| &intent.looks).map(row).collect()
}

/// What the file calls the school of a row.
fn school_of(list: &Brought, number: u32) -> String {
    cell(list, number, Field::School)
}

fn cell(list: &Brought, number: u32, field: Field) -> String {
    let row = list.sheet.rows.iter().find(|row| row.number == number);
    let text = row.zip(list.mapping.column(field)).map(|(row, column)| row.entry(column).text());
    text.unwrap_or_default().to_owned()
}

/// What one row has to look at, in one line.
pub(super) fn sentences_of(dry: &DryRun, number: u32) -> String {
    let Some(planned) = dry.planned.iter().find(|planned| planned.number == number) else { return String::new() };
    let lines: Vec<String> = match &planned.intent {
        Err(faults) => faults
            .iter()
            .map(|fault| {
                format!("{}: {}", sentences::field_name(fault.field), sentences::row_fault(fault.field, &fault.why))
            })
            .collect(),
        Ok(intent) => intent.looks.iter().map(sentences::look).collect(),
    };
    lines.join(" ")
}
