//! Answers that come in by mail: to which thread one belongs, who wrote it, and what of it is kept.
//!
//! An answer is believed to belong to a thread when it came to the address of one message, which only that message named,
//! or when it says that it answers the Message-ID of a mail of ours. Whom it is from is what it says; anybody can write
//! that, so all that follows from one is a row on the worklist, which says that it came by mail.

use chrono::{DateTime, Utc};

use super::files::{self, SealedFile};
use super::receiving::{Received, keep};
use crate::crypto::{self, mail_token};
use crate::domain::actor::Actor;
use crate::domain::ids::{ConnectionId, MailId, MessageId};
use crate::domain::message::{own_words, sort};
use crate::domain::text::{EmailAddress, MessageText};
use crate::mail::reply::{self, Answer, Incoming};
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::mail::outbox::{self, OutboxMail};
use crate::store::onboarding::messages::{self, Author, Message};
use crate::store::onboarding::onboardings;
use crate::store::people::{access_links, contacts};

/// Signs of an address at most that is no contact's.
const SENDER_SIGNS: usize = 254;

/// What was done with a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is kept, and waits on Kurve.
    Taken,
    /// It is kept without its text, which held a password of the connection.
    TakenWithoutText,
    /// It was taken before.
    TakenBefore,
    /// A machine sent it; the words say what.
    FromMachine(&'static str),
    /// It is no mail.
    NoMail,
    /// It is larger than any that we take.
    TooLarge,
    /// It says nothing, and has no files.
    SaysNothing,
    /// The address that it came to was never given out by this installation.
    Forged,
    /// It answers no mail that is ours.
    UnknownThread,
    /// The school wrote more within a day than is taken.
    TooMany,
}

/// Takes in a mail that came to the address for answers; `to` is that address, where the mail server says it beside the
/// mail.
///
/// # Errors
/// When the store fails; then nothing was changed, and the mail is to be brought again.
pub async fn take(
    context: &Context,
    now: DateTime<Utc>,
    mail: &[u8],
    to: Option<&str>,
) -> Result<Outcome, ServiceError> {
    let mut answer = match reply::read(mail) {
        Incoming::Answer(answer) => answer,
        Incoming::FromMachine(what) => return Ok(Outcome::FromMachine(what)),
        Incoming::TooLarge => return Ok(Outcome::TooLarge),
        Incoming::Other => return Ok(Outcome::NoMail),
    };
    answer.came_to.splice(0..0, to.map(str::to_owned));
    let connection = match find_thread(context, &answer).await? {
        Thread::Of(connection) => connection,
        Thread::Forged => return Ok(Outcome::Forged),
        Thread::Unknown => return Ok(Outcome::UnknownThread),
    };
    take_into(context, now, Brought { connection, mail }, answer).await
}

/// Takes in what came back to the sender of a mail and is no delivery report: what somebody answers there, or a machine
/// for them.
///
/// # Errors
/// As [`take`].
pub(in crate::services) async fn take_on_mail(
    context: &Context,
    now: DateTime<Utc>,
    mail: &[u8],
    answered: &OutboxMail,
) -> Result<Outcome, ServiceError> {
    let answer = match reply::read_any(mail) {
        Incoming::Answer(answer) => answer,
        Incoming::FromMachine(what) => return Ok(Outcome::FromMachine(what)),
        Incoming::TooLarge => return Ok(Outcome::TooLarge),
        Incoming::Other => return Ok(Outcome::NoMail),
    };
    match connection_of(context, answered).await? {
        Some(connection) => take_into(context, now, Brought { connection, mail }, answer).await,
        None => Ok(Outcome::UnknownThread),
    }
}

/// A mail, and where it belongs.
struct Brought<'a> {
    connection: ConnectionId,
    mail: &'a [u8],
}

async fn take_into(
    context: &Context,
    now: DateTime<Utc>,
    Brought { connection, mail }: Brought<'_>,
    answer: Answer,
) -> Result<Outcome, ServiceError> {
    let digest = crypto::digest(&[answer.own_id.as_deref().map_or(mail, str::as_bytes)]);
    let received = Mail { connection, digest: crypto::hex(&digest[..16]), answer };
    let outcome = received.keep(context, now).await?;
    tracing::info!(connection.id = %connection, "Took an answer by mail: {outcome:?}");
    Ok(outcome)
}

/// The address that a message is answered at.
pub(in crate::services) fn address_of(context: &Context, message: MessageId) -> Option<String> {
    let address = context.reply_address.as_ref()?;
    Some(address.with(&mail_token::reply(&context.keys, message.as_uuid())))
}

/// Where an answer belongs.
enum Thread {
    Of(ConnectionId),
    Forged,
    Unknown,
}

async fn find_thread(context: &Context, answer: &Answer) -> Result<Thread, ServiceError> {
    let conn = context.db.reader();
    let address = context.reply_address.as_ref();
    let token = address.and_then(|address| answer.came_to.iter().find_map(|text| address.token_in(text)));
    if let Some(token) = token {
        let Some(id) = mail_token::read_reply(&context.keys, token) else { return Ok(Thread::Forged) };
        let found = messages::find(conn, MessageId::from_uuid(id)).await?;
        return Ok(found.map_or(Thread::Unknown, |message| Thread::Of(message.connection)));
    }
    for message_id in &answer.message_ids {
        let id = message_id.strip_prefix('<').and_then(|id| id.split_once('@')?.0.parse::<MailId>().ok());
        let Some(id) = id else { continue };
        let found = outbox::find(conn, id).await?.filter(|mail| mail.message_id == *message_id);
        let Some(mail) = found else { continue };
        if let Some(connection) = connection_of(context, &mail).await? {
            return Ok(Thread::Of(connection));
        }
    }
    Ok(Thread::Unknown)
}

/// The connection that a mail is about. One about several went to a contact of one; one to sign in went to an address.
async fn connection_of(context: &Context, mail: &OutboxMail) -> Result<Option<ConnectionId>, ServiceError> {
    let conn = context.db.reader();
    match (mail.connection, mail.contact, mail.about.link) {
        (Some(known), ..) => Ok(Some(known)),
        (None, Some(contact), _) => Ok(contacts::find(conn, contact).await?.map(|contact| contact.connection)),
        (None, None, Some(link)) => {
            let Some(link) = access_links::find(conn, link).await? else { return Ok(None) };
            Ok(contacts::list_by_email(conn, &link.email_key).await?.first().map(|contact| contact.connection))
        }
        (None, None, None) => Ok(None),
    }
}

/// A mail whose thread is known.
struct Mail {
    connection: ConnectionId,
    digest: String,
    answer: Answer,
}

/// What of a mail is to be kept.
struct Parts {
    id: MessageId,
    author: Author,
    text: Option<MessageText>,
    is_withheld: bool,
    files: Vec<SealedFile>,
}

impl Mail {
    async fn keep(self, context: &Context, now: DateTime<Utc>) -> Result<Outcome, ServiceError> {
        let (author, actor) = self.author(context).await?;
        let call = Call::by_machine(actor, now, "mail_in");
        let Some(parts) = self.parts(context, &call, author.clone()) else { return Ok(Outcome::SaysNothing) };
        match self.store(context, &call, parts).await {
            Err(ServiceError::HoldsPassword) => {
                let Some(parts) = self.parts(context, &call, author) else { return Ok(Outcome::SaysNothing) };
                let files = parts.files.into_iter().map(SealedFile::unnamed).collect();
                let stored =
                    self.store(context, &call, Parts { text: None, is_withheld: true, files, ..parts }).await?;
                Ok(if stored == Outcome::Taken { Outcome::TakenWithoutText } else { stored })
            }
            stored => stored,
        }
    }

    /// Who wrote it: the contact of the connection whose address it says to be from, or that address.
    async fn author(&self, context: &Context) -> Result<(Author, Actor), ServiceError> {
        let address = EmailAddress::parse(&self.answer.from).ok();
        let people = contacts::list(context.db.reader(), self.connection).await?;
        let is_from =
            |address: &EmailAddress| people.iter().find(|person| person.email.key_form() == address.key_form());
        Ok(match address.as_ref().and_then(is_from) {
            Some(person) => (Author::Contact(person.id), Actor::Contact { id: person.id, roles: person.roles }),
            None => {
                let shown: String =
                    self.answer.from.chars().filter(|sign| sign.is_ascii_graphic()).take(SENDER_SIGNS).collect();
                (Author::Stranger(shown), Actor::Visitor)
            }
        })
    }

    /// Its own words and its files; `None` where it has neither.
    fn parts(&self, context: &Context, call: &Call, author: Author) -> Option<Parts> {
        let id = MessageId::from_uuid(context.chance.uuid_v7(call.now));
        let sorted = sort(self.answer.files.clone());
        let own = MessageText::received(&own_words(&self.answer.text));
        // Where somebody only hands a mail on, that mail is what they say.
        let whole = || MessageText::received(&self.answer.text).filter(|_| sorted.kept.is_empty());
        let text = own.or_else(whole);
        if text.is_none() && sorted.kept.is_empty() && sorted.left_out.is_empty() {
            return None;
        }
        let files = files::seal(context, call, id, sorted);
        Some(Parts { id, author, text, is_withheld: false, files })
    }

    async fn store(&self, context: &Context, call: &Call, parts: Parts) -> Result<Outcome, ServiceError> {
        let Parts { id, author, text, is_withheld, files } = parts;
        let message = Message {
            id,
            connection: self.connection,
            author,
            step: None,
            text,
            is_withheld,
            digest: Some(self.digest.clone()),
            created_at: call.now,
            waits_since: Some(call.now),
        };
        let mut work = UnitOfWork::begin(context, call).await?;
        onboardings::load_for_update(work.conn(), self.connection).await?;
        if messages::is_known(work.conn(), &self.digest).await? {
            return Ok(Outcome::TakenBefore);
        }
        match keep(&mut work, Received { message, files }).await {
            Err(ServiceError::TooManyMessages) => return Ok(Outcome::TooMany),
            kept => kept?,
        }
        work.finish().await?;
        Ok(Outcome::Taken)
    }
}
