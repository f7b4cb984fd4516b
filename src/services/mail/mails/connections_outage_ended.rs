//! The connections that failed together work again, to support.

use super::{Mail, bodies, connections_outage};
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::words;

pub(super) struct ConnectionsOutageEnded {
    began: String,
    ended: String,
    link: String,
}

impl Mail for ConnectionsOutageEnded {
    const NAME: &'static str = "Storing voorbij (mail naar Kurve)";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let outage = connections_outage::load(request).await?;
        let ended_at = outage.ended_at.ok_or(ServiceError::Broken("the end of an outage that lasts"))?;
        let mail = Self {
            began: words::moment_nl(outage.noticed_at),
            ended: words::moment_nl(ended_at),
            link: request.context.base.to(links::STAFF),
        };
        Ok(Draft::to_support(request.context, &mail)?)
    }

    fn subject(&self) -> String {
        "Koppelklaar: de storing is voorbij, je hoeft niets te doen".to_owned()
    }

    bodies!(ConnectionsOutageEnded, "mail/connections_outage_ended.txt", "mail/connections_outage_ended.html");

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            began: "maandag 23 november 2026 om 14.05 uur".into(),
            ended: "maandag 23 november 2026 om 16.40 uur".into(),
            link: samples::LINK.into(),
        }
    }
}
