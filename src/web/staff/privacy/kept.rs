//! What is kept for how long, as an admin reads it: first what an installation can set, then what follows from something else.

use strum::IntoEnumIterator;

use crate::domain::feed;
use crate::domain::retention::{Kept, Retention};
use crate::domain::staff_session;
use crate::links;
use crate::services::operations::housekeeping::{KEEP_BROWSER_DAYS, KEEP_COUNTS_DAYS};
use crate::services::people::kept_forms::KEEP_MINUTES;
use crate::services::people::portal_access::CONTACT_DAYS;
use crate::services::privacy::leaving::{self, Going, GoingPart};
use crate::services::roster::lists::KEEP_HOURS;
use crate::services::{Context, ServiceError};
use crate::words;

/// One thing that goes by itself.
pub(super) struct KeptRow {
    /// Its name in the setting; empty where there is none.
    pub(super) key: String,
    pub(super) what: &'static str,
    pub(super) how_long: String,
}

/// How many schools that go are named.
const NAMED: u64 = 20;

/// The schools of which what is kept goes within a week.
pub(super) struct GoingRows {
    pub(super) rows: Vec<GoingRow>,
    /// How many there are beside them.
    pub(super) more: u64,
}

/// One of them, with the others of its connection.
pub(super) struct GoingRow {
    pub(super) name: String,
    pub(super) carried: String,
    pub(super) link: String,
    /// The day.
    pub(super) at: String,
}

impl GoingRows {
    /// How many they are.
    pub(super) fn all(&self) -> u64 {
        self.rows.len() as u64 + self.more
    }
}

/// Which schools go.
pub(super) async fn going(context: &Context) -> Result<GoingRows, ServiceError> {
    let GoingPart { rows, more } = leaving::list_going(context, None, NAMED).await?;
    let row = |Going { announced, at }: Going| GoingRow {
        link: links::staff_school(links::STAFF_SCHOOL, announced.ended.connection),
        name: announced.name,
        carried: announced.carried,
        at: words::date_nl(at),
    };
    Ok(GoingRows { rows: rows.into_iter().map(row).collect(), more })
}

/// All of them.
pub(super) fn rows(retention: &Retention) -> Vec<KeptRow> {
    let settable = Kept::iter().map(|kept| KeptRow {
        key: kept.to_string(),
        what: words::privacy::kept_name(kept),
        how_long: days(retention.days(kept).into()),
    });
    let fixed = [
        ("Waar een contactpersoon is ingelogd", format!("hooguit {}", days(CONTACT_DAYS))),
        ("Waar een collega is ingelogd", format!("hooguit {} uur", staff_session::LONGEST.num_hours())),
        ("Browsers waarin iemand eerder inlogde", days(KEEP_BROWSER_DAYS)),
        ("Hoe vaak om een link is gevraagd, per uur", days(KEEP_COUNTS_DAYS)),
        ("Formulieren die zijn bewaard tot na het inloggen", format!("{KEEP_MINUTES} minuten")),
        ("Bestanden met scholen die niemand uitvoerde", format!("{KEEP_HOURS} uur")),
        ("Gebeurtenissen voor Numo", days(feed::KEEP_DAYS)),
    ];
    let fixed = fixed.into_iter().map(|(what, how_long)| KeptRow { key: String::new(), what, how_long });
    settable.chain(fixed).collect()
}

fn days(number: i64) -> String {
    if number == 1 { "1 dag".to_owned() } else { format!("{number} dagen") }
}
