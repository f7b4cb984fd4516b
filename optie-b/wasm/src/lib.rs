//! Optie B in the browser. The page and the module share memory and four functions:
//!
//! - `room(length)` makes room for a message and says where; the page writes it there.
//! - `read()` does what the message asks and says where the answer begins.
//! - `take()` says how long that answer is; the page copies it.
//! - `wipe()` forgets the session and overwrites all memory that it used.
//!
//! What a message is stands in [`optie_b::wire`]. The module imports nothing: no clock, no network, no chance.

#[cfg(target_arch = "wasm32")]
mod exports;
#[cfg(target_arch = "wasm32")]
mod wiping;
