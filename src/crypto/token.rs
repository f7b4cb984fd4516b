//! Tokens and codes: secrets that we hand out, and afterwards only need to recognise.
//!
//! A [`Token`] is 32 random bytes. It travels as text in a link or a cookie; the database keeps its SHA-256, which
//! needs no key because nobody can guess 256 bits. A code of eight digits can be guessed, so its hash has a key and the link
//! that it belongs to: who reads the table learns no code. How long either lives is a rule of the domain.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::keys::{KeyRing, Purpose};
use crate::chance::Chance;

/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;

/// Signs of a token as text: 32 bytes of base64url without padding.
const TOKEN_SIGNS: usize = 43;

/// A secret that opens something for who shows it; `Debug` hides it and there is no `Display`.
#[derive(Clone)]
pub struct Token(Zeroizing<[u8; TOKEN_BYTES]>);

impl Token {
    /// A fresh token.
    pub fn new(chance: &Chance) -> Self {
        let mut bytes = Zeroizing::new([0; TOKEN_BYTES]);
        chance.fill(bytes.as_mut_slice());
        Self(bytes)
    }

    /// Reads a token from a link, a form or a cookie; anything but the exact text that we gave out is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != TOKEN_SIGNS {
            return None;
        }
        let decoded = URL_SAFE_NO_PAD.decode(text).map(Zeroizing::new).ok()?;
        <[u8; TOKEN_BYTES]>::try_from(decoded.as_slice()).ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// The token as text that fits in a link or a cookie: the secret itself, so never for a log or a table.
    pub fn expose_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.as_slice())
    }

    /// What the database keeps.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_slice()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

/// A secret of one sign-in at the provider, by what it is for: it follows from the state that goes along, so that it is kept
/// nowhere; the state alone, which stands in addresses, does not tell it.
pub fn of_trip(ring: &KeyRing, state: &Token, part: &str) -> SecretString {
    let mac = Zeroizing::new(ring.first_mac(Purpose::SignInTrip, &[part.as_bytes(), state.0.as_slice()]));
    URL_SAFE_NO_PAD.encode(mac.as_slice()).into()
}

/// What the database keeps of the code in a mail: a keyed hash that holds for one link only.
pub fn code_hash(ring: &KeyRing, link: Uuid, code: &str) -> [u8; 32] {
    ring.first_mac(Purpose::AccessCode, &[link.as_bytes(), code.as_bytes()])
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_token_comes_back_from_its_text() {
        let token = Token::new(&Chance::seeded(1));

        let parsed = Token::parse(&token.expose_text()).expect("the text that we gave out");

        assert_eq!(parsed.hash(), token.hash());
        assert_ne!(Token::new(&Chance::seeded(2)).hash(), token.hash());
    }

    #[test]
    fn only_the_exact_text_is_a_token() {
        let text = Token::new(&Chance::seeded(1)).expose_text();
        let mut other_last_bits = text.clone();
        // Four signs spell the same 32 bytes to a lenient reader; only one of them is ours.
        let last = other_last_bits.pop().expect("a sign");
        other_last_bits.push(char::from(last as u8 + 1));

        for wrong in ["", &text[1..], &format!("{text}="), &format!(" {}", &text[1..]), &text.replace(last, "+")] {
            assert!(Token::parse(wrong).is_none(), "{wrong}");
        }
        assert!(Token::parse(&other_last_bits).is_none());
    }

    #[test]
    fn debug_hides_the_token() {
        assert_eq!(format!("{:?}", Token::new(&Chance::seeded(1))), "Token(hidden)");
    }

    #[test]
    fn the_secrets_of_a_sign_in_follow_from_its_state_and_our_key_and_differ_from_each_other() {
        let ring = |seed| {
            let line = KeyRing::generate_line(&Chance::seeded(seed), "a").expect("a valid id");
            KeyRing::parse(line.expose_secret()).expect("a valid ring")
        };
        let (state, other) = (Token::new(&Chance::seeded(1)), Token::new(&Chance::seeded(2)));
        let secret = |ring: &KeyRing, state, part| of_trip(ring, state, part).expose_secret().to_owned();
        let nonce = secret(&ring(1), &state, "nonce");

        assert_eq!(nonce, secret(&ring(1), &state, "nonce"));
        // What proves a code (RFC 7636) has at least so many signs.
        assert_eq!(nonce.len(), 43);
        for different in [
            secret(&ring(1), &state, "verifier"),
            secret(&ring(1), &other, "nonce"),
            secret(&ring(2), &state, "nonce"),
            state.expose_text(),
        ] {
            assert_ne!(nonce, different);
        }
    }

    #[test]
    fn the_hash_of_a_code_holds_for_one_link_and_one_key() {
        let ring = |seed| {
            let line = KeyRing::generate_line(&Chance::seeded(seed), "a").expect("a valid id");
            KeyRing::parse(line.expose_secret()).expect("a valid ring")
        };
        let hash = code_hash(&ring(1), Uuid::from_u128(1), "012345");

        assert_eq!(hash, code_hash(&ring(1), Uuid::from_u128(1), "012345"));
        assert_ne!(hash, code_hash(&ring(1), Uuid::from_u128(2), "012345"));
        assert_ne!(hash, code_hash(&ring(1), Uuid::from_u128(1), "012346"));
        assert_ne!(hash, code_hash(&ring(2), Uuid::from_u128(1), "012345"));
    }
}
