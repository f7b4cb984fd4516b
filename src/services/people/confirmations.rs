//! The mail that asks to confirm the address of a request: counted, and sent again where it was given up.

use chrono::Duration;

use crate::domain::access_link::CONFIRM_HOURS;
use crate::domain::actor::Actor;
use crate::domain::ids::RegistrationId;
use crate::domain::notice::{About, MailKind};
use crate::domain::text::EmailAddress;
use crate::services::people::strangers::{self, AskedMail};
use crate::services::unit_of_work::{NewMail, UnitOfWork, dedupe_key};
use crate::services::{AnonymousCall, Context, ServiceError};
use crate::store::mail::outbox::{self, MailStatus};
use crate::store::people::registrations;

/// Two equal requests from one browser within this many seconds are one that arrived twice.
pub(super) const REPEAT_SECONDS: i64 = 600;

/// How often the mail of one form is sent again when it was given up.
const MOST_AGAIN: u32 = 5;

/// The mail of a request.
pub(super) fn mail(id: RegistrationId, occasion: String) -> NewMail {
    NewMail {
        kind: MailKind::ConfirmAddress,
        connection: None,
        contact: None,
        about: About { registration: Some(id), ..About::default() },
        occasion,
    }
}

/// Counts a mail to an address.
///
/// # Errors
/// `Full` behind a cap of the day.
pub(super) async fn count(
    work: &UnitOfWork<'_>,
    asked: AnonymousCall<'_>,
    email: &EmailAddress,
) -> Result<(), ServiceError> {
    let limit_key = work.context().keys.email_key(&email.limit_form());
    strangers::count_mail(work, asked, AskedMail::Confirmation, &limit_key).await
}

/// Sends the mail of a request again, with a new link, where none that was made for it came or may still come.
///
/// # Errors
/// `TooOften` when it was given up again and again, `Full` behind a cap of the day.
pub(super) async fn send_if_given_up(
    context: &Context,
    asked: AnonymousCall<'_>,
    email: &EmailAddress,
    id: RegistrationId,
) -> Result<(), ServiceError> {
    let call = asked.by(Actor::Visitor);
    let mut work = UnitOfWork::begin(context, &call).await?;
    let Some(stored) = registrations::find(work.conn(), id).await?.filter(|stored| stored.used_at.is_none()) else {
        return Ok(());
    };
    let occasion = |again: u32| if again == 0 { id.to_string() } else { format!("{id}/{again}") };
    let keys = (0..=MOST_AGAIN).map(|again| dedupe_key(MailKind::ConfirmAddress, None, &occasion(again)));
    let mails = outbox::list_by_keys(work.conn(), keys).await?;
    if mails.iter().any(|mail| matches!(mail.status, MailStatus::Waiting | MailStatus::Sent)) {
        return Ok(());
    }
    let again = u32::try_from(mails.len()).unwrap_or(u32::MAX);
    if again > MOST_AGAIN {
        let left = REPEAT_SECONDS - asked.now.timestamp().rem_euclid(REPEAT_SECONDS);
        return Err(ServiceError::TooOften { retry_after_seconds: left.unsigned_abs() });
    }
    let until = asked.now + Duration::hours(CONFIRM_HOURS);
    // Where the same form came twice at once, the first sends the mail.
    if registrations::renew(work.conn(), id, stored.expires_at, until).await? {
        count(&work, asked, email).await?;
        work.mail(mail(id, occasion(again)));
        work.finish().await?;
    }
    Ok(())
}
