//! An e-mail address, as plain as the ones that schools have.

use std::fmt;

use super::TextError;
use super::pasted::{bare, behind, plain};

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
const TWO_ADDRESSES: TextError =
    TextError::new("Hier staan twee e-mailadressen. Vul één adres in, bijvoorbeeld j.jansen@school.nl.");

/// What stands before an address that somebody copies with its label.
const LABELS: [&str; 5] = ["mailto:", "e-mailadres:", "e-mail:", "email:", "mail:"];
/// More than a name with an address can be.
const TYPED_MAX: usize = 1_000;

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
    /// Reads a bare address: one `@`, plain ASCII before it, a domain of at least two parts. A domain with accents is kept
    /// as mail servers know it (`xn--…`).
    ///
    /// # Errors
    /// On anything else, also on what the mail standards allow but no school uses (quotes, comments, accents before the `@`).
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let typed = text.trim();
        if typed.is_empty() {
            return Err(EMPTY);
        }
        if typed.len() > ADDRESS_MAX {
            return Err(TOO_LONG);
        }
        let (local, domain) = match typed.split_once('@') {
            Some((local, domain)) if local.is_ascii() => (local, domain),
            Some(_) => return Err(FOREIGN_SIGNS),
            None if typed.is_ascii() => return Err(NOT_AN_ADDRESS),
            None => return Err(FOREIGN_SIGNS),
        };
        let domain = mail_domain(domain)?;
        if local.len() > LOCAL_MAX || local.len() + 1 + domain.len() > ADDRESS_MAX {
            return Err(TOO_LONG);
        }
        if !is_local(local) || !is_domain(&domain) {
            return Err(NOT_AN_ADDRESS);
        }
        Ok(Self(format!("{local}@{domain}")))
    }

    /// Reads what a form brings: an address as people paste it, also as a link, or with the name that a mail program puts
    /// before it.
    ///
    /// # Errors
    /// As `parse`; and where it holds two addresses, since nobody knows which one was meant.
    pub fn parse_typed(text: &str) -> Result<Self, TextError> {
        if text.len() > TYPED_MAX {
            return Err(TOO_LONG);
        }
        let typed = plain(text.trim());
        if let Ok(whole) = Self::parse(&typed) {
            return Ok(whole);
        }
        let Some((before, rest)) = typed.rsplit_once('<') else { return Self::parse(address_in(&typed)) };
        let (inside, after) = rest.split_once('>').unwrap_or((rest, ""));
        let found = Self::parse(address_in(inside))?;
        let others = [before, after].map(|other| other.contains('@').then(|| Self::parse(address_in(other))));
        let is_same = |other: Result<Self, TextError>| other.is_ok_and(|other| other == found);
        if others.into_iter().flatten().all(is_same) { Ok(found) } else { Err(TWO_ADDRESSES) }
    }

    /// The address as people read it: a domain with accents as it is written.
    pub fn shown(&self) -> String {
        match self.0.split_once('@').and_then(|(local, domain)| Some((local, readable_domain(domain)?))) {
            Some((local, domain)) => format!("{local}@{domain}"),
            None => self.0.clone(),
        }
    }

    /// Who reads there, as the address says it: what stands before the `@`, in lower case and without what follows a `+`.
    pub fn mailbox(&self) -> String {
        let form = self.limit_form();
        form.split_once('@').map_or_else(String::new, |(local, _)| local.to_owned())
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

/// What is left of a pasted address without its label, the subject of a link, and what programs put around it.
fn address_in(text: &str) -> &str {
    let text = bare(text);
    let labelled = LABELS.iter().find_map(|label| behind(text, label));
    let address = labelled.map_or(text, |rest| rest.split('?').next().unwrap_or(rest));
    bare(address.trim())
}

/// The domain as mail servers know it, in lower case.
fn mail_domain(typed: &str) -> Result<String, TextError> {
    let lower = typed.to_ascii_lowercase();
    if lower.is_ascii() && !lower.split('.').any(|label| label.starts_with("xn--")) {
        return Ok(lower);
    }
    let kept = idna::domain_to_ascii_strict(&lower).map_err(|_| NOT_AN_ADDRESS)?;
    match readable_domain(&kept) {
        Some(_) => Ok(kept),
        // It says nothing else than plain letters, such as wide ones.
        None if !kept.contains("xn--") => Ok(kept),
        None => Err(FOREIGN_SIGNS),
    }
}

/// A domain with accents as people write it; `None` for a plain one, and for signs of other scripts: among those are letters
/// that look like ours.
fn readable_domain(domain: &str) -> Option<String> {
    if !domain.contains("xn--") {
        return None;
    }
    let (written, decoded) = idna::domain_to_unicode(domain);
    let is_written_so = idna::domain_to_ascii_strict(&written).is_ok_and(|again| again == domain);
    (decoded.is_ok() && is_written_so && written.chars().all(is_readable)).then_some(written)
}

/// Plain signs, and letters of the Latin script with an accent; not those that look like a plain one.
fn is_readable(sign: char) -> bool {
    let is_lookalike = matches!(sign, '\u{131}' | '\u{138}' | '\u{17F}');
    sign.is_ascii() || matches!(sign, '\u{DF}'..='\u{F6}' | '\u{F8}'..='\u{17F}') && !is_lookalike
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
            "jörg@school.nl",
            "jörg@schoöl.nl",
            "j＠school.nl",
            "j\u{200B}@school.nl",
            "j@ѕchool.nl",
            "j@schıol.nl",
            "j@xn--a.nl",
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
    fn a_domain_with_accents_is_kept_as_mail_servers_know_it_and_shown_as_it_is_written() {
        for (typed, stored, shown) in [
            ("j@schoöl.nl", "j@xn--schol-mua.nl", "j@schoöl.nl"),
            ("j@SCHOÖL.nl", "j@xn--schol-mua.nl", "j@schoöl.nl"),
            ("j@xn--schol-mua.nl", "j@xn--schol-mua.nl", "j@schoöl.nl"),
            ("j@école.example", "j@xn--cole-9oa.example", "j@école.example"),
            ("j@school．nl", "j@school.nl", "j@school.nl"),
            ("j@school.nl", "j@school.nl", "j@school.nl"),
        ] {
            let email = EmailAddress::parse(typed).unwrap_or_else(|error| panic!("{typed}: {error}"));

            assert_eq!((email.as_str(), email.shown().as_str()), (stored, shown), "{typed}");
        }
    }

    #[test]
    fn accents_before_the_at_sign_and_letters_of_other_scripts_get_their_own_hint() {
        assert_eq!(EmailAddress::parse("jörg@school.nl"), Err(FOREIGN_SIGNS));
        assert_eq!(EmailAddress::parse("j@ѕchool.nl"), Err(FOREIGN_SIGNS));
    }
}
