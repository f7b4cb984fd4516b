//! What contacts hear of a file that is carried out.

use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

/// Which mails the contacts get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MailChoice {
    /// None of what the file brings about; what happens after it is told as ever.
    #[default]
    None,
    /// One, over all their schools: what is ready, and what they can do.
    One,
    /// Those that the same changes on the pages would call for.
    Ordinary,
}

impl MailChoice {
    /// The name in a form and on the command line.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
