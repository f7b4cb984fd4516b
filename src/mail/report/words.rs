//! Reports in words: which receivers one names, and what of it is about each.
//!
//! Never looked at is the returned copy of our mail below the words: what stands there nobody said of the receiver.

use crate::domain::bounce::{DeliveryAction, RecipientReport, is_of_helper};

/// Lines of words that are read, signs of each, and receivers in them: all are more than any server writes.
const MOST_LINES: usize = 1000;
const MOST_SIGNS: usize = 1000;
const MOST_NAMED: usize = 50;

/// Lines that are about one receiver at most.
const LINES_ABOUT: usize = 12;

/// What stands on a ruled line above the copy.
const ABOVE_THE_COPY: [&str; 13] = [
    "copy of the message",
    "copy of your message",
    "copy of the original",
    "copy of the mail",
    "returned message",
    "returned mail",
    "original message",
    "unsent message",
    "message header",
    "message follows",
    "message text follows",
    "oorspronkelijk bericht",
    "oorspronkelijke bericht",
];

/// What stands before a colon at the end of a line above it.
const BEFORE_A_COLON: [&str; 4] =
    ["copy of the ", "copy of your message", "is the original message", "original message headers"];

/// Headers that no words of a server have, and every copy has some of.
const OF_THE_COPY: [&str; 11] = [
    "return-path:",
    "received:",
    "dkim-signature:",
    "mime-version:",
    "message-id:",
    "content-type:",
    "content-length:",
    "content-transfer-encoding:",
    "auto-submitted:",
    "x-auto-response-suppress:",
    "list-unsubscribe:",
];

/// Headers that may stand above those.
const BESIDE_THEM: [&str; 8] =
    ["from:", "to:", "subject:", "date:", "reply-to:", "in-reply-to:", "references:", "sender:"];

/// What may stand before a receiver, with a colon.
const LABELS: [&str; 8] =
    ["recipient", "recipient address", "failed recipient", "failed address", "address", "user", "mailbox", "rcpt to"];

/// What a server writes that goes on trying.
const STILL_TRIES: [&str; 10] = [
    "still being retried",
    "will be retried",
    "will keep trying",
    "will continue to",
    "attempts will continue",
    "not yet been delivered",
    "no action is required",
    "not need to resend",
    "need not resend",
    "warning message only",
];

/// The words above the copy.
pub(super) fn before_copy(text: &str) -> String {
    let short = |line: &str| line.char_indices().nth(MOST_SIGNS).map_or(line.len(), |(end, _)| end);
    let lines: Vec<&str> = text.lines().take(MOST_LINES).map(|line| &line[..short(line)]).collect();
    let plain = |line: &str| {
        line.trim_start_matches(|sign: char| sign.is_whitespace() || ">|".contains(sign)).trim_end().to_lowercase()
    };
    let begins = |line: &str, names: &[&str]| names.iter().any(|name| plain(line).starts_with(name));
    let mut end = lines.len();
    for (at, line) in lines.iter().enumerate() {
        if begins(line, &OF_THE_COPY) {
            let above = lines[..at].iter().rev().take_while(|line| begins(line, &BESIDE_THEM)).count();
            end = at - above;
            break;
        }
        let has_words = lines[..at].iter().any(|line| !line.trim().is_empty());
        if has_words && is_above_the_copy(&plain(line)) {
            end = at;
            break;
        }
    }
    lines[..end].join("\n")
}

fn is_above_the_copy(line: &str) -> bool {
    let has = |some: &[&str]| some.iter().any(|words| line.contains(words));
    let is_ruled = ["--", "==", "__", "**"].iter().any(|rule| line.starts_with(rule));
    is_ruled && has(&ABOVE_THE_COPY) || line.ends_with(':') && has(&BEFORE_A_COLON)
}

/// What a report in words tells, per receiver that it names. `failed` are those that a header of it names; `own` are the
/// addresses in its other headers: its sender's, and ours that it came to.
pub(super) fn recipients(words: &str, is_delay: bool, failed: &[String], own: &[String]) -> Vec<RecipientReport> {
    let small = words.to_lowercase();
    let is_delay = is_delay || STILL_TRIES.iter().any(|still| small.contains(still));
    let action = Some(if is_delay { DeliveryAction::Delayed } else { DeliveryAction::Failed });
    let is_own = |address: &String| own.contains(address);
    let mut named: Vec<String> = words.lines().filter_map(introduced).filter(|address| !is_own(address)).collect();
    named.sort();
    named.dedup();
    named.truncate(MOST_NAMED);
    let report = |mailboxes: Vec<String>, said: String| RecipientReport {
        mailboxes,
        action,
        status: None,
        said,
        is_prose: true,
    };
    match named.as_slice() {
        [] if transcript(words).count() > 1 => {
            transcript(words).map(|(who, line)| report(vec![who], line.to_owned())).collect()
        }
        [] if !failed.is_empty() => vec![report(failed.to_vec(), words.to_owned())],
        [] => {
            let mut mentioned: Vec<String> = words.lines().flat_map(addresses).collect();
            mentioned.retain(|address| !is_own(address) && !is_of_helper(address));
            mentioned.sort();
            mentioned.dedup();
            vec![report(mentioned, words.to_owned())]
        }
        [only] => vec![report(vec![only.clone()], from_introduction(words, only))],
        several => {
            let about =
                several.iter().filter_map(|one| said_about(words, one).map(|said| report(vec![one.clone()], said)));
            about.collect()
        }
    }
}

/// The lines of an old transcript that say how it went with a receiver: `550 <anna@school.example>... User unknown`.
fn transcript(words: &str) -> impl Iterator<Item = (String, &str)> {
    let who = |line: &str| {
        let (code, rest) = line.split_once(" <")?;
        let (address, said) = rest.split_once(">... ")?;
        let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
        (is_code && !said.is_empty()).then(|| addresses(address).next()).flatten()
    };
    words.lines().filter_map(move |line| Some((who(line)?, line))).take(MOST_NAMED)
}

/// All the words, those about the receiver first.
fn from_introduction(words: &str, address: &str) -> String {
    let lines: Vec<&str> = words.lines().collect();
    let at = lines.iter().position(|line| introduced(line).is_some_and(|found| found == address)).unwrap_or_default();
    [&lines[at..], &[""], &lines[..at]].concat().join("\n")
}

/// The lines about one receiver, from those that begin with it up to an empty one or to another receiver.
pub(super) fn said_about(words: &str, address: &str) -> Option<String> {
    let address = address.to_lowercase();
    let lines: Vec<&str> = words.lines().collect();
    let mut said: Vec<&str> = vec![];
    let goes_on = |line: &&&str| introduced(line).is_none_or(|found| found == address) && !line.trim().is_empty();
    let says_why = |line: &&str| line.split_whitespace().filter(|word| !word.contains('@')).count() > 1;
    for (at, _) in lines.iter().enumerate().filter(|(_, line)| introduced(line).is_some_and(|found| found == address)) {
        let mut end = at + 1 + lines[at + 1..].iter().take_while(goes_on).count();
        if !lines[at..end].iter().any(says_why) {
            // The reason stands below an empty line.
            let rest = &lines[end..];
            let gap = rest.iter().take_while(|line| line.trim().is_empty()).count();
            end += gap + rest[gap..].iter().take_while(goes_on).count();
        }
        said.extend(lines[at..end].iter().take(LINES_ABOUT));
    }
    (!said.is_empty()).then(|| said.join("\n"))
}

/// What is told of one receiver: the lines about it, else the paragraphs that name it and nobody else.
pub(super) fn told_of(words: &str, address: &str) -> Option<String> {
    let address = address.to_lowercase();
    let is_about = |paragraph: &String| {
        let named: Vec<String> = addresses(paragraph).filter(|named| !is_of_helper(named)).collect();
        !named.is_empty() && named.iter().all(|named| *named == address)
    };
    said_about(words, &address).or_else(|| {
        let mut paragraphs = vec![String::new()];
        for line in words.lines() {
            match paragraphs.last_mut().filter(|_| !line.trim().is_empty()) {
                Some(last) => {
                    last.push_str(line);
                    last.push('\n');
                }
                None => paragraphs.push(String::new()),
            }
        }
        let said: Vec<String> = paragraphs.into_iter().filter(is_about).take(LINES_ABOUT).collect();
        (!said.is_empty()).then(|| said.join("\n"))
    })
}

/// The receiver that a line begins with, in small letters.
fn introduced(line: &str) -> Option<String> {
    let begin = |text: &str| {
        let text = text.trim_start_matches(|sign: char| sign.is_whitespace() || "<>*-•\"'|".contains(sign));
        let first = text.split(|sign: char| sign.is_whitespace() || "<>()[];,\"".contains(sign)).next()?;
        addresses(first).next()
    };
    let labelled = || {
        let (label, rest) = line.split_once(':')?;
        LABELS.contains(&label.trim().to_lowercase().as_str()).then(|| begin(rest)).flatten()
    };
    begin(line).or_else(labelled)
}

/// The addresses in a text, in small letters.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = String> {
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.@-".contains(sign);
    let words = text.split(move |sign: char| !is_sign(sign)).map(|word| word.trim_matches(['.', '\'', '*', '-']));
    words
        .filter(|word| {
            let halves = word.split_once('@');
            halves.is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.contains('@'))
        })
        .map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(words: &str, failed: &[&str]) -> Vec<(String, String)> {
        let failed: Vec<String> = failed.iter().map(|one| (*one).to_owned()).collect();
        let own = ["mailer-daemon@mx.example".to_owned()];
        let found = recipients(words, false, &failed, &own).into_iter();
        found.map(|one| (one.mailboxes.join(" "), one.said)).collect()
    }

    #[test]
    fn the_copy_is_never_looked_at() {
        for above in [
            "------ This is a copy of the message, including all the headers. ------",
            "--- Below this line is a copy of the message.",
            "   ----- Original message follows -----",
            "Below is a copy of the original message:",
            "Return-Path: <x@y.nl>",
            "> From: Koppelklaar\n> To: Anna\n> Received: from mx",
            "From: Koppelklaar\nSubject: x\nMIME-Version: 1.0",
        ] {
            let text = format!("<a@b.nl>:\n  Sorry\n\n{above}\nContent-Length: 550\n\n550 5.1.1 User unknown\n");
            assert_eq!(before_copy(&text).trim_end(), "<a@b.nl>:\n  Sorry", "{above}");
        }
        for words in [
            "You can delete your own text from the attached returned message.\n\n<a@b.nl>: 550 no",
            "Your message\n  To: a@b.nl\n  Subject: x\n\ndid not reach:\n\na@b.nl\n  The MTS-ID of the original message is: c=nl",
            "----- The following addresses had permanent fatal errors -----\n<a@b.nl>",
        ] {
            assert_eq!(before_copy(words), words);
        }
    }

    #[test]
    fn each_receiver_is_told_apart() {
        let words =
            "It failed:\n\n  a@b.nl\n    550 no such user\n  <c@d.nl>: mailbox full\n\n  e@f.nl\n\n  was blocked\n";

        let found = told(words, &["x@y.nl"]);

        let who: Vec<&str> = found.iter().map(|(who, _)| who.as_str()).collect();
        assert_eq!(who, ["a@b.nl", "c@d.nl", "e@f.nl"]);
        for ((_, said), word) in found.iter().zip(["no such user", "full", "blocked"]) {
            assert!(said.contains(word) && said.lines().count() <= 3, "{said}");
        }
    }

    #[test]
    fn what_is_told_of_a_receiver_may_stand_in_a_sentence_that_names_nobody_else() {
        let words =
            "** Not found **\n\nIt was not delivered to A@b.nl because\nthe address could not be found.\n\nAsk c@d.nl.";

        assert_eq!(
            told_of(words, "a@b.nl").as_deref(),
            Some("It was not delivered to A@b.nl because\nthe address could not be found.\n")
        );
        assert_eq!(told_of(&words.replace("because", "by c@d.nl because"), "a@b.nl"), None);
        assert_eq!(told_of("a@b.nl: 550 no\n\nSee a@b.nl for more.", "a@b.nl").as_deref(), Some("a@b.nl: 550 no"));
    }

    #[test]
    fn an_old_transcript_has_a_line_for_each_receiver() {
        let words = "--- Transcript ---\n>>> RCPT To:<a@b.nl>\n<<< 550 No such user\n550 <a@b.nl>... User unknown\n\
                     421 d.nl (smtp)... Deferred\n554 <c@d.nl>... Connection reset";

        let found = told(words, &[]);

        let expected = [("a@b.nl", "550 <a@b.nl>... User unknown"), ("c@d.nl", "554 <c@d.nl>... Connection reset")];
        assert_eq!(found, expected.map(|(who, said)| (who.to_owned(), said.to_owned())));
    }

    #[test]
    fn who_is_meant_is_named_by_a_line_a_header_or_nobody() {
        for (words, failed, who) in [
            ("It failed:\n  A@b.nl\n    (generated from c@d.nl)\n    550 no", vec!["c@d.nl"], "a@b.nl"),
            ("It failed: 550 no, ask c@d.nl", vec!["a@b.nl"], "a@b.nl"),
            ("It failed: 550 no", vec!["a@b.nl", "c@d.nl"], "a@b.nl c@d.nl"),
            ("Recipient: <a@b.nl>\nReason: no", vec![], "a@b.nl"),
            (
                "We tried <c@d.nl>, then a@b.nl. Ask postmaster@b.nl or mailer-daemon@mx.example",
                vec![],
                "a@b.nl c@d.nl",
            ),
            ("It failed: 550 no", vec![], ""),
        ] {
            assert_eq!(told(words, &failed)[0].0, who, "{words}");
        }
    }
}
