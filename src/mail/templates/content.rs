//! The facts that each mail is written from.

use crate::domain::notice::MailKind;
use crate::domain::onboarding::Step;

/// A school as mails name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolFacts {
    /// Its name.
    pub name: String,
    /// Its BRIN as shown.
    pub brin: String,
    /// The address of its Magister, `https://….swp.nl`.
    pub domain: String,
    /// Its holiday region.
    pub region: String,
}

/// A contact as mails to Kurve name them. Personal data, so no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonFacts {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their role, in Dutch.
    pub role: String,
}

/// One step that the reader of a reminder holds.
#[derive(Clone, PartialEq, Eq)]
pub struct ReminderItem {
    /// The school.
    pub school: String,
    /// Its BRIN as shown.
    pub brin: String,
    /// The step.
    pub step: Step,
    /// Since when, as a date in words.
    pub since: String,
    /// The page of the step.
    pub link: String,
}

/// One line of the digest.
#[derive(Clone, PartialEq, Eq)]
pub struct DigestRow {
    /// The school.
    pub school: String,
    /// Its BRIN as shown.
    pub brin: String,
    /// What waits.
    pub what: String,
    /// Since when, as a date in words.
    pub since: String,
    /// The school's page for Kurve.
    pub link: String,
}

/// A part of the digest.
#[derive(Clone, PartialEq, Eq)]
pub struct DigestPart {
    /// What its rows have in common.
    pub kind: DigestKind,
    /// The rows, the most urgent first; never empty.
    pub rows: Vec<DigestRow>,
    /// How many schools, or contacts, there are beside those of the rows.
    pub more: u64,
    /// The page that shows more of them.
    pub all: String,
}

/// What the digest tells of, in the order in which it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigestKind {
    /// Steps that Kurve holds: stuck ones, new requests and the rest.
    Waiting,
    /// Schools that do not answer their reminders.
    Silent,
    /// Schools whose connection with Magister is lost.
    Lost,
    /// Schools whose connection with Magister fails by something that Kurve looks into.
    Failing,
    /// Contacts where mail does not arrive, or who stopped their reminders.
    Addresses,
}

impl DigestKind {
    /// What stands above the rows.
    pub fn title(self) -> &'static str {
        match self {
            Self::Waiting => "Wacht op Kurve",
            Self::Silent => "Geen antwoord",
            Self::Lost => "Verbinding kwijt",
            Self::Failing => "Verbinding die Kurve moet nakijken",
            Self::Addresses => "Adressen",
        }
    }
}

impl DigestPart {
    /// That there is more than the rows; empty when there is not.
    pub fn more_said(&self) -> String {
        let (one, many) = match self.kind {
            DigestKind::Waiting | DigestKind::Silent | DigestKind::Lost | DigestKind::Failing => ("school", "scholen"),
            DigestKind::Addresses => ("contactpersoon", "contactpersonen"),
        };
        match self.more {
            0 => String::new(),
            1 => format!("En nog 1 {one}."),
            more => format!("En nog {more} {many}."),
        }
    }
}

/// What a mail is about, one variant for each [`MailKind`]. `name` is the reader's, `link` the page that the mail
/// leads to. No `Debug`: a link can hold a token.
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named after what they hold; what is not plain is said at the variant")]
pub enum Content {
    /// Asks the person who requests Optie A to confirm the address in time.
    ConfirmAddress { name: String, school: SchoolFacts, link: String },
    /// The request, to support, with the schools that have the same school domain.
    SupportRequest { school: SchoolFacts, contact: PersonFacts, shares_domain_with: Vec<String>, link: String },
    /// The confirmation of the request, to the contact, with the `steps` that the school can begin with.
    RequestConfirmed { name: String, school: SchoolFacts, steps: Vec<Step>, link: String },
    /// Someone asked for a school that is already here, to its contacts; does not say who asked.
    AlreadyRegistered { name: String, school: SchoolFacts, link: String },
    /// A link and a code to sign in.
    SignIn { name: String, schools: Vec<String>, link: String, code: String },
    /// Password and query can be picked up; never holds the password.
    CredentialsReady { name: String, school: SchoolFacts, is_renewal: bool, import_closed: bool, link: String },
    /// `who` looked at the password; it can be looked at `left` more times.
    CredentialsRevealed { name: String, school: SchoolFacts, who: String, when: String, left: u32, link: String },
    /// Kurve sent a step back, with its own words in `reason`.
    StepSentBack { name: String, school: SchoolFacts, step: Step, reason: String, link: String },
    /// The colleague `from` handed a step over.
    StepHandedOver { name: String, school: SchoolFacts, step: Step, from: String, link: String },
    /// The school is stuck, to support, with the words of `who` in `reason`.
    StuckReported { school: SchoolFacts, step: Step, reason: String, who: String, link: String },
    /// Kurve answered a stuck step.
    StuckAnswered { name: String, school: SchoolFacts, step: Step, answer: String, link: String },
    /// Everything is ready for activation, to support: each question with the sentence on its evidence.
    ActivationAsked { school: SchoolFacts, answers: Vec<(String, String)>, link: String },
    /// The import may start.
    ImportOpen {
        name: String,
        school: SchoolFacts,
        /// What an admin of Kurve allowed to go without; empty when nothing was.
        leave: String,
        link: String,
    },
    /// The import closed again. An empty `name` means that Kurve reads it; `reason` may be empty.
    ImportClosed {
        name: String,
        school: SchoolFacts,
        step: Option<Step>,
        cause: String,
        reason: String,
        /// The school stopped, so that no step leads on.
        is_stopped: bool,
        link: String,
    },
    /// The connection check found that a step no longer holds.
    StepLost { name: String, school: SchoolFacts, step: Step, cause: String, link: String },
    /// A school's connection is lost by a cause that is Kurve's to find out.
    ConnectionLost { school: SchoolFacts, cause: String, said: String, link: String },
    /// Most connections that worked fail together.
    ConnectionsOutage { failing: u32, worked_before: u32, since: String, link: String },
    /// They work again.
    ConnectionsOutageEnded { began: String, ended: String, link: String },
    /// Someone was made a contact of the school.
    ContactAdded { name: String, school: SchoolFacts, role: String, link: String },
    /// What waits on the reader, over all their schools, the longest waiting first; never empty. `later` is where
    /// reminders are put off.
    Reminder { name: String, items: Vec<ReminderItem>, later: String, stop_link: String },
    /// What waits on Kurve today: `parts` without empty ones, and how many mails were given up, which are at `mails`.
    Digest { parts: Vec<DigestPart>, failed_mails: u64, mails: String, link: String, stop_link: String },
    /// Mail does not arrive at the address of a contact, to support: at which schools, never empty, with its page.
    AddressBounced { contact: PersonFacts, code: String, schools: Vec<(SchoolFacts, String)> },
}

impl Content {
    /// Which kind of mail this is.
    pub fn kind(&self) -> MailKind {
        match self {
            Self::ConfirmAddress { .. } => MailKind::ConfirmAddress,
            Self::SupportRequest { .. } => MailKind::SupportRequest,
            Self::RequestConfirmed { .. } => MailKind::RequestConfirmed,
            Self::AlreadyRegistered { .. } => MailKind::AlreadyRegistered,
            Self::SignIn { .. } => MailKind::SignIn,
            Self::CredentialsReady { .. } => MailKind::CredentialsReady,
            Self::CredentialsRevealed { .. } => MailKind::CredentialsRevealed,
            Self::StepSentBack { .. } => MailKind::StepSentBack,
            Self::StepHandedOver { .. } => MailKind::StepHandedOver,
            Self::StuckReported { .. } => MailKind::StuckReported,
            Self::StuckAnswered { .. } => MailKind::StuckAnswered,
            Self::ActivationAsked { .. } => MailKind::ActivationAsked,
            Self::ImportOpen { .. } => MailKind::ImportOpen,
            Self::ImportClosed { .. } => MailKind::ImportClosed,
            Self::StepLost { .. } => MailKind::StepLost,
            Self::ConnectionLost { .. } => MailKind::ConnectionLost,
            Self::ConnectionsOutage { .. } => MailKind::ConnectionsOutage,
            Self::ConnectionsOutageEnded { .. } => MailKind::ConnectionsOutageEnded,
            Self::ContactAdded { .. } => MailKind::ContactAdded,
            Self::Reminder { .. } => MailKind::Reminder,
            Self::Digest { .. } => MailKind::Digest,
            Self::AddressBounced { .. } => MailKind::AddressBounced,
        }
    }

    /// The name in the salutation; empty when Kurve's support reads the mail.
    pub(super) fn reader(&self) -> &str {
        match self {
            Self::ConfirmAddress { name, .. }
            | Self::RequestConfirmed { name, .. }
            | Self::AlreadyRegistered { name, .. }
            | Self::SignIn { name, .. }
            | Self::CredentialsReady { name, .. }
            | Self::CredentialsRevealed { name, .. }
            | Self::StepSentBack { name, .. }
            | Self::StepHandedOver { name, .. }
            | Self::StuckAnswered { name, .. }
            | Self::ImportOpen { name, .. }
            | Self::ImportClosed { name, .. }
            | Self::StepLost { name, .. }
            | Self::ContactAdded { name, .. }
            | Self::Reminder { name, .. } => name,
            Self::SupportRequest { .. }
            | Self::StuckReported { .. }
            | Self::ActivationAsked { .. }
            | Self::ConnectionLost { .. }
            | Self::ConnectionsOutage { .. }
            | Self::ConnectionsOutageEnded { .. }
            | Self::Digest { .. }
            | Self::AddressBounced { .. } => "",
        }
    }

    /// The link with which the reader stops such mails; only mails that come by themselves have one.
    pub(super) fn stop_link(&self) -> Option<&str> {
        match self {
            Self::Reminder { stop_link, .. } | Self::Digest { stop_link, .. } => Some(stop_link),
            Self::ConfirmAddress { .. }
            | Self::SupportRequest { .. }
            | Self::RequestConfirmed { .. }
            | Self::AlreadyRegistered { .. }
            | Self::SignIn { .. }
            | Self::CredentialsReady { .. }
            | Self::CredentialsRevealed { .. }
            | Self::StepSentBack { .. }
            | Self::StepHandedOver { .. }
            | Self::StuckReported { .. }
            | Self::StuckAnswered { .. }
            | Self::ActivationAsked { .. }
            | Self::ImportOpen { .. }
            | Self::ImportClosed { .. }
            | Self::ContactAdded { .. }
            | Self::StepLost { .. }
            | Self::ConnectionLost { .. }
            | Self::ConnectionsOutage { .. }
            | Self::ConnectionsOutageEnded { .. }
            | Self::AddressBounced { .. } => None,
        }
    }
}
