//! Kurve writes to contacts of a connection. What is filled in is filled in once, as it is sent: the thread keeps what the
//! contacts read.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use strum::IntoEnumIterator;

use crate::domain::actor::Actor;
use crate::domain::audit::{Action, MessageDone};
use crate::domain::check::{Newest, Truths};
use crate::domain::ids::{ConnectionId, ContactId, MessageId};
use crate::domain::message::Values;
use crate::domain::notice::{About, MailKind};
use crate::domain::onboarding::{Party, Step};
use crate::domain::text::MessageText;
use crate::links;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::messages::{self, Author, Message};
use crate::store::onboarding::onboardings;
use crate::store::people::contacts;
use crate::words;

/// Within how long the same message by the same colleague is the same form twice.
const SAME_FORM: Duration = Duration::minutes(1);

/// A message as a colleague wants it.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// To whom.
    pub to: BTreeSet<ContactId>,
    /// What it says, filled in.
    pub text: MessageText,
    /// Up to when what the school wrote was read before; it is answered by this. What came since still waits.
    pub answers_until: Option<DateTime<Utc>>,
}

/// What placeholders stand for with a connection, for a colleague.
pub fn values(context: &Context, file: &ConnectionFile, colleague: &str) -> Values {
    let newest = file.checked.newest.filter(|_| file.checked.policy.makes_checks());
    let newest = newest.map(|(code, at)| Newest { code, at, since: at });
    let truths = Truths { state: &file.state, newest };
    // What the newest check makes Kurve's is nothing that the school can do.
    let is_open = |step: &Step| file.state.holder(*step).is_some() && truths.holder(*step) == Some(Party::School);
    let steps: Vec<String> = Step::iter().filter(is_open).map(|step| format!("- {}", words::step_name(step))).collect();
    Values {
        school: file.connection.details.name.to_string(),
        brin: file.connection.carried.to_string(),
        domain: file.connection.details.domain.to_string(),
        steps: if steps.is_empty() { "- geen".to_owned() } else { steps.join("\n") },
        page: context.base.to(&links::SCHOOL.at(file.connection.id)),
        colleague: colleague.to_owned(),
    }
}

/// Writes to contacts. What the colleague read of the school before is answered by it; [`super::thread::mark_read`] is for what takes no
/// answer.
///
/// # Errors
/// `Forbidden` for who may not act, `UnknownReceiver` where one of those whom it is to is no contact any more, or nobody
/// was chosen, `HoldsPassword`.
pub async fn send(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    new: NewMessage,
) -> Result<MessageId, ServiceError> {
    call.check_may_act()?;
    let Actor::Staff { id: by, .. } = call.actor else { return Err(ServiceError::Forbidden) };
    let mut work = UnitOfWork::begin(context, call).await?;
    onboardings::load_for_update(work.conn(), connection).await?;
    let here: BTreeSet<ContactId> =
        contacts::list(work.conn(), connection).await?.into_iter().map(|contact| contact.id).collect();
    if new.to.is_empty() || !new.to.is_subset(&here) {
        return Err(ServiceError::UnknownReceiver);
    }
    let newest = messages::list_newest(work.conn(), connection, 1).await?;
    let is_same = |last: &Message| {
        let is_so = last.author == Author::Kurve(by) && last.text.as_ref() == Some(&new.text);
        is_so && call.now - last.created_at < SAME_FORM
    };
    if let Some(last) = newest.into_iter().next().filter(is_same) {
        let receivers = messages::list_receivers(work.conn(), &[last.id]).await?;
        if receivers.get(&last.id) == Some(&new.to) {
            return Ok(last.id);
        }
    }
    let id = MessageId::from_uuid(context.chance.uuid_v7(call.now));
    let message = Message {
        id,
        connection,
        author: Author::Kurve(by),
        step: None,
        text: Some(new.text),
        is_withheld: false,
        digest: None,
        created_at: call.now,
        waits_since: None,
    };
    work.said(connection, message.text.as_ref().map_or("", MessageText::as_str));
    messages::insert(work.conn(), &message).await?;
    messages::insert_receivers(work.conn(), id, &new.to).await?;
    if let Some(until) = new.answers_until {
        messages::mark_handled(work.conn(), connection, until).await?;
    }
    for contact in new.to {
        let about = About { message: Some(id), ..About::default() };
        work.mail(NewMail {
            kind: MailKind::Message,
            connection: Some(connection),
            contact: Some(contact),
            about,
            occasion: id.to_string(),
        });
    }
    work.note(Some(connection), Action::Message(MessageDone::MessageSent { message: id }));
    work.finish().await?;
    Ok(id)
}
