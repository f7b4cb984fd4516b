//! Someone looked at the password: to who did and to Kurve, and to the other contacts with the next mail.

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
            link: if about.receiver.is_some() { about.portal_step(Step::PasswordSet) } else { about.staff() },
        })
    }

    fn subject(&self) -> String {
        let what = format!("{} bekeek het wachtwoord voor Numo", self.who);
        if self.name.is_empty() { subject::for_kurve(&self.school, &what) } else { subject::about(&self.school, &what) }
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
            when: "maandag 23 november 2026 om 14.05 uur".into(),
            left: 3,
            link: samples::LINK.into(),
        }
    }
}
