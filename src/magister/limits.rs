//! How long, how much and how often: the bounds of a check.

use std::time::Duration;

/// The bounds of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For looking up the name, for the TCP connection and for the TLS handshake, each.
    pub connect: Duration,
    /// For the whole check.
    pub total: Duration,
    /// For the list, in bytes.
    pub list_bytes: u64,
    /// For any other answer, in bytes.
    pub answer_bytes: u64,
    /// For one tag, text or comment of an answer, in bytes. It is the only part of an answer that is in memory.
    pub piece_bytes: usize,
    /// How deep an answer may be nested.
    pub depth: usize,
    /// How many rows are counted.
    pub rows: u32,
    /// How many stamnrs are remembered to find those that come twice. Their room is taken at the first row, and it is all
    /// that a list ever takes: 1.2 MB for 114,688 of them, eight times the pupils of the largest school.
    pub stamnrs: usize,
    /// How gentle we are.
    pub courtesy: Courtesy,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(30),
            list_bytes: 64 << 20,
            answer_bytes: 256 << 10,
            piece_bytes: 64 << 10,
            depth: 32,
            rows: 500_000,
            stamnrs: 114_688,
            courtesy: Courtesy::default(),
        }
    }
}

/// How gentle we are to a server that many schools share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Courtesy {
    /// The pause between the starts of two checks behind one address.
    pub pause: Duration,
    /// How many checks may run behind one address at once.
    pub at_once: usize,
    /// After how many different schools in a row that find an address dead it is left in peace.
    pub rest_after: usize,
    /// For how long it is.
    pub rest: Duration,
}

impl Default for Courtesy {
    fn default() -> Self {
        Self { pause: Duration::from_millis(500), at_once: 4, rest_after: 5, rest: Duration::from_secs(600) }
    }
}
