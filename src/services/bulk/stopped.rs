//! Why an item is not done: for a reason that is said and kept, or for trouble that may pass.

use crate::domain::bulk::{BulkOutcome, WhyNot};
use crate::services::ServiceError;
use crate::store::StoreError;
use crate::store::operations::bulk_items::ItemResult;

/// Why the work on an item stopped. Nothing of it is kept.
#[derive(Debug)]
pub(super) enum Stopped {
    /// For a reason that stands.
    Why(WhyNot),
    /// For whatever a use case says.
    Error(ServiceError),
}

impl From<ServiceError> for Stopped {
    fn from(error: ServiceError) -> Self {
        Self::Error(error)
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Error(error.into())
    }
}

impl From<WhyNot> for Stopped {
    fn from(why: WhyNot) -> Self {
        Self::Why(why)
    }
}

/// What follows on it.
pub(super) enum Follows {
    /// The item is over.
    Over(ItemResult),
    /// It is tried again, and over with this if that does not help.
    Again(ItemResult, ServiceError),
    /// The database is not what it should be, so that nothing can be noted either.
    Rest(ServiceError),
}

impl Stopped {
    pub(super) fn follows(self) -> Follows {
        match self {
            Self::Why(why) => Follows::Over(ended(BulkOutcome::Refused, &why)),
            Self::Error(error) => of_error(error),
        }
    }
}

fn of_error(error: ServiceError) -> Follows {
    match why_of(&error) {
        // A page that is stale stays so; a race that was lost may be won the next time.
        Some(why @ WhyNot::Changed) => Follows::Again(ended(BulkOutcome::Refused, &why), error),
        Some(why @ WhyNot::Unreadable) => Follows::Over(ended(BulkOutcome::Failed, &why)),
        Some(why) => Follows::Over(ended(BulkOutcome::Refused, &why)),
        None => match error {
            ServiceError::Store(
                StoreError::Database(_)
                | StoreError::Unusable { .. }
                | StoreError::OtherRelease
                | StoreError::NewerRelease { .. },
            ) => Follows::Rest(error),
            error => Follows::Again(ended(BulkOutcome::Failed, &WhyNot::Fault), error),
        },
    }
}

/// The reason behind an error, if it is one that stands.
fn why_of(error: &ServiceError) -> Option<WhyNot> {
    Some(match error {
        ServiceError::Refused(refusal) => refusal.into(),
        ServiceError::NotChecked(refusal) => (*refusal).into(),
        ServiceError::HoldsPassword => WhyNot::HoldsPassword,
        ServiceError::NobodyVouched => WhyNot::NobodyVouched,
        ServiceError::AddedByOneself => WhyNot::AddedByOneself,
        ServiceError::RequestOpen => WhyNot::RequestOpen,
        ServiceError::NotFound => WhyNot::Gone,
        ServiceError::Forbidden => WhyNot::NotAllowed,
        ServiceError::Conflict | ServiceError::TableChanged => WhyNot::Changed,
        ServiceError::TooOften { .. } => WhyNot::JustChecked,
        ServiceError::BadSnooze(_) => WhyNot::BadDay,
        ServiceError::Store(StoreError::CorruptRow { .. }) => WhyNot::Unreadable,
        ServiceError::Store(_) | ServiceError::Broken(_) | ServiceError::Sealed(_) => return None,
        ServiceError::NotHandedOut(_)
        | ServiceError::LastContact
        | ServiceError::ContactExists
        | ServiceError::HandOverToSelf
        | ServiceError::TooManyContacts
        | ServiceError::TooManyItems
        | ServiceError::TooManyMessages
        | ServiceError::UnknownReceiver
        | ServiceError::TemplateNameTaken
        | ServiceError::TooManyTemplates
        | ServiceError::BadOwnDays(_)
        | ServiceError::BrinTaken
        | ServiceError::DomainTaken { .. }
        | ServiceError::TooManyRequests
        | ServiceError::MoveFirst
        | ServiceError::BrinInUse
        | ServiceError::Full { .. }
        | ServiceError::MovesNowhere
        | ServiceError::NobodyGoesAlong => WhyNot::Otherwise,
    })
}

/// How an item ended, with why.
pub(super) fn ended(outcome: BulkOutcome, why: &WhyNot) -> ItemResult {
    // A reason is names and a day; were it not to become text, the outcome still stands.
    ItemResult { outcome, facts: serde_json::to_string(why).ok() }
}

/// Why an item was left out, refused or failed, where its facts say so.
pub fn why_not(result: &ItemResult) -> Option<WhyNot> {
    serde_json::from_str(result.facts.as_deref()?).ok()
}
