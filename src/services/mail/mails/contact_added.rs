//! Someone was made a contact of the school.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, subject};
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};

pub(super) struct ContactAdded {
    name: String,
    school: SchoolFacts,
    role: String,
    link: String,
}

impl Mail for ContactAdded {
    const NAME: &'static str = "Toegevoegd als contactpersoon";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let role = about.receiver.as_ref().map(|contact| contact.roles.label_nl().to_owned()).unwrap_or_default();
        about.draft(&Self { name: about.reader(), school: about.facts(), role, link: about.portal() })
    }

    fn subject(&self) -> String {
        subject::about(&self.school, "je bent contactpersoon, log in bij Koppelklaar")
    }

    bodies!(ContactAdded, "mail/contact_added.txt", "mail/contact_added.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            role: "Superbeheerder".into(),
            link: samples::LINK.into(),
        }
    }
}
