//! Every page from every side: it fits a narrow window and a zoom of 400 %, is accessible in light, dark and forced
//! colours, has what every page has, writes nothing on the console, and asks nothing of another host.
//!
//! A new page or state is a line, `look.at(path)` or `look.here(state)`, in one of the files beside this one; a new page
//! stands in the list of its `finish` as well, and `tests/it/security/looked_at.rs` fails until it does. The same
//! lines make the gallery: `KOPPELKLAAR_GALLERY=folder cargo test --test browser pages` takes pictures of them all
//! instead, and writes an `index.html` to look through them.

mod access;
mod album;
mod fit;
mod light;
mod look;
mod sense;

mod beginning;
mod connection;
mod desk_page;
mod faults;
mod large_letters;
mod later;
mod mails;
mod messages;
mod option_b;
mod option_b_faults;
mod option_b_files;
mod organisation;
mod portal;
mod public;
mod staff;
mod too_often;
