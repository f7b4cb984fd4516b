//! What runs by itself. The [`timer`] only ticks, every minute; whether something is due, and which instance does it,
//! the database decides. To add a job: a variant of [`Job`], and a service function that may run twice.

pub mod bulk;
pub mod checks;
pub mod database;
mod heartbeat;
pub mod mail;
mod timer;
pub mod webhooks;

use chrono::{DateTime, Duration, NaiveTime, Utc};
use strum::{EnumIter, IntoEnumIterator, IntoStaticStr};

use crate::app::App;
use crate::domain::heartbeat::{CLOCK_SKEW, Worker};
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::reminder::hours::moment_on;
use crate::domain::reminder::national::next_office_moment;
use crate::services::onboarding::{access, onboardings};
use crate::services::operations::{audit, clock_repair, housekeeping, machine_clock};
use crate::services::privacy::ended;
use crate::services::{self, chain};
use crate::services::{ServiceError, reminders};
use crate::store::StoreError;
use crate::store::operations::job_slots::{self, Slot};

pub use timer::start;

/// Something on a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[derive(EnumIter, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Job {
    /// Takes back what a clock that had been ahead left behind; before the others, which it may have held up.
    RepairClock,
    /// Resumes connections whose pause has ended.
    ResumePaused,
    /// Notes that a password is not shown any more; before reminders, which follow from it.
    EndPasswords,
    /// Clears away sessions, links and requests that ended.
    DeleteExpired,
    /// Puts reminders that are due in the outbox.
    PlanReminders,
    /// Puts the daily digest to Kurve in the outbox.
    Digest,
    /// Plans the first check of connections that can be checked and have none planned.
    PlanChecks,
    /// Writes to the log where the audit ends.
    NoteAudit,
    /// Puts connections that ended in line to go, and clears those whose time has come.
    ClearEnded,
}

impl Job {
    /// The name of its slot and of its log lines.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// When a job that never ran is due.
    fn first_at(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::RepairClock
            | Self::ResumePaused
            | Self::EndPasswords
            | Self::DeleteExpired
            | Self::PlanReminders
            | Self::PlanChecks
            | Self::NoteAudit
            | Self::ClearEnded => now,
            Self::Digest => self.next_after(now),
        }
    }

    /// When the next run after one now is due.
    fn next_after(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::RepairClock | Self::ClearEnded => now + Duration::hours(1),
            Self::ResumePaused => now + Duration::minutes(10),
            Self::DeleteExpired => now + Duration::hours(6),
            Self::EndPasswords | Self::PlanReminders => now + Duration::seconds(30),
            Self::Digest => next_office_moment(now, reminders::DIGEST_TIME),
            Self::PlanChecks => now + Duration::minutes(10),
            Self::NoteAudit => now + Duration::days(1),
        }
    }

    /// A due time later than this was set by a clock that was ahead. The digest of today still waits for its hour.
    fn furthest(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = moment_on(amsterdam_date(now), NaiveTime::MIN);
        let is_early = self == Self::Digest && now < next_office_moment(today, reminders::DIGEST_TIME);
        let latest = now + CLOCK_SKEW;
        (!is_early).then(|| self.next_after(latest).max(latest + AGAIN_AFTER))
    }
}

/// After how long a job is due again if its run failed, its process died, or it is still running.
const AGAIN_AFTER: Duration = Duration::minutes(5);

/// How long the planner may begin another round, so that the last one ends well before the job is due again.
const ROUNDS_FOR: Duration = Duration::minutes(3);

/// Takes back at start what a clock that had been ahead left behind, before anybody works on it.
pub async fn repair_clock(app: &App) {
    if let Err(error) = machine_clock::check(&app.context, &app.clock).await {
        tracing::error!(cause = chain(&error), "Takes back nothing of a clock that had been ahead");
        return;
    }
    run_logged(app, Job::RepairClock, app.clock.now()).await;
}

/// Runs every job that is due and that no other instance has claimed; none while this machine's clock differs from the
/// database's.
pub async fn run_due(app: &App) {
    if let Err(error) = machine_clock::check(&app.context, &app.clock).await {
        tracing::error!(cause = chain(&error), "Runs no jobs");
        return;
    }
    for job in Job::iter() {
        let name = job.as_str();
        // Asked for each: the one before may have taken long.
        let now = app.clock.now();
        match claim(app, job, now).await {
            Ok(Some(claimed)) => {
                if run_logged(app, job, now).await {
                    settle(app, name, claimed, job.next_after(now)).await;
                }
            }
            Ok(None) => {}
            Err(error) => tracing::error!(job.name = name, error = %error, "Could not ask whether {name} is due"),
        }
    }
}

/// Claims a job that is due; returns when the claim ends.
async fn claim(app: &App, job: Job, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
    let until = now + AGAIN_AFTER;
    let slot = Slot { first_at: job.first_at(now), next_at: until, furthest: job.furthest(now) };
    let is_claimed = job_slots::claim(app.context.db.writer(), job.as_str(), now, slot).await?;
    Ok(is_claimed.then_some(until))
}

/// Sets when a job that ran is due next. Where that fails it runs once more, which does no harm.
async fn settle(app: &App, name: &str, claimed: DateTime<Utc>, next: DateTime<Utc>) {
    if let Err(error) = job_slots::settle(app.context.db.writer(), name, claimed, next).await {
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
    app.metrics.count_job(name, outcome);
    // A planner whose rounds fail plans nothing: only a whole round is a heartbeat.
    let is_done = outcome != "failed";
    if job == Job::PlanReminders && is_done {
        heartbeat::beat(app, Worker::Planner).await;
    }
    is_done
}

/// Plans round after round while there is more to do and the claim lasts; the next run continues where this one ended.
async fn plan_reminders(app: &App, now: DateTime<Utc>) -> Result<u64, ServiceError> {
    let (mut planned, mut cursor) = (0, None);
    loop {
        let round = reminders::plan_due(&app.context, now, cursor).await?;
        planned += round.planned;
        cursor = round.next;
        if cursor.is_none() || app.clock.now() >= now + ROUNDS_FOR {
            return Ok(planned);
        }
        heartbeat::beat(app, Worker::Planner).await;
    }
}

/// Runs a job now and returns how much it did.
pub async fn run(app: &App, job: Job, now: DateTime<Utc>) -> Result<u64, ServiceError> {
    match job {
        Job::RepairClock => clock_repair::repair(&app.context, now).await,
        Job::ResumePaused => Ok(onboardings::resume_due(&app.context, now).await? as u64),
        Job::EndPasswords => Ok(access::note_due(&app.context, now).await? as u64),
        Job::DeleteExpired => housekeeping::delete_expired(&app.context, now).await,
        Job::PlanReminders => plan_reminders(app, now).await,
        Job::Digest => reminders::ask_digest(&app.context, now).await,
        Job::PlanChecks => services::checks::plan_first_checks(&app.context, now).await,
        Job::NoteAudit => audit::note_end(&app.context).await,
        Job::ClearEnded => ended::clear_due(&app.context, &app.mailer, now).await,
    }
}
