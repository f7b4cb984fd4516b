//! What stands around every mail: salutation, farewell, and where an answer goes.

use askama::Template;

use super::mail::Mail;
use crate::domain::school::Contact;
use crate::mail::message::RenderedMail;
use crate::services::mail::draft::Draft;
use crate::services::{Context, ServiceError};

/// The `bodies` of a mail. Askama wants a type for each template, and these are the same for every mail: they hold it as
/// `mail`.
macro_rules! bodies {
    ($mail:ty, $text:literal, $html:literal) => {
        fn bodies(&self) -> askama::Result<super::Bodies> {
            #[derive(askama::Template)]
            #[template(path = $text)]
            struct Text<'a> {
                mail: &'a $mail,
            }

            #[derive(askama::Template)]
            #[template(path = $html)]
            struct Html<'a> {
                mail: &'a $mail,
            }

            super::Bodies::of(Text { mail: self }, Html { mail: self })
        }
    };
}
pub(super) use bodies;

#[derive(Template)]
#[template(path = "mail/frame.txt")]
struct TextFrame<'a> {
    reader: &'a str,
    body: &'a str,
    answered_by: Option<&'a str>,
    support_email: &'a str,
}

#[derive(Template)]
#[template(path = "mail/frame.html")]
struct HtmlFrame<'a> {
    subject: &'a str,
    reader: &'a str,
    body: &'a str,
    answered_by: Option<&'a str>,
    support_email: &'a str,
}

impl Draft {
    /// A mail to Kurve's support.
    pub(in crate::services::mail) fn to_support(context: &Context, mail: &impl Mail) -> Result<Self, ServiceError> {
        Ok(Self {
            to_name: None,
            to_address: context.support_email.clone(),
            reply_to: ("Kurve support".to_owned(), context.support_email.clone()),
            rendered: render(mail, &context.support_email)?,
            claim: None,
        })
    }

    /// A mail to somebody at a school.
    pub(in crate::services::mail) fn to_person(
        context: &Context,
        mail: &impl Mail,
        name: String,
        address: String,
    ) -> Result<Self, ServiceError> {
        Ok(Self { to_name: Some(name), to_address: address, ..Self::to_support(context, mail)? })
    }

    /// A mail to a contact.
    pub(in crate::services::mail) fn to_contact(
        context: &Context,
        mail: &impl Mail,
        contact: &Contact,
    ) -> Result<Self, ServiceError> {
        Self::to_person(context, mail, contact.name.to_string(), contact.email.to_string())
    }
}

/// Writes a mail. An answer goes to `support_email`, unless the mail says who answers.
pub(super) fn render(mail: &impl Mail, support_email: &str) -> Result<RenderedMail, ServiceError> {
    framed(mail, support_email).map_err(|_| ServiceError::Broken("a mail that cannot be written"))
}

fn framed(mail: &impl Mail, support_email: &str) -> askama::Result<RenderedMail> {
    let (subject, bodies) = (mail.subject(), mail.bodies()?);
    let (reader, answered_by) = (mail.reader(), mail.answered_by());
    let text = TextFrame { reader, body: &bodies.text, answered_by, support_email }.render()?;
    let html = HtmlFrame { subject: &subject, reader, body: &bodies.html, answered_by, support_email }.render()?;
    Ok(RenderedMail { subject, text, html, stop_link: mail.stop_link().map(str::to_owned) })
}
