//! Mails that carry a token: a link to sign in, and one to confirm an address. The token is made when the mail is
//! written, and only its hash is kept.

use chrono::{DateTime, Utc};

use crate::crypto::{Token, token};
use crate::domain::access_link;
use crate::domain::ids::AccessLinkId;
use crate::domain::school::Contact;
use crate::links;
use crate::mail::templates::{Content, SchoolFacts};
use crate::services::mail::letters::{Draft, Unsendable, support, write, written};
use crate::services::people::registrations as requests;
use crate::services::people::registrations::RegistrationForm;
use crate::services::{Context, ServiceError};
use crate::store::mail::outbox::OutboxMail;
use crate::store::onboarding::schools;
use crate::store::people::access_links::StoredLink;
use crate::store::people::{access_links, contacts, registrations};

pub(in crate::services) async fn sign_in(
    context: &Context,
    mail: &OutboxMail,
    now: DateTime<Utc>,
) -> Result<Draft, Unsendable> {
    let Awaited { id, link, first, schools } = Awaited::load(context, mail).await?;
    if access_link::death(&link.link, now).is_some() {
        return Err(Unsendable::NotNeeded("the link no longer works"));
    }
    let (token, code) = (Token::new(&context.chance), context.chance.digits6());
    let code_hash = token::code_hash(&context.keys, id.as_uuid(), &code);
    if !access_links::mark_minted(context.db.writer(), id, &token.hash(), &code_hash, now).await? {
        return Err(Unsendable::Doubtful("an earlier try stopped halfway; the visitor can ask for a new mail"));
    }
    let link = context.base.to(&links::fill(links::SIGN_IN_LINK, &[&token.expose_text()]));
    let content = Content::SignIn { name: first.name.to_string(), schools, link, code };
    write(context, &content, Some(&first))
}

/// What a sign-in mail is written from, but for its token.
pub(in crate::services) struct Awaited {
    id: AccessLinkId,
    pub(in crate::services) link: StoredLink,
    /// The contact with the address, at the school that came first.
    pub(in crate::services) first: Contact,
    /// The names of all schools that know the address.
    pub(in crate::services) schools: Vec<String>,
}

impl Awaited {
    pub(in crate::services) async fn load(context: &Context, mail: &OutboxMail) -> Result<Self, Unsendable> {
        let conn = context.db.reader();
        let id = mail.about.link.ok_or(ServiceError::Broken("a sign-in mail without a link"))?;
        let link = access_links::find(conn, id).await?.ok_or(Unsendable::NotNeeded("the link is gone"))?;
        let people = contacts::list_by_email(conn, &link.email_key).await?;
        let mut names = vec![];
        for person in &people {
            names.push(schools::load(conn, person.school).await?.details.name.to_string());
        }
        let first = people.into_iter().next().ok_or(Unsendable::NotNeeded("no contact has this address"))?;
        Ok(Self { id, link, first, schools: names })
    }
}

pub(in crate::services) async fn confirm_address(
    context: &Context,
    mail: &OutboxMail,
    now: DateTime<Utc>,
) -> Result<Draft, Unsendable> {
    let id = mail.about.registration.ok_or(ServiceError::Broken("a confirmation mail without a request"))?;
    let stored = registrations::find(context.db.reader(), id).await?;
    let stored = stored.ok_or(Unsendable::NotNeeded("the request is gone"))?;
    if now > stored.expires_at || stored.used_at.is_some() {
        return Err(Unsendable::NotNeeded("the request no longer counts"));
    }
    let form = requests::open(context, &stored)?;
    let minted = requests::mint(context, now, id).await?;
    let why = "an earlier try stopped halfway; the visitor can send the form again";
    let token = minted.ok_or(Unsendable::Doubtful(why))?;
    confirm_letter(context, &form, context.base.to(&links::fill(links::REGISTER_CONFIRM, &[&token.expose_text()])))
}

/// The confirmation mail of a request, with this link.
pub(in crate::services) fn confirm_letter(
    context: &Context,
    form: &RegistrationForm,
    link: String,
) -> Result<Draft, Unsendable> {
    let school = SchoolFacts {
        name: form.details.name.to_string(),
        brin: form.details.brin.to_string(),
        domain: form.details.domain.to_string(),
        region: form.details.region.label_nl().to_owned(),
    };
    let content = Content::ConfirmAddress { name: form.name.to_string(), school, link };
    Ok(Draft {
        to_name: Some(form.name.to_string()),
        to_address: form.email.to_string(),
        reply_to: Some(support(context)),
        letter: written(context, &content)?,
    })
}

/// Makes the token of a mail that was not taken worth nothing, so that the next try can make another.
pub(in crate::services) async fn take_token_back(context: &Context, mail: &OutboxMail) -> Result<(), ServiceError> {
    let conn = context.db.writer();
    match (mail.about.link, mail.about.registration) {
        (Some(link), _) => access_links::mark_unminted(conn, link).await?,
        (None, Some(registration)) => registrations::mark_unminted(conn, registration).await?,
        (None, None) => {}
    }
    Ok(())
}
