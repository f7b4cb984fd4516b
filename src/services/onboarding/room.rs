//! How many contacts a school makes by itself. Everyone who is made one gets a mail from us.

use chrono::{DateTime, Duration, Utc};

use crate::domain::school::Contact;
use crate::services::ServiceError;

/// How many contacts a connection may have without Kurve: more than any school named so far.
pub const MOST_CONTACTS: usize = 20;

/// How many of those it may make in 24 hours.
pub const MOST_NEW_CONTACTS: usize = 10;

/// Whether a school may make one more, of those that it has and had.
///
/// # Errors
/// `TooManyContacts`.
pub(in crate::services) fn check_room(known: &[Contact], now: DateTime<Utc>) -> Result<(), ServiceError> {
    let here = known.iter().filter(|contact| contact.is_active()).count();
    // The first one came by the request, not by a colleague.
    let new = known.iter().skip(1).filter(|contact| now - contact.created_at < Duration::hours(24)).count();
    if here >= MOST_CONTACTS || new >= MOST_NEW_CONTACTS { Err(ServiceError::TooManyContacts) } else { Ok(()) }
}
