//! Kurve sent a step back, with its own words.

use super::facts::{AboutSchool, SchoolFacts, sent_back_reason};
use super::{Mail, bodies, phrases, subject};
use crate::domain::onboarding::Step;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::words;

pub(super) struct StepSentBack {
    pub(super) name: String,
    pub(super) school: SchoolFacts,
    pub(super) step: Step,
    pub(super) reason: String,
    /// What Kurve does first; empty where the step can be done.
    pub(super) kurve_first: String,
    pub(super) link: String,
}

impl Mail for StepSentBack {
    const NAME: &'static str = "Stap opnieuw doen";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let step = request.step()?;
        let cause = about.root_fall().await?.map(|(_, cause)| cause);
        about.draft(&Self {
            name: about.reader(),
            school: about.facts(),
            step,
            reason: sent_back_reason(cause.as_ref()),
            kurve_first: about.kurve_first(step),
            link: about.portal_step(step),
        })
    }

    fn subject(&self) -> String {
        let what = if self.kurve_first.is_empty() { "Doe opnieuw" } else { "Kurve is aan de beurt" };
        subject::about(&self.school, &format!("{what}: {}", words::step_name(self.step)))
    }

    bodies!(StepSentBack, "mail/step_sent_back.txt", "mail/step_sent_back.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            step: Step::QueryExecuted,
            reason: samples::REASON.into(),
            kurve_first: String::new(),
            link: samples::LINK.into(),
        }
    }
}
