//! What is kept for how long, as an admin reads it: first what an installation can set, then what follows from something else.

use strum::IntoEnumIterator;

use crate::domain::feed;
use crate::domain::retention::{Kept, Retention};
use crate::domain::staff_session;
use crate::services::operations::housekeeping::{KEEP_BROWSER_DAYS, KEEP_COUNTS_DAYS};
use crate::services::people::kept_forms::KEEP_MINUTES;
use crate::services::people::portal_access::CONTACT_DAYS;
use crate::services::roster::lists::KEEP_HOURS;
use crate::words;

/// One thing that goes by itself.
pub(super) struct KeptRow {
    /// Its name in the setting; empty where there is none.
    pub(super) key: String,
    pub(super) what: &'static str,
    pub(super) how_long: String,
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
