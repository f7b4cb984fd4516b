//! The school domain: the one label under `swp.nl` where a school's Magister listens.
//!
//! The connection check builds its host from this label, so what gets through here decides where we connect. Hence no
//! URL parser, which would repair and decode, but a reduction that only ever takes known parts off: scheme, path,
//! port, suffix. What remains must be one plain ASCII label.

use super::TextError;
use super::pasted::{bare, plain};

const SUFFIX: &str = ".swp.nl";
/// Where a live and a test Magister listen.
const PORTS: [&str; 2] = ["8800", "8801"];
/// The length of a label in DNS.
const LABEL_MAX: usize = 63;
/// More than an address with its path and query is.
const TYPED_MAX: usize = 2_000;
/// Words that people type for want of the real one, and names with a meaning of their own.
const NO_SCHOOL: [&str; 16] = [
    "localhost",
    "localdomain",
    "local",
    "broadcasthost",
    "www",
    "swp",
    "nl",
    "magister",
    "doc",
    "http",
    "https",
    "mail",
    "accounts",
    "numo",
    "schoolnaam",
    "jouwschool",
];

const EMPTY: TextError =
    TextError::new("Vul het schooldomein van Magister in: het deel dat voor .swp.nl staat, bijvoorbeeld bonhoeffer.");
const PLACEHOLDER: TextError = TextError::new(
    "Vul in wat er op de plek van de vraagtekens komt. Is jullie adres https://bonhoeffer.swp.nl? Typ dan bonhoeffer.",
);
const SIGN_IN_ADDRESS: TextError = TextError::new(
    "Dit is het adres waarop je inlogt bij Magister. Het schooldomein is een ander adres: het deel dat voor .swp.nl \
     staat, bijvoorbeeld bonhoeffer.",
);
const EMAIL: TextError = TextError::new(
    "Dit lijkt een e-mailadres. Typ het schooldomein van Magister: het deel dat voor .swp.nl staat, bijvoorbeeld \
     bonhoeffer.",
);
const NOT_A_SCHOOL: TextError = TextError::new(
    "Dit is niet het schooldomein van een school. Typ het deel dat voor .swp.nl staat, bijvoorbeeld bonhoeffer.",
);
const OTHER_PORT: TextError = TextError::new(
    "Dit adres eindigt op een andere poort dan 8800, bijvoorbeeld :443. De webservice van Magister staat op poort 8800. Typ \
     alleen het deel dat voor .swp.nl staat, bijvoorbeeld bonhoeffer.",
);
const WRONG_SIGNS: TextError = TextError::new(
    "In een schooldomein staan alleen letters zonder accent, cijfers en streepjes. Typ het deel dat voor .swp.nl staat, \
     bijvoorbeeld bonhoeffer of sint-jan.",
);
const NOT_THE_DOMAIN: TextError = TextError::new(
    "Dit is geen schooldomein van Magister. Typ alleen het deel dat voor .swp.nl staat, bijvoorbeeld bonhoeffer.",
);

/// One label under `swp.nl`. Several schools may share one.
///
/// `as_str` and serde give the label; `Display` gives the address that people know, `https://bonhoeffer.swp.nl`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchoolDomain(String);

text_traits!(serde SchoolDomain);

impl std::fmt::Display for SchoolDomain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "https://{}{SUFFIX}", self.0)
    }
}

impl SchoolDomain {
    /// Reads the label, or the whole address under `swp.nl` as a browser shows it: with or without scheme, port 8800 or
    /// 8801, path and query.
    ///
    /// # Errors
    /// On everything else, with a hint for the usual mix-ups.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        if text.len() > TYPED_MAX {
            return Err(NOT_THE_DOMAIN);
        }
        let typed = plain(text).to_ascii_lowercase();
        let typed = bare(&typed);
        if typed.is_empty() {
            return Err(EMPTY);
        }
        if typed.contains("???") {
            return Err(PLACEHOLDER);
        }
        let authority = authority(typed);
        if authority.contains("magister.net") {
            return Err(SIGN_IN_ADDRESS);
        }
        if authority.contains('@') {
            return Err(EMAIL);
        }

        let label = if typed.contains(['.', ':', '/']) { host_label(typed)? } else { typed };
        if label.contains('.') {
            return Err(NOT_THE_DOMAIN);
        }
        if !is_label(label) {
            return Err(WRONG_SIGNS);
        }
        if NO_SCHOOL.contains(&label) || looks_like_a_number(label) {
            return Err(NOT_A_SCHOOL);
        }
        Ok(Self(label.to_owned()))
    }

    /// The label alone: `bonhoeffer`.
    pub fn label(&self) -> &str {
        &self.0
    }

    /// The label alone, as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host to connect to: `bonhoeffer.swp.nl`.
    pub fn host(&self) -> String {
        format!("{}{SUFFIX}", self.0)
    }
}

/// What names the host: what stands between the scheme and the path, query or fragment.
fn authority(address: &str) -> &str {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// What stands before `.swp.nl`, if it is the host, with one of the ports or none; what follows the host is of no meaning,
/// but it is on one line.
fn host_label(address: &str) -> Result<&str, TextError> {
    if address.chars().any(char::is_control) {
        return Err(NOT_THE_DOMAIN);
    }
    let authority = authority(address);
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let label = host.strip_suffix(SUFFIX).ok_or(NOT_THE_DOMAIN)?;
    match port {
        None => Ok(label),
        Some(port) if PORTS.contains(&port) => Ok(label),
        Some(port) if !port.is_empty() && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit()) => {
            Err(OTHER_PORT)
        }
        Some(_) => Err(NOT_THE_DOMAIN),
    }
}

/// A label as a school would have it. Two hyphens in a row are out: that is how punycode starts (`xn--`).
fn is_label(label: &str) -> bool {
    (1..=LABEL_MAX).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !label.contains("--")
}

/// Whether some resolver could take the label for an address: decimal, octal or hexadecimal.
fn looks_like_a_number(label: &str) -> bool {
    let is_hex = label.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()));
    is_hex || !label.bytes().any(|b| b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_known_way_to_write_it_gives_the_label() {
        for typed in [
            "bonhoeffer",
            "Bonhoeffer",
            "  BONHOEFFER\t\n",
            "\u{A0}bonhoeffer\u{3000}",
            "bonhoeffer.swp.nl",
            "Bonhoeffer.SWP.nl",
            "bonhoeffer.swp.nl/",
            "bonhoeffer.swp.nl/doc",
            "bonhoeffer.swp.nl/doc/",
            "bonhoeffer.swp.nl:8800",
            "bonhoeffer.swp.nl:8801/",
            "http://bonhoeffer.swp.nl",
            "https://bonhoeffer.swp.nl",
            "HTTPS://BONHOEFFER.SWP.NL:8800/DOC",
            "https://bonhoeffer.swp.nl:8801/doc/",
            "https://bonhoeffer.swp.nl/",
            "bonhoeffer.swp.nl/admin",
            "bonhoeffer.swp.nl//doc/..",
            "bonhoeffer.swp.nl/doc?x=1",
            "bonhoeffer.swp.nl?x=1",
            "bonhoeffer.swp.nl#top",
            "bonhoeffer.swp.nl.",
            "bonhoeffer.",
            "bon\u{AD}hoe\u{200B}ffer\u{FE0F}",
            "'bonhoeffer'",
            "<bonhoeffer>",
        ] {
            let domain = SchoolDomain::parse(typed).unwrap_or_else(|error| panic!("{typed:?}: {error}"));

            assert_eq!(domain.label(), "bonhoeffer", "{typed:?}");
            assert_eq!(domain.host(), "bonhoeffer.swp.nl");
            assert_eq!(domain.to_string(), "https://bonhoeffer.swp.nl");
        }
        for label in ["a", "4ever", "sint-jan", "x1-2-3", "0xyz", &"a".repeat(63)] {
            assert_eq!(SchoolDomain::parse(label).expect(label).as_str(), label);
        }
    }

    #[test]
    fn the_usual_mix_ups_get_their_own_hint() {
        for (typed, hint) in [
            ("", EMPTY),
            (" \u{A0} ", EMPTY),
            ("???", PLACEHOLDER),
            ("https://???swp.nl", PLACEHOLDER),
            ("https://???.swp.nl", PLACEHOLDER),
            ("bonhoeffer.magister.net", SIGN_IN_ADDRESS),
            ("https://Bonhoeffer.Magister.net/", SIGN_IN_ADDRESS),
            ("https://accounts.magister.net/admin", SIGN_IN_ADDRESS),
            ("j.jansen@bonhoeffer.nl", EMAIL),
            ("j.jansen@bonhoeffer.swp.nl", EMAIL),
            ("localhost", NOT_A_SCHOOL),
            ("www", NOT_A_SCHOOL),
            ("https://www.swp.nl", NOT_A_SCHOOL),
            ("swp", NOT_A_SCHOOL),
            ("Magister", NOT_A_SCHOOL),
            ("Bonhoeffer College", WRONG_SIGNS),
            ("bonhoéffer", WRONG_SIGNS),
        ] {
            assert_eq!(SchoolDomain::parse(typed), Err(hint), "{typed:?}");
        }
    }

    #[rustfmt::skip]
    const REFUSED: &[&str] = &[
        // userinfo
        "https://bonhoeffer.swp.nl@evil.example", "https://user:pw@bonhoeffer.swp.nl", "evil.example@x.swp.nl", "a:b@x",
        // addresses and how resolvers also read them
        "127.0.0.1", "https://10.0.0.1:8800/doc", "[::1]", "https://[::1]:8800/", "::1", "2130706433", "017700000001",
        "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "0x", "127.1", "1", "127.swp.nl", "0x7f000001.swp.nl",
        "127.0.0.1.swp.nl", "169.254.169.254", "1-2",
        // other hosts
        "bonhoeffer.nl", "swp.nl", ".swp.nl", "https://swp.nl", "bonhoeffer.swp.nl.evil.example", "evil.example/x.swp.nl",
        "bonhoeffer.swp.com", "bonhoefferswp.nl", "bonhoeffer.swpxnl", "a.bonhoeffer.swp.nl", "a.b", "..swp.nl",
        "bonhoeffer..swp.nl", ".bonhoeffer", "bonhoeffer.swp.nl.swp.nl", "evil.example?.swp.nl", "evil.example#.swp.nl",
        // look-alikes
        "bоnhoeffer", "bonhoeffer．swp.nl", "bonhoeffer。swp.nl", "bonhoeffer.ſwp.nl", "ｂonhoeffer",
        "\u{202E}reffeohnob", "xn--bonhffer-q4a", "xn--80ak6aa92e.swp.nl", "ab--cd", "straße",
        "bonhoeffer․swp.nl", "ⓑonhoeffer", "bonhoeffer\u{301}", "\u{212A}ern",
        // other ports
        "bonhoeffer.swp.nl:443", "bonhoeffer.swp.nl:", "bonhoeffer.swp.nl:08800", "bonhoeffer.swp.nl:8800:8801",
        "bonhoeffer.swp.nl:88001", "bonhoeffer.swp.nl:+8800", "bonhoeffer:8800", "https://bonhoeffer",
        // other paths, query, fragment
        "bonhoeffer?", "bonhoeffer#", "bonhoeffer/", "bonhoeffer/doc", "bonhoeffer.swp.nl;x",
        // schemes
        "https://https://bonhoeffer.swp.nl", "ftp://bonhoeffer.swp.nl", "file:///etc/passwd", "//bonhoeffer.swp.nl",
        "https:bonhoeffer.swp.nl", "https:/bonhoeffer.swp.nl", "https://", "javascript:alert(1)", "http://http://x",
        // escapes and control signs
        "bonhoeffer%2eswp.nl", "%62onhoeffer", "bonhoeffer%00.swp.nl", "bon\0hoeffer", "bonhoeffer\r\nHost: evil",
        "bon\nhoeffer", "bon\thoeffer.swp.nl", "bonhoeffer.swp.nl/\r\nHost: evil", "bonhoeffer .swp.nl", "bonhoeffer\\.swp.nl", "https:\\\\bonhoeffer.swp.nl",
        "bonhoeffer.swp.nl\\doc", "evil.example\\.swp.nl", "bon_hoeffer", "bonhoeffer\u{7F}",
        // shape of the label
        "-bonhoeffer", "bonhoeffer-", "-", "--", "-.swp.nl", "bonhoeffer,bonhoeffer", "bonhoeffer bonhoeffer",
    ];

    #[test]
    fn everything_else_is_refused_with_an_example() {
        for typed in REFUSED {
            let error = SchoolDomain::parse(typed).expect_err(typed);

            assert!(error.sentence().contains("bonhoeffer"), "{typed:?}");
        }
        assert_eq!(SchoolDomain::parse(&"a".repeat(64)), Err(WRONG_SIGNS));
        assert_eq!(SchoolDomain::parse(&"a".repeat(100_000)), Err(NOT_THE_DOMAIN));
    }

    proptest! {
        #[test]
        fn whatever_gets_through_is_one_plain_label(typed in "(https?://)?[a-zA-Z0-9.:/@ſ%-]{0,20}(\\.swp\\.nl)?.{0,3}") {
            if let Ok(domain) = SchoolDomain::parse(&typed) {
                prop_assert!(is_label(domain.label()));
                prop_assert_eq!(domain.host().matches('.').count(), 2);
                prop_assert_eq!(&SchoolDomain::parse(&domain.to_string()).expect("it was printed by Display"), &domain);
                prop_assert_eq!(&SchoolDomain::parse(domain.label()).expect("it is the label"), &domain);
            }
        }
    }
}
