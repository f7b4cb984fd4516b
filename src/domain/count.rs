//! How far rows are counted.

/// Up to here pages count: nobody does anything else at 1,001 than at 20,000, and to count those takes as long as to read
/// them.
pub const MOST_COUNTED: u64 = 1000;
