//! What Kurve hands to a connection: a password for the webservice user and a query file for Decibel.
//!
//! [`password`] makes the one, [`query_file`] the other out of a [`query_template`], [`reveal`] says who may see them
//! and how often. Not here: sealing (crypto), rows (store), and the words in which a refusal is told (web).

mod grammar;
mod neutral;
pub mod password;
pub mod query_file;
pub mod query_template;
pub mod reveal;
mod text_encoding;

pub use grammar::Grammar;
pub use password::{Password, PasswordLength, PasswordLengthError};
pub use query_file::QueryFile;
pub use query_template::{Template, TemplateError};
pub use reveal::{Allowed, ClosedReason, RevealRefusal, RevealState, may_download, may_reveal};

/// The webservice user that the query file makes in Magister.
pub const WEBSERVICE_USER: &str = "Kurve";
/// The list that this user may read.
pub const WEBSERVICE_LIST: &str = "KurveLeerlingData";
