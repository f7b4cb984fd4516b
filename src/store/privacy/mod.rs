//! Everything that is kept of one person, over all tables: who they are ([`Known`]), where they are found ([`Traces`]), what of
//! the audit is theirs ([`AuditTraces`]), and [`erase`], after which none of it is left. [`clear`] does that to all of a
//! connection that ended.
//!
//! Which column may hold what of a person is decided for each one, and held by `tests/it/privacy/columns.rs`. Not here:
//! opening what is sealed, and the state of an onboarding (`services::privacy`).

mod clearing;
mod erasing;
mod known;
mod scan;
mod telling;
mod traces;

pub use clearing::{Cleared, clear};
pub use erasing::erase;
pub use known::Known;
pub use scan::{AuditTraces, scan};
pub use traces::{Opened, OpenedRow, Traces, find};
