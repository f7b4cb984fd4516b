//! Figures for Kurve: where schools stand, how long each party keeps the ball, and what comes in and opens per week.
//!
//! Holdings are recorded with each change, in its transaction, so that the figures cost what happened in the period and
//! not all history.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use strum::IntoEnumIterator;

use crate::domain::ids::ConnectionId;
use crate::domain::insight::{Durations, HoldingChange, last_weeks, per_week};
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::{Gate, Party};
use crate::domain::reminder::hours::moment_on;
use crate::domain::reminder::{OwnDays, SchoolHolidays, WorkingCalendar, national};
use crate::domain::school::Region;
use crate::services::operations::holidays;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::connections;
use crate::store::operations::insight::{self, HoldingCount, OpenHolding};

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

/// The figures of the last weeks, this week included.
pub async fn figures(context: &Context, now: DateTime<Utc>, weeks: u64) -> Result<Figures, ServiceError> {
    let conn = context.db.reader();
    let mondays = last_weeks(now, weeks);
    let first = mondays.first().copied().unwrap_or_else(|| amsterdam_date(now));
    let since = moment_on(first, NaiveTime::MIN);
    let (schools, yes) = insight::count_gates(conn).await?;
    let mut holdings: Vec<_> = Party::iter().map(|party| (party, Durations::default())).collect();
    for HoldingCount { party, working_days, turns } in insight::count_holdings(conn, since).await? {
        holdings
            .iter_mut()
            .filter(|(of, _)| *of == party)
            .for_each(|(_, durations)| durations.add(working_days, turns));
    }
    let registered = per_week(&mondays, insight::list_registered(conn, since).await?);
    let opened = per_week(&mondays, insight::list_opened(conn, since).await?);
    let week = |(monday, (registered, opened))| Week { monday, registered, opened };
    Ok(Figures {
        gates: GateFigures { schools, yes: Gate::iter().zip(yes).collect() },
        holdings,
        weeks: mondays.into_iter().zip(registered.into_iter().zip(opened)).map(week).collect(),
    })
}

/// Records the holdings that a change ends and begins.
pub(in crate::services) async fn record_holdings(
    work: &UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    holdings: &HoldingChange,
) -> Result<(), ServiceError> {
    let context = work.context();
    if !holdings.ended.is_empty() {
        let region = connections::load(work.conn(), connection).await?.details.region;
        for open in insight::list_open_holdings(work.conn(), connection).await? {
            if holdings.ended.contains(&open.ball) {
                let holidays = holidays::last_known(context);
                let days = working_days(&holidays, open.ball.party, region, Span { from: open.begun_at, to: call.now });
                insight::mark_holding_ended(work.conn(), open.id, call.now, days).await?;
            }
        }
    }
    for ball in holdings.begun.iter().copied() {
        let holding = OpenHolding { id: context.chance.uuid_v7(call.now), ball, begun_at: call.now };
        insight::insert_holding(work.conn(), connection, holding).await?;
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
