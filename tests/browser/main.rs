//! The pages in a real browser: the demo as a process of its own, and Chromium without a window.
//!
//! Every test has its own demo and its own browsers, and reads pages by their `data-` hooks. A new page is looked at
//! from every side (width, colours, accessibility, console) by a line in `pages/`.

mod support;

mod connection;
mod copying;
mod first_load;
mod journey;
mod keyboard;
mod option_b;
mod pages;
mod print;
mod step_bar;
