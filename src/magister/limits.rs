//! How long, how much and how often: the bounds of a check.

use std::time::Duration;

/// The bounds of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For looking up the name, for the TCP connection and for the TLS handshake, each.
    pub connect: Duration,
    /// For the whole check, with its log-out.
    pub total: Duration,
    /// For the list, which large schools' servers take long over.
    pub list: Duration,
    /// For the log-in by SOAP, half of what is left at most: then the query form is tried.
    pub soap: Duration,
    /// For the log-out, a tenth of the whole at most; nothing hangs on it.
    pub log_out: Duration,
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
            total: Duration::from_secs(90),
            list: Duration::from_secs(60),
            soap: Duration::from_secs(10),
            log_out: Duration::from_secs(3),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_those_that_were_agreed() {
        let limits = Limits::default();

        assert_eq!((limits.connect.as_secs(), limits.total.as_secs(), limits.list_bytes), (10, 90, 64 * 1024 * 1024));
        assert_eq!(limits.list.as_secs(), 60, "others wait as long");
        assert!(limits.soap + limits.log_out < limits.total / 2, "most of the time is for the list");
        assert!(limits.rows >= 100_000 && limits.stamnrs >= 100_000 && limits.depth <= 100);
        assert!(limits.answer_bytes < limits.list_bytes && limits.piece_bytes as u64 <= limits.answer_bytes);
        let Courtesy { pause, at_once, rest_after, rest } = limits.courtesy;
        assert!(!pause.is_zero() && at_once <= 4 && rest_after >= 3 && rest.as_secs() >= 60);
    }
}
