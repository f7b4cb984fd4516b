//! The contacts of the connection, and adding a colleague. What is done about one of them is on that colleague's page.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::onboarding::Refusal;
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::school::{Contact, NewContact};
use crate::domain::text::{EmailAddress, PersonName};
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::reach;
use crate::services::onboarding::room::{MOST_CONTACTS, MOST_NEW_CONTACTS};
use crate::services::people::{addresses, by_school};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, CrewDone, Flash};
use crate::web::form::{FieldErrors, Posted};
use crate::web::kept;
use crate::web::page::{self, Frame};
use crate::web::portal::opened::{Around, Opened, open};
use crate::web::portal::step_parts::{Choice, role_choices};
use crate::web::rate_limit::Door;
use crate::web::sure;
use crate::words;

/// A colleague as typed. Without `Debug`: it names somebody.
#[derive(Default, Deserialize)]
pub(super) struct ColleagueForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    sure_email: String,
}

impl ColleagueForm {
    fn read(&self, errors: &mut FieldErrors) -> Option<NewContact> {
        let name = errors.take("name", PersonName::parse_typed(&self.name));
        let email = errors.take("email", EmailAddress::parse_typed(&self.email));
        let email = errors.sure("email", email, |email| sure::email(email, &self.sure_email));
        let roles = errors.choose("role", self.role.parse::<Roles>().ok(), "Kies de rol van je collega.");
        Some(NewContact { name: name?, email: email?, roles: roles? })
    }
}

struct ContactRow {
    name: String,
    role: &'static str,
    /// The page about them.
    href: String,
    is_me: bool,
    is_vouched: bool,
    /// Mail does not arrive at their address.
    is_unreached: bool,
    /// The school gave them a role that Kurve has not looked at.
    is_proposed: bool,
}

#[derive(Template)]
#[template(path = "portal/contacts.html")]
struct ContactsPage {
    frame: Frame,
    around: Around,
    contacts: Vec<ContactRow>,
    has_superbeheerder: bool,
    has_unreached: bool,
    /// Whom the reader asks for what they cannot do in Magister themselves.
    ask_whom: Vec<String>,
    /// Where the reader asks for access; empty for who has it.
    ask_access: String,
    form: ColleagueForm,
    errors: FieldErrors,
    refusal: String,
    roles: Vec<Choice>,
    action: String,
    leave: String,
}

/// What comes back on the page.
#[derive(Default)]
struct Typed {
    form: ColleagueForm,
    errors: FieldErrors,
    refusal: String,
}

/// Shows the list.
pub(super) async fn list(State(web): State<WebState>, who: SchoolContact) -> Result<Response, PageError> {
    let kept: Option<ColleagueForm> = kept::typed(&web, &who.visit, &who.at(links::SCHOOL_CONTACTS)).await?;
    let came_back = kept.is_some();
    let page = build(&web, &who, Typed { form: kept.unwrap_or_default(), ..Typed::default() }).await?;
    page::show(&ContactsPage { frame: kept::say(page.frame.clone(), came_back), ..page })
}

/// Adds a colleague.
pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(form): Posted<ColleagueForm>,
) -> Result<Response, PageError> {
    let mut typed = Typed::default();
    if let Some(person) = form.read(&mut typed.errors) {
        web.limits.check_client(who.visit.client)?;
        web.limits.check_address(Door::HandOver, &web.context.keys.email_key(&person.email.limit_form()))?;
        let email = person.email.clone();
        match by_school::add(&web.context, &who.call(), who.connection(), person).await {
            Ok(()) => {
                let reach = reach::of_addresses(&web.context, [&email]).await?;
                let said = Flash::Crew(CrewDone::ColleagueAdded).reaching(reach);
                return Ok(flash::redirect(&web, &who.at(links::SCHOOL_CONTACTS), said));
            }
            Err(ServiceError::ContactExists) => typed.errors.add("email", words::COLLEAGUE_EXISTS),
            Err(ServiceError::TooManyContacts) => {
                typed.refusal = words::too_many_contacts(MOST_CONTACTS, MOST_NEW_CONTACTS);
            }
            Err(ServiceError::HoldsPassword) => {
                typed.errors.add("name", words::HOLDS_PASSWORD);
                typed.form = ColleagueForm { name: String::new(), ..form };
                return come_back(&web, &who, typed).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    typed.form = form;
    come_back(&web, &who, typed).await
}

async fn come_back(web: &WebState, who: &SchoolContact, typed: Typed) -> Result<Response, PageError> {
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &build(web, who, typed).await?)
}

async fn build(web: &WebState, who: &SchoolContact, typed: Typed) -> Result<ContactsPage, PageError> {
    let Opened { frame, around, file } = open(web, who, "contacts").await?;
    let marks = addresses::marks_of(&web.context, &file.contacts).await?;
    let active: Vec<&Contact> = file.contacts.iter().filter(|contact| contact.is_active()).collect();
    let row = |contact: &&Contact| ContactRow {
        name: contact.name.as_str().to_owned(),
        role: contact.roles.label_nl(),
        href: links::SCHOOL_COLLEAGUE.contact(contact.reference()),
        is_me: contact.id == who.contact.id,
        is_vouched: contact.is_vouched(),
        is_unreached: marks.get(&contact.id).is_some_and(|mark| mark.bounced.is_some()),
        is_proposed: contact.proposed.is_some(),
    };
    let contacts: Vec<_> = active.iter().map(row).collect();
    let has_access = who.contact.is_vouched();
    Ok(ContactsPage {
        frame,
        around,
        has_unreached: contacts.iter().any(|contact| contact.is_unreached),
        has_superbeheerder: active.iter().any(|contact| contact.roles.contains(ContactRole::Superbeheerder)),
        contacts,
        ask_whom: ask_whom(&who.contact, &active),
        ask_access: match has_access {
            true => String::new(),
            false => links::SCHOOL_COLLEAGUE_ACCESS.contact(who.contact.reference()),
        },
        form: typed.form,
        errors: typed.errors,
        refusal: typed.refusal,
        roles: role_choices(),
        action: who.at(links::SCHOOL_CONTACTS),
        leave: who.at(links::SCHOOL_LEAVE),
    })
}

/// Whom a contactpersoon asks for what takes a role in Magister.
pub(super) fn ask_whom(me: &Contact, people: &[&Contact]) -> Vec<String> {
    let is_contactpersoon = me.roles == Roles::of(ContactRole::Contactpersoon);
    if !is_contactpersoon {
        return vec![];
    }
    let named = |role: ContactRole| -> Vec<String> {
        let has = |person: &&&Contact| person.id != me.id && person.roles.contains(role);
        people.iter().filter(has).map(|person| person.name.to_string()).collect()
    };
    let sentence = |role: ContactRole, what: &str| match &*named(role) {
        [] => format!("{what}: vraag een {} van je school. Voeg die collega hieronder toe.", role.as_str()),
        names => format!("{what}: vraag {}.", words::listed_nl(names, "of")),
    };
    vec![
        sentence(ContactRole::Superbeheerder, "Consent geven in Magister"),
        sentence(ContactRole::Applicatiebeheerder, "Decibel en Beheer > Webservices"),
    ]
}

/// Why somebody cannot correct or remove a colleague, for the pages about one.
pub(super) fn not_touched() -> String {
    words::refusal(&Refusal::NotVouched)
}
