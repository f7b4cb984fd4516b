//! The one source of chance: keys, tokens, codes, identities and passwords all draw from here.
//!
//! The service uses [`Chance::os`], the generator of the operating system. Tests use [`Chance::seeded`], so that a
//! run repeats. Nothing else in the crate makes a generator; what needs chance takes a [`Chance`] as an argument.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use rand_chacha::ChaCha20Rng;
use rand_core::{OsRng, RngCore, SeedableRng, TryRngCore};
use uuid::Uuid;

/// A source of chance that is cheap to clone; clones of a seeded one share their place in the row of numbers.
#[derive(Clone)]
pub struct Chance(Source);

#[derive(Clone)]
enum Source {
    OperatingSystem,
    Seeded(Arc<Mutex<ChaCha20Rng>>),
}

impl Chance {
    /// The generator of the operating system: the only one for a service that runs.
    pub fn os() -> Self {
        Self(Source::OperatingSystem)
    }

    /// A generator that repeats from its seed, for tests and for nothing else.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))))
    }

    /// Fills the buffer with random bytes.
    pub fn fill(&self, buffer: &mut [u8]) {
        match &self.0 {
            // Without chance there is no safe way on: better no answer than a guessable key.
            Source::OperatingSystem => {
                OsRng.try_fill_bytes(buffer).expect("the operating system gives random bytes once it has started")
            }
            Source::Seeded(generator) => {
                generator.lock().fill_bytes(buffer);
            }
        }
    }

    /// A new identity that sorts by its moment (to the millisecond; within one millisecond the order is chance).
    pub fn uuid_v7(&self, at: DateTime<Utc>) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        // A moment before 1970 has no place in a version 7 identity; it counts as 1970.
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// A number from 0 up to but not including `n`, each equally likely.
    ///
    /// # Panics
    /// When `n` is 0: there is no such number.
    pub fn below(&self, n: u32) -> u32 {
        assert!(n > 0, "no number is below 0");
        // A plain remainder favours the low numbers. Refuse the draws above the largest whole multiple of n.
        let fair = u32::MAX - (u32::MAX % n + 1) % n;
        loop {
            let mut bytes = [0; 4];
            self.fill(&mut bytes);
            let drawn = u32::from_le_bytes(bytes);
            if drawn <= fair {
                return drawn % n;
            }
        }
    }

    /// Eight digits, zeros in front included, for a code that somebody types over.
    pub fn digits8(&self) -> String {
        format!("{:08}", self.below(100_000_000))
    }
}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::OperatingSystem => "Chance(operating system)",
            Source::Seeded(_) => "Chance(seeded)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_another_seed_differs() {
        let draw = |seed| Chance::seeded(seed).below(u32::MAX);

        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn clones_do_not_repeat_each_other() {
        let first = Chance::seeded(1);
        let second = first.clone();

        assert_ne!(first.uuid_v7(DateTime::UNIX_EPOCH), second.uuid_v7(DateTime::UNIX_EPOCH));
    }

    #[test]
    fn every_number_below_the_limit_comes_up_and_none_other() {
        let chance = Chance::seeded(7);
        let mut seen = [0_u32; 31];

        for _ in 0..31_000 {
            seen[chance.below(31) as usize] += 1;
        }

        assert!(seen.iter().all(|&count| (800..1_200).contains(&count)), "{seen:?}");
        assert_eq!(chance.below(1), 0);
        assert!(chance.below(u32::MAX) < u32::MAX);
    }

    #[test]
    fn an_identity_carries_its_moment_and_version() {
        let at = DateTime::from_timestamp_millis(1_790_000_000_123).expect("a moment in range");

        let id = Chance::seeded(1).uuid_v7(at);

        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.as_u128() >> 80, 1_790_000_000_123);
    }

    #[test]
    fn a_code_has_eight_digits() {
        let chance = Chance::seeded(3);

        for _ in 0..200 {
            let code = chance.digits8();
            assert!(code.len() == 8 && code.bytes().all(|sign| sign.is_ascii_digit()), "{code}");
        }
    }

    #[test]
    fn the_operating_system_gives_bytes() {
        let mut bytes = [0; 32];

        Chance::os().fill(&mut bytes);

        assert_ne!(bytes, [0; 32]);
    }
}
