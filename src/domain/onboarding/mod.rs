//! One school on its way to MAGISTER IMPORT: gates and steps, what has been answered, what may happen next.
//!
//! [`decide()`] turns a command into events or a refusal; [`Onboarding::apply`] folds events in; [`progress`] is what
//! people look at. To add a step: start in [`gate`] and follow the compiler.

mod answer;
pub mod change;
mod changed;
pub mod command;
pub mod decide;
pub mod gate;
pub mod interrupted;
pub mod progress;
pub mod state;
#[cfg(test)]
mod story_tests;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Evidence, Given, Ground};
pub use change::{Change, Event, FallCause};
pub use changed::Changed;
pub use command::{Command, Refusal};
pub use decide::decide;
pub use gate::{Gate, Party, Step};
pub use state::{Lifecycle, Onboarding, StepState};
