//! A made-up mail: Kurve invites a contact to its open day.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, subject};
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};

pub(super) struct OpenDay {
    name: String,
    school: SchoolFacts,
    link: String,
}

impl Mail for OpenDay {
    const NAME: &'static str = "Open dag";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        about.draft(&Self { name: about.reader(), school: about.facts(), link: about.portal() })
    }

    fn subject(&self) -> String {
        subject::about(&self.school, "kom naar de open dag van Kurve")
    }

    bodies!(OpenDay, "mail/open_day.txt", "mail/open_day.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self { name: samples::NAME.into(), school: samples::school(), link: samples::LINK.into() }
    }
}
