//! The query of an address, which is also how Magister takes a form.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

/// All but the unreserved signs of RFC 3986. `form_urlencoded` would write a space as `+`, which is a space in forms only.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value as it stands in a query, in pieces that are parts of the value or constants: no copy of a secret is made.
pub fn in_query(value: &str) -> PercentEncode<'_> {
    utf8_percent_encode(value, RESERVED)
}

/// The pairs as a query, less those without a value.
pub fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let given = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| format!("{name}={}", in_query(value))).collect::<Vec<_>>().join("&")
}

/// A path and its query, if there is any.
pub fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Opens a mail in the reader's own program, without a receiver. Those want lines to end in CRLF (RFC 6068).
pub fn new_mail(subject: &str, body: &str) -> String {
    with_query("mailto:", &query([("subject", subject), ("body", &body.replace('\n', "\r\n"))]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_what_was_given_and_nothing_breaks_out_of_it() {
        let pairs = [("q", "Zoë & co=50%+~#\r\n"), ("gate", ""), ("na", "a-b_c.d")];

        assert_eq!(query(pairs), "q=Zo%C3%AB%20%26%20co%3D50%25%2B~%23%0D%0A&na=a-b_c.d");
        assert_eq!(with_query("/beheer", &query([("q", "")])), "/beheer");
        assert_eq!(with_query("/beheer", "q=x"), "/beheer?q=x");
    }

    #[test]
    fn a_new_mail_is_one_address() {
        assert_eq!(new_mail("a: b", "Hoi,\n\n[c]"), "mailto:?subject=a%3A%20b&body=Hoi%2C%0D%0A%0D%0A%5Bc%5D");
    }
}
