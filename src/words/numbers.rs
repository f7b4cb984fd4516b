//! How many there are, as far as a page says.

use crate::domain::count::MOST_COUNTED;
pub use crate::domain::count::dotted;

/// A number of rows that were counted up to [`MOST_COUNTED`] and one more.
pub fn counted(number: u64) -> String {
    if number > MOST_COUNTED { "1.000+".to_owned() } else { dotted(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_said_as_far_as_it_was_counted() {
        for (number, said) in
            [(0, "0"), (7, "7"), (999, "999"), (1000, "1.000"), (1001, "1.000+"), (u64::MAX, "1.000+")]
        {
            assert_eq!(counted(number), said);
        }
    }
}
