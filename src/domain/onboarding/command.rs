//! What someone may ask of an onboarding, and why it may be refused.

use chrono::NaiveDate;

use super::access::{PasswordAccess, People};
use super::answer::Ground;
use super::gate::Step;
use super::state::MOST_SCHOOLS;
use crate::domain::ids::{ConnectionId, ContactId, SchoolId};
use crate::domain::roles::ContactRole;
use crate::domain::text::Reason;

/// A wish to change an onboarding. One that names no school is about the connection, and so about all its schools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// "Dit is gedaan", by a contact of the school.
    Claim {
        /// Which step.
        step: Step,
        /// On what ground.
        ground: Ground,
        /// The version of the credentials that the page showed, where it showed one.
        credential_version: Option<u32>,
    },
    /// Kurve says that a step is done; of the activation: for every school that waits for it.
    Confirm {
        /// Which step.
        step: Step,
        /// On what ground.
        ground: Ground,
    },
    /// The connection check saw that a step is done.
    Prove {
        /// Which step.
        step: Step,
        /// The version of the credentials it used.
        credential_version: u32,
    },
    /// The connection check saw that a step no longer holds.
    Disprove {
        /// Which step.
        step: Step,
        /// The check's stable code.
        code: String,
        /// The version of the credentials it used.
        credential_version: u32,
    },
    /// The connection check got all the way again: what fell with the connection holds again.
    Restore {
        /// The version of the credentials it used.
        credential_version: u32,
    },
    /// "Toch niet", by a contact of the school.
    TakeBack {
        /// Which step.
        step: Step,
    },
    /// Kurve sends a step back; the activation: of every school that has it.
    SendBack {
        /// Which step.
        step: Step,
        /// Why.
        reason: Reason,
    },
    /// Kurve issues credentials: the first, or new ones.
    IssueCredentials,
    /// Kurve takes over that the school works with credentials that were handed to it before it was here.
    TakeOverCredentials {
        /// On what ground.
        ground: Ground,
    },
    /// What is known of looking at the password of now.
    NotePassword {
        /// What is so.
        access: PasswordAccess,
    },
    /// Who the contacts are, and for whom Kurve vouches.
    NotePeople {
        /// The contacts of today.
        people: People,
    },
    /// "Vraag een nieuw wachtwoord", by a contact of the school.
    AskPassword,
    /// "Het lukt niet", by a contact of the school.
    ReportStuck {
        /// Which step.
        step: Step,
        /// What goes wrong.
        reason: Reason,
    },
    /// Kurve answers a step that is stuck.
    AnswerStuck {
        /// Which step.
        step: Step,
        /// What the school can do now.
        answer: Reason,
    },
    /// "Geef door aan een collega", by a contact of the school.
    HandOver {
        /// Which step.
        step: Step,
        /// To whom.
        to: ContactId,
    },
    /// Lay aside.
    Pause {
        /// Why.
        reason: Reason,
        /// The Amsterdam date on which it resumes by itself.
        until: NaiveDate,
    },
    /// Take up again.
    Resume,
    /// Kurve activates one school.
    Activate {
        /// Which school.
        school: SchoolId,
        /// On what ground.
        ground: Ground,
    },
    /// Kurve takes the activation of one school back.
    Deactivate {
        /// Which school.
        school: SchoolId,
        /// Why.
        reason: Reason,
    },
    /// Kurve undoes its activation of one school before anybody was told of it.
    UndoActivation {
        /// Which school.
        school: SchoolId,
    },
    /// The school stops or chooses Optie B.
    Withdraw {
        /// Which school.
        school: SchoolId,
        /// Why.
        reason: Reason,
        /// Whether it goes on with Optie B.
        chose_option_b: bool,
    },
    /// Kurve takes up a withdrawn school again.
    Reopen {
        /// Which school.
        school: SchoolId,
    },
    /// "Import gedaan", by a contact of the school.
    ReportImported {
        /// Which school.
        school: SchoolId,
    },
    /// The school undoes within a few days that it stopped, or that it reported the import done.
    UndoEnd {
        /// Which school.
        school: SchoolId,
    },
    /// A school joins the connection.
    AddSchool {
        /// Which school.
        school: SchoolId,
        /// The contact who asked for it, if a contact did.
        asked_by: Option<ContactId>,
    },
    /// A school goes to another connection.
    RemoveSchool {
        /// Which school.
        school: SchoolId,
        /// Where to.
        to: ConnectionId,
        /// Why.
        reason: Reason,
    },
}

impl Command {
    /// The school that it names; `None` where it is about the connection, and so about all its schools.
    pub fn school(&self) -> Option<SchoolId> {
        match self {
            Self::Activate { school, .. }
            | Self::Deactivate { school, .. }
            | Self::UndoActivation { school }
            | Self::UndoEnd { school }
            | Self::Withdraw { school, .. }
            | Self::Reopen { school }
            | Self::ReportImported { school }
            | Self::AddSchool { school, .. }
            | Self::RemoveSchool { school, .. } => Some(*school),
            Self::Claim { .. }
            | Self::Confirm { .. }
            | Self::Prove { .. }
            | Self::Disprove { .. }
            | Self::Restore { .. }
            | Self::TakeBack { .. }
            | Self::SendBack { .. }
            | Self::IssueCredentials
            | Self::TakeOverCredentials { .. }
            | Self::NotePassword { .. }
            | Self::NotePeople { .. }
            | Self::AskPassword
            | Self::ReportStuck { .. }
            | Self::AnswerStuck { .. }
            | Self::HandOver { .. }
            | Self::Pause { .. }
            | Self::Resume => None,
        }
    }

    /// Whether a contact may ask it only when Kurve vouches for them: it ends or lays aside something for a whole school.
    pub fn takes_vouch(&self) -> bool {
        match self {
            Self::Pause { .. } | Self::Withdraw { .. } | Self::ReportImported { .. } | Self::UndoEnd { .. } => true,
            Self::Claim { .. }
            | Self::Confirm { .. }
            | Self::Prove { .. }
            | Self::Disprove { .. }
            | Self::Restore { .. }
            | Self::TakeBack { .. }
            | Self::SendBack { .. }
            | Self::IssueCredentials
            | Self::TakeOverCredentials { .. }
            | Self::NotePassword { .. }
            | Self::NotePeople { .. }
            | Self::AskPassword
            | Self::ReportStuck { .. }
            | Self::AnswerStuck { .. }
            | Self::HandOver { .. }
            | Self::Resume
            | Self::Activate { .. }
            | Self::Deactivate { .. }
            | Self::UndoActivation { .. }
            | Self::Reopen { .. }
            | Self::AddSchool { .. }
            | Self::RemoveSchool { .. } => false,
        }
    }
}

/// Why a command does not fit the rules. The command changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// This kind of actor may never do this.
    #[error("this actor may not do this")]
    NotAllowed,
    /// The step belongs to another party.
    #[error("step {} belongs to another party", .step.as_str())]
    WrongParty {
        /// Which step.
        step: Step,
    },
    /// Only a contact in another role can do this step.
    #[error("step {} can only be done by the {}", .step.as_str(), .needed.as_str())]
    WrongRole {
        /// Which step.
        step: Step,
        /// The role it takes.
        needed: ContactRole,
    },
    /// A colleague made the contact what the step takes, and Kurve has not looked at that yet.
    #[error("Kurve has not confirmed the role that the step takes")]
    RoleNotConfirmed {
        /// The step.
        step: Step,
    },
    /// Something must be done first.
    #[error("step {} needs other steps first", .step.as_str())]
    NotYet {
        /// Which step.
        step: Step,
        /// What is missing.
        missing: Vec<Step>,
    },
    /// The step is already done.
    #[error("step {} is already done", .step.as_str())]
    AlreadyDone {
        /// Which step.
        step: Step,
    },
    /// The step is not done, so there is nothing to take back.
    #[error("step {} is not done", .step.as_str())]
    NotDone {
        /// Which step.
        step: Step,
    },
    /// The step is not stuck, so there is nothing to answer.
    #[error("step {} is not stuck", .step.as_str())]
    NotStuck {
        /// Which step.
        step: Step,
    },
    /// The page showed credentials that were replaced since.
    #[error("the credentials were renewed, version {current} is current")]
    OldCredentials {
        /// The version that counts now.
        current: u32,
    },
    /// Nobody looked at the password of now, so nobody can have set it.
    #[error("nobody looked at the password that is to be set")]
    PasswordUnseen,
    /// The password can still be looked at.
    #[error("the password can still be looked at")]
    PasswordShown,
    /// The details are in use; only Kurve can send them back.
    #[error("the details are in use since credentials were issued")]
    DetailsInUse,
    /// The import is not open.
    #[error("the import is closed")]
    ImportClosed,
    /// There is no such school in this connection.
    #[error("no such school in this connection")]
    UnknownSchool,
    /// The connection has as many schools as it can.
    #[error("a connection has at most {MOST_SCHOOLS} schools")]
    TooManySchools,
    /// The onboarding is withdrawn.
    #[error("the onboarding is withdrawn")]
    IsWithdrawn,
    /// The onboarding is not withdrawn.
    #[error("the onboarding is not withdrawn")]
    NotWithdrawn,
    /// The onboarding is completed.
    #[error("the onboarding is completed")]
    IsCompleted,
    /// The onboarding is not paused, or not due yet for the timer.
    #[error("the onboarding is not paused")]
    NotPaused,
    /// Activation needs a connection check that passed, or leave of an admin.
    #[error("activation needs a connection check that passed a short while ago")]
    CheckNeeded,
    /// Only a contact for whom Kurve vouches may do this.
    #[error("this takes a contact for whom Kurve vouches")]
    NotVouched,
    /// The school cannot undo it any more, or it was not the school's doing.
    #[error("the school cannot undo this any more")]
    UndoTooLate,
    /// The newest connection check is no ground to activate on, so that takes a reason.
    #[error("activation takes a reason: the newest connection check did not pass or is old")]
    ReasonNeeded,
    /// A pause must end after today and within a year.
    #[error("a pause must end after today and within a year")]
    BadResumeDate,
}
