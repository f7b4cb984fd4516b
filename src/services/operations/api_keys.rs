//! Keys with which machines ask for verdicts.

use chrono::{DateTime, Duration, Utc};
use strum::IntoEnumIterator;

use crate::crypto::Token;
use crate::domain::actor::Actor;
use crate::domain::api_scope::{ApiScope, ApiScopes};
use crate::domain::audit::Action;
use crate::domain::ids::ApiKeyId;
use crate::services::in_passing::in_passing;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::operations::api_keys::{self, StoredApiKey};

/// What every key starts with, so that a leaked one is recognised.
pub const KEY_PREFIX: &str = "kk_";

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

/// Makes a key; the answer is the only time that it is seen.
///
/// # Errors
/// `Store(Taken)` when the name is in use.
pub async fn add(context: &Context, now: DateTime<Utc>, new: NewApiKey) -> Result<String, ServiceError> {
    let token = Token::new(&context.chance);
    let id = ApiKeyId::from_uuid(context.chance.uuid_v7(now));
    let NewApiKey { name, scopes, expires_at } = new;
    let key = StoredApiKey { id, name, created_at: now, last_used_at: None, revoked_at: None, scopes, expires_at };
    let call = Call::by_machine(Actor::Operator, now, "api_key_add");
    let mut work = UnitOfWork::begin(context, &call).await?;
    api_keys::insert(work.conn(), &key, &token.hash()).await?;
    work.note(None, Action::ApiKeyAdded { key: id });
    work.finish().await?;
    Ok(format!("{KEY_PREFIX}{}", token.expose_text()))
}

/// Stops a key.
///
/// # Errors
/// `NotFound` when no working key has the name.
pub async fn revoke(context: &Context, now: DateTime<Utc>, name: &str) -> Result<(), ServiceError> {
    let call = Call::by_machine(Actor::Operator, now, "api_key_revoke");
    let mut work = UnitOfWork::begin(context, &call).await?;
    let key = api_keys::mark_revoked(work.conn(), name, now).await?.ok_or(ServiceError::NotFound)?;
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
    let works = |key: &StoredApiKey| key.expires_at.is_none_or(|end| now < end);
    let Some(key) = found.filter(works) else { return Ok(None) };
    if key.last_used_at.is_none_or(|last| now - last >= Duration::hours(1)) {
        in_passing(api_keys::mark_used(context.db.writer(), key.id, now)).await;
    }
    Ok(Some(key))
}
