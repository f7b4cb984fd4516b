//! One submit for many: what is to be done to each, and how it came out. Doing it is in `services::bulk`; the words for
//! it in `words::bulk`.
//!
//! To add a sort of work: a variant of [`BulkKind`] and of [`BulkWork`], and its arm in `services::bulk::work`. It reads
//! the input of its items and writes their facts by itself; nothing else looks into them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

use super::check::{CheckCode, CheckRefusal};
use super::ids::{ContactId, RosterId, SchoolId};
use super::onboarding::{Lifecycle, Refusal, Step};
use super::roster::{FileName, MailChoice};
use super::text::Reason;

/// How many items one run has at most.
pub const MOST_ITEMS: usize = 5_000;

/// What sort of work is done to each item of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum BulkKind {
    /// Issue credentials to who is vouched for.
    Issue,
    /// Vouch for the only contact, and issue.
    VouchAndIssue,
    /// Activate on a check that passed.
    Activate,
    /// Ask for a connection check.
    Check,
    /// Remind the school of what it holds.
    Remind,
    /// Take, where nobody took it.
    Take,
    /// Lay aside until a day.
    PutOff,
    /// Withdraw.
    Close,
    /// Put in schools from a spreadsheet: the items are its rows, and not connections that were chosen.
    Roster,
}

impl BulkKind {
    /// The stored name, also in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether it is done to connections that somebody chose on a list.
    pub fn is_for_chosen(self) -> bool {
        match self {
            Self::Issue
            | Self::VouchAndIssue
            | Self::Activate
            | Self::Check
            | Self::Remind
            | Self::Take
            | Self::PutOff
            | Self::Close => true,
            Self::Roster => false,
        }
    }
}

/// What is done to each item of a run, with what was said once for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum BulkWork {
    /// See [`BulkKind::Issue`].
    Issue,
    /// See [`BulkKind::VouchAndIssue`].
    VouchAndIssue {
        /// How Kurve knows these people.
        ground: Reason,
    },
    /// See [`BulkKind::Activate`].
    Activate,
    /// See [`BulkKind::Check`].
    Check,
    /// See [`BulkKind::Remind`].
    Remind,
    /// See [`BulkKind::Take`].
    Take,
    /// See [`BulkKind::PutOff`].
    PutOff {
        /// Why.
        reason: Reason,
        /// The day on which it goes on.
        until: NaiveDate,
    },
    /// See [`BulkKind::Close`].
    Close {
        /// Why.
        reason: Reason,
    },
    /// See [`BulkKind::Roster`].
    Roster {
        /// The list, to which each row is sealed.
        list: RosterId,
        /// What its file is called.
        file: FileName,
        /// What the contacts hear of it.
        mails: MailChoice,
    },
}

impl BulkWork {
    /// Its sort.
    pub fn kind(&self) -> BulkKind {
        match self {
            Self::Issue => BulkKind::Issue,
            Self::VouchAndIssue { .. } => BulkKind::VouchAndIssue,
            Self::Activate => BulkKind::Activate,
            Self::Check => BulkKind::Check,
            Self::Remind => BulkKind::Remind,
            Self::Take => BulkKind::Take,
            Self::PutOff { .. } => BulkKind::PutOff,
            Self::Close { .. } => BulkKind::Close,
            Self::Roster { .. } => BulkKind::Roster,
        }
    }
}

/// How an item came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum BulkOutcome {
    /// It was done.
    Done,
    /// It was so already.
    Already,
    /// The rules refused it, or somebody was first.
    Refused,
    /// It could not be done for a reason of our own.
    Failed,
    /// It was left out before the run began.
    LeftOut,
}

impl BulkOutcome {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether somebody has to look at it.
    pub fn is_to_look_at(self) -> bool {
        match self {
            Self::Refused | Self::Failed => true,
            Self::Done | Self::Already | Self::LeftOut => false,
        }
    }
}

/// What an item about a connection carries: what it was chosen by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionInput {
    /// The version of its onboarding that was looked at.
    pub version: i32,
    /// Which of its schools, where the work is about schools.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schools: Vec<SchoolId>,
    /// For whom Kurve vouches along with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactId>,
}

/// Why a connection was left out of a run, or its item refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum WhyNot {
    /// It changed since it was looked at.
    Changed,
    /// It is not here any more.
    Gone,
    /// Who asked may not, or may not any more.
    NotAllowed,
    /// Other steps come first.
    NotYet {
        /// Which.
        missing: Vec<Step>,
    },
    /// It was done already.
    AlreadySo,
    /// It is laid aside.
    Paused,
    /// It stopped.
    Withdrawn,
    /// It is done.
    Completed,
    /// There is a password that can be used.
    HasPassword,
    /// No password is issued yet.
    NoPassword,
    /// Kurve vouches for none of its contacts.
    NobodyVouched,
    /// It has no contact.
    NoContact,
    /// It has several contacts, and somebody has to choose.
    SeveralContacts,
    /// Who asked added the contact as well.
    AddedByOneself,
    /// A request about the school domain or the BRIN is open.
    RequestOpen,
    /// Only a request to join it was chosen, on which Kurve decides elsewhere.
    AsksToJoin,
    /// It is a school that waits to begin, on which Kurve decides elsewhere.
    AsksToBegin,
    /// It is a request that was not confirmed.
    NotConfirmed,
    /// A colleague took it.
    TakenByAnother,
    /// The newest check is no ground to activate on.
    CheckNotPassed {
        /// How it ended; none where none was made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
    },
    /// No checks are made here.
    ChecksOff,
    /// Somebody asked for a check a moment ago.
    JustChecked,
    /// The school has nothing to do.
    NotSchoolsTurn,
    /// The school wants no reminders until a day.
    Snoozed {
        /// Which day.
        until: NaiveDate,
    },
    /// Whoever is to be reminded was mailed today.
    MailedToday,
    /// Nobody is there who gets reminders.
    NobodyToRemind,
    /// A day to go on that is past, or too far away.
    BadDay,
    /// What was typed holds the password of the connection.
    HoldsPassword,
    /// Something of it cannot be read.
    Unreadable,
    /// Something went wrong, more than once.
    Fault,
    /// Another rule.
    Otherwise,
}

impl WhyNot {
    /// Why a check did not pass, by how it ended.
    pub fn check_not_passed(code: Option<CheckCode>) -> Self {
        Self::CheckNotPassed { code: code.map(|code| code.as_str().to_owned()) }
    }

    /// Why it cannot be done in this state of life, where it takes one that is under way.
    pub fn of_lifecycle(lifecycle: Lifecycle) -> Option<Self> {
        match lifecycle {
            Lifecycle::Active => None,
            Lifecycle::Paused { .. } => Some(Self::Paused),
            Lifecycle::Withdrawn { .. } => Some(Self::Withdrawn),
            Lifecycle::Completed { .. } => Some(Self::Completed),
        }
    }
}

impl From<&Refusal> for WhyNot {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::NotAllowed => Self::NotAllowed,
            Refusal::NotYet { missing, .. } => Self::NotYet { missing: missing.clone() },
            Refusal::AlreadyDone { .. } => Self::AlreadySo,
            Refusal::UnknownSchool => Self::Gone,
            Refusal::IsWithdrawn => Self::Withdrawn,
            Refusal::IsCompleted => Self::Completed,
            Refusal::CheckNeeded | Refusal::ReasonNeeded => Self::check_not_passed(None),
            Refusal::BadResumeDate => Self::BadDay,
            Refusal::WrongParty { .. }
            | Refusal::WrongRole { .. }
            | Refusal::RoleNotConfirmed { .. }
            | Refusal::NotDone { .. }
            | Refusal::NotStuck { .. }
            | Refusal::OldCredentials { .. }
            | Refusal::PasswordUnseen
            | Refusal::PasswordShown
            | Refusal::DetailsInUse
            | Refusal::ImportClosed
            | Refusal::TooManySchools
            | Refusal::NotWithdrawn
            | Refusal::NotPaused
            | Refusal::NotVouched
            | Refusal::UndoTooLate => Self::Otherwise,
        }
    }
}

impl From<CheckRefusal> for WhyNot {
    fn from(refusal: CheckRefusal) -> Self {
        match refusal {
            CheckRefusal::Off => Self::ChecksOff,
            CheckRefusal::NotIssued => Self::NoPassword,
            CheckRefusal::Paused => Self::Paused,
            CheckRefusal::Withdrawn => Self::Withdrawn,
        }
    }
}
