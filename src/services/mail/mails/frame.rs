//! What stands around every mail: salutation, farewell, and where an answer goes.

use askama::Template;

use super::Mail;
use crate::mail::message::RenderedMail;
use crate::services::ServiceError;

/// A mail without its frame.
pub(in crate::services::mail) struct Bodies {
    text: String,
    html: String,
}

impl Bodies {
    /// What the two templates of a mail say.
    pub(super) fn of(text: impl Template, html: impl Template) -> askama::Result<Self> {
        Ok(Self { text: text.render()?, html: html.render()? })
    }
}

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

/// Writes a mail. An answer goes to `support_email`, unless the mail says who answers.
pub(in crate::services::mail) fn render(mail: &impl Mail, support_email: &str) -> Result<RenderedMail, ServiceError> {
    framed(mail, support_email).map_err(|_| ServiceError::Broken("a mail that cannot be written"))
}

fn framed(mail: &impl Mail, support_email: &str) -> askama::Result<RenderedMail> {
    let (subject, bodies) = (mail.subject(), mail.bodies()?);
    let (reader, answered_by) = (mail.reader(), mail.answered_by());
    let text = TextFrame { reader, body: &bodies.text, answered_by, support_email }.render()?;
    let html = HtmlFrame { subject: &subject, reader, body: &bodies.html, answered_by, support_email }.render()?;
    Ok(RenderedMail { subject, text, html, stop_link: mail.stop_link().map(str::to_owned) })
}
