//! An address with a place for a token, `bounces+TOKEN@example.nl`: each mail has its own, for delivery reports and for
//! answers.
//!
//! What the token says is the key ring's business; here it is only put in and found back.

use std::fmt;
use std::str::FromStr;

use crate::domain::text::EmailAddress;

/// Signs before the `@` of the configured address: with `+` and a token of 43 signs it must stay within 64.
const LONGEST_PREFIX: usize = 20;

/// Signs of a token.
const TOKEN_SIGNS: usize = 43;

/// Such an address, as the installation has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenAddress {
    prefix: String,
    domain: String,
}

/// The address cannot take a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address with at most 20 signs, and no +, before the @")]
pub struct TokenAddressError;

impl TokenAddress {
    /// The address of one mail.
    pub fn with(&self, token: &str) -> String {
        format!("{}+{token}@{}", self.prefix, self.domain)
    }

    /// The token in a text that names an address of ours, such as a `To` header; whatever stands around it.
    pub fn token_in<'a>(&self, text: &'a str) -> Option<&'a str> {
        let is_around = |sign: char| sign.is_whitespace() || sign.is_control() || "<>()[],;:\"'".contains(sign);
        text.split(is_around).find_map(|word| {
            let (local, domain) = word.rsplit_once('@')?;
            let (prefix, token) = local.split_once('+')?;
            let is_ours = prefix.eq_ignore_ascii_case(&self.prefix) && domain.eq_ignore_ascii_case(&self.domain);
            (is_ours && token.len() == TOKEN_SIGNS).then_some(token)
        })
    }
}

impl FromStr for TokenAddress {
    type Err = TokenAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = EmailAddress::parse(text).map_err(|_| TokenAddressError)?;
        let (prefix, domain) = address.as_str().split_once('@').ok_or(TokenAddressError)?;
        if prefix.len() > LONGEST_PREFIX || prefix.contains('+') {
            return Err(TokenAddressError);
        }
        Ok(Self { prefix: prefix.to_owned(), domain: domain.to_owned() })
    }
}

impl fmt::Display for TokenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.prefix, self.domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnop";

    fn address() -> TokenAddress {
        "bounces@example.nl".parse().expect("a good address")
    }

    #[test]
    fn each_mail_has_an_address_that_mail_servers_take() {
        let longest: TokenAddress = "aaaaaaaaaaaaaaaaaaaa@example.nl".parse().expect("just short enough");

        let made = longest.with(TOKEN);

        assert_eq!(made.find('@'), Some(64));
        assert!(EmailAddress::parse(&made).is_ok());
    }

    #[test]
    fn an_address_that_leaves_no_room_for_a_token_is_refused() {
        for bad in
            ["", "bounces", "@example.nl", "a+b@example.nl", "aaaaaaaaaaaaaaaaaaaaa@example.nl", "a b@example.nl"]
        {
            assert_eq!(bad.parse::<TokenAddress>(), Err(TokenAddressError), "{bad}");
        }
    }

    #[test]
    fn the_token_is_found_whatever_stands_around_it() {
        let ours = address().with(TOKEN);
        for text in [
            ours.clone(),
            format!("<{ours}>"),
            format!("Koppelklaar <{ours}>, iemand@elders.nl"),
            format!("rfc822;{}", ours.to_uppercase()),
            format!("iemand@elders.nl,\r\n\t\"{ours}\""),
        ] {
            assert!(address().token_in(&text).is_some_and(|token| token.eq_ignore_ascii_case(TOKEN)), "{text}");
        }
    }

    #[test]
    fn another_address_has_no_token() {
        for text in [
            "bounces@example.nl".to_owned(),
            format!("bounces+{TOKEN}@elders.nl"),
            format!("post+{TOKEN}@example.nl"),
            format!("bounces+{}@example.nl", &TOKEN[1..]),
            format!("xbounces+{TOKEN}@example.nl"),
        ] {
            assert_eq!(address().token_in(&text), None, "{text}");
        }
    }
}
