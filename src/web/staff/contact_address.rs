//! The mistyped address of a contact, corrected in place.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::ask::{Ask, AskField};
use super::contacts::{self, ContactPath, REMOVED};
use super::form_response::Desk;
use super::{desk, forms};
use crate::domain::school::Contact;
use crate::domain::text::EmailAddress;
use crate::links;
use crate::services::ServiceError;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::services::people::contact_address;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::{CrewDone, Flash};
use crate::web::form::{FieldErrors, Posted};

/// What goes with the old address.
const ACCESS_ENDS: &str =
    "De toegang van deze persoon vervalt. Controleer het nieuwe adres en geef dan opnieuw toegang.";

/// An address as typed.
#[derive(Default, Deserialize)]
pub(super) struct AddressForm {
    #[serde(default)]
    version: String,
    #[serde(default)]
    email: String,
}

impl AddressForm {
    /// The form before anybody typed.
    pub(super) fn of(person: &Contact) -> Self {
        Self { email: person.email.shown(), ..Self::default() }
    }
}

/// The form.
pub(super) fn form(file: &ConnectionFile, person: &Contact, typed: &AddressForm) -> Ask {
    let ask =
        forms::about_contact("correct_address", "E-mailadres verbeteren", links::STAFF_CONTACT_ADDRESS, file, person)
            .note("Alleen voor een typefout: een andere persoon voeg je toe als contactpersoon.")
            .note("Met het oude adres kan niemand meer bij deze school. Naar het nieuwe gaat een mail met uitleg.");
    let ask = if person.is_vouched() { ask.note(ACCESS_ENDS) } else { ask };
    ask.field(AskField::line("email", "E-mailadres", &typed.email).kind("email"))
}

/// Corrects the address.
pub(super) async fn update(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(ContactPath { school, contact }): Path<ContactPath>,
    Posted(typed): Posted<AddressForm>,
) -> Result<Response, PageError> {
    let (desk, seen) = (Desk::at(&web, &staff, &school)?, desk::seen(&typed.version)?);
    let person = contacts::find(&desk, &contact).await?;
    let draw = |file: &ConnectionFile| form(file, &person, &typed);
    let mut errors = FieldErrors::default();
    let Some(email) = errors.take("email", EmailAddress::parse_typed(&typed.email)) else {
        return desk.wrong(Some(seen), errors, draw).await;
    };
    if !person.is_active() {
        return desk.object(REMOVED, draw).await;
    }
    if person.email == email {
        return Ok(desk.done(Flash::AlreadySo));
    }
    match contact_address::correct(&web.context, &staff.call(), person.reference(), email, Some(seen)).await {
        Ok(()) => Ok(desk.done(Flash::Crew(CrewDone::AddressCorrected))),
        Err(ServiceError::Conflict) => desk.conflict(seen, draw).await,
        Err(error) => desk.refuse(Some(seen), error, draw).await,
    }
}
