//! Why a mail was not sent, where the product itself is the one that says so. What a mail server says stays its own text.

use strum::{EnumIter, EnumString, IntoStaticStr};

/// Why a mail was not sent. The outbox keeps its name; `words` says it in Dutch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum UnsentReason {
    /// The link to sign in with was cleaned up.
    LinkGone,
    /// The link to sign in with was used, replaced or too old.
    LinkExpired,
    /// No contact has the address that the link is for.
    NoContactWithAddress,
    /// A mail to sign in with was perhaps sent by a try that stopped halfway.
    SignInDoubtful,
    /// The request was cleaned up.
    RegistrationGone,
    /// The request was confirmed, or is too old.
    RegistrationExpired,
    /// A mail to confirm an address was perhaps sent by a try that stopped halfway.
    RegistrationDoubtful,
    /// No request to join is open any more, or none that the mail is about.
    NothingAsked,
    /// The receiver is not a contact of the school.
    ContactGone,
    /// The receiver was a contact, and was removed.
    ContactRemoved,
    /// Mail does not arrive at the address of the receiver.
    AddressBounces,
    /// Nobody has the address that mail did not arrive at.
    AddressUnused,
    /// Mail arrives again at the address that it did not arrive at.
    AddressWorksAgain,
    /// The digest did not leave on its own day.
    DigestOutdated,
    /// The digest could not be written on its own day.
    DigestUnwritable,
    /// Kurve stopped the digest.
    DigestStopped,
    /// The digest would be empty.
    DigestEmpty,
    /// The credentials were taken back.
    CredentialsTakenBack,
    /// The password is not shown any more.
    PasswordGone,
    /// The step was done.
    StepDone,
    /// The step is not stuck any more.
    StepNotStuck,
    /// The step that was answered is not open any more.
    StepMovedOn,
    /// The pause ended before it was told.
    PauseEnded,
    /// What it tells of was undone.
    EndUndone,
    /// A step that was refused was said anew, and is checked first.
    CheckAwaited,
    /// There is nothing that waits for activation.
    NothingToActivate,
    /// The import closed before it was told that it opened.
    ImportClosed,
    /// Kurve undid the activation before the mail left.
    ActivationUndone,
    /// Another mail tells the receiver that the import opened.
    ImportOpenToldAlready,
    /// The import opened before it was told that it closed.
    ImportOpened,
    /// The reminders were cleaned up.
    RemindersGone,
    /// All that was to be reminded of is done.
    EverythingDone,
    /// The connection works again.
    ConnectionBack,
    /// The outage was cleaned up.
    OutageGone,
    /// The outage ended before it was told that it began.
    OutageEnded,
    /// All schools of the mail are closed now.
    OutsideWorkingHours,
    /// The person has another reminder today.
    AnotherReminderToday,
    /// Another mail told the person of one of the steps less than an hour ago.
    ToldAnHourAgo,
    /// A mail with a token may have arrived, and is not sent twice.
    MayHaveArrived,
    /// A mail may have arrived, and its bytes are no longer there to be repeated.
    BytesGone,
    /// The link of a colleague was used, withdrawn, replaced or too old.
    InviteGone,
    /// The account of a colleague is disabled.
    ColleagueDisabled,
    /// The endpoint of webhooks goes again, or is gone.
    WebhookGoes,
    /// The receiver is not in `KOPPELKLAAR_MAIL_ONLY_TO`.
    OutsideList,
    /// The program failed while it wrote the mail.
    FaultWhileWriting,
}

impl UnsentReason {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}
