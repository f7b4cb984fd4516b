//! Every page from every side: it fits a narrow window, is accessible in light and dark, writes nothing on the console,
//! and asks nothing of another host.

mod look;

mod portal;
mod public;
mod staff;
