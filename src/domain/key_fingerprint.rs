//! Whether a key ring is the one that a database was made with, by what is kept of each of its keys.

/// What is kept of a key: enough to know it again, and nothing to make it from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFingerprint {
    /// The id of the key.
    pub id: String,
    /// The fingerprint, in hexadecimal.
    pub fingerprint: String,
    /// Whether its line is the first.
    pub is_first: bool,
}

/// Why a key ring cannot be used with a database, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrongKeys {
    /// No key of the ring was ever used here.
    #[error("these keys are not this database's: none of them was used here before. Put back the ring that was")]
    NoneKnown,
    /// A key has the id of another one.
    #[error("these keys are not this database's: `{id}` was another key before. Put back the ring that was used")]
    Another {
        /// The id of both.
        id: String,
    },
    /// A key is here under another id.
    #[error("these keys are not this database's: the key `{was}` is called `{now}` now. Give it back its id")]
    Renamed {
        /// What it was called.
        was: String,
        /// What it is called on the ring.
        now: String,
    },
    /// Another key than the first one stands in front.
    #[error("the first line moved: addresses are looked up with `{id}`. Put its line back as the first one")]
    FirstMoved {
        /// The key that was first.
        id: String,
    },
    /// The first key does not find the addresses that are here; nothing was kept of the one that does.
    #[error("the first line moved: addresses were looked up with another key. Put its line back as the first one")]
    FirstUnknown,
    /// A key is gone with which entries of the audit were signed.
    #[error("the key `{id}` is not on the ring, and entries of the audit are signed with it. Put its line back")]
    Gone {
        /// The key.
        id: String,
    },
}

/// What a ring has beside what is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// The keys of which nothing is kept yet.
    pub new: Vec<KeyFingerprint>,
    /// The ids of which something is kept, and that are not on the ring.
    pub gone: Vec<String>,
}

/// Holds a ring, in the order of its lines, against what is kept of an earlier one.
///
/// # Errors
/// When the ring is another one, or its first line is.
pub fn compare(kept: &[KeyFingerprint], ring: &[KeyFingerprint]) -> Result<Difference, WrongKeys> {
    if kept.is_empty() {
        return Ok(Difference { new: ring.to_vec(), gone: vec![] });
    }
    let mut new = vec![];
    for key in ring {
        let same = |known: &&KeyFingerprint| known.fingerprint == key.fingerprint;
        match (kept.iter().find(|known| known.id == key.id), kept.iter().find(same)) {
            (Some(known), _) if known.fingerprint == key.fingerprint => {}
            (Some(_), _) => return Err(WrongKeys::Another { id: key.id.clone() }),
            (None, Some(known)) => return Err(WrongKeys::Renamed { was: known.id.clone(), now: key.id.clone() }),
            (None, None) => new.push(KeyFingerprint { is_first: false, ..key.clone() }),
        }
    }
    if new.len() == ring.len() {
        return Err(WrongKeys::NoneKnown);
    }
    let first = kept.iter().find(|known| known.is_first);
    if let Some(first) = first.filter(|first| ring.first().is_none_or(|key| key.id != first.id)) {
        return Err(WrongKeys::FirstMoved { id: first.id.clone() });
    }
    let is_gone = |known: &&KeyFingerprint| ring.iter().all(|key| key.id != known.id);
    Ok(Difference { new, gone: kept.iter().filter(is_gone).map(|known| known.id.clone()).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ring of keys `id=fingerprint`, in order.
    fn ring(text: &str) -> Vec<KeyFingerprint> {
        let keys = text.split_whitespace().filter_map(|key| key.split_once('=')).enumerate();
        keys.map(|(place, (id, fingerprint))| KeyFingerprint {
            id: id.to_owned(),
            fingerprint: fingerprint.to_owned(),
            is_first: place == 0,
        })
        .collect()
    }

    #[test]
    fn a_ring_that_grew_at_its_end_is_taken_and_every_other_one_refused_by_name() {
        let id = |id: &str| id.to_owned();
        let another = WrongKeys::Another { id: id("k1") };
        let moved = WrongKeys::FirstMoved { id: id("k1") };
        let renamed = WrongKeys::Renamed { was: id("k2"), now: id("k3") };
        for (kept, now, expected) in [
            ("", "k1=a k2=b", Ok((vec!["k1", "k2"], vec![]))),
            ("k1=a", "k1=a", Ok((vec![], vec![]))),
            ("k1=a", "k1=a k2=b", Ok((vec!["k2"], vec![]))),
            ("k1=a k2=b", "k1=a k3=c k2=b", Ok((vec!["k3"], vec![]))),
            ("k1=a k2=b k3=c", "k1=a k3=c", Ok((vec![], vec!["k2"]))),
            ("k1=a", "k1=z", Err(another.clone())),
            ("k1=a", "k1=z k2=b", Err(another)),
            ("k1=a", "x1=z", Err(WrongKeys::NoneKnown)),
            ("k1=a k2=b", "k2=b k1=a", Err(moved.clone())),
            ("k1=a", "k0=z k1=a", Err(moved.clone())),
            ("k1=a k2=b", "k2=b", Err(moved)),
            ("k1=a k2=b", "k1=a k3=b", Err(renamed)),
        ] {
            let found = compare(&ring(kept), &ring(now));

            let names = |found: &Difference| {
                (found.new.iter().map(|key| key.id.clone()).collect::<Vec<_>>(), found.gone.clone())
            };
            let expected =
                expected.map(|(new, gone)| (new.into_iter().map(id).collect(), gone.into_iter().map(id).collect()));
            assert_eq!(found.as_ref().map(names).map_err(Clone::clone), expected, "{kept} → {now}");
        }
    }

    #[test]
    fn only_the_first_line_of_a_new_installation_is_kept_as_the_first() {
        let firsts = |kept: &str, now: &str| {
            let new = compare(&ring(kept), &ring(now)).expect("a good ring").new;
            new.into_iter().map(|key| key.is_first).collect::<Vec<_>>()
        };

        assert_eq!(firsts("", "k1=a k2=b"), [true, false]);
        assert_eq!(firsts("k1=a", "k1=a k2=b"), [false]);
    }
}
