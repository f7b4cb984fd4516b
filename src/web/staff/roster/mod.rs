//! "Scholen toevoegen": one school by a form, or many from a spreadsheet in four steps: the file, its columns, what would
//! become of its rows, and carrying them out.

pub(super) mod bring;
pub(super) mod columns;
pub(super) mod faults;
pub(super) mod list;
pub(super) mod new_school;
mod rows;
pub(super) mod run;

use crate::domain::ids::RosterId;
use crate::domain::roster::MailChoice;
use crate::links;
use crate::web::error::PageError;
use crate::words;

use strum::IntoEnumIterator;

/// Something to choose.
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
}

/// Which mails the contacts get.
fn mail_choices() -> Vec<Choice> {
    let choice =
        |mails: MailChoice| Choice { value: mails.as_str(), label: words::roster::mail_choice(mails), hint: "" };
    MailChoice::iter().map(choice).collect()
}

/// The list in a path.
fn list_id(text: &str) -> Result<RosterId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

/// The path of a list, or of a form on it.
fn path(path: &str, list: RosterId) -> String {
    links::fill(path, &[&list.to_string()])
}
