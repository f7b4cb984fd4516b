//! A colleague of Kurve changed their password, second factor or linked account, to themselves: if it was not them, they hear of it.

use super::{Mail, bodies};
use crate::domain::notice::AccountPart;
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::store::people::staff;
use crate::words;

pub(super) struct StaffAccountChanged {
    name: String,
    part: AccountPart,
    when: String,
    link: String,
}

impl StaffAccountChanged {
    fn what(&self) -> &'static str {
        match self.part {
            AccountPart::Password => "wachtwoord",
            AccountPart::SecondFactor => "code-app",
            AccountPart::Identity => "koppeling met het account van je organisatie",
        }
    }
}

impl Mail for StaffAccountChanged {
    const NAME: &'static str = "Account van een collega gewijzigd";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = &request.mail.about;
        let (id, part) = about.staff.zip(about.account_part).ok_or(ServiceError::Broken("a mail about no account"))?;
        let account = staff::load(request.context.db.reader(), id).await?;
        let (name, email) = (account.name.to_string(), account.email.to_string());
        let mail = Self {
            name: name.clone(),
            part,
            when: words::moment_nl(request.mail.created_at),
            link: request.context.base.to(links::STAFF_ACCOUNT),
        };
        Ok(Draft::to_person(request.context, &mail, name, email)?)
    }

    fn subject(&self) -> String {
        format!("Koppelklaar: je {} is gewijzigd", self.what())
    }

    bodies!(StaffAccountChanged, "mail/staff_account_changed.txt", "mail/staff_account_changed.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NASTY_NAME.into(),
            part: AccountPart::Password,
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
    fn another_second_factor_is_told_in_its_own_words() {
        let text = as_text(&StaffAccountChanged { part: AccountPart::SecondFactor, ..StaffAccountChanged::sample() });

        assert!(text.starts_with("Subject: Koppelklaar: je code-app is gewijzigd\n"), "{text}");
        assert!(text.contains("Je code-app voor Koppelklaar is gewijzigd"), "{text}");
    }
}
