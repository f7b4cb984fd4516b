//! A built mail as its reader sees it: subject, text and HTML, out of the bytes that travelled.

use mail_parser::MessageParser;

use super::message::{BuiltMail, RenderedMail};

/// What a reader sees. Personal data, so no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct MailParts {
    /// The subject.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// How many signs in a row make a token; an id has fewer, and so has any word that people read.
const TOKEN_SIGNS: usize = 40;

impl MailParts {
    /// The parts of a mail that was not sent.
    pub fn of(mail: RenderedMail) -> Self {
        Self { subject: mail.subject, text: mail.text, html: mail.html }
    }

    /// The same for who looks over the shoulder: without the tokens in its links.
    #[must_use]
    pub fn masked(self) -> Self {
        Self { subject: self.subject, text: mask(&self.text), html: mask(&self.html) }
    }
}

/// A text in which nothing that stands in an address is long enough to be a token.
fn mask(text: &str) -> String {
    let is_of_token = |sign: char| sign.is_ascii_alphanumeric() || sign == '-' || sign == '_';
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|sign| !is_of_token(sign)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        let is_in_address = masked.ends_with(['/', '=']);
        masked.push_str(if is_in_address && run.len() >= TOKEN_SIGNS { "[weggelaten]" } else { run });
        let next = after.find(is_of_token).unwrap_or(after.len());
        masked.push_str(&after[..next]);
        rest = &after[next..];
    }
    masked
}

/// The parts of a mail; `None` when its bytes are no mail.
pub fn parts(mail: &BuiltMail) -> Option<MailParts> {
    let parsed = MessageParser::default().parse(&mail.bytes)?;
    Some(MailParts {
        subject: parsed.subject()?.to_owned(),
        text: parsed.body_text(0)?.into_owned(),
        html: parsed.body_html(0)?.into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::mail::message::{OutgoingMail, Sender, build};

    #[test]
    fn a_token_in_a_link_is_left_out_and_nothing_else() {
        let token = "A1b2-C3d4_".repeat(4) + "xyz";
        let id = "01890000-0000-7000-8000-000000000000";
        let word = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbau";
        let text = format!("https://kk.example/x/{token}?y={token}. /beheer/scholen/{id} {word} «é»");

        let masked = mask(&text);

        let left = "https://kk.example/x/[weggelaten]?y=[weggelaten].";
        assert_eq!(masked, format!("{left} /beheer/scholen/{id} {word} «é»"));
        assert_eq!(mask(""), "");
    }

    #[test]
    fn what_was_written_is_read_back_from_the_bytes() {
        let text = "Beste Zoë,\n\nEen regel die langer is dan wat een mail in één regel zet, met — streepjes en 5 €.\n";
        let mail = OutgoingMail {
            to_name: Some("Zoë".to_owned()),
            to_address: "zoe@school.example".to_owned(),
            envelope_from: None,
            reply_to: None,
            subject: "Bonhoeffer: één stap te doen – lees dit".to_owned(),
            text: text.to_owned(),
            html: "<p>Zoë &amp; <b>co</b> = €</p>".to_owned(),
            stop_link: None,
            message_id: "<1@kk.example>".to_owned(),
            thread_root: None,
            date: DateTime::UNIX_EPOCH,
        };
        let sender = Sender { name: "Koppelklaar".to_owned(), address: "kk@kurve.example".to_owned() };

        let parts = parts(&build(&sender, &mail).expect("a good mail")).expect("it is a mail");

        let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((parts.subject.as_str(), folded(&parts.text)), (mail.subject.as_str(), folded(text)));
        assert_eq!(parts.html.trim_end(), mail.html);
    }
}
