//! Kurve sent a step back, with its own words.

use askama::Template;

use super::facts::{AboutSchool, SchoolFacts, sent_back_reason};
use super::{Bodies, Mail, phrases, subject};
use crate::domain::onboarding::Step;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::words;

pub(super) struct StepSentBack {
    pub(super) name: String,
    pub(super) school: SchoolFacts,
    pub(super) step: Step,
    pub(super) reason: String,
    pub(super) link: String,
}

#[derive(Template)]
#[template(path = "mail/step_sent_back.txt")]
struct Text<'a> {
    mail: &'a StepSentBack,
}

#[derive(Template)]
#[template(path = "mail/step_sent_back.html")]
struct Html<'a> {
    mail: &'a StepSentBack,
}

impl Mail for StepSentBack {
    const NAME: &'static str = "Stap teruggestuurd";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let step = request.step()?;
        let cause = about.root_fall().await?.map(|(_, cause)| cause);
        about.draft(&Self {
            name: about.reader(),
            school: about.facts(),
            step,
            reason: sent_back_reason(cause.as_ref()),
            link: about.portal_step(step),
        })
    }

    fn subject(&self) -> String {
        subject::about(&self.school, &format!("doe deze stap opnieuw: {}", words::step_name(self.step)))
    }

    fn bodies(&self) -> askama::Result<Bodies> {
        Bodies::of(Text { mail: self }, Html { mail: self })
    }

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
            link: samples::LINK.into(),
        }
    }
}
