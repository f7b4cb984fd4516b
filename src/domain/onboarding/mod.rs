//! One connection on its way to MAGISTER IMPORT, with its schools: gates and steps, what has been answered, what may
//! happen next. All steps but the activation are done once for all schools.
//!
//! [`decide()`] turns a command into events or a refusal; [`Onboarding::apply`] folds events in; [`progress`] is what
//! people look at. To add a step: start in [`gate`] and follow the compiler.

pub mod access;
mod answer;
mod apply;
pub mod change;
mod changed;
pub mod command;
pub mod decide;
pub mod gate;
pub mod interrupted;
mod lifecycle;
mod obstacle;
mod press;
pub mod progress;
mod school_progress;
mod school_view;
mod settle;
pub mod state;
mod step_state;
#[cfg(test)]
mod story_tests;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use access::{Access, Gone, PasswordAccess, PasswordAsked, People};
pub use answer::{Answer, Despite, Evidence, Given, Ground};
pub use change::{Change, Event, FallCause};
pub use changed::Changed;
pub use command::{Command, Refusal};
pub use decide::decide;
pub use gate::{Gate, Party, Step};
pub use lifecycle::{Lifecycle, Pause, Status};
pub use obstacle::Obstacle;
pub use press::TIME_TO_UNDO;
pub use school_progress::{Course, SchoolProgress, TIME_TO_UNDO_END};
pub use school_view::SchoolView;
pub use state::{MOST_SCHOOLS, Onboarding};
pub use step_state::{Fallen, StepState};
