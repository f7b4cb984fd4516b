//! Whether what runs by itself still runs: for the banner on Kurve's pages, and as numbers for who watches from outside.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use strum::IntoEnumIterator;
use tokio::sync::Mutex;

use crate::domain::heartbeat::{Facts, Worker, WorkerStatus, judge};
use crate::domain::ids::ConnectionId;
use crate::domain::upkeep::Upkeep;
use crate::metrics::Reading;
use crate::services::onboarding::schools;
use crate::services::operations::setup::SetupFlaw;
use crate::services::people::strangers::{self, DoneToday};
use crate::services::{Context, ServiceError};
use crate::store::StoreError;
use crate::store::mail::outbox::MailStatus;
use crate::store::mail::outbox_view;
use crate::store::onboarding::overview::{self, NamedConnection};
use crate::store::onboarding::unreadable;
use crate::store::operations::{heartbeats, upkeep_notes};

/// How long a finding serves every page that asks.
const FRESH: Duration = Duration::seconds(5);

/// How long after one batch of connections the next is looked through for what cannot be read, so that a page costs the
/// same with however many connections.
const NEXT_BATCH: Duration = Duration::minutes(1);

/// What was found of the health of the workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerHealth {
    /// How it is with each worker.
    pub workers: Vec<(Worker, WorkerStatus)>,
    /// How many mails wait while all are held back on purpose; `None` while mails go.
    pub held: Option<u64>,
    /// The connections of which something cannot be read, or whose reminders stay unplanned, by name.
    pub unreadable: Vec<NamedConnection>,
    /// What strangers did unusually often in the last day.
    pub strangers: Vec<DoneToday>,
    /// What must be set up otherwise.
    pub setup: Vec<SetupFlaw>,
}

impl WorkerHealth {
    /// Whether the reminders of some connection stay unplanned, though the planner runs.
    pub fn leaves_schools_unplanned(&self) -> bool {
        self.workers.iter().any(|one| matches!(one, (Worker::Planner, WorkerStatus::Behind { .. })))
    }
}

/// Judges the health of the workers, at most once every few seconds, for as long as the service runs.
#[derive(Debug)]
pub struct HealthMonitor {
    since: parking_lot::Mutex<DateTime<Utc>>,
    last: Mutex<Last>,
    setup: Vec<SetupFlaw>,
}

/// What was found last, with when.
#[derive(Debug, Default)]
struct Last {
    health: Option<Finding<WorkerHealth>>,
    unreadable: Unreadable,
}

/// The connections of which something cannot be read, as far as the look through all of them has come.
#[derive(Debug, Default)]
struct Unreadable {
    at: Option<DateTime<Utc>>,
    after: Option<ConnectionId>,
    found: BTreeMap<ConnectionId, NamedConnection>,
}

impl Unreadable {
    /// Looks through the next batch, if the last one was a while ago.
    async fn go_on(&mut self, context: &Context, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.at.is_some_and(|at| (Duration::zero()..NEXT_BATCH).contains(&(now - at))) {
            return Ok(());
        }
        let part = unreadable::list_part(context.db.reader(), self.after).await?;
        let last = part.read.as_ref().map(|read| *read.end());
        let is_read_again = |id: &ConnectionId| match (self.after, last) {
            (after, Some(last)) if part.has_more => after.is_none_or(|after| *id > after) && *id <= last,
            (after, _) => after.is_none_or(|after| *id > after),
        };
        self.found.retain(|id, _| !is_read_again(id));
        self.found.extend(part.found.into_iter().map(|school| (school.id, school)));
        self.after = last.filter(|_| part.has_more);
        self.at = Some(now);
        Ok(())
    }

    fn by_name(&self) -> Vec<NamedConnection> {
        let mut schools: Vec<NamedConnection> = self.found.values().cloned().collect();
        schools.sort_by(|a, b| (&a.name, &a.carried).cmp(&(&b.name, &b.carried)));
        schools
    }
}

/// What was found at a moment.
#[derive(Debug)]
struct Finding<T> {
    at: DateTime<Utc>,
    found: T,
}

/// What was found, while it is fresh. A clock that was put back makes an old finding look new.
fn fresh<T: Clone>(last: Option<&Finding<T>>, now: DateTime<Utc>, for_long: Duration) -> Option<T> {
    last.filter(|last| (Duration::zero()..for_long).contains(&(now - last.at))).map(|last| last.found.clone())
}

impl HealthMonitor {
    /// Starts to watch now: a service that just started has had no time to give a heartbeat.
    pub fn since(now: DateTime<Utc>) -> Self {
        Self { since: parking_lot::Mutex::new(now), last: Mutex::default(), setup: vec![] }
    }

    /// The same, where something must be set up otherwise.
    #[must_use]
    pub fn with_flaws(self, setup: Vec<SetupFlaw>) -> Self {
        Self { setup, ..self }
    }

    /// How it is now, or was a few seconds ago.
    pub async fn look(&self, context: &Context, now: DateTime<Utc>) -> Result<WorkerHealth, ServiceError> {
        let mut last = self.last.lock().await;
        if let Some(health) = fresh(last.health.as_ref(), now, FRESH) {
            return Ok(health);
        }
        let mut health = self.examine(context, now).await?.health(now);
        if context.mail.is_held {
            health.held = Some(outbox_view::count_with_status(context.db.reader(), MailStatus::Waiting).await?);
        }
        health.strangers = strangers::list_counts(context.db.reader(), now).await?;
        health.strangers.retain(DoneToday::is_unusual);
        last.unreadable.go_on(context, now).await?;
        health.unreadable = last.unreadable.by_name();
        health.setup.clone_from(&self.setup);
        if health.leaves_schools_unplanned() {
            let unplanned = schools::list_unplanned(context, now).await?;
            let is_new = |school: &NamedConnection| health.unreadable.iter().all(|known| known.id != school.id);
            let unplanned: Vec<NamedConnection> = unplanned.into_iter().filter(is_new).collect();
            health.unreadable.extend(unplanned);
        }
        last.health = Some(Finding { at: now, found: health.clone() });
        Ok(health)
    }

    /// Numbers for who watches from outside, read now.
    pub async fn readings(&self, context: &Context, now: DateTime<Utc>) -> Result<Vec<Reading>, ServiceError> {
        let found = self.examine(context, now).await?;
        let conn = context.db.reader();
        let mut mails = vec![];
        for status in [MailStatus::Waiting, MailStatus::Failed] {
            mails.push((status.as_str(), number(outbox_view::count_all_with_status(conn, status).await?)));
        }
        let oldest = outbox_view::find_oldest_due(conn, now).await?;
        let is_still = |(worker, status): &(Worker, WorkerStatus)| (worker.as_str(), f64::from(status.is_still()));
        let age = |(worker, at): &(Worker, DateTime<Utc>)| (worker.as_str(), seconds(now - *at));
        let done = strangers::list_counts(conn, now).await?;
        let done = done.into_iter().map(|one| (one.what.as_str(), number(one.count))).collect();
        let backup = upkeep_notes::find(conn, Upkeep::Backup).await?.map(|at| {
            let help = "Time since the last backup that was noted; without one there is no number.";
            Reading::one("koppelklaar_backup_age_seconds", help, seconds(now - at))
        });
        let mut readings = vec![
            Reading::by(
                "koppelklaar_strangers_last_day",
                "What strangers did in the last day: wrong sign-in codes, and mails that they had us write.",
                "name",
                done,
            ),
            Reading::by("koppelklaar_mails", "Mails in the outbox that wait or were given up.", "fate", mails),
            Reading::one(
                "koppelklaar_oldest_due_mail_age_seconds",
                "How long the mail that is due longest has been due; 0 when none is.",
                oldest.map_or(0.0, |due| seconds(now - due)),
            ),
            Reading::one(
                "koppelklaar_mails_held",
                "1 when every mail is kept and none is sent, on purpose.",
                f64::from(found.facts.is_held),
            ),
            Reading::by(
                "koppelklaar_heartbeat_age_seconds",
                "Time since the last sign of life of any instance's worker.",
                "name",
                found.beats.iter().map(age).collect(),
            ),
            Reading::by(
                "koppelklaar_worker_stands_still",
                "1 when a worker gave no sign of life for two of its periods, or leaves due work alone for long.",
                "name",
                found.health(now).workers.iter().map(is_still).collect(),
            ),
        ];
        readings.extend(backup);
        Ok(readings)
    }

    /// Since when it looks. Where the clock was put back behind that, it begins anew: nobody would be found silent
    /// before that moment comes again.
    pub fn watched_since(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let mut since = self.since.lock();
        *since = now.min(*since);
        *since
    }

    async fn examine(&self, context: &Context, now: DateTime<Utc>) -> Result<Found, StoreError> {
        let conn = context.db.reader();
        let oldest_untouched = outbox_view::find_oldest_untouched(conn, now, Worker::Mail.patience()).await?;
        let oldest_unplanned = overview::find_oldest_unplanned(conn, now).await?;
        let (is_held, makes_checks) = (context.mail.is_held, context.check_policy.makes_checks());
        let watched_since = self.watched_since(now);
        let facts = Facts { watched_since, oldest_untouched, oldest_unplanned, is_held, makes_checks };
        Ok(Found { facts, beats: heartbeats::list(conn).await? })
    }
}

struct Found {
    facts: Facts,
    beats: Vec<(Worker, DateTime<Utc>)>,
}

impl Found {
    fn health(&self, now: DateTime<Utc>) -> WorkerHealth {
        let beat = |worker: Worker| self.beats.iter().find(|(of, _)| *of == worker).map(|(_, at)| *at);
        let status = |worker: Worker| (worker, judge(worker, now, beat(worker), &self.facts));
        WorkerHealth {
            workers: Worker::iter().map(status).collect(),
            held: None,
            unreadable: vec![],
            strangers: vec![],
            setup: vec![],
        }
    }
}

/// Whole milliseconds are exact in a float for longer than anything waits.
fn seconds(time: Duration) -> f64 {
    number(u64::try_from(time.num_milliseconds()).unwrap_or(0)) / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "metrics are floats; these numbers are far below 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}
