//! What is done to an item, by the sort of work.

use super::connections;
use super::rosters::{self, OfList};
use super::stopped::Stopped;
use crate::domain::bulk::BulkWork;
use crate::services::Call;
use crate::services::roster::carry::Terms;
use crate::services::unit_of_work::UnitOfWork;
use crate::store::operations::bulk_items::{Item, ItemResult};

/// Does the work on an item within a unit of work. What comes back is the item with how it came out, and the connection
/// that it is about by now.
///
/// # Errors
/// Why it stopped; the caller keeps nothing of the unit of work then.
pub(super) async fn perform(
    unit: &mut UnitOfWork<'_>,
    call: &Call,
    work: &BulkWork,
    item: Item,
) -> Result<Item, Stopped> {
    match work {
        BulkWork::Issue
        | BulkWork::VouchAndIssue { .. }
        | BulkWork::Activate
        | BulkWork::Check
        | BulkWork::Remind
        | BulkWork::Take
        | BulkWork::PutOff { .. }
        | BulkWork::Close { .. } => {
            let outcome = connections::perform(unit, call, work, &item).await?;
            Ok(Item { result: Some(ItemResult::of(outcome)), ..item })
        }
        BulkWork::Roster { list, file, mails } => {
            let terms = Terms { file: Some(file.clone()), mails: *mails, occasion: format!("roster/{list}") };
            rosters::perform(unit, call, OfList { list: *list, terms: &terms }, item).await
        }
    }
}
