//! An e-mail address, as plain as the ones that schools have.

use std::fmt;

use super::TextError;

/// The whole address, as a mail server accepts it (RFC 5321).
const ADDRESS_MAX: usize = 254;
/// What stands before the `@` (RFC 5321).
const LOCAL_MAX: usize = 64;
/// One part of the domain (DNS).
const LABEL_MAX: usize = 63;

const EMPTY: TextError = TextError::new("Vul een e-mailadres in, bijvoorbeeld j.jansen@school.nl.");
const NOT_AN_ADDRESS: TextError = TextError::new(
    "Dit is geen volledig e-mailadres. Typ alleen het adres, zonder naam of spaties, bijvoorbeeld j.jansen@school.nl.",
);
const TOO_LONG: TextError =
    TextError::new("Dit e-mailadres is te lang. Gebruik een korter adres, bijvoorbeeld j.jansen@school.nl.");
const FOREIGN_SIGNS: TextError = TextError::new(
    "Dit e-mailadres bevat letters met een accent of andere bijzondere tekens. Die kunnen we niet mailen. Gebruik een \
     adres met gewone letters, bijvoorbeeld j.jansen@school.nl.",
);

/// An e-mail address; the domain is in lower case, the part before the `@` is as typed.
///
/// Personal data: `Debug` does not print it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress(String);

text_traits!(EmailAddress);

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

impl EmailAddress {
    /// Reads a bare address: one `@`, plain ASCII on both sides, a domain of at least two parts.
    ///
    /// # Errors
    /// On anything else, also on what the mail standards allow but no school uses (quotes, comments, accents).
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let typed = text.trim();
        if typed.is_empty() {
            return Err(EMPTY);
        }
        if typed.len() > ADDRESS_MAX {
            return Err(TOO_LONG);
        }
        if !typed.is_ascii() {
            return Err(FOREIGN_SIGNS);
        }
        let (local, domain) = typed.split_once('@').ok_or(NOT_AN_ADDRESS)?;
        let domain = domain.to_ascii_lowercase();
        if local.len() > LOCAL_MAX {
            return Err(TOO_LONG);
        }
        if !is_local(local) || !is_domain(&domain) {
            return Err(NOT_AN_ADDRESS);
        }
        if domain.split('.').any(|label| label.starts_with("xn--")) {
            return Err(FOREIGN_SIGNS);
        }
        Ok(Self(format!("{local}@{domain}")))
    }

    /// The address to send to.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address to count by: all lower case and without what follows a `+`, since such addresses are one mailbox.
    pub fn limit_form(&self) -> String {
        let form = self.key_form();
        match form.split_once('@').and_then(|(local, domain)| Some((local.split_once('+')?.0, domain))) {
            Some((mailbox, domain)) if !mailbox.is_empty() => format!("{mailbox}@{domain}"),
            Some(_) | None => form,
        }
    }

    /// The address to look up by: all lower case, since people type their own name both ways.
    pub fn key_form(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// Words of plain signs with single dots between them.
fn is_local(local: &str) -> bool {
    local.split('.').all(|word| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
    })
}

/// At least two labels, the last of which is not a number.
fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_MAX).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.')
        && domain.split('.').all(is_label)
        && top.len() >= 2
        && top.bytes().any(|b| b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_addresses_are_accepted_and_the_domain_lower_cased() {
        for (typed, stored, key) in [
            ("j.jansen@school.nl", "j.jansen@school.nl", "j.jansen@school.nl"),
            (" J.Jansen@School.NL \r\n", "J.Jansen@school.nl", "j.jansen@school.nl"),
            ("o'brien+numo@ict.school.nl", "o'brien+numo@ict.school.nl", "o'brien+numo@ict.school.nl"),
            ("a@b.nl", "a@b.nl", "a@b.nl"),
            ("{x}#y@4-ever.school", "{x}#y@4-ever.school", "{x}#y@4-ever.school"),
        ] {
            let email = EmailAddress::parse(typed).expect(typed);

            assert_eq!((email.as_str(), email.key_form().as_str()), (stored, key));
            assert_eq!(EmailAddress::parse(email.as_str()), Ok(email));
        }
    }

    #[test]
    fn addresses_of_one_mailbox_count_as_one() {
        for (typed, counted) in [
            ("Anna+numo@School.nl", "anna@school.nl"),
            ("anna+a+b@school.nl", "anna@school.nl"),
            ("anna@school.nl", "anna@school.nl"),
            ("+anna@school.nl", "+anna@school.nl"),
        ] {
            assert_eq!(EmailAddress::parse(typed).expect(typed).limit_form(), counted);
        }
    }

    #[test]
    fn what_could_mislead_a_mail_server_is_refused() {
        for typed in [
            "",
            " ",
            "jansen",
            "@school.nl",
            "jansen@",
            "jansen@school",
            "a@b@school.nl",
            "a b@school.nl",
            "a@sch ool.nl",
            "Joke <j@school.nl>",
            "<j@school.nl>",
            "j@school.nl,k@school.nl",
            "j@school.nl;k@school.nl",
            "mailto:j@school.nl",
            "j@school.nl\r\nBcc: k@school.nl",
            "j\n@school.nl",
            "j@school.nl\0x",
            "j\0@school.nl",
            "j\t@school.nl",
            "\"j j\"@school.nl",
            "j(x)@school.nl",
            "j@[127.0.0.1]",
            "j@127.0.0.1",
            "j@school.n",
            "j@school.12",
            "j..j@school.nl",
            ".j@school.nl",
            "j.@school.nl",
            "j@.school.nl",
            "j@school..nl",
            "j@school.nl.",
            "j@-school.nl",
            "j@school-.nl",
            "j@sch_ool.nl",
            "j\\@school.nl",
            "j@school.nl\u{7F}",
            "j@schoöl.nl",
            "jörg@school.nl",
            "j@school．nl",
            "j＠school.nl",
            "j\u{200B}@school.nl",
            "j@xn--schol-kua.nl",
            "j@SCHOOL.XN--P1AI",
        ] {
            let error = EmailAddress::parse(typed).expect_err(typed);

            assert!(error.sentence().contains("j.jansen@school.nl"), "{typed:?}");
        }
    }

    #[test]
    fn the_lengths_of_the_mail_standard_hold() {
        let longest_local = format!("{}@school.nl", "a".repeat(64));
        let labels = [63, 63, 58].map(|n| "b".repeat(n)).join(".");
        let longest = format!("{}@{labels}.nl", "a".repeat(64));

        assert!(EmailAddress::parse(&longest_local).is_ok());
        assert_eq!(EmailAddress::parse(&format!("a{longest_local}")), Err(TOO_LONG));
        assert_eq!(longest.len(), 254);
        assert!(EmailAddress::parse(&longest).is_ok());
        assert_eq!(EmailAddress::parse(&format!("{longest}x")), Err(TOO_LONG));
        assert_eq!(EmailAddress::parse(&format!("a@{}.nl", "b".repeat(64))), Err(NOT_AN_ADDRESS));
    }

    #[test]
    fn accents_get_their_own_hint() {
        assert_eq!(EmailAddress::parse("j@schoöl.nl"), Err(FOREIGN_SIGNS));
        assert_eq!(EmailAddress::parse("j@xn--schol-kua.nl"), Err(FOREIGN_SIGNS));
    }
}
