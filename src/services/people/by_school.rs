//! What contacts do among themselves: add a colleague, correct a mistyped address, remove somebody, propose a role, ask for
//! access, and leave. To give access stays Kurve's; whoever has none touches nobody who has.

use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::ids::{ConnectionId, ContactId};
use crate::domain::message::Sorted;
use crate::domain::onboarding::progress::open_steps;
use crate::domain::onboarding::{Command, Onboarding, Party, Refusal, Step};
use crate::domain::roles::ContactRole;
use crate::domain::school::{Contact, ContactRef, NewContact};
use crate::domain::text::{EmailAddress, MessageText};
use crate::services::messages::receiving;
use crate::services::onboarding::access;
use crate::services::onboarding::onboardings::change_all;
use crate::services::onboarding::room::check_room;
use crate::services::people::contact_address::correct_held;
use crate::services::people::contacts::{add_held, load_of, remove_held};
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::onboardings::Versioned;
use crate::store::onboarding::{messages, onboardings};
use crate::store::people::contacts;

/// How many messages are looked at for one that says the same and still waits.
const NEWEST: u64 = 20;

/// A colleague joins; they are told by mail.
///
/// # Errors
/// `ContactExists`, `TooManyContacts`, `Forbidden` for who is no contact.
pub async fn add(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    person: NewContact,
) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let held = hold(&work, call, connection).await?.held;
    let known = contacts::list_with_removed(work.conn(), connection).await?;
    check_room(&known, call.now)?;
    add_held(&mut work, call, connection, person, held).await?;
    work.finish().await
}

/// Corrects the address of a colleague, whose access ends with the old one.
///
/// # Errors
/// `ContactExists`, `NotFound`, `Refused` where the colleague has access and the caller has not, `HandOverToSelf` for one's
/// own address: that one works, and who reads at another one Kurve has to know.
pub async fn correct_address(
    context: &Context,
    call: &Call,
    who: ContactRef,
    email: EmailAddress,
) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let Holding { me, held } = hold(&work, call, who.connection).await?;
    if me.id == who.contact {
        return Err(ServiceError::HandOverToSelf);
    }
    check_may_touch(&work, &me, who).await?;
    correct_held(&mut work, call, who, email, held).await?;
    work.finish().await
}

/// Removes a colleague. Who leaves says so by [`leave`].
///
/// # Errors
/// As [`correct_address`], and `LastContact`.
pub async fn remove(context: &Context, call: &Call, who: ContactRef) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let Holding { me, held } = hold(&work, call, who.connection).await?;
    if me.id == who.contact {
        return Err(ServiceError::HandOverToSelf);
    }
    check_may_touch(&work, &me, who).await?;
    remove_held(&mut work, call, who, held).await?;
    work.finish().await
}

/// Proposes a role for a colleague; of a superbeheerder Kurve looks at it first.
///
/// # Errors
/// `NotFound`, and `HandOverToSelf`: nobody gives themselves a role.
pub async fn propose_role(
    context: &Context,
    call: &Call,
    who: ContactRef,
    role: ContactRole,
) -> Result<(), ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let Holding { me, held } = hold(&work, call, who.connection).await?;
    if me.id == who.contact {
        return Err(ServiceError::HandOverToSelf);
    }
    let whom = load_of(&work, who).await?;
    if whom.roles.contains(role) {
        return Ok(());
    }
    let given = whom.given(role);
    contacts::save_given(work.conn(), &given).await?;
    let version = access::save_noted(&mut work, call, who.connection, held).await?;
    let action = Action::ContactChanged { contact: whom.id, roles: given.roles };
    work.note_version(Some(who.connection), Some(version), action);
    work.finish().await
}

/// Asks Kurve to give a contact access, oneself or a colleague; a second time changes nothing while the first one waits.
///
/// # Errors
/// `NotFound`, `TooManyMessages`.
pub async fn ask_access(context: &Context, call: &Call, who: ContactRef) -> Result<(), ServiceError> {
    let conn = context.db.reader();
    let me = asker(call)?;
    let whom = contacts::load(conn, who.contact).await?;
    if whom.connection != who.connection || !whom.is_active() {
        return Err(ServiceError::NotFound);
    }
    if whom.is_vouched() {
        return Ok(());
    }
    let text = if whom.id == me {
        format!("Geef mij toegang tot het wachtwoord en de query. Mijn rol in Magister: {}.", whom.roles.words_nl())
    } else {
        let role = whom.roles.words_nl();
        format!("Geef {} toegang tot het wachtwoord en de query. Rol in Magister: {role}.", whom.name)
    };
    tell_kurve(context, call, who.connection, &text).await
}

/// What somebody has who leaves, and who can go on with it.
#[derive(Debug, Clone)]
pub struct Leaving {
    /// The steps that are theirs by name.
    pub steps: Vec<Step>,
    /// The colleagues of today.
    pub others: Vec<Contact>,
}

impl Leaving {
    /// What of an onboarding is a contact's.
    pub fn of(state: &Onboarding, people: &[Contact], me: ContactId) -> Self {
        let is_mine = |step: &Step| state.handed_to(*step) == Some(me);
        let open = open_steps(state).into_iter().filter(|open| open.holder == Party::School).map(|open| open.step);
        let others = people.iter().filter(|person| person.is_active() && person.id != me).cloned().collect();
        Self { steps: open.filter(is_mine).collect(), others }
    }

    /// The steps that a colleague cannot take over, for want of the role.
    pub fn not_for(&self, colleague: &Contact) -> Vec<Step> {
        let lacks = |step: &&Step| step.takes_role().is_some_and(|role| !colleague.roles.contains(role));
        self.steps.iter().filter(lacks).copied().collect()
    }
}

/// How it went that somebody left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// They are no contact any more.
    Gone,
    /// They are the last one, and stay until Kurve has found another; Kurve was told.
    Last,
}

/// The caller is here no more. What was theirs goes to whom they name, or stays open for everyone where they name nobody.
///
/// # Errors
/// `NotFound` when that is no contact, `Refused` when a step takes another role, `TooManyMessages`.
pub async fn leave(
    context: &Context,
    call: &Call,
    connection: ConnectionId,
    successor: Option<ContactId>,
) -> Result<Left, ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let Holding { me, held } = hold(&work, call, connection).await?;
    let people = contacts::list(work.conn(), connection).await?;
    let leaving = Leaving::of(&held.state, &people, me.id);
    if leaving.others.is_empty() {
        drop(work);
        let text = "Ik werk hier niet meer of doe niet meer mee. Ik ben de laatste contactpersoon: zoek met de school wie het \
                    overneemt, voeg die persoon toe en verwijder mij daarna.";
        tell_kurve(context, call, connection, text).await?;
        return Ok(Left::Last);
    }
    let held = match successor {
        Some(to) => {
            let colleague = leaving.others.iter().find(|other| other.id == to).ok_or(ServiceError::NotFound)?;
            if let Some(step) = leaving.not_for(colleague).first() {
                let needed = step.takes_role().ok_or(ServiceError::Broken("a role that no step takes"))?;
                return Err(Refusal::WrongRole { step: *step, needed }.into());
            }
            let commands: Vec<Command> =
                leaving.steps.iter().map(|step| Command::HandOver { step: *step, to }).collect();
            let changed = change_all(&mut work, call, connection, held, &commands).await?;
            Versioned { version: changed.version, state: changed.after }
        }
        None => held,
    };
    remove_held(&mut work, call, me.reference(), held).await?;
    work.finish().await?;
    Ok(Left::Gone)
}

/// Writes to Kurve, unless the same of the same contact waits already.
async fn tell_kurve(context: &Context, call: &Call, connection: ConnectionId, text: &str) -> Result<(), ServiceError> {
    let me = asker(call)?;
    let newest = messages::list_newest(context.db.reader(), connection, NEWEST).await?;
    let is_same = |message: &messages::Message| {
        message.waits_since.is_some()
            && message.author == messages::Author::Contact(me)
            && message.text.as_ref().is_some_and(|known| known.as_str() == text)
    };
    if newest.iter().any(is_same) {
        return Ok(());
    }
    let text = MessageText::parse(text).map_err(|_| ServiceError::Broken("a text of ours that is no message"))?;
    receiving::receive(context, call, connection, text, Sorted::default()).await
}

/// Who asks, and the onboarding, which is held from here on.
struct Holding {
    me: Contact,
    held: Versioned,
}

async fn hold(work: &UnitOfWork<'_>, call: &Call, connection: ConnectionId) -> Result<Holding, ServiceError> {
    let me = asker(call)?;
    let held = onboardings::load_for_update(work.conn(), connection).await?;
    // Removed a moment ago, perhaps.
    let me = load_of(work, ContactRef { connection, contact: me }).await?;
    Ok(Holding { me, held })
}

/// Kurve's word for a colleague is not undone by somebody for whom it was never given.
async fn check_may_touch(work: &UnitOfWork<'_>, me: &Contact, who: ContactRef) -> Result<(), ServiceError> {
    let whom = load_of(work, who).await?;
    if whom.is_vouched() && !me.is_vouched() { Err(Refusal::NotVouched.into()) } else { Ok(()) }
}

fn asker(call: &Call) -> Result<ContactId, ServiceError> {
    match call.actor {
        Actor::Contact { id, .. } => Ok(id),
        Actor::Staff { .. } | Actor::Check | Actor::Clock | Actor::Operator | Actor::Visitor => {
            Err(ServiceError::Forbidden)
        }
    }
}
