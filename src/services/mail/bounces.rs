//! Delivery reports: which mail of ours came back, and what follows from it.
//!
//! A report is believed when it came to the address of one mail, which only that mail carried, or when it returns the
//! Message-ID of one. Anybody who got the mail can make up such a report, so all that follows from one is a mark that
//! a colleague can take away, or that goes by itself once the contact signs in.
//!
//! What came to such an address and is no report is an answer, of a person or of a machine for them: it goes where the
//! other answers go ([`incoming`]).

use chrono::{DateTime, Utc};

use crate::crypto::{self, mail_token};
use crate::domain::actor::Actor;
use crate::domain::address_mark::Bounced;
use crate::domain::audit::Action;
use crate::domain::bounce::{self, Meaning, Verdict};
use crate::domain::ids::MailId;
use crate::domain::notice::{About, MailKind};
use crate::mail::report::{self, DeliveryReport, Incoming, Letter};
use crate::services::mail::mailbox::Mailbox;
use crate::services::messages::incoming;
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError};
use crate::store::ConnectionTrait;
use crate::store::mail::outbox::{self, OutboxMail};
use crate::store::mail::returned_mails;
use crate::store::people::{access_links, address_marks, contacts};

/// What was done with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Mail does not arrive at the address: it is marked, and Kurve is asked for another contact.
    Marked,
    /// Mail does not arrive, which was known, or at an address that is no contact's.
    Noted,
    /// The mail will be sent again.
    ToSendAgain,
    /// The mail is given up; the address is not marked.
    GivenUp,
    /// The report asks for nothing: the mail arrived, its server still tries, or this was reported before.
    NothingToDo,
    /// Neither a report nor an answer, but something else of a machine; the words say what.
    FromMachine(&'static str),
    /// An answer, and what became of it.
    Answered(incoming::Outcome),
    /// No report, and no answer to a mail of ours.
    NoReport,
    /// The address that it came to was never given out by this installation.
    Forged,
    /// A report on a mail that is not ours, or no longer in the outbox.
    UnknownMail,
}

/// Which mail a report is about.
enum Subject {
    Mail(Box<OutboxMail>),
    Forged,
    Unknown,
}

/// Takes in a message that came to the address for delivery reports; `to` is that address, where the mail server says
/// it beside the message.
///
/// # Errors
/// When the store fails; then nothing was changed, and the message is to be brought again.
pub async fn take(
    context: &Context,
    now: DateTime<Utc>,
    message: &[u8],
    to: Option<&str>,
) -> Result<Outcome, ServiceError> {
    match report::read(message) {
        Incoming::Report(mut report) => {
            report.came_to.splice(0..0, to.map(str::to_owned));
            take_report(context, now, message, &report).await
        }
        Incoming::Answer(mut letter) => {
            letter.came_to.splice(0..0, to.map(str::to_owned));
            take_answer(context, now, message, &letter).await
        }
        Incoming::FromMachine(what) => Ok(Outcome::FromMachine(what)),
        Incoming::Other => Ok(Outcome::NoReport),
    }
}

async fn take_report(
    context: &Context,
    now: DateTime<Utc>,
    message: &[u8],
    report: &DeliveryReport,
) -> Result<Outcome, ServiceError> {
    let mut mail = match find_subject(context, &report.came_to, &report.message_ids).await? {
        Subject::Mail(mail) => *mail,
        Subject::Forged => return Ok(Outcome::Forged),
        Subject::Unknown => return Ok(Outcome::UnknownMail),
    };
    let mailbox = Mailbox::of(context, &mail).await?;
    let verdict = report.verdict(|named| mailbox.is(named));
    let digest = digest_of(report, message);
    if mail.about.reports.contains(&digest) {
        return Ok(Outcome::NothingToDo);
    }
    mail.about.reports.push(digest);
    // Not since it was made: a reminder may have waited for weeks before it went.
    let first_sent_at = mail.about.first_sent_at.take().or(mail.sent_at).unwrap_or(now);
    let (kind, code) = (mail.kind.as_str(), verdict.code.clone());
    let came_back = CameBack { mail, first_sent_at, now, verdict };
    let outcome = match came_back.settle(context).await {
        // Anybody can write such words: then it came back without them.
        Err(ServiceError::HoldsPassword) => came_back.without_words().settle(context).await?,
        settled => settled?,
    };
    let id = came_back.mail.id;
    tracing::info!(mail.id = %id, mail.kind = kind, bounce.code = code, "Took a report on {kind} mail: {outcome:?}");
    Ok(outcome)
}

async fn take_answer(
    context: &Context,
    now: DateTime<Utc>,
    message: &[u8],
    letter: &Letter,
) -> Result<Outcome, ServiceError> {
    let answered = match find_subject(context, &letter.came_to, &letter.message_ids).await? {
        Subject::Mail(mail) => incoming::take_on_mail(context, now, message, &mail).await?,
        Subject::Forged | Subject::Unknown if letter.is_automatic => {
            return Ok(Outcome::FromMachine("an automatic reply"));
        }
        Subject::Forged | Subject::Unknown => return Ok(Outcome::NoReport),
    };
    Ok(Outcome::Answered(answered))
}

/// The address in the envelope of a mail: one of its own, that names it when it comes back.
pub(in crate::services) fn envelope_of(context: &Context, mail: MailId) -> Option<String> {
    let address = context.bounce_address.as_ref()?;
    Some(address.with(&mail_token::bounce(&context.keys, mail.as_uuid())))
}

async fn find_subject(context: &Context, came_to: &[String], message_ids: &[String]) -> Result<Subject, ServiceError> {
    let conn = context.db.reader();
    let token = context.bounce_address.as_ref().and_then(|address| {
        // The first one that is ours; the report of another installation may name ours somewhere.
        came_to.iter().find_map(|text| address.token_in(text))
    });
    if let Some(token) = token {
        let Some(id) = mail_token::read_bounce(&context.keys, token) else { return Ok(Subject::Forged) };
        let found = outbox::find(conn, MailId::from_uuid(id)).await?;
        return Ok(found.map_or(Subject::Unknown, |mail| Subject::Mail(Box::new(mail))));
    }
    for message_id in message_ids {
        let Some(id) = mail_of(message_id) else { continue };
        let found = outbox::find(conn, id).await?.filter(|mail| mail.message_id == *message_id);
        if let Some(mail) = found {
            return Ok(Subject::Mail(Box::new(mail)));
        }
    }
    Ok(Subject::Unknown)
}

/// What a report is known by when it is brought again, perhaps by another way: its own Message-ID, else all of it.
fn digest_of(report: &DeliveryReport, message: &[u8]) -> String {
    let digest = crypto::digest(&[report.own_id.as_deref().map_or(message, str::as_bytes)]);
    crypto::hex(&digest[..16])
}

/// The mail that a Message-ID of ours names.
fn mail_of(message_id: &str) -> Option<MailId> {
    message_id.strip_prefix('<')?.split_once('@')?.0.parse().ok()
}

fn by_report(now: DateTime<Utc>) -> Call {
    Call::by_machine(Actor::Clock, now, "bounce")
}

/// A mail that came back, with the report in what it is about.
struct CameBack {
    mail: OutboxMail,
    first_sent_at: DateTime<Utc>,
    now: DateTime<Utc>,
    verdict: Verdict,
}

impl CameBack {
    fn without_words(&self) -> Self {
        let verdict = Verdict { words: String::new(), ..self.verdict.clone() };
        Self { mail: self.mail.clone(), verdict, ..*self }
    }

    async fn settle(&self, context: &Context) -> Result<Outcome, ServiceError> {
        match self.verdict.meaning {
            Meaning::Delayed | Meaning::Delivered => Ok(Outcome::NothingToDo),
            Meaning::Elsewhere => self.note_elsewhere(context).await,
            Meaning::Soft => self.send_again(context).await,
            Meaning::Refused => self.give_up(context).await,
            Meaning::Hard => self.does_not_arrive(context).await,
        }
    }

    /// What is kept with the mail. Words that are put before the code here are read in `words::mail_reason`.
    fn why(&self) -> String {
        let Verdict { meaning, code, words } = &self.verdict;
        let said = if words.is_empty() { String::new() } else { format!(": {words}") };
        match meaning {
            Meaning::Hard => format!("came back: {code}"),
            Meaning::Soft => format!("came back: {code}, for now{said}"),
            Meaning::Elsewhere => format!("came back for another address: {code}{said}"),
            Meaning::Refused | Meaning::Delayed | Meaning::Delivered => format!("came back: {code}, refused{said}"),
        }
    }

    /// Notes it in the change, once the row of the mail says it.
    fn note(&self, work: &mut UnitOfWork<'_>) {
        if let Some(connection) = self.mail.connection {
            work.said(connection, &self.verdict.words);
        }
        let (mail, code) = (self.mail.id, self.verdict.code.clone());
        work.note(self.mail.connection, Action::MailReturned { mail, code });
    }

    /// The mail arrived at the address, and not with somebody behind it: it shows with the mail and is no more than that.
    async fn note_elsewhere(&self, context: &Context) -> Result<Outcome, ServiceError> {
        let call = by_report(self.now);
        let mut work = UnitOfWork::begin(context, &call).await?;
        if returned_mails::mark_returned_elsewhere(work.conn(), &self.mail, &self.why()).await? {
            if let Some(connection) = self.mail.connection {
                work.said(connection, &self.verdict.words);
            }
            work.finish().await?;
        }
        Ok(Outcome::NothingToDo)
    }

    async fn send_again(&self, context: &Context) -> Result<Outcome, ServiceError> {
        // A token dies within minutes, or within a day: who needs another asks for it.
        let again_at = bounce::retry_at(self.first_sent_at, self.now).filter(|_| !self.mail.kind.carries_token());
        let Some(at) = again_at else { return self.give_up(context).await };
        let call = by_report(self.now);
        let mut work = UnitOfWork::begin(context, &call).await?;
        let about = About { first_sent_at: Some(self.first_sent_at), ..self.mail.about.clone() };
        let again = OutboxMail { about, ..self.mail.clone() };
        if !returned_mails::mark_to_send_again(work.conn(), &again, at, &self.why()).await? {
            return Ok(Outcome::NothingToDo);
        }
        self.note(&mut work);
        work.finish().await?;
        Ok(Outcome::ToSendAgain)
    }

    async fn give_up(&self, context: &Context) -> Result<Outcome, ServiceError> {
        let call = by_report(self.now);
        let mut work = UnitOfWork::begin(context, &call).await?;
        if !returned_mails::mark_returned(work.conn(), &self.mail, &self.why()).await? {
            return Ok(Outcome::NothingToDo);
        }
        self.note(&mut work);
        work.finish().await?;
        Ok(Outcome::GivenUp)
    }

    async fn does_not_arrive(&self, context: &Context) -> Result<Outcome, ServiceError> {
        let call = by_report(self.now);
        let mut work = UnitOfWork::begin(context, &call).await?;
        let came_back = returned_mails::mark_returned(work.conn(), &self.mail, &self.why()).await?
            || returned_mails::mark_was_returned(work.conn(), &self.mail).await?;
        if !came_back {
            return Ok(Outcome::NothingToDo);
        }
        self.note(&mut work);
        let outcome = mark_address(context, &mut work, self).await?;
        work.finish().await?;
        Ok(outcome)
    }
}

/// Marks the address of a mail to a contact, once; Kurve hears of it once.
async fn mark_address(
    context: &Context,
    work: &mut UnitOfWork<'_>,
    CameBack { mail, now, verdict, .. }: &CameBack,
) -> Result<Outcome, ServiceError> {
    let code = &verdict.code;
    let Some(address_key) = address_key(context, work.conn(), mail).await? else { return Ok(Outcome::Noted) };
    let people = contacts::list_by_email(work.conn(), &address_key).await?;
    let Some(first) = people.first() else { return Ok(Outcome::Noted) };
    let bounced = Bounced { at: *now, code: code.clone() };
    if !address_marks::mark_bounced(work.conn(), &address_key, &bounced).await? {
        return Ok(Outcome::Noted);
    }
    for person in &people {
        let action = Action::AddressBounced { contact: person.id, code: code.clone() };
        work.note(Some(person.connection), action);
    }
    let told = NewMail {
        kind: MailKind::AddressBounced,
        connection: None,
        contact: None,
        about: About { unreached: Some(first.id), ..About::default() },
        occasion: mail.id.to_string(),
    };
    work.mail_about(people.iter().map(|person| person.connection).collect(), told);
    Ok(Outcome::Marked)
}

/// The keyed hash of the contact's address that a mail went to. A mail to Kurve's own support has none: were that
/// address marked, nobody would hear of anything.
async fn address_key(
    context: &Context,
    conn: &impl ConnectionTrait,
    mail: &OutboxMail,
) -> Result<Option<String>, ServiceError> {
    if let Some(contact) = mail.contact {
        let contact = contacts::load(conn, contact).await?;
        return Ok(Some(context.keys.email_key(&contact.email.key_form())));
    }
    let Some(link) = mail.about.link else { return Ok(None) };
    Ok(access_links::find(conn, link).await?.map(|link| link.email_key))
}
