//! What is known of addresses, by their keyed hash.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{address_mark, contact, onboarding};
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::address_mark::{AddressMark, Bounced};
use crate::domain::school::Contact;
use crate::store::people::contacts;
use crate::store::{Changing, ConnectionTrait, StoreError, readable};

/// What is known of an address.
pub async fn find(conn: &impl ConnectionTrait, address_key: &str) -> Result<AddressMark, StoreError> {
    let row = address_mark::Entity::find_by_id(address_key).one(conn).await?;
    Ok(row.map(to_mark).unwrap_or_default())
}

/// What is known of these addresses; one of which nothing is known is left out.
pub async fn list(
    conn: &impl ConnectionTrait,
    address_keys: impl IntoIterator<Item = String>,
) -> Result<BTreeMap<String, AddressMark>, StoreError> {
    let keys: Vec<String> = address_keys.into_iter().collect();
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = address_mark::Entity::find().filter(address_mark::COLUMN.address_key.is_in(keys)).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.address_key.clone(), to_mark(row))).collect())
}

/// The contacts of today where mail does not arrive or reminders are not wanted, at most `limit` addresses: first
/// where mail does not arrive, the newest first.
pub async fn list_contacts(conn: &impl ConnectionTrait, limit: u64) -> Result<Vec<(Contact, AddressMark)>, StoreError> {
    let column = address_mark::COLUMN;
    let marked = |filter| address_mark::Entity::find().filter(filter).limit(limit);
    let bounced = marked(column.bounced_at.is_not_null()).order_by_desc(column.bounced_at).all(conn).await?;
    let stopped = marked(column.bounced_at.is_null().and(column.reminders_stopped_at.is_not_null()));
    let stopped = stopped.order_by_desc(column.reminders_stopped_at).all(conn).await?;
    let marks: Vec<address_mark::Model> = bounced.into_iter().chain(stopped).collect();
    if marks.is_empty() {
        return Ok(vec![]);
    }
    let mut people = BTreeMap::<String, Vec<contact::Model>>::new();
    let query = contact::Entity::find()
        .filter(contact::COLUMN.email_key.is_in(marks.iter().map(|row| row.address_key.as_str())))
        .filter(contact::COLUMN.removed_at.is_null())
        .order_by_asc(contact::COLUMN.created_at)
        .order_by_asc(contact::COLUMN.id);
    for person in query.all(conn).await? {
        people.entry(person.email_key.clone()).or_default().push(person);
    }
    let with_mark = |row: address_mark::Model| {
        let people = readable(people.remove(&row.address_key).unwrap_or_default(), contacts::to_contact);
        let mark = to_mark(row);
        people.into_iter().map(move |person| (person, mark.clone()))
    };
    Ok(marks.into_iter().flat_map(with_mark).collect())
}

/// How many contacts of today of connections under way or paused there are where mail does not arrive.
pub async fn count_bounced(conn: &impl ConnectionTrait) -> Result<u64, StoreError> {
    let bounced = Query::select()
        .column(address_mark::Column::AddressKey)
        .from(address_mark::Entity)
        .and_where(Expr::col(address_mark::Column::BouncedAt).is_not_null())
        .to_owned();
    let under_way = Query::select()
        .column(onboarding::Column::ConnectionId)
        .from(onboarding::Entity)
        .and_where(Expr::col(onboarding::Column::Lifecycle).is_in(["active", "paused"]))
        .to_owned();
    let found = contact::Entity::find()
        .filter(contact::COLUMN.removed_at.is_null())
        .filter(Expr::col(contact::Column::EmailKey).in_subquery(bounced))
        .filter(Expr::col(contact::Column::ConnectionId).in_subquery(under_way));
    Ok(found.count(conn).await?)
}

/// Notes that mail does not arrive at an address; `false` when that was known.
pub async fn mark_bounced(conn: &impl Changing, address_key: &str, bounced: &Bounced) -> Result<bool, StoreError> {
    ensure(conn, address_key).await?;
    let changed = address_mark::Entity::update_many()
        .col_expr(address_mark::COLUMN.bounced_at, bounced.at.into())
        .col_expr(address_mark::COLUMN.bounce_code, bounced.code.as_str().into())
        .filter(address_mark::COLUMN.address_key.eq(address_key))
        .filter(address_mark::COLUMN.bounced_at.is_null())
        .exec(conn)
        .await?;
    touch_if(conn, address_key, changed.rows_affected == 1).await
}

/// Notes that mail arrives at an address after all, if it did not until this moment; `false` when it was not so.
pub async fn clear_bounced(conn: &impl Changing, address_key: &str, until: DateTime<Utc>) -> Result<bool, StoreError> {
    let changed = address_mark::Entity::update_many()
        .col_expr(address_mark::COLUMN.bounced_at, Option::<DateTime<Utc>>::None.into())
        .col_expr(address_mark::COLUMN.bounce_code, Option::<String>::None.into())
        .filter(address_mark::COLUMN.address_key.eq(address_key))
        .filter(address_mark::COLUMN.bounced_at.lte(until))
        .exec(conn)
        .await?;
    touch_if(conn, address_key, changed.rows_affected == 1).await
}

/// Where something changed, the worklist says something else of everybody with this address.
async fn touch_if(conn: &impl Changing, address_key: &str, has_changed: bool) -> Result<bool, StoreError> {
    if has_changed {
        contacts::list_connections_of(conn, address_key).await?.into_iter().for_each(|id| conn.touch(id));
    }
    Ok(has_changed)
}

/// Notes that reminders are not wanted at an address; `false` when that was known.
pub async fn stop_reminders(
    conn: &impl ConnectionTrait,
    address_key: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    ensure(conn, address_key).await?;
    let changed = address_mark::Entity::update_many()
        .col_expr(address_mark::COLUMN.reminders_stopped_at, now.into())
        .filter(address_mark::COLUMN.address_key.eq(address_key))
        .filter(address_mark::COLUMN.reminders_stopped_at.is_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Notes that reminders are wanted again; `false` when they were.
pub async fn resume_reminders(conn: &impl ConnectionTrait, address_key: &str) -> Result<bool, StoreError> {
    let changed = address_mark::Entity::update_many()
        .col_expr(address_mark::COLUMN.reminders_stopped_at, Option::<DateTime<Utc>>::None.into())
        .filter(address_mark::COLUMN.address_key.eq(address_key))
        .filter(address_mark::COLUMN.reminders_stopped_at.is_not_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Notes that the digest is not wanted at an address; `false` when that was known.
pub async fn stop_digest(
    conn: &impl ConnectionTrait,
    address_key: &str,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    ensure(conn, address_key).await?;
    let changed = address_mark::Entity::update_many()
        .col_expr(address_mark::COLUMN.digest_stopped_at, now.into())
        .filter(address_mark::COLUMN.address_key.eq(address_key))
        .filter(address_mark::COLUMN.digest_stopped_at.is_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

/// Notes that the digest is wanted again; `false` when it was.
pub async fn resume_digest(conn: &impl ConnectionTrait, address_key: &str) -> Result<bool, StoreError> {
    let changed = address_mark::Entity::update_many()
        .col_expr(address_mark::COLUMN.digest_stopped_at, Option::<DateTime<Utc>>::None.into())
        .filter(address_mark::COLUMN.address_key.eq(address_key))
        .filter(address_mark::COLUMN.digest_stopped_at.is_not_null())
        .exec(conn)
        .await?;
    Ok(changed.rows_affected == 1)
}

async fn ensure(conn: &impl ConnectionTrait, address_key: &str) -> Result<(), StoreError> {
    let row = address_mark::ActiveModel {
        address_key: Set(address_key.to_owned()),
        bounced_at: Set(None),
        bounce_code: Set(None),
        reminders_stopped_at: Set(None),
        digest_stopped_at: Set(None),
    };
    let keep = OnConflict::column(address_mark::Column::AddressKey).do_nothing().to_owned();
    address_mark::Entity::insert(row).on_conflict(keep).exec_without_returning(conn).await?;
    Ok(())
}

fn to_mark(row: address_mark::Model) -> AddressMark {
    let code = row.bounce_code.unwrap_or_default();
    AddressMark {
        bounced: row.bounced_at.map(|at| Bounced { at, code }),
        reminders_stopped_at: row.reminders_stopped_at,
        digest_stopped_at: row.digest_stopped_at,
    }
}
