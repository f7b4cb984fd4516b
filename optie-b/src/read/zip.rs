//! The archive that a workbook is. Its directory is read and added up first; each part is unpacked while it is read,
//! counted, and held to its checksum at the end.

use std::io::{self, BufRead, Read};

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};

use super::bytes::{slice, u16_at, u32_at, u64_at};
use crate::faults::Fault;
use crate::limits;

/// A part, as the directory has it.
struct Part {
    name: String,
    method: u16,
    packed: u64,
    size: u64,
    checksum: u32,
    at: u64,
}

/// An archive whose directory was read.
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    parts: Vec<Part>,
    /// How much of [`limits::UNPACKED_BYTES`] is left. A part that is read twice counts twice.
    left: u64,
}

impl<'a> Archive<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        let parts = directory(bytes).ok_or(Fault::Broken)??;
        let mut total = 0_u64;
        for part in &parts {
            total = total.saturating_add(part.size);
        }
        if total > limits::UNPACKED_BYTES {
            return Err(Fault::TooMuchUnpacked);
        }
        Ok(Self { bytes, parts, left: limits::UNPACKED_BYTES })
    }

    /// Whether there is a part of this name. Names of parts are the same in capitals.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name.eq_ignore_ascii_case(name))
    }

    /// Unpacks a part while it is read.
    pub(super) fn part(&mut self, name: &str) -> Result<Unpacking<'a>, Fault> {
        let part = self.find(name).ok_or(Fault::Broken)?;
        let size = part.size;
        let unpacking = part.unpack(self.bytes).ok_or(Fault::Broken)??;
        self.left = self.left.checked_sub(size).ok_or(Fault::TooMuchUnpacked)?;
        Ok(unpacking)
    }
}

/// The outer nothing is a damaged directory.
fn directory(bytes: &[u8]) -> Option<Result<Vec<Part>, Fault>> {
    const END: [u8; 4] = *b"PK\x05\x06";
    // The comment after the end of the directory has at most 65,535 bytes.
    let from = bytes.len().saturating_sub(22 + 65_535);
    let end = from + bytes[from..].windows(4).rposition(|window| window == END)?;
    let mut count = u64::from(u16_at(bytes, end + 10)?);
    let mut at = u64::from(u32_at(bytes, end + 16)?);
    if (count == 0xFFFF || at == 0xFFFF_FFFF) && slice(bytes, end.checked_sub(20)?, 4)? == b"PK\x06\x07" {
        let large = usize::try_from(u64_at(bytes, end - 12)?).ok()?;
        if slice(bytes, large, 4)? != b"PK\x06\x06" {
            return None;
        }
        count = u64_at(bytes, large + 32)?;
        at = u64_at(bytes, large + 48)?;
    }
    if count > limits::PARTS as u64 {
        return Some(Err(Fault::TooMuchUnpacked));
    }
    let mut at = usize::try_from(at).ok()?;
    let mut parts = Vec::new();
    for _ in 0..count {
        if slice(bytes, at, 4)? != b"PK\x01\x02" {
            return None;
        }
        if u16_at(bytes, at + 8)? & 1 != 0 {
            return Some(Err(Fault::Password));
        }
        let name_length = usize::from(u16_at(bytes, at + 28)?);
        let extra_length = usize::from(u16_at(bytes, at + 30)?);
        let comment_length = usize::from(u16_at(bytes, at + 32)?);
        let name = slice(bytes, at + 46, name_length)?;
        let mut part = Part {
            name: String::from_utf8_lossy(name).replace('\\', "/"),
            method: u16_at(bytes, at + 10)?,
            checksum: u32_at(bytes, at + 16)?,
            packed: u64::from(u32_at(bytes, at + 20)?),
            size: u64::from(u32_at(bytes, at + 24)?),
            at: u64::from(u32_at(bytes, at + 42)?),
        };
        part.enlarge(slice(bytes, at + 46 + name_length, extra_length)?);
        parts.push(part);
        at += 46 + name_length + extra_length + comment_length;
    }
    Some(Ok(parts))
}

impl Part {
    /// Takes the sizes from the extra field, if they do not fit in 32 bits.
    fn enlarge(&mut self, extra: &[u8]) {
        let mut at = 0;
        while let (Some(kind), Some(length)) = (u16_at(extra, at), u16_at(extra, at + 2)) {
            if kind == 1 {
                let mut value = at + 4;
                for number in [&mut self.size, &mut self.packed, &mut self.at] {
                    if *number == 0xFFFF_FFFF
                        && let Some(large) = u64_at(extra, value)
                    {
                        *number = large;
                        value += 8;
                    }
                }
            }
            at += 4 + usize::from(length);
        }
    }

    fn unpack<'a>(&self, bytes: &'a [u8]) -> Option<Result<Unpacking<'a>, Fault>> {
        let at = usize::try_from(self.at).ok()?;
        if slice(bytes, at, 4)? != b"PK\x03\x04" {
            return None;
        }
        let skip = usize::from(u16_at(bytes, at.checked_add(26)?)?) + usize::from(u16_at(bytes, at + 28)?);
        let packed = slice(bytes, at + 30 + skip, usize::try_from(self.packed).ok()?)?;
        let how = match self.method {
            0 => How::Stored,
            8 => How::Deflated { state: InflateState::new_boxed(DataFormat::Raw), is_done: false },
            _ => return Some(Err(Fault::OtherKind)),
        };
        Some(Ok(Unpacking {
            packed,
            how,
            left: self.size,
            checksum: self.checksum,
            counted: crc32fast::Hasher::new(),
            buffer: vec![0; 32 * 1024],
            from: 0,
            to: 0,
        }))
    }
}

enum How {
    Stored,
    Deflated { state: Box<InflateState>, is_done: bool },
}

/// A part on its way out. It ends in an error if it is longer or shorter than the directory said.
pub(super) struct Unpacking<'a> {
    packed: &'a [u8],
    how: How,
    left: u64,
    checksum: u32,
    counted: crc32fast::Hasher,
    buffer: Vec<u8>,
    from: usize,
    to: usize,
}

impl Unpacking<'_> {
    fn refill(&mut self) -> io::Result<()> {
        let written = match &mut self.how {
            How::Stored => {
                let length = self.packed.len().min(self.buffer.len());
                self.buffer[..length].copy_from_slice(&self.packed[..length]);
                self.packed = &self.packed[length..];
                length
            }
            How::Deflated { is_done: true, .. } => 0,
            How::Deflated { state, is_done } => loop {
                let step = inflate(state, self.packed, &mut self.buffer, MZFlush::None);
                self.packed = &self.packed[step.bytes_consumed..];
                match step.status {
                    Ok(MZStatus::StreamEnd) => *is_done = true,
                    Ok(MZStatus::Ok) => {}
                    Err(MZError::Buf) if step.bytes_written > 0 => {}
                    Ok(MZStatus::NeedDict) | Err(_) => return Err(io::ErrorKind::InvalidData.into()),
                }
                if step.bytes_written > 0 || *is_done {
                    break step.bytes_written;
                }
                if step.bytes_consumed == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            },
        };
        self.left = self.left.checked_sub(written as u64).ok_or(io::ErrorKind::InvalidData)?;
        self.counted.update(&self.buffer[..written]);
        if written == 0 && (self.left > 0 || self.counted.clone().finalize() != self.checksum) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        (self.from, self.to) = (0, written);
        Ok(())
    }
}

impl Read for Unpacking<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let length = ready.len().min(into.len());
        into[..length].copy_from_slice(&ready[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for Unpacking<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.from == self.to {
            self.refill()?;
        }
        Ok(&self.buffer[self.from..self.to])
    }

    fn consume(&mut self, length: usize) {
        self.from = (self.from + length).min(self.to);
    }
}
