//! Mails that carry a token. It is made when the mail is written, and only its hash is kept.

use crate::services::{Context, ServiceError};
use crate::store::mail::outbox::OutboxMail;
use crate::store::people::{access_links, registrations};

/// What stands in a preview where the mail has its one-time link: no address of anything.
pub(super) const PLACE_OF_LINK: &str = "[hier-staat-de-eenmalige-link]";

/// What stands in a preview where the mail has its code.
pub(super) const PLACE_OF_CODE: &str = "••••••••";

/// Makes the token of a mail that was not taken worth nothing, so that the next try can make another. The link of a
/// colleague gets another token at each try by itself.
pub(super) async fn take_back(context: &Context, mail: &OutboxMail) -> Result<(), ServiceError> {
    let conn = context.db.writer();
    match (mail.about.link, mail.about.registration) {
        (Some(link), _) => access_links::mark_unminted(conn, link).await?,
        (None, Some(registration)) => registrations::mark_unminted(conn, registration).await?,
        (None, None) => {}
    }
    Ok(())
}
