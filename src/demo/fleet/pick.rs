//! Choices that follow from a number alone: the same ones in each run, spread as if by chance.

/// The choices of one number.
#[derive(Debug, Clone)]
pub(super) struct Pick(u64);

impl Pick {
    /// The choices of a number.
    pub(super) fn of(number: u32) -> Self {
        Self(u64::from(number))
    }

    /// A number below another one.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// One of these.
    pub(super) fn one_of<T: Copy, const N: usize>(&mut self, choices: &[T; N]) -> T {
        choices[usize::try_from(self.next()).unwrap_or_default() % N]
    }

    /// The next of them: SplitMix64, by Steele, Lea and Flood.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let once = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let twice = (once ^ (once >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // 31 bits, so that it is a place in a list on any machine.
        (twice ^ (twice >> 31)) >> 33
    }
}
