//! Whether mails go at all, and to whom: the kill switch, and the list of receivers of a trial installation.

use std::fmt;
use std::str::FromStr;

use strum::{Display, EnumString};

use super::text::EmailAddress;

/// Whether mails go, and to whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailRules {
    /// Whether every mail is kept and none is sent.
    pub is_held: bool,
    /// Who may get mail; `None` is everybody.
    pub only_to: Option<AllowList>,
}

impl MailRules {
    /// Whether a mail to this address may be handed over.
    pub fn may_go_to(&self, address: &str) -> bool {
        self.only_to.as_ref().is_none_or(|list| list.holds(address))
    }
}

/// What `KOPPELKLAAR_MAIL` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[derive(Display, EnumString)]
#[strum(serialize_all = "snake_case", parse_err_ty = BadMailFlow, parse_err_fn = bad_mail_flow)]
pub enum MailFlow {
    /// Mails are sent.
    #[default]
    Send,
    /// Mails are kept; when it says `send` again they go.
    Hold,
}

/// The value is neither `send` nor `hold`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be send or hold")]
pub struct BadMailFlow;

fn bad_mail_flow(_: &str) -> BadMailFlow {
    BadMailFlow
}

/// Addresses, and domains with `@` before them, in lower case.
#[derive(Clone, PartialEq, Eq)]
pub struct AllowList(Vec<String>);

/// A part of the list that is neither an address nor `@domain`; it is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("part {0} is neither an e-mail address nor @domain")]
pub struct BadAllowList(usize);

impl AllowList {
    /// Whether the address is on the list, or its domain is.
    pub fn holds(&self, address: &str) -> bool {
        let address = address.trim().to_ascii_lowercase();
        let domain = address.rfind('@').map_or("", |at| &address[at..]);
        self.0.iter().any(|one| *one == address || (one.starts_with('@') && one == domain))
    }
}

// Addresses must not reach a log by way of `{:?}`.
impl fmt::Debug for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AllowList({})", self.0.len())
    }
}

impl FromStr for AllowList {
    type Err = BadAllowList;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut found = vec![];
        for (index, part) in text.split(',').enumerate() {
            let part = part.trim();
            // A domain is checked as the domain of an address.
            let address = if part.starts_with('@') { format!("x{part}") } else { part.to_owned() };
            EmailAddress::parse(&address).map_err(|_| BadAllowList(index + 1))?;
            found.push(part.to_ascii_lowercase());
        }
        Ok(Self(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_whole_domains_are_on_the_list() {
        let list: AllowList = "Eva@kurve.nl, @test.example".parse().expect("a good list");

        for address in ["eva@kurve.nl", "EVA@KURVE.NL", "iedereen@test.example", "iedereen@Test.Example"] {
            assert!(list.holds(address), "{address}");
        }
        for address in ["piet@kurve.nl", "eva@kurve.nl.example", "iedereen@sub.test.example", "@test.example.nl", ""] {
            assert!(!list.holds(address), "{address}");
        }
    }

    #[test]
    fn a_list_with_anything_else_is_refused_by_the_place_of_the_part() {
        let table =
            [("", 1), ("eva@kurve.nl,", 2), ("kurve.nl", 1), ("@", 1), ("@a@b", 1), ("eva@kurve.nl, geen adres", 2)];

        for (text, part) in table {
            assert_eq!(text.parse::<AllowList>(), Err(BadAllowList(part)), "{text}");
        }
    }

    #[test]
    fn without_a_list_everybody_gets_mail() {
        assert!(MailRules::default().may_go_to("iedereen@school.example"));
        let rules = MailRules { only_to: "@kurve.nl".parse().ok(), ..MailRules::default() };
        assert!(rules.may_go_to("eva@kurve.nl") && !rules.may_go_to("iedereen@school.example"));
    }

    #[test]
    fn the_switch_reads_back_as_it_is_shown() {
        for flow in [MailFlow::Send, MailFlow::Hold] {
            assert_eq!(flow.to_string().parse(), Ok(flow));
        }
        assert_eq!("off".parse::<MailFlow>(), Err(BadMailFlow));
    }
}
