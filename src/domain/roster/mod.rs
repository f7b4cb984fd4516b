//! A spreadsheet of schools: reading it, understanding its rows, and what each row would do to what is here.
//!
//! 1. [`sheet`] reads a file by its content: its header row, and the cells below it.
//! 2. [`mapping`] knows which column is meant by which name.
//! 3. [`row`] makes a typed row of the cells, or says what is wrong with them; [`stand`] reads how far a school is.
//! 4. [`prepare`](mod@prepare) holds the rows of a file together: two rows of one school are one school.
//! 5. [`plan`](mod@plan) says what a row does to what is here: it makes, joins, changes, or leaves all as it is. The same
//!    rule decides in the dry run and when the row is carried out.
//!
//! Not here: the Dutch sentences (`words::roster`), and how a row is carried out (`services::roster`).

pub mod mails;
pub mod mapping;
pub mod plan;
pub mod prepare;
pub mod row;
pub mod sheet;
pub mod source;
pub mod stand;

pub use mails::MailChoice;
pub use mapping::{Field, Mapping};
pub use plan::{Intent, Known, KnownConnection, KnownContact, KnownSchool, Part, Planned, RowFacts, Verb, plan};
pub use prepare::prepare;
pub use row::{Fault, Look, Person, RosterRow, Why};
pub use sheet::{Entry, MOST_ROWS, Sheet, SheetRow, Unreadable};
pub use source::FileName;
pub use stand::Stand;

#[cfg(test)]
mod tests;
