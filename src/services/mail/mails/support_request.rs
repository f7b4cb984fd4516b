//! The request, to support.

use super::facts::{AboutSchool, PersonFacts, SchoolFacts};
use super::{Mail, bodies, phrases, subject};
use crate::domain::onboarding::Step;
use crate::domain::unsent::UnsentReason;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};

pub(super) struct SupportRequest {
    school: SchoolFacts,
    contact: PersonFacts,
    link: String,
}

impl Mail for SupportRequest {
    const NAME: &'static str = "Nieuwe school (mail naar Kurve)";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let contact = about.contact(request.mail.about.by).ok_or(NotSent::NotNeeded(UnsentReason::ContactGone))?;
        let mail = Self { school: about.facts(), contact: PersonFacts::of(contact), link: about.staff() };
        Ok(Draft { reply_to: (contact.name.to_string(), contact.email.to_string()), ..about.draft(&mail)? })
    }

    fn subject(&self) -> String {
        subject::for_kurve(
            &self.school,
            &format!("{} meldde een school aan, zet wachtwoord en query klaar", self.contact.name),
        )
    }

    bodies!(SupportRequest, "mail/support_request.txt", "mail/support_request.html");

    fn answered_by(&self) -> Option<&str> {
        Some(&self.contact.name)
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            school: samples::school(),
            contact: PersonFacts {
                name: samples::NAME.into(),
                email: "a.dewit@bonhoeffer.nl".into(),
                role: "Applicatiebeheerder".into(),
            },
            link: samples::LINK.into(),
        }
    }
}
