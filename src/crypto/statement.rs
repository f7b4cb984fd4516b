//! Statements that somebody else can check without asking us: a JWS (RFC 7515) in its compact form, signed by Ed25519
//! (RFC 8037), and the public keys to check them with (RFC 7517).
//!
//! The key pair follows from a root key, so there is nothing more to keep. A root key that is added signs from then on, and
//! what the ones before signed can still be checked.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde::Serialize;

use super::{KeyRing, Purpose, digest, hex};

/// Bytes of the name of a key: enough to tell a handful apart.
const KEY_NAME_BYTES: usize = 8;

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    kid: &'a str,
}

/// A public key, as a JWK.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicKey {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    r#use: &'static str,
    /// Its name, which a statement gives.
    pub kid: String,
    /// The key, in base64url.
    pub x: String,
}

/// Signs claims: the statement.
pub fn sign(ring: &KeyRing, claims: &impl Serialize) -> String {
    let pair = pair_of(ring, ring.sealing_id());
    let header = Header { alg: "EdDSA", typ: "JWT", kid: &name_of(&pair) };
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(pair.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// The public keys of all root keys.
pub fn public_keys(ring: &KeyRing) -> Vec<PublicKey> {
    let public_key = |id: &str| {
        let pair = pair_of(ring, id);
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        PublicKey { kty: "OKP", crv: "Ed25519", alg: "EdDSA", r#use: "sig", kid: name_of(&pair), x }
    };
    ring.ids().map(public_key).collect()
}

fn pair_of(ring: &KeyRing, id: &str) -> Ed25519KeyPair {
    let seed = ring.opening_key(id, Purpose::SignStatement).expect("the ring names its own keys");
    Ed25519KeyPair::from_seed_unchecked(seed.as_slice()).expect("32 bytes are a seed")
}

fn name_of(pair: &Ed25519KeyPair) -> String {
    hex(&digest(&[pair.public_key().as_ref()])[..KEY_NAME_BYTES])
}

fn part(claims: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).expect("it is plain data"))
}
