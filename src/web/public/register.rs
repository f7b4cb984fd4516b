//! The request for Optie A: a form, and "look in your mailbox" as the answer to every good one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use strum::IntoEnumIterator;

use super::path_token::PathToken;
use crate::domain::access_link::CONFIRM_HOURS;
use crate::domain::new_schools::NewSchools;
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::school::{Region, RequestDetails};
use crate::domain::text::{Brin, EmailAddress, PersonName, SchoolDomain, SchoolName};
use crate::links;
use crate::services::ServiceError;
use crate::services::people::registrations::{self, RegistrationForm, RequestStatus};
use crate::web::WebState;
use crate::web::error::{PageError, mails_full, too_often, with_retry_after};
use crate::web::extract::Visit;
use crate::web::flash::{see_other, with_cookie};
use crate::web::form::{Arrived, FieldErrors};
use crate::web::kept;
use crate::web::page::{self, Frame};
use crate::web::rate_limit::Door;
use crate::web::sure;
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
    #[serde(default)]
    sure_domain: String,
    #[serde(default)]
    sure_email: String,
}

impl RegisterForm {
    /// The request, or everything that is wrong with it in the order of the page.
    fn parse(&self) -> Result<RegistrationForm, FieldErrors> {
        let mut errors = FieldErrors::default();
        let school_name = errors.take("school_name", SchoolName::parse_typed(&self.school_name));
        let brin = errors.take("brin", Brin::parse(&self.brin));
        let domain = errors.take("domain", SchoolDomain::parse(&self.domain));
        let domain = errors.sure("domain", domain, |domain| sure::domain(domain, &self.sure_domain));
        let region = errors.choose("region", self.region.parse().ok(), "Kies de vakantieregio van je school.");
        let name = errors.take("name", PersonName::parse_typed(&self.name));
        let email = errors.take("email", EmailAddress::parse_typed(&self.email));
        let email = errors.sure("email", email, |email| sure::email(email, &self.sure_email));
        let role = errors.choose("role", self.role.parse().ok(), "Kies wat je rol is in Magister.");
        let whole = || {
            let details = RequestDetails { name: school_name?, brin: brin?, domain: domain?, region: region? };
            Some(RegistrationForm { details, name: name?, email: email?, roles: role? })
        };
        whole().ok_or(errors)
    }
}

impl From<&RegistrationForm> for RegisterForm {
    fn from(request: &RegistrationForm) -> Self {
        let RequestDetails { name, brin, domain, region } = &request.details;
        Self {
            school_name: name.to_string(),
            brin: brin.to_string(),
            domain: domain.label().to_owned(),
            region: region.as_str().to_owned(),
            name: request.name.to_string(),
            email: request.email.shown(),
            role: request.roles.as_str().to_owned(),
            sure_domain: String::new(),
            sure_email: String::new(),
        }
    }
}

impl RegisterForm {
    /// What was typed, as a form brings it.
    fn fields(&self) -> Vec<(String, String)> {
        let fields = [
            ("school_name", &self.school_name),
            ("brin", &self.brin),
            ("domain", &self.domain),
            ("region", &self.region),
            ("name", &self.name),
            ("email", &self.email),
            ("role", &self.role),
        ];
        fields.map(|(name, value)| (name.to_owned(), value.clone())).into()
    }
}

/// What is said where the page was open for so long that it may not be acted on.
const OPEN_TOO_LONG: &str =
    "Deze pagina stond te lang open. Wat je typte, staat er nog. Kijk het na en verstuur het opnieuw.";

/// What is said while nothing can be kept.
const NOTHING_KEPT: &str =
    "Koppelklaar kan nu niets opslaan. Wat je typte, staat er nog. Wacht even en verstuur het opnieuw.";

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
        (false, true) => "Jij beheert Magister op school. Je kunt in Decibel en bij Beheer > Webservices.",
        (false, false) => "Jij regelt de koppeling. Een collega doet de stappen in Magister.",
    };
    let label = |roles: Roles| match roles == Roles::of(ContactRole::Contactpersoon) {
        true => "Geen van beide",
        false => roles.label_nl(),
    };
    Roles::CHOICES.map(|roles| Choice { value: roles.as_str(), label: label(roles), hint: hint(roles) }).into()
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

/// Shows the form, with what was sent from this browser a moment ago: so a mistake is one word to correct.
pub(super) async fn new(State(web): State<WebState>, visit: Visit) -> Result<Response, PageError> {
    let form: Option<RegisterForm> = kept::typed(&web, &visit, links::REGISTER).await?;
    page::show(&RegisterPage::new(visit.frame(&web), form.unwrap_or_default(), FieldErrors::default()))
}

/// Shows the form with the request that a link is about; the empty one where that link works no more.
pub(super) async fn change(
    State(web): State<WebState>,
    visit: Visit,
    PathToken(token): PathToken,
) -> Result<Response, PageError> {
    let found = match token {
        Some(token) => registrations::find(&web.context, visit.now, &token).await?,
        None => RequestStatus::Gone,
    };
    let form = match found {
        RequestStatus::Open(form) => RegisterForm::from(&*form),
        RequestStatus::Used | RequestStatus::Gone => return Ok(see_other(links::REGISTER)),
    };
    page::show(&RegisterPage::new(visit.frame(&web), form, FieldErrors::default()))
}

/// Takes a request; known and unknown schools and addresses get the same answer.
pub(super) async fn create(
    State(web): State<WebState>,
    visit: Visit,
    Arrived { typed: form, is_fresh }: Arrived<RegisterForm>,
) -> Result<Response, PageError> {
    if !is_fresh {
        let page = RegisterPage::new(visit.frame(&web), form, FieldErrors::default());
        return page::show_with(StatusCode::FORBIDDEN, &RegisterPage { refusal: OPEN_TOO_LONG.to_owned(), ..page });
    }
    match take(&web, &visit, &form).await {
        Ok(Ok(())) => {
            let sent = see_other(links::REGISTER_SENT);
            let cookie = kept::keep_public(&web, links::REGISTER, &form.fields()).await;
            Ok(cookie.iter().fold(sent, |sent, cookie| with_cookie(sent, cookie)))
        }
        Ok(Err(errors)) => {
            let page = RegisterPage::new(visit.frame(&web), form, errors);
            page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(ServiceError::TooOften { retry_after_seconds }) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            refused(&web, &visit, form, Wait { status, retry_after_seconds, refusal: too_often(retry_after_seconds) })
        }
        Err(ServiceError::Full { full, retry_after_seconds }) => {
            let refusal = mails_full(full, &web.context.support_email);
            let status = StatusCode::TOO_MANY_REQUESTS;
            refused(&web, &visit, form, Wait { status, retry_after_seconds, refusal })
        }
        Err(error) => match error.retry_after_seconds() {
            Some(retry_after_seconds) => {
                let (status, refusal) = (StatusCode::SERVICE_UNAVAILABLE, NOTHING_KEPT.to_owned());
                refused(&web, &visit, form, Wait { status, retry_after_seconds, refusal })
            }
            None => Err(error.into()),
        },
    }
}

/// How long somebody has to wait, and why.
struct Wait {
    status: StatusCode,
    retry_after_seconds: u64,
    refusal: String,
}

/// The form as it was typed, with why it is not taken now.
fn refused(web: &WebState, visit: &Visit, form: RegisterForm, wait: Wait) -> Result<Response, PageError> {
    let page = RegisterPage::new(visit.frame(web), form, FieldErrors::default());
    let page = RegisterPage { refusal: wait.refusal, ..page };
    Ok(with_retry_after(page::show_with(wait.status, &page)?, wait.retry_after_seconds))
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
    /// Where the mail goes, where this browser sent the request; empty elsewhere.
    email: String,
    /// Whether whoever confirms comes in at once: not where Kurve looks at new schools first.
    begins: bool,
}

/// Shows what happens after a request.
pub(super) async fn show_sent(State(web): State<WebState>, visit: Visit) -> Result<Response, PageError> {
    let form: Option<RegisterForm> = kept::typed(&web, &visit, links::REGISTER).await?;
    let email = form.map(|form| EmailAddress::parse_typed(&form.email));
    let email = email.and_then(Result::ok).map(|email| email.shown()).unwrap_or_default();
    let begins = web.context.new_schools == NewSchools::Start;
    page::show(&RegisterSentPage { frame: visit.frame(&web), email, begins })
}
