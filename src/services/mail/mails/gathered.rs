//! One mail that says what several mails to one person would say: each with its heading, and no paragraph twice. Where they
//! are about several connections, each has its part, under its school. No kind of its own.

use std::collections::HashSet;

use super::frame::{self, Framed};
use super::mail::Bodies;
use super::subject;
use crate::domain::ids::ConnectionId;
use crate::mail::message::RenderedMail;
use crate::services::ServiceError;
use crate::services::mail::draft::Draft;

/// One of the mails, written by itself.
pub(in crate::services::mail) struct Told {
    /// The connection that it is about.
    pub(in crate::services::mail) connection: Option<ConnectionId>,
    pub(in crate::services::mail) draft: Draft,
}

/// The mails in one, in the order given, in which those of one connection stand together: the first has the subject, and the
/// salutation and whoever answers.
///
/// # Errors
/// When there is none, or a template fails.
pub(in crate::services::mail) fn in_one(mut told: Vec<Told>, support_email: &str) -> Result<Draft, ServiceError> {
    let parts = Parts::of(&told);
    if told.is_empty() {
        return Err(ServiceError::Broken("a mail of no mails"));
    }
    let first = told.swap_remove(0).draft;
    let count = parts.count();
    if count == 1 {
        return Ok(first);
    }
    let title = subject::with_more(&first.rendered.subject, count - 1, parts.are_of_several());
    let bodies = Bodies { text: parts.text(), html: parts.html() };
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

/// What is about one connection. No paragraph of it stands there twice; one that another connection has too does, for it
/// is said of another school.
struct OfConnection {
    connection: Option<ConnectionId>,
    school: String,
    parts: Vec<Part>,
}

impl OfConnection {
    fn headings(&self) -> impl Iterator<Item = (Option<&str>, &Part)> {
        let mut said = HashSet::new();
        let heading = move |part: &'_ Part| said.insert(part.heading.clone());
        self.parts.iter().scan(heading, |is_new, part| Some((is_new(part).then_some(part.heading.as_str()), part)))
    }

    /// The paragraphs, with headings between these marks.
    fn text(&self, mark: &str) -> Vec<String> {
        let mut said = HashSet::new();
        let mut paragraphs = vec![];
        for (heading, part) in self.headings() {
            let new: Vec<&str> =
                part.text.split("\n\n").filter(|paragraph| said.insert(paragraph.trim().to_owned())).collect();
            if new.is_empty() {
                continue;
            }
            paragraphs.extend(heading.map(|heading| format!("{mark} {heading} {mark}")));
            paragraphs.extend(new.into_iter().map(str::to_owned));
        }
        paragraphs
    }

    /// A paragraph of the templates is a line.
    fn html(&self) -> Vec<String> {
        let mut said = HashSet::new();
        let mut lines = vec![];
        for (heading, part) in self.headings() {
            let is_new = |line: &&str| !line.starts_with("<p") || said.insert((*line).to_owned());
            let new: Vec<&str> = part.html.lines().filter(is_new).collect();
            if new.iter().all(|line| line.trim().is_empty()) {
                continue;
            }
            lines.extend(heading.map(|heading| format!("<h2>{}</h2>", escaped(heading))));
            lines.extend(new.into_iter().map(str::to_owned));
        }
        lines
    }
}

/// All of the mails, by their connection.
struct Parts(Vec<OfConnection>);

impl Parts {
    fn of(told: &[Told]) -> Self {
        let mut all: Vec<OfConnection> = vec![];
        for Told { connection, draft } in told {
            let part = Part::of(draft);
            match all.iter_mut().find(|one| one.connection == *connection) {
                Some(known) => known.parts.push(part),
                None => {
                    let school = subject::school_of(&draft.rendered.subject).to_owned();
                    all.push(OfConnection { connection: *connection, school, parts: vec![part] });
                }
            }
        }
        Self(all)
    }

    fn count(&self) -> usize {
        self.0.iter().map(|one| one.parts.len()).sum()
    }

    fn are_of_several(&self) -> bool {
        self.0.len() > 1
    }

    fn beginning(&self) -> String {
        let count = self.count();
        match self.0.len() {
            0 | 1 => format!("In deze mail staan {count} berichten."),
            schools => format!("In deze mail staan {count} berichten, over {schools} koppelingen."),
        }
    }

    fn text(&self) -> String {
        let mut paragraphs = vec![self.beginning()];
        for one in &self.0 {
            if self.are_of_several() {
                paragraphs.push(format!("=== {} ===", one.school));
                paragraphs.extend(one.text("="));
            } else {
                paragraphs.extend(one.text("==="));
            }
        }
        paragraphs.join("\n\n")
    }

    fn html(&self) -> String {
        let mut lines = vec![format!("<p>{}</p>", self.beginning())];
        for one in &self.0 {
            if self.are_of_several() {
                lines.push(format!("<h2>{}</h2>", escaped(&one.school)));
                // The headings within are one lower.
                let lower = |line: String| line.replace("<h2", "<h3").replace("</h2>", "</h3>");
                lines.extend(one.html().into_iter().map(lower));
            } else {
                lines.extend(one.html());
            }
        }
        lines.join("\n")
    }
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

    /// Of one of two connections.
    fn told(of: u128, draft: Draft) -> Told {
        Told { connection: Some(ConnectionId::from_uuid(uuid::Uuid::from_u128(of))), draft }
    }

    #[test]
    fn one_mail_says_each_once_under_its_heading() {
        let first = draft("Doe <dit> – koppeling Numo (School)", "Eén.\n\nLog in.", "<p>Eén.</p>\n<p>Log in.</p>");
        let other = draft("Doe dat – koppeling Numo (School)", "Twee.\n\nLog in.", "<p>Twee.</p>\n<p>Log in.</p>");
        let again = draft("Doe dat – koppeling Numo (School)", "Drie.", "<ul>\n<li>Drie.</li>\n</ul>");

        let mail = in_one([first, other, again].map(|draft| told(1, draft)).into(), "support@kurve.example");
        let mail = mail.expect("three mails").rendered;

        assert_eq!(mail.subject, "Doe <dit>, en nog 2 berichten – koppeling Numo (School)");
        insta::assert_snapshot!("gathered_text", mail.text);
        let body = mail.html.split_once("<body>").expect("a body").1;
        insta::assert_snapshot!("gathered_html", body);
    }

    #[test]
    fn of_several_connections_each_has_its_part_and_keeps_what_the_other_says_too() {
        let dit = "Doe dit – koppeling Numo";
        let first = draft(&format!("{dit} (Het <Baken>)"), "Nog 2 keer.\n\nEén.", "<p>Nog 2 keer.</p>\n<p>Eén.</p>");
        let same = draft(&format!("{dit} (Het <Baken>)"), "Nog 2 keer.\n\nTwee.", "<p>Nog 2 keer.</p>\n<p>Twee.</p>");
        let other = draft(&format!("{dit} (Wilgen, 2 scholen)"), "Nog 2 keer.", "<h2>Zo</h2>\n<p>Nog 2 keer.</p>");

        let mail = in_one(vec![told(1, first), told(1, same), told(2, other)], "support@kurve.example");
        let mail = mail.expect("three mails").rendered;

        assert_eq!(mail.subject, "Doe dit, en nog 2 berichten – koppeling Numo (Het <Baken> en andere)");
        insta::assert_snapshot!("gathered_of_several_text", mail.text);
        let body = mail.html.split_once("<body>").expect("a body").1;
        insta::assert_snapshot!("gathered_of_several_html", body);
    }

    #[test]
    fn one_by_itself_is_as_it_is() {
        let only = draft("Doe dit – koppeling Numo (School)", "Eén.", "<p>Eén.</p>");

        assert_eq!(
            in_one(vec![told(1, only)], "s@k.example").expect("one mail").rendered.subject,
            "Doe dit – koppeling Numo (School)"
        );
    }
}
