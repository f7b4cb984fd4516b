//! The fields of a status part, and replies quoted in words.

use crate::domain::bounce::{DeliveryAction, RecipientReport, StatusCode};

/// Message-IDs that are taken from one header.
const MOST_IDS: usize = 20;

/// What the fields of a status part say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct StatusPart {
    pub(super) recipients: Vec<RecipientReport>,
    pub(super) message_ids: Vec<String>,
}

/// Reads groups of fields, divided by empty lines: the first is about the mail, each other about a receiver.
pub(super) fn fields(text: &str) -> StatusPart {
    let mut part = StatusPart::default();
    let mut current = RecipientReport::default();
    for line in unfolded(text) {
        if line.is_empty() {
            close(&mut part, &mut current);
            continue;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "action" => current.action = value.split_whitespace().next().and_then(DeliveryAction::parse),
            "status" => current.status = value.split_whitespace().next().and_then(StatusCode::parse),
            "diagnostic-code" => add_reply(&mut current, value),
            "x-original-message-id" | "original-message-id" => part.message_ids.extend(message_ids(value)),
            _ => {}
        }
    }
    close(&mut part, &mut current);
    part
}

fn close(part: &mut StatusPart, current: &mut RecipientReport) {
    let found = std::mem::take(current);
    if found != RecipientReport::default() {
        part.recipients.push(found);
    }
}

/// The reply behind the status; its code is better than a status that says nothing.
fn add_reply(current: &mut RecipientReport, value: &str) {
    let (status, reply) = reply_in(value);
    current.reply = reply;
    if current.status.is_none_or(|status| status.to_string() == "5.0.0") {
        current.status = status.or(current.status);
    }
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

/// The first SMTP reply that a text quotes, `550 5.1.1 …`, `550-5.1.1 …` or `550 …`: its enhanced code and its code.
pub(super) fn reply_in(text: &str) -> (Option<StatusCode>, Option<u16>) {
    let is_between = |sign: char| sign.is_whitespace() || ";:,<>()[]\"'#".contains(sign);
    let words: Vec<&str> = text.split(is_between).filter(|word| !word.is_empty()).collect();
    let mut bare = None;
    for (index, word) in words.iter().enumerate() {
        // `550-5.1.1` is the first line of an answer of several.
        let (code, rest) = word.split_once('-').map_or((*word, None), |(code, rest)| (code, Some(rest)));
        let Some(code) = reply_code(code) else { continue };
        let next = rest.filter(|rest| !rest.is_empty()).or(words.get(index + 1).copied());
        if let Some(status) = next.and_then(StatusCode::parse) {
            return (Some(status), Some(code));
        }
        bare = bare.or(Some(code));
    }
    (None, bare)
}

fn reply_code(word: &str) -> Option<u16> {
    let is_code = word.len() == 3 && word.bytes().all(|sign| sign.is_ascii_digit());
    is_code.then(|| word.parse().ok()).flatten().filter(|code| (400..600).contains(code))
}

/// The Message-IDs in a header.
pub(in crate::mail) fn message_ids(value: &str) -> impl Iterator<Item = String> {
    let ids = value.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(id, _)| format!("<{id}>")));
    ids.take(MOST_IDS).collect::<Vec<_>>().into_iter()
}
