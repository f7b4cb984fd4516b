//! The strings that the cells of a workbook share, in one piece of memory.

use crate::cell::Cell;
use crate::faults::Fault;
use crate::limits::{SHARED_STRINGS, UNPACKED_BYTES, VALUE_SIGNS};

/// No value of ours has as many bytes; of longer texts the rest is not kept, and the cell is [`Cell::Long`].
const MOST_BYTES: usize = (VALUE_SIGNS * 2 + 1) * 4;

#[derive(Default)]
pub(super) struct SharedStrings {
    text: String,
    ends: Vec<u32>,
}

impl SharedStrings {
    pub(super) fn push(&mut self, text: &str) -> Result<(), Fault> {
        self.text.push_str(&text[..text.floor_char_boundary(MOST_BYTES)]);
        let end = u32::try_from(self.text.len()).map_err(|_| Fault::TooMuchUnpacked)?;
        if self.ends.len() >= SHARED_STRINGS || u64::from(end) > UNPACKED_BYTES {
            return Err(Fault::TooMuchUnpacked);
        }
        self.ends.push(end);
        Ok(())
    }

    pub(super) fn cell(&self, index: usize) -> Option<Cell> {
        let end = *self.ends.get(index)? as usize;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.text.get(start..end).map(Cell::text)
    }
}

/// Adds to a text that is being read, as long as it can become a value.
pub(super) fn add(text: &mut String, piece: &str) {
    if text.len() <= MOST_BYTES {
        text.push_str(piece);
    }
}
