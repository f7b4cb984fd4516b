//! The names of schools and of people: one line, any script, nothing hidden, and an accent always with its letter as one
//! sign (NFC), so that a name is the same text from whichever keyboard it came.
//!
//! Quotes, hashes and braces stay: `'t Hof`, `De #Hub`. Whoever prints a name makes it safe at its own door.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::pasted::plain_name;
use super::{EmailAddress, TextError, is_invisible, is_odd_line_end, turns_direction};

const SCHOOL_EMPTY: TextError =
    TextError::new("Vul de naam van je school in, bijvoorbeeld Bonhoeffer College, locatie Bruggertstraat.");
const SCHOOL_SHORT: TextError =
    TextError::new("Deze naam is te kort. Vul de volledige naam van je school in, bijvoorbeeld Bonhoeffer College.");
const SCHOOL_LONG: TextError = TextError::new(
    "Deze naam is te lang. Gebruik voor de naam van je school hoogstens 120 tekens, bijvoorbeeld Bonhoeffer College.",
);
const SCHOOL_HIDDEN: TextError = TextError::new(
    "In deze naam zit een onzichtbaar teken of een nieuwe regel. Typ de naam van je school zelf, op één regel, \
     bijvoorbeeld Bonhoeffer College.",
);
const VIEW_EMPTY: TextError = TextError::new("Geef deze weergave een naam, bijvoorbeeld Wacht op Magister.");
const VIEW_LONG: TextError = TextError::new("Deze naam is te lang. Gebruik hoogstens 40 tekens.");
const VIEW_HIDDEN: TextError =
    TextError::new("In deze naam zit een onzichtbaar teken of een nieuwe regel. Typ de naam zelf, op één regel.");
const TEMPLATE_LONG: TextError = TextError::new("Deze naam is te lang. Gebruik hoogstens 60 tekens.");
const TEMPLATE_EMPTY: TextError =
    TextError::new("Geef dit sjabloon een naam, bijvoorbeeld Nieuw wachtwoord instellen.");
const PERSON_EMPTY: TextError = TextError::new("Vul een voornaam en achternaam in, bijvoorbeeld Joke Jansen.");
const PERSON_SHORT: TextError =
    TextError::new("Deze naam is te kort. Vul een voornaam en achternaam in, bijvoorbeeld Joke Jansen.");
const PERSON_LONG: TextError = TextError::new("Deze naam is te lang. Gebruik maximaal 100 tekens.");
const PERSON_HIDDEN: TextError = TextError::new(
    "In deze naam zit een onzichtbaar teken of een nieuwe regel. Typ de naam zelf, op één regel, bijvoorbeeld Joke Jansen.",
);

const PERSON_IS_ADDRESS: TextError =
    TextError::new("Dit is een e-mailadres. Vul hier een voornaam en achternaam in, bijvoorbeeld Joke Jansen.");
const WEB_ADDRESS: TextError = TextError::new(
    "In deze naam staat een webadres of e-mailadres. Vul alleen de naam in. Hoort er een punt in de naam? Zet er dan een spatie \
     achter, bijvoorbeeld St. Jan.",
);

/// The name of a school, as the school writes it: 2 to 120 signs on one line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchoolName(String);

text_traits!(SchoolName);

impl SchoolName {
    /// Reads a name; white space around it goes, white space inside becomes one space.
    ///
    /// # Errors
    /// When it is too short, too long, or holds a control sign or something that cannot be seen.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let name = one_line(text).ok_or(SCHOOL_HIDDEN)?;
        match name.chars().count() {
            0 => Err(SCHOOL_EMPTY),
            2..=120 if name.chars().any(char::is_alphanumeric) => Ok(Self(name)),
            1..=120 => Err(SCHOOL_SHORT),
            _ => Err(SCHOOL_LONG),
        }
    }

    /// Reads a name that somebody types or pastes at a door that is open to strangers: it becomes part of what we write to
    /// others, so it holds no address of the web.
    ///
    /// # Errors
    /// As `parse`, and where a mail program would make a link of it.
    pub fn parse_typed(text: &str) -> Result<Self, TextError> {
        let name = Self::parse(&plain_name(text))?;
        if holds_web_address(name.as_str()) { Err(WEB_ADDRESS) } else { Ok(name) }
    }

    /// The name to show.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a colleague calls a filter: 1 to 40 signs on one line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ViewName(String);

text_traits!(ViewName);

impl ViewName {
    /// Reads a name; white space around it goes, white space inside becomes one space.
    ///
    /// # Errors
    /// When it is empty, too long, or holds a control sign or something that cannot be seen.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let name = one_line(text).ok_or(VIEW_HIDDEN)?;
        match name.chars().count() {
            0 => Err(VIEW_EMPTY),
            1..=40 => Ok(Self(name)),
            _ => Err(VIEW_LONG),
        }
    }

    /// The name to show.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a template of a message is called: 1 to 60 signs on one line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TemplateName(String);

text_traits!(TemplateName);

impl TemplateName {
    /// Reads a name; white space around it goes, white space inside becomes one space.
    ///
    /// # Errors
    /// When it is empty, too long, or holds a control sign or something that cannot be seen.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let name = one_line(text).ok_or(VIEW_HIDDEN)?;
        match name.chars().count() {
            0 => Err(TEMPLATE_EMPTY),
            1..=60 => Ok(Self(name)),
            _ => Err(TEMPLATE_LONG),
        }
    }

    /// The name to show.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a person: 2 to 100 signs on one line. Personal data: `Debug` does not print it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonName(String);

text_traits!(PersonName);

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}

impl PersonName {
    /// Reads a name; white space around it goes, white space inside becomes one space.
    ///
    /// # Errors
    /// When it is too short, too long, or holds a control sign or something that cannot be seen.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let name = one_line(text).ok_or(PERSON_HIDDEN)?;
        match name.chars().count() {
            0 => Err(PERSON_EMPTY),
            2..=100 if name.chars().any(char::is_alphabetic) => Ok(Self(name)),
            1..=100 => Err(PERSON_SHORT),
            _ => Err(PERSON_LONG),
        }
    }

    /// Reads a name that somebody types or pastes into a form: it becomes part of what we write to others, so it holds no
    /// address of the web.
    ///
    /// # Errors
    /// As `parse`, where it is a mail address, and where a mail program would make a link of it.
    pub fn parse_typed(text: &str) -> Result<Self, TextError> {
        if EmailAddress::parse_typed(text).is_ok() {
            return Err(PERSON_IS_ADDRESS);
        }
        let name = Self::parse(&plain_name(text))?;
        if holds_web_address(name.as_str()) { Err(WEB_ADDRESS) } else { Ok(name) }
    }

    /// The name to show.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The ends of domains that people in the Netherlands are sent to most, also by who means no good.
const WEB_ENDS: [&str; 44] = [
    "app", "be", "biz", "cc", "click", "cn", "co", "com", "de", "dev", "edu", "eu", "fr", "gg", "gl", "gov", "icu",
    "info", "io", "ink", "is", "link", "live", "ly", "me", "net", "nl", "nu", "online", "org", "page", "pro", "ru",
    "shop", "site", "store", "su", "to", "top", "tv", "uk", "us", "vip", "xyz",
];

/// Whether a mail program would make a link of a part of a name. `St.Jan` and `J.P.Coen` are names.
fn holds_web_address(name: &str) -> bool {
    let is_between = |sign: char| sign.is_whitespace() || "()<>[]{}\"'`,;|*/:?#\\@=!".contains(sign);
    // Dots of other scripts count as dots in a domain.
    let plain = name.replace(['。', '．', '｡'], ".");
    name.contains("://") || plain.split(is_between).any(is_web_address)
}

fn is_web_address(word: &str) -> bool {
    let host = word.trim_matches('.');
    let Some((start, end)) = host.rsplit_once('.') else { return word.to_lowercase().starts_with("www.") };
    let is_end = end.chars().count() >= 2 && end.chars().all(char::is_alphabetic);
    let is_known_end = WEB_ENDS.contains(&end.to_lowercase().as_str());
    let begins_small = end.chars().next().is_some_and(char::is_lowercase);
    let is_short = start.rsplit('.').next().is_some_and(|label| label.chars().count() <= 4);
    start.to_lowercase().starts_with("www") || is_end && (is_known_end || begins_small || !is_short)
}

/// The text on one line with single spaces; `None` when it holds a line end or something hidden.
/// A tab counts as a space, since names are copied out of tables.
fn one_line(text: &str) -> Option<String> {
    let text: String = text.trim().nfc().collect();
    let is_hidden = |sign: char| {
        (sign.is_control() && sign != '\t') || turns_direction(sign) || is_invisible(sign) || is_odd_line_end(sign)
    };
    (!text.chars().any(is_hidden)).then(|| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_signs_and_lose_loose_white_space() {
        for (typed, stored) in [
            ("  Bonhoeffer   College\n", "Bonhoeffer College"),
            ("'t Hof", "'t Hof"),
            ("De #Hub {{ brin }} \"A\" <b> */ --", "De #Hub {{ brin }} \"A\" <b> */ --"),
            ("Lyceum\tÉén & Co.", "Lyceum Één & Co."),
            ("学校 مدرسة", "学校 مدرسة"),
            ("A\u{A0}B", "A B"),
            ("Colle\u{300}ge Zui\u{308}d", "Collège Zuïd"),
        ] {
            assert_eq!(SchoolName::parse(typed).expect(typed).as_str(), stored);
            assert_eq!(PersonName::parse(typed).expect(typed).as_str(), stored);
        }
        assert_eq!(SchoolName::parse("10").expect("a number can name a school").as_str(), "10");
    }

    #[test]
    fn a_name_that_strangers_type_holds_nothing_that_a_mail_makes_a_link_of() {
        for typed in [
            "Win geld op https://evil.example/x",
            "evil.com",
            "EVIL.COM",
            "Kijk op www.evil nu",
            "bit.ly/abc College",
            "Bel mij op anna@evil.wtf nu",
            "ga naar evil.wtf.",
            "Evil.Wtf? (evil.co)",
            "hxxp://evil",
            "evil.example:8080",
            "https:/evil.com",
            "Kijk op evil。com",
            "www.Evil",
            "Prijswinnaar.Club",
        ] {
            assert_eq!(SchoolName::parse_typed(typed), Err(WEB_ADDRESS), "{typed}");
            assert_eq!(PersonName::parse_typed(typed), Err(WEB_ADDRESS), "{typed}");
        }
        for typed in [
            "St. Jan",
            "St.Jan College",
            "Chr.Lyceum Dr.Nassau",
            "J.P. Coen",
            "J.P.Coen",
            "o.b.s. De Wegwijzer",
            "Mr. A.B. van der Berg",
            "De #Hub {{ brin }} \"A\" <b> */ --",
            "Lyceum 1.0",
            "Joke Jansen...",
            "学校 مدرسة",
        ] {
            assert!(SchoolName::parse_typed(typed).is_ok(), "{typed}");
        }
    }

    #[test]
    fn lengths_count_signs_not_bytes() {
        assert!(SchoolName::parse(&"é".repeat(120)).is_ok());
        assert!(SchoolName::parse(&"e\u{301}".repeat(120)).is_ok());
        assert_eq!(SchoolName::parse(&"é".repeat(121)), Err(SCHOOL_LONG));
        assert!(PersonName::parse(&"é".repeat(100)).is_ok());
        assert_eq!(PersonName::parse(&"é".repeat(101)), Err(PERSON_LONG));
        assert_eq!(SchoolName::parse("A"), Err(SCHOOL_SHORT));
        assert_eq!(SchoolName::parse("??"), Err(SCHOOL_SHORT));
        assert_eq!(SchoolName::parse(" \n"), Err(SCHOOL_EMPTY));
        assert_eq!(PersonName::parse("12"), Err(PERSON_SHORT));
        assert_eq!(PersonName::parse(""), Err(PERSON_EMPTY));
    }

    #[test]
    fn control_signs_and_hidden_signs_are_refused() {
        for sign in [
            '\0',
            '\n',
            '\r',
            '\u{1B}',
            '\u{7F}',
            '\u{85}',
            '\u{AD}',
            '\u{200B}',
            '\u{200D}',
            '\u{200F}',
            '\u{202E}',
            '\u{2028}',
            '\u{2029}',
            '\u{2066}',
            '\u{2060}',
            '\u{FEFF}',
            '\u{3164}',
            '\u{E0041}',
        ] {
            let typed = format!("Bonhoeffer{sign}College");

            assert_eq!(SchoolName::parse(&typed), Err(SCHOOL_HIDDEN), "{sign:?}");
            assert_eq!(PersonName::parse(&typed), Err(PERSON_HIDDEN), "{sign:?}");
        }
    }
}
