//! The secrets with which messages to endpoints of webhooks are signed, as Standard Webhooks has it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::sealed::{Binding, OpenError, open, seal};
use super::{KeyRing, Purpose};
use crate::chance::Chance;

/// Bytes of a secret; the specification asks for 24 to 64.
const SECRET_BYTES: usize = 32;

/// What a secret begins with as text, so that a leaked one is recognised.
const PREFIX: &str = "whsec_";

/// A secret that an endpoint and we share. Wiped from memory at the end.
pub struct WebhookSecret(Zeroizing<Vec<u8>>);

impl WebhookSecret {
    /// A fresh one.
    pub fn new(chance: &Chance) -> Self {
        let mut bytes = Zeroizing::new(vec![0; SECRET_BYTES]);
        chance.fill(bytes.as_mut_slice());
        Self(bytes)
    }

    /// The secret as text, for who sets up the receiver: never for a log or a table.
    pub fn expose_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", STANDARD.encode(self.0.as_slice())))
    }

    /// The signature of a message: version and code, as `webhook-signature` has it.
    pub fn sign(&self, message_id: &str, seconds: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(format!("{message_id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }

    /// It sealed, for the row of its endpoint.
    pub fn seal(&self, ring: &KeyRing, endpoint: Uuid, version: u32, chance: &Chance) -> Vec<u8> {
        seal(ring, Purpose::SealWebhook, &place(endpoint, version), &self.0, chance)
    }

    /// Opens a sealed one.
    ///
    /// # Errors
    /// When it was not sealed for this row.
    pub fn open(ring: &KeyRing, endpoint: Uuid, version: u32, sealed: &[u8]) -> Result<Self, OpenError> {
        open(ring, Purpose::SealWebhook, &place(endpoint, version), sealed)
            .map(|bytes| Self(Zeroizing::new(bytes.to_vec())))
    }
}

fn place(row: Uuid, version: u32) -> Binding<'static> {
    Binding { table: "webhook_endpoint", row, version }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_sealed_secret_opens_for_its_endpoint_and_version_only_and_shows_itself_nowhere() {
        let chance = Chance::seeded(1);
        let line = KeyRing::generate_line(&chance, "k1").expect("a good id");
        let ring = KeyRing::parse(line.expose_secret()).expect("a ring");
        let secret = WebhookSecret::new(&chance);
        let sealed = secret.seal(&ring, Uuid::from_u128(1), 1, &chance);

        let opened = WebhookSecret::open(&ring, Uuid::from_u128(1), 1, &sealed).expect("it opens");
        assert_eq!(opened.expose_text(), secret.expose_text());
        assert!(WebhookSecret::open(&ring, Uuid::from_u128(2), 1, &sealed).is_err());
        assert!(WebhookSecret::open(&ring, Uuid::from_u128(1), 2, &sealed).is_err());
        assert_eq!(format!("{secret:?}"), "WebhookSecret(hidden)");
    }
}
