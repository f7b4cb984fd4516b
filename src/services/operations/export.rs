//! The list of schools as it leaves the house: page by page, each a few short queries, so that nothing is held open while
//! somebody takes their time to read it.

use std::collections::BTreeSet;

use crate::domain::ids::{ConnectionId, SchoolId};
use crate::domain::text::Reason;
use crate::services::onboarding::schools::leave_doubts;
use crate::services::{Context, ServiceError, checks};
use crate::store::Page;
use crate::store::onboarding::option_b::{self, Marks};
use crate::store::onboarding::overview::After;
use crate::store::onboarding::school_list::{self, Filter, SchoolSummary};

/// How many schools are read at a time.
pub const PAGE_ROWS: u64 = 500;

/// A school in the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRow {
    /// The school, with where it stands.
    pub school: SchoolSummary,
    /// Why an admin gave leave to activate it without a check, if that counts.
    pub leave: Option<Reason>,
    /// What it did with Optie B.
    pub option_b: Marks,
}

/// The schools that pass, by name, after a place.
pub async fn page(
    context: &Context,
    filter: &Filter,
    after: Option<&After>,
) -> Result<Page<ExportRow, After>, ServiceError> {
    let conn = context.db.reader();
    let Page { mut rows, next } = school_list::list(conn, filter, after, PAGE_ROWS).await?;
    leave_doubts(context, &mut rows);
    let connections: BTreeSet<ConnectionId> = rows.iter().map(|school| school.connection).collect();
    let leaves = checks::reasons_of_leave(context, &connections).await?;
    let schools: Vec<SchoolId> = rows.iter().map(|school| school.school).collect();
    let mut marks = option_b::list_marks(conn, &schools).await?;
    let row = |school: SchoolSummary| {
        let option_b = marks.remove(&school.school).unwrap_or_default();
        ExportRow { leave: leaves.get(&(school.connection, school.credential_version)).cloned(), option_b, school }
    };
    Ok(Page { rows: rows.into_iter().map(row).collect(), next })
}
