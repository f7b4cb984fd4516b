//! Connections that Kurve has to look into, by their newest check: what Kurve can do at once is a row of the worklist with
//! its button, the others are a list beside it.

use chrono::{DateTime, Utc};

use super::worklist::{WorkRow, rows_of};
use crate::domain::check::{Advice, Newest, Truths};
use crate::links;
use crate::services::checks::{self, Failing};
use crate::store::onboarding::overview::Overview;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::words::{self, Names};

/// How many connections are named; the page of connections shows the rest.
const FAILING_ROWS: u64 = 20;

/// What the worklist shows of them.
#[derive(Default)]
pub(super) struct FailingPart {
    /// Those with something to do.
    pub(super) rows: Vec<WorkRow>,
    /// The others.
    pub(super) others: Vec<FailingRow>,
    /// All that fail; empty where all that are Kurve's are shown.
    pub(super) all: String,
}

/// A connection that Kurve has to look into.
pub(super) struct FailingRow {
    pub(super) school: String,
    pub(super) brin: String,
    pub(super) href: String,
    /// How the last check ended, in a few words.
    pub(super) what: &'static str,
    /// Since when it is so.
    pub(super) since: String,
    /// When the last check was.
    pub(super) checked: String,
    /// The one thing to do now.
    pub(super) to_do: &'static str,
}

/// Those that fail longest.
pub(super) async fn part(web: &WebState, now: DateTime<Utc>) -> Result<FailingPart, PageError> {
    let found = checks::list_for_kurve(&web.context, FAILING_ROWS).await?;
    let all = if found.more() > 0 { links::failing_connections() } else { String::new() };
    let mut part = FailingPart { all, ..FailingPart::default() };
    for Failing { connection, status, now: known } in found.connections {
        let Some(newest) = status.newest() else { continue };
        let truths = Truths { state: &known.state, newest: Some(newest) };
        match truths.kurve_task() {
            Some(task) => {
                let remark = remark(&truths, newest);
                let of = Overview { connection, state: known.state, version: known.version, kurve_since: None };
                let names = Names::default();
                part.rows.extend(rows_of(&of, vec![task], &names, now).map(|mut row| {
                    row.remark.clone_from(&remark);
                    row
                }));
            }
            None => part.others.push(FailingRow {
                school: connection.details.name.to_string(),
                brin: connection.carried.to_string(),
                href: links::staff_school(links::STAFF_CONNECTION, connection.id),
                what: words::check_short(newest.code),
                since: status.since().map(words::moment_nl).unwrap_or_default(),
                checked: words::moment_nl(newest.at),
                to_do: words::kurve_to_do(newest.code),
            }),
        }
    }
    Ok(part)
}

/// What the check saw; and that it is tried again, where it may come back by itself.
fn remark(truths: &Truths<'_>, newest: Newest) -> String {
    let again = truths.advice().filter(|advice| *advice == Advice::RefusedNow).map(words::advice_short);
    [words::check_sentence(newest).as_str(), again.unwrap_or_default()].join(" ").trim_end().to_owned()
}
