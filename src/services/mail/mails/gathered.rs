//! One mail that says what several mails to one person would say: each with its heading, and no paragraph twice. No kind of
//! its own.

use std::collections::HashSet;

use super::frame::{self, Framed};
use super::mail::Bodies;
use super::subject;
use crate::mail::message::RenderedMail;
use crate::services::ServiceError;
use crate::services::mail::draft::Draft;

/// The mails in one, in the order given: the first has the subject, and the salutation and whoever answers.
///
/// # Errors
/// When there is none, or a template fails.
pub(in crate::services::mail) fn in_one(mut drafts: Vec<Draft>, support_email: &str) -> Result<Draft, ServiceError> {
    let parts: Vec<Part> = drafts.iter().map(Part::of).collect();
    if drafts.is_empty() {
        return Err(ServiceError::Broken("a mail of no mails"));
    }
    let first = drafts.swap_remove(0);
    if parts.len() == 1 {
        return Ok(first);
    }
    let title = subject::with_more(&first.rendered.subject, parts.len() - 1);
    let bodies = Bodies { text: text(&parts), html: html(&parts) };
    let framed = Framed { subject: &title, reader: &first.reader, answered_by: None, bodies: &bodies, support_email };
    let (text, html) = frame::framed(framed).map_err(|_| ServiceError::Broken("a mail that cannot be written"))?;
    let rendered = RenderedMail { subject: title, text, html, stop_link: None };
    Ok(Draft { rendered, bodies, ..first })
}

/// One of the mails.
struct Part {
    heading: String,
    text: String,
    html: String,
}

impl Part {
    fn of(draft: &Draft) -> Self {
        Self {
            heading: subject::what_of(&draft.rendered.subject).to_owned(),
            text: draft.bodies.text.clone(),
            html: draft.bodies.html.clone(),
        }
    }
}

fn headings(parts: &[Part]) -> Vec<Option<&str>> {
    let mut said = HashSet::new();
    parts.iter().map(|part| Some(part.heading.as_str()).filter(|heading| said.insert(*heading))).collect()
}

fn text(parts: &[Part]) -> String {
    let mut said = HashSet::new();
    let mut paragraphs = vec![format!("In deze mail staan {} berichten.", parts.len())];
    for (heading, part) in headings(parts).into_iter().zip(parts) {
        let new: Vec<&str> =
            part.text.split("\n\n").filter(|paragraph| said.insert(paragraph.trim().to_owned())).collect();
        if new.is_empty() {
            continue;
        }
        paragraphs.extend(heading.map(|heading| format!("=== {heading} ===")));
        paragraphs.extend(new.into_iter().map(str::to_owned));
    }
    paragraphs.join("\n\n")
}

/// A paragraph of the templates is a line.
fn html(parts: &[Part]) -> String {
    let mut said = HashSet::new();
    let mut lines = vec![format!("<p>In deze mail staan {} berichten.</p>", parts.len())];
    for (heading, part) in headings(parts).into_iter().zip(parts) {
        let is_new = |line: &&str| !line.starts_with("<p") || said.insert((*line).to_owned());
        let new: Vec<&str> = part.html.lines().filter(is_new).collect();
        if new.iter().all(|line| line.trim().is_empty()) {
            continue;
        }
        lines.extend(heading.map(|heading| format!("<h2>{}</h2>", escaped(heading))));
        lines.extend(new.into_iter().map(str::to_owned));
    }
    lines.join("\n")
}

/// A subject as the templates would print it.
fn escaped(text: &str) -> String {
    let escaped = askama::filters::escape(text, askama::filters::Html);
    escaped.map_or_else(|never| match never {}, |shown| shown.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(subject: &str, text: &str, html: &str) -> Draft {
        Draft {
            to_name: None,
            to_address: "anna@school.example".into(),
            reply_to: (String::new(), String::new()),
            rendered: RenderedMail { subject: subject.into(), text: "".into(), html: "".into(), stop_link: None },
            bodies: Bodies { text: text.into(), html: html.into() },
            reader: "Anna".into(),
            claim: None,
        }
    }

    #[test]
    fn one_mail_says_each_once_under_its_heading() {
        let first = draft("Doe <dit> – koppeling Numo (School)", "Eén.\n\nLog in.", "<p>Eén.</p>\n<p>Log in.</p>");
        let other = draft("Doe dat – koppeling Numo (School)", "Twee.\n\nLog in.", "<p>Twee.</p>\n<p>Log in.</p>");
        let again = draft("Doe dat – koppeling Numo (School)", "Drie.", "<ul>\n<li>Drie.</li>\n</ul>");

        let mail = in_one(vec![first, other, again], "support@kurve.example").expect("three mails").rendered;

        assert_eq!(mail.subject, "Doe <dit>, en nog 2 berichten – koppeling Numo (School)");
        insta::assert_snapshot!("gathered_text", mail.text);
        let body = mail.html.split_once("<body>").expect("a body").1;
        insta::assert_snapshot!("gathered_html", body);
    }

    #[test]
    fn one_by_itself_is_as_it_is() {
        let mail = in_one(vec![draft("Doe dit – koppeling Numo (School)", "Eén.", "<p>Eén.</p>")], "s@k.example");

        assert_eq!(mail.expect("one mail").rendered.subject, "Doe dit – koppeling Numo (School)");
    }
}
