//! The tick at every minute. The library counts in UTC and knows no time zone: none is asked of it, for what is due at
//! which hour in the Netherlands follows from the calendar.
//!
//! The library keeps the moment of its next tick, and waits for that. A machine that starts with a clock an hour ahead,
//! and is then put right, would stand still for an hour: so a clock that nobody can set looks after it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio_cron_scheduler::{Job as Tick, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::app::App;
use crate::jobs::run_due;

/// Second 0 of every minute.
const EVERY_MINUTE: &str = "0 * * * * *";

/// How often somebody looks whether the next tick is near.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// How long a job under way may go on after the stop; cut short, it is run again.
const LAST_JOBS: Duration = Duration::from_secs(20);

/// A tick that is further away was set by a clock that was ahead.
const FURTHEST: TimeDelta = TimeDelta::seconds(61);

/// Starts the timer; the answer runs until `stop`. It calls `before_jobs` at each tick, before the jobs run.
pub async fn start(
    app: App,
    before_jobs: impl Fn() + Clone + Send + Sync + 'static,
    stop: CancellationToken,
) -> Result<impl Future<Output = ()>, JobSchedulerError> {
    let clock = app.clock.clone();
    let running = TaskTracker::new();
    let tracker = running.clone();
    let tick = move || {
        let (app, before_jobs, tracker) = (app.clone(), before_jobs.clone(), tracker.clone());
        tick(move || {
            before_jobs();
            let app = app.clone();
            tracker.track_future(async move { run_due(&app).await })
        })
    };
    let (mut scheduler, mut id) = scheduler(tick()?).await?;
    scheduler.start().await?;
    Ok(async move {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        while stop.run_until_cancelled(looks.tick()).await.is_some() {
            match keep_awake(&mut scheduler, id, clock.now(), &tick).await {
                Ok(kept) => id = kept,
                Err(error) => tracing::error!(error = %error, "Could not set the timer by the clock"),
            }
        }
        if let Err(error) = scheduler.shutdown().await {
            tracing::warn!(error = %error, "The timer did not stop cleanly");
        }
        // The library leaves what it began to itself.
        running.close();
        if tokio::time::timeout(LAST_JOBS, running.wait()).await.is_err() {
            tracing::warn!("Stopped with a job still under way");
        }
    })
}

/// Sets a tick anew whose next moment is out of reach, and returns its id.
async fn keep_awake(
    scheduler: &mut JobScheduler,
    id: Uuid,
    now: DateTime<Utc>,
    tick: impl FnOnce() -> Result<Tick, JobSchedulerError>,
) -> Result<Uuid, JobSchedulerError> {
    if scheduler.next_tick_for_job(id).await?.is_some_and(|next| next <= now + FURTHEST) {
        return Ok(id);
    }
    tracing::warn!("The clock was put back: sets the timer anew");
    let new = scheduler.add(tick()?).await?;
    scheduler.remove(&id).await?;
    Ok(new)
}

/// What is done at every tick.
fn tick<Done>(mut run: impl FnMut() -> Done + Send + Sync + 'static) -> Result<Tick, JobSchedulerError>
where
    Done: Future<Output = ()> + Send + 'static,
{
    Tick::new_async(EVERY_MINUTE, move |_, _| Box::pin(run()))
}

async fn scheduler(tick: Tick) -> Result<(JobScheduler, Uuid), JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    let id = scheduler.add(tick).await?;
    Ok((scheduler, id))
}

#[cfg(test)]
mod tests {
    use chrono::Timelike;

    use super::*;
    use crate::clock::Clock;

    #[test]
    fn it_ticks_once_in_every_minute_also_in_the_nights_in_which_the_clock_changes() {
        let mut tick = tick(|| async {}).expect("a pattern that the library reads");
        let kept = tick.job_data().expect("what the library keeps of it");
        let schedule = kept.schedule().expect("a pattern");

        // Half past midnight in the Netherlands, on either side of the hour that is skipped or comes twice.
        for night in ["2026-10-24T22:30:00Z", "2027-03-27T23:30:00Z"] {
            let from: DateTime<Utc> = night.parse().expect("a moment");
            let next = |after: &DateTime<Utc>| schedule.find_next_occurrence(after, false).ok();
            let ticks: Vec<DateTime<Utc>> = std::iter::successors(Some(from), next).take(300).collect();

            let every_minute: Vec<DateTime<Utc>> = (0..300).map(|count| from + TimeDelta::minutes(count)).collect();
            assert_eq!(ticks, every_minute);
        }
        assert_eq!(kept.time_offset_seconds, 0, "the library would keep today's offset for ever");
    }

    #[test]
    fn what_starts_with_the_timer_ticks_within_a_minute() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        runtime.block_on(async {
            let tick = tick(|| async {}).expect("a pattern that the library reads");
            let start = Clock::system().now();

            let (mut scheduler, id) = scheduler(tick).await.expect("the library takes it");
            let next = scheduler.next_tick_for_job(id).await.expect("the library answers").expect("it is known");

            assert_eq!(next.second(), 0);
            assert!((start..=start + TimeDelta::seconds(61)).contains(&next), "{start}: {next}");
        });
    }

    #[test]
    fn a_tick_that_a_clock_ahead_set_is_set_anew_and_one_that_is_near_is_left_alone() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        runtime.block_on(async {
            let new = || tick(|| async {});
            let (mut scheduler, id) = scheduler(new().expect("a pattern")).await.expect("the library takes it");
            let next = scheduler.next_tick_for_job(id).await.expect("the library answers").expect("it is known");

            for now in [next - TimeDelta::seconds(61), next, next + TimeDelta::minutes(5)] {
                let kept = keep_awake(&mut scheduler, id, now, new).await.expect("the library answers");
                assert_eq!(kept, id, "{now}");
            }
            let set = keep_awake(&mut scheduler, id, next - TimeDelta::hours(1), new).await.expect("it is set");

            assert_ne!(set, id);
            let next = scheduler.next_tick_for_job(set).await.expect("the library answers").expect("it is known");
            assert!(next <= Clock::system().now() + FURTHEST, "{next}");
        });
    }
}
