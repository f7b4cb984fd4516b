//! Clearing away what no longer counts: sessions, wrong tries, links and requests that ended, mails that carried a token, the bytes
//! of mails that went long ago, old checks, requests that were decided long ago, old runs, forms that were kept, and lists of schools
//! that nobody carried out. How long an installation can set is `domain::retention`; the rest follows from something else, as below.

use chrono::{DateTime, Duration, Utc};

use crate::domain::feed::KEEP_DAYS as KEEP_FEED_DAYS;
use crate::domain::lockout;
use crate::domain::retention::Kept;
use crate::services::people::kept_forms::KEEP_MINUTES;
use crate::services::{Context, ServiceError, checks, roster};
use crate::store::mail::{frozen_mails, outbox};
use crate::store::onboarding::joins;
use crate::store::operations::{bulk_runs, feed};
use crate::store::people::{
    access_links, kept_forms, known_browsers, registrations, sessions, sign_in_trips, staff_browsers, stranger_counts,
    wrong_tries,
};
use crate::store::webhooks::deliveries;

/// How long a run that was put together waits for who is to begin it.
const KEEP_NOT_BEGUN_DAYS: i64 = 2;

/// How long a browser is known in which somebody signed in: as long as its cookie lives.
pub const KEEP_BROWSER_DAYS: i64 = 365;

/// How long it is kept what strangers did by the hour: limits look back a day.
pub const KEEP_COUNTS_DAYS: i64 = 2;

/// Deletes what ended; returns how many rows.
pub async fn delete_expired(context: &Context, now: DateTime<Utc>) -> Result<u64, ServiceError> {
    let conn = context.db.writer();
    let before = context.retention.before(Kept::Links, now);
    let links = access_links::delete_expired(conn, before).await?;
    let decided_before = context.retention.before(Kept::Requests, now);
    let until = registrations::Until { ended: before, declined: decided_before };
    let requests = registrations::delete_expired(conn, until).await?;
    // Every other mail stays on Post: a delivery report may come on it, and who has it may ask.
    let mails = outbox::delete_ended_with_token(conn, before).await?;
    let frozen = frozen_mails::delete_before(conn, context.retention.before(Kept::FrozenMails, now)).await?;
    let checks = checks::delete_old(context, now).await?;
    let decided = joins::delete_decided(conn, decided_before).await?;
    let runs = delete_runs(context, now).await?;
    let lists = roster::lists::forget_old(context, now).await?;
    let sessions = sessions::delete_expired(conn, now).await?;
    let tries = wrong_tries::delete_before(conn, now - lockout::LONGEST).await?;
    let forgotten = now - Duration::days(KEEP_BROWSER_DAYS);
    let browsers =
        known_browsers::delete_unseen(conn, forgotten).await? + staff_browsers::delete_before(conn, forgotten).await?;
    let counts = stranger_counts::delete_before(conn, now - Duration::days(KEEP_COUNTS_DAYS)).await?;
    let events = feed::delete_before(conn, now - Duration::days(KEEP_FEED_DAYS)).await?;
    let typed = kept_forms::delete_before(conn, now - Duration::minutes(KEEP_MINUTES)).await?;
    let told = deliveries::delete_before(conn, context.retention.before(Kept::Webhooks, now)).await?;
    let trips = sign_in_trips::delete_expired(conn, now).await?;
    let at_doors = tries + browsers + counts + events + told + typed + trips;
    Ok(at_doors + links + requests + mails + frozen + checks + decided + runs + lists + sessions)
}

async fn delete_runs(context: &Context, now: DateTime<Utc>) -> Result<u64, ServiceError> {
    let tx = context.db.begin_write().await?;
    let left = bulk_runs::delete_not_begun(tx.conn(), now - Duration::days(KEEP_NOT_BEGUN_DAYS)).await?;
    let old = bulk_runs::delete_before(tx.conn(), context.retention.before(Kept::Runs, now)).await?;
    tx.commit().await?;
    Ok(left + old)
}
