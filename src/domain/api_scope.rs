//! What a key of a machine may ask.

use std::collections::BTreeSet;
use std::str::FromStr;

use strum::{EnumIter, EnumString, IntoStaticStr};

/// One thing that a key may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
pub enum ApiScope {
    /// Whether a school may import.
    #[strum(serialize = "verdict:read")]
    Verdict,
    /// The list of schools, and how each of them stands.
    #[strum(serialize = "schools:read")]
    Schools,
    /// The feed of what happens.
    #[strum(serialize = "events:read")]
    Events,
}

impl ApiScope {
    /// The name by which a key is given it, which is also the stored one.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What a key may ask; never nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiScopes(BTreeSet<ApiScope>);

impl ApiScopes {
    /// These; the verdict alone if there are none.
    pub fn of(scopes: impl IntoIterator<Item = ApiScope>) -> Self {
        let scopes: BTreeSet<ApiScope> = scopes.into_iter().collect();
        if scopes.is_empty() { Self([ApiScope::Verdict].into()) } else { Self(scopes) }
    }

    /// Whether one of them is among these.
    pub fn contains(&self, scope: ApiScope) -> bool {
        self.0.contains(&scope)
    }

    /// As they are stored and shown: the names with spaces.
    pub fn names(&self) -> String {
        self.0.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
    }
}

impl FromStr for ApiScopes {
    type Err = strum::ParseError;

    fn from_str(names: &str) -> Result<Self, Self::Err> {
        let scopes: Result<Vec<ApiScope>, _> = names.split_whitespace().map(str::parse).collect();
        scopes.map(Self::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_back_from_their_names_and_a_key_without_any_asks_for_verdicts() {
        let both = ApiScopes::of([ApiScope::Events, ApiScope::Verdict]);

        assert_eq!(both.names(), "verdict:read events:read");
        assert_eq!(both.names().parse(), Ok(both));
        assert_eq!("".parse(), Ok(ApiScopes::of([ApiScope::Verdict])));
        assert!("verdict:write".parse::<ApiScopes>().is_err());
    }
}
