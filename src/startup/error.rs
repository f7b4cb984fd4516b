//! Why the product cannot start.

use std::path::Path;

use crate::services::{ServiceError, chain};
use crate::settings::SettingsError;

/// Why the product cannot start, with what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(String, u8);

impl StartError {
    /// An error with what to do.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into(), 1)
    }

    /// The same, for who reads the code with which the program ends.
    #[must_use]
    pub fn with_code(self, code: u8) -> Self {
        Self(self.0, code)
    }

    /// The code with which the program ends.
    pub fn code(&self) -> u8 {
        self.1
    }
}

impl From<ServiceError> for StartError {
    fn from(error: ServiceError) -> Self {
        Self::new(chain(&error))
    }
}

impl From<SettingsError> for StartError {
    fn from(error: SettingsError) -> Self {
        Self::new(error.to_string())
    }
}

/// The error for a file that cannot be used, by the name of its setting.
pub(super) fn cannot(setting: &str, path: &Path, error: &std::io::Error) -> StartError {
    StartError::new(format!("{setting}: {} cannot be used ({error})", path.display()))
}
