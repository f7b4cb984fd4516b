//! Kurve's templates of messages: made, changed and removed by colleagues, with every text that one had.

use crate::domain::actor::Actor;
use crate::domain::audit::{Action, MessageDone};
use crate::domain::ids::{MessageTemplateId, StaffId};
use crate::domain::text::{MessageText, TemplateName};
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::StoreError;
use crate::store::onboarding::message_templates::{self, MOST_TEMPLATES, Template};

/// What a template is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// What it is called.
    pub name: TemplateName,
    /// What it says, with its placeholders.
    pub text: MessageText,
}

/// The templates that are in use, by name.
pub async fn list(context: &Context) -> Result<Vec<Template>, ServiceError> {
    Ok(message_templates::list(context.db.reader()).await?)
}

/// The template with this id, if it is in use.
pub async fn find(context: &Context, id: MessageTemplateId) -> Result<Option<Template>, ServiceError> {
    Ok(message_templates::find(context.db.reader(), id).await?)
}

/// The texts that a template had, newest first.
pub async fn list_versions(context: &Context, id: MessageTemplateId) -> Result<Vec<Template>, ServiceError> {
    Ok(message_templates::list_versions(context.db.reader(), id).await?)
}

/// Makes a template; the same one twice is made once.
///
/// # Errors
/// `Forbidden` for who may not act, `TemplateNameTaken`, `TooManyTemplates`.
pub async fn add(context: &Context, call: &Call, wording: Wording) -> Result<(), ServiceError> {
    let by = writer(call)?;
    let mut work = UnitOfWork::begin(context, call).await?;
    if let Some(known) = message_templates::find_called(work.conn(), &wording.name).await? {
        let is_same = known.by == by && known.version == 1 && known.text == wording.text;
        return if is_same { Ok(()) } else { Err(ServiceError::TemplateNameTaken) };
    }
    if message_templates::list(work.conn()).await?.len() as u64 >= MOST_TEMPLATES {
        return Err(ServiceError::TooManyTemplates);
    }
    let id = MessageTemplateId::from_uuid(context.chance.uuid_v7(call.now));
    let new = Template { id, version: 1, name: wording.name, text: wording.text, by, at: call.now };
    message_templates::insert(work.conn(), &new).await.map_err(name_taken)?;
    work.note(None, Action::Message(MessageDone::MessageTemplateSaved { template: id, version: 1 }));
    work.finish().await
}

/// Gives a template another name or text, which comes after the one that the page showed; `false` where it is so already.
///
/// # Errors
/// `NotFound` for one that is not in use, `Conflict` where somebody was first, `Forbidden`, `TemplateNameTaken`.
pub async fn change(context: &Context, call: &Call, which: Seen, wording: Wording) -> Result<bool, ServiceError> {
    let by = writer(call)?;
    let mut work = UnitOfWork::begin(context, call).await?;
    let before = message_templates::find_for_update(work.conn(), which.id).await?.ok_or(ServiceError::NotFound)?;
    if before.name == wording.name && before.text == wording.text {
        return Ok(false);
    }
    if before.version != which.version {
        return Err(ServiceError::Conflict);
    }
    let called = message_templates::find_called(work.conn(), &wording.name).await?;
    if called.is_some_and(|called| called.id != which.id) {
        return Err(ServiceError::TemplateNameTaken);
    }
    let version = before.version + 1;
    let next = Template { id: which.id, version, name: wording.name, text: wording.text, by, at: call.now };
    message_templates::save(work.conn(), &next).await.map_err(name_taken)?;
    work.note(None, Action::Message(MessageDone::MessageTemplateSaved { template: which.id, version }));
    work.finish().await?;
    Ok(true)
}

/// A template as a page showed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub id: MessageTemplateId,
    /// With which of its texts.
    pub version: i32,
}

/// Takes a template out of use; `false` when it was already.
///
/// # Errors
/// `Forbidden` for who may not act.
pub async fn remove(context: &Context, call: &Call, id: MessageTemplateId) -> Result<bool, ServiceError> {
    writer(call)?;
    let mut work = UnitOfWork::begin(context, call).await?;
    if message_templates::find_for_update(work.conn(), id).await?.is_none() {
        return Ok(false);
    }
    message_templates::mark_removed(work.conn(), id, call.now).await?;
    work.note(None, Action::Message(MessageDone::MessageTemplateRemoved { template: id }));
    work.finish().await?;
    Ok(true)
}

/// Somebody took the name in the same moment.
fn name_taken(error: StoreError) -> ServiceError {
    match error {
        StoreError::Taken => ServiceError::TemplateNameTaken,
        other => other.into(),
    }
}

fn writer(call: &Call) -> Result<StaffId, ServiceError> {
    call.check_may_act()?;
    let Actor::Staff { id, .. } = call.actor else { return Err(ServiceError::Forbidden) };
    Ok(id)
}
