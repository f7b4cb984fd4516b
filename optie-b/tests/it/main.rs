//! The crate as its callers meet it: the samples byte for byte, drawn workbooks, damaged files, wrong ones.

mod damaged;
mod drawing;
mod drawn;
mod faulty;
mod samples;
mod support;
