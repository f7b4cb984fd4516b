//! What strangers may do at the doors: guess codes, and have us write to somebody. Numbers a day, and what follows from
//! them; who counts is in the services. A day is the last twenty-four hours and what is left of the hour before them.

use chrono::{DateTime, Duration, Utc};
use strum::{EnumIter, EnumString, IntoStaticStr};

use super::access_link::CODE_DIGITS;
use super::ids::AccessLinkId;

/// What is counted of strangers, over all instances. Its name is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Counted {
    /// A wrong code to sign in.
    WrongCode,
    /// A mail that asks to confirm the address of a request.
    Confirmation,
    /// A mail to sign in, asked for in a browser in which nobody signed in with the address before.
    SignIn,
}

impl Counted {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// From how many a day on Kurve sees an alarm.
    pub fn alarm(self) -> u64 {
        match self {
            Self::WrongCode => WRONG_CODES_ALARM,
            Self::Confirmation => CONFIRMATIONS.alarm(),
            Self::SignIn => SIGN_INS.alarm(),
        }
    }
}

/// How many links work at once for one address, of browsers in which nobody signed in with it before.
pub const LINKS_AT_ONCE: usize = 5;

/// From so many of these on, one client network has more than its share.
const SHARE: usize = 3;

/// How often one address may ask for a link within a day, from one browser or client network.
pub const LINKS_A_DAY: u64 = 20;

/// How many links a day one address gets in all, of browsers in which nobody signed in with it before.
pub const LINKS_TO_ADDRESS_A_DAY: u64 = 100;

/// How many wrong codes a day are heard from one client network.
pub const WRONG_CODES_OF_NETWORK: u64 = 30;

/// From so many wrong codes a day in all Kurve sees an alarm, and each next one is heard only after a wait.
pub const WRONG_CODES_ALARM: u64 = 500;

/// The first wait, and after how many more wrong codes it doubles.
const FIRST_WAIT_SECONDS: i64 = 10;
const DOUBLES_AFTER: u64 = 500;

/// The longest wait.
const LONGEST_WAIT_SECONDS: i64 = 3600;

/// How long after a wrong code from anybody the next code is heard.
pub fn wait_after(wrong_today: u64) -> Duration {
    let Some(over) = wrong_today.checked_sub(WRONG_CODES_ALARM) else { return Duration::zero() };
    let doubled = u32::try_from(over / DOUBLES_AFTER).unwrap_or(u32::MAX).min(20);
    Duration::seconds((FIRST_WAIT_SECONDS << doubled).min(LONGEST_WAIT_SECONDS))
}

/// How likely one typed code is right by chance.
pub fn odds_of_a_guess() -> f64 {
    0.1_f64.powi(i32::try_from(CODE_DIGITS).unwrap_or(i32::MAX))
}

/// How often something was done in one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourCount {
    /// The start of the hour.
    pub hour: DateTime<Utc>,
    /// How often.
    pub n: u64,
}

/// How often something was done in a day, by the hour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayCount {
    /// The hours in which it was done, the oldest first.
    pub hours: Vec<HourCount>,
    /// When it was last done.
    pub last_at: Option<DateTime<Utc>>,
}

impl DayCount {
    /// How often in all.
    pub fn n(&self) -> u64 {
        self.hours.iter().map(|hour| hour.n).sum()
    }

    /// When so many hours no longer count that it was done less often than that; `None` where it is so now.
    pub fn room_at(&self, allowed: u64) -> Option<DateTime<Utc>> {
        let mut left = self.n();
        let mut room_at = None;
        for hour in &self.hours {
            if left < allowed {
                break;
            }
            left -= hour.n;
            room_at = Some(hour.hour + Duration::hours(25));
        }
        room_at
    }
}

/// A kind of mail that strangers can have us write, with what is allowed a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailCap {
    /// To one address.
    pub to_address: u64,
    /// Asked from one client network.
    pub from_network: u64,
    /// In all; Kurve sees an alarm from half of it on.
    pub in_all: u64,
}

/// Mails that ask to confirm the address of a request.
pub const CONFIRMATIONS: MailCap = MailCap { to_address: 10, from_network: 60, in_all: 500 };

/// Mails to sign in, from browsers in which nobody signed in with the address before.
pub const SIGN_INS: MailCap = MailCap { to_address: LINKS_TO_ADDRESS_A_DAY, from_network: 300, in_all: 10_000 };

/// How often a kind of mail was asked for today.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// To this address.
    pub to_address: DayCount,
    /// From this client network.
    pub from_network: DayCount,
    /// In all.
    pub in_all: DayCount,
}

/// Why no mail is written today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// The address was used too often.
    Address,
    /// Too much was asked from this client network.
    Network,
    /// Too much was asked in all.
    All,
}

/// A cap that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FullUntil {
    /// Which.
    pub full: Full,
    /// From when there is room again.
    pub at: DateTime<Utc>,
}

impl MailCap {
    /// Whether one more fits.
    ///
    /// # Errors
    /// Which cap is reached, and until when.
    pub fn check(&self, asked: &Asked) -> Result<(), FullUntil> {
        let caps = [
            (Full::Address, asked.to_address.room_at(self.to_address)),
            (Full::Network, asked.from_network.room_at(self.from_network)),
            (Full::All, asked.in_all.room_at(self.in_all)),
        ];
        let reached = caps.into_iter().find_map(|(full, room_at)| Some(FullUntil { full, at: room_at? }));
        reached.map_or(Ok(()), Err)
    }

    /// From how many in all on Kurve sees an alarm.
    pub fn alarm(&self) -> u64 {
        self.in_all / 2
    }
}

/// A link that works, of a browser in which nobody signed in with the address before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub id: AccessLinkId,
    /// The client network that it was asked from.
    pub network: Option<String>,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

/// What becomes of a link that another browser asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// It stands beside the others.
    Beside,
    /// It takes the place of a link of a client network that has more than its share.
    InsteadOf(AccessLinkId),
    /// There is no place until then.
    NoneUntil(DateTime<Utc>),
}

/// Whether there is a place for one more link, asked for from a client network. A link ends for another only where a
/// network that has none stands against one that holds more than its share: so no stranger keeps somebody out.
pub fn place_for(standing: &[Standing], network: Option<&str>, at_once: usize) -> Place {
    if standing.len() < at_once {
        return Place::Beside;
    }
    let of = |one: &Standing| standing.iter().filter(|other| other.network == one.network).count();
    let is_new = standing.iter().all(|one| one.network.as_deref() != network);
    let oldest_too_many = standing.iter().filter(|one| of(one) >= SHARE).min_by_key(|one| (one.requested_at, one.id));
    match oldest_too_many.filter(|_| is_new) {
        Some(one) => Place::InsteadOf(one.id),
        None => Place::NoneUntil(standing.iter().map(|one| one.expires_at).min().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    const DAY: i64 = 86_400;

    /// The most wrong codes that are heard within twenty-four hours of somebody who guesses at every moment at which that
    /// is possible, over any number of addresses and client networks, in a month.
    fn most_heard_in_a_day() -> u64 {
        let (mut heard, mut now, mut most) = (VecDeque::<i64>::new(), 0_i64, 0);
        while now < 30 * DAY {
            while heard.front().is_some_and(|at| *at <= now - DAY) {
                heard.pop_front();
            }
            heard.push_back(now);
            let count = u64::try_from(heard.len()).expect("few");
            most = most.max(count);
            now += wait_after(count).num_seconds();
        }
        most
    }

    fn odds_of(guesses: u64) -> f64 {
        f64::from(u32::try_from(guesses).expect("few")) * odds_of_a_guess()
    }

    #[test]
    fn over_any_number_of_addresses_a_day_of_guessing_finds_a_code_in_less_than_one_of_ten_thousand() {
        let most = most_heard_in_a_day();

        let odds = odds_of(most);
        assert!(most > WRONG_CODES_ALARM, "{most}");
        assert!(odds < 1.0 / 10_000.0, "{most} guesses, {odds}");
    }

    #[test]
    fn the_alarm_and_the_wait_come_long_before_those_odds() {
        let at_the_alarm = odds_of(WRONG_CODES_ALARM);

        assert!(at_the_alarm * 10.0 < 1.0 / 10_000.0, "{at_the_alarm}");
        assert_eq!(wait_after(WRONG_CODES_ALARM - 1), Duration::zero());
        assert!(wait_after(WRONG_CODES_ALARM) > Duration::zero());
    }

    #[test]
    fn the_wait_grows_and_never_shrinks_with_more_wrong_codes() {
        let waits: Vec<Duration> = (0..20_000).map(wait_after).collect();

        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(waits.last(), Some(&Duration::seconds(LONGEST_WAIT_SECONDS)));
        assert_eq!(wait_after(u64::MAX), Duration::seconds(LONGEST_WAIT_SECONDS));
    }

    #[test]
    fn one_client_network_alone_finds_a_code_in_less_than_one_of_a_million_a_day() {
        assert!(odds_of(WRONG_CODES_OF_NETWORK) < 1e-6);
    }

    fn done(n: u64) -> DayCount {
        DayCount { hours: vec![HourCount { hour: at(0), n }], last_at: Some(at(0)) }
    }

    #[test]
    fn each_cap_holds_by_itself_until_its_hour_no_longer_counts() {
        let cap = MailCap { to_address: 2, from_network: 3, in_all: 4 };
        let asked =
            |to, from, all| cap.check(&Asked { to_address: done(to), from_network: done(from), in_all: done(all) });
        let until = |full| Err(FullUntil { full, at: at(25 * 60) });

        assert_eq!(asked(1, 2, 3), Ok(()));
        assert_eq!(asked(2, 0, 0), until(Full::Address));
        assert_eq!(asked(0, 3, 0), until(Full::Network));
        assert_eq!(asked(0, 0, 4), until(Full::All));
        assert_eq!(cap.alarm(), 2);
    }

    #[test]
    fn there_is_room_again_once_enough_of_the_oldest_hours_no_longer_count() {
        let hours = [(0, 3), (60, 1), (120, 2)].map(|(minute, n)| HourCount { hour: at(minute), n });
        let day = DayCount { hours: hours.to_vec(), last_at: None };

        assert_eq!(day.n(), 6);
        for (allowed, room_at) in
            [(7, None), (6, Some(25 * 60)), (4, Some(25 * 60)), (3, Some(26 * 60)), (1, Some(27 * 60))]
        {
            assert_eq!(day.room_at(allowed), room_at.map(at), "{allowed}");
        }
    }

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000 + minute * 60, 0).expect("a moment in range")
    }

    fn standing(networks: &[&str]) -> Vec<Standing> {
        let one = |(minute, network): (i64, &&str)| Standing {
            id: id(minute),
            network: Some((*network).to_owned()),
            requested_at: at(minute),
            expires_at: at(minute + 15),
        };
        (0..).zip(networks).map(one).collect()
    }

    fn id(number: i64) -> AccessLinkId {
        AccessLinkId::from_uuid(uuid::Uuid::from_u128(number.unsigned_abs().into()))
    }

    #[test]
    fn five_links_stand_beside_each_other_and_a_sixth_ends_only_one_of_a_network_with_more_than_its_share() {
        let table: [(&[&str], &str, Place); 6] = [
            (&["a", "a", "a", "a"], "a", Place::Beside),
            (&["a", "a", "a", "a", "a"], "a", Place::NoneUntil(at(15))),
            (&["a", "a", "a", "a", "a"], "b", Place::InsteadOf(id(0))),
            (&["b", "a", "a", "a", "c"], "d", Place::InsteadOf(id(1))),
            (&["b", "a", "a", "a", "c"], "b", Place::NoneUntil(at(15))),
            (&["a", "b", "c", "d", "e"], "f", Place::NoneUntil(at(15))),
        ];
        for (networks, network, place) in table {
            assert_eq!(place_for(&standing(networks), Some(network), LINKS_AT_ONCE), place, "{networks:?} {network}");
        }
    }
}
