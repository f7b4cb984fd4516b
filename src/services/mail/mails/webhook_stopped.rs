//! An endpoint of webhooks is sent nothing any more, to Kurve.

use super::{Mail, bodies};
use crate::domain::unsent::UnsentReason;
use crate::domain::webhook::{Stopped, StoppedWhy};
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::store::webhooks::endpoints;
use crate::words;

pub(super) struct WebhookStopped {
    host: String,
    is_gone: bool,
    when: String,
    link: String,
}

impl Mail for WebhookStopped {
    const NAME: &'static str = "Webhook gestopt (mail naar Kurve)";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let id = request.mail.about.webhook.ok_or(ServiceError::Broken("a stopped webhook without an id"))?;
        let found = endpoints::find(request.context.db.reader(), id).await.map_err(ServiceError::from)?;
        let stopped = found.and_then(|endpoint| Some((endpoint.url.host().to_owned(), endpoint.stopped?)));
        let Some((host, Stopped { at, why })) = stopped else {
            return Err(NotSent::NotNeeded(UnsentReason::WebhookGoes));
        };
        let mail = Self {
            host,
            is_gone: why == StoppedWhy::Gone,
            when: words::moment_nl(at),
            link: request.context.base.to(&links::fill(links::STAFF_WEBHOOK, &[&id.to_string()])),
        };
        Ok(Draft::to_support(request.context, &mail)?)
    }

    fn subject(&self) -> String {
        format!("Koppelklaar: berichten aan {} zijn gestopt", self.host)
    }

    bodies!(WebhookStopped, "mail/webhook_stopped.txt", "mail/webhook_stopped.html");

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            host: "numo.example".into(),
            is_gone: false,
            when: "maandag 23 november 2026 om 14.05 uur".into(),
            link: samples::LINK.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::mail::mails::samples::as_text;

    #[test]
    fn who_said_that_nobody_is_there_is_told_apart() {
        let text = as_text(&WebhookStopped { is_gone: true, ..WebhookStopped::sample() });

        assert!(text.contains("antwoordde dat er niemand meer is"), "{text}");
    }
}
