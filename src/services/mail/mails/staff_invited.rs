//! A one-time link with which a colleague of Kurve chooses a password and a second factor. Carries a token.

use super::{Mail, bodies};
use crate::crypto::Token;
use crate::domain::ids::InviteId;
use crate::domain::unsent::UnsentReason;
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::services::mail::tokens;
use crate::store::mail::outbox::MailStatus;
use crate::store::people::{invites, staff};
use crate::words;

pub(super) struct StaffInvited {
    name: String,
    email: String,
    /// The last moment at which the link works.
    until: String,
    link: String,
}

impl Mail for StaffInvited {
    const NAME: &'static str = "Uitnodiging voor een collega";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let conn = request.context.db.reader();
        let id = request.mail.about.invite.ok_or(ServiceError::Broken("an invitation without a link"))?;
        let invite = invites::find(conn, id).await?.ok_or(NotSent::NotNeeded(UnsentReason::InviteGone))?;
        let account = staff::load(conn, invite.staff).await?;
        let is_over = request.now > invite.expires_at || invite.used_at.is_some();
        if request.mail.status == MailStatus::Waiting {
            if account.disabled_at.is_some() {
                return Err(NotSent::NotNeeded(UnsentReason::ColleagueDisabled));
            }
            if is_over {
                return Err(NotSent::NotNeeded(UnsentReason::InviteGone));
            }
        }
        let link = if request.is_preview { tokens::PLACE_OF_LINK.to_owned() } else { mint(request, id).await? };
        let (name, email) = (account.name.to_string(), account.email.to_string());
        let mail = Self { name: name.clone(), email: email.clone(), until: words::moment_nl(invite.expires_at), link };
        Ok(Draft::to_person(request.context, &mail, name, email)?)
    }

    fn subject(&self) -> String {
        "Koppelklaar: stel je account in".to_owned()
    }

    bodies!(StaffInvited, "mail/staff_invited.txt", "mail/staff_invited.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NASTY_NAME.into(),
            email: "o.brien@kurve.nl".into(),
            until: "donderdag 26 november 2026 om 11.00 uur".into(),
            link: samples::LINK.into(),
        }
    }
}

/// Another token each time: what an earlier try made never left, so nobody misses it.
async fn mint(request: DraftRequest<'_>, id: InviteId) -> Result<String, NotSent> {
    let token = Token::new(&request.context.chance);
    if !invites::save_token(request.context.db.writer(), id, &token.hash()).await? {
        return Err(NotSent::NotNeeded(UnsentReason::InviteGone));
    }
    Ok(request.context.base.to(&links::fill(links::STAFF_INVITE, &[&token.expose_text()])))
}
