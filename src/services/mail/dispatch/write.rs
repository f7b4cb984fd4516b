//! From a row of the outbox to bytes that can be handed over, or to why there are none.

use std::panic::AssertUnwindSafe;

use chrono::{DateTime, Duration, Utc};
use futures_util::FutureExt;

use super::mailer::Mailer;
use super::outcome::Outcome;
use super::together::{self, Together};
use crate::domain::ids::{ConnectionId, LeaseId, MailId};
use crate::domain::unsent::UnsentReason;
use crate::mail::message::{self, BuiltMail, OutgoingMail};
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::services::mail::{bounces, frozen, mails, tokens};
use crate::services::{Context, chain};
use crate::store::mail::frozen_mails;
use crate::store::mail::gathered::Going;
use crate::store::mail::outbox::OutboxMail;
use crate::store::operations::audit;
use crate::store::{ConnectionTrait, StoreError};

/// How long what a mail was written from counts as what is true now.
const FRESH: Duration = Duration::seconds(1);

/// How often a mail is written anew because something changed in between.
const LOOKS: u32 = 3;

/// A mail that can be handed over.
pub(super) struct Ready {
    pub(super) mail: OutboxMail,
    pub(super) built: BuiltMail,
    /// What is to be kept of it; `None` for a mail with a token, and for one that is kept already.
    pub(super) sealed: Option<Vec<u8>>,
    /// What it was written from.
    pub(super) view: View,
    /// The mails that it tells of too.
    pub(super) others: Vec<MailId>,
}

impl Ready {
    /// What goes with it.
    pub(super) fn going(&self) -> Going<'_> {
        Going { with: self.mail.id, mails: &self.others }
    }
}

/// What was true when mails were written: every change of state leaves an entry in the audit.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    last_entry: Option<i64>,
    at: DateTime<Utc>,
    looks: u32,
}

impl View {
    /// What is true now.
    pub(super) async fn now(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Self, StoreError> {
        Ok(Self { last_entry: audit::last_id(conn).await?, at: now, looks: 1 })
    }

    /// What is true now, after this no longer held.
    pub(super) async fn again(self, conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Self, StoreError> {
        Ok(Self { looks: self.looks + 1, ..Self::now(conn, now).await? })
    }

    /// Whether nothing changed since: no entry, and hardly any time. Where something changes at every look, the last
    /// one is good enough.
    pub(super) async fn still_holds(self, conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<bool, StoreError> {
        if self.looks > LOOKS {
            return Ok(true);
        }
        let is_recent = (self.at..=self.at + FRESH).contains(&now);
        Ok(is_recent && audit::last_id(conn).await? == self.last_entry)
    }
}

/// What mails are written with.
#[derive(Clone, Copy)]
pub(super) struct Pen<'a> {
    pub(super) context: &'a Context,
    pub(super) mailer: &'a Mailer,
    pub(super) lease: LeaseId,
}

/// The bytes of a mail.
struct Bytes {
    built: BuiltMail,
    sealed: Option<Vec<u8>>,
    others: Vec<MailId>,
}

/// Writes a mail, or says why not. A fault in one mail's text costs that mail, not the worker.
pub(super) async fn write(pen: Pen<'_>, mail: OutboxMail, view: View) -> Result<Ready, (OutboxMail, Outcome)> {
    let written = AssertUnwindSafe(bytes(pen, &mail, view.at)).catch_unwind().await;
    match written.unwrap_or_else(|_| Err(Outcome::given_up(UnsentReason::FaultWhileWriting))) {
        Ok(Bytes { built, sealed, others }) => Ok(Ready { mail, built, sealed, view, others }),
        Err(outcome) => Err((mail, outcome)),
    }
}

async fn bytes(pen: Pen<'_>, mail: &OutboxMail, now: DateTime<Utc>) -> Result<Bytes, Outcome> {
    let Pen { context, mailer, lease } = pen;
    let is_repeated = mail.handing_over_at.is_some();
    if is_repeated && mail.kind.carries_token() {
        return Err(Outcome::given_up(UnsentReason::MayHaveArrived));
    }
    let request = DraftRequest { context, mail, now, is_preview: false };
    let draft = drafted(request).await.map_err(to_outcome)?;
    if let Some(claim) = draft.claim {
        claim.take(request).await.map_err(to_outcome)?;
    }
    let repeated = if is_repeated { Some(as_it_was(context, mail).await?) } else { None };
    // What is repeated goes where it went, also when the contact has another address by now.
    let to = repeated.as_ref().map_or(&draft.to_address, |built| &built.to);
    if !context.mail.may_go_to(to) {
        take_token_back(context, mail).await?;
        return Err(Outcome::given_up(UnsentReason::OutsideList));
    }
    if let Some(built) = repeated {
        return Ok(Bytes { built, sealed: None, others: vec![] });
    }
    if let Some(claim) = draft.claim {
        claim.leave_rest(request).await.map_err(|error| to_outcome(error.into()))?;
    }
    let together = together::join(request, draft, lease).await.map_err(|error| to_outcome(error.into()))?;
    let (outgoing, others) = outgoing(request, together);
    let built = message::build(&mailer.sender, &outgoing);
    let built = built.map_err(|error| Outcome::Failed(error.to_string()))?;
    let sealed = (!mail.kind.carries_token()).then(|| frozen::seal(context, mail.id, &built));
    Ok(Bytes { built, sealed, others })
}

/// A token that an earlier try made and did not hand over is worth nothing: a new one is made.
async fn drafted(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
    match mails::draft(request).await {
        Err(NotSent::Doubtful(_)) => {
            tokens::take_back(request.context, request.mail).await?;
            mails::draft(request).await
        }
        drafted => drafted,
    }
}

/// Makes the token of a mail that was not taken worth nothing; nothing to do for a mail without one.
pub(super) async fn take_token_back(context: &Context, mail: &OutboxMail) -> Result<(), Outcome> {
    if mail.kind.carries_token() {
        tokens::take_back(context, mail).await.map_err(|error| Outcome::Failed(chain(&error)))?;
    }
    Ok(())
}

fn to_outcome(not_sent: NotSent) -> Outcome {
    match not_sent {
        NotSent::NotNeeded(why) => Outcome::Skipped(why),
        NotSent::Doubtful(why) | NotSent::Unreachable(why) => Outcome::given_up(why),
        NotSent::Later(at, why) => Outcome::Later(at, why),
        NotSent::Service(error) => Outcome::ToRetry(chain(&error)),
    }
}

/// The bytes that may have arrived; another attempt sends these and no others.
async fn as_it_was(context: &Context, mail: &OutboxMail) -> Result<BuiltMail, Outcome> {
    let sealed = frozen_mails::find(context.db.reader(), mail.id).await;
    let sealed = sealed.map_err(|error| Outcome::ToRetry(chain(&error)))?;
    let gone = || Outcome::given_up(UnsentReason::BytesGone);
    frozen::open(context, mail.id, &sealed.ok_or_else(gone)?).map_err(|error| Outcome::Failed(chain(&error)))
}

/// The mail as it is addressed and dated, and the mails that it tells of too.
fn outgoing(request: DraftRequest<'_>, together: Together) -> (OutgoingMail, Vec<MailId>) {
    let DraftRequest { context, mail, now, is_preview: _ } = request;
    let Together { draft, others, connection } = together;
    let outgoing = OutgoingMail {
        to_name: draft.to_name,
        to_address: draft.to_address,
        envelope_from: bounces::envelope_of(context, mail.id),
        reply_to: Some(draft.reply_to),
        subject: draft.rendered.subject,
        text: draft.rendered.text,
        html: draft.rendered.html,
        stop_link: draft.rendered.stop_link,
        message_id: mail.message_id.clone(),
        thread_root: connection.map(|school| thread_root(school, &mail.message_id)),
        // Not when it was called for: it may have been held back for weeks.
        date: now,
    };
    (outgoing, others)
}

/// All mails about one connection are one thread, though none of them was first.
fn thread_root(connection: ConnectionId, message_id: &str) -> String {
    let host = message_id.rsplit_once('@').map_or("koppelklaar>", |(_, host)| host);
    format!("<school-{connection}@{host}")
}
