//! The key ring: root keys from one secret file, and a subkey for each purpose.
//!
//! A line of the file is `ID:BASE64` (32 bytes); blank lines and lines that start with `#` do not count. Which line
//! does what:
//!
//! - The **last** line seals new secrets and signs new audit entries; both store its id with what they made.
//! - **Every** line can open what it once sealed and check what it once signed.
//! - The **first** line makes the codes that must be found again without an id beside them: the look-up key of an
//!   e-mail address, sign-in codes, CSRF tokens, and what comes back to us from a mail.
//!
//! So rotation is: append a line, restart. Never move or remove the first line; remove another line only when nothing
//! sealed or signed with it is left. Root keys are never used themselves: each purpose has its own subkey by
//! HKDF-SHA256, so a code made for one thing means nothing to another.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use secrecy::SecretString;
use sha2::Sha256;
use strum::{EnumIter, IntoStaticStr};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{hex, hmac_of_parts, same};
use crate::chance::Chance;
use crate::domain::key_fingerprint::KeyFingerprint;

/// Bytes of a root key and of a subkey.
const KEY_BYTES: usize = 32;

/// Bytes that are kept of the hash of a client's network: it has to tell clients apart, and proves nothing.
const NETWORK_BYTES: usize = 8;

/// Signs of a key id at most: it is stored with every sealed cell and audit entry.
const KEY_ID_SIGNS: usize = 16;

/// Bytes of a fingerprint: too many to meet by chance.
const FINGERPRINT_BYTES: usize = 16;

/// What a subkey is for; each has its own, so they cannot stand in for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[derive(EnumIter, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Purpose {
    /// Seals the password of a webservice user.
    SealCredential,
    /// Seals the text of a query file.
    SealQuery,
    /// Seals the one-time code secret of a member of staff.
    SealTotp,
    /// Makes the one-time code secret that an invite shows.
    TotpOfInvite,
    /// Makes the secrets of one sign-in at the provider.
    SignInTrip,
    /// Seals a registration form until its address is confirmed.
    SealRegistration,
    /// Seals a list of schools that was brought, and its rows until they are carried out.
    SealRoster,
    /// Seals what somebody typed as their session ended.
    SealKeptForm,
    /// Seals a mail as it was handed over.
    SealMail,
    /// Seals a file that came with a message.
    SealAttachment,
    /// Seals the secret of an endpoint of webhooks.
    SealWebhook,
    /// Makes the look-up key of an e-mail address.
    EmailLookup,
    /// Signs audit entries.
    Audit,
    /// Signs statements that others check without asking us.
    SignStatement,
    /// Makes CSRF tokens.
    Csrf,
    /// Hashes the digits of a sign-in code.
    AccessCode,
    /// Signs the address that a mail's delivery reports come back to.
    Bounce,
    /// Signs the address that an answer to a message comes in at.
    Reply,
    /// Signs the link with which somebody stops a kind of mail.
    Unsubscribe,
    /// Recognises a webservice password that was replaced, and is kept nowhere any more.
    ReplacedPassword,
    /// Makes of a client's network what the log and the limits of sign-in may know of it.
    ClientNetwork,
    /// Makes what is kept of a key, to know it again.
    Fingerprint,
}

impl Purpose {
    /// The name that goes into the subkey; changing one makes everything made with it unreadable.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Why a text is not a key ring; says what to do, and never shows the text itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// There is no line with a key.
    #[error("there is no key: add a line ID:BASE64, where BASE64 is 32 random bytes")]
    Empty,
    /// A line without a colon.
    #[error("line {line} has no colon: write ID:BASE64, one key a line")]
    NoColon {
        /// Counted from 1.
        line: usize,
    },
    /// A line whose id has other signs, or none, or too many.
    #[error("line {line} has an id that is not 1 to 16 signs of a-z, 0-9 and hyphen: write ID:BASE64, the id first")]
    BadId {
        /// Counted from 1.
        line: usize,
    },
    /// A second line with the same id.
    #[error("line {line} repeats the id {id}: give each key its own id")]
    RepeatedId {
        /// Counted from 1.
        line: usize,
        /// The id, which is no secret.
        id: String,
    },
    /// A key that is not 32 bytes of base64.
    #[error("line {line} ({id}) is not base64 of exactly 32 bytes: 44 signs, the last one `=`")]
    BadKey {
        /// Counted from 1.
        line: usize,
        /// The id, which is no secret.
        id: String,
    },
    /// A key that everybody can guess, or that another line has too.
    #[error("line {line} ({id}) is not a random key, or repeats the key of another line: make a new one")]
    WeakKey {
        /// Counted from 1.
        line: usize,
        /// The id, which is no secret.
        id: String,
    },
}

/// A key id that the ring does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key ring has no key `{0}`: put its line back")]
pub struct UnknownKey(pub String);

/// The root keys, in the order of their file; never empty, cheap to clone, wiped from memory at the end.
#[derive(Clone)]
pub struct KeyRing(Arc<[RootKey]>);

struct RootKey {
    id: String,
    bytes: Zeroizing<[u8; KEY_BYTES]>,
}

impl KeyRing {
    /// Reads the lines of a key file.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let mut keys: Vec<RootKey> = Vec::new();
        for (index, content) in text.lines().enumerate() {
            let content = content.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let key = parse_line(index + 1, content, &keys)?;
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(KeyRingError::Empty);
        }
        Ok(Self(keys.into()))
    }

    /// A new line for a key file; `id` must be a valid key id.
    pub fn generate_line(chance: &Chance, id: &str) -> Result<SecretString, KeyRingError> {
        if !is_key_id(id) {
            return Err(KeyRingError::BadId { line: 1 });
        }
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        chance.fill(bytes.as_mut_slice());
        let encoded = Zeroizing::new(STANDARD.encode(bytes.as_slice()));
        Ok(format!("{id}:{}", encoded.as_str()).into())
    }

    /// The ids of all keys, in the order of the file, for the doctor.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|key| key.id.as_str())
    }

    /// What is kept of each key, in the order of the file, to know the ring again.
    pub fn fingerprints(&self) -> Vec<KeyFingerprint> {
        let kept = |(place, key): (usize, &RootKey)| {
            let code = hmac_of_parts(&key.subkey(Purpose::Fingerprint), &[]);
            let fingerprint = hex(code.get(..FINGERPRINT_BYTES).unwrap_or(&code));
            KeyFingerprint { id: key.id.clone(), fingerprint, is_first: place == 0 }
        };
        self.0.iter().enumerate().map(kept).collect()
    }

    /// The id of the key that seals and signs now.
    pub fn sealing_id(&self) -> &str {
        &self.last().id
    }

    /// The look-up key of an e-mail address that is already trimmed and in lower case: 64 signs of hexadecimal.
    pub fn email_key(&self, lower_case_address: &str) -> String {
        let key = self.first().subkey(Purpose::EmailLookup);
        hex(&hmac_of_parts(&key, &[lower_case_address.as_bytes()]))
    }

    /// What is kept of a webservice password that was replaced: enough to know it when somebody types it.
    pub fn replaced_password(&self, credential: Uuid, bare: &[u8]) -> [u8; 32] {
        self.first_mac(Purpose::ReplacedPassword, &[credential.as_bytes().as_slice(), bare])
    }

    /// What may be kept and logged of the network of a client: the same for the same one, and nothing that tells which.
    pub fn client_network(&self, network: IpAddr) -> String {
        hex(&self.first_mac(Purpose::ClientNetwork, &[network.to_string().as_bytes()])[..NETWORK_BYTES])
    }

    /// Signs the parts of an audit entry, with the sealing key for a new entry (`None`) or the key it was signed with.
    pub fn audit_mac(&self, key_id: Option<&str>, parts: &[&[u8]]) -> Result<(String, [u8; 32]), UnknownKey> {
        let root = match key_id {
            None => self.last(),
            Some(id) => self.find(id).ok_or_else(|| UnknownKey(id.to_owned()))?,
        };
        Ok((root.id.clone(), hmac_of_parts(&root.subkey(Purpose::Audit), parts)))
    }

    /// The CSRF token of a session, or of a browser that has none yet.
    pub fn csrf_token(&self, session_or_browser: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(self.first_mac(Purpose::Csrf, &[session_or_browser]))
    }

    /// Whether a posted text is the CSRF token of this session or browser.
    pub fn is_csrf_token(&self, session_or_browser: &[u8], posted: &str) -> bool {
        same(self.csrf_token(session_or_browser).as_bytes(), posted.as_bytes())
    }

    /// A code by the first key, for what must be found or compared without an id beside it.
    pub(super) fn first_mac(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        hmac_of_parts(&self.first().subkey(purpose), parts)
    }

    /// The subkey that seals new things, with its id.
    pub(super) fn sealing_key(&self, purpose: Purpose) -> (&str, Zeroizing<[u8; KEY_BYTES]>) {
        (&self.last().id, self.last().subkey(purpose))
    }

    /// The subkey of the key with this id, if the ring holds it.
    pub(super) fn opening_key(&self, id: &str, purpose: Purpose) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
        self.find(id).map(|key| key.subkey(purpose))
    }

    fn first(&self) -> &RootKey {
        self.0.first().expect("a key ring is never empty")
    }

    fn last(&self) -> &RootKey {
        self.0.last().expect("a key ring is never empty")
    }

    fn find(&self, id: &str) -> Option<&RootKey> {
        self.0.iter().find(|key| key.id == id)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ids()).finish()
    }
}

impl RootKey {
    fn subkey(&self, purpose: Purpose) -> Zeroizing<[u8; KEY_BYTES]> {
        let mut subkey = Zeroizing::new([0; KEY_BYTES]);
        let info = format!("koppelklaar/v1/{}", purpose.as_str());
        Hkdf::<Sha256>::new(None, self.bytes.as_slice())
            .expand(info.as_bytes(), subkey.as_mut_slice())
            .expect("HKDF-SHA256 gives up to 8160 bytes and we ask 32");
        subkey
    }
}

/// Whether a text may name a key.
pub(super) fn is_key_id(text: &str) -> bool {
    (1..=KEY_ID_SIGNS).contains(&text.len())
        && text.bytes().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'-')
}

fn parse_line(line: usize, content: &str, earlier: &[RootKey]) -> Result<RootKey, KeyRingError> {
    let (id, encoded) = content.split_once(':').ok_or(KeyRingError::NoColon { line })?;
    // Who swaps the two puts the key in the place of the id, so a bad id is never shown.
    if !is_key_id(id) {
        return Err(KeyRingError::BadId { line });
    }
    let id = id.to_owned();
    if earlier.iter().any(|key| key.id == id) {
        return Err(KeyRingError::RepeatedId { line, id });
    }
    let decoded = STANDARD.decode(encoded).map(Zeroizing::new);
    let decoded = decoded.map_err(|_| KeyRingError::BadKey { line, id: id.clone() })?;
    let bytes = <[u8; KEY_BYTES]>::try_from(decoded.as_slice())
        .map(Zeroizing::new)
        .map_err(|_| KeyRingError::BadKey { line, id: id.clone() })?;
    // Thirty-two times one byte is a placeholder that somebody forgot to replace.
    let is_placeholder = bytes.iter().all(|byte| *byte == bytes[0]);
    if is_placeholder || earlier.iter().any(|key| same(key.bytes.as_slice(), bytes.as_slice())) {
        return Err(KeyRingError::WeakKey { line, id });
    }
    Ok(RootKey { id, bytes })
}

#[cfg(test)]
mod tests;
