//! What a mail is made of.

use askama::Template;

use crate::services::mail::draft::{Draft, DraftRequest, NotSent};

/// A mail without its frame.
pub(in crate::services::mail) struct Bodies {
    pub(in crate::services::mail) text: String,
    pub(in crate::services::mail) html: String,
}

impl Bodies {
    /// What the two templates of a mail say.
    pub(super) fn of(text: impl Template, html: impl Template) -> askama::Result<Self> {
        Ok(Self { text: text.render()?, html: html.render()? })
    }
}

/// One mail: the value holds what its templates print.
pub(in crate::services::mail) trait Mail: Sized {
    /// What lists of mails call it.
    const NAME: &'static str;

    /// Loads what is true now and writes the mail.
    fn draft(request: DraftRequest<'_>) -> impl Future<Output = Result<Draft, NotSent>> + Send;

    /// One line that names the school or the connection, and what to do.
    fn subject(&self) -> String;

    /// The text and the HTML, without salutation and farewell.
    fn bodies(&self) -> askama::Result<Bodies>;

    /// The name in the salutation; empty when Kurve's support reads the mail.
    fn reader(&self) -> &str {
        ""
    }

    /// The link with which the reader stops such mails; only mails that come by themselves have one.
    fn stop_link(&self) -> Option<&str> {
        None
    }

    /// Who reads an answer, if that is not Kurve's support.
    fn answered_by(&self) -> Option<&str> {
        None
    }

    /// An example with fixed facts, of which the tests keep text and HTML.
    #[cfg(test)]
    fn sample() -> Self;
}
