//! A row on its way from the dry run to the worker that carries it out: sealed, for it names people.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::crypto::{Binding, Purpose, sealed};
use crate::domain::ids::RosterId;
use crate::domain::roster::{Fault, RosterRow, RowFacts};
use crate::services::{Context, ServiceError};
use crate::words::roster as sentences;

/// What stands in an item.
#[derive(Serialize, Deserialize)]
struct Input {
    sealed: String,
}

/// A row as the input of an item with this number.
pub(super) fn seal(context: &Context, list: RosterId, number: u32, row: &RosterRow) -> Result<String, ServiceError> {
    let broken = |_| ServiceError::Broken("a row that cannot be written");
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(row).map_err(broken)?);
    let cell = sealed::seal(&context.keys, Purpose::SealRoster, &binding(list, number), &plain, &context.chance);
    serde_json::to_string(&Input { sealed: STANDARD.encode(cell) }).map_err(broken)
}

/// The row in the input of an item.
///
/// # Errors
/// When it cannot be read.
pub(in crate::services) fn open(
    context: &Context,
    list: RosterId,
    number: u32,
    input: &str,
) -> Result<RosterRow, ServiceError> {
    let broken = ServiceError::Broken("a row that cannot be read");
    let Ok(input) = serde_json::from_str::<Input>(input) else { return Err(broken) };
    let Ok(cell) = STANDARD.decode(input.sealed) else { return Err(broken) };
    let plain = sealed::open(&context.keys, Purpose::SealRoster, &binding(list, number), &cell)?;
    serde_json::from_slice(&plain).map_err(|_| broken)
}

/// What is wrong with a row, as it is kept with its item: sentences, and nothing that the row says.
pub(in crate::services) fn wrong(faults: &[Fault]) -> RowFacts {
    let sentence = |fault: &Fault| {
        format!("{}: {}", sentences::field_name(fault.field), sentences::row_fault(fault.field, &fault.why))
    };
    RowFacts { verb: None, parts: vec![], wrong: faults.iter().map(sentence).collect() }
}

fn binding(list: RosterId, number: u32) -> Binding<'static> {
    Binding { table: "bulk_item", row: list.as_uuid(), version: number }
}
