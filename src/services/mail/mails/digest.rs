//! The digest: who asks to join or to begin, what waits on Kurve, who does not answer, what connections are lost, where mail does not
//! arrive, how many requests were never confirmed and what could not be sent.

mod part;
mod rows;

use chrono::{DateTime, Utc};
use part::DigestPart;

use super::{Mail, bodies};
use crate::crypto::mail_token::Subscription;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::unsent::UnsentReason;
use crate::links;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::services::operations::audit;
use crate::services::people::unconfirmed::UNCONFIRMED_ROWS;
use crate::services::people::{addresses, unconfirmed};
use crate::services::{Context, chain};
use crate::store::mail::outbox::MailStatus;
use crate::store::mail::outbox_view;
use crate::words;

/// The digest of a day. Nothing to say: no mail. One that did not get away on its day is left to the next; one that was
/// tried and cannot even be written by then is given up, for the next may fare the same and nobody would hear of it.
pub(super) struct Digest {
    /// Without empty ones.
    parts: Vec<DigestPart>,
    /// How many requests were never confirmed.
    unconfirmed: u64,
    /// How many mails were given up.
    failed_mails: u64,
    /// Where those are.
    mails: String,
    /// Where the audit ends: whoever keeps the mail sees later whether something was cut off.
    audit: Option<AuditEnd>,
    link: String,
    stop_link: String,
}

/// Where the audit ends, as the mail says it.
pub(super) struct AuditEnd {
    /// How many things it keeps.
    entries: String,
    /// The hash of the last one.
    head: String,
}

impl Mail for Digest {
    const NAME: &'static str = "Dagoverzicht";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        if amsterdam_date(request.mail.created_at) == amsterdam_date(request.now) {
            return of_now(request.context, request.now).await;
        }
        if request.mail.attempts > 0
            && let Err(NotSent::Service(error)) = of_now(request.context, request.now).await
        {
            tracing::error!(mail.id = %request.mail.id, cause = chain(&error), "Could not write the digest the whole day");
            return Err(NotSent::Unreachable(UnsentReason::DigestUnwritable));
        }
        Err(NotSent::NotNeeded(UnsentReason::DigestOutdated))
    }

    fn subject(&self) -> String {
        let mut said: Vec<String> = self.parts.iter().map(DigestPart::in_subject).collect();
        said.extend(match self.unconfirmed {
            0 => None,
            1 => Some("1 aanmelding niet bevestigd".to_owned()),
            _ => Some(format!("{} aanmeldingen niet bevestigd", self.unconfirmed_said())),
        });
        said.extend(match self.failed_mails {
            0 => None,
            1 => Some("1 mail mislukt".to_owned()),
            many => Some(format!("{many} mails mislukt")),
        });
        // The rest is in the mail.
        let more = if said.len() > 1 { " en meer" } else { "" };
        format!("Dagoverzicht: {}{more}", said.first().map_or("niets", String::as_str))
    }

    bodies!(Digest, "mail/digest.txt", "mail/digest.html");

    fn stop_link(&self) -> Option<&str> {
        Some(&self.stop_link)
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            parts: part::samples(),
            unconfirmed: 3,
            failed_mails: 2,
            mails: "https://koppelklaar.example/post".into(),
            audit: Some(AuditEnd { entries: "1.234".into(), head: "0f".repeat(32) }),
            link: samples::LINK.into(),
            stop_link: samples::STOP_LINK.into(),
        }
    }
}

impl Digest {
    /// How many requests were never confirmed; no more are looked for than the worklist shows.
    fn unconfirmed_said(&self) -> String {
        let more = if self.unconfirmed >= UNCONFIRMED_ROWS { " of meer" } else { "" };
        format!("{}{more}", self.unconfirmed)
    }
}

async fn of_now(context: &Context, now: DateTime<Utc>) -> Result<Draft, NotSent> {
    if addresses::is_stopped(context, &addresses::digest_of(context)).await? {
        return Err(NotSent::NotNeeded(UnsentReason::DigestStopped));
    }
    let parts = rows::load(context, now).await?;
    let unconfirmed = unconfirmed::list(context, now).await?.len() as u64;
    let failed_mails = outbox_view::count_all_with_status(context.db.reader(), MailStatus::Failed).await?;
    if parts.is_empty() && unconfirmed == 0 && failed_mails == 0 {
        return Err(NotSent::NotNeeded(UnsentReason::DigestEmpty));
    }
    let audit = audit::find_end(context)
        .await?
        .map(|end| AuditEnd { entries: words::dotted(end.entries.unsigned_abs()), head: end.head.to_string() });
    let mail = Digest {
        parts,
        unconfirmed,
        failed_mails,
        mails: context.base.to(&links::failed_mails()),
        audit,
        link: context.base.to(links::STAFF),
        stop_link: addresses::stop_link(context, Subscription::Digest, &context.support_email),
    };
    Ok(Draft::to_support(context, &mail)?)
}
