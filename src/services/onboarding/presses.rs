//! The presses of Kurve that activated a moment ago: as long as nobody was told of them, each is shown with the way back.
//! How one is undone is in `undo`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::domain::audit::{Action, Entry};
use crate::domain::ids::{ConnectionId, SchoolId};
use crate::domain::notice::TIME_TO_UNDO;
use crate::domain::onboarding::{Change, Evidence, Onboarding, Step};
use crate::domain::school::School;
use crate::services::{Context, ServiceError};
use crate::store::onboarding::{onboardings, schools};
use crate::store::operations::audit;

/// How an answer to a step is called in the audit.
const ANSWERED: &str = "step_answered";

/// A press that activated.
#[derive(Debug, Clone)]
pub struct Press {
    /// Of which connection.
    pub connection: ConnectionId,
    /// The version of its onboarding after the press.
    pub version: i32,
    /// The schools that it activated and that still are by it.
    pub schools: Vec<School>,
    /// When its mails leave.
    pub until: DateTime<Utc>,
}

/// What the audit says of a press; all that it did was at one moment.
struct Noted {
    connection: ConnectionId,
    version: i32,
    at: DateTime<Utc>,
    schools: BTreeSet<SchoolId>,
}

/// The presses of which nobody was told yet, of one connection or of all, oldest first.
pub async fn list_untold(
    context: &Context,
    now: DateTime<Utc>,
    only: Option<ConnectionId>,
) -> Result<Vec<Press>, ServiceError> {
    let conn = context.db.reader();
    let entries = audit::list_done_after(conn, ANSWERED, now - TIME_TO_UNDO).await?;
    let mut untold = vec![];
    for press in noted(&entries) {
        if only.is_some_and(|only| only != press.connection) {
            continue;
        }
        let state = onboardings::load(conn, press.connection).await?.state;
        let mut still = schools::list(conn, press.connection).await?;
        still.retain(|school| press.schools.contains(&school.id) && is_still_of(&state, school.id, press.at));
        if !still.is_empty() {
            let Noted { connection, version, at, .. } = press;
            untold.push(Press { connection, version, schools: still, until: at + TIME_TO_UNDO });
        }
    }
    Ok(untold)
}

fn noted(entries: &[Entry]) -> Vec<Noted> {
    let mut presses: Vec<Noted> = vec![];
    for entry in entries.iter().filter(|entry| activates(entry)) {
        let (Some(connection), Some(version), Some(school)) =
            (entry.connection, entry.onboarding_version, entry.school)
        else {
            continue;
        };
        let known = presses.iter_mut().find(|press| press.connection == connection && press.version == version);
        match known {
            Some(press) => {
                press.schools.insert(school);
            }
            None => presses.push(Noted { connection, version, at: entry.at, schools: BTreeSet::from([school]) }),
        }
    }
    presses
}

fn activates(entry: &Entry) -> bool {
    matches!(
        entry.action,
        Action::Onboarding(Change::StepAnswered { step: Step::ActivationConfirmed, evidence: Evidence::Confirmed, .. })
    )
}

fn is_still_of(state: &Onboarding, school: SchoolId, at: DateTime<Utc>) -> bool {
    let answer = state.school(school).and_then(|school| school.activation().answer());
    answer.and_then(|answer| answer.with(Evidence::Confirmed)).is_some_and(|given| given.at == at)
}
