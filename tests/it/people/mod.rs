//! The people at a school, as they themselves change them: colleagues, addresses, roles, leaving, and what they typed.

mod colleagues;
mod given_back;
mod kept_forms;
mod leaving;
mod typed;
