//! The request for Optie A: a form, and "look in your mailbox" as the answer to every good one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use strum::IntoEnumIterator;

use crate::domain::access_link::CONFIRM_HOURS;
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::school::{Region, RequestDetails};
use crate::domain::text::{Brin, EmailAddress, PersonName, SchoolDomain, SchoolName};
use crate::links;
use crate::services::ServiceError;
use crate::services::people::registrations::{self, RegistrationForm};
use crate::web::WebState;
use crate::web::error::{PageError, mails_full, too_often, with_retry_after};
use crate::web::extract::Visit;
use crate::web::flash::see_other;
use crate::web::form::{FieldErrors, Posted};
use crate::web::page::{self, Frame};
use crate::web::rate_limit::Door;
use crate::words;

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
        let school_name = errors.take("school_name", SchoolName::parse_typed(&self.school_name));
        let brin = errors.take("brin", Brin::parse(&self.brin));
        let domain = errors.take("domain", SchoolDomain::parse(&self.domain));
        let region = errors.choose("region", self.region.parse().ok(), "Kies de vakantieregio van je school.");
        let name = errors.take("name", PersonName::parse_typed(&self.name));
        let email = errors.take("email", EmailAddress::parse(&self.email));
        let role = errors.choose("role", self.role.parse().ok(), "Kies wat je rol is in Magister.");
        let whole = || {
            let details = RequestDetails { name: school_name?, brin: brin?, domain: domain?, region: region? };
            Some(RegistrationForm { details, name: name?, email: email?, roles: role? })
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

fn regions() -> Vec<Choice> {
    let choice =
        |region: Region| Choice { value: region.as_str(), label: region.label_nl(), hint: words::region_hint(region) };
    Region::iter().map(choice).collect()
}

fn roles() -> Vec<Choice> {
    let hint = |roles: Roles| match (
        roles.contains(ContactRole::Superbeheerder),
        roles.contains(ContactRole::Applicatiebeheerder),
    ) {
        (true, true) => "Jij bent beide: je kunt alle stappen in Magister zelf doen.",
        (true, false) => "Jij kunt in Magister consent geven. Dat kan niemand anders.",
        (false, true) => "Jij werkt in Magister met Decibel en met Beheer > Webservices.",
        (false, false) => "Jij regelt de koppeling. Een collega doet de stappen in Magister.",
    };
    Roles::CHOICES.map(|roles| Choice { value: roles.as_str(), label: roles.label_nl(), hint: hint(roles) }).into()
}

/// The form.
#[derive(Template)]
#[template(path = "public/register.html")]
struct RegisterPage {
    frame: Frame,
    form: RegisterForm,
    errors: FieldErrors,
    /// Why it cannot be taken now; empty when it can.
    refusal: String,
    regions: Vec<Choice>,
    roles: Vec<Choice>,
}

impl RegisterPage {
    fn new(frame: Frame, form: RegisterForm, errors: FieldErrors) -> Self {
        Self { frame, form, errors, refusal: String::new(), regions: regions(), roles: roles() }
    }
}

/// Shows the empty form.
pub(super) async fn new(State(web): State<WebState>, visit: Visit) -> Result<Response, PageError> {
    page::show(&RegisterPage::new(visit.frame(&web), RegisterForm::default(), FieldErrors::default()))
}

/// Takes a request; known and unknown schools and addresses get the same answer.
pub(super) async fn create(
    State(web): State<WebState>,
    visit: Visit,
    Posted(form): Posted<RegisterForm>,
) -> Result<Response, PageError> {
    match take(&web, &visit, &form).await {
        Ok(Ok(())) => Ok(see_other(links::REGISTER_SENT)),
        Ok(Err(errors)) => {
            let page = RegisterPage::new(visit.frame(&web), form, errors);
            page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(ServiceError::TooOften { retry_after_seconds }) => {
            refused(&web, &visit, form, Wait { retry_after_seconds, refusal: too_often(retry_after_seconds) })
        }
        Err(ServiceError::Full { full, retry_after_seconds }) => {
            let refusal = mails_full(full, &web.context.support_email);
            refused(&web, &visit, form, Wait { retry_after_seconds, refusal })
        }
        Err(error) => Err(error.into()),
    }
}

/// How long somebody has to wait, and why.
struct Wait {
    retry_after_seconds: u64,
    refusal: String,
}

/// The form as it was typed, with why it is not taken now.
fn refused(web: &WebState, visit: &Visit, form: RegisterForm, wait: Wait) -> Result<Response, PageError> {
    let page = RegisterPage::new(visit.frame(web), form, FieldErrors::default());
    let page = RegisterPage { refusal: wait.refusal, ..page };
    Ok(with_retry_after(page::show_with(StatusCode::TOO_MANY_REQUESTS, &page)?, wait.retry_after_seconds))
}

/// Counts and keeps a request, or says what is wrong with it.
async fn take(web: &WebState, visit: &Visit, form: &RegisterForm) -> Result<Result<(), FieldErrors>, ServiceError> {
    web.limits.check_client(visit.client)?;
    let request = match form.parse() {
        Ok(request) => request,
        Err(errors) => return Ok(Err(errors)),
    };
    let address_key = web.context.keys.email_key(&request.email.limit_form());
    web.limits.check_address(Door::Register, &format!("{address_key}/{}", visit.origin.network))?;
    registrations::request(&web.context, visit.anonymous(), &request, &visit.browser).await?;
    Ok(Ok(()))
}

/// "Look in your mailbox."
#[derive(Template)]
#[template(path = "public/register_sent.html")]
struct RegisterSentPage {
    frame: Frame,
}

/// Shows what happens after a request.
pub(super) async fn show_sent(State(web): State<WebState>, visit: Visit) -> Result<Response, PageError> {
    page::show(&RegisterSentPage { frame: visit.frame(&web) })
}
