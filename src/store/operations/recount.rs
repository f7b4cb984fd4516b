//! Counts anew, from the rows that tell what happened, what is otherwise counted as it happens. Whoever empties those
//! tables gets them back with the next `koppelklaar migrate`; and what is kept can be held against it.

use chrono::{DateTime, Utc};
use entity::{audit, connection, holding, onboarding, school, weekly_figure};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, Related};
use uuid::Uuid;

use super::tally::{self, to_party};
use crate::domain::onboarding::{Course, Gate};
use crate::domain::tally::{Figure, Standing, Tally};
use crate::store::{ConnectionTrait, Db, StoreError, lock};

/// How many rows are read at a time.
const ROWS: u64 = 5000;

/// Fills the counts from what there is, if nothing is counted yet.
///
/// # Errors
/// When the database fails; then nothing changed.
pub async fn fill_if_empty(db: &Db) -> Result<(), StoreError> {
    if weekly_figure::Entity::find().limit(1).one(db.reader()).await?.is_some() {
        return Ok(());
    }
    let tx = db.begin_write().await?;
    // Who adds meanwhile waits, and then adds what is not seen here.
    lock::hold_tally(tx.conn()).await?;
    let missing = count(tx.conn()).await?.without(&tally::load_all(tx.conn()).await?);
    tally::add(tx.conn(), &missing).await?;
    tx.commit().await
}

/// Counts what there is.
///
/// # Errors
/// When the database fails.
pub async fn count(conn: &impl ConnectionTrait) -> Result<Tally, StoreError> {
    let mut tally = Tally::default();
    count_turns(conn, &mut tally).await?;
    count_registered(conn, &mut tally).await?;
    count_opened(conn, &mut tally).await?;
    count_standing(conn, &mut tally).await?;
    Ok(tally)
}

/// Id, party, when it ended, and after how many working days.
type Turn = (Uuid, String, Option<DateTime<Utc>>, Option<i32>);

async fn count_turns(conn: &impl ConnectionTrait, tally: &mut Tally) -> Result<(), StoreError> {
    let mut last = Uuid::nil();
    loop {
        let rows: Vec<Turn> = holding::Entity::find()
            .select_only()
            .columns([holding::Column::Id, holding::Column::Party, holding::Column::EndedAt])
            .column(holding::Column::WorkingDays)
            .filter(holding::COLUMN.id.gt(last))
            .order_by_asc(holding::COLUMN.id)
            .limit(ROWS)
            .into_tuple()
            .all(conn)
            .await?;
        let Some((id, ..)) = rows.last() else { return Ok(()) };
        last = *id;
        for (_, party, ended_at, working_days) in rows {
            if let Some((at, days)) = ended_at.zip(working_days) {
                let working_days = u32::try_from(days).unwrap_or_default();
                tally.count(at, Figure::TurnEnded { party: to_party(&party)?, working_days });
            }
        }
    }
}

async fn count_registered(conn: &impl ConnectionTrait, tally: &mut Tally) -> Result<(), StoreError> {
    let mut last = Uuid::nil();
    loop {
        let rows: Vec<(Uuid, DateTime<Utc>)> = school::Entity::find()
            .select_only()
            .columns([school::Column::Id, school::Column::CreatedAt])
            .filter(school::COLUMN.id.gt(last))
            .order_by_asc(school::COLUMN.id)
            .limit(ROWS)
            .into_tuple()
            .all(conn)
            .await?;
        let Some((id, _)) = rows.last() else { return Ok(()) };
        last = *id;
        rows.into_iter().for_each(|(_, at)| tally.count(at, Figure::Registered));
    }
}

async fn count_opened(conn: &impl ConnectionTrait, tally: &mut Tally) -> Result<(), StoreError> {
    let query = audit::Entity::find().select_only().column(audit::Column::At);
    let opened: Vec<DateTime<Utc>> =
        query.filter(audit::COLUMN.action.eq("import_opened")).into_tuple().all(conn).await?;
    opened.into_iter().for_each(|at| tally.count(at, Figure::Opened));
    Ok(())
}

async fn count_standing(conn: &impl ConnectionTrait, tally: &mut Tally) -> Result<(), StoreError> {
    let yes = |column: SimpleExpr| Expr::expr(Expr::case(column.eq(true), 1).finally(0)).sum();
    let shared = |column: onboarding::Column| yes(Expr::col(column.as_column_ref()));
    // Nothing sums up to null.
    type Sum = Option<i64>;
    let counts: Option<(i64, Sum, Sum, Sum, Sum, Sum)> = school::Entity::find()
        .inner_join(connection::Entity)
        .join(JoinType::InnerJoin, <connection::Entity as Related<onboarding::Entity>>::to())
        .select_only()
        .column_as(school::COLUMN.id.count(), Standing::Schools.as_str())
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
    tally.add_to_standing(Standing::Schools, schools);
    for (gate, sum) in [
        (Gate::Consent, consent),
        (Gate::Webservice, webservice),
        (Gate::Password, password),
        (Gate::Allowlisting, allowlisting),
        (Gate::Activation, activation),
    ] {
        tally.add_to_standing(Standing::yes(gate), sum.unwrap_or_default());
    }
    Ok(())
}
