//! A thread of messages as rows, for Kurve and for the school.

use crate::domain::ids::{AttachmentId, ContactId};
use crate::domain::message::Direction;
use crate::services::messages::thread::{InThread, Thread};
use crate::store::onboarding::attachments::{Attachment, Fate};
use crate::store::onboarding::messages::Author;
use crate::words::{self, Names};

/// A message.
pub(super) struct MessageRow {
    pub(super) id: String,
    /// `in` or `out`.
    pub(super) direction: &'static str,
    pub(super) by: String,
    /// To whom; empty for one of the school.
    pub(super) to: String,
    pub(super) when: String,
    /// How it came, where that is not clear: `per mail`, or with which step.
    pub(super) how: String,
    pub(super) text: String,
    /// Whether `text` is ours, in the place of one that is not there.
    pub(super) is_said_of: bool,
    /// Whether it waits on Kurve.
    pub(super) waits: bool,
    pub(super) files: Vec<FileRow>,
}

/// A file that came with it.
pub(super) struct FileRow {
    pub(super) name: String,
    /// How large it is, or why it is not there.
    pub(super) what: String,
    /// Where it is saved from; empty where it is not.
    pub(super) href: String,
}

/// The rows of a thread; `link` says where a file is saved from, for who may.
pub(super) fn rows(thread: &Thread, names: &Names, link: impl Fn(AttachmentId) -> String) -> Vec<MessageRow> {
    thread.messages.iter().map(|one| row(one, names, &link)).collect()
}

fn row(one: &InThread, names: &Names, link: &impl Fn(AttachmentId) -> String) -> MessageRow {
    let message = &one.message;
    let missing = if message.is_withheld { words::messages::WITHHELD } else { words::messages::NO_TEXT };
    let to: Vec<&str> = one.to.iter().map(|id| contact(names, *id)).collect();
    MessageRow {
        id: message.id.to_string(),
        direction: message.author.direction().as_str(),
        by: author(&message.author, names),
        to: to.join(", "),
        when: words::moment_nl(message.created_at),
        how: match message.step {
            Some(step) => format!("lukt niet: {}", words::step_name(step)),
            None if message.digest.is_some() => "per mail".to_owned(),
            None => String::new(),
        },
        text: message.text.as_ref().map_or(missing, |text| text.as_str()).to_owned(),
        is_said_of: message.text.is_none(),
        waits: message.waits_since.is_some() && message.author.direction() == Direction::In,
        files: one.files.iter().map(|file| file_row(file, link)).collect(),
    }
}

/// Who wrote a message, as a reader knows them.
pub(super) fn author(author: &Author, names: &Names) -> String {
    match author {
        Author::Kurve(id) => match names.staff.get(id) {
            Some(name) => format!("{name} van Kurve"),
            None => "Kurve".to_owned(),
        },
        Author::Contact(id) => contact(names, *id).to_owned(),
        Author::Stranger(address) if address.is_empty() => "Iemand zonder adres".to_owned(),
        Author::Stranger(address) => format!("{address} (geen contactpersoon)"),
    }
}

fn contact(names: &Names, id: ContactId) -> &str {
    names.contacts.get(&id).map_or("Een contactpersoon", String::as_str)
}

fn file_row(file: &Attachment, link: &impl Fn(AttachmentId) -> String) -> FileRow {
    match file.fate {
        Fate::Kept { size_bytes, .. } => {
            FileRow { name: file.name.clone(), what: words::messages::size_nl(size_bytes), href: link(file.id) }
        }
        Fate::LeftOut(why) => {
            FileRow { name: file.name.clone(), what: words::messages::left_out(why), href: String::new() }
        }
    }
}
