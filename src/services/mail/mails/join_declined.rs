//! Kurve declined a request to join or to begin, to who asked: a contact, or somebody who is none. The two read alike: what is here is
//! not said.

use super::asked::{Asked, named};
use super::facts::{check_address, check_reachable};
use super::{Mail, bodies, phrases, subject};
use crate::domain::ids::RegistrationId;
use crate::domain::join::{Asker, Decision, JoinOutcome};
use crate::domain::unsent::UnsentReason;
use crate::links;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::services::people::registrations as requests;
use crate::store::people::{contacts, registrations};

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
        if let Some(id) = request.mail.about.registration {
            return of_new_school(request, id).await;
        }
        let asked = Asked::load(request).await?;
        let reason = reason(asked.first.decision.as_ref())?;
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
            reason,
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

/// To who asked for a school that is not here.
async fn of_new_school(request: DraftRequest<'_>, id: RegistrationId) -> Result<Draft, NotSent> {
    let found = registrations::find_waiting(request.context.db.reader(), id).await?;
    let waited = found.ok_or(NotSent::NotNeeded(UnsentReason::RegistrationGone))?;
    let reason = reason(waited.decision.as_ref())?;
    let form = requests::open(request.context, &waited.stored)?;
    check_address(request, &form.email).await?;
    let details = &form.details;
    let mail = JoinDeclined {
        name: form.name.to_string(),
        first: subject::shortened(details.name.as_str()),
        asked: vec![format!("{} ({})", details.name, details.brin)],
        reason,
        link: request.context.base.to(links::HOME),
    };
    Ok(Draft::to_person(request.context, &mail, mail.name.clone(), form.email.to_string())?)
}

/// Why Kurve declined.
fn reason(decision: Option<&Decision>) -> Result<String, NotSent> {
    match decision.map(|decision| &decision.outcome) {
        Some(JoinOutcome::Declined { reason }) => Ok(reason.to_string()),
        Some(JoinOutcome::Accepted) | None => Err(NotSent::NotNeeded(UnsentReason::NothingAsked)),
    }
}
