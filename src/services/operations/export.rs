//! The list of schools as it leaves the house: page by page, each a few short queries, so that nothing is held open while
//! somebody takes their time to read it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use strum::IntoEnumIterator;

use crate::domain::ids::{ConnectionId, SchoolId, StaffId};
use crate::domain::onboarding::{Gate, Step};
use crate::domain::school::Contact;
use crate::domain::text::{PersonName, Reason};
use crate::services::onboarding::schools::leave_doubts;
use crate::services::people::staff_accounts;
use crate::services::{Context, ServiceError, checks};
use crate::store::Page;
use crate::store::onboarding::option_b::{self, Marks};
use crate::store::onboarding::overview::After;
use crate::store::onboarding::school_list::{self, Filter, SchoolSummary};
use crate::store::onboarding::{onboardings, takings};
use crate::store::people::contacts;

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
    /// The contacts of today of its connection, oldest first.
    pub contacts: Vec<Contact>,
    /// When its connection was last checked.
    pub checked_at: Option<DateTime<Utc>>,
    /// Since when its import is open.
    pub opened_at: Option<DateTime<Utc>>,
    /// Which colleague goes on with its connection.
    pub taken_by: Option<String>,
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
    let ids: Vec<ConnectionId> = connections.into_iter().collect();
    let people = contacts::list_of(conn, &ids).await?;
    let states = onboardings::list_of(conn, &ids).await?;
    let newest = checks::list_newest(context, &ids).await?;
    let takings = takings::list_of(conn, &ids).await?;
    let staff = staff_accounts::list(context).await?;
    let names: BTreeMap<StaffId, PersonName> = staff.into_iter().map(|one| (one.id, one.name)).collect();
    let opened_at = |school: &SchoolSummary| {
        let own = states.get(&school.connection)?.state.only(school.school)?;
        let activated = own.answer(Step::ActivationConfirmed)?.since();
        Some(activated).filter(|_| Gate::iter().all(|gate| own.is_gate_yes(gate)))
    };
    let row = |school: SchoolSummary| ExportRow {
        leave: leaves.get(&(school.connection, school.credential_version)).cloned(),
        option_b: marks.remove(&school.school).unwrap_or_default(),
        contacts: people.get(&school.connection).cloned().unwrap_or_default(),
        checked_at: newest.get(&school.connection).map(|newest| newest.at),
        opened_at: opened_at(&school),
        taken_by: takings
            .get(&school.connection)
            .and_then(|taking| names.get(&taking.by))
            .map(|name| name.as_str().to_owned()),
        school,
    };
    Ok(Page { rows: rows.into_iter().map(row).collect(), next })
}
