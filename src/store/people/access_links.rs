//! Links and codes to sign in with; only hashes of what a visitor must bring.

use chrono::{DateTime, Utc};
use entity::access_link;
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::access_link::{AccessLink, WRONG_CODES_ALLOWED, expires_at};
use crate::domain::ids::AccessLinkId;
use crate::store::{ConnectionTrait, StoreError};

/// A stored link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLink {
    /// Its id.
    pub id: AccessLinkId,
    /// The keyed hash of the address that asked.
    pub email_key: String,
    /// The hash of the secret of the browser that asked.
    pub browser_hash: Vec<u8>,
    /// The keyed hash of the code, once it was made.
    pub code_hash: Option<Vec<u8>>,
    /// The keyed hash of the client network that it was asked from.
    pub network_key: Option<String>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// What the rule needs.
    pub link: AccessLink,
}

/// Who asks for a link, and for which address: hashes only.
#[derive(Debug, Clone, Copy)]
pub struct LinkAsker<'a> {
    /// The keyed hash of the address.
    pub email_key: &'a str,
    /// The hash of the secret of the browser.
    pub browser_hash: &'a [u8],
    /// The keyed hash of the client network, if a visitor asks.
    pub network_key: Option<&'a str>,
}

/// Stores a request for a link; the token and code are made when the mail is.
pub async fn insert(
    conn: &impl ConnectionTrait,
    id: AccessLinkId,
    asker: LinkAsker<'_>,
    requested_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = access_link::ActiveModel {
        id: Set(id.as_uuid()),
        email_key: Set(asker.email_key.to_owned()),
        browser_hash: Set(asker.browser_hash.to_vec()),
        token_hash: Set(None),
        code_hash: Set(None),
        wrong_codes: Set(0),
        requested_at: Set(requested_at),
        expires_at: Set(expires_at(requested_at)),
        minted_at: Set(None),
        used_at: Set(None),
        replaced_at: Set(None),
        ended_at: Set(None),
        network_key: Set(asker.network_key.map(str::to_owned)),
    };
    access_link::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// Replaces every live link of an address.
pub async fn mark_replaced(conn: &impl ConnectionTrait, email_key: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    access_link::Entity::update_many()
        .col_expr(access_link::COLUMN.replaced_at, now.into())
        .filter(access_link::COLUMN.email_key.eq(email_key))
        .filter(access_link::COLUMN.used_at.is_null())
        .filter(access_link::COLUMN.replaced_at.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

/// Replaces the live links of an address that a browser asked for.
pub async fn mark_replaced_in_browser(
    conn: &impl ConnectionTrait,
    asker: LinkAsker<'_>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    access_link::Entity::update_many()
        .col_expr(access_link::COLUMN.replaced_at, now.into())
        .filter(access_link::COLUMN.email_key.eq(asker.email_key))
        .filter(access_link::COLUMN.browser_hash.eq(asker.browser_hash))
        .filter(access_link::COLUMN.used_at.is_null())
        .filter(access_link::COLUMN.replaced_at.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

/// Replaces one link, if nobody used it.
pub async fn mark_one_replaced(
    conn: &impl ConnectionTrait,
    id: AccessLinkId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    access_link::Entity::update_many()
        .col_expr(access_link::COLUMN.replaced_at, now.into())
        .filter(access_link::COLUMN.id.eq(id.as_uuid()))
        .filter(access_link::COLUMN.used_at.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

/// The links of an address that work, in no order.
pub async fn list_live(
    conn: &impl ConnectionTrait,
    email_key: &str,
    now: DateTime<Utc>,
) -> Result<Vec<StoredLink>, StoreError> {
    let rows = access_link::Entity::find()
        .filter(access_link::COLUMN.email_key.eq(email_key))
        .filter(access_link::COLUMN.used_at.is_null())
        .filter(access_link::COLUMN.replaced_at.is_null())
        .filter(access_link::COLUMN.wrong_codes.lt(WRONG_CODES_ALLOWED))
        .filter(access_link::COLUMN.expires_at.gte(now))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(to_stored).collect())
}

/// Whose links of an address are counted together.
#[derive(Debug, Clone, Copy)]
pub enum Counting {
    /// Those of the browser that asks.
    Browser,
    /// Those of the browser that asks, and of others in its client network.
    BrowserAndNetwork,
}

impl Counting {
    fn filter(self, asker: LinkAsker<'_>) -> Condition {
        let of_browser = access_link::COLUMN.browser_hash.eq(asker.browser_hash);
        let any = Condition::any().add(of_browser);
        let any = match (self, asker.network_key) {
            (Self::Browser, _) => any,
            (Self::BrowserAndNetwork, Some(network)) => any.add(access_link::COLUMN.network_key.eq(network)),
            (Self::BrowserAndNetwork, None) => any.add(access_link::COLUMN.network_key.is_null()),
        };
        Condition::all().add(access_link::COLUMN.email_key.eq(asker.email_key)).add(any)
    }
}

/// How often a link was asked for since a moment.
pub async fn count_since(
    conn: &impl ConnectionTrait,
    asker: LinkAsker<'_>,
    counting: Counting,
    since: DateTime<Utc>,
) -> Result<u64, StoreError> {
    Ok(access_link::Entity::find()
        .filter(counting.filter(asker))
        .filter(access_link::COLUMN.requested_at.gt(since))
        .count(conn)
        .await?)
}

/// When the `nth` newest of these links was asked for, counted from 1.
pub async fn find_nth_newest(
    conn: &impl ConnectionTrait,
    asker: LinkAsker<'_>,
    counting: Counting,
    nth: u64,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let row = access_link::Entity::find()
        .filter(counting.filter(asker))
        .order_by_desc(access_link::COLUMN.requested_at)
        .offset(nth.saturating_sub(1))
        .limit(1)
        .one(conn)
        .await?;
    Ok(row.map(|row| row.requested_at))
}

/// Gives a link its token and code, once; `false` when it had them or no longer works.
pub async fn mark_minted(
    conn: &impl ConnectionTrait,
    id: AccessLinkId,
    token_hash: &[u8],
    code_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let changed = access_link::Entity::update_many()
        .col_expr(access_link::COLUMN.token_hash, token_hash.to_vec().into())
        .col_expr(access_link::COLUMN.code_hash, code_hash.to_vec().into())
        .col_expr(access_link::COLUMN.minted_at, now.into())
        .filter(access_link::COLUMN.id.eq(id.as_uuid()))
        .filter(access_link::COLUMN.minted_at.is_null())
        .filter(access_link::COLUMN.replaced_at.is_null())
        .filter(access_link::COLUMN.expires_at.gt(now))
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Takes a link's token and code away, since they reached nobody.
pub async fn mark_unminted(conn: &impl ConnectionTrait, id: AccessLinkId) -> Result<(), StoreError> {
    access_link::Entity::update_many()
        .col_expr(access_link::COLUMN.token_hash, Option::<Vec<u8>>::None.into())
        .col_expr(access_link::COLUMN.code_hash, Option::<Vec<u8>>::None.into())
        .col_expr(access_link::COLUMN.minted_at, Option::<DateTime<Utc>>::None.into())
        .filter(access_link::COLUMN.id.eq(id.as_uuid()))
        .filter(access_link::COLUMN.used_at.is_null())
        .exec(conn)
        .await?;
    Ok(())
}

/// The link with this token.
pub async fn find_by_token(conn: &impl ConnectionTrait, token_hash: &[u8]) -> Result<Option<StoredLink>, StoreError> {
    let found = access_link::Entity::find().filter(access_link::COLUMN.token_hash.eq(token_hash)).one(conn).await?;
    Ok(found.map(to_stored))
}

/// The link that a browser asked for last.
pub async fn find_by_browser(
    conn: &impl ConnectionTrait,
    browser_hash: &[u8],
) -> Result<Option<StoredLink>, StoreError> {
    let found = access_link::Entity::find()
        .filter(access_link::COLUMN.browser_hash.eq(browser_hash))
        .order_by_desc(access_link::COLUMN.requested_at)
        .order_by_desc(access_link::COLUMN.id)
        .one(conn)
        .await?;
    Ok(found.map(to_stored))
}

/// The link with this id.
pub async fn find(conn: &impl ConnectionTrait, id: AccessLinkId) -> Result<Option<StoredLink>, StoreError> {
    Ok(access_link::Entity::find_by_id(id.as_uuid()).one(conn).await?.map(to_stored))
}

/// The link with this id, locked until the transaction ends, so that simultaneous attempts are judged one after
/// another.
pub async fn load_for_update(conn: &impl ConnectionTrait, id: AccessLinkId) -> Result<Option<StoredLink>, StoreError> {
    Ok(access_link::Entity::find_by_id(id.as_uuid()).lock_exclusive().one(conn).await?.map(to_stored))
}

/// Uses a link up, in one statement; `false` when someone was first.
pub async fn claim(conn: &impl ConnectionTrait, id: AccessLinkId, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = access_link::Entity::update_many()
        .col_expr(access_link::COLUMN.used_at, now.into())
        .filter(access_link::COLUMN.id.eq(id.as_uuid()))
        .filter(access_link::COLUMN.used_at.is_null())
        .filter(access_link::COLUMN.replaced_at.is_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Counts a wrong code.
pub async fn mark_wrong_code(conn: &impl ConnectionTrait, id: AccessLinkId) -> Result<(), StoreError> {
    access_link::Entity::update_many()
        .col_expr(access_link::COLUMN.wrong_codes, Expr::col(access_link::Column::WrongCodes).add(1))
        .filter(access_link::COLUMN.id.eq(id.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Deletes links that stopped working before a moment.
pub async fn delete_expired(conn: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let filter = access_link::COLUMN.expires_at.lt(before);
    Ok(access_link::Entity::delete_many().filter(filter).exec(conn).await?.rows_affected)
}

fn to_stored(row: access_link::Model) -> StoredLink {
    StoredLink {
        id: AccessLinkId::from_uuid(row.id),
        email_key: row.email_key,
        browser_hash: row.browser_hash,
        code_hash: row.code_hash,
        network_key: row.network_key,
        requested_at: row.requested_at,
        link: AccessLink {
            expires_at: row.expires_at,
            used_at: row.used_at,
            replaced_at: row.replaced_at,
            wrong_codes: row.wrong_codes,
        },
    }
}
