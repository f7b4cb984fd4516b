//! Making one check: claim it with its host, climb, note each rung, and hand the result on.

use std::panic::AssertUnwindSafe;
use std::time::Duration as WallTime;

use chrono::{DateTime, Duration, Utc};
use futures_util::FutureExt;
use tokio::sync::watch;

use super::asking::may_check;
use super::quarantine::HeldCheck;
use super::{assessment, quarantine};
use crate::domain::check::{CheckProgress, NotMade, Way};
use crate::domain::credential::{ClosedReason, Password};
use crate::domain::ids::{CheckId, ConnectionId};
use crate::domain::text::SchoolDomain;
use crate::magister::{Magister, NotChecked, Port, Progress, Target};
use crate::services::onboarding::credentials;
use crate::services::{Context, ServiceError, chain};
use crate::store::checks::connection_checks::{self, Check, Outcome};
use crate::store::checks::{check_queue, check_status};
use crate::store::onboarding::credentials::StoredCredential;
use crate::store::onboarding::{connections, onboardings};
use crate::store::{self, Changing, ConnectionTrait, LeaseTerm};

/// How long a check may take with its wait for others behind the same address; then its worker is taken for dead.
const LEASE: Duration = Duration::minutes(5);

/// After this the check itself is broken off: well before another worker may begin it again.
const LONGEST: WallTime = WallTime::from_secs(4 * 60);

/// How often it is written down how far a check of the timer is. Most are over sooner, and cost nothing extra.
const GLANCE: WallTime = WallTime::from_secs(1);

/// How many candidates are looked at for one whose host is free.
const CANDIDATES: u64 = 32;

/// A check that this worker has leased.
pub(super) struct Claimed {
    pub(super) check: CheckId,
    pub(super) connection: ConnectionId,
    pub(super) domain: SchoolDomain,
    pub(super) version: u32,
    pub(super) began_at: DateTime<Utc>,
    pub(super) lease_until: DateTime<Utc>,
    is_watched: bool,
    credential: StoredCredential,
    way: Option<Way>,
}

/// What a check needs.
struct Ready {
    domain: SchoolDomain,
    version: u32,
    credential: StoredCredential,
    /// Where this server read what it was asked before.
    way: Option<Way>,
}

/// Makes one check that waits or is due; `None` when there was none.
///
/// # Errors
/// When the store fails. A check that fails is a result.
pub async fn run_next(
    context: &Context,
    magister: &Magister,
    now: impl Fn() -> DateTime<Utc>,
) -> Result<Option<CheckId>, ServiceError> {
    let Some(claimed) = claim(context, now()).await? else { return Ok(None) };
    let id = claimed.check;
    // A fault costs this check, not the worker.
    let climb = AssertUnwindSafe(climb(context, magister, &claimed)).catch_unwind().await;
    let ended = climb.unwrap_or(Ended { outcome: Outcome::NotMade(NotMade::BrokeOff), rest: None });
    match assessment::finish(context, &claimed, ended, now()).await {
        Err(error) if quarantine::is_of_one_school(&error) => {
            let tx = context.db.begin_write().await?;
            let ends = HeldCheck { id, lease_until: Some(claimed.lease_until) };
            quarantine::quarantine(tx.conn(), claimed.connection, Some(ends), &error, now()).await?;
            tx.commit().await?;
        }
        finished => finished?,
    }
    Ok(Some(id))
}

/// How a climb ended, and for how long the connection is left in peace where none was made.
pub(super) struct Ended {
    pub(super) outcome: Outcome,
    pub(super) rest: Option<Duration>,
}

async fn claim(context: &Context, now: DateTime<Utc>) -> Result<Option<Claimed>, ServiceError> {
    if !context.check_policy.makes_checks() {
        return Ok(None);
    }
    let tx = context.db.begin_write().await?;
    let claimed = match claim_waiting(tx.conn(), now).await? {
        Some(claimed) => Some(claimed),
        None => claim_due(context, tx.conn(), now).await?,
    };
    tx.commit().await?;
    Ok(claimed)
}

async fn claim_waiting(conn: &impl Changing, now: DateTime<Utc>) -> Result<Option<Claimed>, ServiceError> {
    let term = LeaseTerm::new(now, LEASE);
    for check in check_queue::list_to_begin(conn, now, CANDIDATES).await? {
        let ready = match prepare(conn, check.connection).await {
            Err(error) if quarantine::is_of_one_school(&error) => {
                let ends = HeldCheck { id: check.id, lease_until: check.lease_until };
                quarantine::quarantine(conn, check.connection, Some(ends), &error, now).await?;
                continue;
            }
            ready => ready?,
        };
        let Some(ready) = ready else {
            let outcome = Outcome::NotMade(NotMade::NotNeeded);
            connection_checks::mark_finished(conn, check.id, check.lease_until, &outcome, now).await?;
            continue;
        };
        let host = ready.domain.host();
        if check_queue::claim_host(conn, &host, check.id, term).await? {
            connection_checks::mark_begun(conn, check.id, &host, term, ready.version).await?;
            // It is the school's turn as well, as for the timer; another turn at its end was planned while it ran.
            check_status::save_next(conn, check.connection, Some(term.until)).await?;
            return Ok(Some(claimed(check.id, check.connection, ready, term, check.is_asked)));
        }
    }
    Ok(None)
}

async fn claim_due(
    context: &Context,
    conn: &impl Changing,
    now: DateTime<Utc>,
) -> Result<Option<Claimed>, ServiceError> {
    let term = LeaseTerm::new(now, LEASE);
    for school in check_status::list_due(conn, now, CANDIDATES).await? {
        let ready = match prepare(conn, school).await {
            Err(error) if quarantine::is_of_one_school(&error) => {
                quarantine::quarantine(conn, school, None, &error, now).await?;
                continue;
            }
            ready => ready?,
        };
        let Some(ready) = ready else {
            check_status::save_next(conn, school, None).await?;
            continue;
        };
        let (id, host) = (CheckId::from_uuid(context.chance.uuid_v7(now)), ready.domain.host());
        let is_free =
            !check_queue::has_open(conn, school).await? && check_queue::claim_host(conn, &host, id, term).await?;
        if !is_free {
            continue;
        }
        if !check_status::claim_due(conn, school, term).await? {
            check_queue::release_host(conn, id).await?;
            continue;
        }
        let check = Check {
            id,
            connection: school,
            run: None,
            host,
            asked_by: None,
            asked_at: now,
            started_at: Some(now),
            finished_at: None,
            lease_until: Some(term.until),
            progress: CheckProgress::default(),
            credential_version: Some(ready.version),
            outcome: None,
        };
        if !connection_checks::insert(conn, &check).await? {
            // Somebody asked for one meanwhile: that is its turn.
            check_queue::release_host(conn, id).await?;
            check_status::save_next(conn, school, Some(now)).await?;
            continue;
        }
        return Ok(Some(claimed(id, school, ready, term, false)));
    }
    Ok(None)
}

fn claimed(check: CheckId, connection: ConnectionId, ready: Ready, term: LeaseTerm, is_watched: bool) -> Claimed {
    let Ready { domain, version, credential, way } = ready;
    let LeaseTerm { now: began_at, until: lease_until } = term;
    Claimed { check, connection, domain, version, began_at, lease_until, is_watched, credential, way }
}

/// What a check of a connection needs; `None` when there is nothing to check any more.
async fn prepare(conn: &impl ConnectionTrait, connection: ConnectionId) -> Result<Option<Ready>, ServiceError> {
    let state = onboardings::load(conn, connection).await?.state;
    if may_check(&state).is_err() {
        return Ok(None);
    }
    let Some(credential) = store::onboarding::credentials::find_newest(conn, connection).await? else {
        return Ok(None);
    };
    let can_log_in = match credential.closed {
        None | Some((_, ClosedReason::Proven)) => true,
        Some((_, ClosedReason::Renewed | ClosedReason::Withdrawn)) => false,
    };
    if !can_log_in || credential.version != state.credential_version() {
        return Ok(None);
    }
    let domain = connections::load(conn, connection).await?.details.domain;
    let way = check_status::load(conn, connection).await?.way;
    Ok(Some(Ready { domain, version: credential.version, credential, way }))
}

async fn climb(context: &Context, magister: &Magister, claimed: &Claimed) -> Ended {
    let broke_off = Ended { outcome: Outcome::NotMade(NotMade::BrokeOff), rest: None };
    let password = match credentials::open_password(context, &claimed.credential) {
        Ok(password) => password,
        Err(error) => {
            tracing::error!(
                connection.id = %claimed.connection,
                cause = chain(&error),
                "The password of a school cannot be opened, so its connection is not checked today"
            );
            return Ended { rest: Some(quarantine::ASIDE), ..broke_off };
        }
    };
    let target = Target::new(claimed.domain.clone(), Port::Live).that_reads(claimed.way);
    let (tell, told) = watch::channel(CheckProgress::default());
    let noted = note_progress(context, claimed, told);
    let (climbed, ()) = tokio::join!(climb_aloud(magister, &target, &password, tell), noted);
    match climbed {
        Some(Ok(result)) => Ended { outcome: Outcome::Made(result), rest: None },
        Some(Err(NotChecked::Resting { after })) => {
            Ended { outcome: Outcome::NotMade(NotMade::Resting), rest: Duration::from_std(after).ok() }
        }
        // Claims keep us from a host that is being checked; whoever has it, does it for us.
        Some(Err(NotChecked::Busy)) | None => broke_off,
    }
}

/// Climbs, telling each rung; the channel closes at the end. `None` when it took too long.
async fn climb_aloud(
    magister: &Magister,
    target: &Target,
    password: &Password,
    tell: watch::Sender<CheckProgress>,
) -> Option<Result<crate::domain::check::CheckResult, NotChecked>> {
    let mut note = move |progress: Progress| {
        tell.send_modify(|known| match progress {
            Progress::Trying(rung) => known.trying = Some(rung),
            Progress::Held(time) => {
                known.held.push(time);
                known.trying = None;
            }
            Progress::Broke(_) => known.trying = None,
        });
    };
    tokio::time::timeout(LONGEST, magister.check(target, password, &mut note)).await.ok()
}

/// Writes down how far a check is, for the pages that show it: each rung when a person asked for it, and what a glance
/// now and then sees when it was its turn.
async fn note_progress(context: &Context, claimed: &Claimed, mut told: watch::Receiver<CheckProgress>) {
    let mut noted = CheckProgress::default();
    while goes_on(&mut told, claimed.is_watched).await {
        let progress = told.borrow_and_update().clone();
        if progress == noted {
            continue;
        }
        if let Err(error) = connection_checks::save_progress(context.db.writer(), claimed.check, &progress).await {
            tracing::warn!(error = %error, "Could not note how far a check is");
        }
        noted = progress;
    }
}

/// Waits for the next rung, or, where nobody waits, for a while; `false` when the check is over.
async fn goes_on(told: &mut watch::Receiver<CheckProgress>, is_watched: bool) -> bool {
    if is_watched {
        return told.changed().await.is_ok();
    }
    let is_over = async { while told.changed().await.is_ok() {} };
    tokio::time::timeout(GLANCE, is_over).await.is_err()
}
