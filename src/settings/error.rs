//! What is wrong with a setting.

/// What is wrong with a setting: its name and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(String);

impl SettingsError {
    /// An error that begins with the setting's name.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}
