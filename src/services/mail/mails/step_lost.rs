//! The connection check found that a step no longer holds.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, phrases, subject};
use crate::domain::onboarding::{FallCause, Step};
use crate::domain::unsent::UnsentReason;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::words;

pub(super) struct StepLost {
    name: String,
    school: SchoolFacts,
    step: Step,
    cause: String,
    /// It was only said: then it was checked once, and nothing is lost.
    was_only_said: bool,
    /// What Kurve does first; empty where the step can be done.
    kurve_first: String,
    link: String,
}

impl Mail for StepLost {
    const NAME: &'static str = "Stap weer open na controle";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let step = request.step()?;
        if about.state.is_yes(step) {
            return Err(NotSent::NotNeeded(UnsentReason::ConnectionBack));
        }
        let cause = about.root_fall().await?.map(|(_, cause)| cause);
        let was_only_said = matches!(cause, Some(FallCause::Refused { .. }));
        let cause = cause.map(|cause| words::fall_cause(&cause));
        about.draft(&Self {
            name: about.reader(),
            school: about.facts(),
            step,
            cause: cause.unwrap_or_default(),
            was_only_said,
            kurve_first: about.kurve_first(step),
            link: about.portal_step(step),
        })
    }

    fn subject(&self) -> String {
        let step = words::step_short(self.step);
        let why = if self.was_only_said {
            "Kurve kan nog niet bij Magister"
        } else {
            "Verbinding met Magister werkt niet meer"
        };
        let what = match self.kurve_first.is_empty() {
            true => format!("{why}. Doe opnieuw: {step}"),
            false => format!("{why}. Kurve is aan de beurt: {step}"),
        };
        subject::about(&self.school, &what)
    }

    bodies!(StepLost, "mail/step_lost.txt", "mail/step_lost.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            step: Step::PasswordSet,
            cause: "De verbinding werkt niet meer: inloggen met het wachtwoord lukt niet.".into(),
            was_only_said: false,
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
    fn of_what_was_only_said_nothing_is_lost() {
        let cause = words::fall_cause(&FallCause::Refused { code: "login_refused".to_owned() });

        insta::assert_snapshot!(as_text(&StepLost { cause, was_only_said: true, ..StepLost::sample() }));
    }
}
