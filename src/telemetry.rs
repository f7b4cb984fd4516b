//! Log lines: text for people, JSON for machines; never a query's text or a library's details.

use std::io::IsTerminal;

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

/// Which lines are kept.
///
/// Libraries speak up from `warn` on, and the database libraries not at all below `error`: their lines may hold
/// addresses with tokens, and values.
pub fn filter(level: tracing::Level) -> EnvFilter {
    EnvFilter::new(format!("warn,sqlx=error,sea_orm=error,sea_orm_migration=error,koppelklaar={level}"))
}

/// Starts logging to standard error.
pub fn start(level: tracing::Level, format: LogFormat) -> Result<(), TryInitError> {
    let registry = tracing_subscriber::registry().with(filter(level));
    // Colours are for people at a terminal, not for files.
    let lines =
        tracing_subscriber::fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => registry.with(lines).try_init(),
        // Collectors look for fields beside the message, not under a name of their own.
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    }
}
