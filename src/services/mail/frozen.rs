//! Rendered mails as sealed bytes, bound to their row of the outbox.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::crypto::{Binding, Purpose, sealed};
use crate::domain::ids::MailId;
use crate::mail::message::BuiltMail;
use crate::services::{Context, ServiceError};

/// What stands before the bytes: a line of JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope {
    from: String,
    to: String,
    message_id: String,
    date: DateTime<Utc>,
}

/// Seals a rendered mail.
pub(in crate::services) fn seal(context: &Context, id: MailId, mail: &BuiltMail) -> Vec<u8> {
    let BuiltMail { from, to, message_id, date, bytes } = mail.clone();
    let envelope = Envelope { from, to, message_id, date };
    let mut plain = Zeroizing::new(serde_json::to_vec(&envelope).expect("texts and a moment become JSON"));
    plain.push(b'\n');
    plain.extend_from_slice(&bytes);
    sealed::seal(&context.keys, Purpose::SealMail, &place(id), &plain, &context.chance)
}

/// Opens a sealed mail of this row.
pub(in crate::services) fn open(context: &Context, id: MailId, cell: &[u8]) -> Result<BuiltMail, ServiceError> {
    let broken = ServiceError::Broken("a frozen mail that cannot be read");
    let plain = sealed::open(&context.keys, Purpose::SealMail, &place(id), cell)?;
    let Some(end) = plain.iter().position(|byte| *byte == b'\n') else { return Err(broken) };
    let envelope: Envelope = serde_json::from_slice(&plain[..end]).map_err(|_| broken)?;
    let Envelope { from, to, message_id, date } = envelope;
    Ok(BuiltMail { from, to, message_id, date, bytes: plain[end + 1..].to_vec() })
}

fn place(id: MailId) -> Binding<'static> {
    Binding { table: "frozen_mail", row: id.as_uuid(), version: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stored_tests::{assert_refuses_fields, assert_refuses_tomorrow, read_as_written};

    #[test]
    fn what_stands_before_a_stored_mail_stays_readable() {
        let stored = include_str!("../stored/frozen_mail.jsonl");

        insta::assert_snapshot!("stored_frozen_mail", read_as_written::<Envelope>(stored));
        assert_refuses_tomorrow::<Envelope>(stored, &["date"]);
        assert_refuses_fields::<Envelope>(stored);
    }
}
