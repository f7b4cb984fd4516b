//! A school that is not here asks to begin, and waits for Kurve: to support.

use super::facts::{PersonFacts, SchoolFacts};
use super::{Mail, bodies, subject};
use crate::domain::unsent::UnsentReason;
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::services::people::registrations as requests;
use crate::store::people::registrations;

pub(super) struct BeginRequested {
    school: SchoolFacts,
    asker: PersonFacts,
    link: String,
}

impl Mail for BeginRequested {
    const NAME: &'static str = "Nieuwe school die wacht (mail naar Kurve)";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let id = request.mail.about.registration.ok_or(ServiceError::Broken("a mail about a request without one"))?;
        let found = registrations::find_waiting(request.context.db.reader(), id).await?;
        let waiting = found.ok_or(NotSent::NotNeeded(UnsentReason::RegistrationGone))?;
        if waiting.decision.is_some() {
            return Err(NotSent::NotNeeded(UnsentReason::NothingAsked));
        }
        let form = requests::open(request.context, &waiting.stored)?;
        let reply_to = (form.name.to_string(), form.email.to_string());
        let mail = Self {
            school: SchoolFacts::asked(&form.details),
            asker: PersonFacts::asking(&form.person()),
            link: request.context.base.to(&links::fill(links::STAFF_REGISTRATION, &[&id.to_string()])),
        };
        Ok(Draft { reply_to, ..Draft::to_support(request.context, &mail)? })
    }

    fn subject(&self) -> String {
        subject::for_kurve(&self.school, &format!("{} wil beginnen, kijk de aanmelding na", self.asker.name))
    }

    bodies!(BeginRequested, "mail/begin_requested.txt", "mail/begin_requested.html");

    fn answered_by(&self) -> Option<&str> {
        Some(&self.asker.name)
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            school: samples::nasty_school(),
            asker: PersonFacts {
                name: samples::NAME.into(),
                email: "a.dewit@bonhoeffer.nl".into(),
                role: "Applicatiebeheerder".into(),
            },
            link: samples::LINK.into(),
        }
    }
}
