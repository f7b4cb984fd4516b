//! The container of old workbooks, and of new ones with a password: a small file system of sectors in chains. A chain ends
//! in an error when it is longer than the file.

use super::bytes::{slice, u16_at, u32_at};
use crate::faults::Fault;

pub(super) const SIGNATURE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// From here on numbers of sectors are marks, such as the end of a chain.
const MARKS: u32 = 0xFFFF_FFFA;
const SMALL_SECTOR: usize = 64;

pub(super) struct Container<'a> {
    bytes: &'a [u8],
    sector: usize,
    next: Vec<u32>,
    next_small: Vec<u32>,
    small: Vec<u8>,
    /// Streams below this many bytes stand in small sectors.
    small_below: u32,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    start: u32,
    length: usize,
}

impl<'a> Container<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Fault> {
        Self::parse(bytes).ok_or(Fault::Broken)
    }

    fn parse(bytes: &'a [u8]) -> Option<Self> {
        if !bytes.starts_with(&SIGNATURE) {
            return None;
        }
        let sector = match u16_at(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut container = Self {
            bytes,
            sector,
            next: vec![],
            next_small: vec![],
            small: vec![],
            small_below: u32_at(bytes, 56)?,
            entries: vec![],
        };
        container.next = container.chains()?;
        let directory = container.stream_at(u32_at(bytes, 48)?, usize::MAX)?;
        for entry in directory.chunks_exact(128) {
            let length = usize::from(u16_at(entry, 64)?).min(64);
            let units: Vec<u16> = (0..length / 2).filter_map(|at| u16_at(entry, at * 2)).collect();
            container.entries.push(Entry {
                name: String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned(),
                start: u32_at(entry, 116)?,
                length: usize::try_from(u32_at(entry, 120)?).ok()?,
            });
        }
        let root = container.entries.first()?;
        let (start, length) = (root.start, root.length);
        let small_start = u32_at(bytes, 60)?;
        if small_start < MARKS && start < MARKS {
            let table = container.stream_at(small_start, usize::MAX)?;
            container.next_small = numbers(&table);
            container.small = container.stream_at(start, length)?;
        }
        Some(container)
    }

    /// Which sector follows each: the table that all chains are read from.
    fn chains(&self) -> Option<Vec<u32>> {
        let most = self.bytes.len() / self.sector + 1;
        let mut parts: Vec<u32> = (0..109).filter_map(|at| u32_at(self.bytes, 76 + at * 4)).collect();
        let mut more = u32_at(self.bytes, 68)?;
        let mut steps = 0;
        while more < MARKS {
            steps += 1;
            if steps > most {
                return None;
            }
            let list = numbers(self.at(more)?);
            let (last, list) = list.split_last()?;
            parts.extend(list);
            more = *last;
        }
        let mut chains = Vec::new();
        for part in parts.into_iter().filter(|part| *part < MARKS) {
            if chains.len() > most {
                break;
            }
            chains.extend(numbers(self.at(part)?));
        }
        Some(chains)
    }

    /// A sector; the last one of a file may be cut short.
    fn at(&self, number: u32) -> Option<&'a [u8]> {
        let start = (number as usize).checked_add(1)?.checked_mul(self.sector)?;
        let end = start.checked_add(self.sector)?.min(self.bytes.len());
        self.bytes.get(start..end).filter(|sector| !sector.is_empty())
    }

    fn stream_at(&self, start: u32, length: usize) -> Option<Vec<u8>> {
        let mut stream = Vec::new();
        let mut number = start;
        while number < MARKS && stream.len() < length {
            if stream.len() > self.bytes.len() {
                return None;
            }
            stream.extend_from_slice(self.at(number)?);
            number = *self.next.get(number as usize)?;
        }
        if length != usize::MAX && stream.len() < length {
            return None;
        }
        stream.truncate(length);
        Some(stream)
    }

    fn small_stream_at(&self, start: u32, length: usize) -> Option<Vec<u8>> {
        let mut stream = Vec::new();
        let mut number = start;
        while number < MARKS && stream.len() < length {
            if stream.len() > self.small.len() {
                return None;
            }
            let at = (number as usize).checked_mul(SMALL_SECTOR)?;
            let rest = SMALL_SECTOR.min(self.small.len().checked_sub(at)?);
            stream.extend_from_slice(slice(&self.small, at, rest)?);
            number = *self.next_small.get(number as usize)?;
        }
        if stream.len() < length {
            return None;
        }
        stream.truncate(length);
        Some(stream)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    /// A stream by its name, if it is there and whole.
    pub(super) fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        if entry.length < self.small_below as usize {
            self.small_stream_at(entry.start, entry.length)
        } else {
            self.stream_at(entry.start, entry.length)
        }
    }
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    (0..bytes.len() / 4).filter_map(|at| u32_at(bytes, at * 4)).collect()
}
