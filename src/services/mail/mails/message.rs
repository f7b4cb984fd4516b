//! A message that a colleague of Kurve wrote. Its answer comes in by its own address, where there is one, and else goes to
//! Kurve's support.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, phrases, subject};
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::services::messages::incoming;
use crate::store::onboarding::messages::{self, Author};
use crate::store::people::staff;

/// Who an answer goes to, as its reader sees it.
const ANSWERED_BY: &str = "Kurve";

pub(super) struct Message {
    name: String,
    school: SchoolFacts,
    colleague: String,
    text: String,
    /// Whether an answer by mail comes in with the school.
    takes_answers: bool,
    link: String,
}

impl Mail for Message {
    const NAME: &'static str = "Bericht van Kurve";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let conn = request.context.db.reader();
        let broken = ServiceError::Broken("a mail with a message that is not there");
        let Some(id) = request.mail.about.message else { return Err(broken.into()) };
        let Some(message) = messages::find(conn, id).await? else { return Err(broken.into()) };
        let Author::Kurve(colleague) = message.author else { return Err(broken.into()) };
        let address = incoming::address_of(request.context, id);
        let draft = about.draft(&Self {
            name: about.reader(),
            school: about.facts(),
            colleague: staff::load(conn, colleague).await?.name.to_string(),
            text: message.text.map(|text| text.as_str().to_owned()).unwrap_or_default(),
            takes_answers: address.is_some(),
            link: request.context.base.to(&links::SCHOOL_MESSAGES.at(about.id())),
        })?;
        Ok(match address {
            Some(address) => Draft { reply_to: (ANSWERED_BY.to_owned(), address), ..draft },
            None => draft,
        })
    }

    fn subject(&self) -> String {
        subject::about(&self.school, "Lees het bericht van Kurve")
    }

    bodies!(Message, "mail/message.txt", "mail/message.html");

    fn reader(&self) -> &str {
        &self.name
    }

    fn answered_by(&self) -> Option<&str> {
        self.takes_answers.then_some(ANSWERED_BY)
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            colleague: "Eva Jansen".into(),
            text: samples::REASON.into(),
            takes_answers: true,
            link: samples::LINK.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::mail::mails::samples::rendered;

    #[test]
    fn where_no_answer_comes_in_by_mail_the_page_is_the_place_to_answer() {
        let with = rendered(&Message::sample());
        let without = rendered(&Message { takes_answers: false, ..Message::sample() });

        assert!(with.text.contains("op deze mail"), "{}", with.text);
        assert!(!without.text.contains("op deze mail"), "{}", without.text);
        for mail in [with, without] {
            assert!(mail.text.contains("in Koppelklaar") && mail.html.contains("in Koppelklaar"), "{}", mail.text);
            assert!(!mail.text.contains("\n\n\n"), "{}", mail.text);
        }
    }
}
