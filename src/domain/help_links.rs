//! Where the help is that Kurve's manual points to: each installation says so, since those addresses change.

use std::collections::BTreeMap;
use std::str::FromStr;

use strum::{Display, EnumIter, EnumString};

/// Something that the manual points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[derive(Display, EnumIter, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Help {
    /// The guide of a school on giving consent.
    Consent,
    /// The video on the leerplan.
    LeerplanVideo,
    /// The document on the leerplan.
    LeerplanDocument,
    /// About signing in by Entree.
    Sso,
}

/// What is known of it: names with an address each, `sso=https://…`, with commas between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HelpLinks(BTreeMap<Help, String>);

/// A part of the setting is no name with an https address; it is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("part {0} is not consent=, leerplan-video=, leerplan-document= or sso= with an https address")]
pub struct BadHelpLinks(usize);

impl HelpLinks {
    /// The address, if it is known.
    pub fn get(&self, help: Help) -> Option<&str> {
        self.0.get(&help).map(String::as_str)
    }
}

impl FromStr for HelpLinks {
    type Err = BadHelpLinks;

    fn from_str(text: &str) -> Result<Self, BadHelpLinks> {
        let mut links = BTreeMap::new();
        for (place, part) in (1..).zip(text.split(',')) {
            let known = part.trim().split_once('=').and_then(|(name, address)| Some((name.parse().ok()?, address)));
            let (help, address) = known.filter(|(_, address)| is_address(address)).ok_or(BadHelpLinks(place))?;
            links.insert(help, address.to_owned());
        }
        Ok(Self(links))
    }
}

/// Plain signs of an https address: it stands in mails and pages as it is.
fn is_address(text: &str) -> bool {
    let is_plain = |sign: char| sign.is_ascii_graphic() && !matches!(sign, '"' | '\'' | '<' | '>' | '`' | '\\');
    text.strip_prefix("https://")
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && rest.chars().all(is_plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_https_addresses_are_taken_and_all_else_is_refused_by_its_place() {
        let links: HelpLinks = "sso=https://numo.nl/sso, leerplan-video=https://numo.nl/v?id=1".parse().expect("good");

        assert_eq!(links.get(Help::Sso), Some("https://numo.nl/sso"));
        assert_eq!((links.get(Help::LeerplanVideo), links.get(Help::Consent)), (Some("https://numo.nl/v?id=1"), None));
        for (text, place) in [
            ("?", 1),
            ("sso=http://numo.nl", 1),
            ("sso=https://numo.nl,video=https://numo.nl", 2),
            ("sso=https://", 1),
            ("sso=https://a b", 1),
            ("sso=https://a\"b", 1),
        ] {
            assert_eq!(text.parse::<HelpLinks>(), Err(BadHelpLinks(place)), "{text}");
        }
    }
}
