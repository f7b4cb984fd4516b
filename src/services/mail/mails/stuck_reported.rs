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
    /// Who reads an answer: the contact who reported it, unless they left.
    answered_by: Option<String>,
    link: String,
}

impl Mail for StuckReported {
    const NAME: &'static str = "Het lukt niet (mail naar Kurve)";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let step = request.step()?;
        let StepState::Stuck { reason, .. } = about.state.step(step) else {
            return Err(NotSent::NotNeeded(UnsentReason::StepNotStuck));
        };
        let mail = Self {
            school: about.facts(),
            step,
            reason: reason.to_string(),
            who: about.actor_name(),
            answered_by: about.actor().map(|actor| actor.name.to_string()),
            link: about.staff_step(step),
        };
        Ok(about.answered_by_actor(about.draft(&mail)?))
    }

    fn subject(&self) -> String {
        let school = subject::named(&self.school.name, &self.school.brin);
        format!("Help {school}: {} lukt niet", words::step_name(self.step))
    }

    bodies!(StuckReported, "mail/stuck_reported.txt", "mail/stuck_reported.html");

    fn answered_by(&self) -> Option<&str> {
        self.answered_by.as_deref()
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            school: samples::nasty_school(),
            step: Step::QueryExecuted,
            reason: samples::REASON.into(),
            who: "Bram Yılmaz".into(),
            answered_by: Some("Bram Yılmaz".into()),
            link: samples::LINK.into(),
        }
    }
}
