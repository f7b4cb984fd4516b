//! Kurve declined a request to join, to who asked: a contact, or somebody who is none.

use super::asked::{Asked, named};
use super::facts::{check_address, check_reachable};
use super::{Mail, bodies, phrases, subject};
use crate::domain::join::{Asker, JoinOutcome};
use crate::domain::unsent::UnsentReason;
use crate::links;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::store::people::contacts;

pub(super) struct JoinDeclined {
    name: String,
    /// The first of the schools, for the subject.
    first: String,
    /// Never empty.
    asked: Vec<String>,
    reason: String,
    link: String,
}

impl Mail for JoinDeclined {
    const NAME: &'static str = "Aanmelding afgewezen";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let asked = Asked::load(request).await?;
        let Some(JoinOutcome::Declined { reason }) = asked.first.decision.as_ref().map(|decision| &decision.outcome)
        else {
            return Err(NotSent::NotNeeded(UnsentReason::NothingAsked));
        };
        let base = &request.context.base;
        let link = match asked.first.asker {
            Asker::Person(_) => {
                check_address(request, &asked.person.email).await?;
                base.to(links::HOME)
            }
            Asker::Contact(who) => {
                let contact = contacts::load(request.context.db.reader(), who.contact).await?;
                check_reachable(request, &contact).await?;
                base.to(&links::SCHOOL.at(who.connection))
            }
        };
        let mail = Self {
            name: asked.person.name.to_string(),
            first: subject::shortened(asked.first.school.name.as_str()),
            asked: named(&asked.together(request).await?),
            reason: reason.to_string(),
            link,
        };
        Ok(Draft::to_person(request.context, &mail, mail.name.clone(), asked.person.email.to_string())?)
    }

    fn subject(&self) -> String {
        let (first, what) = (&self.first, "Je aanmelding gaat niet door");
        match self.asked.len() {
            0 | 1 => subject::about_named(first, what),
            2 => subject::about_named(&format!("{first} en nog 1 school"), what),
            many => subject::about_named(&format!("{first} en nog {} scholen", many - 1), what),
        }
    }

    bodies!(JoinDeclined, "mail/join_declined.txt", "mail/join_declined.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            asked: vec![subject::named(samples::NASTY_NAME, "34CD")],
            first: samples::NASTY_NAME.into(),
            reason: samples::REASON.into(),
            link: samples::LINK.into(),
        }
    }
}
