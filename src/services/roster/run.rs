//! Carries out a list: a run with an item for each row, which any instance goes on with.

use super::sealed_rows;
use super::{dry_run, lists};
use crate::domain::bulk::{BulkKind, BulkOutcome, BulkWork};
use crate::domain::ids::{BulkRunId, RosterId};
use crate::domain::roster::{MailChoice, Mapping, Planned, Sheet};
use crate::services::bulk::{self, NewRun};
use crate::services::{Call, Context, ServiceError};
use crate::store::operations::bulk_items::{ItemResult, NewItem};

/// Begins to carry out a list, and forgets it. The same press twice is one run.
///
/// # Errors
/// `NotFound` where there is no such list and never was a run of it.
pub async fn start(
    context: &Context,
    call: &Call,
    list: RosterId,
    mails: MailChoice,
) -> Result<BulkRunId, ServiceError> {
    let key = format!("roster-{list}");
    let brought = match lists::open(context, call, list).await {
        Err(ServiceError::NotFound) => {
            call.check_may_act()?;
            return bulk::find_of_key(context, call, &key).await;
        }
        other => other?,
    };
    let dry = dry_run(context, &brought.sheet, &brought.mapping).await?;
    let mut items = vec![];
    for (number, (row, planned)) in (1_u32..).zip(dry.rows.iter().zip(&dry.planned)) {
        let label = label(&brought.sheet, &brought.mapping, planned);
        items.push(match (row, &planned.intent) {
            (Ok(row), Ok(_)) => {
                let input = sealed_rows::seal(context, list, number, row)?;
                NewItem { connection: None, label, input, result: None }
            }
            (_, Err(faults)) | (Err(faults), Ok(_)) => {
                let facts = serde_json::to_string(&sealed_rows::wrong(faults)).ok();
                let result = Some(ItemResult { outcome: BulkOutcome::LeftOut, facts });
                NewItem { connection: None, label, input: "{}".to_owned(), result }
            }
        });
    }
    let work = BulkWork::Roster { list, file: brought.file, mails };
    let run = bulk::start(context, call, NewRun { kind: BulkKind::Roster, work: Some(work), key, items }).await?;
    lists::forget(context, list).await?;
    Ok(run)
}

/// What pages call a row.
fn label(sheet: &Sheet, mapping: &Mapping, planned: &Planned) -> String {
    let row = sheet.rows.iter().find(|row| row.number == planned.number);
    let school = row.zip(mapping.column(crate::domain::roster::Field::School));
    let school = school.map(|(row, column)| row.entry(column).text()).unwrap_or_default();
    let number = planned.number;
    if school.is_empty() { format!("rij {number}") } else { format!("rij {number}: {school}") }
}
