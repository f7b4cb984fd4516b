//! A connection's contacts, as Kurve changes them.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::form_response::Desk;
use super::grounds::GroundForm;
use super::lifecycle::VersionForm;
use super::worklist_query::Back;
use super::{desk, forms};
use crate::domain::ids::ContactId;
use crate::domain::roles::Roles;
use crate::domain::school::{Contact, NewContact};
use crate::domain::text::{EmailAddress, PersonName, Reason};
use crate::services::ServiceError;
use crate::services::onboarding::onboardings::{self, ConnectionFile};
use crate::services::people::contacts;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::Flash;
use crate::web::form::{FieldErrors, Posted};

/// What someone reads at the field of a role.
const CHOOSE_ROLE: &str = "Kies een rol.";

/// What someone reads when a colleague removed the contact meanwhile.
pub(super) const REMOVED: &str = "Deze contactpersoon is intussen verwijderd. Voeg de persoon eerst opnieuw toe.";

/// The connection and the contact in a path.
#[derive(Deserialize)]
pub(super) struct ContactPath {
    pub(super) school: String,
    pub(super) contact: String,
}

/// A contact as typed.
#[derive(Default, Deserialize)]
pub(super) struct ContactForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
}

/// Adds a contact.
pub(super) async fn add(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(school): Path<String>,
    Posted(form): Posted<ContactForm>,
) -> Result<Response, PageError> {
    let (desk, seen) = (Desk::at(&web, &staff, &school)?, desk::seen(&form.version)?);
    let draw = |file: &ConnectionFile| forms::add_contact(file, &form.name, &form.email, &form.role);
    let mut errors = FieldErrors::default();
    let name = errors.take("name", PersonName::parse_typed(&form.name));
    let email = errors.take("email", EmailAddress::parse_typed(&form.email));
    let roles = errors.choose("role", form.role.parse::<Roles>().ok(), CHOOSE_ROLE);
    let (Some(name), Some(email), Some(roles)) = (name, email, roles) else {
        return desk.wrong(Some(seen), errors, draw).await;
    };
    let person = NewContact { name, email, roles };
    match contacts::add(&web.context, &staff.call(), desk.connection, person.clone(), Some(seen)).await {
        Ok(()) => desk.done_for(Flash::ContactAdded, [&person.email]).await,
        Err(ServiceError::ContactExists | ServiceError::Conflict) if is_known(&desk, &person).await? => {
            Ok(desk.done(Flash::AlreadySo))
        }
        Err(ServiceError::Conflict) => desk.conflict(seen, draw).await,
        Err(error) => desk.refuse(Some(seen), error, draw).await,
    }
}

/// Whether exactly this contact is here: the form arrived twice.
async fn is_known(desk: &Desk<'_>, new: &NewContact) -> Result<bool, PageError> {
    let file = onboardings::load_file(&desk.web.context, desk.connection).await?;
    let is_same = |person: &Contact| {
        person.name == new.name && person.roles == new.roles && person.email.key_form() == new.email.key_form()
    };
    Ok(forms::active(&file).any(is_same))
}

/// Changes a contact's name and roles, or confirms those that the school gave.
pub(super) async fn update(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(ContactPath { school, contact }): Path<ContactPath>,
    Posted(form): Posted<ContactForm>,
) -> Result<Response, PageError> {
    let (desk, seen) = (Desk::at(&web, &staff, &school)?, desk::seen(&form.version)?);
    let person = find(&desk, &contact).await?;
    let draw = |file: &ConnectionFile| forms::change_contact(file, &person, &form.name, &form.role);
    let mut errors = FieldErrors::default();
    let name = errors.take("name", PersonName::parse_typed(&form.name));
    let roles = errors.choose("role", form.role.parse::<Roles>().ok(), CHOOSE_ROLE);
    let (Some(name), Some(roles)) = (name, roles) else { return desk.wrong(Some(seen), errors, draw).await };
    if !person.is_active() {
        return desk.object(REMOVED, draw).await;
    }
    if person.name == name && person.roles == roles && person.proposed.is_none() {
        return Ok(desk.done(Flash::AlreadySo));
    }
    match contacts::change(&web.context, &staff.call(), person.reference(), name, roles, Some(seen)).await {
        Ok(()) => Ok(desk.done(Flash::ContactChanged)),
        Err(ServiceError::Conflict) => desk.conflict(seen, draw).await,
        Err(error) => desk.refuse(Some(seen), error, draw).await,
    }
}

/// Removes a contact.
pub(super) async fn remove(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(ContactPath { school, contact }): Path<ContactPath>,
    Posted(form): Posted<VersionForm>,
) -> Result<Response, PageError> {
    let (desk, seen) = (Desk::at(&web, &staff, &school)?, desk::seen(&form.version)?);
    let person = find(&desk, &contact).await?;
    if !person.is_active() {
        return Ok(desk.done(Flash::AlreadySo));
    }
    let draw = |file: &ConnectionFile| forms::remove_contact(file, &person);
    match contacts::remove(&web.context, &staff.call(), person.reference(), Some(seen)).await {
        Ok(()) => Ok(desk.done(Flash::ContactRemoved)),
        Err(ServiceError::Conflict) => desk.conflict(seen, draw).await,
        Err(error) => desk.refuse(Some(seen), error, draw).await,
    }
}

/// Kurve's word for a contact.
#[derive(Debug, Default, Deserialize)]
pub(super) struct VouchForm {
    #[serde(default)]
    version: String,
    #[serde(flatten)]
    known: GroundForm,
    #[serde(default)]
    back: String,
    /// Whether the next row of the worklist is to open.
    #[serde(default)]
    next: String,
}

/// Vouches for a contact.
pub(super) async fn vouch(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(ContactPath { school, contact }): Path<ContactPath>,
    Posted(form): Posted<VouchForm>,
) -> Result<Response, PageError> {
    let (desk, seen) = (Desk::at(&web, &staff, &school)?, desk::seen(&form.version)?);
    let person = find(&desk, &contact).await?;
    let back = Back::read(&form.back, &form.next);
    let draw = |file: &ConnectionFile| forms::vouch(file, &person, form.known.words()).back(&back);
    let mut errors = FieldErrors::default();
    let Some(ground) = errors.take("ground", Reason::parse(form.known.words())) else {
        return desk.wrong(Some(seen), errors, draw).await;
    };
    if !person.is_active() {
        return desk.object(REMOVED, draw).await;
    }
    let to = back.follow(&desk).await?;
    if person.vouch.as_ref().is_some_and(|vouch| vouch.ground == ground) {
        return Ok(desk.done_at(&to, Flash::AlreadySo));
    }
    match contacts::vouch(&web.context, &staff.call(), person.reference(), ground, Some(seen)).await {
        Ok(()) => Ok(desk.done_at(&to, Flash::Vouched)),
        Err(ServiceError::Conflict) => desk.conflict(seen, draw).await,
        Err(error) => desk.refuse(Some(seen), error, draw).await,
    }
}

/// The contact in a path, also a removed one.
pub(super) async fn find(desk: &Desk<'_>, contact: &str) -> Result<Contact, PageError> {
    let id: ContactId = contact.parse().map_err(|_| PageError::NotFound)?;
    let file = onboardings::load_file(&desk.web.context, desk.connection).await?;
    file.contact(id).cloned().ok_or(PageError::NotFound)
}
