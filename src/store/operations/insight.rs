//! Holdings (how long a party had a step), and the counts that Kurve's figures are drawn from.

use chrono::{DateTime, Utc};
use entity::{audit, connection, holding, onboarding, school};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, Related,
};
use uuid::Uuid;

use crate::domain::ids::ConnectionId;
use crate::domain::insight::Ball;
use crate::domain::onboarding::{Course, Gate, Party, Step};
use crate::store::{ConnectionTrait, StoreError};

/// A holding that has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenHolding {
    /// Its id.
    pub id: Uuid,
    /// Which step, in whose hands.
    pub ball: Ball,
    /// Since when.
    pub begun_at: DateTime<Utc>,
}

/// A holding, ended or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// What began.
    pub begun: OpenHolding,
    /// When it ended, and after how many working days, if it did.
    pub ended: Option<(DateTime<Utc>, u32)>,
}

/// Records that a holding begins.
pub async fn insert_holding(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    holding: OpenHolding,
) -> Result<(), StoreError> {
    let row = to_row(connection, &Holding { begun: holding, ended: None });
    holding::Entity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

pub(in crate::store) fn to_row(connection: ConnectionId, holding: &Holding) -> holding::ActiveModel {
    let Holding { begun, ended } = holding;
    holding::ActiveModel {
        id: Set(begun.id),
        connection_id: Set(connection.as_uuid()),
        step: Set(begun.ball.step.as_str().to_owned()),
        party: Set(begun.ball.party.as_str().to_owned()),
        begun_at: Set(begun.begun_at),
        ended_at: Set(ended.map(|(at, _)| at)),
        working_days: Set(ended.map(|(_, days)| i32::try_from(days).unwrap_or(i32::MAX))),
    }
}

/// A connection's holdings that have not ended.
pub async fn list_open_holdings(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
) -> Result<Vec<OpenHolding>, StoreError> {
    let rows = holding::Entity::find()
        .filter(holding::COLUMN.connection_id.eq(connection.as_uuid()))
        .filter(holding::COLUMN.ended_at.is_null())
        .order_by_asc(holding::COLUMN.id)
        .all(conn)
        .await?;
    let to_holding = |row: holding::Model| {
        let corrupt = |what| StoreError::CorruptRow { table: "holding", id: row.id.to_string(), what };
        let step = row.step.parse::<Step>().map_err(|_| corrupt("step"))?;
        let party = row.party.parse::<Party>().map_err(|_| corrupt("party"))?;
        Ok(OpenHolding { id: row.id, ball: Ball { step, party }, begun_at: row.begun_at })
    };
    rows.into_iter().map(to_holding).collect()
}

/// Records that a holding ended, and how many working days it took.
pub async fn mark_holding_ended(
    conn: &impl ConnectionTrait,
    id: Uuid,
    at: DateTime<Utc>,
    working_days: u32,
) -> Result<(), StoreError> {
    holding::Entity::update_many()
        .col_expr(holding::COLUMN.ended_at, at.into())
        .col_expr(holding::COLUMN.working_days, i32::try_from(working_days).unwrap_or(i32::MAX).into())
        .filter(holding::COLUMN.id.eq(id))
        .exec(conn)
        .await?;
    Ok(())
}

/// How many turns of a party took a number of working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldingCount {
    /// Whose turns.
    pub party: Party,
    /// How long each took.
    pub working_days: u32,
    /// How many they are.
    pub turns: u64,
}

/// How many holdings that ended since a moment took how many working days, per party.
pub async fn count_holdings(
    conn: &impl ConnectionTrait,
    since: DateTime<Utc>,
) -> Result<Vec<HoldingCount>, StoreError> {
    let rows: Vec<(String, i32, i64)> = holding::Entity::find()
        .select_only()
        .column(holding::Column::Party)
        .column(holding::Column::WorkingDays)
        .column_as(holding::COLUMN.id.count(), "turns")
        .filter(holding::COLUMN.ended_at.gte(since))
        .filter(holding::COLUMN.working_days.is_not_null())
        .group_by(holding::COLUMN.party)
        .group_by(holding::COLUMN.working_days)
        .into_tuple()
        .all(conn)
        .await?;
    let to_count = |(party, days, holdings): (String, i32, i64)| {
        let party =
            party.parse::<Party>().map_err(|_| StoreError::CorruptRow { table: "holding", id: party, what: "party" });
        let working_days = u32::try_from(days).unwrap_or_default();
        Ok(HoldingCount { party: party?, working_days, turns: u64::try_from(holdings).unwrap_or_default() })
    };
    rows.into_iter().map(to_count).collect()
}

/// How many schools are under way or paused, and for how many of those each gate is yes, in the order of the gates.
pub async fn count_gates(conn: &impl ConnectionTrait) -> Result<(u64, [u64; 5]), StoreError> {
    let yes = |column: SimpleExpr| Expr::expr(Expr::case(column.eq(true), 1).finally(0)).sum();
    let shared = |column: onboarding::Column| yes(Expr::col(column.as_column_ref()));
    // Nothing sums up to null.
    type Sum = Option<i64>;
    let counts: Option<(i64, Sum, Sum, Sum, Sum, Sum)> = school::Entity::find()
        .inner_join(connection::Entity)
        .join(JoinType::InnerJoin, <connection::Entity as Related<onboarding::Entity>>::to())
        .select_only()
        .column_as(school::COLUMN.id.count(), "schools")
        .column_as(shared(onboarding::Column::GateConsent), Gate::Consent.as_str())
        .column_as(shared(onboarding::Column::GateWebservice), Gate::Webservice.as_str())
        .column_as(shared(onboarding::Column::GatePassword), Gate::Password.as_str())
        .column_as(shared(onboarding::Column::GateAllowlisting), Gate::Allowlisting.as_str())
        .column_as(yes(Expr::col(school::Column::IsActivated.as_column_ref())), Gate::Activation.as_str())
        .filter(school::COLUMN.course.eq(Course::UnderWay.as_str()))
        .into_tuple()
        .one(conn)
        .await?;
    let (schools, consent, webservice, password, allowlisting, activation) = counts.unwrap_or_default();
    let positive = |count: i64| u64::try_from(count).unwrap_or_default();
    let yes = [consent, webservice, password, allowlisting, activation];
    Ok((positive(schools), yes.map(|count| positive(count.unwrap_or_default()))))
}

/// When schools came to exist, since a moment.
pub async fn list_registered(
    conn: &impl ConnectionTrait,
    since: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, StoreError> {
    let query = school::Entity::find().select_only().column(school::Column::CreatedAt);
    Ok(query.filter(school::COLUMN.created_at.gte(since)).into_tuple().all(conn).await?)
}

/// When imports opened, since a moment; a school whose import opened twice counts twice.
pub async fn list_opened(conn: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Vec<DateTime<Utc>>, StoreError> {
    let query = audit::Entity::find().select_only().column(audit::Column::At);
    let opened = query.filter(audit::COLUMN.action.eq("import_opened")).filter(audit::COLUMN.at.gte(since));
    Ok(opened.into_tuple().all(conn).await?)
}
