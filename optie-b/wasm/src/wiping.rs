//! Memory that keeps nothing: what is given back is overwritten first, so that no name stays where a string once stood.

use std::alloc::{GlobalAlloc, Layout, System};

struct Wiping;

#[global_allocator]
static MEMORY: Wiping = Wiping;

// SAFETY: each call goes to the system's allocator with the layout that it came with; what is written lies within a block
// that the caller owns until the call is over.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block has at least this size, and nobody reads it any more.
        unsafe {
            wipe(block, layout.size());
            System.dealloc(block, layout);
        }
    }

    // `realloc` is the default one: a new block, a copy, and `dealloc`. The system's own might leave the old bytes behind.
}

/// Overwrites bytes in a way that is not left out, although nobody reads them.
///
/// # Safety
/// The bytes may be written.
pub(crate) unsafe fn wipe(start: *mut u8, length: usize) {
    // SAFETY: as the caller promises.
    unsafe { std::ptr::write_bytes(start, 0, length) };
    std::hint::black_box(start);
}
