//! The sessions of colleagues of Kurve: how one begins. How long it lasts is in `domain::staff_session`.

use chrono::{DateTime, Utc};

use crate::crypto::Token;
use crate::domain::ids::SessionId;
use crate::domain::staff_session::ends_at;
use crate::services::{Context, ServiceError};
use crate::store::ConnectionTrait;
use crate::store::people::sessions::{self, Holder, StoredSession};
use crate::store::people::staff::StaffAccount;

/// Opens a session of a colleague within a change under way: with the account of their organisation, or with a password.
pub(super) async fn open(
    context: &Context,
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    account: &StaffAccount,
    by_identity: bool,
) -> Result<Token, ServiceError> {
    let token = Token::new(&context.chance);
    let session = StoredSession {
        id: SessionId::from_uuid(context.chance.uuid_v7(now)),
        holder: Holder::Staff { id: account.id, by_identity },
        created_at: now,
        last_seen_at: now,
        expires_at: ends_at(account.role, now, now),
    };
    sessions::insert(conn, &session, &token.hash()).await?;
    Ok(token)
}
