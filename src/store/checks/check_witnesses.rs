//! Connections that worked before, as witnesses of whether more is wrong than one connection.

use chrono::{DateTime, Utc};
use entity::{check_status, connection_check};
use sea_orm::sea_query::{Expr, LockBehavior, LockType, Query};
use sea_orm::{EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use strum::IntoEnumIterator;

use crate::domain::check::{CheckCode, RoundFacts, Rung};
use crate::domain::ids::ConnectionId;
use crate::store::{ConnectionTrait, StoreError};

/// Of what there are to be witnesses: of a check of this connection that broke on this rung.
#[derive(Debug, Clone, Copy)]
pub struct Broken {
    /// Whose; it is no witness itself.
    pub connection: ConnectionId,
    /// Who did not get past it says nothing of it.
    pub rung: Rung,
}

/// How the witnesses fare: those that fail, if checked since the first moment, and those that work, if checked since the
/// second. Lost ones are explained already, and who has no turn is not looked at any more.
pub async fn count_since(
    conn: &impl ConnectionTrait,
    broken: Broken,
    failing_since: DateTime<Utc>,
    working_since: DateTime<Utc>,
) -> Result<RoundFacts, StoreError> {
    let checked_at = check_status::COLUMN.last_checked_at;
    let fails = check_status::COLUMN.is_failing.eq(true).and(checked_at.gte(failing_since));
    count(conn, broken, fails.or(works(broken.rung).and(checked_at.gte(working_since)))).await
}

/// The same for those that were checked since a moment and did not fail before it.
pub async fn count_lately(
    conn: &impl ConnectionTrait,
    broken: Broken,
    since: DateTime<Utc>,
) -> Result<RoundFacts, StoreError> {
    let fails_newly = check_status::COLUMN.is_failing.eq(true).and(check_status::COLUMN.failing_since.gte(since));
    let tells = fails_newly.or(works(broken.rung));
    count(conn, broken, check_status::COLUMN.last_checked_at.gte(since).and(tells)).await
}

async fn count(conn: &impl ConnectionTrait, broken: Broken, are_seen: Expr) -> Result<RoundFacts, StoreError> {
    let counts: Vec<(bool, i64)> = check_status::Entity::find()
        .select_only()
        .column(check_status::Column::IsFailing)
        .column_as(Expr::col(check_status::Column::ConnectionId).count(), "schools")
        .filter(are_seen)
        .filter(can_tell(broken.connection))
        .group_by(check_status::Column::IsFailing)
        .into_tuple()
        .all(conn)
        .await?;
    let mut facts = RoundFacts::default();
    for (is_failing, schools) in counts {
        let schools = u32::try_from(schools).unwrap_or(u32::MAX);
        facts.worked_before = facts.worked_before.saturating_add(schools);
        facts.failing = if is_failing { schools } else { facts.failing };
    }
    Ok(facts)
}

/// How many witnesses worked when they were last checked, before a moment.
pub async fn count_unseen(
    conn: &impl ConnectionTrait,
    broken: Broken,
    since: DateTime<Utc>,
) -> Result<u64, StoreError> {
    Ok(check_status::Entity::find().filter(is_unseen(broken, since)).count(conn).await?)
}

/// Makes some witnesses that worked when they were last checked, before a moment, due now.
///
/// Those that are under check or whose row somebody else has, are left out: the first tell soon, and their turn is the
/// lease of that check; for the second it would wait while others wait for the caller. The caller has a transaction.
pub async fn hasten(
    conn: &impl ConnectionTrait,
    broken: Broken,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<(), StoreError> {
    let under_check = Query::select()
        .column(connection_check::Column::ConnectionId)
        .from(connection_check::Entity)
        .and_where(Expr::col(connection_check::Column::FinishedAt).is_null())
        .to_owned();
    let is_left = Expr::col(check_status::Column::ConnectionId).not_in_subquery(under_check);
    let ids: Vec<uuid::Uuid> = check_status::Entity::find()
        .select_only()
        .column(check_status::Column::ConnectionId)
        .filter(is_unseen(broken, since))
        .filter(is_left.clone())
        .order_by_asc(check_status::COLUMN.next_check_at)
        .order_by_asc(check_status::COLUMN.connection_id)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple()
        .all(conn)
        .await?;
    check_status::Entity::update_many()
        .col_expr(check_status::COLUMN.next_check_at, now.into())
        .filter(check_status::COLUMN.connection_id.is_in(ids))
        // Asked again now that the rows are held: a check may have begun just before.
        .filter(is_left)
        .filter(check_status::COLUMN.next_check_at.gt(now))
        .exec(conn)
        .await?;
    Ok(())
}

/// Other connections that worked before, are not lost, and are looked at when their turn comes.
fn can_tell(but: ConnectionId) -> Expr {
    let has_worked = check_status::COLUMN.has_worked.eq(true);
    let has_turn = check_status::COLUMN.next_check_at.is_not_null();
    let is_other = check_status::COLUMN.connection_id.ne(but.as_uuid());
    has_worked.and(check_status::COLUMN.is_lost.eq(false)).and(has_turn).and(is_other)
}

/// Those whose last check showed no less than before, and that this rung holds.
fn works(rung: Rung) -> Expr {
    let codes = CheckCode::iter().filter(|code| code.always_holds(rung)).map(CheckCode::as_str);
    check_status::COLUMN.is_failing.eq(false).and(check_status::COLUMN.last_code.is_in(codes))
}

fn is_unseen(broken: Broken, since: DateTime<Utc>) -> Expr {
    works(broken.rung).and(check_status::COLUMN.last_checked_at.lt(since)).and(can_tell(broken.connection))
}
