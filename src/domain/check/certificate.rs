//! The certificate of a school's Magister: until when it holds, and when Kurve hears that it ends.

use chrono::{DateTime, Duration, Utc};

/// How many days before its end Kurve hears of a certificate.
pub const WARNING_DAYS: [i64; 2] = [30, 7];

/// Until when a certificate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certificate {
    /// The end.
    pub until: DateTime<Utc>,
    /// When this one was first seen.
    pub seen_at: DateTime<Utc>,
}

impl Certificate {
    /// The certificate after a check that saw one which holds until then.
    pub fn after(known: Option<Self>, until: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        known.filter(|known| known.until == until).unwrap_or(Self { until, seen_at: now })
    }

    /// Since when Kurve has something new to hear of it, before its end; what is over, the check itself tells.
    pub fn warned_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let moments = WARNING_DAYS.iter().map(|days| (self.until - Duration::days(*days)).max(self.seen_at));
        moments.filter(|at| *at <= now && now < self.until).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + Duration::days(20_000 + number)
    }

    #[test]
    fn kurve_hears_of_it_thirty_and_seven_days_ahead_or_as_soon_as_it_is_seen() {
        for (seen, now, warned) in [
            (0, 69, None),
            (0, 70, Some(70)),
            (0, 92, Some(70)),
            (0, 93, Some(93)),
            (0, 99, Some(93)),
            (0, 100, None),
            (85, 86, Some(85)),
            (85, 94, Some(93)),
            (95, 96, Some(95)),
        ] {
            let certificate = Certificate { until: day(100), seen_at: day(seen) };

            assert_eq!(certificate.warned_at(day(now)), warned.map(day), "seen on {seen}, now {now}");
        }
    }

    #[test]
    fn the_same_certificate_is_seen_once_and_another_anew() {
        let known = Certificate { until: day(100), seen_at: day(1) };

        assert_eq!(Certificate::after(Some(known), day(100), day(5)), known);
        assert_eq!(Certificate::after(Some(known), day(400), day(5)), Certificate { until: day(400), seen_at: day(5) });
        assert_eq!(Certificate::after(None, day(100), day(1)), known);
    }
}
