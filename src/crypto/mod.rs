//! Keys, sealed cells, tokens, passwords and one-time codes: everything that must stay secret or be recognised.
//!
//! - [`keys`]: the key ring, a subkey per purpose, and the codes made with them (look-up, audit, CSRF).
//! - [`sealed`]: a secret that we must be able to read back, encrypted and bound to its row.
//! - [`mail_token`]: what a mail carries to come back to us with: signed, so that no table needs to know it.
//! - [`token`]: a secret that we only need to recognise, stored as a hash.
//! - [`statement`]: what others can check without asking us.
//! - [`webhook_secret`]: what messages to machines are signed with.
//! - [`password_hash`] and [`totp`]: how staff prove who they are.
//!
//! Not here: what may be revealed to whom, how often, and until when; those are rules in the domain. To add a
//! purpose: a variant of [`keys::Purpose`]; never use one subkey for two things.

pub mod keys;
pub mod mail_token;
pub mod password_hash;
pub mod sealed;
pub mod statement;
pub mod token;
pub mod totp;
pub mod webhook_secret;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use keys::{KeyRing, Purpose};
pub use sealed::{Binding, OpenError};
pub use token::Token;
pub use webhook_secret::WebhookSecret;

/// Compares two secrets without telling by its time where they differ.
pub fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// Bytes as lower-case hexadecimal text.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 over parts that each carry their length.
pub fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(length_of(part));
        hash.update(part);
    }
    hash.finalize().into()
}

/// HMAC-SHA256 over parts that each carry their length, so that `ab, c` and `a, bc` never meet.
fn hmac_of_parts(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(&length_of(part));
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The length of a part as eight bytes, the same on every machine.
fn length_of(part: &[u8]) -> [u8; 8] {
    u64::try_from(part.len()).expect("no machine we run on has longer memory").to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_a_boundary_between_parts_changes_the_code() {
        let key = [7; 32];

        assert_ne!(hmac_of_parts(&key, &[b"ab", b"c"]), hmac_of_parts(&key, &[b"a", b"bc"]));
        assert_ne!(hmac_of_parts(&key, &[b"ab"]), hmac_of_parts(&key, &[b"ab", b""]));
    }

    #[test]
    fn hexadecimal_keeps_zeros_in_front() {
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }

    #[test]
    fn only_equal_bytes_are_the_same() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd") && !same(b"abc", b"ab"));
    }
}
