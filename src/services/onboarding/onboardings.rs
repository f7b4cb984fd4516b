//! What people do to an onboarding, and what they see of it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Entry};
use crate::domain::check::ActivationFacts;
use crate::domain::connection::Connection;
use crate::domain::credential::ClosedReason;
use crate::domain::ids::{ConnectionId, ContactId, SchoolId};
use crate::domain::import_gate::open_schools;
use crate::domain::notice::{About, MailKind};
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::{Change, Changed, Command, Event, Ground, Onboarding, Refusal, Step, decide};
use crate::domain::school::{Contact, NewContact, School, SchoolRef};
use crate::services::checks::{self, ActivationAnswer};
use crate::services::mail::reach::{self, Reach};
use crate::services::onboarding::room::check_room;
use crate::services::onboarding::tell::tell;
use crate::services::onboarding::{access, arrangements, kept_hands};
use crate::services::operations::insight::{self, Turned};
use crate::services::people::contacts;
use crate::services::unit_of_work::{NewMail, UnitOfWork};
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::onboardings::Versioned;
use crate::store::onboarding::{connections, credentials, onboardings, schools};
use crate::store::operations::audit;
use crate::store::{self, ConnectionTrait, StoreError};

/// Everything a page shows of one connection.
#[derive(Debug, Clone)]
pub struct ConnectionFile {
    /// The connection.
    pub connection: Connection,
    /// Its schools, by name; also those that stopped.
    pub schools: Vec<School>,
    /// Where it stands.
    pub state: Onboarding,
    /// The version of that.
    pub version: i32,
    /// Its contacts, also removed ones, oldest first.
    pub contacts: Vec<Contact>,
    /// What activation rests on beside the steps; of leave nothing is said.
    pub checked: ActivationFacts,
    /// Whom of the contacts of today mail gets to.
    pub reach: Reach,
}

impl ConnectionFile {
    /// The school, while the connection carries one.
    pub fn only_school(&self) -> Option<&School> {
        match &*self.schools {
            [only] => Some(only),
            _ => None,
        }
    }

    /// The names that a line about one school takes; none while the connection carries one.
    pub fn school_names(&self) -> BTreeMap<SchoolId, String> {
        let named = self.schools.iter().filter(|_| self.connection.has_many());
        named.map(|school| (school.id, school.details.name.to_string())).collect()
    }

    /// A contact, also a removed one.
    pub fn contact(&self, id: ContactId) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.id == id)
    }

    /// The contacts who were removed.
    pub fn removed(&self) -> BTreeSet<ContactId> {
        self.contacts.iter().filter(|contact| !contact.is_active()).map(|contact| contact.id).collect()
    }
}

/// Everything a page shows of one connection.
///
/// # Errors
/// `NotFound` when there is no such connection.
pub async fn load_file(context: &Context, connection: ConnectionId) -> Result<ConnectionFile, ServiceError> {
    let conn = context.db.reader();
    let found = connections::load(conn, connection).await?;
    let schools = schools::list(conn, connection).await?;
    let Versioned { state, version } = onboardings::load(conn, connection).await?;
    let contacts = store::people::contacts::list_with_removed(conn, connection).await?;
    let versions = BTreeMap::from([(connection, state.credential_version())]);
    let checked = checks::list_facts(context, &versions).await?.remove(&connection).unwrap_or_default();
    let here: Vec<_> = contacts.iter().filter(|contact| contact.is_active()).cloned().collect();
    let reach = reach::of_people(context, &here).await?;
    Ok(ConnectionFile { connection: found, schools, state, version, contacts, checked, reach })
}

/// Does what a command asks, if the rules allow it.
///
/// With `seen` the version that the page showed must still be the newest, or, for who confirms, followed only by what
/// checks saw to be done; without it the command is judged against whatever is true now.
///
/// # Errors
/// `Refused` with the reason, `Conflict` when someone was first.
pub async fn act(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    command: &Command,
    seen: Option<i32>,
) -> Result<(), ServiceError> {
    act_all(context, call, connection, std::slice::from_ref(command), seen).await.map(|_| ())
}

/// Does what several commands ask as one change: all of them, or none. Returns the version after it; `None` where it was
/// so already.
///
/// # Errors
/// As [`act`].
pub async fn act_all(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    commands: &[Command],
    seen: Option<i32>,
) -> Result<Option<i32>, ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let before = onboardings::load(work.conn(), connection).await?;
    let changed = change_from(&mut work, call, connection, before, commands, seen).await?;
    work.finish().await?;
    Ok(Some(changed.version).filter(|_| !changed.events.is_empty()))
}

/// Hands a step to a colleague, who becomes a contact if they are not one yet.
///
/// Whoever is here keeps their roles, whatever was typed, but for the one that the step takes: that one they are given.
///
/// # Errors
/// `Refused` when the step is not open or takes another role than was said, `HandOverToSelf`, `TooManyContacts` when the
/// school may make no more of them.
pub async fn hand_over(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    step: Step,
    colleague: NewContact,
) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = onboardings::load_for_update(work.conn(), connection).await?;
    let known = store::people::contacts::list_with_removed(work.conn(), connection).await?;
    let here =
        known.iter().find(|contact| contact.is_active() && contact.email.key_form() == colleague.email.key_form());
    if here.is_some_and(|here| Some(here.id) == contact_of(&call.actor)) {
        return Err(ServiceError::HandOverToSelf);
    }
    let needed = step.takes_role();
    if let Some(needed) = needed.filter(|needed| !colleague.roles.contains(*needed)) {
        return Err(Refusal::WrongRole { step, needed }.into());
    }
    let (held, is_news) = match (here, needed) {
        (None, _) => {
            check_room(&known, call.now)?;
            (held, true)
        }
        (Some(here), Some(needed)) if !here.roles.contains(needed) => {
            (contacts::give_role(&mut work, call, held, here, needed).await?, true)
        }
        (Some(_), _) => (held, false),
    };
    let to = contacts::ensure(&mut work, call, connection, None, colleague).await?;
    let people = access::people(work.conn(), connection, &held.state).await?;
    let commands = [Command::NotePeople { people }, Command::HandOver { step, to }];
    let changed = change_all(&mut work, call, connection, held, &commands).await?;
    let is_told = changed.events.iter().any(|event| matches!(event.change, Change::StepHandedOver { .. }));
    if !is_told && is_news {
        // The step was theirs before they were removed or lost the role; they have to hear that they can do it again.
        let about = About { step: Some(step), by: contact_of(&call.actor), ..About::default() };
        let occasion = format!("{connection}/{}/{}", step.as_str(), call.now.timestamp_millis());
        work.mail(NewMail {
            kind: MailKind::StepHandedOver,
            connection: Some(connection),
            contact: Some(to),
            about,
            occasion,
        });
    }
    work.finish().await
}

/// Applies commands within a change under way, from the onboarding as it was read within that change.
pub(in crate::services) async fn change_from(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    before: Versioned,
    commands: &[Command],
    seen: Option<i32>,
) -> Result<Changed, ServiceError> {
    let confirms = |command: &Command| matches!(command, Command::Confirm { .. } | Command::Activate { .. });
    if let Some(seen) = seen
        && seen != before.version
        && !(commands.iter().all(confirms) && only_checks_answered_since(work.conn(), connection, seen).await?)
    {
        return Err(ServiceError::Conflict);
    }
    change_all(work, call, connection, before, commands).await
}

/// Applies commands one after another as one change, of which people are told once; all of them or none. The caller has
/// read the onboarding within the change, so that it is read once.
pub(in crate::services) async fn change_all(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    before: Versioned,
    commands: &[Command],
) -> Result<Changed, ServiceError> {
    let Versioned { state: before, version } = before;
    check_vouched(work, call, commands).await?;
    let (mut state, mut events) = (before.clone(), vec![]);
    let mut checked: Option<ActivationAnswer> = None;
    for command in commands {
        let mut new = decide(&state, command, &call.actor, call.now)?;
        if let (Some(typed), false) = (ground_of_activation(command), new.is_empty()) {
            let version = state.credential_version();
            let answer = match checked.take().filter(|known| known.facts.credential_version == version) {
                Some(known) => known,
                None => checks::answer(work.context(), work.conn(), connection, version).await?,
            };
            keep_ground(&mut new, &checks::activation_ground(&answer, typed, call.now)?);
            checked = Some(answer);
        }
        state = state.apply_all(&new);
        events.extend(new);
    }
    let given_back = kept_hands::given_back(work.conn(), call, connection, &before, &state).await?;
    state = state.apply_all(&given_back);
    events.extend(given_back);
    // Before it is noted who can see them.
    follow_credentials(work, call, connection, &before, &state).await?;
    let (state, noted) = access::noted(work.conn(), call, connection, state).await?;
    events.extend(noted);
    if events.is_empty() {
        return Ok(Changed { before, events, after: state, version });
    }
    let new = Versioned { state, version };
    let version = onboardings::save(work.conn(), connection, &new, call.now).await?;
    let changed = Changed { before, events, after: new.state, version };
    record(work, connection, &changed);
    arrangements::follow(work.conn(), connection, &changed).await?;
    let turned = Turned { before: Some(&changed.before), after: &changed.after };
    insight::follow(work, call, connection, turned).await?;
    let named: BTreeSet<SchoolId> = changed.events.iter().filter_map(|event| event.school).collect();
    for school in named {
        if let Some(progress) = changed.after.school(school) {
            schools::save_progress(work.conn(), school, progress).await?;
        }
    }
    checks::follow(work, call, connection, &changed).await?;
    tell(work, connection, &changed, contact_of(&call.actor)).await?;
    Ok(changed)
}

/// Closes the credentials of a connection that stopped, and opens them where the school undid that.
async fn follow_credentials(
    work: &UnitOfWork<'_>,
    call: &Call,
    connection: ConnectionId,
    before: &Onboarding,
    after: &Onboarding,
) -> Result<(), ServiceError> {
    match (before.lifecycle().is_withdrawn(), after.lifecycle().is_withdrawn()) {
        // For ever: who takes a school up again makes a new password.
        (false, true) => {
            credentials::mark_closed(work.conn(), connection, ClosedReason::Withdrawn, call.now).await?;
        }
        (true, false) if after.is_yes(Step::CredentialsIssued) => {
            credentials::reopen_withdrawn(work.conn(), connection, after.credential_version()).await?;
        }
        (_, _) => {}
    }
    Ok(())
}

/// What ends or lays aside something for a whole school takes a contact for whom Kurve vouches.
async fn check_vouched(work: &UnitOfWork<'_>, call: &Call, commands: &[Command]) -> Result<(), ServiceError> {
    let Some(contact) = contact_of(&call.actor).filter(|_| commands.iter().any(Command::takes_vouch)) else {
        return Ok(());
    };
    let contact = store::people::contacts::load(work.conn(), contact).await?;
    if contact.is_active() && contact.is_vouched() { Ok(()) } else { Err(Refusal::NotVouched.into()) }
}

/// The ground that was typed with a command that activates.
fn ground_of_activation(command: &Command) -> Option<&Ground> {
    match command {
        Command::Confirm { step: Step::ActivationConfirmed, ground } | Command::Activate { ground, .. } => Some(ground),
        _ => None,
    }
}

/// The activation is kept with how the newest check stood.
fn keep_ground(events: &mut [Event], kept: &Ground) {
    for event in events {
        if let Change::StepAnswered { step: Step::ActivationConfirmed, ground, .. } = &mut event.change {
            ground.clone_from(kept);
        }
    }
}

/// Whether all that happened since a version is that a check saw steps done: that takes nothing from who would confirm
/// one, and it happens by itself while their page is open.
async fn only_checks_answered_since(
    conn: &impl ConnectionTrait,
    connection: ConnectionId,
    seen: i32,
) -> Result<bool, StoreError> {
    let changes = audit::list_after_version(conn, connection, seen).await?;
    let is_answer = |entry: &Entry| {
        let is_seen = matches!(entry.action, Action::Onboarding(Change::StepAnswered { .. }));
        (entry.by == Actor::Check && is_seen) || entry.action.is_quiet()
    };
    Ok(!changes.is_empty() && changes.iter().all(is_answer))
}

/// Puts a change of an onboarding in the audit, with an entry for the verdict if that changed.
pub(in crate::services) fn record(work: &mut UnitOfWork<'_>, connection: ConnectionId, changed: &Changed) {
    for event in &changed.events {
        work.note_event(connection, changed.version, event);
    }
    let (before, after) = (open_schools(&changed.before), open_schools(&changed.after));
    for school in after.difference(&before) {
        work.note_school(SchoolRef { connection, school: *school }, None, Action::ImportOpened);
    }
    for school in before.difference(&after) {
        work.note_school(SchoolRef { connection, school: *school }, None, Action::ImportClosed);
    }
}

fn contact_of(actor: &Actor) -> Option<ContactId> {
    match actor {
        Actor::Contact { id, .. } => Some(*id),
        Actor::Staff { .. } | Actor::Check | Actor::Clock | Actor::Operator | Actor::Visitor => None,
    }
}

/// A connection's timeline, newest first, older than `before`.
pub async fn list_timeline(
    context: &Context,
    connection: ConnectionId,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<Entry>, ServiceError> {
    Ok(audit::list(context.db.reader(), connection, before, limit).await?)
}

/// The newest lines of a connection's timeline about a step, newest first.
pub async fn list_of_step(
    context: &Context,
    connection: ConnectionId,
    step: Step,
    limit: u64,
) -> Result<Vec<Entry>, ServiceError> {
    Ok(audit::list_of_step(context.db.reader(), connection, step, limit).await?)
}

/// What changed since the version that a stale page showed, oldest first.
pub async fn list_changes_since(
    context: &Context,
    connection: ConnectionId,
    seen: i32,
) -> Result<Vec<Entry>, ServiceError> {
    Ok(audit::list_after_version(context.db.reader(), connection, seen).await?)
}

/// Resumes the connections whose pause has ended; one that fails does not stop the rest.
pub async fn resume_due(context: &Context, now: DateTime<Utc>) -> Result<usize, ServiceError> {
    let due = list_due(context.db.reader(), now).await?;
    let call = Call::by_machine(Actor::Clock, now, "resume_due");
    let mut resumed = 0;
    for school in due {
        match act(context, &call, school, &Command::Resume, None).await {
            Ok(()) => resumed += 1,
            // Somebody resumed it a moment ago: nothing is left to do.
            Err(ServiceError::Refused(_) | ServiceError::Conflict) => {}
            Err(error) => tracing::error!(connection.id = %school, error = %error, "Could not resume a paused school"),
        }
    }
    Ok(resumed)
}

async fn list_due(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Vec<ConnectionId>, ServiceError> {
    Ok(onboardings::list_due_to_resume(conn, amsterdam_date(now)).await?)
}
