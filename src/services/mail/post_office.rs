//! What people see of mails: lists, and a mail as it left or would leave. Sending is `dispatch`; nothing here
//! changes anything, so no link and no code is made for a preview.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::domain::audit::{Action, Entry};
use crate::domain::ids::{ConnectionId, ContactId, MailId};
use crate::domain::notice::MailKind;
use crate::domain::text::EmailAddress;
use crate::domain::unsent::UnsentReason;
use crate::mail::read::{self, MailParts};
use crate::services::mail::draft::{DraftRequest, NotSent};
use crate::services::mail::{dispatch, mails};
use crate::services::onboarding::schools;
use crate::services::{Context, ServiceError, chain};
use crate::store::mail::outbox::{MailStatus, OutboxMail, Reading};
use crate::store::mail::outbox_view::{self, MailFilter};
use crate::store::onboarding::school_list::{self, Filter};
use crate::store::operations::audit;
use crate::store::people::{contacts, staff};

/// How many mails a page holds.
pub const PAGE_MAILS: u64 = 50;

/// How many connections a text may find; with more, the text says too little.
pub const MOST_SCHOOLS: usize = 50;

/// How many entries, of a connection or about none, are looked through for what colleagues did with a mail.
const LOOK_BACK: u64 = 500;

/// The stored names of what colleagues do with a mail.
const HANDLED: [&str; 2] = ["mail_retried", "mail_dropped"];

/// What somebody looks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailQuery {
    /// The status.
    pub status: Option<MailStatus>,
    /// The kind.
    pub kind: Option<MailKind>,
    /// A part of a school's name, BRIN or domain.
    pub text: Option<String>,
    /// One connection.
    pub connection: Option<ConnectionId>,
}

/// A page of mails.
#[derive(Debug, Default)]
pub struct Listed {
    /// The mails, newest first.
    pub mails: Vec<Reading>,
    /// The names of their connections.
    pub schools: BTreeMap<ConnectionId, String>,
    /// The addresses of the contacts to whom a mail failed.
    pub addresses: BTreeMap<ContactId, EmailAddress>,
    /// After which mail the next page starts.
    pub next: Option<MailId>,
    /// Whether the text finds more connections than are looked at.
    pub is_cut: bool,
}

/// A page of mails, newest first, after a mail.
pub async fn list(context: &Context, query: &MailQuery, before: Option<MailId>) -> Result<Listed, ServiceError> {
    let conn = context.db.reader();
    let mut found = query.connection.map(|school| vec![school]);
    let mut is_cut = false;
    if let (None, Some(text)) = (query.connection, &query.text) {
        let filter = Filter { search: schools::read_search(context, text), ..Filter::default() };
        let page = school_list::list(conn, &filter, None, MOST_SCHOOLS as u64).await?;
        is_cut = page.next.is_some();
        let mut connections: Vec<ConnectionId> = page.rows.iter().map(|row| row.connection).collect();
        connections.dedup();
        found = Some(connections);
    }
    let filter = MailFilter { status: query.status, kind: query.kind, schools: found };
    let page = outbox_view::list_page(conn, &filter, before, PAGE_MAILS).await?;
    let school_of =
        |row: &Reading| row.as_ref().map_or_else(|unreadable| unreadable.connection, |mail| mail.connection);
    let about = page.mails.iter().filter_map(school_of).chain(query.connection);
    let schools = schools::find_names(context, about).await?;
    let failed = page.mails.iter().flatten().filter(|mail| mail.status == MailStatus::Failed);
    let people = contacts::list_by_id(conn, &failed.filter_map(|mail| mail.contact).collect()).await?;
    let addresses = people.into_iter().map(|(id, person)| (id, person.email)).collect();
    Ok(Listed { mails: page.mails, schools, addresses, next: page.next, is_cut })
}

/// How many mails have a status, as far as is counted.
pub async fn count(context: &Context, status: MailStatus) -> Result<u64, ServiceError> {
    Ok(outbox_view::count_with_status(context.db.reader(), status).await?)
}

/// To whom a mail goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addressee {
    /// Kurve's support.
    Kurve,
    /// Whoever typed an address on the start page.
    Visitor,
    /// A colleague of Kurve, by name.
    Colleague(String),
    /// A contact: name, address and roles.
    Contact {
        /// The name.
        name: String,
        /// The address, as it is today.
        email: EmailAddress,
        /// The roles, in Dutch.
        roles: &'static str,
    },
}

/// To whom a mail goes.
pub async fn find_addressee(context: &Context, mail: &OutboxMail) -> Result<Addressee, ServiceError> {
    if let Some(colleague) = mail.about.staff {
        return Ok(Addressee::Colleague(staff::load(context.db.reader(), colleague).await?.name.to_string()));
    }
    let Some(contact) = mail.contact else {
        let is_to_visitor = mail.kind.carries_token() || mail.kind == MailKind::JoinDeclined;
        return Ok(if is_to_visitor { Addressee::Visitor } else { Addressee::Kurve });
    };
    // A mail about more schools has none of its own; the contact has one all the same.
    let found = contacts::find(context.db.reader(), contact).await?;
    let found = found.ok_or(ServiceError::Broken("a mail to a contact that is not there"))?;
    Ok(Addressee::Contact { name: found.name.to_string(), email: found.email, roles: found.roles.words_nl() })
}

/// What colleagues did with a mail, oldest first: as far back as is looked.
pub async fn list_handled(context: &Context, mail: &OutboxMail) -> Result<Vec<Entry>, ServiceError> {
    let conn = context.db.reader();
    let mut entries = match mail.connection {
        Some(school) => audit::list(conn, school, None, LOOK_BACK).await?,
        None => audit::list_about_no_school(conn, &HANDLED, LOOK_BACK).await?,
    };
    entries.retain(|entry| match &entry.action {
        Action::MailRetried { mail: of } | Action::MailDropped { mail: of, .. } => *of == mail.id,
        _ => false,
    });
    entries.reverse();
    Ok(entries)
}

/// What can be shown of a mail's text.
pub enum Preview {
    /// As it left.
    Left(MailParts),
    /// As it was offered to the mail server, and will be again to the byte.
    Offered(MailParts),
    /// As it would leave at this moment.
    Would(MailParts, DateTime<Utc>),
    /// It would not leave: why.
    NotNeeded(UnsentReason),
    /// Its text is not kept.
    Gone,
}

/// A mail as it left, or as it would leave now; in place of a one-time link and code stands that there is one.
///
/// # Errors
/// When the store fails, or what was kept does not open.
pub async fn preview(context: &Context, mail: &OutboxMail, now: DateTime<Utc>) -> Result<Preview, ServiceError> {
    let is_settled = mail.status != MailStatus::Waiting || mail.handing_over_at.is_some();
    if is_settled && let Some(kept) = dispatch::find_frozen(context, mail.id).await? {
        let parts = read::parts(&kept).ok_or(ServiceError::Broken("a frozen mail that is no mail"))?.masked();
        return Ok(if mail.status == MailStatus::Sent { Preview::Left(parts) } else { Preview::Offered(parts) });
    }
    match mail.status {
        MailStatus::Sent if !mail.kind.carries_token() => Ok(Preview::Gone),
        MailStatus::Skipped => Ok(Preview::Gone),
        MailStatus::Sent | MailStatus::Waiting | MailStatus::Failed | MailStatus::Dropped => {
            would_leave(context, mail, now).await
        }
    }
}

async fn would_leave(context: &Context, mail: &OutboxMail, now: DateTime<Utc>) -> Result<Preview, ServiceError> {
    let mut request = DraftRequest { context, mail, now, is_preview: true };
    let mut draft = mails::draft(request).await;
    if let Err(NotSent::Later(later, _)) = draft {
        request.now = later;
        draft = mails::draft(request).await;
    }
    match draft {
        Ok(draft) => Ok(Preview::Would(MailParts::of(draft.rendered).masked(), request.now)),
        Err(NotSent::NotNeeded(why) | NotSent::Doubtful(why) | NotSent::Unreachable(why)) => {
            Ok(Preview::NotNeeded(why))
        }
        Err(NotSent::Later(..)) => Ok(Preview::Gone),
        Err(NotSent::Service(error)) => {
            // The page says as much as it can; the worker will meet the same fault and tell.
            tracing::warn!(mail.id = %mail.id, cause = chain(&error), "Could not write the preview of a mail");
            Ok(Preview::Gone)
        }
    }
}
