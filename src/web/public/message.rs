//! The page that says how something ended: what is so, what that means, and where to go on.

use askama::Template;

use crate::links;
use crate::web::page::Frame;

/// Where to go on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// The path.
    pub(super) href: &'static str,
    /// What the link says.
    pub(super) label: &'static str,
}

/// How something ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message {
    /// The name of the state, for tests.
    pub(super) state: &'static str,
    /// The heading.
    pub(super) title: &'static str,
    /// What is so.
    pub(super) lead: &'static str,
    /// What else helps to know; may be empty.
    pub(super) more: &'static str,
    /// What most visitors do now.
    pub(super) first: Way,
    /// What some do instead.
    pub(super) second: Option<Way>,
}

/// The page of a message.
#[derive(Template)]
#[template(path = "public/message.html")]
pub(super) struct MessagePage {
    frame: Frame,
    message: Message,
    /// How long something lasts, after the lead; may be empty.
    term: String,
}

impl MessagePage {
    /// A message on its page.
    pub(super) fn new(frame: Frame, message: Message) -> Self {
        Self { frame, message, term: String::new() }
    }

    /// With a sentence after the lead, such as one with a number in it.
    pub(super) fn say(self, term: String) -> Self {
        Self { term, ..self }
    }
}
