//! Kurve answered a stuck step.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, phrases, subject};
use crate::domain::onboarding::{Step, StepState};
use crate::domain::unsent::UnsentReason;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::words;

pub(super) struct StuckAnswered {
    name: String,
    school: SchoolFacts,
    step: Step,
    answer: String,
    /// What Kurve does first; empty where the step can be done.
    kurve_first: String,
    link: String,
}

impl Mail for StuckAnswered {
    const NAME: &'static str = "Antwoord van Kurve";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let step = request.step()?;
        let StepState::Open { answer: Some(answer), .. } = about.state.step(step) else {
            return Err(NotSent::NotNeeded(UnsentReason::StepMovedOn));
        };
        about.draft(&Self {
            name: about.reader(),
            school: about.facts(),
            step,
            answer: answer.to_string(),
            kurve_first: about.kurve_first(step),
            link: about.portal_step(step),
        })
    }

    fn subject(&self) -> String {
        let what = if self.kurve_first.is_empty() { "Probeer opnieuw" } else { "Antwoord van Kurve" };
        subject::about(&self.school, &format!("{what}: {}", words::step_name(self.step)))
    }

    bodies!(StuckAnswered, "mail/stuck_answered.txt", "mail/stuck_answered.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            step: Step::PermissionsChecked,
            answer: "Zet het vinkje bij Data.SetFoto uit.".into(),
            kurve_first: String::new(),
            link: samples::LINK.into(),
        }
    }
}
