//! One of the contacts: the address, the role, access, and removing them. To give access is Kurve's; the others do the rest.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde::Deserialize;

use super::contacts::not_touched;
use crate::domain::ids::ContactId;
use crate::domain::onboarding::Refusal;
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::school::{Contact, ContactRef};
use crate::domain::text::EmailAddress;
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::reach;
use crate::services::people::{addresses, by_school};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::{SchoolContact, path_value};
use crate::web::flash::{self, CrewDone, Flash};
use crate::web::form::{FieldErrors, Posted, Pressed};
use crate::web::kept;
use crate::web::page::{self, Frame};
use crate::web::portal::opened::{Around, Opened, open};
use crate::web::rate_limit::Door;
use crate::web::sure;
use crate::words;

/// The contact in a path; what is no id is a page that is not there.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColleaguePath(ContactId);

impl FromRequestParts<WebState> for ColleaguePath {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, PageError> {
        path_value(parts, web, "contact").await?.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}

/// A role that can be proposed.
struct Proposal {
    value: &'static str,
    label: &'static str,
    hint: &'static str,
}

#[derive(Template)]
#[template(path = "portal/colleague.html")]
struct ColleaguePage {
    frame: Frame,
    around: Around,
    name: String,
    role: &'static str,
    email: String,
    is_me: bool,
    is_vouched: bool,
    is_unreached: bool,
    is_proposed: bool,
    /// Why the reader cannot correct or remove them; empty where they can.
    locked: String,
    proposals: Vec<Proposal>,
    typed: String,
    errors: FieldErrors,
    refusal: String,
    back: String,
    address: String,
    propose: String,
    access: String,
    remove: String,
    leave: String,
}

/// What comes back on the page.
#[derive(Default)]
struct Typed {
    email: Option<String>,
    errors: FieldErrors,
    refusal: String,
}

/// Shows a contact.
pub(super) async fn show(
    State(web): State<WebState>,
    who: SchoolContact,
    ColleaguePath(contact): ColleaguePath,
) -> Result<Response, PageError> {
    let address = links::SCHOOL_COLLEAGUE_ADDRESS.contact(ContactRef { connection: who.connection(), contact });
    let kept: Option<AddressForm> = kept::typed(&web, &who.visit, &address).await?;
    let came_back = kept.is_some();
    let page = build(&web, &who, contact, Typed { email: kept.map(|form| form.email), ..Typed::default() }).await?;
    page::show(&ColleaguePage { frame: kept::say(page.frame.clone(), came_back), ..page })
}

async fn build(
    web: &WebState,
    who: &SchoolContact,
    contact: ContactId,
    typed: Typed,
) -> Result<ColleaguePage, PageError> {
    let Opened { frame, around, file } = open(web, who, "contacts").await?;
    let person = file.contact(contact).filter(|person| person.is_active()).ok_or(PageError::NotFound)?;
    let marks = addresses::marks_of(&web.context, std::slice::from_ref(person)).await?;
    let is_me = person.id == who.contact.id;
    let is_locked = person.is_vouched() && !who.contact.is_vouched();
    let at = |path: links::OfConnection| path.contact(person.reference());
    Ok(ColleaguePage {
        frame,
        around,
        name: person.name.to_string(),
        role: person.roles.label_nl(),
        email: person.email.shown(),
        is_me,
        is_vouched: person.is_vouched(),
        is_unreached: marks.get(&person.id).is_some_and(|mark| mark.bounced.is_some()),
        is_proposed: person.proposed.is_some(),
        locked: if is_locked { not_touched() } else { String::new() },
        proposals: if is_me { vec![] } else { proposals(person) },
        typed: typed.email.unwrap_or_else(|| person.email.shown()),
        errors: typed.errors,
        refusal: typed.refusal,
        back: who.at(links::SCHOOL_CONTACTS),
        address: at(links::SCHOOL_COLLEAGUE_ADDRESS),
        propose: at(links::SCHOOL_COLLEAGUE_ROLE),
        access: at(links::SCHOOL_COLLEAGUE_ACCESS),
        remove: at(links::SCHOOL_COLLEAGUE_REMOVE),
        leave: who.at(links::SCHOOL_LEAVE),
    })
}

/// The roles that somebody has not.
fn proposals(person: &Contact) -> Vec<Proposal> {
    let hint = |role: ContactRole| match role {
        ContactRole::Superbeheerder => "Kurve kijkt dit eerst na. Daarna kan je collega consent geven.",
        ContactRole::Applicatiebeheerder => "Je collega kan dan meteen de stappen in Decibel en bij Webservices doen.",
        ContactRole::Contactpersoon => "",
    };
    [ContactRole::Superbeheerder, ContactRole::Applicatiebeheerder]
        .into_iter()
        .filter(|role| !person.roles.contains(*role))
        .map(|role| Proposal { value: role.as_str(), label: role.label_nl(), hint: hint(role) })
        .collect()
}

/// An address as typed.
#[derive(Default, Deserialize)]
pub(super) struct AddressForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    sure_email: String,
}

/// Corrects the address.
pub(super) async fn correct_address(
    State(web): State<WebState>,
    who: SchoolContact,
    ColleaguePath(contact): ColleaguePath,
    Posted(form): Posted<AddressForm>,
) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    let email = errors.take("email", EmailAddress::parse_typed(&form.email));
    let email = errors.sure("email", email, |email| sure::email(email, &form.sure_email));
    let mut typed = Typed { email: Some(form.email), errors, refusal: String::new() };
    let Some(email) = email else { return come_back(&web, &who, contact, typed).await };
    web.limits.check_client(who.visit.client)?;
    web.limits.check_address(Door::HandOver, &web.context.keys.email_key(&email.limit_form()))?;
    let person = ContactRef { connection: who.connection(), contact };
    match by_school::correct_address(&web.context, &who.call(), person, email.clone()).await {
        Ok(()) => {
            let reach = reach::of_addresses(&web.context, [&email]).await?;
            let said = Flash::Crew(CrewDone::AddressCorrected).reaching(reach);
            Ok(flash::redirect(&web, &who.at(links::SCHOOL_CONTACTS), said))
        }
        Err(ServiceError::ContactExists) => {
            typed.errors.add("email", words::COLLEAGUE_EXISTS);
            come_back(&web, &who, contact, typed).await
        }
        Err(ServiceError::HoldsPassword) => {
            typed.errors.add("email", words::HOLDS_PASSWORD);
            typed.email = None;
            come_back(&web, &who, contact, typed).await
        }
        Err(error) => refused(&web, &who, contact, error).await,
    }
}

/// A role as chosen.
#[derive(Default, Deserialize)]
pub(super) struct RoleForm {
    #[serde(default)]
    role: String,
}

/// Proposes a role.
pub(super) async fn propose_role(
    State(web): State<WebState>,
    who: SchoolContact,
    ColleaguePath(contact): ColleaguePath,
    Posted(form): Posted<RoleForm>,
) -> Result<Response, PageError> {
    let role: ContactRole = form.role.parse().map_err(|_| PageError::BadForm)?;
    if Roles::of(role) == Roles::of(ContactRole::Contactpersoon) {
        return Err(PageError::BadForm);
    }
    let person = ContactRef { connection: who.connection(), contact };
    match by_school::propose_role(&web.context, &who.call(), person, role).await {
        Ok(()) => {
            Ok(flash::redirect(&web, &links::SCHOOL_COLLEAGUE.contact(person), Flash::Crew(CrewDone::RoleProposed)))
        }
        Err(error) => refused(&web, &who, contact, error).await,
    }
}

/// Asks Kurve to give access.
pub(super) async fn ask_access(
    State(web): State<WebState>,
    who: SchoolContact,
    ColleaguePath(contact): ColleaguePath,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let person = ContactRef { connection: who.connection(), contact };
    match by_school::ask_access(&web.context, &who.call(), person).await {
        Ok(()) => {
            let reach = reach::of_addresses(&web.context, [&who.contact.email]).await?;
            let said = Flash::Crew(CrewDone::AccessAsked).reaching(reach);
            Ok(flash::redirect(&web, &who.at(links::SCHOOL_CONTACTS), said))
        }
        Err(error) => refused(&web, &who, contact, error).await,
    }
}

/// Removes a contact; a second press finds it done.
pub(super) async fn remove(
    State(web): State<WebState>,
    who: SchoolContact,
    ColleaguePath(contact): ColleaguePath,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let person = ContactRef { connection: who.connection(), contact };
    let to = who.at(links::SCHOOL_CONTACTS);
    match by_school::remove(&web.context, &who.call(), person).await {
        Ok(()) => Ok(flash::redirect(&web, &to, Flash::Crew(CrewDone::ColleagueRemoved))),
        Err(error) => refused(&web, &who, contact, error).await,
    }
}

async fn come_back(
    web: &WebState,
    who: &SchoolContact,
    contact: ContactId,
    typed: Typed,
) -> Result<Response, PageError> {
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &build(web, who, contact, typed).await?)
}

/// The page with why it was not done, where there is something to say.
async fn refused(
    web: &WebState,
    who: &SchoolContact,
    contact: ContactId,
    error: ServiceError,
) -> Result<Response, PageError> {
    let refusal = match error {
        ServiceError::Refused(Refusal::NotVouched) => not_touched(),
        ServiceError::Refused(refusal) => words::refusal(&refusal),
        ServiceError::HandOverToSelf => words::NOT_ONESELF.to_owned(),
        ServiceError::LastContact => words::LAST_CONTACT.to_owned(),
        ServiceError::TooManyMessages => words::messages::TOO_MANY_MESSAGES.to_owned(),
        error => return Err(error.into()),
    };
    come_back(web, who, contact, Typed { refusal, ..Typed::default() }).await
}
