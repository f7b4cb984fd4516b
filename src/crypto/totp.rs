//! One-time codes of staff (TOTP: six digits, thirty seconds, SHA-1, which every authenticator app knows).
//!
//! The secret is stored sealed, the last accepted step beside it in clear: a code counts once. Recovery after a lost
//! phone is an operator's command, not a second kind of code.

use std::fmt;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use crate::chance::Chance;
use crate::crypto::keys::Purpose;
use crate::crypto::{KeyRing, Token};

/// Bytes of a secret: the 160 bits that RFC 4226 recommends.
const SECRET_BYTES: usize = 20;

/// Digits of a code.
const DIGITS: u8 = 6;

/// Seconds that a code is current.
const STEP_SECONDS: u64 = 30;

/// How many codes are good at once: that of now, and the one before it, which takes a moment to type.
pub const GOOD_AT_ONCE: u32 = 2;

/// How many codes there are.
pub const POSSIBLE_CODES: u32 = 10_u32.pow(DIGITS as u32);

/// The name that an authenticator app shows beside the account.
const ISSUER: &str = "Koppelklaar";

/// The secret that an authenticator app and we share; `Debug` hides it and there is no `Display`.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<[u8; SECRET_BYTES]>);

impl TotpSecret {
    /// The secret that goes with a key that a page shows: stored nowhere until it is chosen. Each showing has a key of its
    /// own, so that who saw the page before knows nothing of what is chosen, and the key alone does not tell the secret: a
    /// page stays in histories.
    pub fn of_invite(ring: &KeyRing, key: &Token) -> Self {
        let mac = Zeroizing::new(ring.first_mac(Purpose::TotpOfInvite, &[key.expose_text().as_bytes()]));
        let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
        bytes.copy_from_slice(&mac[..SECRET_BYTES]);
        Self(bytes)
    }

    /// A secret as it came out of its sealed cell; `None` if it has another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The bytes to seal.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The secret in base32, for who types it into the app instead of scanning.
    pub fn to_base32(&self) -> SecretString {
        totp(self, "").secret().to_base32().into()
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(hidden)")
    }
}

/// A fresh secret.
pub fn new_secret(chance: &Chance) -> TotpSecret {
    let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
    chance.fill(bytes.as_mut_slice());
    TotpSecret(bytes)
}

/// The link that an authenticator app reads; it holds the secret.
pub fn otpauth_url(secret: &TotpSecret, address: &str) -> SecretString {
    // A colon parts issuer and account in this kind of link, and a link needs some account.
    let account = address.replace(':', ".");
    let account = if account.is_empty() { ISSUER } else { &account };
    totp(secret, account).to_url().expect("the account name is filled and has no colon").into()
}

/// What there is to say of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeCheck {
    /// It is right.
    Right {
        /// Its step: store it, so that the same code is refused next time.
        step: i64,
    },
    /// It was right, and is used.
    Used,
    /// It is no code of now.
    Wrong,
}

/// Looks at a code; `last_step` is the last one of which a code was used.
pub fn check(secret: &TotpSecret, code: &str, now: DateTime<Utc>, last_step: Option<i64>) -> CodeCheck {
    // Apps show `123 456`, and people type what they see.
    let code: String = code.split_whitespace().collect();
    match step_of(secret, &code, now) {
        None => CodeCheck::Wrong,
        Some(step) if last_step.is_some_and(|last| step <= last) => CodeCheck::Used,
        Some(step) => CodeCheck::Right { step },
    }
}

fn step_of(secret: &TotpSecret, code: &str, now: DateTime<Utc>) -> Option<i64> {
    if code.len() != usize::from(DIGITS) || !code.bytes().all(|sign| sign.is_ascii_digit()) {
        return None;
    }
    let totp = totp(secret, "");
    let seconds = u64::try_from(now.timestamp()).ok()?;
    let mut moments = (0..u64::from(GOOD_AT_ONCE)).filter_map(|steps| seconds.checked_sub(steps * STEP_SECONDS));
    let step = moments.find_map(|at| totp.check(code, at))?;
    i64::try_from(step).ok()
}

/// The code that is right now: for the demo, which plays the app.
pub fn current(secret: &TotpSecret, now: DateTime<Utc>) -> String {
    totp(secret, "").generate(u64::try_from(now.timestamp()).unwrap_or_default()).to_string()
}

fn totp(secret: &TotpSecret, account: &str) -> Totp {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(0)
        .with_step_duration(STEP_SECONDS)
        .with_secret(*secret.0)
        .with_issuer(Some(ISSUER))
        .with_account_name(account)
        .build()
        .expect("length, digits and step are constants that the standard allows, and no name has a colon")
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use secrecy::ExposeSecret;

    use super::*;

    /// The secret of the test vectors in RFC 6238.
    const RFC_SECRET: &[u8] = b"12345678901234567890";

    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(RFC_SECRET).expect("twenty bytes")
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a moment in range")
    }

    #[test]
    fn a_key_that_a_page_showed_tells_nothing_without_the_key_ring() {
        let rings = [1, 2].map(|seed| {
            let line = KeyRing::generate_line(&Chance::seeded(seed), "k1").expect("a valid id");
            KeyRing::parse(line.expose_secret()).expect("a valid ring")
        });
        let token = Token::new(&Chance::seeded(3));
        let secret_by = |ring| TotpSecret::of_invite(ring, &token).to_base32();

        assert_eq!(secret_by(&rings[0]).expose_secret(), secret_by(&rings[0]).expose_secret());
        assert_ne!(secret_by(&rings[0]).expose_secret(), secret_by(&rings[1]).expose_secret());
    }

    #[test]
    fn the_vectors_of_the_standard_hold() {
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(check(&secret(), code, at(seconds), None), CodeCheck::Right { step: seconds / 30 }, "{code}");
        }
    }

    #[test]
    fn a_code_is_good_in_its_step_and_the_next_and_no_more() {
        let is_good = |steps_later: i64| {
            let now = at(1_111_111_109) + TimeDelta::seconds(30 * steps_later);
            check(&secret(), "081804", now, None) != CodeCheck::Wrong
        };
        let good: Vec<i64> = (-3..=3).filter(|later| is_good(*later)).collect();

        assert_eq!(good, [0, 1]);
        assert_eq!(good.len(), GOOD_AT_ONCE as usize);
    }

    #[test]
    fn a_code_counts_once() {
        let now = at(1_111_111_109);
        let CodeCheck::Right { step } = check(&secret(), "081804", now, None) else { panic!("the code of now") };

        assert_eq!(check(&secret(), "081804", now, Some(step)), CodeCheck::Used);
        assert_eq!(check(&secret(), "081804", now, Some(step + 1)), CodeCheck::Used);
        assert_eq!(check(&secret(), "081804", now, Some(step - 1)), CodeCheck::Right { step });
        assert_eq!(check(&secret(), "081805", now, Some(step)), CodeCheck::Wrong);
    }

    #[test]
    fn spaces_are_forgiven_and_anything_else_is_not() {
        let check = |code| check(&secret(), code, at(1_111_111_109), None);

        assert_ne!(check(" 081 804 "), CodeCheck::Wrong);
        for wrong in ["", "81804", "0818044", "08180x", "０８１８０４", "+81804", "081805"] {
            assert_eq!(check(wrong), CodeCheck::Wrong, "{wrong}");
        }
    }

    #[test]
    fn the_link_names_the_service_and_the_account() {
        let url = otpauth_url(&secret(), "an+test@kurve.nl");

        assert_eq!(
            url.expose_secret(),
            "otpauth://totp/Koppelklaar:an%2Btest%40kurve.nl?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Koppelklaar"
        );
        assert!(otpauth_url(&secret(), "").expose_secret().starts_with("otpauth://totp/Koppelklaar:Koppelklaar?"));
        assert!(otpauth_url(&secret(), "a:b@kurve.nl").expose_secret().contains(":a.b%40kurve.nl?"));
    }

    #[test]
    fn secrets_differ_and_stay_hidden() {
        let chance = Chance::seeded(1);

        assert_ne!(new_secret(&chance).as_bytes(), new_secret(&chance).as_bytes());
        assert_eq!(format!("{:?}", secret()), "TotpSecret(hidden)");
        assert!(TotpSecret::from_bytes(&RFC_SECRET[1..]).is_none());
        assert_eq!(secret().to_base32().expose_secret(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
