//! A list that a colleague brought: kept sealed until it is carried out, or for a day.

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use crate::crypto::{Binding, Purpose, sealed};
use crate::domain::actor::Actor;
use crate::domain::ids::{RosterId, StaffId};
use crate::domain::roster::{FileName, Mapping, Sheet};
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::roster::{self, StoredRoster};

/// For how long a list is kept that nobody carries out, in hours.
pub const KEEP_HOURS: i64 = 24;

/// A list that was brought.
#[derive(Debug, Clone)]
pub struct Brought {
    /// Its id.
    pub id: RosterId,
    /// What its file is called.
    pub file: FileName,
    /// The list.
    pub sheet: Sheet,
    /// Which columns count.
    pub mapping: Mapping,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    file: FileName,
    sheet: Sheet,
}

/// Keeps a list that a colleague brought.
///
/// # Errors
/// `Forbidden` for who may not act.
pub async fn bring(context: &Context, call: &Call, file: FileName, sheet: Sheet) -> Result<RosterId, ServiceError> {
    let staff = acting(call)?;
    let id = RosterId::from_uuid(context.chance.uuid_v7(call.now));
    let kept = serde_json::to_vec(&Kept { file, sheet });
    let kept = zeroize::Zeroizing::new(kept.map_err(|_| ServiceError::Broken("a list that cannot be written"))?);
    let sealed = sealed::seal(&context.keys, Purpose::SealRoster, &binding(id), &kept, &context.chance);
    let new = StoredRoster { id, staff, sealed, mapping: None, created_at: call.now };
    roster::insert(context.db.writer(), &new).await?;
    Ok(id)
}

/// The list, for the colleague who brought it.
///
/// # Errors
/// `NotFound` where it is not theirs, was carried out, or is too old.
pub async fn open(context: &Context, call: &Call, id: RosterId) -> Result<Brought, ServiceError> {
    let stored = load(context, call, id).await?;
    let kept = open_stored(context, &stored)?;
    let Kept { file, sheet } =
        serde_json::from_slice(&kept).map_err(|_| ServiceError::Broken("a list that cannot be read"))?;
    let chosen = stored.mapping.and_then(|mapping| serde_json::from_str(&mapping).ok());
    let mapping = chosen.unwrap_or_else(|| Mapping::suggest(&sheet.headers));
    Ok(Brought { id, file, sheet, mapping })
}

/// What is sealed of a list: its file and its rows, as JSON.
pub(in crate::services) fn open_stored(
    context: &Context,
    stored: &StoredRoster,
) -> Result<zeroize::Zeroizing<Vec<u8>>, ServiceError> {
    Ok(sealed::open(&context.keys, Purpose::SealRoster, &binding(stored.id), &stored.sealed)?)
}

/// Keeps which columns count.
///
/// # Errors
/// As [`open`].
pub async fn choose(context: &Context, call: &Call, id: RosterId, mapping: &Mapping) -> Result<(), ServiceError> {
    load(context, call, id).await?;
    let json = serde_json::to_string(mapping).map_err(|_| ServiceError::Broken("columns that cannot be written"))?;
    Ok(roster::save_mapping(context.db.writer(), id, &json).await?)
}

/// Forgets a list that is carried out.
pub(super) async fn forget(context: &Context, id: RosterId) -> Result<(), ServiceError> {
    roster::delete(context.db.writer(), id).await?;
    Ok(())
}

/// Forgets the lists that nobody carried out in time; returns how many.
pub async fn forget_old(context: &Context, now: DateTime<Utc>) -> Result<u64, ServiceError> {
    Ok(roster::delete_before(context.db.writer(), now - Duration::hours(KEEP_HOURS)).await?)
}

async fn load(context: &Context, call: &Call, id: RosterId) -> Result<StoredRoster, ServiceError> {
    let staff = acting(call)?;
    let stored = roster::find(context.db.reader(), id).await?;
    let is_mine =
        |stored: &StoredRoster| stored.staff == staff && call.now - stored.created_at < Duration::hours(KEEP_HOURS);
    stored.filter(is_mine).ok_or(ServiceError::NotFound)
}

fn acting(call: &Call) -> Result<StaffId, ServiceError> {
    call.check_may_act()?;
    let Actor::Staff { id, .. } = call.actor else { return Err(ServiceError::Forbidden) };
    Ok(id)
}

fn binding(id: RosterId) -> Binding<'static> {
    Binding { table: "roster", row: id.as_uuid(), version: 0 }
}
