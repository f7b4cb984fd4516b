//! Connections of which nothing goes on any more: since when, that they are in line to go, and that they went.
//!
//! The columns stand beside the onboarding. Every change of it begins them anew ([`ended_at`]), so nothing goes that changed
//! within the term, or within the days for which Kurve is told of it. What goes is in `store::privacy::clearing`.

use chrono::{DateTime, Utc};
use entity::{connection, connection_check, join_request, message, onboarding, outbox};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::Onboarding;
use crate::store::mail::outbox::MailStatus;
use crate::store::onboarding::connections;
use crate::store::{Changing, ConnectionTrait, StoreError};

/// Where a connection stands on its way out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Leaving {
    /// Since when nothing of it goes on, or was last seen in use.
    pub ended_at: Option<DateTime<Utc>>,
    /// When it was put in line to go.
    pub announced_at: Option<DateTime<Utc>>,
    /// When what is personal of it went.
    pub cleared_at: Option<DateTime<Utc>>,
}

/// A connection that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Which.
    pub connection: ConnectionId,
    /// Since when nothing of it goes on, or was last seen in use.
    pub at: DateTime<Utc>,
    /// When it was put in line to go.
    pub announced_at: Option<DateTime<Utc>>,
}

/// A connection that is in line to go, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Which.
    pub ended: Ended,
    /// What it is called, as it is kept.
    pub name: String,
    /// Which schools it carries, as it is kept.
    pub carried: String,
}

/// Since when nothing goes on, as it is written with a change. What was kept for longer stays so; and where everything went
/// and something is here again, the term begins anew.
pub(super) fn ended_at(state: &Onboarding, now: DateTime<Utc>) -> SimpleExpr {
    let Some(at) = state.ended_at() else { return Option::<DateTime<Utc>>::None.into() };
    let (kept, cleared) = (onboarding::Column::EndedAt, onboarding::Column::ClearedAt);
    Expr::case(Expr::col(cleared).is_not_null(), Expr::value(now))
        .case(Expr::col(kept).gt(at), Expr::col(kept))
        .finally(Expr::value(at))
        .into()
}

/// Says since when, where an instance of a release before this did not.
pub(super) async fn fill_missing(conn: &impl ConnectionTrait) -> Result<(), StoreError> {
    onboarding::Entity::update_many()
        .col_expr(onboarding::Column::EndedAt, Expr::col(onboarding::Column::UpdatedAt))
        .filter(onboarding::COLUMN.ended_at.is_null())
        .filter(onboarding::COLUMN.cleared_at.is_null())
        .filter(onboarding::COLUMN.lifecycle.is_in(["withdrawn", "completed"]))
        .exec(conn)
        .await?;
    Ok(())
}

/// Where a connection stands on its way out.
pub async fn find(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Leaving, StoreError> {
    type Row = (Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let found: Option<Row> = onboarding::Entity::find_by_id(connection.as_uuid())
        .select_only()
        .columns([onboarding::Column::EndedAt, onboarding::Column::AnnouncedAt, onboarding::Column::ClearedAt])
        .into_tuple()
        .one(conn)
        .await?;
    let (ended_at, announced_at, cleared_at) = found.unwrap_or_default();
    Ok(Leaving { ended_at, announced_at, cleared_at })
}

/// The connections that ended by a moment and are not in line to go, the longest ended first.
pub async fn list_unannounced(
    conn: &impl ConnectionTrait,
    until: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Ended>, StoreError> {
    let query = onboarding::Entity::find()
        .filter(onboarding::COLUMN.announced_at.is_null())
        .filter(onboarding::COLUMN.ended_at.lte(until))
        .order_by_asc(onboarding::COLUMN.ended_at)
        .limit(limit);
    list_ended(conn, query).await
}

/// The connections that were put in line by a moment, after one of them, the first first.
pub async fn list_announced_until(
    conn: &impl ConnectionTrait,
    until: DateTime<Utc>,
    after: Option<Ended>,
    limit: u64,
) -> Result<Vec<Ended>, StoreError> {
    let mut query = onboarding::Entity::find().filter(onboarding::COLUMN.announced_at.lte(until));
    if let Some((after, announced_at)) = after.and_then(|after| Some((after, after.announced_at?))) {
        let columns = [onboarding::Column::AnnouncedAt, onboarding::Column::EndedAt, onboarding::Column::ConnectionId];
        let place = Expr::tuple(columns.map(Expr::col));
        let last = [Expr::value(announced_at), Expr::value(after.at), Expr::value(after.connection.as_uuid())];
        query = query.filter(place.gt(Expr::tuple(last)));
    }
    let query = query
        .order_by_asc(onboarding::COLUMN.announced_at)
        .order_by_asc(onboarding::COLUMN.ended_at)
        .order_by_asc(onboarding::COLUMN.connection_id)
        .limit(limit);
    list_ended(conn, query).await
}

async fn list_ended(conn: &impl ConnectionTrait, query: Select<onboarding::Entity>) -> Result<Vec<Ended>, StoreError> {
    type Row = (Uuid, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let rows: Vec<Row> = query
        .select_only()
        .columns([onboarding::Column::ConnectionId, onboarding::Column::EndedAt, onboarding::Column::AnnouncedAt])
        .into_tuple()
        .all(conn)
        .await?;
    let ended =
        |(id, at, announced_at): Row| Some(Ended { connection: ConnectionId::from_uuid(id), at: at?, announced_at });
    Ok(rows.into_iter().filter_map(ended).collect())
}

/// The connections that were put in line from a moment on, the first first, at most `limit`.
pub async fn list_announced(
    conn: &impl ConnectionTrait,
    since: Option<DateTime<Utc>>,
    limit: u64,
) -> Result<Vec<Announced>, StoreError> {
    type Row = (Uuid, Option<DateTime<Utc>>, Option<DateTime<Utc>>, String, i32, Option<String>);
    let rows: Vec<Row> = announced(since)
        .inner_join(connection::Entity)
        .select_only()
        .columns([onboarding::Column::ConnectionId, onboarding::Column::EndedAt, onboarding::Column::AnnouncedAt])
        .column(connection::Column::Name)
        .column(connection::Column::SchoolCount)
        .column(connection::Column::OnlyBrin)
        .order_by_asc(onboarding::COLUMN.announced_at)
        .order_by_asc(onboarding::COLUMN.ended_at)
        .limit(limit)
        .into_tuple()
        .all(conn)
        .await?;
    let to_announced = |(id, at, announced_at, name, count, only_brin): Row| {
        let ended = Ended { connection: ConnectionId::from_uuid(id), at: at?, announced_at };
        Some(Announced { ended, name, carried: connections::name_carried(count, only_brin) })
    };
    Ok(rows.into_iter().filter_map(to_announced).collect())
}

/// How many connections were put in line from a moment on.
pub async fn count_announced(conn: &impl ConnectionTrait, since: Option<DateTime<Utc>>) -> Result<u64, StoreError> {
    Ok(announced(since).count(conn).await?)
}

fn announced(since: Option<DateTime<Utc>>) -> Select<onboarding::Entity> {
    let since = since.unwrap_or(DateTime::UNIX_EPOCH);
    onboarding::Entity::find().filter(onboarding::COLUMN.announced_at.gte(since))
}

/// Puts connections in line to go no longer that ended after a moment: the term became longer, or they are kept.
pub async fn call_off(conn: &impl ConnectionTrait, after: DateTime<Utc>) -> Result<u64, StoreError> {
    let called_off = onboarding::Entity::update_many()
        .col_expr(onboarding::Column::AnnouncedAt, Option::<DateTime<Utc>>::None.into())
        .filter(onboarding::COLUMN.announced_at.gt(DateTime::<Utc>::UNIX_EPOCH))
        .filter(onboarding::COLUMN.ended_at.gt(after))
        .exec(conn)
        .await?;
    Ok(called_off.rows_affected)
}

/// Writes where a connection stands on its way out. The caller holds its onboarding.
pub async fn save(conn: &impl Changing, connection: ConnectionId, leaving: Leaving) -> Result<(), StoreError> {
    conn.touch(connection);
    onboarding::Entity::update_many()
        .col_expr(onboarding::Column::EndedAt, leaving.ended_at.into())
        .col_expr(onboarding::Column::AnnouncedAt, leaving.announced_at.into())
        .col_expr(onboarding::Column::ClearedAt, leaving.cleared_at.into())
        .filter(onboarding::COLUMN.connection_id.eq(connection.as_uuid()))
        .exec(conn)
        .await?;
    Ok(())
}

/// Begins the term of a connection anew of which everything went, since something is kept of it again.
pub async fn begin_anew(conn: &impl Changing, connection: ConnectionId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let Leaving { cleared_at: Some(_), .. } = find(conn, connection).await? else { return Ok(()) };
    save(conn, connection, Leaving { ended_at: Some(now), ..Leaving::default() }).await
}

/// Whether something is under way or waits of a connection: a request for a place, an answer to the school, a check or a mail.
pub async fn has_open(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<bool, StoreError> {
    let id = connection.as_uuid();
    let asked = join_request::COLUMN.connection_id.eq(id).and(join_request::COLUMN.decided_at.is_null());
    let unanswered = message::COLUMN.connection_id.eq(id).and(message::COLUMN.waits_since.is_not_null());
    let checked = connection_check::COLUMN.connection_id.eq(id).and(connection_check::COLUMN.finished_at.is_null());
    let told = outbox::COLUMN.connection_id.eq(id).and(outbox::COLUMN.status.eq(MailStatus::Waiting.as_str()));
    Ok(any::<join_request::Entity>(conn, asked).await?
        || any::<message::Entity>(conn, unanswered).await?
        || any::<connection_check::Entity>(conn, checked).await?
        || any::<outbox::Entity>(conn, told).await?)
}

async fn any<E: EntityTrait>(conn: &impl ConnectionTrait, these: SimpleExpr) -> Result<bool, StoreError> {
    let one = E::find().select_only().expr(Expr::val(1)).filter(these).limit(1);
    Ok(one.into_tuple::<i32>().one(conn).await?.is_some())
}
