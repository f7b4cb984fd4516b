//! How far rows are counted, and how numbers are written.

/// Up to here pages count: nobody does anything else at 1,001 than at 20,000, and to count those takes as long as to read
/// them.
pub const MOST_COUNTED: u64 = 1000;

/// A whole number as it is written, with a dot for each thousand.
pub fn dotted(number: u64) -> String {
    match (number / 1000, number % 1000) {
        (0, below) => below.to_string(),
        (thousands, below) => format!("{}.{below:03}", dotted(thousands)),
    }
}
