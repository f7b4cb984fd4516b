//! Passwords of staff: which ones we take, and how they are stored (argon2id).
//!
//! School contacts have no password; they sign in by mail. The webservice password of a school is generated, not
//! chosen, and lives in [`super::sealed`]. Hashing takes tens of milliseconds and 19 MB: call it inside
//! `spawn_blocking`, and never while a transaction is open.

use std::collections::BTreeSet;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;
use zxcvbn::{Score, zxcvbn};

use crate::chance::Chance;

/// Memory in KiB, rounds and lanes: the first choice of the OWASP cheat sheet for argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// Random bytes of a salt, as the argon2 specification recommends.
const SALT_BYTES: usize = 16;

/// Signs of the shortest password that is taken.
const SHORTEST: usize = 12;

/// Signs of the longest password that is taken: room for any password manager, and a bound on the work.
const LONGEST: usize = 128;

/// Different signs at least, spaces not counted: twelve signs out of three are no secret.
const FEWEST_DISTINCT: usize = 5;

/// Words that anybody tries first at this product, in lower case: its own, and what stands in half of all Dutch passwords.
/// Names, and what is common in English, `zxcvbn` knows.
const GUESSED: &str = "koppelklaar kurve numo magister koppeling koppelen decibel webservice allowlisting superbeheerder \
     applicatiebeheerder beheerder beheer school scholen leerling leerlingen docent support wachtwoord welkom \
     geheim inloggen hallo vakantie computer internet nederland amsterdam rotterdam utrecht feyenoord lente \
     zomer herfst winter januari februari maart april juni juli augustus september oktober november december \
     maandag dinsdag woensdag donderdag vrijdag zaterdag zondag kerstmis voetbal";

/// The fewest signs of a word of somebody's own that counts: any shorter stands in every text.
const SHORTEST_WORD: usize = 3;

/// What is asked of `zxcvbn`: a hundred million guesses, while each costs us tens of milliseconds.
const LEAST_SCORE: Score = Score::Three;

/// A password that a member of staff chose and that passed the rules.
#[derive(Clone, Debug)]
pub struct StaffPassword(SecretString);

/// Why a chosen password is not taken; shown to who chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too few signs.
    #[error("Dit wachtwoord is te kort. Kies minstens 12 tekens; een zin van een paar woorden is het makkelijkst.")]
    TooShort,
    /// Too many signs.
    #[error("Dit wachtwoord is te lang. Kies hoogstens 128 tekens.")]
    TooLong,
    /// Soon found by somebody who tries what people choose.
    #[error(
        "Dit wachtwoord is makkelijk te raden. Kies iets anders, bijvoorbeeld een paar woorden die niets met elkaar te \
         maken hebben."
    )]
    TooCommon,
    /// Easy to guess for somebody who knows the person or the product.
    #[error(
        "Hierin staat je naam, je e-mailadres of een woord dat bij Koppelklaar hoort. Dan is het makkelijk te raden. Kies een \
         paar woorden die niets met elkaar en niets met je werk te maken hebben."
    )]
    OwnWords,
    /// The e-mail address of the account.
    #[error("Je e-mailadres is geen veilig wachtwoord. Kies iets anders.")]
    IsAddress,
}

impl StaffPassword {
    /// Judges a password that somebody chooses; `own` is what is known of them: their e-mail address, and their name.
    pub fn parse(chosen: &SecretString, own: &str) -> Result<Self, PasswordError> {
        let text = chosen.expose_secret();
        let length = text.chars().count();
        if length < SHORTEST {
            return Err(PasswordError::TooShort);
        }
        if length > LONGEST {
            return Err(PasswordError::TooLong);
        }
        let (folded, own) = (text.trim().to_lowercase(), own.to_lowercase());
        if own.split_whitespace().any(|word| word.contains('@') && word == folded) {
            return Err(PasswordError::IsAddress);
        }
        let dense: Zeroizing<String> = Zeroizing::new(folded.split_whitespace().collect());
        if repeats_itself(&dense) || distinct_signs(&dense) < FEWEST_DISTINCT || !is_hard(&dense, &[]) {
            return Err(PasswordError::TooCommon);
        }
        let own = own.split(|sign: char| !sign.is_alphanumeric()).filter(|word| word.chars().count() >= SHORTEST_WORD);
        let words: Vec<&str> = own.chain(GUESSED.split(' ')).collect();
        if is_hard(&dense, &words) && is_hard(&without(&dense, &words), &[]) {
            Ok(Self(chosen.clone()))
        } else {
            Err(PasswordError::OwnWords)
        }
    }

    /// The password, to be hashed.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

/// What the database keeps of a password; runs for tens of milliseconds.
pub fn hash(password: &SecretString, chance: &Chance) -> String {
    let mut salt = [0; SALT_BYTES];
    chance.fill(&mut salt);
    hash_with(password, &salt)
}

/// Whether this is the password of a stored hash; a stored text that is no hash matches nothing.
pub fn verify(stored: &str, password: &SecretString) -> bool {
    // The cost is read from the stored hash, so older hashes stay good when COST is raised.
    PasswordHash::new(stored)
        .is_ok_and(|hash| hasher().verify_password(password.expose_secret().as_bytes(), &hash).is_ok())
}

/// The work of [`verify`] for an account that does not exist, so that the time of an answer tells nothing.
pub fn dummy_verify(password: &SecretString) {
    std::hint::black_box(hash_with(password, &[0; SALT_BYTES]));
}

fn hash_with(password: &SecretString, salt: &[u8]) -> String {
    hasher()
        .hash_password_with_salt(password.expose_secret().as_bytes(), salt)
        .expect("argon2 takes a salt of 16 bytes and a password below 4 GB")
        .to_string()
}

fn hasher() -> Argon2<'static> {
    let (memory, rounds, lanes) = COST;
    let params = Params::new(memory, rounds, lanes, None).expect("the cost is within the bounds of argon2");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Whether it takes long to find for somebody who begins with what people choose, and with these words.
fn is_hard(password: &str, words: &[&str]) -> bool {
    zxcvbn(password, words).score() >= LEAST_SCORE
}

/// What is left of a password without these words, also where digits stand for letters: a row of them is soon tried, however
/// long it is.
fn without(password: &str, words: &[&str]) -> Zeroizing<String> {
    let letter = |sign| match sign {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    let mut left: Zeroizing<String> = Zeroizing::new(password.chars().map(letter).collect());
    let mut words = words.to_vec();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in words {
        left = Zeroizing::new(left.replace(word, ""));
    }
    // Without any of them it is judged as it was typed.
    if left.chars().count() == password.chars().count() { Zeroizing::new(password.to_owned()) } else { left }
}

/// How many different signs a text has.
fn distinct_signs(text: &str) -> usize {
    text.chars().collect::<BTreeSet<_>>().len()
}

/// Whether a text is one short piece over and over (`abcdeabcdeabcde`).
fn repeats_itself(text: &str) -> bool {
    let signs: Vec<char> = text.chars().collect();
    (1..=6).any(|piece| signs.len() > piece && signs.windows(piece + 1).all(|window| window[0] == window[piece]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        text.into()
    }

    const OWN: &str = "eva.jansen@kurve.nl Eva Jansen";

    fn judge(text: &str) -> Result<(), PasswordError> {
        StaffPassword::parse(&secret(text), OWN).map(drop)
    }

    #[test]
    fn good_passwords_are_taken_as_they_are() {
        for good in ["drie paarse olifanten", "éénentwintig kopjes", "9mQ!x2#Lw0zR", "correct horse battery"] {
            assert_eq!(judge(good), Ok(()), "{good}");
        }
        let kept = StaffPassword::parse(&secret("  Drie paarse olifanten "), OWN).expect("a good password");
        assert_eq!(kept.secret().expose_secret(), "  Drie paarse olifanten ");
    }

    #[test]
    fn bad_passwords_are_refused_with_the_reason() {
        assert_eq!(judge("elf tekens!"), Err(PasswordError::TooShort));
        assert_eq!(judge("ëëëëëëëëëëë"), Err(PasswordError::TooShort));
        assert_eq!(judge(&"a1".repeat(65)), Err(PasswordError::TooLong));
        for common in [
            "aaaaaaaaaaaaaa",
            "abcabcabcabcab",
            "zomer1zomer1",
            "ab12ab21ab12a",
            "      x     ",
            "123456789012",
            "1234567890ab",
            "abcdefghijklm",
            "abcd12345678",
            "iloveyou1234",
            "P@ssw0rd1234",
            "password password",
            "Qwerty 123456",
            "qwertyuiop12",
        ] {
            assert_eq!(judge(common), Err(PasswordError::TooCommon), "{common}");
        }
        assert_eq!(judge(" Eva.Jansen@Kurve.nl"), Err(PasswordError::IsAddress));
    }

    #[test]
    fn what_is_known_of_the_person_and_the_product_is_no_secret() {
        for own in [
            "EvaJansen2026!",
            "jansen.eva.jansen",
            "Koppelklaar2026",
            "koppelklaar kurve",
            "kurve numo magister",
            "W3lkom K0ppelklaar",
            "wacht woord 123",
            "welkomwelkom1",
        ] {
            let refused = judge(own);
            assert!(matches!(refused, Err(PasswordError::OwnWords | PasswordError::TooCommon)), "{own}: {refused:?}");
        }
        assert_eq!(judge("koppelklaar kurve"), Err(PasswordError::OwnWords));
        let of_wubbo = |own| StaffPassword::parse(&secret("wubbo ockels wubbo"), own).map(drop);
        assert_eq!(of_wubbo("w.ockels@kurve.nl Wubbo Ockels"), Err(PasswordError::OwnWords));
        assert_eq!(of_wubbo(OWN), Ok(()));
    }

    #[test]
    fn every_refusal_says_what_to_do() {
        for error in [
            PasswordError::TooShort,
            PasswordError::TooLong,
            PasswordError::TooCommon,
            PasswordError::OwnWords,
            PasswordError::IsAddress,
        ] {
            assert!(error.to_string().contains("Kies "), "{error}");
        }
    }

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let chance = Chance::seeded(1);
        let stored = hash(&secret("drie paarse olifanten"), &chance);

        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify(&stored, &secret("drie paarse olifanten")));
        assert!(!verify(&stored, &secret("drie paarse olifanten ")));
        assert_ne!(stored, hash(&secret("drie paarse olifanten"), &chance));
    }

    #[test]
    fn a_stored_text_that_is_no_hash_matches_nothing() {
        for broken in ["", "drie paarse olifanten", "$argon2id$v=19$m=19456,t=2,p=1$"] {
            assert!(!verify(broken, &secret("drie paarse olifanten")), "{broken}");
        }
    }

    #[test]
    fn the_work_for_an_unknown_account_does_not_fail() {
        dummy_verify(&secret("drie paarse olifanten"));
    }
}
