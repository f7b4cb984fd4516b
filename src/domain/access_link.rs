//! The rule of signing in by mail: a link and a code of eight digits, proof against scanners that open links.

use chrono::{DateTime, Duration, Utc};

/// How long a link and its code work, in minutes.
pub const LINK_MINUTES: i64 = 15;

/// For so many minutes after signing in somebody sees the password; after that they sign in anew.
pub const FRESH_MINUTES: i64 = 15;

/// Whether somebody signed in so lately that they see what matters most.
pub fn is_fresh(signed_in_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - signed_in_at <= Duration::minutes(FRESH_MINUTES)
}

/// How many digits a code has.
pub const CODE_DIGITS: usize = 8;

/// A request is confirmed within this many hours.
pub const CONFIRM_HOURS: i64 = 24;

/// How many wrong codes end a link.
pub const WRONG_CODES_ALLOWED: i32 = 5;

/// What is stored of a link, as far as the rule needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessLink {
    /// The last moment at which it works.
    pub expires_at: DateTime<Utc>,
    /// When it was redeemed.
    pub used_at: Option<DateTime<Utc>>,
    /// When a newer one took its place.
    pub replaced_at: Option<DateTime<Utc>>,
    /// How many wrong codes were typed.
    pub wrong_codes: i32,
}

/// What a visitor brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// Whether the visit came with the link's token.
    pub has_token: bool,
    /// Whether the browser is the one that asked for the link.
    pub is_same_browser: bool,
    /// Whether the typed code is right; `None` if none was typed.
    pub is_code_right: Option<bool>,
}

/// Why a link no longer works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dead {
    /// Older than fifteen minutes.
    Expired,
    /// Redeemed before.
    Used,
    /// A newer one was asked for.
    Replaced,
    /// Too many wrong codes.
    TooManyWrongCodes,
}

/// What an attempt to redeem leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Signed in; the link is used up.
    Redeemed,
    /// The code from the mail is needed as well.
    NeedsCode,
    /// The code is wrong.
    WrongCode {
        /// How many tries are left; 0 means that the link just ended.
        left: i32,
    },
    /// The link no longer works.
    Dead(Dead),
    /// Neither the link nor the browser that asked for it: nothing to redeem.
    Unknown,
}

/// When a link asked for now stops working.
pub fn expires_at(requested_at: DateTime<Utc>) -> DateTime<Utc> {
    requested_at + Duration::minutes(LINK_MINUTES)
}

/// Why a link no longer works, or `None` while it does.
pub fn death(link: &AccessLink, now: DateTime<Utc>) -> Option<Dead> {
    if link.used_at.is_some() {
        Some(Dead::Used)
    } else if link.replaced_at.is_some() {
        Some(Dead::Replaced)
    } else if link.wrong_codes >= WRONG_CODES_ALLOWED {
        Some(Dead::TooManyWrongCodes)
    } else if now > link.expires_at {
        Some(Dead::Expired)
    } else {
        None
    }
}

/// Decides an attempt to redeem.
pub fn redeem(link: &AccessLink, proof: Proof, now: DateTime<Utc>) -> Outcome {
    if !proof.has_token && !proof.is_same_browser {
        return Outcome::Unknown;
    }
    if let Some(dead) = death(link, now) {
        return Outcome::Dead(dead);
    }
    match proof.is_code_right {
        Some(true) => Outcome::Redeemed,
        Some(false) => Outcome::WrongCode { left: WRONG_CODES_ALLOWED - link.wrong_codes - 1 },
        None if proof.has_token && proof.is_same_browser => Outcome::Redeemed,
        None => Outcome::NeedsCode,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000 + minutes * 60, 0).expect("a moment in range")
    }

    fn fresh() -> AccessLink {
        AccessLink { expires_at: expires_at(at(0)), used_at: None, replaced_at: None, wrong_codes: 0 }
    }

    fn proof(has_token: bool, is_same_browser: bool, is_code_right: Option<bool>) -> Proof {
        Proof { has_token, is_same_browser, is_code_right }
    }

    #[test]
    fn every_combination_of_proof_has_its_outcome() {
        let left = WRONG_CODES_ALLOWED - 1;
        let table = [
            (proof(false, false, None), Outcome::Unknown),
            (proof(false, false, Some(true)), Outcome::Unknown),
            (proof(false, false, Some(false)), Outcome::Unknown),
            (proof(false, true, None), Outcome::NeedsCode),
            (proof(false, true, Some(true)), Outcome::Redeemed),
            (proof(false, true, Some(false)), Outcome::WrongCode { left }),
            (proof(true, false, None), Outcome::NeedsCode),
            (proof(true, false, Some(true)), Outcome::Redeemed),
            (proof(true, false, Some(false)), Outcome::WrongCode { left }),
            (proof(true, true, None), Outcome::Redeemed),
            (proof(true, true, Some(true)), Outcome::Redeemed),
            (proof(true, true, Some(false)), Outcome::WrongCode { left }),
        ];
        for (proof, expected) in table {
            assert_eq!(redeem(&fresh(), proof, at(1)), expected, "{proof:?}");
        }
    }

    #[test]
    fn a_dead_link_says_why_whatever_the_proof() {
        let used = AccessLink { used_at: Some(at(1)), ..fresh() };
        let replaced = AccessLink { replaced_at: Some(at(1)), ..fresh() };
        let ended = AccessLink { wrong_codes: WRONG_CODES_ALLOWED, ..fresh() };
        let table = [
            (used, at(2), Dead::Used),
            (replaced, at(2), Dead::Replaced),
            (ended, at(2), Dead::TooManyWrongCodes),
            (fresh(), at(16), Dead::Expired),
        ];
        for (link, now, dead) in table {
            for code in [None, Some(true), Some(false)] {
                assert_eq!(redeem(&link, proof(true, true, code), now), Outcome::Dead(dead), "{link:?}");
            }
        }
    }

    #[test]
    fn the_last_second_still_works() {
        assert_eq!(redeem(&fresh(), proof(true, true, None), at(15)), Outcome::Redeemed);
    }

    #[test]
    fn a_sign_in_is_fresh_for_a_quarter_of_an_hour() {
        assert!(is_fresh(at(0), at(FRESH_MINUTES)));
        assert!(!is_fresh(at(0), at(FRESH_MINUTES) + Duration::seconds(1)));
    }

    #[test]
    fn the_fifth_wrong_code_leaves_nothing() {
        let link = AccessLink { wrong_codes: WRONG_CODES_ALLOWED - 1, ..fresh() };

        assert_eq!(redeem(&link, proof(true, false, Some(false)), at(1)), Outcome::WrongCode { left: 0 });
    }
}
