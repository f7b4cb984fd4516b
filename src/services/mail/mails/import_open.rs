//! The import may start.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, subject};
use crate::domain::import_gate::verdict_of_all;
use crate::domain::notice::MailKind;
use crate::domain::unsent::UnsentReason;
use crate::services::checks;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::store::StoreError;
use crate::store::mail::outbox::{self, MailStatus, OutboxMail};
use crate::words;

pub(super) struct ImportOpen {
    name: String,
    school: SchoolFacts,
    /// What an admin of Kurve allowed to go without; empty when nothing was.
    leave: String,
    link: String,
}

impl Mail for ImportOpen {
    const NAME: &'static str = "De import is open";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        if !verdict_of_all(&about.state).is_open() {
            return Err(NotSent::NotNeeded(UnsentReason::ImportClosed));
        }
        if is_told_by_another(request).await? {
            return Err(NotSent::NotNeeded(UnsentReason::ImportOpenToldAlready));
        }
        let activation = checks::activation(request.context, about.id()).await?;
        let leave = activation.counting_leave().map(|leave| words::leave(leave.at, &leave.reason));
        about.draft(&Self {
            name: about.reader(),
            school: about.facts(),
            leave: leave.unwrap_or_default(),
            link: about.portal(),
        })
    }

    fn subject(&self) -> String {
        subject::about(&self.school, "de import is open, je kunt importeren")
    }

    bodies!(ImportOpen, "mail/import_open.txt", "mail/import_open.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self { name: samples::NAME.into(), school: samples::school(), leave: String::new(), link: samples::LINK.into() }
    }
}

/// Whether another mail tells the receiver of a waiting one that the import is open: a newer one that waits too, or the
/// last one that they got of the import. What closed and opened again while no mail could go is told to nobody.
async fn is_told_by_another(request: DraftRequest<'_>) -> Result<bool, StoreError> {
    let mail = request.mail;
    let (Some(school), Some(contact), MailStatus::Waiting) = (mail.connection, mail.contact, mail.status) else {
        return Ok(false);
    };
    let kinds = [MailKind::ImportOpen, MailKind::ImportClosed, MailKind::CredentialsReady];
    let mails = outbox::list_to_contact(request.context.db.reader(), school, contact, &kinds).await?;
    let is_of_import = |one: &&OutboxMail| one.kind != MailKind::CredentialsReady || one.about.import_closed;
    let (sent, waiting): (Vec<_>, Vec<_>) =
        mails.iter().filter(is_of_import).partition(|one| one.status == MailStatus::Sent);
    let says_open = |one: &OutboxMail| one.kind == MailKind::ImportOpen;
    let last_sent = sent.into_iter().max_by_key(|one| one.about.version);
    let is_newer = |one: &&OutboxMail| says_open(one) && one.about.version > mail.about.version;
    Ok(last_sent.is_some_and(says_open) || waiting.iter().any(is_newer))
}
