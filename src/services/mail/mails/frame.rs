//! What stands around every mail: salutation, farewell, and where an answer goes.

use askama::Template;

use super::mail::{Bodies, Mail};
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
        let bodies = mail.bodies().map_err(broken)?;
        let rendered = render_bodies(mail, &bodies, &context.support_email)?;
        Ok(Self {
            to_name: None,
            to_address: context.support_email.clone(),
            reply_to: ("Kurve support".to_owned(), context.support_email.clone()),
            rendered,
            bodies,
            reader: mail.reader().to_owned(),
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

/// What a mail is framed with.
pub(super) struct Framed<'a> {
    pub(super) subject: &'a str,
    pub(super) reader: &'a str,
    pub(super) answered_by: Option<&'a str>,
    pub(super) bodies: &'a Bodies,
    pub(super) support_email: &'a str,
}

/// Writes a mail. An answer goes to `support_email`, unless the mail says who answers.
#[cfg(test)]
pub(super) fn render(mail: &impl Mail, support_email: &str) -> Result<RenderedMail, ServiceError> {
    render_bodies(mail, &mail.bodies().map_err(broken)?, support_email)
}

fn render_bodies(mail: &impl Mail, bodies: &Bodies, support_email: &str) -> Result<RenderedMail, ServiceError> {
    let subject = mail.subject();
    let (reader, answered_by) = (mail.reader(), mail.answered_by());
    let whole = Framed { subject: &subject, reader, answered_by, bodies, support_email };
    let (text, html) = framed(whole).map_err(broken)?;
    Ok(RenderedMail { subject, text, html, stop_link: mail.stop_link().map(str::to_owned) })
}

fn broken(_: askama::Error) -> ServiceError {
    ServiceError::Broken("a mail that cannot be written")
}

/// Text and HTML with what stands around them.
pub(super) fn framed(whole: Framed<'_>) -> askama::Result<(String, String)> {
    let Framed { subject, reader, answered_by, bodies, support_email } = whole;
    let text = TextFrame { reader, body: &bodies.text, answered_by, support_email }.render()?;
    let html = HtmlFrame { subject, reader, body: &bodies.html, answered_by, support_email }.render()?;
    Ok((text, html))
}
