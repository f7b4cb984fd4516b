//! Carries out one row, in a transaction of its own, by what is so at that moment. A row that is so already changes nothing.

use super::{known, steps, told};
use crate::domain::audit::Action;
use crate::domain::connection::{Carried as CarriedSchools, Connection, ConnectionDetails};
use crate::domain::ids::{ConnectionId, SchoolId};
use crate::domain::onboarding::{Changed, Command, Ground, Onboarding, Step, decide};
use crate::domain::roster::plan::merged_roles;
use crate::domain::roster::{Fault, FileName, Intent, Known, MailChoice, Part, Person, RosterRow, Verb};
use crate::domain::school::{NewContact, Region, School, SchoolDetails, SchoolRef};
use crate::domain::tally::Figure;
use crate::domain::text::Reason;
use crate::services::onboarding::{access, onboardings, schools as school_services};
use crate::services::operations::insight::{self, Turned};
use crate::services::people::contacts as contact_services;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store::onboarding::onboardings::Versioned;
use crate::store::onboarding::{connections, schools};
use crate::store::people::contacts;
use crate::store::{self, StoreError};

/// On what terms rows are carried out.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The file that they come from; `None` where a colleague typed it.
    pub file: Option<FileName>,
    /// What the contacts hear of it.
    pub mails: MailChoice,
    /// Of which run, so that a person gets one mail of it.
    pub occasion: String,
}

impl Terms {
    /// The ground on which Kurve takes over what a row says.
    fn ground(&self, row: &RosterRow) -> Ground {
        self.file.as_ref().map_or(Ground::Word, |file| Ground::Remark(file.ground(row)))
    }
}

/// A row that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// What became of it.
    pub verb: Verb,
    /// What it brought about.
    pub parts: Vec<Part>,
    /// The connection that it is about.
    pub connection: ConnectionId,
}

/// How a row came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    /// It was carried out, or was so already.
    Carried(Carried),
    /// It could not be.
    Faulty(Vec<Fault>),
}

impl RowOutcome {
    /// Whether anything is another than before.
    pub fn changes(&self) -> bool {
        matches!(self, Self::Carried(carried) if carried.verb != Verb::Leave)
    }
}

/// Carries out a row.
///
/// # Errors
/// `Forbidden` for who may not act; `Refused` where the rules do not allow what it says.
pub async fn carry_out(
    context: &Context,
    call: &Call,
    row: &RosterRow,
    terms: &Terms,
) -> Result<RowOutcome, ServiceError> {
    carry_with(context, call, row, With { terms, vouch: None }).await
}

/// What goes along with a row.
#[derive(Clone, Copy)]
pub(in crate::services) struct With<'a> {
    pub(in crate::services) terms: &'a Terms,
    /// On what ground the colleague vouches for the contact, if they do.
    pub(in crate::services) vouch: Option<&'a Reason>,
}

pub(super) async fn carry_with(
    context: &Context,
    call: &Call,
    row: &RosterRow,
    with: With<'_>,
) -> Result<RowOutcome, ServiceError> {
    call.check_may_act()?;
    match try_to_carry(context, call, row, with).await {
        // Somebody was first by a moment: by now it is here.
        Err(
            ServiceError::Store(StoreError::Taken)
            | ServiceError::BrinTaken
            | ServiceError::ContactExists
            | ServiceError::Conflict,
        ) => try_to_carry(context, call, row, with).await,
        other => other,
    }
}

async fn try_to_carry(
    context: &Context,
    call: &Call,
    row: &RosterRow,
    with: With<'_>,
) -> Result<RowOutcome, ServiceError> {
    let mut work = UnitOfWork::begin(context, call).await?;
    let outcome = carry_within(&mut work, call, row, with).await?;
    if outcome.changes() {
        work.finish().await?;
    }
    Ok(outcome)
}

/// Carries out a row within another change. One that is so already, or cannot be carried out, writes nothing.
pub(in crate::services) async fn carry_within(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    row: &RosterRow,
    with: With<'_>,
) -> Result<RowOutcome, ServiceError> {
    let context = work.context();
    let here = connections::find_by_domain(work.conn(), &row.domain).await?;
    let held = match &here {
        Some(here) => Some(store::onboarding::onboardings::load_for_update(work.conn(), here.id).await?),
        None => None,
    };
    let known = known::of_row(context, work.conn(), row).await?;
    let intent = match known.intend(row) {
        Ok(intent) => intent,
        Err(faults) => return Ok(RowOutcome::Faulty(faults)),
    };
    let carried =
        |connection| RowOutcome::Carried(Carried { verb: intent.verb, parts: intent.parts.clone(), connection });
    let carrying = Carrying { context, call, row, with, intent: &intent };
    let connection = match here.zip(held) {
        Some((here, _)) if intent.verb == Verb::Leave => return Ok(carried(here.id)),
        Some((here, held)) => carrying.change(work, here, held, &known).await?,
        None => carrying.make(work).await?,
    };
    let email_key = row.person.as_ref().map(|person| context.keys.email_key(&person.email.key_form()));
    told::of_row(work, call, connection, with.terms, email_key.as_deref()).await?;
    Ok(carried(connection))
}

/// A row that is being carried out.
struct Carrying<'a> {
    context: &'a Context,
    call: &'a Call,
    row: &'a RosterRow,
    with: With<'a>,
    intent: &'a Intent,
}

impl Carrying<'_> {
    /// Makes a connection with its school and its contact.
    async fn make(&self, work: &mut UnitOfWork<'_>) -> Result<ConnectionId, ServiceError> {
        let (context, call, row) = (self.context, self.call, self.row);
        let id = ConnectionId::from_uuid(context.chance.uuid_v7(call.now));
        let details = ConnectionDetails {
            name: row.school.clone(),
            domain: row.domain.clone(),
            region: row.region.unwrap_or(Region::Midden),
        };
        let carried = CarriedSchools::One(row.brin.clone());
        connections::insert(work.conn(), &Connection { id, details, carried, created_at: call.now }).await?;
        let school = SchoolId::from_uuid(context.chance.uuid_v7(call.now));
        let new = School { id: school, connection: id, details: self.details(), created_at: call.now };
        schools::insert(work.conn(), &new).await?;
        work.tally().count(call.now, Figure::Registered);
        work.note(Some(id), Action::SchoolRegistered);
        self.note_file(work, SchoolRef { connection: id, school });
        let before = Onboarding::start(call.now, school);
        let ground = self.with.terms.ground(row);
        let command = Command::Confirm { step: Step::DetailsSubmitted, ground };
        let events = decide(&before, &command, &call.actor, call.now)?;
        let after = before.clone().apply_all(&events);
        store::onboarding::onboardings::insert(work.conn(), id, &after, call.now).await?;
        self.add_contact(work, id, false).await?;
        let changed = Changed { before, events, after, version: 1 };
        onboardings::record(work, id, &changed);
        insight::follow(work, call, id, Turned { before: None, after: &changed.after }).await?;
        let commands = self.commands(school);
        if !commands.is_empty() {
            let held = Versioned { state: changed.after, version: changed.version };
            onboardings::change_all(work, call, id, held, &commands).await?;
        }
        Ok(id)
    }

    /// Changes what is here, and has a school come to it.
    async fn change(
        &self,
        work: &mut UnitOfWork<'_>,
        here: Connection,
        held: Versioned,
        known: &Known,
    ) -> Result<ConnectionId, ServiceError> {
        let (call, id) = (self.call, here.id);
        let is_in_use = held.state.is_yes(Step::CredentialsIssued);
        self.change_details(work, &here).await?;
        if self.intent.has(Part::Contact) {
            self.add_contact(work, id, is_in_use).await?;
        }
        if self.intent.has(Part::ContactName) || self.intent.has(Part::ContactRoles) {
            self.change_contact(work, &here, known).await?;
        }
        let mut commands = vec![];
        let school = if self.intent.verb == Verb::Join {
            let school = school_services::insert(work, call, id, self.details()).await?;
            work.said(id, &self.row.school);
            commands.push(Command::AddSchool { school, asked_by: None });
            commands.extend(school_services::taken_back_for_first(&held.state));
            school
        } else {
            let found = schools::find_by_brin(work.conn(), &self.row.brin).await?;
            found.ok_or(ServiceError::Conflict)?.id
        };
        self.note_file(work, SchoolRef { connection: id, school });
        commands.extend(self.commands(school));
        if commands.is_empty() {
            access::save_noted(work, call, id, held).await?;
        } else {
            onboardings::change_all(work, call, id, held, &commands).await?;
        }
        if self.intent.verb == Verb::Join {
            school_services::settle_carried(work, call, id).await?;
        }
        Ok(id)
    }

    fn details(&self) -> SchoolDetails {
        SchoolDetails { name: self.row.school.clone(), brin: self.row.brin.clone() }
    }

    fn commands(&self, school: SchoolId) -> Vec<Command> {
        let ground = self.with.terms.ground(self.row);
        self.intent.steps().flat_map(|step| steps::commands(step, school, &ground, self.call.now)).collect()
    }

    fn note_file(&self, work: &mut UnitOfWork<'_>, school: SchoolRef) {
        if let Some(file) = &self.with.terms.file {
            let ground = file.ground(self.row);
            work.note_school(school, None, Action::TakenFromFile { ground });
        }
    }

    /// The name of a school, which is also that of its connection while it is the only one, and the region.
    async fn change_details(&self, work: &mut UnitOfWork<'_>, here: &Connection) -> Result<(), ServiceError> {
        if !self.intent.has(Part::Name) && !self.intent.has(Part::Region) {
            return Ok(());
        }
        let mut details = here.details.clone();
        if let (Some(region), true) = (self.row.region, self.intent.has(Part::Region)) {
            details.region = region;
        }
        if self.intent.has(Part::Name) {
            let found = schools::find_by_brin(work.conn(), &self.row.brin).await?;
            let school = found.ok_or(ServiceError::Conflict)?;
            // The BRIN stays as it is written here.
            let new = SchoolDetails { name: self.row.school.clone(), brin: school.details.brin.clone() };
            work.said(here.id, &new.name);
            schools::save_details(work.conn(), school.reference(), &new, self.call.now).await?;
            if !here.has_many() {
                details.name = self.row.school.clone();
            }
        }
        if details != here.details {
            connections::save_details(work.conn(), here.id, &details, self.call.now).await?;
        }
        work.note(Some(here.id), Action::DetailsChanged);
        Ok(())
    }

    /// Makes the contact of the row. Before there is a password, the colleague who puts them in may vouch for them, as for
    /// who asks by themselves; where there is one, that takes a second colleague.
    async fn add_contact(
        &self,
        work: &mut UnitOfWork<'_>,
        connection: ConnectionId,
        is_in_use: bool,
    ) -> Result<(), ServiceError> {
        let Some(Person { name, email, roles }) = self.row.person.clone() else { return Ok(()) };
        let call = self.call;
        let roles = merged_roles(None, roles);
        work.said(connection, &name);
        work.said(connection, &email);
        let contact = contact_services::make(work, call, connection, NewContact { name, email, roles }).await?;
        let id = contact.id;
        let entered = Action::ContactEntered { contact: id, roles };
        work.note(Some(connection), if is_in_use { Action::ContactAdded { contact: id, roles } } else { entered });
        told::of_new_contact(work, self.with.terms, &contact);
        match self.with.vouch {
            Some(_) if is_in_use => Err(ServiceError::AddedByOneself),
            Some(ground) => contact_services::vouch_new(work, call, contact.reference(), ground.clone()).await,
            None => Ok(()),
        }
    }

    async fn change_contact(
        &self,
        work: &mut UnitOfWork<'_>,
        here: &Connection,
        known: &Known,
    ) -> Result<(), ServiceError> {
        let Some(person) = &self.row.person else { return Ok(()) };
        let key = person.email.key_form();
        let email_key = self.context.keys.email_key(&key);
        let contact = contacts::find_by_email(work.conn(), here.id, &email_key).await?.ok_or(ServiceError::Conflict)?;
        let before = known.connections.get(&self.row.domain).and_then(|known| known.contacts.get(&key));
        let roles =
            if self.intent.has(Part::ContactRoles) { merged_roles(before, person.roles) } else { contact.roles };
        let name = if self.intent.has(Part::ContactName) { &person.name } else { &contact.name };
        work.said(here.id, name);
        contacts::save(work.conn(), contact.reference(), name, roles).await?;
        work.note(Some(here.id), Action::ContactChanged { contact: contact.id, roles });
        Ok(())
    }
}
