//! Sealed cells: secrets that we must be able to read back, encrypted and bound to the row they belong to.
//!
//! XChaCha20-Poly1305 with a subkey per purpose and a nonce from [`Chance`]. The associated data holds purpose, key id,
//! table, row and version, so a cell that is copied to another row, another column or an older version does not open.
//! An opened cell is wiped from memory when it is dropped; who opens it, when, and how often is no matter of this file.
//!
//! The stored bytes: format (1), length of the key id (1), key id, nonce (24), ciphertext with its tag (16 more than
//! the secret).

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::keys::{KeyRing, Purpose, is_key_id};
use super::length_of;
use crate::chance::Chance;

/// The first byte of a sealed cell; another value means another layout.
const FORMAT: u8 = 1;

/// Bytes of the nonce: long enough to be drawn at random for every cell we will ever seal.
const NONCE_BYTES: usize = 24;

/// Where a sealed cell belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding<'a> {
    /// The table of the row.
    pub table: &'a str,
    /// The identity of the row.
    pub row: Uuid,
    /// Which renewal of the secret it is, or 0 where there is only one.
    pub version: u32,
}

/// Why a sealed cell does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// These bytes were not sealed by us, or by a later release.
    #[error("the sealed cell has an unknown layout")]
    Malformed,
    /// The key ring misses a line.
    #[error("the sealed cell needs key `{key_id}`, which the key ring does not hold: put its line back")]
    UnknownKey {
        /// The id that the cell names.
        key_id: String,
    },
    /// The cell was changed, belongs to another row, version or purpose, or the line of its key was replaced.
    #[error("the sealed cell was changed, or does not belong to this row")]
    Refused,
}

/// Seals a secret for one place, with the key ring's newest key.
pub fn seal(ring: &KeyRing, purpose: Purpose, place: &Binding<'_>, secret: &[u8], chance: &Chance) -> Vec<u8> {
    let (key_id, key) = ring.sealing_key(purpose);
    let mut nonce = [0; NONCE_BYTES];
    chance.fill(&mut nonce);
    let associated = associated_data(purpose, key_id, place);
    let ciphertext = cipher(&key)
        .encrypt(&XNonce::from(nonce), Payload { msg: secret, aad: &associated })
        .expect("a cell is far smaller than the 256 GB this cipher takes");

    let key_id_len = u8::try_from(key_id.len()).expect("a key id has at most 16 signs");
    [&[FORMAT, key_id_len], key_id.as_bytes(), &nonce, &ciphertext].concat()
}

/// Opens a cell that was sealed for this purpose and place.
pub fn open(
    ring: &KeyRing,
    purpose: Purpose,
    place: &Binding<'_>,
    cell: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let Cell { key_id, nonce, ciphertext } = split(cell)?;
    let key = ring.opening_key(key_id, purpose).ok_or_else(|| OpenError::UnknownKey { key_id: key_id.to_owned() })?;
    let associated = associated_data(purpose, key_id, place);
    cipher(&key)
        .decrypt(&XNonce::from(nonce), Payload { msg: ciphertext, aad: &associated })
        .map(Zeroizing::new)
        .map_err(|_| OpenError::Refused)
}

/// The id of the key that a cell was sealed with, to find what a retired key still holds.
pub fn key_id(cell: &[u8]) -> Result<&str, OpenError> {
    split(cell).map(|cell| cell.key_id)
}

fn cipher(key: &Zeroizing<[u8; 32]>) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new_from_slice(key.as_slice()).expect("a subkey has the 32 bytes that the cipher takes")
}

/// The parts of a sealed cell.
struct Cell<'a> {
    key_id: &'a str,
    nonce: [u8; NONCE_BYTES],
    ciphertext: &'a [u8],
}

fn split(cell: &[u8]) -> Result<Cell<'_>, OpenError> {
    let [FORMAT, key_id_len, rest @ ..] = cell else {
        return Err(OpenError::Malformed);
    };
    let (key_id, rest) = rest.split_at_checked(usize::from(*key_id_len)).ok_or(OpenError::Malformed)?;
    let (nonce, ciphertext) = rest.split_first_chunk().ok_or(OpenError::Malformed)?;
    let key_id = std::str::from_utf8(key_id).ok().filter(|id| is_key_id(id)).ok_or(OpenError::Malformed)?;
    Ok(Cell { key_id, nonce: *nonce, ciphertext })
}

fn associated_data(purpose: Purpose, key_id: &str, place: &Binding<'_>) -> Vec<u8> {
    let version = place.version.to_be_bytes();
    let parts: [&[u8]; 6] = [
        &[FORMAT],
        purpose.as_str().as_bytes(),
        key_id.as_bytes(),
        place.table.as_bytes(),
        place.row.as_bytes(),
        &version,
    ];
    parts.iter().flat_map(|part| [length_of(part).as_slice(), part].concat()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    const SECRET: &[u8] = b"k7m2 p9qa";

    fn line(seed: u64, id: &str) -> String {
        let line = KeyRing::generate_line(&Chance::seeded(seed), id).expect("a valid id");
        line.expose_secret().to_owned()
    }

    fn ring(ids: &[&str]) -> KeyRing {
        let lines: Vec<_> = ids.iter().map(|id| line(u64::from(id.as_bytes()[0]), id)).collect();
        KeyRing::parse(&lines.join("\n")).expect("a valid ring")
    }

    fn place(row: u128, version: u32) -> Binding<'static> {
        Binding { table: "credential", row: Uuid::from_u128(row), version }
    }

    fn sealed(ring: &KeyRing) -> Vec<u8> {
        seal(ring, Purpose::SealCredential, &place(1, 1), SECRET, &Chance::seeded(5))
    }

    #[test]
    fn a_cell_opens_in_its_own_place_and_nowhere_else() {
        let ring = ring(&["a"]);
        let cell = sealed(&ring);
        let elsewhere = Binding { table: "registration", ..place(1, 1) };
        let open = |purpose, place: &Binding<'_>| open(&ring, purpose, place, &cell);

        assert_eq!(open(Purpose::SealCredential, &place(1, 1)).expect("its own place").as_slice(), SECRET);
        assert_eq!(open(Purpose::SealCredential, &place(2, 1)), Err(OpenError::Refused));
        assert_eq!(open(Purpose::SealCredential, &place(1, 2)), Err(OpenError::Refused));
        assert_eq!(open(Purpose::SealCredential, &elsewhere), Err(OpenError::Refused));
        assert_eq!(open(Purpose::SealQuery, &place(1, 1)), Err(OpenError::Refused));
    }

    #[test]
    fn a_rotated_ring_opens_old_cells_and_seals_with_the_new_key() {
        let old_cell = sealed(&ring(&["a"]));
        let rotated = ring(&["a", "b"]);
        let new_cell = sealed(&rotated);

        assert_eq!(key_id(&old_cell), Ok("a"));
        assert_eq!(key_id(&new_cell), Ok("b"));
        for cell in [&old_cell, &new_cell] {
            let opened = open(&rotated, Purpose::SealCredential, &place(1, 1), cell).expect("a key of the ring");
            assert_eq!(opened.as_slice(), SECRET);
        }
    }

    #[test]
    fn a_missing_key_is_named() {
        let cell = sealed(&ring(&["a", "b"]));

        let error = open(&ring(&["a"]), Purpose::SealCredential, &place(1, 1), &cell);

        assert_eq!(error, Err(OpenError::UnknownKey { key_id: "b".into() }));
    }

    #[test]
    fn another_key_under_the_same_id_opens_nothing() {
        let cell = sealed(&ring(&["a"]));
        let other = KeyRing::parse(&line(999, "a")).expect("a valid ring");

        assert_eq!(open(&other, Purpose::SealCredential, &place(1, 1), &cell), Err(OpenError::Refused));
    }

    #[test]
    fn the_same_secret_never_gives_the_same_cell() {
        let ring = ring(&["a"]);
        let chance = Chance::seeded(5);
        let seal = || seal(&ring, Purpose::SealCredential, &place(1, 1), SECRET, &chance);

        assert_ne!(seal(), seal());
    }

    #[test]
    fn no_shortened_cell_opens() {
        let ring = ring(&["a"]);
        let cell = sealed(&ring);

        for length in 0..cell.len() {
            assert!(open(&ring, Purpose::SealCredential, &place(1, 1), &cell[..length]).is_err(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn a_cell_with_one_bent_byte_never_opens(at in any::<prop::sample::Index>(), bend in 1..=u8::MAX) {
            let ring = ring(&["a", "b"]);
            let mut cell = sealed(&ring);
            let at = at.index(cell.len());
            cell[at] ^= bend;

            prop_assert!(open(&ring, Purpose::SealCredential, &place(1, 1), &cell).is_err());
        }

        #[test]
        fn arbitrary_bytes_never_open_and_never_panic(cell in prop::collection::vec(any::<u8>(), 0..120)) {
            let ring = ring(&["a"]);

            prop_assert!(open(&ring, Purpose::SealCredential, &place(1, 1), &cell).is_err());
        }

        #[test]
        fn every_secret_comes_back_whole(secret in prop::collection::vec(any::<u8>(), 0..400), seed in any::<u64>()) {
            let ring = ring(&["a"]);
            let cell = seal(&ring, Purpose::SealQuery, &place(1, 1), &secret, &Chance::seeded(seed));

            let opened = open(&ring, Purpose::SealQuery, &place(1, 1), &cell).expect("its own place");
            prop_assert_eq!(opened.as_slice(), secret.as_slice());
        }
    }
}
