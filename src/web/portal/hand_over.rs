//! "Geef door aan een collega": someone who is a contact already, or someone new who becomes one.

use axum::extract::State;
use axum::response::Response;

use crate::domain::ids::ContactId;
use crate::domain::onboarding::{Refusal, Step};
use crate::domain::roles::Roles;
use crate::domain::school::{Contact, NewContact};
use crate::domain::text::{EmailAddress, PersonName};
use crate::links;
use crate::services::ServiceError;
use crate::services::mail::reach;
use crate::services::onboarding::onboardings;
use crate::services::onboarding::room::{MOST_CONTACTS, MOST_NEW_CONTACTS};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldErrors, Posted};
use crate::web::portal::opened::StepPath;
use crate::web::portal::step::come_back;
use crate::web::portal::step_parts::{HandOverForm, Section, Typed};
use crate::web::rate_limit::Door;
use crate::web::sure;
use crate::words;

pub(super) async fn create(
    State(web): State<WebState>,
    who: SchoolContact,
    StepPath(step): StepPath,
    Posted(form): Posted<HandOverForm>,
) -> Result<Response, PageError> {
    let mut typed = Typed { section: Section::HandOver, ..Typed::default() };
    let colleague = match form.colleague.parse() {
        Ok(id) => Some(find(&web, &who, id).await?),
        Err(_) => read(&form, step, &mut typed.errors),
    };
    if let Some(colleague) = colleague {
        web.limits.check_client(who.visit.client)?;
        web.limits.check_address(Door::HandOver, &web.context.keys.email_key(&colleague.email.limit_form()))?;
        let email = colleague.email.clone();
        match onboardings::hand_over(&web.context, &who.call(), who.connection(), step, colleague).await {
            Ok(()) => {
                let reach = reach::of_addresses(&web.context, [&email]).await?;
                let said = Flash::HandedOver.about(step).reaching(reach);
                return Ok(flash::redirect(&web, &who.at(links::SCHOOL), said));
            }
            Err(ServiceError::Refused(Refusal::AlreadyDone { .. })) => {
                return Ok(flash::redirect(&web, &who.at(links::SCHOOL), Flash::AlreadySo));
            }
            Err(ServiceError::Refused(refusal)) => typed.refusal = words::refusal(&refusal),
            Err(ServiceError::HandOverToSelf) => typed.errors.add("colleague_email", words::HAND_OVER_TO_SELF),
            Err(ServiceError::HoldsPassword) => {
                typed.errors.add("colleague_name", words::HOLDS_PASSWORD);
                typed.colleague = HandOverForm { colleague_name: String::new(), ..form };
                return come_back(&web, &who, step, typed).await;
            }
            Err(ServiceError::TooManyContacts) => {
                typed.refusal = words::too_many_contacts(MOST_CONTACTS, MOST_NEW_CONTACTS);
            }
            Err(error) => return Err(error.into()),
        }
    }
    typed.colleague = form;
    come_back(&web, &who, step, typed).await
}

/// A contact of this connection by id; whoever is not one is not found.
async fn find(web: &WebState, who: &SchoolContact, id: ContactId) -> Result<NewContact, PageError> {
    let file = onboardings::load_file(&web.context, who.connection()).await?;
    let found = file.contact(id).filter(|contact| contact.is_active()).cloned().ok_or(PageError::NotFound)?;
    let Contact { name, email, roles, .. } = found;
    Ok(NewContact { name, email, roles })
}

/// Someone new, as typed.
fn read(form: &HandOverForm, step: Step, errors: &mut FieldErrors) -> Option<NewContact> {
    let name = errors.take("colleague_name", PersonName::parse_typed(&form.colleague_name));
    let email = errors.take("colleague_email", EmailAddress::parse_typed(&form.colleague_email));
    let email = errors.sure("colleague_email", email, |email| sure::email(email, &form.sure_colleague_email));
    let roles = form.colleague_role.parse::<Roles>().ok();
    let roles = errors.choose("colleague_role", roles, "Kies de rol van je collega.")?;
    if step.takes_role().is_some_and(|needed| !roles.contains(needed)) {
        errors.add(
            "colleague_role",
            "Alleen een superbeheerder kan consent geven. Geef deze stap door aan de superbeheerder.",
        );
        return None;
    }
    Some(NewContact { name: name?, email: email?, roles })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(name: &str, email: &str, roles: Roles) -> HandOverForm {
        HandOverForm {
            colleague: String::new(),
            colleague_name: name.into(),
            colleague_email: email.into(),
            colleague_role: roles.as_str().into(),
            sure_colleague_email: String::new(),
        }
    }

    #[test]
    fn every_field_that_is_wrong_is_named_at_once() {
        let mut errors = FieldErrors::default();

        assert!(read(&HandOverForm::default(), Step::PasswordSet, &mut errors).is_none());

        let fields: Vec<_> = errors.all().iter().map(|error| error.field).collect();
        assert_eq!(fields, ["colleague_name", "colleague_email", "colleague_role"]);
    }

    #[test]
    fn consent_goes_to_a_superbeheerder_only() {
        for (roles, is_taken) in Roles::CHOICES.into_iter().zip([true, false, true, false]) {
            let mut errors = FieldErrors::default();
            let typed = form("Bram Yılmaz", "b@school.nl", roles);

            assert_eq!(read(&typed, Step::ConsentGiven, &mut errors).is_some(), is_taken);
            assert_eq!(errors.is_empty(), is_taken);
        }
    }
}
