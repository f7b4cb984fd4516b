//! What the mails say: facts in, a [`Letter`] with subject, text and HTML out.
//!
//! Text and HTML say the same; the text is complete by itself. A mail names the school and what to do in its subject,
//! carries the whole next step, and its link changes nothing. Names of steps and instructions come from `words`. Not
//! here: who gets which mail (`domain::notice`), looking up the facts (the dispatcher), headers and line width
//! (`message`). To add a mail: its kind, a variant of [`Content`], `NAME.txt` and `NAME.html` in `templates/mail` with a
//! line in `letter.txt` and `letter.html`, a subject, a sample in the tests.

mod content;
mod phrases;
mod subject;
#[cfg(test)]
mod tests;

use askama::Template;

pub use content::{Content, DigestKind, DigestPart, DigestRow, PersonFacts, ReminderItem, SchoolFacts};

use crate::domain::access_link::{CONFIRM_HOURS, LINK_MINUTES};
use crate::domain::credential::reveal::{REVEAL_DAYS, REVEALS_ALLOWED};
use crate::domain::onboarding::Step;
use crate::words;

/// What one mail says, ready to be addressed and dated.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line that names the school and what to do.
    pub subject: String,
    /// The text part; long lines are wrapped later.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The link with which the reader stops such mails, for the header that mail programs make a button of.
    pub stop_link: Option<String>,
}

/// Writes a mail. `support_email` is where an answer goes.
pub fn render(content: &Content, support_email: &str) -> Result<Letter, askama::Error> {
    let subject = subject::of(content);
    let text = TextPart { content, support_email }.render()?;
    let html = HtmlPart { content, support_email, subject: &subject }.render()?;
    let stop_link = content.stop_link().map(str::to_owned);
    Ok(Letter { subject, text, html, stop_link })
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct TextPart<'a> {
    content: &'a Content,
    support_email: &'a str,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct HtmlPart<'a> {
    content: &'a Content,
    support_email: &'a str,
    subject: &'a str,
}
