//! What a caller can do about a use case that did not succeed.

use crate::domain::check::CheckRefusal;
use crate::domain::credential::RevealRefusal;
use crate::domain::onboarding::Refusal;
use crate::domain::reminder::{OwnDaysRefusal, SnoozeRefusal};
use crate::domain::stranger::Full;
use crate::domain::text::SchoolName;
use crate::store::StoreError;

/// Why a use case did not succeed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The rules refuse it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The password or query file may not be handed out.
    #[error(transparent)]
    NotHandedOut(#[from] RevealRefusal),
    /// No connection check may be asked for.
    #[error(transparent)]
    NotChecked(#[from] CheckRefusal),
    /// A typed text holds a password of the connection. It does not say where, and never repeats it.
    #[error("a typed text holds a password of the connection")]
    HoldsPassword,
    /// Another table of studies was kept since the page was shown.
    #[error("another table was kept meanwhile")]
    TableChanged,
    /// Credentials were asked for before Kurve vouched for anybody.
    #[error("nobody at the school was vouched for")]
    NobodyVouched,
    /// A last contact cannot be removed.
    #[error("a school keeps at least one contact")]
    LastContact,
    /// The address is a contact already.
    #[error("the address is a contact already")]
    ContactExists,
    /// Who added a contact does not vouch for them as well.
    #[error("a colleague must vouch for a contact whom one added oneself")]
    AddedByOneself,
    /// A step is handed to somebody else: with it comes the role that it takes, which nobody gives themselves.
    #[error("a step is handed to somebody else")]
    HandOverToSelf,
    /// The connection has, or made in a day, as many contacts as it may without Kurve.
    #[error("the school has as many contacts as it may make by itself")]
    TooManyContacts,
    /// A school wrote more within a day than is taken.
    #[error("the school wrote as many messages as are taken in a day")]
    TooManyMessages,
    /// A message is to nobody, or to somebody who is no contact any more.
    #[error("a message is to nobody, or to somebody who is no contact")]
    UnknownReceiver,
    /// Another template is called so.
    #[error("another template is called so")]
    TemplateNameTaken,
    /// There are as many templates as there may be.
    #[error("there are as many templates as there may be")]
    TooManyTemplates,
    /// More was chosen than one run takes.
    #[error("more was chosen than one run takes")]
    TooManyItems,
    /// Reminders cannot be put off until that date.
    #[error(transparent)]
    BadSnooze(#[from] SnoozeRefusal),
    /// These are no days that a school can have of its own.
    #[error(transparent)]
    BadOwnDays(#[from] OwnDaysRefusal),
    /// The BRIN belongs to another school.
    #[error("the BRIN belongs to another school")]
    BrinTaken,
    /// The school domain belongs to another connection.
    #[error("the school domain belongs to another connection")]
    DomainTaken {
        /// What that one is called: for Kurve only.
        name: SchoolName,
    },
    /// The connection has as many open requests to join as it may.
    #[error("the connection has as many open requests as it may")]
    TooManyRequests,
    /// A request about the school domain or the BRIN is to be decided first.
    #[error("a request about the school domain or the BRIN is open")]
    RequestOpen,
    /// The school is of another connection, from which it is to be moved first.
    #[error("the school is to be moved from another connection first")]
    MoveFirst,
    /// A school that is activated keeps its BRIN.
    #[error("the school is activated with its BRIN")]
    BrinInUse,
    /// A school was to go to the connection that it is under.
    #[error("the school is under that connection already")]
    MovesNowhere,
    /// A school was to go to a connection where it would have no contact.
    #[error("no contact goes along to a connection without any")]
    NobodyGoesAlong,
    /// It does not exist, or the caller may not know that it does.
    #[error("not found")]
    NotFound,
    /// The actor's role does not allow it.
    #[error("the role does not allow it")]
    Forbidden,
    /// Someone else changed it first.
    #[error("someone else changed it first")]
    Conflict,
    /// Too often; try again after this many seconds.
    #[error("too often, try again after {retry_after_seconds} s")]
    TooOften {
        /// How long to wait.
        retry_after_seconds: u64,
    },
    /// Strangers had us write as much as they may in a day.
    #[error("as much as strangers may have us write in a day, try again after {retry_after_seconds} s")]
    Full {
        /// Which cap is reached.
        full: Full,
        /// How long to wait.
        retry_after_seconds: u64,
    },
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] StoreError),
    /// Something that should hold does not.
    #[error("broken: {0}")]
    Broken(&'static str),
    /// A sealed cell did not open.
    #[error("a sealed cell did not open")]
    Sealed(#[from] crate::crypto::OpenError),
}

impl ServiceError {
    /// Where the database cannot do its work for now: after how many seconds it may be tried again.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        let Self::Store(StoreError::Unusable { fault, .. }) = self else { return None };
        fault.retry_after_seconds()
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Conflict,
            StoreError::Missing { .. } => Self::NotFound,
            StoreError::Taken
            | StoreError::CorruptRow { .. }
            | StoreError::OtherRelease
            | StoreError::NewerRelease { .. }
            | StoreError::Unusable { .. }
            | StoreError::Database(_) => Self::Store(error),
        }
    }
}

/// An error with everything behind it, in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
