//! Files as people make them, and what is made of their rows.

mod faults;
mod plans;
mod sheets;
