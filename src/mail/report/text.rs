//! The fields of a status part, and Message-IDs.

use crate::domain::bounce::{DeliveryAction, RecipientReport, StatusCode};

/// Message-IDs that are taken from one header.
const MOST_IDS: usize = 20;

/// Bytes after the name of a header in a text within which its Message-ID stands.
const ID_WITHIN: usize = 400;

/// Fields about receivers that are read between two empty lines.
const MOST_FIELDS: usize = 500;

/// What is told of each receiver, in any order.
const OF_RECEIVER: [&str; 7] = [
    "original-recipient",
    "final-recipient",
    "x-actual-recipient",
    "action",
    "status",
    "diagnostic-code",
    "x-supplementary-info",
];

/// What the fields of a status part say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct StatusPart {
    pub(super) recipients: Vec<RecipientReport>,
    pub(super) message_ids: Vec<String>,
}

/// A field about a receiver: its name in small letters, and its value.
type Field = [String; 2];

/// Reads groups of fields. The first is about the mail, each other about a receiver; empty lines stand between them, or not.
pub(super) fn fields(text: &str) -> StatusPart {
    let mut part = StatusPart::default();
    let mut groups: Vec<Vec<Field>> = vec![];
    let mut block = vec![];
    for line in unfolded(text) {
        if line.is_empty() {
            close(&mut groups, std::mem::take(&mut block));
            continue;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        if OF_RECEIVER.contains(&name.as_str()) && block.len() < MOST_FIELDS {
            block.push([name, value.to_owned()]);
        } else if matches!(name.as_str(), "x-original-message-id" | "original-message-id") {
            part.message_ids.extend(message_ids(value));
        }
    }
    close(&mut groups, block);
    part.recipients = groups.iter().map(|group| recipient(group)).collect();
    part
}

/// Adds the groups of one block of lines.
fn close(groups: &mut Vec<Vec<Field>>, block: Vec<Field>) {
    if block.is_empty() {
        return;
    }
    let says_who = |group: &[Field]| group.iter().any(|[name, _]| name.ends_with("-recipient"));
    let says_what = |group: &[Field]| group.iter().any(|[name, _]| name == "action" || name == "status");
    if let Some(last) = groups.last_mut().filter(|last| !says_who(&block) && !says_what(last)) {
        // An empty line within a group.
        last.extend(block);
        return;
    }
    let key = if has(&block, "final-recipient") > 0 { "final-recipient" } else { "original-recipient" };
    if has(&block, key) <= 1 {
        groups.push(block);
        return;
    }
    // Several groups without empty lines: each begins with what the first began with.
    let first = block[0][0].clone();
    let begins_with_who = first.ends_with("-recipient") || has(&block, &first) != has(&block, key);
    let mut found: Vec<Vec<Field>> = vec![];
    for field in block {
        let Some(last) = found.last_mut() else {
            found.push(vec![field]);
            continue;
        };
        let is_new = if begins_with_who {
            let is_over = has(last, "action") + has(last, "status") > 0;
            field[0].ends_with("-recipient") && (is_over || field[0] == key && !is_only_who(last, &field))
        } else {
            field[0] == first
        };
        if is_new { found.push(vec![field]) } else { last.push(field) }
    }
    groups.extend(found);
}

fn has(group: &[Field], wanted: &str) -> usize {
    group.iter().filter(|[name, _]| name == wanted).count()
}

/// Whether a group has names of its receiver alone, of another kind than this one.
fn is_only_who(group: &[Field], [name, _]: &Field) -> bool {
    name.ends_with("-recipient") && group.iter().all(|[known, _]| known.ends_with("-recipient") && known != name)
}

fn recipient(group: &[Field]) -> RecipientReport {
    let all = |wanted: &str| {
        let values = group.iter().filter(|[name, _]| name == wanted).map(|[_, value]| value.as_str());
        values.filter(|value| !value.is_empty()).collect::<Vec<_>>()
    };
    let who = |wanted: &str| all(wanted).first().map(|value| mailbox(value)).filter(|mailbox| !mailbox.is_empty());
    let statuses: Vec<StatusCode> = all("status").into_iter().filter_map(status).collect();
    let mut said = all("diagnostic-code");
    said.extend(all("x-supplementary-info"));
    RecipientReport {
        mailboxes: mailboxes(who("original-recipient"), who("final-recipient"), who("x-actual-recipient")),
        action: all("action").into_iter().find_map(|value| DeliveryAction::parse(first_word(value))),
        status: statuses.first().copied(),
        said: said.join("\n"),
        is_prose: false,
    }
}

/// The mailboxes that a group is about. The final one counts; where that is no address, nobody can tell whether it is
/// the original one. Sendmail names as actual the one that it went on to.
fn mailboxes(original: Option<String>, last: Option<String>, actual: Option<String>) -> Vec<String> {
    let is_address = |mailbox: &String| mailbox.contains('@');
    let mut found: Vec<String> = match last {
        Some(last) if is_address(&last) => vec![last],
        Some(last) => original.into_iter().chain([last]).collect(),
        None => original.into_iter().collect(),
    };
    found.extend(actual.filter(is_address));
    found.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
    found
}

/// The mailbox in `rfc822; anna@school.example`.
fn mailbox(value: &str) -> String {
    let value = value.split_once(';').map_or(value, |(_, value)| value).trim();
    let value = value.split_whitespace().find(|word| word.contains('@')).unwrap_or(value);
    let value = value.trim_matches(|sign: char| "<>'".contains(sign)).trim();
    // Quotes around all of it, or around the part before the `@`, are none of the address.
    let value = value.strip_prefix('"').map_or_else(|| value.to_owned(), |rest| rest.replacen("\"@", "@", 1));
    let value = value.trim_matches('"');
    // `@gate.example:anna@school.example` is a way to the mailbox.
    let is_way = value.starts_with('@');
    value.rsplit_once(':').filter(|_| is_way).map_or(value, |(_, mailbox)| mailbox).to_owned()
}

fn status(value: &str) -> Option<StatusCode> {
    value.split(|sign: char| sign.is_whitespace() || ";,()".contains(sign)).find_map(StatusCode::parse)
}

fn first_word(value: &str) -> &str {
    value.split(|sign: char| !sign.is_ascii_alphabetic()).find(|word| !word.is_empty()).unwrap_or_default()
}

/// Lines with their continuations, without the ends.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    for line in text.lines() {
        let is_continuation = line.starts_with([' ', '\t']) && !line.trim().is_empty();
        match lines.last_mut().filter(|last| is_continuation && !last.is_empty()) {
            Some(last) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            None => lines.push(line.trim().to_owned()),
        }
    }
    lines
}

/// The Message-IDs in a header.
pub(in crate::mail) fn message_ids(value: &str) -> impl Iterator<Item = String> {
    let ids = value.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(id, _)| format!("<{id}>")));
    ids.take(MOST_IDS).collect::<Vec<_>>().into_iter()
}

/// The Message-IDs that stand in a text as headers do, such as those of a mail that was returned as text.
pub(super) fn message_ids_in(text: &str) -> impl Iterator<Item = String> {
    let name = "message-id:";
    let small = text.to_ascii_lowercase();
    let found = small.match_indices(name).filter_map(|(at, _)| {
        let value: String = text[at + name.len()..].chars().take(ID_WITHIN).collect();
        let value = value.trim_start();
        if value.starts_with('<') { message_ids(value).next() } else { None }
    });
    found.take(MOST_IDS).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str =
        "Final-Recipient: rfc822; a@school.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 a\n";
    const B: &str =
        "Final-Recipient: rfc822; b@school.example\nAction: relayed\nStatus: 2.0.0\nDiagnostic-Code: smtp; 250 b\n";

    fn read(text: &str) -> Vec<(String, Option<DeliveryAction>, String)> {
        let found = fields(text).recipients.into_iter();
        found.map(|one| (one.mailboxes.join(" "), one.action, one.said)).collect()
    }

    fn both() -> Vec<(String, Option<DeliveryAction>, String)> {
        vec![
            ("a@school.example".to_owned(), Some(DeliveryAction::Failed), "smtp; 550 a".to_owned()),
            ("b@school.example".to_owned(), Some(DeliveryAction::Delivered), "smtp; 250 b".to_owned()),
        ]
    }

    fn backwards(group: &str) -> String {
        group.lines().rev().map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn each_receiver_has_a_group_with_or_without_empty_lines_and_in_any_order() {
        let with_original = |group: &str| format!("Original-Recipient: rfc822;lijst@school.example\n{group}");
        for text in [
            format!("Reporting-MTA: dns; mx\n\n{A}\n{B}"),
            format!("{A}{B}"),
            format!("Reporting-MTA: dns; mx\n{A}{B}\n"),
            format!("{}{}", backwards(A), backwards(B)),
            format!("{}\n{}", backwards(A), backwards(B)),
            format!("{}{}", with_original(A), with_original(B)),
            format!("{A}Original-Recipient: rfc822;lijst@school.example\n{B}"),
            format!("{}\n{B}", A.replacen("Action", "\nAction", 1)),
        ] {
            assert_eq!(read(&text), both(), "{text}");
        }
    }

    #[test]
    fn the_mailbox_that_failed_is_the_final_one() {
        for (text, expected) in [
            ("Final-Recipient: rfc822;<a@b.nl>\nOriginal-Recipient: rfc822;c@d.nl", "a@b.nl"),
            ("Final-Recipient: RFC822; @gate.example:a@b.nl", "a@b.nl"),
            ("Original-Recipient: rfc822; c@d.nl", "c@d.nl"),
            ("Original-Recipient: rfc822; c@d.nl\nFinal-Recipient: local; jan", "c@d.nl jan"),
            ("Final-Recipient: RFC822; a@b.nl\nX-Actual-Recipient: RFC822; e@f.nl", "a@b.nl e@f.nl"),
            ("Final-Recipient: RFC822; a@b.nl\nX-Actual-Recipient: RFC822; A@b.nl", "a@b.nl"),
            ("Final-Recipient: RFC822; a@b.nl\nX-Actual-Recipient: X-Unix; |/bin/x", "a@b.nl"),
            ("Final-Recipient: rfc822; \"a\"@b.nl", "a@b.nl"),
            ("Final-Recipient: rfc822; \"a@b.nl\"", "a@b.nl"),
            ("Final-Recipient: rfc822;", ""),
        ] {
            let found = read(&format!("{text}\nAction: failed\n")).swap_remove(0);
            assert_eq!(found.0, expected, "{text}");
        }
    }

    #[test]
    fn the_words_of_the_server_are_found_in_each_of_their_fields() {
        let text = "Status: 5.0.0 (general)\nX-Supplementary-Info: <mx #5.0.0 smtp; 550 5.4.1\n [a@b.nl]: no>\nAction: Failed; x";

        let found = fields(text).recipients.swap_remove(0);

        assert_eq!((found.action, found.status), (Some(DeliveryAction::Failed), StatusCode::parse("5.0.0")));
        assert_eq!(found.said, "<mx #5.0.0 smtp; 550 5.4.1 [a@b.nl]: no>");
    }

    #[test]
    fn message_ids_are_found_in_a_text() {
        let text = "Message-ID: <a@b>\n> message-id:\n  <c@d>\nMessage-ID: none <x@y>\nÉé Message-Id:<e@f>";

        assert_eq!(message_ids_in(text).collect::<Vec<_>>(), ["<a@b>", "<c@d>", "<e@f>"]);
    }
}
