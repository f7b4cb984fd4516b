//! Whether the audit is whole, and where it ends.

use std::fmt;
use std::str::FromStr;

use crate::chance::Chance;
use crate::crypto::{digest, hex, same};
use crate::services::{Context, ServiceError};
use crate::store::operations::audit::{self, RawEntry};
use crate::store::operations::audit_texts::{self, Concealed, KeptText};

/// Bytes of the salt of a text.
const SALT_BYTES: usize = 32;

/// How many entries are read at once.
const STRETCH: u64 = 1000;

/// Bytes of the hash of an entry.
const HASH_BYTES: usize = 32;

/// The hash of the last entry at some moment: written down elsewhere, it shows later that no tail was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head([u8; HASH_BYTES]);

/// The text is not a hash of the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the 64 signs of 0-9 and a-f that `koppelklaar audit verify` printed")]
pub struct BadHead;

impl FromStr for Head {
    type Err = BadHead;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let signs = text.trim().as_bytes();
        let mut bytes = [0; HASH_BYTES];
        if signs.len() != 2 * HASH_BYTES {
            return Err(BadHead);
        }
        for (byte, pair) in bytes.iter_mut().zip(signs.chunks(2)) {
            let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|sign| sign.is_ascii_hexdigit()));
            *byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()).ok_or(BadHead)?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// Where the audit ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// How many entries there are.
    pub entries: i64,
    /// The hash of the last one.
    pub head: Head,
}

/// What checking the audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Every entry is as it was written and follows the one before.
    Whole {
        /// How many entries there are.
        entries: i64,
        /// The last hash, in hex: written down elsewhere, it shows later that no tail was cut off.
        last: String,
    },
    /// This entry is the first that is not as it was written, or does not follow the one before.
    Broken {
        /// Its id.
        id: i64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Every entry follows the one before, but none has the hash that was noted: entries were cut off, or written anew.
    Cut {
        /// How many entries there are.
        entries: i64,
        /// The hash that was noted.
        head: Head,
    },
}

/// What stands in the chain for a text. Without the salt nobody can try which text it was.
pub fn conceal(chance: &Chance, text: &str) -> Concealed {
    let mut salt = vec![0; SALT_BYTES];
    chance.fill(&mut salt);
    Concealed { hash: hash_of(&salt, text), salt }
}

fn hash_of(salt: &[u8], text: &str) -> String {
    hex(&digest(&[salt, text.as_bytes()]))
}

/// Checks every entry from the first on.
pub async fn verify(context: &Context) -> Result<Finding, ServiceError> {
    verify_with(context, &[]).await
}

/// The same, and looks for hashes that were noted earlier.
pub async fn verify_with(context: &Context, heads: &[Head]) -> Result<Finding, ServiceError> {
    let mut last_id = 0;
    let mut last_mac = vec![];
    let mut missing = heads.to_vec();
    let mut texts = TextsSeen::default();
    loop {
        let stretch = audit::list_raw(context.db.reader(), last_id, STRETCH).await?;
        if stretch.is_empty() {
            if let Some(broken) = texts.judge() {
                return Ok(broken);
            }
            let whole = Finding::Whole { entries: last_id, last: hex(&last_mac) };
            let cut = |head| Finding::Cut { entries: last_id, head };
            return Ok(missing.first().copied().map_or(whole, cut));
        }
        for entry in &stretch {
            if let Some(what) = fault(context, entry, last_id, &last_mac) {
                return Ok(Finding::Broken { id: last_id + 1, what });
            }
            last_id = entry.id();
            last_mac = entry.mac().to_vec();
            missing.retain(|head| head.0.as_slice() != last_mac);
        }
        if let Some(broken) = texts.look_at(context, &stretch).await? {
            return Ok(broken);
        }
    }
}

/// What was seen of the texts beside the chain.
#[derive(Default)]
struct TextsSeen {
    /// The first entry of which a text is gone.
    first_gone: Option<i64>,
    /// How many are gone.
    gone: u64,
    /// How many were erased, as the audit says.
    erased: u64,
}

impl TextsSeen {
    /// Each text that is kept must be the one whose hash stands in its entry.
    async fn look_at(&mut self, context: &Context, stretch: &[RawEntry]) -> Result<Option<Finding>, ServiceError> {
        self.erased += stretch.iter().map(RawEntry::erased).sum::<u64>();
        let with_texts: Vec<_> = stretch.iter().map(|entry| (entry.id(), entry.places())).collect();
        let ids: Vec<i64> = with_texts.iter().filter(|(_, places)| !places.is_empty()).map(|(id, _)| *id).collect();
        let kept = audit_texts::list_of(context.db.reader(), &ids).await?;
        for (id, places) in with_texts {
            for place in places {
                let its = |text: &&KeptText| text.entry == id && text.field == place.field;
                match kept.iter().find(its) {
                    Some(text) if hash_of(&text.salt, &text.text) == place.hash => {}
                    Some(_) => return Ok(Some(Finding::Broken { id, what: "a text of it was changed" })),
                    None => {
                        self.gone += 1;
                        self.first_gone.get_or_insert(id);
                    }
                }
            }
        }
        Ok(None)
    }

    /// Texts go by erasure only, and the audit says how many.
    fn judge(&self) -> Option<Finding> {
        let id = self.first_gone.filter(|_| self.gone > self.erased)?;
        Some(Finding::Broken { id, what: "more texts are gone from here on than were erased" })
    }
}

/// Where the audit ends; `None` while it is empty.
pub async fn find_end(context: &Context) -> Result<Option<End>, ServiceError> {
    let last = audit::find_last_raw(context.db.reader()).await?;
    let end = |entry: RawEntry| {
        let head = entry.mac().try_into().map(Head).map_err(|_| ServiceError::Broken("a hash of another length"))?;
        Ok(End { entries: entry.id(), head })
    };
    last.map(end).transpose()
}

/// Writes where the audit ends to the log, which lies elsewhere than the database; returns how many ends it wrote.
pub async fn note_end(context: &Context) -> Result<u64, ServiceError> {
    let Some(End { entries, head }) = find_end(context).await? else { return Ok(0) };
    tracing::info!(audit.entries = entries, audit.head = %head, "The audit ends here");
    Ok(1)
}

fn fault(context: &Context, entry: &RawEntry, last_id: i64, last_mac: &[u8]) -> Option<&'static str> {
    if entry.id() != last_id + 1 {
        return Some("the entry is missing");
    }
    if entry.prev_mac() != last_mac {
        return Some("it does not follow the entry before");
    }
    match entry.hashed(|parts| context.keys.audit_mac(Some(entry.key_id()), parts)) {
        Err(_) => Some("the key it was hashed with is not on the key ring"),
        Ok((_, expected)) if same(&expected, entry.mac()) => None,
        Ok(_) => Some("it was changed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_is_printed_and_nothing_else_is_one() {
        let text = "00ff".repeat(16);

        assert_eq!(text.parse::<Head>().map(|head| head.to_string()), Ok(text.clone()));
        assert_eq!(
            format!(" {}\n", text.to_uppercase()).parse::<Head>().map(|head| head.to_string()),
            Ok(text.clone())
        );
        for wrong in
            ["", "?", &text[1..], &format!("{text}0"), &text.replacen('0', "g", 1), &text.replacen("00", "+1", 1)]
        {
            assert_eq!(wrong.parse::<Head>(), Err(BadHead), "{wrong}");
        }
    }
}
