//! Kurve laid the connection aside, with its own words.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, phrases, subject};
use crate::domain::unsent::UnsentReason;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::words;

pub(super) struct PausedByKurve {
    name: String,
    school: SchoolFacts,
    reason: String,
    /// The day on which it goes on.
    until: String,
    link: String,
}

impl Mail for PausedByKurve {
    const NAME: &'static str = "Op pauze gezet door Kurve";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let paused_at = about.events().await?.first().map(|event| event.at);
        // One who paused it again said so in a mail of its own.
        let pause = about.state.paused().filter(|pause| paused_at.is_none_or(|at| pause.since == at));
        let pause = pause.ok_or(NotSent::NotNeeded(UnsentReason::PauseEnded))?;
        about.draft(&Self {
            name: about.reader(),
            school: about.facts(),
            reason: pause.reason.to_string(),
            until: words::date_only_nl(pause.until),
            link: about.portal(),
        })
    }

    fn subject(&self) -> String {
        subject::about(&self.school, &format!("Op pauze tot {}", self.until))
    }

    bodies!(PausedByKurve, "mail/paused_by_kurve.txt", "mail/paused_by_kurve.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            reason: samples::REASON.into(),
            until: "maandag 23 november 2026".into(),
            link: samples::LINK.into(),
        }
    }
}
