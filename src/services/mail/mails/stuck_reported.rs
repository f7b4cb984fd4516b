//! The school is stuck, to support, with the words of who reported it.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, phrases, subject};
use crate::domain::onboarding::{Step, StepState};
use crate::domain::unsent::UnsentReason;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::words;

pub(super) struct StuckReported {
    school: SchoolFacts,
    step: Step,
    reason: String,
    who: String,
    link: String,
}

impl Mail for StuckReported {
    const NAME: &'static str = "Het lukt niet, aan Kurve";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let step = request.step()?;
        let StepState::Stuck { reason, .. } = about.state.step(step) else {
            return Err(NotSent::NotNeeded(UnsentReason::StepNotStuck));
        };
        about.draft(&Self {
            school: about.facts(),
            step,
            reason: reason.to_string(),
            who: about.actor_name(),
            link: about.staff_step(step),
        })
    }

    fn subject(&self) -> String {
        subject::about(&self.school, &format!("vastgelopen, help bij: {}", words::step_name(self.step)))
    }

    bodies!(StuckReported, "mail/stuck_reported.txt", "mail/stuck_reported.html");

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            school: samples::nasty_school(),
            step: Step::QueryExecuted,
            reason: samples::REASON.into(),
            who: "Bram Yılmaz".into(),
            link: samples::LINK.into(),
        }
    }
}
