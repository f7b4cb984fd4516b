//! Someone asked for a school that is already here, to its contacts; does not say who asked.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, subject};
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};

pub(super) struct AlreadyRegistered {
    name: String,
    school: SchoolFacts,
    link: String,
}

impl Mail for AlreadyRegistered {
    const NAME: &'static str = "School was al aangemeld";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        about.draft(&Self { name: about.reader(), school: about.facts(), link: about.portal() })
    }

    fn subject(&self) -> String {
        subject::about(&self.school, "nieuwe aanvraag voor je school, kijk of dat klopt")
    }

    bodies!(AlreadyRegistered, "mail/already_registered.txt", "mail/already_registered.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self { name: samples::NAME.into(), school: samples::school(), link: samples::LINK.into() }
    }
}
