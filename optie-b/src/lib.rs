//! Optie B: from a school's export from Magister to the CSV that Numo reads.
//!
//! Pure: no files, clock, network or generator. So it runs in the browser, where the pupils stay, and natively for
//! tests and for the command `optie-b`. A walk through it:
//!
//! 1. [`read`] recognises a file by its content and hands out its rows: text, xlsx, ods or xls.
//! 2. [`table`] finds the header row and keeps the columns of [`mapping`]; all others are dropped there.
//! 3. [`session`] holds what was found, what the school answers, and what still keeps a file from being made:
//!    [`stamnr`] (zeros), [`duplicates`], [`studies`] (study to code), [`ids`] (`IDGebr`), [`passwords`].
//! 4. [`write`](mod@write) makes the bytes; [`wire`] is how a page asks for all of this.
//!
//! What is wrong is a [`Fault`]: a Dutch sentence with the row as Excel shows it and the column, and never a pupil.

pub mod cell;
pub mod duplicates;
pub mod faults;
pub mod ids;
pub mod limits;
pub mod mapping;
pub mod needless;
mod pairs;
pub mod passwords;
pub mod read;
pub mod session;
pub mod stamnr;
pub mod studies;
pub mod table;
pub mod wire;
pub mod write;

pub use faults::Fault;
pub use session::Session;
