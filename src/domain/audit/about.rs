//! What of an onboarding an entry of the audit is about.

use super::Action;
use crate::domain::onboarding::Step;

impl Action {
    /// The step of the onboarding it is about, if about one.
    pub fn step(&self) -> Option<Step> {
        match self {
            Self::Onboarding(change) => change.step(),
            Self::SchoolRegistered | Self::DetailsChanged => Some(Step::DetailsSubmitted),
            Self::CredentialsHandedAgain { .. } => Some(Step::CredentialsIssued),
            Self::PasswordRevealed { .. } | Self::RevealClosed { .. } => Some(Step::PasswordSet),
            Self::QueryDownloaded { .. } => Some(Step::QueryExecuted),
            Self::CheckOverridden { .. } => Some(Step::ActivationConfirmed),
            Self::RegistrationRepeated
            | Self::JoinAsked { .. }
            | Self::JoinAccepted { .. }
            | Self::JoinDeclined { .. }
            | Self::Registration(_)
            | Self::ConnectionLost { .. }
            | Self::ConnectionBack
            | Self::OutageBegan { .. }
            | Self::OutageEnded
            | Self::ImportOpened
            | Self::ImportClosed
            | Self::ContactAdded { .. }
            | Self::ContactEntered { .. }
            | Self::TakenFromFile { .. }
            | Self::ContactChanged { .. }
            | Self::ContactRemoved { .. }
            | Self::ContactVouched { .. }
            | Self::ContactAddressCorrected { .. }
            | Self::ReaderNamed { .. }
            | Self::VouchesCleared
            | Self::ContactSignedIn
            | Self::Message(_)
            | Self::NoteAdded { .. }
            | Self::ConnectionTaken { .. }
            | Self::ConnectionLetGo
            | Self::NoteChanged { .. }
            | Self::NoteDeleted { .. }
            | Self::MailRetried { .. }
            | Self::MailDropped { .. }
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
            | Self::Webhook(_)
            | Self::ConnectionCleared { .. }
            | Self::ConnectionKept
            | Self::PersonErased { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::onboarding::{Change, FallCause};

    #[test]
    fn a_line_is_about_the_step_that_it_changes_or_serves_or_about_none() {
        let fell = Change::StepFell { step: Step::PasswordSet, cause: FallCause::CredentialsRenewed };
        let table = [
            (Action::Onboarding(fell), Some(Step::PasswordSet)),
            (Action::Onboarding(Change::Resumed), None),
            (Action::PasswordRevealed { version: 1, left: 4 }, Some(Step::PasswordSet)),
            (Action::QueryDownloaded { version: 1 }, Some(Step::QueryExecuted)),
            (Action::CredentialsHandedAgain { version: 1 }, Some(Step::CredentialsIssued)),
            (Action::DetailsChanged, Some(Step::DetailsSubmitted)),
            (Action::ContactSignedIn, None),
        ];

        for (action, step) in table {
            assert_eq!(action.step(), step, "{action:?}");
        }
    }
}
