//! The lease on a mail under way.

use std::convert::Infallible;
use std::time::Duration as Wait;

use chrono::{DateTime, Utc};

use crate::domain::ids::{LeaseId, MailId};
use crate::services::Context;
use crate::store::mail::outbox::lease::{self, LEASE};

/// How often the lease on a mail under way is renewed: twice in vain is no harm.
const RENEW_EVERY: Wait = Wait::from_secs(8);

/// A lease that is renewed while a mail is under way.
pub(super) struct KeptLease<'a, Now> {
    pub(super) context: &'a Context,
    pub(super) lease: LeaseId,
    pub(super) now: &'a Now,
}

impl<Now: Fn() -> DateTime<Utc>> KeptLease<'_, Now> {
    /// Renews it for as long as it is polled; a database that does not answer holds nobody else up.
    pub(super) async fn keep(&self, id: MailId) -> Infallible {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            let renewed = lease::renew(self.context.db.writer(), self.lease, id, (self.now)() + LEASE).await;
            if let Err(error) = renewed {
                tracing::warn!(mail.id = %id, error = %error, "Could not renew the lease on a mail");
            }
        }
    }
}
