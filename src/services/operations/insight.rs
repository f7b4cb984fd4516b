//! Figures for Kurve: where schools stand, how long each party keeps the ball, and what comes in and opens per week.
//!
//! Holdings are recorded and figures counted with each change, in its transaction, so that the page costs its weeks and
//! neither the schools nor all history.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use strum::IntoEnumIterator;

use crate::domain::ids::ConnectionId;
use crate::domain::insight::{Ball, Durations, HoldingChange};
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::{Gate, Onboarding, Party};
use crate::domain::reminder::{OwnDays, SchoolHolidays, WorkingCalendar, national};
use crate::domain::school::Region;
use crate::domain::tally::{Figure, FigureKind, Standing, last_weeks};
use crate::services::operations::holidays;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::connections;
use crate::store::operations::insight::{self, OpenHolding};
use crate::store::operations::tally::{self, TurnCount};

/// Where schools that are under way or paused stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateFigures {
    /// How many there are.
    pub schools: u64,
    /// For how many of them each gate is yes.
    pub yes: Vec<(Gate, u64)>,
}

/// What came in and what opened in one week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub monday: NaiveDate,
    /// Schools that asked for the connection.
    pub registered: u64,
    /// Imports that opened.
    pub opened: u64,
}

/// All figures of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Where schools stand now.
    pub gates: GateFigures,
    /// How many working days the holdings of each party took that ended in the period.
    pub holdings: Vec<(Party, Durations)>,
    /// The weeks, oldest first, this week last.
    pub weeks: Vec<Week>,
}

/// The figures of the last weeks, this week included. They are read as they were counted: nothing here grows with the
/// number of schools.
pub async fn figures(context: &Context, now: DateTime<Utc>, weeks: u64) -> Result<Figures, ServiceError> {
    let conn = context.db.reader();
    let mondays = last_weeks(now, weeks);
    let first = mondays.first().copied().unwrap_or_else(|| amsterdam_date(now));
    let standing = tally::load_standing(conn).await?;
    let mut holdings: Vec<_> = Party::iter().map(|party| (party, Durations::default())).collect();
    for TurnCount { party, working_days, turns } in tally::list_turns(conn, first).await? {
        holdings
            .iter_mut()
            .filter(|(of, _)| *of == party)
            .for_each(|(_, durations)| durations.add(working_days, turns));
    }
    let registered = tally::list_weeks(conn, FigureKind::Registered, first).await?;
    let opened = tally::list_weeks(conn, FigureKind::Opened, first).await?;
    let of = |counts: &BTreeMap<NaiveDate, u64>, monday| counts.get(&monday).copied().unwrap_or_default();
    let week = |monday| Week { monday, registered: of(&registered, monday), opened: of(&opened, monday) };
    Ok(Figures {
        gates: GateFigures {
            schools: standing.schools(Standing::Schools),
            yes: Gate::iter().map(|gate| (gate, standing.schools(Standing::yes(gate)))).collect(),
        },
        holdings,
        weeks: mondays.into_iter().map(week).collect(),
    })
}

/// An onboarding before a change, if there was one, and after it.
#[derive(Debug, Clone, Copy)]
pub(in crate::services) struct Turned<'a> {
    pub(in crate::services) before: Option<&'a Onboarding>,
    pub(in crate::services) after: &'a Onboarding,
}

/// Records the holdings that a change ends and begins, and counts what it means for the figures.
pub(in crate::services) async fn follow(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    turned: Turned<'_>,
) -> Result<(), ServiceError> {
    work.tally().follow(turned.before, turned.after);
    let holdings = HoldingChange::of(turned.before, turned.after);
    if !holdings.ended.is_empty() {
        end_holdings(work, call, connection, &holdings.ended).await?;
    }
    for ball in holdings.begun {
        let holding = OpenHolding { id: work.context().chance.uuid_v7(call.now), ball, begun_at: call.now };
        insight::insert_holding(work.conn(), connection, holding).await?;
    }
    Ok(())
}

async fn end_holdings(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    ended: &[Ball],
) -> Result<(), ServiceError> {
    let holidays = holidays::last_known(work.context());
    let region = connections::load(work.conn(), connection).await?.details.region;
    let open = insight::list_open_holdings(work.conn(), connection).await?;
    for OpenHolding { id, ball, begun_at } in open.into_iter().filter(|open| ended.contains(&open.ball)) {
        let working_days = working_days(&holidays, ball.party, region, Span { from: begun_at, to: call.now });
        insight::mark_holding_ended(work.conn(), id, call.now, working_days).await?;
        work.tally().count(call.now, Figure::TurnEnded { party: ball.party, working_days });
    }
    Ok(())
}

/// From one moment to another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) from: DateTime<Utc>,
    pub(crate) to: DateTime<Utc>,
}

/// The working days after the first day, up to and with the last: those of the connection's region while the school has
/// the ball, and of an office for the others. Begun and ended on one day is none.
pub(crate) fn working_days(holidays: &SchoolHolidays, party: Party, region: Region, span: Span) -> u32 {
    let (from, to) = (amsterdam_date(span.from), amsterdam_date(span.to));
    let days = match party {
        Party::School => {
            let calendar = WorkingCalendar { holidays, own_days: &OwnDays::default() };
            calendar.working_days_between(from, to, region)
        }
        Party::Kurve | Party::Magister => {
            let days = from.iter_days().skip(1).take_while(|day| *day <= to);
            days.filter(|day| national::is_office_day(*day)).count()
        }
    };
    u32::try_from(days).unwrap_or(u32::MAX)
}
