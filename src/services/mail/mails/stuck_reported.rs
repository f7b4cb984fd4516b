//! The school is stuck, to support, with the words of who reported it.

use askama::Template;

use super::facts::{AboutSchool, SchoolFacts};
use super::{Bodies, Mail, phrases, subject};
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

#[derive(Template)]
#[template(path = "mail/stuck_reported.txt")]
struct Text<'a> {
    mail: &'a StuckReported,
}

#[derive(Template)]
#[template(path = "mail/stuck_reported.html")]
struct Html<'a> {
    mail: &'a StuckReported,
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

    fn bodies(&self) -> askama::Result<Bodies> {
        Bodies::of(Text { mail: self }, Html { mail: self })
    }

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
