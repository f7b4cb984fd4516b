//! A mail as it would read now, for whoever looks: written like the real one, but nothing is made and nothing changes.

use chrono::{DateTime, Utc};

use crate::domain::access_link;
use crate::mail::templates::Content;
use crate::services::mail::letters::{Draft, Unsendable, draft, write};
use crate::services::mail::token_letters::{Awaited, confirm_letter};
use crate::services::people::registrations as requests;
use crate::services::{Context, ServiceError};
use crate::store::mail::outbox::{MailStatus, OutboxMail};
use crate::store::people::registrations;

/// What stands where a mail has its one-time link: no address of anything.
const PLACE_OF_LINK: &str = "[hier-staat-de-eenmalige-link]";

/// What stands where a mail has its code.
const PLACE_OF_CODE: &str = "••••••";

/// Writes a mail as it would leave now; in place of a one-time link and code stands that there is one.
pub(in crate::services) async fn preview(
    context: &Context,
    mail: &OutboxMail,
    now: DateTime<Utc>,
) -> Result<Draft, Unsendable> {
    if !mail.kind.carries_token() {
        return draft(context, mail, now).await;
    }
    let is_awaited = mail.status == MailStatus::Waiting;
    match (mail.about.link, mail.about.registration) {
        (Some(_), _) => {
            let awaited = Awaited::load(context, mail).await?;
            if is_awaited && access_link::death(&awaited.link.link, now).is_some() {
                return Err(Unsendable::NotNeeded("the link no longer works"));
            }
            let (link, code) = (PLACE_OF_LINK.to_owned(), PLACE_OF_CODE.to_owned());
            let name = awaited.first.name.to_string();
            write(context, &Content::SignIn { name, schools: awaited.schools, link, code }, Some(&awaited.first))
        }
        (None, Some(id)) => {
            let stored = registrations::find(context.db.reader(), id).await?;
            let stored = stored.ok_or(Unsendable::NotNeeded("the request is gone"))?;
            if is_awaited && (now > stored.expires_at || stored.used_at.is_some()) {
                return Err(Unsendable::NotNeeded("the request no longer counts"));
            }
            confirm_letter(context, &requests::open(context, &stored)?, PLACE_OF_LINK.to_owned())
        }
        (None, None) => Err(ServiceError::Broken("a mail with a token about nothing").into()),
    }
}
