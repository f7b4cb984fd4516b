//! Requests for Optie A whose confirmation mail never came back: what Kurve sees of them, and that mail again.

use chrono::{DateTime, Duration, Utc};

use crate::domain::access_link::CONFIRM_HOURS;
use crate::domain::audit::Action;
use crate::domain::ids::RegistrationId;
use crate::services::people::confirmations;
use crate::services::people::registrations::{self as requests, RegistrationForm};
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError, chain};
use crate::store;
use crate::store::onboarding::schools;
use crate::store::people::{address_marks, registrations};

/// After so many minutes without a confirmation Kurve sees a request: most are confirmed at once.
pub const UNCONFIRMED_MINUTES: i64 = 60;

/// How many requests without a confirmation Kurve sees at most.
pub const UNCONFIRMED_ROWS: u64 = 50;

/// A request whose confirmation mail never came back.
#[derive(Debug, Clone)]
pub struct Unconfirmed {
    /// Which.
    pub id: RegistrationId,
    /// What was typed.
    pub form: RegistrationForm,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Until when the link in the mail works.
    pub expires_at: DateTime<Utc>,
    /// With which code mail to the address came back, if it did.
    pub bounced: Option<String>,
}

/// The requests that were not confirmed within the time that takes, the oldest first, as far as they are kept.
pub async fn list(context: &Context, now: DateTime<Utc>) -> Result<Vec<Unconfirmed>, ServiceError> {
    let conn = context.db.reader();
    let before = now - Duration::minutes(UNCONFIRMED_MINUTES);
    let mut rows = vec![];
    for row in registrations::list_unconfirmed(conn, before, UNCONFIRMED_ROWS).await? {
        match requests::open(context, &row.stored) {
            Ok(form) => rows.push((row, form)),
            Err(error) => tracing::error!(cause = chain(&error), "Left a request out of a list"),
        }
    }
    let key_of = |form: &RegistrationForm| context.keys.email_key(&form.email.key_form());
    let keys = rows.iter().map(|(_, form)| form.details.brin.key()).collect();
    let here = schools::list_by_brin(conn, &keys).await?;
    let marks = address_marks::list(conn, rows.iter().map(|(_, form)| key_of(form))).await?;
    let confirmed = registrations::list_used(conn, &keys).await?;
    let joining = store::onboarding::joins::list_asked(conn, &keys).await?;
    // Whoever asked again and confirmed that is here, or waits for Kurve to let them in.
    rows.retain(|(row, form)| {
        let key = form.details.brin.key();
        let made = here.get(&key).map(|school| school.created_at);
        let done = [made, confirmed.get(&key).copied(), joining.get(&key).copied()];
        done.into_iter().flatten().all(|at| at < row.requested_at)
    });
    let unconfirmed = |(row, form): (registrations::UnconfirmedRow, RegistrationForm)| Unconfirmed {
        id: row.stored.id,
        requested_at: row.requested_at,
        expires_at: row.stored.expires_at,
        bounced: marks.get(&key_of(&form)).and_then(|mark| mark.bounced.as_ref()).map(|bounced| bounced.code.clone()),
        form,
    };
    Ok(rows.into_iter().map(unconfirmed).collect())
}

/// Kurve has the confirmation mail of a request sent again, with a new link; the link of the mail before no longer works.
///
/// # Errors
/// `Forbidden` for who may not act, `NotFound`, `Conflict` when it was confirmed or sent again since `seen`, the
/// milliseconds of the end of its link, was shown.
pub async fn send_again(context: &Context, call: &Call, id: RegistrationId, seen: i64) -> Result<(), ServiceError> {
    call.check_may_act()?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let stored = registrations::find(work.conn(), id).await?.ok_or(ServiceError::NotFound)?;
    let is_seen = stored.expires_at.timestamp_millis() == seen;
    let until = call.now + Duration::hours(CONFIRM_HOURS);
    if !is_seen || !registrations::renew(work.conn(), id, stored.expires_at, until).await? {
        return Err(ServiceError::Conflict);
    }
    work.mail(confirmations::mail(id, format!("{id}/{}", call.now.timestamp_millis())));
    work.note(None, Action::ConfirmationSentAgain { registration: id });
    work.finish().await
}
