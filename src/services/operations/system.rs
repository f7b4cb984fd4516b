//! How the installation itself is, for an admin: its database, mails, webhooks, workers and clock, and what asks for somebody.
//!
//! Everything here costs the same with however many schools. What takes long, `koppelklaar doctor` looks at.

use chrono::{DateTime, Duration, TimeDelta, Utc};

use super::findings::{self, Finding, Gravity};
use super::worker_health::WorkerHealth;
use crate::domain::check::certificate::WARNING_DAYS;
use crate::domain::heartbeat::{Worker, WorkerStatus};
use crate::domain::webhook::{Endpoint, StoppedWhy};
use crate::mail::transport::Transport;
use crate::services::mail::dispatch::Mailer;
use crate::services::operations::backup;
use crate::services::{Context, ServiceError};
use crate::store::checks::check_status_list;
use crate::store::mail::outbox::MailStatus;
use crate::store::mail::outbox_view;
use crate::store::operations::heartbeats;
use crate::store::operations::size::{self, Size};
use crate::store::schema::Steps;
use crate::store::webhooks::{deliveries, endpoints};
use crate::store::{StoreError, operations, schema};

/// The release that runs here.
pub const RELEASE: &str = env!("CARGO_PKG_VERSION");

/// With less room than this on the disk of a SQLite database it is time to make some, in bytes.
const LITTLE_ROOM_BYTES: u64 = 500 * 1024 * 1024;

/// How the installation is.
#[derive(Debug, Clone)]
pub struct System {
    /// Whether the database is the embedded one.
    pub is_sqlite: bool,
    /// How much it takes.
    pub size: Size,
    /// Which steps it went through.
    pub steps: Steps,
    /// When it was last backed up, as far as that was noted.
    pub last_backup: Option<DateTime<Utc>>,
    /// Where mails go.
    pub mail_to: MailTo,
    /// How many mails wait.
    pub mails_waiting: u64,
    /// How many mails failed.
    pub mails_failed: u64,
    /// The endpoints of webhooks, each with how many messages wait for it.
    pub endpoints: Vec<EndpointLook>,
    /// Every worker.
    pub workers: Vec<WorkerLook>,
    /// How far this machine's clock is ahead of the database's.
    pub clock_ahead: TimeDelta,
    /// How many certificates of Magisters end within [`WARNING_DAYS`]; `None` where no checks are made.
    pub certificates: Option<u64>,
    /// What else was found, as `doctor` finds it.
    pub findings: Vec<Finding>,
}

/// Where mails go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailTo {
    /// To this mail server.
    Server(String),
    /// Nowhere: they become files.
    Files,
}

/// An endpoint of webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointLook {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// How many messages wait for it, as far as is counted.
    pub waiting: u64,
}

/// A worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerLook {
    /// Which.
    pub worker: Worker,
    /// Its last sign of life, of any instance.
    pub beat: Option<DateTime<Utc>>,
    /// How it is.
    pub status: WorkerStatus,
}

/// Something that asks for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sign {
    /// What `doctor` says too.
    Found(Finding),
    /// A worker stands still.
    WorkerStill(WorkerLook),
    /// The disk has so many bytes left.
    LittleRoom(u64),
    /// So many mails were given up.
    MailsFailed(u64),
    /// Nothing arrives at an endpoint.
    EndpointFails(Endpoint, DateTime<Utc>),
    /// An endpoint is sent nothing any more, and nobody stopped it.
    EndpointStopped(Endpoint, DateTime<Utc>),
}

impl System {
    /// What asks for somebody.
    pub fn signs(&self) -> Vec<Sign> {
        let found = self.findings.iter().filter(|finding| finding.gravity() != Gravity::Fine);
        let still = self.workers.iter().filter(|look| look.status.is_still());
        let room = self.size.free_bytes.filter(|free| *free < LITTLE_ROOM_BYTES);
        let failed = Some(self.mails_failed).filter(|failed| *failed > 0);
        let endpoints = self.endpoints.iter().filter_map(|look| sign_of(&look.endpoint));
        let first = still.copied().map(Sign::WorkerStill).chain(found.cloned().map(Sign::Found));
        first.chain(room.map(Sign::LittleRoom)).chain(failed.map(Sign::MailsFailed)).chain(endpoints).collect()
    }
}

fn sign_of(endpoint: &Endpoint) -> Option<Sign> {
    match (endpoint.stopped, endpoint.failing_since) {
        (Some(stopped), _) => match stopped.why {
            StoppedWhy::ByHand => None,
            StoppedWhy::Gone | StoppedWhy::Failing => Some(Sign::EndpointStopped(endpoint.clone(), stopped.at)),
        },
        (None, since) => since.map(|since| Sign::EndpointFails(endpoint.clone(), since)),
    }
}

/// Looks how the installation is; the health of the workers was found already.
pub async fn look(
    context: &Context,
    mailer: &Mailer,
    health: &WorkerHealth,
    now: DateTime<Utc>,
) -> Result<System, ServiceError> {
    let (db, conn) = (&context.db, context.db.reader());
    let steps = schema::look(db).await?;
    Ok(System {
        is_sqlite: db.is_sqlite(),
        size: size::measure(db).await?,
        last_backup: backup::find_last(context).await?,
        mail_to: match &mailer.transport {
            Transport::Smtp(server) => MailTo::Server(server.host().to_owned()),
            Transport::Folder(_) | Transport::Memory(_) => MailTo::Files,
        },
        mails_waiting: outbox_view::count_with_status(conn, MailStatus::Waiting).await?,
        mails_failed: outbox_view::count_with_status(conn, MailStatus::Failed).await?,
        endpoints: look_at_endpoints(context).await?,
        workers: look_at_workers(context, health).await?,
        clock_ahead: operations::clock::ahead_by(db, now).await?,
        certificates: count_certificates(context, now).await?,
        findings: find(context, &steps, now).await?,
        steps,
    })
}

async fn look_at_endpoints(context: &Context) -> Result<Vec<EndpointLook>, StoreError> {
    let (conn, mut looks) = (context.db.reader(), vec![]);
    for endpoint in endpoints::list(conn).await? {
        let waiting = deliveries::count_waiting(conn, endpoint.id).await?;
        looks.push(EndpointLook { endpoint, waiting });
    }
    Ok(looks)
}

async fn look_at_workers(context: &Context, health: &WorkerHealth) -> Result<Vec<WorkerLook>, StoreError> {
    let beats = heartbeats::list(context.db.reader()).await?;
    let beat_of = |worker: Worker| beats.iter().find(|(of, _)| *of == worker).map(|(_, at)| *at);
    let look = |(worker, status): &(Worker, WorkerStatus)| WorkerLook {
        worker: *worker,
        beat: beat_of(*worker),
        status: *status,
    };
    Ok(health.workers.iter().map(look).collect())
}

async fn count_certificates(context: &Context, now: DateTime<Utc>) -> Result<Option<u64>, StoreError> {
    if !context.check_policy.makes_checks() {
        return Ok(None);
    }
    let until = now + Duration::days(WARNING_DAYS[0]);
    Ok(Some(check_status_list::count_certificates(context.db.reader(), now, until).await?))
}

async fn find(context: &Context, steps: &Steps, now: DateTime<Utc>) -> Result<Vec<Finding>, ServiceError> {
    let database = match (context.db.look().await, steps.behind) {
        (Err(fault), _) => Finding::DatabaseIll(fault),
        (Ok(()), 0) => Finding::DatabaseWorks,
        (Ok(()), behind) => Finding::StepsBehind(behind),
    };
    let mut found = vec![database, findings::of_clock(context, now).await?];
    found.push(findings::of_backup(context, now).await?);
    found.extend(findings::of_mail_rules(&context.mail));
    found.push(findings::of_holidays(context, now).await?);
    found.push(findings::of_base(&context.base));
    Ok(found)
}
