//! Schools that Kurve puts in itself: one by one, or from a spreadsheet. What a row does is decided in `domain::roster`.
//!
//! [`lists`] keeps a file that was brought, sealed, until it is carried out; [`dry_run`](mod@dry_run) says what would
//! become of its rows; [`carry`] carries one row out, in a transaction of its own;
//! [`run`] carries out all of a list; [`one`] is the form for one school.

pub mod carry;
pub mod dry_run;
mod known;
pub mod lists;
pub mod one;
pub mod run;
pub(in crate::services) mod sealed_rows;
mod steps;
mod told;

pub use carry::{Carried, RowOutcome, Terms, carry_out};
pub use dry_run::{DryRun, dry_run};
