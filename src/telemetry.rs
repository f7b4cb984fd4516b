//! Log lines: text for people, JSON for machines; never a query's text or a library's details.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// One line of text each.
    Text,
    /// One JSON object each.
    Json,
}

/// Starts logging to standard error.
///
/// Libraries speak up from `warn` on, and the database libraries not at all below `error`: their lines may hold values.
///
/// # Errors
/// When logging was started before.
pub fn start(level: tracing::Level, format: LogFormat) -> Result<(), TryInitError> {
    let filter = EnvFilter::new(format!("warn,sqlx=error,sea_orm=error,sea_orm_migration=error,koppelklaar={level}"));
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Text => registry.with(lines).try_init(),
        LogFormat::Json => registry.with(lines.json()).try_init(),
    }
}
