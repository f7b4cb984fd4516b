//! A colleague handed a step over.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, phrases, subject};
use crate::domain::onboarding::Step;
use crate::domain::unsent::UnsentReason;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::words;

pub(super) struct StepHandedOver {
    name: String,
    school: SchoolFacts,
    step: Step,
    from: String,
    link: String,
}

impl Mail for StepHandedOver {
    const NAME: &'static str = "Stap doorgegeven";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let step = request.step()?;
        if about.state.is_yes(step) {
            return Err(NotSent::NotNeeded(UnsentReason::StepDone));
        }
        about.draft(&Self {
            name: about.reader(),
            school: about.facts(),
            step,
            from: about.actor_name(),
            link: about.portal_step(step),
        })
    }

    fn subject(&self) -> String {
        subject::about(&self.school, &format!("doe deze stap: {}", words::step_name(self.step)))
    }

    bodies!(StepHandedOver, "mail/step_handed_over.txt", "mail/step_handed_over.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            step: Step::ConsentGiven,
            from: "Bram Yılmaz".into(),
            link: samples::LINK.into(),
        }
    }
}
