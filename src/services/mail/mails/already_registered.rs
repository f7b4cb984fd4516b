//! Someone asked for a school that is already here, to its contacts; does not say who asked.

use super::asked::Asked;
use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, subject};
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};

pub(super) struct AlreadyRegistered {
    name: String,
    school: SchoolFacts,
    /// Who asked; empty where that is not known any more.
    asker: String,
    link: String,
}

impl Mail for AlreadyRegistered {
    const NAME: &'static str = "School was al aangemeld";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let asker = match request.mail.about.request {
            Some(_) => Asked::load(request).await?.person.name.to_string(),
            None => String::new(),
        };
        about.draft(&Self { name: about.reader(), school: about.facts(), asker, link: about.portal() })
    }

    fn subject(&self) -> String {
        let who = if self.asker.is_empty() { "Iemand" } else { &self.asker };
        subject::about(&self.school, &format!("{who} meldde je school opnieuw aan"))
    }

    bodies!(AlreadyRegistered, "mail/already_registered.txt", "mail/already_registered.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            asker: "Piet Bakker".into(),
            link: samples::LINK.into(),
        }
    }
}
