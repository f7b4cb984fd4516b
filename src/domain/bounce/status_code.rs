//! Enhanced status codes (RFC 3463).

use std::fmt;

/// An enhanced status code such as `5.1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusCode {
    pub(super) class: u8,
    pub(super) subject: u16,
    pub(super) detail: u16,
}

impl StatusCode {
    /// Reads a word that is nothing but a code; parts are at most three digits long.
    pub fn parse(word: &str) -> Option<Self> {
        let mut parts = word.split('.').map(number);
        let (class, subject, detail) = (parts.next()??, parts.next()??, parts.next()??);
        let class = u8::try_from(class).ok().filter(|class| [2, 4, 5].contains(class))?;
        parts.next().is_none().then_some(Self { class, subject, detail })
    }

    /// Whether it says no more than that something failed.
    pub(super) fn is_general(self) -> bool {
        (self.subject, self.detail) == (0, 0)
    }

    pub(super) fn is(self, code: &str) -> bool {
        Self::parse(code) == Some(self)
    }
}

fn number(text: &str) -> Option<u16> {
    let is_number = (1..=3).contains(&text.len()) && text.bytes().all(|sign| sign.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}
