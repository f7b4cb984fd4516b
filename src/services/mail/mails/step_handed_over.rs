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
    /// What Kurve does first; empty where the step can be done.
    kurve_first: String,
    link: String,
}

impl Mail for StepHandedOver {
    const NAME: &'static str = "Collega gevraagd voor een stap";

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
            kurve_first: about.kurve_first(step),
            link: about.portal_step(step),
        })
    }

    fn subject(&self) -> String {
        let when = if self.kurve_first.is_empty() { "vraagt je" } else { "vraagt je straks" };
        subject::about(&self.school, &format!("{} {when}: {}", self.from, words::step_name(self.step)))
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
            kurve_first: String::new(),
            link: samples::LINK.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::mail::mails::samples::as_text;

    #[test]
    fn who_cannot_do_it_yet_is_not_asked_to() {
        let kurve_first =
            "Kurve controleert eerst of Joke bij de school hoort. Daarna kan de stap worden gedaan.".into();
        let mail = StepHandedOver { step: Step::PasswordSet, kurve_first, ..StepHandedOver::sample() };

        insta::assert_snapshot!(as_text(&mail));
    }
}
