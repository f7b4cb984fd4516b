//! When a mail that could not go is tried again: doubling, with jitter, for about two days.

use chrono::Duration;

/// The first delay, in seconds.
const FIRST_SECONDS: i64 = 60;

/// The longest delay, in seconds: six hours.
const LONGEST_SECONDS: i64 = 6 * 3600;

/// Later than this from now no mail is tried again, with the most jitter, nor when it came back for a while.
pub const FURTHEST: Duration = Duration::days(1);

/// How far a mail that waits for working hours is put off at most: further than any holiday lasts. Then it is looked at
/// again.
pub const PUT_OFF_AT_MOST: Duration = Duration::days(100);

/// How many tries are made: with these delays the last comes some two days after the first.
pub const ATTEMPTS_ALLOWED: i32 = 16;

/// The delay after the given number of failed attempts (from 1), or `None` to give up.
///
/// `jitter` is 0 to 1000: up to a fifth is added, so that many mails do not come back at one moment.
pub fn delay_after(attempts: i32, jitter: u32) -> Option<Duration> {
    if attempts >= ATTEMPTS_ALLOWED {
        return None;
    }
    let doublings = u32::try_from(attempts.max(1) - 1).unwrap_or(0).min(20);
    let seconds = (FIRST_SECONDS << doublings).min(LONGEST_SECONDS);
    let extra = seconds * i64::from(jitter.min(1000)) / 5000;
    Some(Duration::seconds(seconds + extra))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_six_hours() {
        let minutes: Vec<i64> =
            (1..=11).filter_map(|attempt| delay_after(attempt, 0)).map(|delay| delay.num_minutes()).collect();

        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
    }

    #[test]
    fn all_tries_together_take_about_two_days() {
        let hours: i64 =
            (1..ATTEMPTS_ALLOWED).filter_map(|n| delay_after(n, 0)).map(|d| d.num_minutes()).sum::<i64>() / 60;

        assert!((40..=52).contains(&hours), "{hours} hours");
        assert_eq!(delay_after(ATTEMPTS_ALLOWED, 0), None);
    }

    #[test]
    fn nothing_is_tried_again_later_than_the_furthest() {
        let longest = (1..ATTEMPTS_ALLOWED).filter_map(|attempt| delay_after(attempt, 1000)).max();

        assert!(longest.expect("there are tries") < FURTHEST);
        assert!(FURTHEST < PUT_OFF_AT_MOST);
    }

    #[test]
    fn jitter_adds_at_most_a_fifth() {
        assert_eq!(delay_after(1, 1000), Some(Duration::seconds(72)));
        assert_eq!(delay_after(1, 9999), Some(Duration::seconds(72)));
    }
}
