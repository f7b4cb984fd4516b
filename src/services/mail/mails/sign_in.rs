//! A link and a code to sign in. Carries a token.

use super::{Mail, bodies, phrases};
use crate::crypto::{Token, token};
use crate::domain::access_link::{self, LINK_MINUTES};
use crate::domain::ids::AccessLinkId;
use crate::domain::unsent::UnsentReason;
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::services::mail::tokens;
use crate::store::mail::outbox::MailStatus;
use crate::store::onboarding::connections;
use crate::store::people::{access_links, contacts};

pub(super) struct SignIn {
    name: String,
    /// The names of all connections that have the address.
    schools: Vec<String>,
    link: String,
    code: String,
}

impl Mail for SignIn {
    const NAME: &'static str = "Inloggen";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let conn = request.context.db.reader();
        let id = request.mail.about.link.ok_or(ServiceError::Broken("a sign-in mail without a link"))?;
        let link = access_links::find(conn, id).await?.ok_or(NotSent::NotNeeded(UnsentReason::LinkGone))?;
        let people = contacts::list_by_email(conn, &link.email_key).await?;
        let mut names = vec![];
        for person in &people {
            names.push(connections::load(conn, person.connection).await?.details.name.to_string());
        }
        let first = people.into_iter().next().ok_or(NotSent::NotNeeded(UnsentReason::NoContactWithAddress))?;
        if request.mail.status == MailStatus::Waiting && access_link::death(&link.link, request.now).is_some() {
            return Err(NotSent::NotNeeded(UnsentReason::LinkExpired));
        }
        let (link, code) = if request.is_preview {
            (tokens::PLACE_OF_LINK.to_owned(), tokens::PLACE_OF_CODE.to_owned())
        } else {
            mint(request, id).await?
        };
        let mail = Self { name: first.name.to_string(), schools: names, link, code };
        Ok(Draft::to_contact(request.context, &mail, &first)?)
    }

    fn subject(&self) -> String {
        "Je link en code om in te loggen bij Koppelklaar (Numo)".to_owned()
    }

    bodies!(SignIn, "mail/sign_in.txt", "mail/sign_in.html");

    fn reader(&self) -> &str {
        &self.name
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            schools: vec!["Bonhoeffer College".into()],
            link: samples::LINK.into(),
            code: "12345678".into(),
        }
    }
}

async fn mint(request: DraftRequest<'_>, id: AccessLinkId) -> Result<(String, String), NotSent> {
    let context = request.context;
    let (token, code) = (Token::new(&context.chance), context.chance.digits8());
    let code_hash = token::code_hash(&context.keys, id.as_uuid(), &code);
    if !access_links::mark_minted(context.db.writer(), id, &token.hash(), &code_hash, request.now).await? {
        return Err(NotSent::Doubtful(UnsentReason::SignInDoubtful));
    }
    Ok((context.base.to(&links::fill(links::SIGN_IN_LINK, &[&token.expose_text()])), code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::mail::mails::samples::as_text;

    #[test]
    fn one_sign_in_mail_serves_more_schools() {
        let schools = vec!["Bonhoeffer College".to_owned(), "Lyceum Oost".to_owned()];
        let mail = SignIn { schools, code: "1234 5678".into(), ..SignIn::sample() };

        insta::assert_snapshot!(as_text(&mail));
    }
}
