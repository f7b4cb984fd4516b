//! What the audit keeps: who did what, when, and on what ground; never a secret.
//!
//! People are kept as ids, not as names or addresses. Reasons that people typed are kept as ground, word for word, but
//! beside the chain of its hashes ([`Action::text_fields`]): there they can be erased while the chain stays whole.

mod about;
mod entry;
mod message;
mod registration;
mod texts;
mod topic;
mod webhook;

pub use entry::Entry;
pub use message::MessageDone;
pub use registration::RegistrationDone;
pub use topic::Topic;
pub use webhook::WebhookDone;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use super::actor::StaffRole;
use super::ids::{ApiKeyId, ContactId, JoinRequestId, MailId, NoteId, RegistrationId, StaffId};
use super::onboarding::Change;
use super::reminder::{OwnDayKind, Period};
use super::roles::Roles;
use super::text::{PersonName, Reason};

/// Something that was done. What of an onboarding it is about is in `about`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(tag = "action", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Action {
    /// The onboarding changed.
    #[strum(transparent)]
    Onboarding(Change),
    /// The school came to exist.
    SchoolRegistered,
    /// Someone asked again for a school that exists.
    RegistrationRepeated,
    /// Somebody asked for a place at a connection that is here.
    JoinAsked {
        /// Which request.
        request: JoinRequestId,
    },
    /// Kurve let a request in.
    JoinAccepted {
        /// Which request.
        request: JoinRequestId,
    },
    /// Kurve declined a request.
    JoinDeclined {
        /// Which request.
        request: JoinRequestId,
        /// Why.
        reason: Reason,
    },
    /// Something about a request for a school that is not here, which waits for Kurve.
    #[strum(transparent)]
    Registration(RegistrationDone),
    /// The details of the connection, or of a school, were changed.
    DetailsChanged,
    /// The import opened.
    ImportOpened,
    /// The import closed.
    ImportClosed,
    /// A contact was added.
    ContactAdded {
        /// Whom.
        contact: ContactId,
        /// In which roles.
        roles: Roles,
    },
    /// A contact came with a school that Kurve put in, before there was a password.
    ContactEntered {
        /// Whom.
        contact: ContactId,
        /// In which roles.
        roles: Roles,
    },
    /// Kurve took over what a row of a file says.
    TakenFromFile {
        /// The file, the row, and what it says of how far the school is.
        ground: Reason,
    },
    /// A contact's roles were changed: by Kurve, or by a colleague who gave them one with a step.
    ContactChanged {
        /// Whom.
        contact: ContactId,
        /// Into which roles.
        roles: Roles,
    },
    /// A contact was removed and signed out.
    ContactRemoved {
        /// Whom.
        contact: ContactId,
    },
    /// Kurve vouched for a contact.
    ContactVouched {
        /// For whom.
        contact: ContactId,
        /// On what ground.
        ground: Reason,
    },
    /// The mistyped address of a contact was corrected by Kurve.
    ContactAddressCorrected {
        /// Whose.
        contact: ContactId,
        /// Whether Kurve still vouches for them.
        is_vouched: bool,
    },
    /// Somebody who reads a mailbox of several people said who they are.
    ReaderNamed {
        /// Whose mailbox it is.
        contact: ContactId,
        /// Who reads.
        name: PersonName,
    },
    /// Nobody of the connection is vouched for any more: its BRIN or domain changed.
    VouchesCleared,
    /// Someone looked at the password.
    PasswordRevealed {
        /// The version.
        version: u32,
        /// How often it may be looked at after this.
        left: u32,
    },
    /// Kurve handed the same credentials over again.
    CredentialsHandedAgain {
        /// The version.
        version: u32,
    },
    /// The connection check logged in with the password, which is never shown again.
    RevealClosed {
        /// The version.
        version: u32,
    },
    /// A connection that worked counts as lost.
    ConnectionLost {
        /// The check's stable code.
        code: String,
    },
    /// A connection that counted as lost works again.
    ConnectionBack,
    /// An admin gave leave to activate without a passing check.
    CheckOverridden {
        /// For which version of the credentials.
        version: u32,
        /// Why.
        reason: Reason,
    },
    /// Most connections that worked fail together.
    OutageBegan {
        /// How many connections that worked were looked at.
        worked_before: u32,
        /// How many of those failed.
        failing: u32,
    },
    /// The connections that worked work again.
    OutageEnded,
    /// Someone downloaded the query file.
    QueryDownloaded {
        /// The version.
        version: u32,
    },
    /// A contact signed in.
    ContactSignedIn,
    /// Something about messages, or the templates of them; what they say stands elsewhere.
    #[strum(transparent)]
    Message(MessageDone),
    /// A note was written.
    NoteAdded {
        /// Which note.
        note: NoteId,
    },
    /// A colleague took the connection, or got it from another.
    ConnectionTaken {
        /// Who has it now.
        staff: StaffId,
    },
    /// Whoever had the connection let it go.
    ConnectionLetGo,
    /// A note got another text, by its writer.
    NoteChanged {
        /// Which note.
        note: NoteId,
    },
    /// A note was deleted by its writer.
    NoteDeleted {
        /// Which note.
        note: NoteId,
    },
    /// A failed mail was put back in line.
    MailRetried {
        /// Which mail.
        mail: MailId,
    },
    /// The mail that asks to confirm a request was sent again.
    ConfirmationSentAgain {
        /// Of which request.
        registration: RegistrationId,
    },
    /// A mail was taken out of the line by hand.
    MailDropped {
        /// Which mail.
        mail: MailId,
        /// Why.
        reason: Reason,
    },
    /// The school's reminders were put off.
    RemindersSnoozed {
        /// Until which date.
        until: NaiveDate,
    },
    /// The school's reminders were turned on again.
    RemindersWoken,
    /// The school got days of its own.
    OwnDaysAdded {
        /// Which way they differ.
        kind: OwnDayKind,
        /// Which days.
        period: Period,
    },
    /// The school lost days of its own.
    OwnDaysRemoved {
        /// Which way they differed.
        kind: OwnDayKind,
        /// Which days.
        period: Period,
    },
    /// School holidays were loaded from a file.
    HolidaysLoaded {
        /// Which load it was, from 1.
        version: i32,
    },
    /// A mail came back.
    MailReturned {
        /// Which mail.
        mail: MailId,
        /// The code in the report.
        code: String,
    },
    /// Mail does not arrive at a contact's address.
    AddressBounced {
        /// Whose.
        contact: ContactId,
        /// The code in the report.
        code: String,
    },
    /// Mail arrives at a contact's address again.
    AddressWorks {
        /// Whose.
        contact: ContactId,
    },
    /// A contact gets no reminders any more, by the link in a mail.
    RemindersStopped {
        /// Who.
        contact: ContactId,
    },
    /// A contact gets reminders again.
    RemindersResumed {
        /// Who.
        contact: ContactId,
    },
    /// Kurve gets no digest any more, by the link in a mail.
    DigestStopped,
    /// Kurve gets its digest again.
    DigestResumed,
    /// The table of studies of a school that chose Optie B was kept.
    OptionBTableKept {
        /// How many studies have a code.
        studies: u32,
    },
    /// A school that chose Optie B said that it made the file for Numo.
    OptionBFileMade,
    /// A school that chose Optie B said that it cleaned up all files with pupils.
    OptionBCleanedUp,
    /// A staff account was made.
    StaffAdded {
        /// Whose.
        staff: StaffId,
    },
    /// A colleague got another role.
    StaffRoleChanged {
        /// Whose.
        staff: StaffId,
        /// Into which role.
        role: StaffRole,
    },
    /// A disabled account was taken into use again.
    StaffEnabled {
        /// Whose.
        staff: StaffId,
    },
    /// A staff account was disabled.
    StaffDisabled {
        /// Whose.
        staff: StaffId,
    },
    /// A new link to choose a password and a second factor was made.
    StaffInvited {
        /// For whom.
        staff: StaffId,
    },
    /// The link with which a colleague was to choose a password and a second factor was withdrawn.
    StaffInviteWithdrawn {
        /// Whose.
        staff: StaffId,
    },
    /// The password and second factor of a colleague were taken away.
    StaffReset {
        /// Whose.
        staff: StaffId,
    },
    /// A colleague changed their own password.
    StaffPasswordChanged,
    /// A colleague changed their own second factor.
    StaffFactorChanged,
    /// A colleague ended one or more of their own sessions.
    StaffSessionsEnded {
        /// How many.
        sessions: u64,
    },
    /// A colleague chose a password and a second factor.
    StaffEnrolled,
    /// A colleague linked the account of their organisation.
    StaffIdentityLinked,
    /// It was unlinked.
    StaffIdentityUnlinked {
        /// Whose.
        staff: StaffId,
    },
    /// A colleague signed in.
    StaffSignedIn,
    /// Many wrong passwords at a staff account. Until 0.2.0 it was locked by them.
    StaffLocked {
        /// Whose.
        staff: StaffId,
    },
    /// Wrong codes at a staff account after the right password.
    StaffCodesTried {
        /// Whose.
        staff: StaffId,
    },
    /// An API key was made.
    ApiKeyAdded {
        /// Which key.
        key: ApiKeyId,
    },
    /// Another API key took the place of one, which works for a day more.
    ApiKeyReplaced {
        /// Which key.
        key: ApiKeyId,
    },
    /// An API key was revoked.
    ApiKeyRevoked {
        /// Which key.
        key: ApiKeyId,
    },
    /// What was kept of a person was erased; whose, nobody can tell from it.
    PersonErased {
        /// How many texts went from the audit.
        texts: u64,
        /// How many rows of other tables went, or lost what they had of the person.
        rows: u64,
    },
    /// What was kept of a connection that ended went by itself: people, texts, mails, checks and passwords.
    ConnectionCleared {
        /// How many texts went from the audit.
        texts: u64,
        /// How many rows of other tables went, or lost what they had of a person.
        rows: u64,
    },
    /// A connection that ended is kept for another term.
    ConnectionKept,
    /// Something about where machines are told of the feed.
    #[strum(transparent)]
    Webhook(WebhookDone),
}

impl Action {
    /// What stands in the audit so that an onboarding can be made again, and tells nobody anything: another entry does,
    /// or it is of no interest.
    pub const QUIET: [&str; 2] = ["password_noted", "people_noted"];

    /// The stored names of what says that texts were erased.
    pub const ERASES_TEXTS: [&str; 2] = ["person_erased", "connection_cleared"];

    /// Whether it tells nobody anything.
    pub fn is_quiet(&self) -> bool {
        Self::QUIET.contains(&self.name())
    }

    /// The stable name.
    pub fn name(&self) -> &'static str {
        self.into()
    }
}
