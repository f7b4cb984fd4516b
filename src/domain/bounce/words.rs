//! What a mail server wrote: the codes in it, and the words as they may be kept.

use std::ops::Range;

use super::status_code::StatusCode;

/// Signs of a server's words that are kept.
const KEPT_SIGNS: usize = 300;

/// What the codes in a text say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Codes {
    /// The enhanced status code.
    pub(super) status: Option<StatusCode>,
    /// The code of the SMTP reply.
    pub(super) reply: Option<u16>,
}

/// The codes in a text: `550 5.1.1 …`, `550-5.1.1 …`, `550 …` or `(#5.1.1)`.
///
/// A server that hands on what another one told it writes that last, so the last code that says something counts. In
/// prose a number may be anything: there a code stands where a reply begins.
pub(super) fn codes(text: &str, is_prose: bool) -> Codes {
    let words = split(text);
    let (mut paired, mut lone, mut bare) = (None, None, None);
    for (index, word) in words.iter().enumerate() {
        if let Some(status) = StatusCode::parse(word.text).filter(|_| !is_prose || word.begins) {
            lone = better(lone, Codes { status: Some(status), reply: None });
        }
        // `550-5.1.1` is the first line of an answer of several.
        let (code, rest) = word.text.split_once('-').map_or((word.text, ""), |(code, rest)| (code, rest));
        let Some(code) = reply_code(code) else { continue };
        let next = if rest.is_empty() { words.get(index + 1).map_or("", |next| next.text) } else { rest };
        match StatusCode::parse(next) {
            Some(status) => paired = better(paired, Codes { status: Some(status), reply: Some(code) }),
            None if word.begins => bare = bare.or(Some(Codes { status: None, reply: Some(code) })),
            None => {}
        }
    }
    let alone = bare.map(|bare: Codes| Codes { reply: bare.reply, ..lone.unwrap_or_default() });
    paired.or(alone).or(lone).unwrap_or_default()
}

/// The later of two, unless it says nothing and the first does.
fn better(before: Option<Codes>, now: Codes) -> Option<Codes> {
    let says_nothing = now.status.is_some_and(StatusCode::is_general);
    if says_nothing && before.is_some() { before } else { Some(now) }
}

/// A word of a text.
struct Word<'a> {
    text: &'a str,
    /// Whether a reply may begin with it: a line does, or a sign stands before it.
    begins: bool,
}

fn split(text: &str) -> Vec<Word<'_>> {
    let is_between = |sign: char| sign.is_whitespace() || ";:,<>()[]\"'#".contains(sign);
    let mut words = vec![];
    for line in text.lines() {
        let mut begins = true;
        let mut rest = line;
        while !rest.is_empty() {
            let end = rest.find(is_between).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            if !word.is_empty() {
                // A sentence ends with a dot, no code does.
                words.push(Word { text: word.trim_end_matches('.'), begins });
                begins = false;
            }
            let next = after.find(|sign| !is_between(sign)).unwrap_or(after.len());
            begins |= after[..next].contains(|sign: char| !sign.is_whitespace());
            rest = &after[next..];
        }
    }
    words
}

fn reply_code(word: &str) -> Option<u16> {
    let is_code = word.len() == 3 && word.bytes().all(|sign| sign.is_ascii_digit());
    is_code.then(|| word.parse().ok()).flatten().filter(|code| (400..600).contains(code))
}

/// A text with something else in the place of each address.
pub(super) fn without_addresses(text: &str, instead: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut end = 0;
    for address in places(text) {
        kept.push_str(&text[end..address.start]);
        kept.push_str(instead);
        end = address.end;
    }
    kept.push_str(&text[end..]);
    kept
}

/// What looks like an address in a text.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = &str> {
    places(text).into_iter().map(|address| &text[address])
}

fn places(text: &str) -> Vec<Range<usize>> {
    let is_local = |sign: char| sign.is_alphanumeric() || "'._+&-".contains(sign);
    let is_domain = |sign: char| sign.is_alphanumeric() || "._-".contains(sign);
    let mut found = vec![];
    let mut from = 0;
    while let Some(at) = text[from..].find('@').map(|at| from + at) {
        let local = text[from..at].char_indices().rev().take_while(|(_, sign)| is_local(*sign)).last();
        let local = local.map_or("", |(start, _)| &text[from + start..at]).trim_start_matches(['\'', '.', '-']);
        let rest = &text[at + 1..];
        let domain = &rest[..rest.find(|sign| !is_domain(sign)).unwrap_or(rest.len())];
        from = at + 1 + domain.len();
        // The dot of a sentence is none of the address.
        found.push(at - local.len()..at + 1 + domain.trim_end_matches('.').len());
    }
    found
}

/// The words as they are kept and shown: on one line, without addresses, and no more than some.
pub(super) fn excerpt(text: &str) -> String {
    let whole = without_addresses(text, "…");
    let words: Vec<&str> = whole.split(|sign: char| sign.is_whitespace() || sign.is_control()).collect();
    let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(KEPT_SIGNS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str, is_prose: bool) -> String {
        let Codes { status, reply } = codes(text, is_prose);
        let status = status.map(|status| status.to_string()).unwrap_or_default();
        format!("{status} {}", reply.map(|reply| reply.to_string()).unwrap_or_default()).trim().to_owned()
    }

    #[test]
    fn the_last_code_that_says_something_counts() {
        for (text, expected) in [
            ("smtp; 550 5.1.1 User unknown", "5.1.1 550"),
            ("smtp;550-5.1.1 The account 550 5.1.1 gsmtp", "5.1.1 550"),
            ("smtp; 550 No such user", "550"),
            ("smtp; 550-Please turn on authentication", "550"),
            ("smtp; 5.1.0 - Unknown address error 550-'5.7.1 <a@b.nl>... Relaying denied'", "5.7.1 550"),
            ("smtp;550 5.0.350 Remote server returned an error -> 550 5.1.1 User unknown", "5.1.1 550"),
            ("550 5.1.1 undeliverable address: host mx said: 450 4.2.0 Greylisted", "4.2.0 450"),
            ("<mx.example.net #5.0.0 smtp; 550 5.4.1 [a@b.nl]: Access denied>", "5.4.1 550"),
            ("550 5.1.1 User unknown\n503 5.0.0 Need RCPT", "5.1.1 550"),
            ("Sorry, no mailbox here. (#5.1.1)", "5.1.1"),
            ("550 Mailbox full (5.2.2)", "5.2.2 550"),
            ("no code, 192.0.2.25, 555 mails, 123", "555"),
            ("", ""),
        ] {
            assert_eq!(shown(text, false), expected, "{text}");
        }
    }

    #[test]
    fn in_prose_a_number_is_a_code_only_where_a_reply_begins() {
        for (text, expected) in [
            ("there are 550 mails, by Exim 4.96 and Domino 5.0.11", ""),
            ("it said: 550 No such user", "550"),
            ("<<< 550 No such user", "550"),
            ("550 5.1.1 No such user", "5.1.1 550"),
            ("gave up. (#5.1.1)", "5.1.1"),
        ] {
            assert_eq!(shown(text, true), expected, "{text}");
        }
    }

    #[test]
    fn what_is_kept_has_no_address_and_one_line() {
        let text = "550 5.1.1\n <anna+x@school.example>:\tsaid\u{7} mx.school.example, \u{1f4ec}@x";

        assert_eq!(excerpt(text), "550 5.1.1 <…>: said mx.school.example, 📬…");
        assert_eq!(excerpt(&"é".repeat(1000)).chars().count(), KEPT_SIGNS + 1);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_or_keeps_an_address(text in "\\PC{0,80}", more in any::<String>()) {
            prop_assert!(!excerpt(&text).contains('@'));
            codes(&text, false);
            codes(&more, true);
            excerpt(&more);
        }
    }
}
