//! A row of a spreadsheet as an item of a run.

use super::stopped::Stopped;
use crate::domain::bulk::{BulkOutcome, WhyNot};
use crate::domain::ids::RosterId;
use crate::domain::roster::{RowFacts, Verb};
use crate::services::roster::carry::{RowOutcome, Terms, With, carry_within};
use crate::services::roster::sealed_rows;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, ServiceError};
use crate::store::StoreError;
use crate::store::operations::bulk_items::{Item, ItemResult};

/// How a row came out, where an item is one.
pub fn row_facts(result: &ItemResult) -> Option<RowFacts> {
    serde_json::from_str(result.facts.as_deref()?).ok()
}

/// The run of a list, with what its rows are carried out on.
pub(super) struct OfList<'a> {
    pub(super) list: RosterId,
    pub(super) terms: &'a Terms,
}

/// Carries out the row of an item; what it says is forgotten with that.
pub(super) async fn perform(
    unit: &mut UnitOfWork<'_>,
    call: &Call,
    OfList { list, terms }: OfList<'_>,
    item: Item,
) -> Result<Item, Stopped> {
    let row = sealed_rows::open(unit.context(), list, item.number, &item.input).map_err(|_| WhyNot::Unreadable)?;
    let outcome = match carry_within(unit, call, &row, With { terms, vouch: None }).await {
        // Somebody was first by a moment: by the next try it is here.
        Err(ServiceError::Store(StoreError::Taken) | ServiceError::BrinTaken | ServiceError::ContactExists) => {
            return Err(ServiceError::Conflict.into());
        }
        other => other?,
    };
    let (result, facts, connection) = match outcome {
        RowOutcome::Carried(carried) => {
            let result = if carried.verb == Verb::Leave { BulkOutcome::Already } else { BulkOutcome::Done };
            (result, RowFacts::of(carried.verb, carried.parts), Some(carried.connection))
        }
        RowOutcome::Faulty(faults) => (BulkOutcome::Refused, sealed_rows::wrong(&faults), item.connection),
    };
    let facts = serde_json::to_string(&facts).ok();
    Ok(Item { connection, input: "{}".to_owned(), result: Some(ItemResult { outcome: result, facts }), ..item })
}
