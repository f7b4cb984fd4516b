//! Optie B in the browser: from an export to the file for Numo, and that no pupil leaves the page.

mod anew;
mod choices;
pub(crate) mod codes;
mod kept;
mod memory;
mod paper;
mod samples;
mod secrecy;
pub(crate) mod walk;
mod weight;
mod without;
