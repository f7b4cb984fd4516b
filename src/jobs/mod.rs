//! What runs by itself. The library only knocks, every minute; whether something is due, and which instance does it,
//! the database decides. To add a job: a variant of [`Job`], and a service function that may run twice.

pub mod checks;
pub mod mail;
mod pulse;

use chrono::{DateTime, Duration, Utc};
use tokio_cron_scheduler::{Job as Knock, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::domain::heartbeat::Worker;
use crate::domain::reminder::national::next_office_moment;
use crate::services::chain;
use crate::services::{ServiceError, connection_checks, housekeeping, onboardings, reminders};
use crate::store::job_slots;
use crate::web::Site;

/// Knocks at second 0 of every minute, in UTC: it has no notion of time zones, and needs none here.
const EVERY_MINUTE: &str = "0 * * * * *";

/// Something on a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Resumes schools whose pause has ended.
    ResumePaused,
    /// Clears away sessions, links and requests that ended.
    DeleteExpired,
    /// Puts reminders that are due in the outbox.
    PlanReminders,
    /// Puts the daily digest to Kurve in the outbox.
    Digest,
    /// Gives schools that can be checked and have no turn their first one.
    PlanChecks,
}

impl Job {
    /// Every job.
    pub const ALL: [Self; 5] =
        [Self::ResumePaused, Self::DeleteExpired, Self::PlanReminders, Self::Digest, Self::PlanChecks];

    /// The name of its slot and of its log lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ResumePaused => "resume_paused",
            Self::DeleteExpired => "delete_expired",
            Self::PlanReminders => "plan_reminders",
            Self::Digest => "digest",
            Self::PlanChecks => "plan_checks",
        }
    }

    /// When a job that never ran is due.
    fn first_at(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::ResumePaused | Self::DeleteExpired | Self::PlanReminders | Self::PlanChecks => now,
            Self::Digest => self.next_after(now),
        }
    }

    /// When the next run after one now is due.
    fn next_after(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::ResumePaused => now + Duration::minutes(10),
            Self::DeleteExpired => now + Duration::hours(6),
            Self::PlanReminders => now + Duration::seconds(30),
            Self::Digest => next_office_moment(now, reminders::DIGEST_TIME),
            Self::PlanChecks => now + Duration::minutes(10),
        }
    }
}

/// Starts the timer; the answer runs until `stop`.
///
/// # Errors
/// When the library does not start.
pub async fn start(
    app: App,
    site: Site,
    stop: CancellationToken,
) -> Result<impl Future<Output = ()>, JobSchedulerError> {
    let mut scheduler = JobScheduler::new().await?;
    let knock = Knock::new_async(EVERY_MINUTE, move |_, _| {
        let (app, site) = (app.clone(), site.clone());
        Box::pin(async move {
            site.limits.forget_idle();
            run_due(&app).await;
        })
    })?;
    scheduler.add(knock).await?;
    scheduler.start().await?;
    Ok(async move {
        stop.cancelled().await;
        if let Err(error) = scheduler.shutdown().await {
            tracing::warn!(error = %error, "The timer did not stop cleanly");
        }
    })
}

/// When a job whose run failed, or whose process died, is due again.
const AGAIN_AFTER: Duration = Duration::minutes(5);

/// Runs every job that is due and that no other instance has.
pub async fn run_due(app: &App) {
    let now = app.clock.now();
    for job in Job::ALL {
        let name = job.as_str();
        let next = job.next_after(now);
        let claimed = next.min(now + AGAIN_AFTER);
        match job_slots::claim(app.office.db.writer(), name, now, (job.first_at(now), claimed)).await {
            Ok(true) => {
                let is_done = run_logged(app, job, now).await;
                if is_done && next != claimed {
                    settle(app, name, (claimed, next)).await;
                }
            }
            Ok(false) => {}
            Err(error) => tracing::error!(job.name = name, error = %error, "Could not ask whether {name} is due"),
        }
    }
}

/// Sets when a job that ran is due next. Where that fails it runs once more, which does no harm.
async fn settle(app: &App, name: &str, (claimed, next): (DateTime<Utc>, DateTime<Utc>)) {
    if let Err(error) = job_slots::settle(app.office.db.writer(), name, (claimed, next)).await {
        tracing::error!(job.name = name, error = %error, "Could not note that {name} ran");
    }
}

/// Whether it ran to its end.
async fn run_logged(app: &App, job: Job, now: DateTime<Utc>) -> bool {
    let name = job.as_str();
    let outcome = match run(app, job, now).await {
        Ok(0) => {
            tracing::debug!(job.name = name, "Ran {name}: nothing to do");
            "idle"
        }
        Ok(count) => {
            tracing::info!(job.name = name, job.count = count, "Ran {name}");
            "done"
        }
        Err(error) => {
            tracing::error!(job.name = name, cause = chain(&error), "Failed {name}");
            "failed"
        }
    };
    app.meters.count_job(name, outcome);
    // A planner whose rounds fail plans nothing: only a whole round is a sign of life.
    let is_done = outcome != "failed";
    if job == Job::PlanReminders && is_done {
        pulse::beat(app, Worker::Planner).await;
    }
    is_done
}

/// Runs a job now and returns how much it did.
///
/// # Errors
/// When it could not even begin.
pub async fn run(app: &App, job: Job, now: DateTime<Utc>) -> Result<u64, ServiceError> {
    match job {
        Job::ResumePaused => Ok(onboardings::resume_due(&app.office, now).await? as u64),
        Job::DeleteExpired => housekeeping::delete_expired(&app.office, now).await,
        Job::PlanReminders => reminders::plan_due(&app.office, now).await,
        Job::Digest => reminders::ask_digest(&app.office, now).await,
        Job::PlanChecks => connection_checks::plan_turns(&app.office, now).await,
    }
}
