//! The fleet of connections that worked before, as the database has it: they tell whether more is wrong than one connection.

use chrono::{DateTime, Utc};
use entity::{check_status, connection_check};
use sea_orm::sea_query::{Expr, LockBehavior, LockType, Query};
use sea_orm::{EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use strum::IntoEnumIterator;

use crate::domain::check::{Ask, CheckCode, Fleet, Rung};
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::Step;
use crate::store::{ConnectionTrait, StoreError};

/// What the others are to tell of: a check of this connection that broke on this rung.
#[derive(Debug, Clone, Copy)]
pub struct Broken {
    /// Whose; it does not tell of itself.
    pub connection: ConnectionId,
    /// Who did not get past it says nothing of it.
    pub rung: Rung,
    /// The step that was only said and that Magister refuses: then only those that are refused likewise fail with it.
    pub refused: Option<Step>,
}

/// How the others fare, seen from a moment; who has a turn before `soon` may tell soon.
pub async fn count(
    conn: &impl ConnectionTrait,
    broken: Broken,
    since: DateTime<Utc>,
    soon: DateTime<Utc>,
) -> Result<Fleet, StoreError> {
    let are = |condition: Expr| Expr::expr(Expr::case(condition, 1).finally(0)).sum();
    let fails = || {
        let is_failing = check_status::COLUMN.is_failing.eq(true);
        match broken.refused {
            None => is_failing,
            Some(step) => {
                let likewise = CheckCode::iter().filter(|code| code.refuses() == Some(step)).map(CheckCode::as_str);
                is_failing.and(check_status::COLUMN.last_code.is_in(likewise))
            }
        }
    };
    let heard = works(broken.rung).and(check_status::COLUMN.last_checked_at.gte(since));
    // Nothing sums up to null.
    type Sum = Option<i64>;
    let sums: Option<(Sum, Sum, Sum, Sum, Sum)> = check_status::Entity::find()
        .select_only()
        .column_as(are(fails()), "failing")
        .column_as(are(fails().and(check_status::COLUMN.failing_since.gte(since))), "newly_failing")
        .column_as(are(heard), "heard")
        .column_as(are(is_unheard(broken.rung, since)), "unheard")
        .column_as(are(is_unheard(broken.rung, since).and(check_status::COLUMN.next_check_at.lte(soon))), "expected")
        .filter(can_tell(broken.connection))
        .into_tuple()
        .one(conn)
        .await?;
    let (failing, newly_failing, heard, unheard, expected) = sums.unwrap_or_default();
    let [failing, newly_failing, heard, unheard, expected] = [failing, newly_failing, heard, unheard, expected]
        .map(|sum| sum.unwrap_or_default().try_into().unwrap_or(u32::MAX));
    Ok(Fleet { failing, newly_failing, heard, unheard, expected })
}

/// How many others worked at their newest check in every respect: what can be told of as having worked. One of which a
/// check found something that is the school's or Kurve's to put right is none of them.
pub async fn count_passing(conn: &impl ConnectionTrait, but: ConnectionId) -> Result<u32, StoreError> {
    let passes =
        check_status::COLUMN.is_failing.eq(false).and(check_status::COLUMN.last_code.eq(CheckCode::Ok.as_str()));
    let count = check_status::Entity::find().filter(can_tell(but)).filter(passes).count(conn).await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// How the newest checks ended of those that worked and fail now, the most first.
pub async fn count_failing_by_code(conn: &impl ConnectionTrait) -> Result<Vec<(CheckCode, u64)>, StoreError> {
    let counts: Vec<(Option<String>, i64)> = check_status::Entity::find()
        .select_only()
        .column(check_status::Column::LastCode)
        .column_as(Expr::col(check_status::Column::ConnectionId).count(), "connections")
        .filter(check_status::COLUMN.has_worked.eq(true))
        .filter(check_status::COLUMN.is_lost.eq(false))
        .filter(check_status::COLUMN.is_failing.eq(true))
        .filter(check_status::COLUMN.next_check_at.is_not_null())
        .group_by(check_status::Column::LastCode)
        .into_tuple()
        .all(conn)
        .await?;
    let read = |(name, count): (Option<String>, i64)| {
        Some((name?.parse::<CheckCode>().ok()?, u64::try_from(count).unwrap_or_default()))
    };
    let mut seen: Vec<(CheckCode, u64)> = counts.into_iter().filter_map(read).collect();
    seen.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
    Ok(seen)
}

/// Makes some others that worked when they were last checked, before a moment, due now.
///
/// Those that are under check or whose row somebody else has, are left out: the first tell soon, and their turn is the
/// lease of that check; for the second it would wait while others wait for the caller. The caller has a transaction.
pub async fn hasten(
    conn: &impl ConnectionTrait,
    broken: Broken,
    ask: Ask,
    now: DateTime<Utc>,
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
        .filter(is_unheard(broken.rung, ask.unheard_since))
        .filter(can_tell(broken.connection))
        .filter(is_left.clone())
        .order_by_asc(check_status::COLUMN.next_check_at)
        .order_by_asc(check_status::COLUMN.connection_id)
        .limit(u64::from(ask.count))
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

/// Those that worked when they were last checked, before a moment.
fn is_unheard(rung: Rung, since: DateTime<Utc>) -> Expr {
    works(rung).and(check_status::COLUMN.last_checked_at.lt(since))
}
