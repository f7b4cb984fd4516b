//! For how long is kept what ends by itself: each kind has a number of days of the product, which an installation can change within
//! limits. A limit is there where something else rests on what is kept.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use chrono::{DateTime, Duration, Utc};
use strum::{Display, EnumIter, EnumString, IntoEnumIterator};

/// Something that is kept for a number of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[derive(Display, EnumIter, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Kept {
    /// Links and requests that ended, and the mails that carried one: a late visitor is told "used" or "too old".
    Links,
    /// The bytes of a mail that went: Kurve can see what was sent.
    FrozenMails,
    /// What a connection check found.
    Checks,
    /// Who asked to join, or to begin and was declined, and what was decided: who asks again is known.
    Requests,
    /// How a run over many came out.
    Runs,
    /// What was told to endpoints of webhooks.
    Webhooks,
    /// All that is personal of a connection of which every school is done or stopped.
    Schools,
}

/// For how many days Kurve is told before a connection that ended goes.
pub const TOLD_BEFORE_DAYS: u16 = 7;

impl Kept {
    /// For how many days the product keeps it.
    pub const fn default_days(self) -> u16 {
        match self {
            Self::Links => 7,
            Self::FrozenMails | Self::Webhooks => 30,
            Self::Checks | Self::Requests => 366,
            Self::Runs => 90,
            Self::Schools => 365,
        }
    }

    /// From how many to how many days an installation may keep it.
    pub const fn limits(self) -> RangeInclusive<u16> {
        match self {
            Self::Links => 1..=90,
            Self::FrozenMails => 1..=366,
            // Whether a list shrank, and whether it is everyone's, is seen by the checks of the last weeks.
            Self::Checks => 30..=1830,
            Self::Requests => 7..=1830,
            Self::Runs => 7..=366,
            // A message is tried for two days, and an endpoint that takes nothing is stopped after five.
            Self::Webhooks => 7..=90,
            // No link or request of before is left by then, and who is told has time to keep it.
            Self::Schools => 90..=3660,
        }
    }
}

/// For how long each kind is kept: `frozen-mails=30,links=7`. What is not named is kept as the product does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retention {
    /// Those that were named.
    days: BTreeMap<Kept, u16>,
}

/// A part of the setting is no kind with a number of days that it may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadRetention {
    /// It is no kind with a number, or one that was named before.
    #[error(
        "part {0} is not links=, frozen-mails=, checks=, requests=, runs=, webhooks= or schools= with a number of days, each once"
    )]
    Part(usize),
    /// The number is too low or too high.
    #[error("{kept} is kept from {least} to {most} days")]
    Days {
        /// Of which kind.
        kept: Kept,
        /// The lowest number.
        least: u16,
        /// The highest.
        most: u16,
    },
}

impl Retention {
    /// For how many days a kind is kept.
    pub fn days(&self, kept: Kept) -> u16 {
        self.days.get(&kept).copied().unwrap_or(kept.default_days())
    }

    /// The moment before which a kind is kept no more.
    pub fn before(&self, kept: Kept, now: DateTime<Utc>) -> DateTime<Utc> {
        now - Duration::days(self.days(kept).into())
    }
}

/// When a connection that ended is put in line to go, and when it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Going {
    /// One that ended by then is put in line now.
    pub announced_if_ended_by: DateTime<Utc>,
    /// One that ended by then goes now, if Kurve was told long enough ago.
    pub goes_if_ended_by: DateTime<Utc>,
    /// Of one that was put in line by then Kurve was told long enough ago.
    pub goes_if_announced_by: DateTime<Utc>,
}

impl Retention {
    /// Which connections that ended are put in line now, and which go.
    pub fn going(&self, now: DateTime<Utc>) -> Going {
        let told = Duration::days(TOLD_BEFORE_DAYS.into());
        let goes_if_ended_by = self.before(Kept::Schools, now);
        Going { announced_if_ended_by: goes_if_ended_by + told, goes_if_ended_by, goes_if_announced_by: now - told }
    }

    /// When a connection goes that ended and was put in line.
    pub fn goes_at(&self, ended_at: DateTime<Utc>, announced_at: DateTime<Utc>) -> DateTime<Utc> {
        let term = ended_at + Duration::days(self.days(Kept::Schools).into());
        term.max(announced_at + Duration::days(TOLD_BEFORE_DAYS.into()))
    }
}

impl FromStr for Retention {
    type Err = BadRetention;

    fn from_str(text: &str) -> Result<Self, BadRetention> {
        let mut days = BTreeMap::new();
        for (place, part) in (1..).zip(text.split(',')) {
            let known = part.split_once('=').and_then(|(name, number)| {
                Some((name.trim().parse::<Kept>().ok()?, number.trim().parse::<u16>().ok()?))
            });
            let (kept, number) = known.ok_or(BadRetention::Part(place))?;
            let limits = kept.limits();
            if !limits.contains(&number) {
                return Err(BadRetention::Days { kept, least: *limits.start(), most: *limits.end() });
            }
            if days.insert(kept, number).is_some() {
                return Err(BadRetention::Part(place));
            }
        }
        Ok(Self { days })
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = Kept::iter().map(|kept| format!("{kept}={}", self.days(kept))).collect();
        f.write_str(&parts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Retention, BadRetention> {
        text.parse()
    }

    #[test]
    fn what_is_named_is_kept_so_and_all_else_as_the_product_does() {
        let set = parsed("frozen-mails=14, links = 3").expect("good");

        assert_eq!(set.to_string(), "links=3,frozen-mails=14,checks=366,requests=366,runs=90,webhooks=30,schools=365");
        let now = DateTime::UNIX_EPOCH + Duration::days(100);
        assert_eq!(set.before(Kept::Links, now), now - Duration::days(3));
        assert_eq!(Retention::default().before(Kept::Links, now), now - Duration::days(7));
    }

    #[test]
    fn a_connection_goes_at_the_end_of_its_term_and_never_untold() {
        let (set, day) = (parsed("schools=100").expect("good"), |days| DateTime::UNIX_EPOCH + Duration::days(days));
        for (ended, announced, goes) in [(0, 93, 100), (0, 95, 102), (0, 400, 407)] {
            let at = set.goes_at(day(ended), day(announced));
            assert_eq!(at, day(goes));
            let is_gone =
                |going: Going| day(ended) <= going.goes_if_ended_by && day(announced) <= going.goes_if_announced_by;
            assert!(is_gone(set.going(at)) && !is_gone(set.going(at - Duration::seconds(1))), "{ended} {announced}");
        }
        assert_eq!(set.going(day(93)).announced_if_ended_by, day(0));
    }

    #[test]
    fn each_kind_is_taken_at_its_limits_and_refused_beyond_them() {
        for kept in Kept::iter() {
            let (least, most) = (*kept.limits().start(), *kept.limits().end());
            let refusal = Err(BadRetention::Days { kept, least, most });
            assert!(kept.limits().contains(&kept.default_days()), "{kept}");
            assert_eq!(parsed(&format!("{kept}={least}")).map(|set| set.days(kept)), Ok(least));
            assert_eq!(parsed(&format!("{kept}={most}")).map(|set| set.days(kept)), Ok(most));
            assert_eq!(parsed(&format!("{kept}={}", least - 1)), refusal);
            assert_eq!(parsed(&format!("{kept}={}", most + 1)), refusal);
        }
    }

    #[test]
    fn what_is_shown_is_read_again_and_what_cannot_be_read_is_refused_by_its_place() {
        let shown = Retention::default().to_string();
        assert_eq!(parsed(&shown).map(|set| set.to_string()), Ok(shown));
        for (text, place) in [
            ("?", 1),
            ("", 1),
            ("links", 1),
            ("links=7,", 2),
            ("links=-7", 1),
            ("links=7,mails=30", 2),
            ("links=7,links=8", 2),
        ] {
            assert_eq!(parsed(text), Err(BadRetention::Part(place)), "{text}");
        }
    }
}
