//! What a yes rests on: who said or saw it, when, and on what ground.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use strum::{EnumIter, IntoStaticStr};

use crate::domain::actor::Actor;
use crate::domain::text::{Reason, TicketRef};

/// How sure a yes is; later is stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(EnumIter, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Evidence {
    /// Someone of the school said so.
    Claimed,
    /// Kurve said so, or Magister's ticket reference was given.
    Confirmed,
    /// The connection check saw it.
    Proven,
}

impl Evidence {
    /// The stored name, also used by the API.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// On what ground something was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum Ground {
    /// The person's word alone.
    Word,
    /// A remark of that person.
    Remark(Reason),
    /// Why Kurve went on although the newest connection check was no ground for it.
    Despite(Despite),
    /// Magister's ticket reference.
    Ticket(TicketRef),
    /// The credentials of this version.
    Credentials(u32),
}

/// Why Kurve went on although the newest connection check did not pass, or was older than a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Despite {
    /// Why.
    pub reason: Reason,
    /// The stable code of that check.
    pub code: String,
    /// When it was made.
    pub checked_at: DateTime<Utc>,
}

impl Ground {
    /// The person's own words, if they gave any.
    pub fn words(&self) -> Option<&Reason> {
        match self {
            Self::Remark(words) | Self::Despite(Despite { reason: words, .. }) => Some(words),
            Self::Word | Self::Ticket(_) | Self::Credentials(_) => None,
        }
    }

    /// Whether two are the same as far as a person typed them.
    pub fn is_typed_like(&self, other: &Self) -> bool {
        self == other || self.words().is_some_and(|words| Some(words) == other.words())
    }
}

/// One statement that a step is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// Who said or saw it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// On what ground.
    pub ground: Ground,
}

/// Everything that supports a yes, strongest counts; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    #[serde(deserialize_with = "not_empty")]
    given: BTreeMap<Evidence, Given>,
}

fn not_empty<'de, D: Deserializer<'de>>(stored: D) -> Result<BTreeMap<Evidence, Given>, D::Error> {
    let given = BTreeMap::deserialize(stored)?;
    if given.is_empty() { Err(D::Error::custom("an answer without a statement")) } else { Ok(given) }
}

impl Answer {
    pub(super) fn new(evidence: Evidence, given: Given) -> Self {
        Self { given: BTreeMap::from([(evidence, given)]) }
    }

    /// Since when it is yes, whatever was added to that later.
    pub fn since(&self) -> DateTime<Utc> {
        self.given.values().map(|given| given.at).min().expect("an answer is never empty")
    }

    /// When the youngest statement was made.
    pub fn last_said_at(&self) -> DateTime<Utc> {
        self.given.values().map(|given| given.at).max().expect("an answer is never empty")
    }

    /// Whether a check saw it.
    pub fn is_proven(&self) -> bool {
        self.given.contains_key(&Evidence::Proven)
    }

    /// The strongest evidence.
    pub fn evidence(&self) -> Evidence {
        self.strongest().0
    }

    /// The strongest statement with its evidence.
    pub fn strongest(&self) -> (Evidence, &Given) {
        let (evidence, given) =
            self.given.last_key_value().expect("an answer is made with one statement and never emptied");
        (*evidence, given)
    }

    /// The statement of one kind, if there is one.
    pub fn with(&self, evidence: Evidence) -> Option<&Given> {
        self.given.get(&evidence)
    }

    /// Whether this kind of evidence is all there is.
    pub fn rests_only_on(&self, evidence: Evidence) -> bool {
        self.given.len() == 1 && self.given.contains_key(&evidence)
    }

    pub(super) fn add(&mut self, evidence: Evidence, given: Given) {
        self.given.insert(evidence, given);
    }

    /// The last ground stays: a step without any falls, and that is another change.
    pub(super) fn drop_evidence(&mut self, evidence: Evidence) {
        if !self.rests_only_on(evidence) {
            self.given.remove(&evidence);
        }
    }
}
