//! Whether the key ring is this database's: with another one nobody could sign in and nothing that is sealed would open.

use chrono::{DateTime, Utc};

use crate::crypto::same;
use crate::domain::key_fingerprint::{Difference, WrongKeys, compare};
use crate::domain::text::EmailAddress;
use crate::services::Context;
use crate::store::operations::audit::RawEntry;
use crate::store::operations::{audit, key_fingerprints};
use crate::store::{ConnectionTrait, StoreError, lock};

/// Why a ring is not taken.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// It is not this database's.
    #[error(transparent)]
    Wrong(#[from] WrongKeys),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Holds the ring against what is kept of the keys that were used here. It keeps nothing.
///
/// # Errors
/// When the ring is another one, its first line moved, or a key is gone that is still needed.
pub async fn check(context: &Context) -> Result<(), KeyFault> {
    find_difference(context, context.db.reader()).await.map(drop)
}

/// The same, and keeps what is new: a key that was added, or the whole ring of a new installation.
///
/// # Errors
/// As [`check`].
pub async fn check_and_note(context: &Context, now: DateTime<Utc>) -> Result<(), KeyFault> {
    if find_difference(context, context.db.reader()).await?.new.is_empty() {
        return Ok(());
    }
    let tx = context.db.begin_write().await?;
    lock::hold_keys(tx.conn()).await?;
    // Another instance may have come first, with another ring.
    let Difference { new, .. } = find_difference(context, tx.conn()).await?;
    key_fingerprints::insert(tx.conn(), new, now).await?;
    Ok(tx.commit().await?)
}

async fn find_difference(context: &Context, conn: &impl ConnectionTrait) -> Result<Difference, KeyFault> {
    let kept = key_fingerprints::list(conn).await?;
    if kept.is_empty() {
        check_by_rows(context, conn).await?;
    }
    let difference = compare(&kept, &context.keys.fingerprints())?;
    for id in &difference.gone {
        // What a key sealed, an entry tells of that it signed.
        if key_fingerprints::is_signed_with(conn, id).await? {
            return Err(WrongKeys::Gone { id: id.clone() }.into());
        }
    }
    Ok(difference)
}

/// A database of before nothing was kept tells by its own rows of the keys that they were made with.
async fn check_by_rows(context: &Context, conn: &impl ConnectionTrait) -> Result<(), KeyFault> {
    let ends = [audit::find_first_raw(conn).await?, audit::find_last_raw(conn).await?];
    let is_ours = |entry: &RawEntry| {
        let code = entry.hashed(|parts| context.keys.audit_mac(Some(entry.key_id()), parts));
        code.is_ok_and(|(_, code)| same(&code, entry.mac()))
    };
    // One of them may have been changed by hand, which is for the audit to say.
    let mut entries = ends.iter().flatten().peekable();
    if entries.peek().is_some() && !entries.any(is_ours) {
        return Err(WrongKeys::NoneKnown.into());
    }
    let Some(found) = key_fingerprints::find_looked_up(conn).await? else { return Ok(()) };
    match EmailAddress::parse(&found.email) {
        Ok(address) if context.keys.email_key(&address.key_form()) != found.key => Err(WrongKeys::FirstUnknown.into()),
        Ok(_) | Err(_) => Ok(()),
    }
}
