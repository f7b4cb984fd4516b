//! What is counted as it happens: rows that grow by what each change adds. How they are counted anew is in
//! [`super::recount`].

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::{standing, weekly_figure};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait, ExprTrait, Iterable, QueryFilter, QuerySelect};

use crate::domain::onboarding::Party;
use crate::domain::tally::{Figure, FigureKind, Standing, Tally, WeekFigure};
use crate::store::{ConnectionTrait, StoreError};

/// How many rows one statement adds to at most.
const MANY_ROWS: usize = 500;

/// Adds to what is counted, within the transaction of the change.
///
/// Many changes add to the same rows, and wait for one another until they end. So do this last but for the audit; the
/// rows come in one order, so that two changes never wait for each other.
pub async fn add(conn: &impl ConnectionTrait, tally: &Tally) -> Result<(), StoreError> {
    let weekly: Vec<_> = tally.weekly().map(|(week, n)| to_week_row(week, n)).collect();
    for rows in weekly.chunks(MANY_ROWS) {
        let added = Expr::col((weekly_figure::Entity, weekly_figure::Column::N))
            .add(Expr::col(("excluded", weekly_figure::Column::N)));
        let grow =
            OnConflict::columns(weekly_figure::PrimaryKey::iter()).value(weekly_figure::Column::N, added).to_owned();
        weekly_figure::Entity::insert_many(rows.to_vec()).on_conflict(grow).exec_without_returning(conn).await?;
    }
    let standing: Vec<_> = tally.standing().map(|(standing, n)| to_standing_row(standing, n)).collect();
    if !standing.is_empty() {
        let added =
            Expr::col((standing::Entity, standing::Column::N)).add(Expr::col(("excluded", standing::Column::N)));
        let grow = OnConflict::column(standing::Column::Name).value(standing::Column::N, added).to_owned();
        standing::Entity::insert_many(standing).on_conflict(grow).exec_without_returning(conn).await?;
    }
    Ok(())
}

fn to_week_row(WeekFigure { figure, monday }: WeekFigure, n: i64) -> weekly_figure::ActiveModel {
    let (party, working_days) = match figure {
        Figure::TurnEnded { party, working_days } => (party.as_str(), working_days),
        Figure::Registered | Figure::Opened => ("", 0),
    };
    weekly_figure::ActiveModel {
        kind: Set(figure.kind().as_str().to_owned()),
        monday: Set(monday),
        party: Set(party.to_owned()),
        working_days: Set(i32::try_from(working_days).unwrap_or(i32::MAX)),
        n: Set(to_count(n)),
    }
}

fn to_standing_row(standing: Standing, n: i64) -> standing::ActiveModel {
    standing::ActiveModel { name: Set(standing.as_str().to_owned()), n: Set(to_count(n)) }
}

fn to_count(n: i64) -> i32 {
    i32::try_from(n).unwrap_or(if n < 0 { i32::MIN } else { i32::MAX })
}

/// How many turns of a party took a number of working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnCount {
    /// Whose turns.
    pub party: Party,
    /// How long each took.
    pub working_days: u32,
    /// How many they are.
    pub turns: u64,
}

/// How many turns that ended since a Monday took how many working days, per party.
pub async fn list_turns(conn: &impl ConnectionTrait, since: NaiveDate) -> Result<Vec<TurnCount>, StoreError> {
    let rows: Vec<(String, i32, i64)> = weekly_figure::Entity::find()
        .select_only()
        .column(weekly_figure::Column::Party)
        .column(weekly_figure::Column::WorkingDays)
        .column_as(weekly_figure::COLUMN.n.sum(), "turns")
        .filter(weekly_figure::COLUMN.kind.eq(FigureKind::TurnEnded.as_str()))
        .filter(weekly_figure::COLUMN.monday.gte(since))
        .group_by(weekly_figure::COLUMN.party)
        .group_by(weekly_figure::COLUMN.working_days)
        .into_tuple()
        .all(conn)
        .await?;
    let to_count = |(party, days, turns): (String, i32, i64)| {
        Ok(TurnCount {
            party: to_party(&party)?,
            working_days: u32::try_from(days).unwrap_or_default(),
            turns: u64::try_from(turns).unwrap_or_default(),
        })
    };
    rows.into_iter().map(to_count).collect()
}

/// How often something happened in each week since a Monday; a week without it is left out.
pub async fn list_weeks(
    conn: &impl ConnectionTrait,
    kind: FigureKind,
    since: NaiveDate,
) -> Result<BTreeMap<NaiveDate, u64>, StoreError> {
    let rows: Vec<(NaiveDate, i32)> = weekly_figure::Entity::find()
        .select_only()
        .column(weekly_figure::Column::Monday)
        .column(weekly_figure::Column::N)
        .filter(weekly_figure::COLUMN.kind.eq(kind.as_str()))
        .filter(weekly_figure::COLUMN.monday.gte(since))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|(monday, n)| (monday, u64::try_from(n).unwrap_or_default())).collect())
}

/// Where schools stand.
pub async fn load_standing(conn: &impl ConnectionTrait) -> Result<Tally, StoreError> {
    let mut tally = Tally::default();
    for row in standing::Entity::find().all(conn).await? {
        let known = row.name.parse::<Standing>();
        let standing = known.map_err(|_| StoreError::CorruptRow { table: "standing", id: row.name, what: "name" })?;
        tally.add_to_standing(standing, row.n.into());
    }
    Ok(tally)
}

/// All that is counted, to be held against what there is.
pub async fn load_all(conn: &impl ConnectionTrait) -> Result<Tally, StoreError> {
    let mut tally = load_standing(conn).await?;
    for row in weekly_figure::Entity::find().all(conn).await? {
        let corrupt = |_| StoreError::CorruptRow { table: "weekly_figure", id: row.kind.clone(), what: "kind" };
        let figure = match row.kind.parse::<FigureKind>().map_err(corrupt)? {
            FigureKind::Registered => Figure::Registered,
            FigureKind::Opened => Figure::Opened,
            FigureKind::TurnEnded => {
                let working_days = u32::try_from(row.working_days).unwrap_or_default();
                Figure::TurnEnded { party: to_party(&row.party)?, working_days }
            }
        };
        tally.add_to_week(WeekFigure { figure, monday: row.monday }, row.n.into());
    }
    Ok(tally)
}

pub(super) fn to_party(stored: &str) -> Result<Party, StoreError> {
    let corrupt = |_| StoreError::CorruptRow { table: "weekly_figure", id: stored.to_owned(), what: "party" };
    stored.parse().map_err(corrupt)
}
