//! What somebody typed as their session ended: kept sealed under a token that only their browser has, for an hour, until it
//! is sent. It comes back as a form to be pressed, and is never sent by itself. Secrets are not among it.

use chrono::{DateTime, Duration, Utc};
use zeroize::Zeroizing;

use crate::crypto::{Binding, Purpose, Token, sealed};
use crate::services::{Context, ServiceError};
use crate::store::people::kept_forms::{self, KeptForm};

/// For how long a form is kept, in minutes.
pub const KEEP_MINUTES: i64 = 60;

/// The largest form that is kept, in bytes: its longest text has 4,000 signs, which may be written as twelve bytes each.
pub const MOST_BYTES: usize = 60 * 1024;

/// A form as it was typed, `name=value&…`. Without `Debug`: it may name people.
pub struct Typed {
    /// Where it was posted.
    pub path: String,
    /// The fields.
    pub fields: String,
}

/// Keeps a form; nothing where it is too large.
pub async fn keep(context: &Context, now: DateTime<Utc>, typed: &Typed) -> Result<Option<Token>, ServiceError> {
    if typed.fields.len() > MOST_BYTES || typed.fields.is_empty() {
        return Ok(None);
    }
    let token = Token::new(&context.chance);
    let id = context.chance.uuid_v7(now);
    let sealed =
        sealed::seal(&context.keys, Purpose::SealKeptForm, &binding(id), typed.fields.as_bytes(), &context.chance);
    let path = typed.path.clone();
    let new = KeptForm { id, token_hash: token.hash().to_vec(), path, sealed, kept_at: now };
    kept_forms::insert(context.db.writer(), &new).await?;
    Ok(Some(token))
}

/// What is kept under a token; nothing after an hour, and nothing where it does not open.
pub async fn find(context: &Context, now: DateTime<Utc>, token: &Token) -> Result<Option<Typed>, ServiceError> {
    let found = kept_forms::find(context.db.reader(), &token.hash()).await?;
    let Some(kept) = found.filter(|kept| now - kept.kept_at < Duration::minutes(KEEP_MINUTES)) else {
        return Ok(None);
    };
    let fields = open(context, &kept)?;
    Ok(fields.map(|fields| Typed { path: kept.path, fields: fields.to_string() }))
}

/// The fields of a form that is kept; nothing where they are no text.
pub(in crate::services) fn open(context: &Context, kept: &KeptForm) -> Result<Option<Zeroizing<String>>, ServiceError> {
    let plain = sealed::open(&context.keys, Purpose::SealKeptForm, &binding(kept.id), &kept.sealed)?;
    Ok(String::from_utf8(plain.to_vec()).map(Zeroizing::new).ok())
}

/// Forgets what is kept under a token.
pub async fn forget(context: &Context, token: &Token) -> Result<(), ServiceError> {
    kept_forms::delete(context.db.writer(), &token.hash()).await?;
    Ok(())
}

fn binding(id: uuid::Uuid) -> Binding<'static> {
    Binding { table: "kept_form", row: id, version: 0 }
}
