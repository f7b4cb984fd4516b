//! The texts in an entry of the audit: which were typed by people or name one, and so are kept where they can be erased.

use serde_json::Value;

use super::{Action, RegistrationDone};
use crate::domain::onboarding::{Change, FallCause, Ground};

impl Action {
    /// Where in what is stored of it stand a text that somebody typed, and a name: pointers into its JSON.
    ///
    /// Not among them: the number of a ticket at Magister, and the codes of checks and reports.
    pub fn text_fields(&self) -> &'static [&'static str] {
        match self {
            Self::Onboarding(change) => of_change(change),
            Self::JoinDeclined { .. }
            | Self::Registration(RegistrationDone::RegistrationDeclined { .. })
            | Self::CheckOverridden { .. }
            | Self::MailDropped { .. } => &["/reason"],
            Self::TakenFromFile { .. } | Self::ContactVouched { .. } => &["/ground"],
            Self::ReaderNamed { .. } => &["/name"],
            Self::SchoolRegistered
            | Self::RegistrationRepeated
            | Self::JoinAsked { .. }
            | Self::JoinAccepted { .. }
            | Self::Registration(
                RegistrationDone::RegistrationWaits { .. } | RegistrationDone::RegistrationAccepted { .. },
            )
            | Self::DetailsChanged
            | Self::ImportOpened
            | Self::ImportClosed
            | Self::ContactAdded { .. }
            | Self::ContactEntered { .. }
            | Self::ContactChanged { .. }
            | Self::ContactRemoved { .. }
            | Self::ContactAddressCorrected { .. }
            | Self::VouchesCleared
            | Self::PasswordRevealed { .. }
            | Self::CredentialsHandedAgain { .. }
            | Self::RevealClosed { .. }
            | Self::ConnectionLost { .. }
            | Self::ConnectionBack
            | Self::OutageBegan { .. }
            | Self::OutageEnded
            | Self::QueryDownloaded { .. }
            | Self::ContactSignedIn
            | Self::Message(_)
            | Self::NoteAdded { .. }
            | Self::ConnectionTaken { .. }
            | Self::ConnectionLetGo
            | Self::NoteChanged { .. }
            | Self::NoteDeleted { .. }
            | Self::MailRetried { .. }
            | Self::ConfirmationSentAgain { .. }
            | Self::RemindersSnoozed { .. }
            | Self::RemindersWoken
            | Self::OwnDaysAdded { .. }
            | Self::OwnDaysRemoved { .. }
            | Self::HolidaysLoaded { .. }
            | Self::MailReturned { .. }
            | Self::AddressBounced { .. }
            | Self::AddressWorks { .. }
            | Self::RemindersStopped { .. }
            | Self::RemindersResumed { .. }
            | Self::DigestStopped
            | Self::DigestResumed
            | Self::OptionBTableKept { .. }
            | Self::OptionBFileMade
            | Self::OptionBCleanedUp
            | Self::StaffAdded { .. }
            | Self::StaffRoleChanged { .. }
            | Self::StaffEnabled { .. }
            | Self::StaffDisabled { .. }
            | Self::StaffInvited { .. }
            | Self::StaffInviteWithdrawn { .. }
            | Self::StaffReset { .. }
            | Self::StaffPasswordChanged
            | Self::StaffFactorChanged
            | Self::StaffSessionsEnded { .. }
            | Self::StaffEnrolled
            | Self::StaffIdentityLinked
            | Self::StaffIdentityUnlinked { .. }
            | Self::StaffSignedIn
            | Self::StaffLocked { .. }
            | Self::StaffCodesTried { .. }
            | Self::ApiKeyAdded { .. }
            | Self::ApiKeyReplaced { .. }
            | Self::ApiKeyRevoked { .. }
            | Self::PersonErased { .. }
            | Self::ConnectionCleared { .. }
            | Self::ConnectionKept
            | Self::Webhook(_) => &[],
        }
    }

    /// Every text in it, whoever wrote it: what is kept of people's own words is among them.
    pub fn texts(&self) -> Vec<String> {
        let mut texts = vec![];
        if let Ok(stored) = serde_json::to_value(self) {
            gather(stored, &mut texts);
        }
        texts
    }
}

fn of_change(change: &Change) -> &'static [&'static str] {
    match change {
        Change::StepAnswered { ground, .. } => match ground {
            Ground::Remark(_) => &["/ground/value"],
            Ground::Despite(_) => &["/ground/value/reason"],
            Ground::Word | Ground::Ticket(_) | Ground::Credentials(_) => &[],
        },
        Change::StepFell { cause: FallCause::SentBack { .. }, .. } => &["/cause/reason"],
        Change::StuckReported { .. } | Change::Paused { .. } | Change::Withdrawn { .. } | Change::SchoolLeft { .. } => {
            &["/reason"]
        }
        Change::StuckAnswered { .. } => &["/answer"],
        Change::EvidenceFell { .. }
        | Change::StepFell { .. }
        | Change::StepRestored { .. }
        | Change::CompletionRestored
        | Change::CredentialsIssued { .. }
        | Change::PasswordNoted { .. }
        | Change::PasswordGone { .. }
        | Change::PeopleNoted { .. }
        | Change::PasswordAsked
        | Change::StepHandedOver { .. }
        | Change::Resumed
        | Change::Reopened
        | Change::Completed
        | Change::SchoolAdded { .. } => &[],
    }
}

fn gather(value: Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(values) => values.into_iter().for_each(|value| gather(value, texts)),
        Value::Object(fields) => fields.into_iter().for_each(|(_, value)| gather(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
