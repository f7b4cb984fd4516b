//! Whether the audit is whole.

use crate::crypto::{hex, same};
use crate::services::{Context, ServiceError};
use crate::store::operations::audit::{self, RawEntry};

/// How many entries are read at once.
const STRETCH: u64 = 1000;

/// What checking the audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Every entry is as it was written and follows the one before.
    Whole {
        /// How many entries there are.
        entries: i64,
        /// The last hash, in hex: written down elsewhere, it shows later that no tail was cut off.
        last: String,
    },
    /// This entry is the first that is not as it was written, or does not follow the one before.
    Broken {
        /// Its id.
        id: i64,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// Checks every entry from the first on.
pub async fn verify(context: &Context) -> Result<Finding, ServiceError> {
    let mut last_id = 0;
    let mut last_mac = vec![];
    loop {
        let stretch = audit::list_raw(context.db.reader(), last_id, STRETCH).await?;
        if stretch.is_empty() {
            return Ok(Finding::Whole { entries: last_id, last: hex(&last_mac) });
        }
        for entry in &stretch {
            if let Some(what) = fault(context, entry, last_id, &last_mac) {
                return Ok(Finding::Broken { id: last_id + 1, what });
            }
            last_id = entry.id();
            last_mac = entry.mac().to_vec();
        }
    }
}

fn fault(context: &Context, entry: &RawEntry, last_id: i64, last_mac: &[u8]) -> Option<&'static str> {
    if entry.id() != last_id + 1 {
        return Some("the entry is missing");
    }
    if entry.prev_mac() != last_mac {
        return Some("it does not follow the entry before");
    }
    match entry.hashed(|parts| context.keys.audit_mac(Some(entry.key_id()), parts)) {
        Err(_) => Some("the key it was hashed with is not on the key ring"),
        Ok((_, expected)) if same(&expected, entry.mac()) => None,
        Ok(_) => Some("it was changed"),
    }
}
