//! Who can see the password. Contacts and credentials have rows of their own; what matters of them here is noted in the
//! onboarding whenever it changes, so that who has the ball follows from the onboarding alone. What it stands in the way of
//! is in `obstacle`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumIter, IntoStaticStr};

use crate::domain::actor::Actor;
use crate::domain::ids::ContactId;

/// Why a password that was issued is not shown any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(EnumIter, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Gone {
    /// Every view is used.
    UsedUp,
    /// The days are over.
    Expired,
    /// A check has logged in with it.
    Proven,
}

/// The password of now, as far as it can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordAccess {
    /// Whether anybody ever looked at it.
    pub is_seen: bool,
    /// Until when it can be looked at.
    pub until: DateTime<Utc>,
    /// Why it cannot be looked at any more, if so.
    pub gone: Option<Gone>,
}

/// The contacts of today.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// Those for whom Kurve vouches: they can pick up password and query.
    pub vouched: BTreeSet<ContactId>,
    /// The others.
    pub others: BTreeSet<ContactId>,
    /// Those of both whom the school made superbeheerder by itself, and whom Kurve has not looked at since.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unconfirmed: BTreeSet<ContactId>,
}

/// That the school asked for a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordAsked {
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Who can see what; empty while nothing is known of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) password: Option<PasswordAccess>,
    #[serde(default, skip_serializing_if = "People::is_empty")]
    pub(super) people: People,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) asked: Option<PasswordAsked>,
}

impl People {
    /// Whether nobody is known.
    pub fn is_empty(&self) -> bool {
        self.vouched.is_empty() && self.others.is_empty() && self.unconfirmed.is_empty()
    }

    /// Whoever has a step that only a superbeheerder does, if Kurve has not looked at that yet.
    pub(super) fn unconfirmed_with(&self, handed_to: Option<ContactId>) -> Option<BTreeSet<ContactId>> {
        let id = handed_to.filter(|id| self.unconfirmed.contains(id))?;
        Some(BTreeSet::from([id]))
    }

    /// Those who are to do a step that takes the credentials, if Kurve vouches for none of them: the one to whom it was
    /// handed, else all.
    pub(super) fn all_unvouched(&self, handed_to: Option<ContactId>) -> Option<BTreeSet<ContactId>> {
        match handed_to {
            Some(id) if self.others.contains(&id) => Some(BTreeSet::from([id])),
            Some(id) if self.vouched.contains(&id) => None,
            // Who was removed holds nothing any more.
            Some(_) | None if self.vouched.is_empty() => Some(self.others.clone()).filter(|others| !others.is_empty()),
            Some(_) | None => None,
        }
    }
}

impl Access {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The password of now; `None` where none is issued, or nothing is known of it.
    pub fn password(&self) -> Option<&PasswordAccess> {
        self.password.as_ref()
    }

    /// The contacts of today; empty where nothing is known of them.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// That the school asked for a new password, and has none yet.
    pub fn asked(&self) -> Option<&PasswordAsked> {
        self.asked.as_ref()
    }

    /// Why the password of now is not shown any more, if so.
    pub fn gone(&self) -> Option<Gone> {
        self.password?.gone
    }
}
