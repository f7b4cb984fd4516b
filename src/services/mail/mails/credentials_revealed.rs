//! Someone looked at the password, to every contact.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, phrases, subject};
use crate::domain::onboarding::Step;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::words;

pub(super) struct CredentialsRevealed {
    name: String,
    school: SchoolFacts,
    who: String,
    when: String,
    /// How often it may still be looked at.
    left: u32,
    link: String,
}

impl Mail for CredentialsRevealed {
    const NAME: &'static str = "Wachtwoord is bekeken";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        about.draft(&Self {
            name: about.reader(),
            school: about.facts(),
            who: about.actor_name(),
            when: words::moment_nl(request.mail.created_at),
            left: request.mail.about.reveals_left.unwrap_or_default(),
            link: about.portal_step(Step::PasswordSet),
        })
    }

    fn subject(&self) -> String {
        subject::about(&self.school, "wachtwoord bekeken, kijk of dat klopt")
    }

    bodies!(CredentialsRevealed, "mail/credentials_revealed.txt", "mail/credentials_revealed.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            who: "Bram Yılmaz".into(),
            when: "ma 23 november 2026 om 14:05".into(),
            left: 3,
            link: samples::LINK.into(),
        }
    }
}
