//! The four functions.

use std::cell::RefCell;

use optie_b::{Session, wire};

use crate::wiping;

/// A file and what is asked of it. More is refused by the crate; far more is not taken.
const MOST_BYTES: usize = optie_b::limits::FILE_BYTES + 4 * 1024 * 1024;

#[derive(Default)]
struct Shared {
    session: Session,
    message: Vec<u8>,
    answer: Vec<u8>,
}

thread_local! {
    static SHARED: RefCell<Shared> = RefCell::default();
}

/// Makes room for a message and says where; 0 if there is none for so much.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn room(length: usize) -> *mut u8 {
    if length > MOST_BYTES {
        return std::ptr::null_mut();
    }
    SHARED.with_borrow_mut(|shared| {
        shared.answer = Vec::new();
        shared.message = vec![0; length];
        shared.message.as_mut_ptr()
    })
}

/// Does what the message asks; the answer begins at the address that comes back.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn read() -> *const u8 {
    SHARED.with_borrow_mut(|shared| {
        let message = std::mem::take(&mut shared.message);
        shared.answer = wire::answer(&mut shared.session, &message);
        shared.answer.as_ptr()
    })
}

/// How many bytes the answer has.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn take() -> usize {
    SHARED.with_borrow(|shared| shared.answer.len())
}

/// Forgets everything and overwrites the memory that it used.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn wipe() {
    SHARED.with_borrow_mut(|shared| *shared = Shared::default());
    wipe_stack();
}

/// The stack grows down towards 0, and what was called before lies below here.
#[inline(never)]
fn wipe_stack() {
    /// Nothing is ever at 0, which is no address.
    const LOWEST: usize = 16;
    let here = std::hint::black_box(0_u8);
    let top = std::ptr::from_ref(&here).addr();
    // Filling has a small frame of its own, just below this one.
    let below = top.saturating_sub(1024).saturating_sub(LOWEST);
    // SAFETY: the linker puts the stack first; these bytes are below every frame in use, and belong to no other value.
    unsafe { wiping::wipe(std::ptr::with_exposed_provenance_mut(LOWEST), below) };
    wipe_near();
}

/// The last piece, in a frame that covers it.
#[inline(never)]
fn wipe_near() {
    std::hint::black_box([0_u8; 2048]);
}
