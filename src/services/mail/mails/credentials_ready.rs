//! Password and query can be picked up; never holds the password.

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, phrases, subject};
use crate::domain::credential::reveal::REVEALS_ALLOWED;
use crate::domain::onboarding::{Access, Obstacle, Step};
use crate::domain::unsent::UnsentReason;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::store::onboarding::credentials;
use crate::words;

pub(super) struct CredentialsReady {
    name: String,
    school: SchoolFacts,
    is_renewal: bool,
    /// The query is to be run, before the password is entered.
    runs_query: bool,
    import_closed: bool,
    /// How often it can be looked at still, and until when; or that it cannot any more.
    looks: String,
    link: String,
}

impl Mail for CredentialsReady {
    const NAME: &'static str = "Wachtwoord en query staan klaar";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        if !about.state.is_yes(Step::CredentialsIssued) {
            return Err(NotSent::NotNeeded(UnsentReason::CredentialsTakenBack));
        }
        // After a renewal the query stays as it is; only the password is entered anew.
        let step = if about.state.is_yes(Step::QueryExecuted) { Step::PasswordSet } else { Step::QueryExecuted };
        // Kurve makes a new one first, and that is mailed then.
        if about.state.obstacles(step).iter().any(|obstacle| matches!(obstacle, Obstacle::PasswordGone(_))) {
            return Err(NotSent::NotNeeded(UnsentReason::PasswordGone));
        }
        let known = credentials::find_newest(request.context.db.reader(), about.id()).await?;
        let used = known.map_or(0, |known| known.reveals_used);
        about.draft(&Self {
            name: about.reader(),
            school: about.facts(),
            is_renewal: about.state.credential_version() > 1,
            runs_query: step == Step::QueryExecuted,
            import_closed: request.mail.about.import_closed,
            looks: looks(about.state.access(), REVEALS_ALLOWED.saturating_sub(used)),
            link: about.portal_step(step),
        })
    }

    fn subject(&self) -> String {
        let what = match (self.is_renewal, self.runs_query) {
            (true, true) => "Voer de nieuwe query uit in Decibel",
            (true, false) => "Vul het nieuwe wachtwoord van Kurve in bij Magister",
            (false, _) => "Voer de query uit in Decibel",
        };
        subject::about(&self.school, what)
    }

    bodies!(CredentialsReady, "mail/credentials_ready.txt", "mail/credentials_ready.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            is_renewal: false,
            runs_query: true,
            import_closed: false,
            looks: "Samen kunnen jullie dat 5 keer doen, tot en met maandag 4 januari 2027.".into(),
            link: samples::LINK.into(),
        }
    }
}

/// What is left of the views: who comes later finds fewer than there were.
fn looks(access: &Access, left: u32) -> String {
    if let Some(gone) = access.gone() {
        return words::gone_sentence(gone).to_owned();
    }
    let until = access.password().map(|known| format!(", tot {}", words::until_nl(known.until))).unwrap_or_default();
    let still = if left < REVEALS_ALLOWED { "nog " } else { "" };
    format!("Samen kunnen jullie dat {still}{left} keer doen{until}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::mail::mails::samples::as_text;

    #[test]
    fn a_renewal_that_closed_the_import_says_so() {
        let mail =
            CredentialsReady { is_renewal: true, runs_query: false, import_closed: true, ..CredentialsReady::sample() };

        insta::assert_snapshot!(as_text(&mail));
    }
}
