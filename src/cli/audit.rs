//! `koppelklaar audit`: whether the audit is whole, and whether what is kept of each connection follows from it.

use clap::Subcommand;

use crate::services::operations::audit::{self, Finding, Head};
use crate::services::operations::replay::{self, Untrue};
use crate::settings::Settings;
use crate::startup::{self, StartError};

/// How many connections a finding names.
const MOST_NAMED: usize = 10;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Checks every entry and names the first that was changed, removed or put in; then makes every connection's state
    /// again from its events, and names those that have another one
    Verify {
        /// A hash that was noted earlier: it must still be there, else entries were cut off since
        #[arg(long, value_name = "HASH")]
        head: Vec<Head>,
    },
}

pub(super) async fn run(settings: &Settings, command: &AuditCommand) -> Result<(), StartError> {
    let AuditCommand::Verify { head } = command;
    let app = startup::open(settings).await?;
    match audit::verify_with(&app.context, head).await? {
        Finding::Whole { entries, last } => {
            println!("The audit is whole: {entries} entries.");
            if !head.is_empty() {
                println!("The hash that was noted is there: nothing was cut off since.");
            }
            println!("Last hash, to be kept elsewhere: {last}");
        }
        Finding::Broken { id, what } => {
            return Err(StartError::new(format!("the audit is broken at row {id}: {what}")));
        }
        Finding::Cut { entries, head } => return Err(StartError::new(cut(entries, head))),
    }
    let replayed = replay::replay(&app.context).await?;
    if !replayed.untrue.is_empty() {
        return Err(StartError::new(untrue(&replayed.untrue)));
    }
    println!("Every state follows from its events: {} connections.", replayed.connections);
    Ok(())
}

/// What a hash says that is not there.
pub(super) fn cut(entries: i64, head: Head) -> String {
    format!("the audit was cut off or written anew: none of its {entries} entries has the hash {head}")
}

/// The connections whose state does not follow from their events.
pub(super) fn untrue(found: &[Untrue]) -> String {
    let one = |untrue: &Untrue| {
        let domain = if untrue.domain.is_empty() { String::new() } else { format!(" ({}.swp.nl)", untrue.domain) };
        format!("connection {}{domain}: {}", untrue.connection, untrue.what)
    };
    let named: Vec<String> = found.iter().take(MOST_NAMED).map(one).collect();
    let more = match found.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!("the database was changed by something else than this program. {}{more}", named.join("; "))
}
