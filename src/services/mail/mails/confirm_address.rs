//! Asks the person who requests Optie A to confirm the address in time. Carries a token.
//!
//! Anybody may have typed this address: nothing of what was typed stands in subject, greeting or the name of the receiver.

use super::facts::SchoolFacts;
use super::{Mail, bodies};
use crate::domain::access_link::CONFIRM_HOURS;
use crate::domain::ids::RegistrationId;
use crate::domain::unsent::UnsentReason;
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::services::mail::tokens;
use crate::services::people::registrations as requests;
use crate::store::mail::outbox::MailStatus;
use crate::store::people::registrations;

pub(super) struct ConfirmAddress {
    school: SchoolFacts,
    link: String,
}

impl Mail for ConfirmAddress {
    const NAME: &'static str = "E-mailadres bevestigen";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let id =
            request.mail.about.registration.ok_or(ServiceError::Broken("a confirmation mail without a request"))?;
        let stored = registrations::find(request.context.db.reader(), id).await?;
        let stored = stored.ok_or(NotSent::NotNeeded(UnsentReason::RegistrationGone))?;
        let is_over = request.now > stored.expires_at || stored.used_at.is_some();
        if is_over && request.mail.status == MailStatus::Waiting {
            return Err(NotSent::NotNeeded(UnsentReason::RegistrationExpired));
        }
        let form = requests::open(request.context, &stored)?;
        let link = if request.is_preview { tokens::PLACE_OF_LINK.to_owned() } else { mint(request, id).await? };
        let mail = Self { school: SchoolFacts::asked(&form.details), link };
        Ok(Draft { to_address: form.email.to_string(), ..Draft::to_support(request.context, &mail)? })
    }

    fn subject(&self) -> String {
        "Bevestig je aanmelding voor de koppeling van Numo met Magister".to_owned()
    }

    bodies!(ConfirmAddress, "mail/confirm_address.txt", "mail/confirm_address.html");

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self { school: samples::nasty_school(), link: samples::LINK.into() }
    }
}

async fn mint(request: DraftRequest<'_>, id: RegistrationId) -> Result<String, NotSent> {
    let minted = requests::mint(request.context, request.now, id).await?;
    let token = minted.ok_or(NotSent::Doubtful(UnsentReason::RegistrationDoubtful))?;
    Ok(request.context.base.to(&links::fill(links::REGISTER_CONFIRM, &[&token.expose_text()])))
}
