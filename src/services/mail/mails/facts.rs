//! What mails about a connection are written from, and how they name schools and people.

use std::collections::BTreeSet;

use super::Mail;
use crate::domain::connection::{Connection, ConnectionDetails};
use crate::domain::ids::{ConnectionId, ContactId, SchoolId};
use crate::domain::notice::root_fall;
use crate::domain::onboarding::{Event, FallCause, Onboarding, Step};
use crate::domain::roles::ContactRole;
use crate::domain::school::{Contact, NewContact, RequestDetails, School};
use crate::domain::text::EmailAddress;
use crate::domain::unsent::UnsentReason;
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::store::StoreError;
use crate::store::onboarding::{connections, onboardings, schools};
use crate::store::operations::audit;
use crate::store::people::{address_marks, contacts};
use crate::words::{self, Names};

/// One school as mails name it, or a connection that carries more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SchoolFacts {
    pub(super) name: String,
    /// Its BRIN; of a connection that carries more, how many schools.
    pub(super) brin: String,
    /// The address of its Magister, `https://….swp.nl`.
    pub(super) domain: String,
    pub(super) region: String,
}

impl SchoolFacts {
    pub(super) fn of(connection: &Connection) -> Self {
        Self::named(&connection.details, connection.carried.to_string())
    }

    /// A school that asks to take part.
    pub(super) fn asked(details: &RequestDetails) -> Self {
        Self::named(&details.connection(), details.brin.to_string())
    }

    fn named(details: &ConnectionDetails, brin: String) -> Self {
        Self {
            name: details.name.to_string(),
            brin,
            domain: details.domain.to_string(),
            region: details.region.label_nl().to_owned(),
        }
    }
}

/// A contact as mails to Kurve name them. Personal data, so no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct PersonFacts {
    pub(super) name: String,
    pub(super) email: String,
    /// Their roles, in Dutch.
    pub(super) role: String,
}

impl PersonFacts {
    pub(super) fn of(contact: &Contact) -> Self {
        Self {
            name: contact.name.to_string(),
            email: contact.email.to_string(),
            role: contact.roles.label_nl().to_owned(),
        }
    }

    /// Somebody who asks to join or to begin.
    pub(super) fn asking(person: &NewContact) -> Self {
        Self {
            name: person.name.to_string(),
            email: person.email.to_string(),
            role: person.roles.label_nl().to_owned(),
        }
    }
}

/// Everything that a mail about one connection is written from.
pub(super) struct AboutSchool<'a> {
    request: DraftRequest<'a>,
    pub(super) connection: Connection,
    /// The schools of the connection, by name.
    schools: Vec<School>,
    pub(super) state: Onboarding,
    contacts: Vec<Contact>,
    /// `None` when Kurve's support reads the mail.
    pub(super) receiver: Option<Contact>,
}

impl<'a> AboutSchool<'a> {
    /// Loads it, and sees whether the mail can reach its receiver.
    pub(super) async fn load(request: DraftRequest<'a>) -> Result<Self, NotSent> {
        let conn = request.context.db.reader();
        let id = request.mail.connection.ok_or(ServiceError::Broken("a mail about no school"))?;
        let connection = connections::load(conn, id).await?;
        let state = onboardings::load(conn, id).await?.state;
        let contacts = contacts::list_with_removed(conn, id).await?;
        let mut schools = schools::list(conn, id).await?;
        // One that went to another connection with what the mail tells of.
        for school in &request.mail.about.schools {
            if schools.iter().all(|known| known.id != *school) {
                schools.extend(schools::find(conn, *school).await?);
            }
        }
        let mut about = Self { request, connection, schools, state, contacts, receiver: None };
        if let Some(receiver) = request.mail.contact {
            let receiver = about.contact(Some(receiver)).ok_or(NotSent::NotNeeded(UnsentReason::ContactGone))?;
            check_reachable(request, receiver).await?;
            about.receiver = Some(receiver.clone());
        }
        Ok(about)
    }

    pub(super) fn id(&self) -> ConnectionId {
        self.connection.id
    }

    /// The connection as the mail names it.
    pub(super) fn facts(&self) -> SchoolFacts {
        SchoolFacts::of(&self.connection)
    }

    /// Some schools of the connection as the mail names them: one by itself, more by the connection and how many they are.
    pub(super) fn facts_of(&self, some: &BTreeSet<SchoolId>) -> SchoolFacts {
        let mut those = self.schools.iter().filter(|school| some.contains(&school.id));
        let facts = self.facts();
        match (those.next(), those.count()) {
            (Some(only), 0) => {
                SchoolFacts { name: only.details.name.to_string(), brin: only.details.brin.to_string(), ..facts }
            }
            (Some(_), more) => SchoolFacts { brin: format!("{} scholen", more + 1), ..facts },
            (None, _) => facts,
        }
    }

    /// The names of some schools with their BRIN, where a mail has to tell them apart: none for fewer than two.
    pub(super) fn names_of(&self, some: &BTreeSet<SchoolId>) -> Vec<String> {
        let those = self.schools.iter().filter(|school| some.contains(&school.id));
        let names: Vec<String> =
            those.map(|school| format!("{} ({})", school.details.name, school.details.brin)).collect();
        if names.len() > 1 { names } else { vec![] }
    }

    /// What Kurve does before somebody at the school can do a step; empty where they can.
    pub(super) fn kurve_first(&self, step: Step) -> String {
        let contacts = self.contacts.iter().map(|contact| (contact.id, contact.name.to_string())).collect();
        let reader = self.receiver.as_ref().map(|contact| contact.id);
        let names = Names { contacts, reader, ..Names::default() };
        let obstacles = self.state.obstacles(step);
        obstacles.iter().map(|one| words::obstacle_sentence(one, &names)).collect::<Vec<_>>().join(" ")
    }

    /// Whether the receiver is a contact who is neither superbeheerder nor applicatiebeheerder.
    pub(super) fn is_neither_administrator(&self) -> bool {
        self.receiver.as_ref().is_some_and(|contact| contact.roles.contains(ContactRole::Contactpersoon))
    }

    /// The name of the receiver; empty when Kurve's support reads the mail.
    pub(super) fn reader(&self) -> String {
        self.receiver.as_ref().map(|contact| contact.name.to_string()).unwrap_or_default()
    }

    pub(super) fn contact(&self, id: Option<ContactId>) -> Option<&Contact> {
        self.contacts.iter().find(|contact| Some(contact.id) == id)
    }

    /// The name of the contact who acted.
    pub(super) fn actor_name(&self) -> String {
        let actor = self.contact(self.request.mail.about.by);
        actor.map_or_else(|| "Een collega".to_owned(), |contact| contact.name.to_string())
    }

    /// The contact who acted, unless they left.
    pub(super) fn actor(&self) -> Option<&Contact> {
        self.contact(self.request.mail.about.by).filter(|contact| contact.is_active())
    }

    /// The same mail to Kurve, whose answer goes to the contact who acted.
    pub(super) fn answered_by_actor(&self, draft: Draft) -> Draft {
        match self.actor() {
            Some(actor) => Draft { reply_to: (actor.name.to_string(), actor.email.to_string()), ..draft },
            None => draft,
        }
    }

    /// The address of the connection's page for its contacts.
    pub(super) fn portal(&self) -> String {
        self.request.context.base.to(&links::SCHOOL.at(self.id()))
    }

    /// The address of a step's page.
    pub(super) fn portal_step(&self, step: Step) -> String {
        self.request.context.base.to(&links::SCHOOL_STEP.step(self.id(), step))
    }

    /// The address of Kurve's page of the connection.
    pub(super) fn staff(&self) -> String {
        self.request.context.base.to(&links::staff_school(links::STAFF_SCHOOL, self.id()))
    }

    /// The address of the requests to join on Kurve's page of the connection.
    pub(super) fn staff_requests(&self) -> String {
        self.request.context.base.to(&links::staff_requests(self.id()))
    }

    /// The address of a step on Kurve's page of the connection.
    pub(super) fn staff_step(&self, step: Step) -> String {
        self.request.context.base.to(&links::staff_school_step(self.id(), step))
    }

    /// The step and cause that made steps fall in the change that called for this mail.
    pub(super) async fn root_fall(&self) -> Result<Option<(Step, FallCause)>, StoreError> {
        Ok(root_fall(&self.events().await?).map(|(step, cause)| (step, cause.clone())))
    }

    /// What happened in the change that called for this mail.
    pub(super) async fn events(&self) -> Result<Vec<Event>, StoreError> {
        let Some(version) = self.request.mail.about.version else { return Ok(vec![]) };
        audit::list_events_of(self.request.context.db.reader(), self.id(), version).await
    }

    /// The mail, to its receiver.
    pub(super) fn draft(&self, mail: &impl Mail) -> Result<Draft, NotSent> {
        Ok(match &self.receiver {
            Some(contact) => Draft::to_contact(self.request.context, mail, contact)?,
            None => Draft::to_support(self.request.context, mail)?,
        })
    }
}

/// Nothing is sent by itself to who left, or to an address that mail does not arrive at; the latter shows to Kurve,
/// with a button for when the address works again.
pub(super) async fn check_reachable(request: DraftRequest<'_>, receiver: &Contact) -> Result<(), NotSent> {
    if receiver.removed_at.is_some() {
        return Err(NotSent::NotNeeded(UnsentReason::ContactRemoved));
    }
    check_address(request, &receiver.email).await
}

/// The same for somebody who is no contact.
pub(super) async fn check_address(request: DraftRequest<'_>, address: &EmailAddress) -> Result<(), NotSent> {
    let key = request.context.keys.email_key(&address.key_form());
    if address_marks::find(request.context.db.reader(), &key).await?.bounced.is_some() {
        return Err(NotSent::Unreachable(UnsentReason::AddressBounces));
    }
    Ok(())
}

/// The words of Kurve with a step that it sent back; empty for every other cause.
pub(super) fn sent_back_reason(cause: Option<&FallCause>) -> String {
    match cause {
        Some(FallCause::SentBack { reason }) => reason.to_string(),
        Some(
            FallCause::TakenBack
            | FallCause::NeededStepFell { .. }
            | FallCause::CredentialsRenewed
            | FallCause::ConnectionLost { .. }
            | FallCause::Refused { .. }
            | FallCause::Withdrawn
            | FallCause::Moved
            | FallCause::Undone,
        )
        | None => String::new(),
    }
}
