//! Where the whole of an onboarding stands. It is computed from the pause and the schools, never stored.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, EnumIter, EnumString, IntoStaticStr, VariantNames};

use crate::domain::text::Reason;

/// Where the onboarding as a whole stands, or one school of it.
#[derive(Debug, Clone, PartialEq, Eq, IntoStaticStr, VariantNames, EnumDiscriminants)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(Status), doc = "Where it stands, without since when and why.")]
#[strum_discriminants(derive(Hash, PartialOrd, Ord, EnumIter, EnumString, IntoStaticStr))]
#[strum_discriminants(strum(serialize_all = "snake_case"))]
pub enum Lifecycle {
    /// Under way.
    Active,
    /// Laid aside; nobody is reminded.
    Paused {
        /// Since when.
        since: DateTime<Utc>,
        /// Why.
        reason: Reason,
        /// The Amsterdam date on which it resumes by itself.
        until: NaiveDate,
    },
    /// The school stops or chose Optie B.
    Withdrawn {
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: Reason,
    },
    /// The school reported that the import is done.
    Completed {
        /// When.
        at: DateTime<Utc>,
    },
}

impl Lifecycle {
    /// The stable name.
    pub fn as_str(&self) -> &'static str {
        self.into()
    }

    /// Whether the school stopped.
    pub fn is_withdrawn(&self) -> bool {
        matches!(self, Self::Withdrawn { .. })
    }

    /// Whether somebody laid it aside.
    pub fn is_paused(&self) -> bool {
        matches!(self, Self::Paused { .. })
    }

    /// Whether the import was reported done.
    pub fn is_completed(&self) -> bool {
        matches!(self, Self::Completed { .. })
    }
}

impl Status {
    /// The stable name, that of the [`Lifecycle`].
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// That a connection is laid aside, with all its schools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// Since when.
    pub since: DateTime<Utc>,
    /// Why.
    pub reason: Reason,
    /// The Amsterdam date on which it resumes by itself.
    pub until: NaiveDate,
}

impl Pause {
    pub(super) fn lifecycle(&self) -> Lifecycle {
        let Self { since, reason, until } = self.clone();
        Lifecycle::Paused { since, reason, until }
    }
}
