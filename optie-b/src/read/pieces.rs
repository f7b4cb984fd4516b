//! A record of an old workbook with those that continue it, and the strings in it. A string may go on in the next piece.

use super::bytes::u16_at;
use super::strings::SharedStrings;
use crate::faults::Fault;

/// The pieces of a record that is continued.
pub(super) struct Pieces<'a> {
    pieces: Vec<&'a [u8]>,
    piece: usize,
    at: usize,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(pieces: Vec<&'a [u8]>) -> Self {
        Self { pieces, piece: 0, at: 0 }
    }

    /// What is left of the piece in hand, or the next one.
    fn rest(&mut self) -> Option<&'a [u8]> {
        loop {
            let rest = self.pieces.get(self.piece)?.get(self.at..)?;
            if !rest.is_empty() {
                return Some(rest);
            }
            self.piece += 1;
            self.at = 0;
        }
    }

    pub(super) fn take(&mut self, most: usize) -> Option<&'a [u8]> {
        let rest = self.rest()?;
        let taken = &rest[..rest.len().min(most)];
        self.at += taken.len();
        Some(taken)
    }

    pub(super) fn skip(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > 0 {
            bytes -= self.take(bytes)?.len();
        }
        Some(())
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.u8()?, self.u8()?]))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    /// Signs of a text; in each further piece a byte says anew how wide they are.
    pub(super) fn signs(&mut self, mut count: usize, mut is_wide: bool) -> Option<String> {
        let mut units: Vec<u16> = Vec::new();
        while count > 0 {
            if self.pieces.get(self.piece)?.len() == self.at {
                self.piece += 1;
                self.at = 0;
                is_wide = self.u8()? & 1 != 0;
            }
            let width = if is_wide { 2 } else { 1 };
            let rest = self.pieces.get(self.piece)?.get(self.at..)?;
            let taken = count.min(rest.len() / width);
            if taken == 0 {
                return None;
            }
            let bytes = &rest[..taken * width];
            if is_wide {
                units.extend((0..taken).filter_map(|at| u16_at(bytes, at * 2)));
            } else {
                units.extend(bytes.iter().copied().map(u16::from));
            }
            self.at += bytes.len();
            count -= taken;
        }
        Some(String::from_utf16_lossy(&units))
    }

    pub(super) fn shared_strings(mut self) -> Result<SharedStrings, Fault> {
        let mut strings = SharedStrings::default();
        self.skip(8).ok_or(Fault::Broken)?;
        while self.rest().is_some() {
            let text = self.shared_string().ok_or(Fault::Broken)?;
            strings.push(&text)?;
        }
        Ok(strings)
    }

    fn shared_string(&mut self) -> Option<String> {
        let count = usize::from(self.u16()?);
        let flags = self.u8()?;
        let runs = if flags & 8 != 0 { usize::from(self.u16()?) } else { 0 };
        let extension = if flags & 4 != 0 { self.u32()? as usize } else { 0 };
        let text = self.signs(count, flags & 1 != 0)?;
        self.skip(runs * 4)?;
        self.skip(extension)?;
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Cell;

    #[test]
    fn a_string_goes_on_in_the_next_record_with_other_signs() {
        let first: &[u8] = &[0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, b'Z', b'o'];
        let second: &[u8] = &[1, 0xEB, 0, 0x41, 0x01, 1, 0, 0, b'!'];
        let strings = Pieces::new(vec![first, second]).shared_strings().expect("strings");

        assert_eq!(
            [0, 1].map(|index| strings.cell(index)),
            [Some(Cell::text("Zo\u{eb}\u{141}")), Some(Cell::text("!"))]
        );
    }
}
