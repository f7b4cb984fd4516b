//! Messages between Kurve and the contacts of a connection: what a template says, what is kept of an answer that came by
//! mail, and which files go with one. Not here: how a mail is taken apart (`mail::reply`), and who may read what.

mod attachment;
mod placeholders;
mod reply_text;

pub use attachment::{LARGEST_FILE, LeftOut, MOST_FILES, Media, Offered, Sorted, sort};
pub use placeholders::{Placeholder, Unknown, Values, check, fill};
pub use reply_text::own_words;

use strum::{EnumIter, EnumString, IntoStaticStr};

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Direction {
    /// From Kurve to contacts.
    Out,
    /// From the school to Kurve.
    In,
}

impl Direction {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
