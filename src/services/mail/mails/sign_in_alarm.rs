//! Somebody tries to get in with the account of a colleague, to Kurve.

use super::{Mail, bodies};
use crate::domain::lockout::TrySort;
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::store::people::staff;
use crate::words;

pub(super) struct SignInAlarm {
    name: String,
    email: String,
    sort: TrySort,
    when: String,
    link: String,
}

impl SignInAlarm {
    fn knows_password(&self) -> bool {
        match self.sort {
            TrySort::Password => false,
            TrySort::Code => true,
        }
    }
}

impl Mail for SignInAlarm {
    const NAME: &'static str = "Foute pogingen bij een account (mail naar Kurve)";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = &request.mail.about;
        let (id, sort) = about.staff.zip(about.wrong_try).ok_or(ServiceError::Broken("an alarm about no account"))?;
        let account = staff::load(request.context.db.reader(), id).await?;
        let mail = Self {
            name: account.name.to_string(),
            email: account.email.to_string(),
            sort,
            when: words::moment_nl(request.mail.created_at),
            link: request.context.base.to(links::STAFF_COLLEAGUES),
        };
        Ok(Draft::to_support(request.context, &mail)?)
    }

    fn subject(&self) -> String {
        if self.knows_password() {
            format!("Koppelklaar: iemand kent het wachtwoord van {}", self.name)
        } else {
            format!("Koppelklaar: veel foute wachtwoorden bij {}", self.name)
        }
    }

    bodies!(SignInAlarm, "mail/sign_in_alarm.txt", "mail/sign_in_alarm.html");

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NASTY_NAME.into(),
            email: "eva@kurve.nl".into(),
            sort: TrySort::Password,
            when: "maandag 23 november 2026 om 14.05 uur".into(),
            link: samples::LINK.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::mail::mails::samples::as_text;

    #[test]
    fn who_knows_the_password_is_told_apart() {
        let text = as_text(&SignInAlarm { sort: TrySort::Code, ..SignInAlarm::sample() });

        assert!(text.starts_with("Subject: Koppelklaar: iemand kent het wachtwoord van "), "{text}");
        assert!(text.contains("Opnieuw laten instellen"), "{text}");
    }
}
