//! Keys with which machines ask for verdicts.

use chrono::{DateTime, Duration, Utc};
use strum::IntoEnumIterator;

use crate::crypto::Token;
use crate::domain::api_scope::{ApiScope, ApiScopes};
use crate::domain::audit::Action;
use crate::domain::ids::ApiKeyId;
use crate::services::in_passing::in_passing;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::operations::api_keys::{self, StoredApiKey};

/// What every key starts with, so that a leaked one is recognised.
pub const KEY_PREFIX: &str = "kk_";

/// For how many days a key may be made.
pub const MOST_DAYS: i64 = 3660;

/// How many signs the name of a key may have.
pub const MOST_SIGNS: usize = 40;

/// How long a key that was replaced still works.
pub const OVERLAP: Duration = Duration::days(1);

/// A key as it is asked for.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// Whose it is.
    pub name: String,
    /// What it may ask.
    pub scopes: ApiScopes,
    /// From when it does not work any more.
    pub expires_at: Option<DateTime<Utc>>,
}

impl NewApiKey {
    /// A key that may ask everything, for ever.
    pub fn for_everything(name: &str) -> Self {
        Self { name: name.to_owned(), scopes: ApiScopes::of(ApiScope::iter()), expires_at: None }
    }
}

/// The name of a key as it was typed: one line that shows in a list.
pub fn read_name(typed: &str) -> Option<String> {
    let name = typed.trim();
    let is_name = (1..=MOST_SIGNS).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    is_name.then(|| name.to_owned())
}

/// Makes a key; the answer is the only time that it is seen.
///
/// # Errors
/// `Store(Taken)` when the name is in use.
pub async fn add(context: &Context, call: &Call, new: NewApiKey) -> Result<String, ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let key = insert(&mut work, call, new).await?;
    work.finish().await?;
    Ok(key)
}

async fn insert(work: &mut UnitOfWork<'_>, call: &Call, new: NewApiKey) -> Result<String, ServiceError> {
    let chance = &work.context().chance;
    let token = Token::new(chance);
    let id = ApiKeyId::from_uuid(chance.uuid_v7(call.now));
    let NewApiKey { name, scopes, expires_at } = new;
    let key = StoredApiKey { id, name, created_at: call.now, last_used_at: None, revoked_at: None, scopes, expires_at };
    api_keys::insert(work.conn(), &key, &token.hash()).await?;
    work.note(None, Action::ApiKeyAdded { key: id });
    Ok(format!("{KEY_PREFIX}{}", token.expose_text()))
}

/// Makes another key in the place of one, under its name, with the same scopes and for as long; the old one works for a day
/// more, so that who uses it changes over without a gap. The answer is the only time that the new one is seen.
///
/// # Errors
/// `NotFound` when no working key has the name.
pub async fn replace(context: &Context, call: &Call, name: &str) -> Result<String, ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let old = api_keys::find_by_name(work.conn(), name).await?;
    let old = old.filter(|key| key.works_at(call.now)).ok_or(ServiceError::NotFound)?;
    let ends = call.now + OVERLAP;
    let end = old.expires_at.map_or(ends, |end| end.min(ends));
    let short: String = old.id.to_string().chars().rev().take(4).collect();
    api_keys::lay_aside(work.conn(), old.id, &format!("{name} (vervangen, {short})"), end).await?;
    work.note(None, Action::ApiKeyReplaced { key: old.id });
    let expires_at = old.expires_at.map(|end| call.now + (end - old.created_at));
    let key = insert(&mut work, call, NewApiKey { name: name.to_owned(), scopes: old.scopes, expires_at }).await?;
    work.finish().await?;
    Ok(key)
}

/// Stops a key.
///
/// # Errors
/// `NotFound` when no working key has the name.
pub async fn revoke(context: &Context, call: &Call, name: &str) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let key = api_keys::mark_revoked(work.conn(), name, call.now).await?.ok_or(ServiceError::NotFound)?;
    work.note(None, Action::ApiKeyRevoked { key });
    work.finish().await
}

/// Every key, by name.
pub async fn list(context: &Context) -> Result<Vec<StoredApiKey>, ServiceError> {
    Ok(api_keys::list(context.db.reader()).await?)
}

/// Whose key this is, if it works.
pub async fn find(
    context: &Context,
    now: DateTime<Utc>,
    presented: &str,
) -> Result<Option<StoredApiKey>, ServiceError> {
    let Some(token) = presented.strip_prefix(KEY_PREFIX).and_then(Token::parse) else { return Ok(None) };
    let found = api_keys::find(context.db.reader(), &token.hash()).await?;
    let Some(key) = found.filter(|key| key.works_at(now)) else { return Ok(None) };
    if key.last_used_at.is_none_or(|last| now - last >= Duration::hours(1)) {
        in_passing(api_keys::mark_used(context.db.writer(), key.id, now)).await;
    }
    Ok(Some(key))
}
