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
