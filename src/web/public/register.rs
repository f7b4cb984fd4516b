//! The request for Optie A: a form, and "look in your mailbox" as the answer to every good one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::school::{ContactRole, Region, SchoolDetails};
use crate::domain::text::{Brin, EmailAddress, PersonName, SchoolDomain, SchoolName};
use crate::links;
use crate::services::registrations::{self, CONFIRM_HOURS, RegistrationForm};
use crate::web::Site;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::flash::see_other;
use crate::web::form::{FieldErrors, Posted};
use crate::web::page::{self, Frame};
use crate::web::rate_limit::Door;

/// What was typed; without `Debug`, since it names somebody.
#[derive(Default, Deserialize)]
pub(super) struct RegisterForm {
    #[serde(default)]
    school_name: String,
    #[serde(default)]
    brin: String,
    #[serde(default)]
    domain: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
}

impl RegisterForm {
    /// The request, or everything that is wrong with it in the order of the page.
    fn parse(&self) -> Result<RegistrationForm, FieldErrors> {
        let mut errors = FieldErrors::default();
        let school_name = errors.take("school_name", SchoolName::parse(&self.school_name));
        let brin = errors.take("brin", Brin::parse(&self.brin));
        let domain = errors.take("domain", SchoolDomain::parse(&self.domain));
        let region = errors.choose("region", Region::parse(&self.region), "Kies de vakantieregio van je school.");
        let name = errors.take("name", PersonName::parse(&self.name));
        let email = errors.take("email", EmailAddress::parse(&self.email));
        let role = errors.choose("role", ContactRole::parse(&self.role), "Kies wat je rol is in Magister.");
        let whole = || {
            let details = SchoolDetails { name: school_name?, brin: brin?, domain: domain?, region: region? };
            Some(RegistrationForm { details, name: name?, email: email?, role: role? })
        };
        whole().ok_or(errors)
    }
}

/// Something to choose.
struct Choice {
    value: &'static str,
    label: &'static str,
    hint: &'static str,
}

fn regions() -> [Choice; 3] {
    Region::ALL.map(|region| {
        let hint = match region {
            Region::Noord => "Vooral Groningen, Friesland, Drenthe, Overijssel, Flevoland en Noord-Holland.",
            Region::Midden => "Vooral Utrecht, Zuid-Holland en een deel van Gelderland.",
            Region::Zuid => "Vooral Zeeland, Noord-Brabant, Limburg en een deel van Gelderland.",
        };
        Choice { value: region.as_str(), label: region.label_nl(), hint }
    })
}

fn roles() -> [Choice; 3] {
    ContactRole::ALL.map(|role| {
        let hint = match role {
            ContactRole::Superbeheerder => "Jij kunt in Magister consent geven. Dat kan niemand anders.",
            ContactRole::Applicatiebeheerder => "Jij werkt in Magister met Decibel en met Beheer > Webservices.",
            ContactRole::Contactpersoon => "Jij regelt de koppeling. Een collega doet de stappen in Magister.",
        };
        Choice { value: role.as_str(), label: role.label_nl(), hint }
    })
}

/// The form.
#[derive(Template)]
#[template(path = "public/register.html")]
struct RegisterPage {
    frame: Frame,
    form: RegisterForm,
    errors: FieldErrors,
    regions: [Choice; 3],
    roles: [Choice; 3],
}

impl RegisterPage {
    fn new(frame: Frame, form: RegisterForm, errors: FieldErrors) -> Self {
        Self { frame, form, errors, regions: regions(), roles: roles() }
    }
}

/// Shows the empty form.
pub(super) async fn new(State(site): State<Site>, visit: Visit) -> Result<Response, PageError> {
    page::show(&RegisterPage::new(visit.frame(&site), RegisterForm::default(), FieldErrors::default()))
}

/// Takes a request; known and unknown schools and addresses get the same answer.
pub(super) async fn create(
    State(site): State<Site>,
    visit: Visit,
    Posted(form): Posted<RegisterForm>,
) -> Result<Response, PageError> {
    site.limits.check_client(visit.client)?;
    let request = match form.parse() {
        Ok(request) => request,
        Err(errors) => {
            let page = RegisterPage::new(visit.frame(&site), form, errors);
            return page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    site.limits.check_address(Door::Register, &site.office.keys.email_key(&request.email.key_form()))?;
    registrations::request(&site.office, visit.at(), &request, &visit.browser).await?;
    Ok(see_other(links::REGISTER_SENT))
}

/// "Look in your mailbox."
#[derive(Template)]
#[template(path = "public/register_sent.html")]
struct RegisterSentPage {
    frame: Frame,
}

/// Shows what happens after a request.
pub(super) async fn show_sent(State(site): State<Site>, visit: Visit) -> Result<Response, PageError> {
    page::show(&RegisterSentPage { frame: visit.frame(&site) })
}
