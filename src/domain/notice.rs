//! Which mails a change calls for, and to whom. How they read is in `services::mail`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumIter, EnumString, IntoStaticStr};

use super::actor::Actor;
use super::ids::{
    AccessLinkId, ContactId, InviteId, JoinRequestId, MessageId, OutageId, RegistrationId, ReminderMailId, SchoolId,
    StaffId, WebhookEndpointId,
};
use super::import_gate::open_schools;
use super::lockout::TrySort;
use super::onboarding::{Change, Changed, Event, FallCause, Onboarding, Party, SchoolProgress, Step};

pub use super::onboarding::TIME_TO_UNDO;

/// A kind of mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(EnumIter, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MailKind {
    /// Asks the person who requests Optie A to confirm the address.
    ConfirmAddress,
    /// The request, to support.
    SupportRequest,
    /// The confirmation of the request, to the contact.
    RequestConfirmed,
    /// Someone asked for a school that is already here.
    AlreadyRegistered,
    /// A school wants to join, to the contacts of the connection.
    JoinAsked,
    /// A request to join, to support.
    JoinRequested,
    /// A school that is not here asks to begin, to support.
    BeginRequested,
    /// Kurve declined a request to join or to begin, to who asked.
    JoinDeclined,
    /// A link and a code to sign in.
    SignIn,
    /// Password and query file can be picked up.
    CredentialsReady,
    /// Someone looked at the password.
    CredentialsRevealed,
    /// Kurve sent a step back.
    StepSentBack,
    /// A colleague handed a step over.
    StepHandedOver,
    /// The school is stuck, to support.
    StuckReported,
    /// Kurve answered a stuck step.
    StuckAnswered,
    /// A message that Kurve wrote, to a contact.
    Message,
    /// Kurve laid the connection aside.
    PausedByKurve,
    /// Everything is ready for activation, to support.
    ActivationAsked,
    /// The import may start.
    ImportOpen,
    /// The import closed again.
    ImportClosed,
    /// A contact stopped, paused or finished something for a whole school, or undid that; or Kurve stopped it.
    LifecycleChanged,
    /// The connection check found that a step no longer holds.
    StepLost,
    /// A connection is lost by a cause that is Kurve's to find out, to support.
    ConnectionLost,
    /// Most connections that worked fail together, to support.
    ConnectionsOutage,
    /// They work again, to support.
    ConnectionsOutageEnded,
    /// Someone was made a contact of the connection.
    ContactAdded,
    /// Kurve put in the schools of the receiver: what is ready, and what they can do.
    Welcome,
    /// What waits on the receiver, over all their connections.
    Reminder,
    /// What waits on Kurve, once a day.
    Digest,
    /// Mail does not arrive at a contact's address, to support.
    AddressBounced,
    /// A link to choose a password and a second factor, to a colleague of Kurve.
    StaffInvited,
    /// A colleague's password or second factor was changed, to themselves.
    StaffAccountChanged,
    /// Somebody tries to get in with the account of a colleague, to support.
    SignInAlarm,
    /// An endpoint of webhooks is sent nothing any more, to support.
    WebhookStopped,
}

impl MailKind {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether the mail carries a token: it is then sent at most once and never late.
    pub fn carries_token(self) -> bool {
        matches!(self, Self::ConfirmAddress | Self::SignIn | Self::StaffInvited)
    }

    /// Whether the mail goes to a colleague of Kurve, at their own address.
    pub fn is_to_colleague(self) -> bool {
        matches!(self, Self::StaffInvited | Self::StaffAccountChanged)
    }

    /// Whether the mail may be put off for longer than one that is tried again: until a school opens.
    pub fn waits_for_working_hours(self) -> bool {
        matches!(self, Self::Reminder)
    }
}

/// What a colleague signs in with, beside their address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[derive(EnumIter, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AccountPart {
    /// The password.
    Password,
    /// The second factor.
    SecondFactor,
    /// The account of their organisation.
    Identity,
}

/// What a mail is about: ids and plain facts, from which it is written when it is sent. No text, no token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The step it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
    /// The schools it is about; none where it is about all schools of the connection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schools: Vec<SchoolId>,
    /// The version of the onboarding after the change that called for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
    /// The access link to make.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<AccessLinkId>,
    /// The request for a school: its address is to be confirmed, it waits for Kurve, or Kurve declined it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<RegistrationId>,
    /// The request to join: of several at once, the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<JoinRequestId>,
    /// The message that it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// The contact who acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ContactId>,
    /// The version of the credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_version: Option<u32>,
    /// How often the password may be looked at after this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reveals_left: Option<u32>,
    /// The contact whose address mail does not arrive at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreached: Option<ContactId>,
    /// The reminders to write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminders: Option<ReminderMailId>,
    /// The outage that began or ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outage: Option<OutageId>,
    /// The colleague of Kurve whom it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<StaffId>,
    /// The link of that colleague to make.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invite: Option<InviteId>,
    /// What of that colleague's account was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_part: Option<AccountPart>,
    /// What was typed wrong at that account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong_try: Option<TrySort>,
    /// The endpoint of webhooks that was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<WebhookEndpointId>,
    /// Whether the same change closed the import.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub import_closed: bool,
    /// The delivery reports that were taken on it, each by a digest: one that is brought again counts for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<String>,
    /// When it was first sent, once it came back and was put in line again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_sent_at: Option<DateTime<Utc>>,
}

/// For whom a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// Every contact of the connection.
    School,
    /// The contacts for whom Kurve vouched.
    VouchedContacts,
    /// One contact.
    Contact(ContactId),
    /// Kurve's support.
    Support,
}

/// A mail that a change calls for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Which mail.
    pub kind: MailKind,
    /// For whom.
    pub to: Audience,
    /// About which step, where there is one.
    pub step: Option<Step>,
    /// Whose import it tells of; none where it tells of no import.
    pub schools: BTreeSet<SchoolId>,
}

impl Notice {
    fn about(kind: MailKind, to: Audience, step: Option<Step>) -> Self {
        Self { kind, to, step, schools: BTreeSet::new() }
    }
}

/// The mails that one change calls for; each person concerned is told once, of however many schools. Of those that are
/// `unheard` nobody was told yet that they opened, so no contact is told that they closed.
pub fn notices(changed: &Changed, unheard: &BTreeSet<SchoolId>) -> Vec<Notice> {
    let Changed { before, events, after, version: _ } = changed;
    let (was_open, is_open) = (open_schools(before), open_schools(after));
    let closed = &was_open - &is_open;
    let mut found = opened(after, &was_open, &is_open - &was_open);
    // What nobody heard of opening is told to nobody that it closed.
    let is_undone = matches!(root_fall(events), Some((_, FallCause::Undone)));
    let announced = announced(events);
    let stops = |event: &Event| matches!(event.change, Change::Withdrawn { .. });
    let is_announced = !announced.is_empty() && events.iter().any(stops);
    if !is_undone && !is_announced {
        found.extend(closed_again(events, &closed, unheard));
    }
    found.extend(announced);
    for event in events {
        found.extend(called_for_by(before, event, !closed.is_subset(unheard)));
    }
    if asks_activation(before, after) {
        let step = Some(Step::ActivationConfirmed);
        found.push(Notice::about(MailKind::ActivationAsked, Audience::Support, step));
    }
    found
}

/// What a contact stopped, paused or finished for whole schools, or undid of that: told to all contacts and to support.
/// What Kurve stopped is told to the contacts.
fn announced(events: &[Event]) -> Vec<Notice> {
    // Beside a step that falls, a school is under way again by that.
    let has_fallen = events.iter().any(|event| matches!(event.change, Change::StepFell { .. }));
    let tells = |event: &&Event| match (&event.change, event.by) {
        (Change::Withdrawn { .. }, Actor::Contact { .. } | Actor::Staff { .. })
        | (Change::Paused { .. } | Change::Resumed | Change::Completed, Actor::Contact { .. }) => true,
        (Change::Reopened, Actor::Contact { .. }) => !has_fallen,
        (_, _) => false,
    };
    let told: Vec<&Event> = events.iter().filter(tells).collect();
    let Some(by) = told.first().map(|event| event.by) else { return vec![] };
    let schools: BTreeSet<SchoolId> = told.iter().filter_map(|event| event.school).collect();
    let notice = |to| Notice { schools: schools.clone(), ..Notice::about(MailKind::LifecycleChanged, to, None) };
    let to_support = matches!(by, Actor::Contact { .. }).then_some(Audience::Support);
    [Some(Audience::School), to_support].into_iter().flatten().map(notice).collect()
}

/// From when the mails of a change may go.
pub fn may_go_from(changed: &Changed) -> Option<DateTime<Utc>> {
    let activates = |event: &&Event| {
        let answered = matches!(event.change, Change::StepAnswered { step: Step::ActivationConfirmed, .. });
        answered && matches!(event.by, Actor::Staff { .. })
    };
    changed.events.iter().find(activates).map(|event| event.at + TIME_TO_UNDO)
}

/// Where others import already, a school that joins them is told to who had it added, and not to the contacts of them all.
fn opened(after: &Onboarding, was_open: &BTreeSet<SchoolId>, opened: BTreeSet<SchoolId>) -> Vec<Notice> {
    let mut told = BTreeMap::<Audience, BTreeSet<SchoolId>>::new();
    for school in &opened {
        let asker = after.school(*school).and_then(SchoolProgress::asked_by).filter(|_| !was_open.is_empty());
        told.entry(asker.map_or(Audience::School, Audience::Contact)).or_default().insert(*school);
    }
    if told.contains_key(&Audience::School) {
        told = BTreeMap::from([(Audience::School, opened)]);
    }
    let notice = |(to, schools)| Notice { schools, ..Notice::about(MailKind::ImportOpen, to, None) };
    told.into_iter().map(notice).collect()
}

fn closed_again(events: &[Event], closed: &BTreeSet<SchoolId>, unheard: &BTreeSet<SchoolId>) -> Vec<Notice> {
    let step = root_fall(events).map(|(step, _)| step);
    // A colleague who closed it knows.
    let is_news_to_support = events.iter().any(|event| !matches!(event.by, Actor::Staff { .. }));
    let to_support = if is_news_to_support { closed.clone() } else { BTreeSet::new() };
    let told = [(Audience::School, closed - unheard), (Audience::Support, to_support)];
    let notice = |(to, schools)| Notice { schools, ..Notice::about(MailKind::ImportClosed, to, step) };
    told.into_iter().filter(|(_, schools)| !schools.is_empty()).map(notice).collect()
}

/// The step that made the others fall, with the cause.
pub fn root_fall(events: &[Event]) -> Option<(Step, &FallCause)> {
    events.iter().rev().find_map(|event| {
        let Change::StepFell { step, cause } = &event.change else { return None };
        (!matches!(cause, FallCause::NeededStepFell { .. })).then_some((*step, cause))
    })
}

fn called_for_by(before: &Onboarding, event: &Event, is_closing: bool) -> Vec<Notice> {
    let one = |kind, to, step| vec![Notice::about(kind, to, Some(step))];
    match (&event.change, event.by) {
        // Details that Kurve took down itself are no request.
        (Change::StepAnswered { step: Step::DetailsSubmitted, .. }, Actor::Contact { id, .. })
            if !before.is_yes(Step::DetailsSubmitted) =>
        {
            let step = Some(Step::DetailsSubmitted);
            vec![
                Notice::about(MailKind::SupportRequest, Audience::Support, step),
                Notice::about(MailKind::RequestConfirmed, Audience::Contact(id), step),
            ]
        }
        // When the import closed by it, that mail already says which step and why. An activation that goes before anybody
        // heard of it is no step of the school.
        (Change::StepFell { step, cause: FallCause::SentBack { .. } }, _)
            if !is_closing && *step != Step::ActivationConfirmed =>
        {
            one(MailKind::StepSentBack, Audience::School, *step)
        }
        // The activation is Kurve's to look at, and Kurve is told of the loss itself.
        (Change::StepFell { step, cause: FallCause::ConnectionLost { .. } | FallCause::Refused { .. } }, _)
            if !is_closing && *step != Step::ActivationConfirmed =>
        {
            one(MailKind::StepLost, Audience::School, *step)
        }
        (Change::CredentialsIssued { .. }, _) => {
            one(MailKind::CredentialsReady, Audience::VouchedContacts, Step::CredentialsIssued)
        }
        (Change::Paused { .. }, Actor::Staff { .. }) => {
            vec![Notice::about(MailKind::PausedByKurve, Audience::School, None)]
        }
        (Change::StuckReported { step, .. }, _) => one(MailKind::StuckReported, Audience::Support, *step),
        (Change::StuckAnswered { step, .. }, _) => one(MailKind::StuckAnswered, Audience::School, *step),
        (Change::StepHandedOver { step, to }, _) => one(MailKind::StepHandedOver, Audience::Contact(*to), *step),
        (
            Change::StepAnswered { .. }
            | Change::EvidenceFell { .. }
            | Change::StepRestored { .. }
            | Change::CompletionRestored
            | Change::StepFell { .. }
            | Change::PasswordNoted { .. }
            | Change::PasswordGone { .. }
            | Change::PeopleNoted { .. }
            | Change::PasswordAsked
            | Change::Paused { .. }
            | Change::Resumed
            | Change::Withdrawn { .. }
            | Change::Reopened
            | Change::Completed
            | Change::SchoolAdded { .. }
            | Change::SchoolLeft { .. },
            _,
        ) => vec![],
    }
}

/// Whether the last of the school's answers came in, so that Kurve can activate.
fn asks_activation(before: &Onboarding, after: &Onboarding) -> bool {
    let step = Step::ActivationConfirmed;
    let could_before = before.holder(step) == Some(Party::Kurve) || before.is_yes(step);
    !could_before && after.holder(step) == Some(Party::Kurve)
}

#[cfg(test)]
#[path = "notice_school_tests.rs"]
mod school_tests;
#[cfg(test)]
#[path = "notice_tests.rs"]
mod tests;
