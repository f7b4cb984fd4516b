//! The knock at every minute. The library counts in UTC and knows no time zone: none is asked of it, for what is due at
//! which hour in the Netherlands follows from the calendar.

use tokio_cron_scheduler::{Job as Knock, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::jobs::run_due;
use crate::web::Site;

/// Second 0 of every minute.
const EVERY_MINUTE: &str = "0 * * * * *";

/// Starts the timer; the answer runs until `stop`.
///
/// # Errors
/// When the library does not start.
pub async fn start(
    app: App,
    site: Site,
    stop: CancellationToken,
) -> Result<impl Future<Output = ()>, JobSchedulerError> {
    let mut scheduler = scheduler(knock(move || {
        let (app, site) = (app.clone(), site.clone());
        async move {
            site.limits.forget_idle();
            run_due(&app).await;
        }
    })?)
    .await?;
    scheduler.start().await?;
    Ok(async move {
        stop.cancelled().await;
        if let Err(error) = scheduler.shutdown().await {
            tracing::warn!(error = %error, "The timer did not stop cleanly");
        }
    })
}

/// What is done at every knock.
fn knock<Done>(mut run: impl FnMut() -> Done + Send + Sync + 'static) -> Result<Knock, JobSchedulerError>
where
    Done: Future<Output = ()> + Send + 'static,
{
    Knock::new_async(EVERY_MINUTE, move |_, _| Box::pin(run()))
}

async fn scheduler(knock: Knock) -> Result<JobScheduler, JobSchedulerError> {
    let scheduler = JobScheduler::new().await?;
    scheduler.add(knock).await?;
    Ok(scheduler)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Duration, Timelike, Utc};

    use super::*;
    use crate::clock::Clock;

    #[test]
    fn it_knocks_once_in_every_minute_also_in_the_nights_in_which_the_clock_changes() {
        let mut knock = knock(|| async {}).expect("a pattern that the library reads");
        let kept = knock.job_data().expect("what the library keeps of it");
        let schedule = kept.schedule().expect("a pattern");

        // Half past midnight in the Netherlands, on either side of the hour that is skipped or comes twice.
        for night in ["2026-10-24T22:30:00Z", "2027-03-27T23:30:00Z"] {
            let from: DateTime<Utc> = night.parse().expect("a moment");
            let next = |after: &DateTime<Utc>| schedule.find_next_occurrence(after, false).ok();
            let knocks: Vec<DateTime<Utc>> = std::iter::successors(Some(from), next).take(300).collect();

            let every_minute: Vec<DateTime<Utc>> = (0..300).map(|count| from + Duration::minutes(count)).collect();
            assert_eq!(knocks, every_minute);
        }
        assert_eq!(kept.time_offset_seconds, 0, "the library would keep today's offset for ever");
    }

    #[test]
    fn what_starts_with_the_timer_is_knocked_at_within_a_minute() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        runtime.block_on(async {
            let knock = knock(|| async {}).expect("a pattern that the library reads");
            let (id, start) = (knock.guid(), Clock::system().now());

            let mut scheduler = scheduler(knock).await.expect("the library takes it");
            let next = scheduler.next_tick_for_job(id).await.expect("the library answers").expect("it is known");

            assert_eq!(next.second(), 0);
            assert!((start..=start + Duration::seconds(61)).contains(&next), "{start}: {next}");
        });
    }
}
