//! From an outbox row to a written mail: loads what is true now. Mails with a token are in [`token_letters`].

use chrono::{DateTime, Utc};

use crate::domain::ids::{ContactId, SchoolId};
use crate::domain::import_gate::verdict;
use crate::domain::notice::{MailKind, root_fall};
use crate::domain::onboarding::{FallCause, Gate, Onboarding, Party, Step, StepState};
use crate::domain::school::{Contact, School};
use crate::links;
use crate::mail::templates::{Content, Letter, PersonFacts, SchoolFacts, render};
use crate::services::mail::{address_letters, connection_letters, reminder_letters, token_letters};
use crate::services::{Context, ServiceError, checks};
use crate::store::StoreError;
use crate::store::mail::outbox::{self, MailStatus, OutboxMail};
use crate::store::onboarding::{onboardings, schools};
use crate::store::operations::audit;
use crate::store::people::contacts;
use crate::words;

/// A written mail with its receiver.
pub(in crate::services) struct Draft {
    pub(in crate::services) to_name: Option<String>,
    pub(in crate::services) to_address: String,
    pub(in crate::services) reply_to: Option<(String, String)>,
    pub(in crate::services) letter: Letter,
}

/// Why a reminder waits for a school to open.
pub(in crate::services) const CLOSED: &str = "waits for working hours";

/// Why a reminder waits for another day.
pub(in crate::services) const HAD_ONE: &str = "the person has another reminder today";

/// Why there is no mail to send.
#[derive(Debug)]
pub(in crate::services) enum Unsendable {
    /// It is not needed any more.
    NotNeeded(&'static str),
    /// An earlier try stopped halfway, so that it may have gone.
    Doubtful(&'static str),
    /// It cannot go, and trying again does not help: whoever looks after it must first find another way.
    Unreachable(&'static str),
    /// It may go at this moment, and not before; why.
    Later(DateTime<Utc>, &'static str),
    /// Something failed; later it may not.
    Service(ServiceError),
}

impl<E: Into<ServiceError>> From<E> for Unsendable {
    fn from(error: E) -> Self {
        Self::Service(error.into())
    }
}

/// Everything that a mail about a school is written from.
pub(in crate::services) struct Facts {
    school: School,
    state: Onboarding,
    contacts: Vec<Contact>,
}

impl Facts {
    pub(in crate::services) async fn load(context: &Context, id: SchoolId) -> Result<Self, StoreError> {
        let conn = context.db.reader();
        let school = schools::load(conn, id).await?;
        let state = onboardings::load(conn, id).await?.state;
        Ok(Self { school, state, contacts: contacts::list_with_removed(conn, id).await? })
    }

    pub(in crate::services) fn for_mail(&self) -> SchoolFacts {
        SchoolFacts {
            name: self.school.details.name.to_string(),
            brin: self.school.details.brin.to_string(),
            domain: self.school.details.domain.to_string(),
            region: self.school.details.region.label_nl().to_owned(),
        }
    }

    fn contact(&self, id: Option<ContactId>) -> Option<&Contact> {
        self.contacts.iter().find(|contact| Some(contact.id) == id)
    }

    fn name_of(&self, id: Option<ContactId>) -> String {
        self.contact(id).map_or_else(|| "Een collega".to_owned(), |contact| contact.name.to_string())
    }
}

/// Writes a mail.
pub(in crate::services) async fn draft(
    context: &Context,
    mail: &OutboxMail,
    now: DateTime<Utc>,
) -> Result<Draft, Unsendable> {
    match mail.kind {
        MailKind::SignIn => token_letters::sign_in(context, mail, now).await,
        MailKind::ConfirmAddress => token_letters::confirm_address(context, mail, now).await,
        MailKind::SupportRequest
        | MailKind::RequestConfirmed
        | MailKind::AlreadyRegistered
        | MailKind::CredentialsReady
        | MailKind::CredentialsRevealed
        | MailKind::StepSentBack
        | MailKind::StepHandedOver
        | MailKind::StuckReported
        | MailKind::StuckAnswered
        | MailKind::ActivationAsked
        | MailKind::ImportOpen
        | MailKind::ImportClosed
        | MailKind::StepLost
        | MailKind::ConnectionLost
        | MailKind::ContactAdded => about_school(context, mail).await,
        MailKind::ConnectionsOutage | MailKind::ConnectionsOutageEnded => {
            connection_letters::outage(context, mail).await
        }
        MailKind::Reminder => reminder_letters::reminder(context, mail, now).await,
        MailKind::Digest => reminder_letters::digest(context, mail, now).await,
        MailKind::AddressBounced => address_letters::address_bounced(context, mail).await,
    }
}

pub(in crate::services) fn support(context: &Context) -> (String, String) {
    ("Kurve support".to_owned(), context.support_email.clone())
}

async fn about_school(context: &Context, mail: &OutboxMail) -> Result<Draft, Unsendable> {
    let id = mail.school.ok_or(ServiceError::Broken("a mail about no school"))?;
    let facts = Facts::load(context, id).await?;
    let receiver = match mail.contact {
        None => None,
        Some(contact) => Some(facts.contact(Some(contact)).ok_or(Unsendable::NotNeeded("the contact is gone"))?),
    };
    if let Some(receiver) = receiver {
        address_letters::check_reachable(context, receiver).await?;
    }
    let content = content(context, mail, &facts, receiver).await?;
    let mut draft = write(context, &content, receiver)?;
    if mail.kind == MailKind::SupportRequest {
        let by = facts.contact(mail.about.by);
        draft.reply_to = by.map(|contact| (contact.name.to_string(), contact.email.to_string()));
    }
    Ok(draft)
}

async fn content(
    context: &Context,
    mail: &OutboxMail,
    facts: &Facts,
    receiver: Option<&Contact>,
) -> Result<Content, Unsendable> {
    let name = receiver.map(|contact| contact.name.to_string()).unwrap_or_default();
    let school = facts.for_mail();
    let portal = context.base.to(&links::of_school(links::SCHOOL, facts.school.id));
    let staff = context.base.to(&links::staff_school(links::STAFF_SCHOOL, facts.school.id));
    let staff_step = |step: Step| context.base.to(&links::staff_school_step(facts.school.id, step));
    let about_step =
        |step: Step| context.base.to(&links::of_school(&links::step(links::SCHOOL_STEP, step), facts.school.id));
    Ok(match mail.kind {
        MailKind::SignIn
        | MailKind::ConfirmAddress
        | MailKind::Reminder
        | MailKind::Digest
        | MailKind::ConnectionsOutage
        | MailKind::ConnectionsOutageEnded
        | MailKind::AddressBounced => {
            return Err(ServiceError::Broken("a mail of another office").into());
        }
        MailKind::SupportRequest => {
            let person = facts.contact(mail.about.by).ok_or(Unsendable::NotNeeded("the contact is gone"))?;
            let contact = PersonFacts {
                name: person.name.to_string(),
                email: person.email.to_string(),
                role: person.role.label_nl().to_owned(),
            };
            Content::SupportRequest { school, contact, shares_domain_with: sharing(context, facts).await?, link: staff }
        }
        MailKind::RequestConfirmed => {
            // Details that are given again may find these done.
            let mut steps = vec![Step::ConsentGiven, Step::AllowlistingRequested];
            steps.retain(|step| facts.state.holder(*step) == Some(Party::School));
            Content::RequestConfirmed { name, school, steps, link: portal }
        }
        MailKind::AlreadyRegistered => Content::AlreadyRegistered { name, school, link: portal },
        MailKind::CredentialsReady => {
            let version = facts.state.credential_version();
            if !facts.state.is_yes(Step::CredentialsIssued) {
                return Err(Unsendable::NotNeeded("the credentials were taken back"));
            }
            let is_renewal = version > 1;
            // After a renewal the query stays as it is; only the password is entered anew.
            let step = if facts.state.is_yes(Step::QueryExecuted) { Step::PasswordSet } else { Step::QueryExecuted };
            let import_closed = mail.about.import_closed;
            Content::CredentialsReady { name, school, is_renewal, import_closed, link: about_step(step) }
        }
        MailKind::CredentialsRevealed => Content::CredentialsRevealed {
            name,
            school,
            who: facts.name_of(mail.about.by),
            when: words::moment_nl(mail.created_at),
            left: mail.about.reveals_left.unwrap_or_default(),
            link: about_step(Step::PasswordSet),
        },
        MailKind::StepSentBack => {
            let step = step_of(mail)?;
            let reason = reason_of(&events_cause(context, mail, facts).await?);
            Content::StepSentBack { name, school, step, reason, link: about_step(step) }
        }
        MailKind::StepHandedOver => {
            let step = step_of(mail)?;
            if facts.state.is_yes(step) {
                return Err(Unsendable::NotNeeded("the step was done meanwhile"));
            }
            Content::StepHandedOver { name, school, step, from: facts.name_of(mail.about.by), link: about_step(step) }
        }
        MailKind::StuckReported => {
            let step = step_of(mail)?;
            let StepState::Stuck { reason, .. } = facts.state.step(step) else {
                return Err(Unsendable::NotNeeded("the step is not stuck any more"));
            };
            let who = facts.name_of(mail.about.by);
            Content::StuckReported { school, step, reason: reason.to_string(), who, link: staff_step(step) }
        }
        MailKind::StuckAnswered => {
            let step = step_of(mail)?;
            let StepState::Open { answer: Some(answer), .. } = facts.state.step(step) else {
                return Err(Unsendable::NotNeeded("the step moved on meanwhile"));
            };
            Content::StuckAnswered { name, school, step, answer: answer.to_string(), link: about_step(step) }
        }
        MailKind::ActivationAsked => {
            if facts.state.holder(Step::ActivationConfirmed).is_none() {
                return Err(Unsendable::NotNeeded("there is nothing to activate now"));
            }
            let link = staff_step(Step::ActivationConfirmed);
            Content::ActivationAsked { school, answers: answers(&facts.state), link }
        }
        MailKind::ImportOpen if !verdict(&facts.state).is_open() => {
            return Err(Unsendable::NotNeeded("the import closed meanwhile"));
        }
        MailKind::ImportOpen if is_told_open_by_another(context, mail).await? => {
            return Err(Unsendable::NotNeeded("another mail says that the import is open"));
        }
        MailKind::ImportOpen => {
            let activation = checks::activation(context, facts.school.id).await?;
            let leave = activation.counting_leave().map(|leave| words::leave(leave.at, &leave.reason));
            Content::ImportOpen { name, school, leave: leave.unwrap_or_default(), link: portal }
        }
        MailKind::ImportClosed if verdict(&facts.state).is_open() => {
            return Err(Unsendable::NotNeeded("the import opened meanwhile"));
        }
        MailKind::ImportClosed => {
            let cause = events_cause(context, mail, facts).await?;
            let link = if receiver.is_some() { portal } else { staff };
            let is_stopped = matches!(&cause, Some((_, FallCause::Withdrawn)));
            let (step, said) = match &cause {
                Some((_, FallCause::Withdrawn)) => (None, words::fall_cause(&FallCause::Withdrawn)),
                Some((step, cause)) => (Some(*step), words::fall_cause(cause)),
                None => (mail.about.step, String::new()),
            };
            Content::ImportClosed { name, school, step, cause: said, reason: reason_of(&cause), is_stopped, link }
        }
        MailKind::StepLost => {
            let step = step_of(mail)?;
            if facts.state.is_yes(step) {
                return Err(Unsendable::NotNeeded("the connection came back meanwhile"));
            }
            let cause = events_cause(context, mail, facts).await?;
            let cause = cause.map(|(_, cause)| words::fall_cause(&cause)).unwrap_or_default();
            Content::StepLost { name, school, step, cause, link: about_step(step) }
        }
        MailKind::ConnectionLost => connection_letters::lost(context, facts.school.id, school, staff).await?,
        MailKind::ContactAdded => {
            let role = receiver.map(|contact| contact.role.label_nl().to_owned()).unwrap_or_default();
            Content::ContactAdded { name, school, role, link: portal }
        }
    })
}

/// Whether another mail tells the receiver of a waiting one that the import is open: a newer one that waits too, or the
/// last one that they got of the import. What closed and opened again while no mail could go is told to nobody.
async fn is_told_open_by_another(context: &Context, mail: &OutboxMail) -> Result<bool, StoreError> {
    let (Some(school), Some(contact), MailStatus::Waiting) = (mail.school, mail.contact, mail.status) else {
        return Ok(false);
    };
    let kinds = [MailKind::ImportOpen, MailKind::ImportClosed, MailKind::CredentialsReady];
    let mails = outbox::list_to_contact(context.db.reader(), (school, contact), &kinds).await?;
    let is_of_import = |one: &&OutboxMail| one.kind != MailKind::CredentialsReady || one.about.import_closed;
    let (sent, waiting): (Vec<_>, Vec<_>) =
        mails.iter().filter(is_of_import).partition(|one| one.status == MailStatus::Sent);
    let says_open = |one: &OutboxMail| one.kind == MailKind::ImportOpen;
    let last_sent = sent.into_iter().max_by_key(|one| one.about.version);
    let is_newer = |one: &&OutboxMail| says_open(one) && one.about.version > mail.about.version;
    Ok(last_sent.is_some_and(says_open) || waiting.iter().any(is_newer))
}

async fn sharing(context: &Context, facts: &Facts) -> Result<Vec<String>, StoreError> {
    let all = schools::list_on_domain(context.db.reader(), &facts.school.details.domain).await?;
    Ok(all
        .into_iter()
        .filter(|other| other.id != facts.school.id)
        .map(|other| other.details.name.to_string())
        .collect())
}

/// The step and cause that made steps fall in the change that called for this mail.
async fn events_cause(
    context: &Context,
    mail: &OutboxMail,
    facts: &Facts,
) -> Result<Option<(Step, FallCause)>, StoreError> {
    let Some(version) = mail.about.version else { return Ok(None) };
    let events = audit::list_events_of(context.db.reader(), facts.school.id, version).await?;
    Ok(root_fall(&events).map(|(step, cause)| (step, cause.clone())))
}

fn reason_of(cause: &Option<(Step, FallCause)>) -> String {
    match cause {
        Some((_, FallCause::SentBack { reason })) => reason.to_string(),
        Some((
            _,
            FallCause::TakenBack
            | FallCause::NeededStepFell { .. }
            | FallCause::CredentialsRenewed
            | FallCause::ConnectionLost { .. }
            | FallCause::Withdrawn,
        ))
        | None => String::new(),
    }
}

fn step_of(mail: &OutboxMail) -> Result<Step, ServiceError> {
    mail.about.step.ok_or(ServiceError::Broken("a mail about a step without a step"))
}

/// The four questions before activation, each with what its weakest step rests on.
fn answers(state: &Onboarding) -> Vec<(String, String)> {
    let before_activation = Gate::ALL.into_iter().filter(|gate| *gate != Gate::Activation);
    before_activation
        .map(|gate| {
            let answers = gate.steps().iter().filter_map(|step| state.answer(*step));
            let weakest = answers.min_by_key(|answer| answer.evidence());
            let said = weakest.map(|answer| words::evidence_sentence(answer).to_owned()).unwrap_or_default();
            (words::gate_question(gate).to_owned(), said)
        })
        .collect()
}

pub(in crate::services) fn write(
    context: &Context,
    content: &Content,
    receiver: Option<&Contact>,
) -> Result<Draft, Unsendable> {
    let letter = written(context, content)?;
    Ok(match receiver {
        Some(contact) => Draft {
            to_name: Some(contact.name.to_string()),
            to_address: contact.email.to_string(),
            reply_to: Some(support(context)),
            letter,
        },
        None => {
            let to_address = context.support_email.clone();
            Draft { to_name: None, to_address, reply_to: Some(support(context)), letter }
        }
    })
}

pub(in crate::services) fn written(context: &Context, content: &Content) -> Result<Letter, ServiceError> {
    render(content, &context.support_email).map_err(|_| ServiceError::Broken("a mail that cannot be written"))
}
