//! Most connections that worked fail together, to support.

use super::{Mail, bodies};
use crate::domain::unsent::UnsentReason;
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::store::checks::check_witnesses;
use crate::store::checks::outages::{self, Outage};
use crate::words;

pub(super) struct ConnectionsOutage {
    failing: u32,
    worked_before: u32,
    since: String,
    /// How the newest checks ended, each with for how many.
    seen: String,
    /// What is probably wrong.
    cause: &'static str,
    link: String,
}

impl Mail for ConnectionsOutage {
    const NAME: &'static str = "Storing (mail naar Kurve)";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let outage = load(request).await?;
        if outage.ended_at.is_some() {
            return Err(NotSent::NotNeeded(UnsentReason::OutageEnded));
        }
        let seen =
            check_witnesses::count_failing_by_code(request.context.db.reader()).await.map_err(ServiceError::from)?;
        let mail = Self {
            seen: words::outage_seen(&seen),
            cause: words::outage_cause(&seen),
            failing: outage.failing,
            worked_before: outage.worked_before,
            since: words::moment_nl(outage.began_at),
            link: request.context.base.to(links::STAFF),
        };
        Ok(Draft::to_support(request.context, &mail)?)
    }

    fn subject(&self) -> String {
        let (failing, all) = (self.failing, self.worked_before);
        format!("Koppelklaar: storing bij {failing} van {all} verbindingen, kijk wat er is")
    }

    bodies!(ConnectionsOutage, "mail/connections_outage.txt", "mail/connections_outage.html");

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;
        use crate::domain::check::CheckCode;

        let seen = [(CheckCode::PortSilent, 210), (CheckCode::LoginRefused, 2)];
        Self {
            seen: words::outage_seen(&seen),
            cause: words::outage_cause(&seen),
            failing: 212,
            worked_before: 248,
            since: "maandag 23 november 2026 om 14.05 uur".into(),
            link: samples::LINK.into(),
        }
    }
}

/// The outage that a mail is about.
pub(super) async fn load(request: DraftRequest<'_>) -> Result<Outage, NotSent> {
    let id = request.mail.about.outage.ok_or(ServiceError::Broken("a mail about an outage without one"))?;
    let outage = outages::find(request.context.db.reader(), id).await?;
    outage.ok_or(NotSent::NotNeeded(UnsentReason::OutageGone))
}
