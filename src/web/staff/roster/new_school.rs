//! One school, put in by a colleague who has spoken with it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use strum::IntoEnumIterator;

use super::{Choice, mail_choices};
use crate::domain::ids::ConnectionId;
use crate::domain::roles::Roles;
use crate::domain::roster::{Fault, Field, MailChoice, Person};
use crate::domain::school::{Region, RequestDetails};
use crate::domain::text::{Brin, EmailAddress, PersonName, Reason, SchoolDomain, SchoolName};
use crate::links;
use crate::services::ServiceError;
use crate::services::roster::one::{self, Entered, NewSchool};
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldErrors, Posted};
use crate::web::page::Frame;
use crate::web::staff::desk::{self, Nav};
use crate::web::staff::grounds;
use crate::web::{WebState, page};
use crate::words;

/// Nobody is vouched for yet.
const LATER: &str = "later";

/// What was typed; without `Debug`, since it names somebody.
#[derive(Default, Deserialize)]
pub(in crate::web::staff) struct NewSchoolForm {
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
    ground: String,
    #[serde(default)]
    ground_text: String,
    #[serde(default)]
    mails: String,
}

impl NewSchoolForm {
    /// The school, or everything that is wrong in the order of the page.
    fn parse(&self) -> Result<NewSchool, FieldErrors> {
        let mut errors = FieldErrors::default();
        let school_name = errors.take("school_name", SchoolName::parse(&self.school_name));
        let brin = errors.take("brin", Brin::parse(&self.brin));
        let domain = errors.take("domain", SchoolDomain::parse(&self.domain));
        let region = errors.choose("region", self.region.parse().ok(), "Kies de vakantieregio.");
        let name = errors.take("name", PersonName::parse_typed(&self.name));
        let email = errors.take("email", EmailAddress::parse_typed(&self.email));
        let roles = errors.choose("role", self.role.parse::<Roles>().ok(), "Kies een rol.");
        let vouch = self.vouch(&mut errors);
        let mails =
            errors.choose("mails", self.mails.parse::<MailChoice>().ok(), "Kies welke mails de contactpersoon krijgt.");
        let whole = || {
            let brin = brin?;
            let occasion = format!("new/{}", brin.key());
            Some(NewSchool {
                details: RequestDetails { name: school_name?, brin, domain: domain?, region: region? },
                person: Person { name: name?, email: email?, roles: Some(roles?) },
                vouch: vouch?,
                mails: mails?,
                occasion,
            })
        };
        whole().ok_or(errors)
    }

    /// On what ground the contact is vouched for, if they are.
    fn vouch(&self, errors: &mut FieldErrors) -> Option<Option<Reason>> {
        match (self.ground.as_str(), grounds::usual(&self.ground)) {
            (LATER, _) => Some(None),
            (grounds::OTHER, _) => errors.take("ground_text", Reason::parse(&self.ground_text)).map(Some),
            (_, Some(said)) => errors.take("ground", Reason::parse(said)).map(Some),
            (_, None) => errors.choose("ground", None, "Kies of je deze persoon toegang geeft."),
        }
    }
}

#[derive(Template)]
#[template(path = "staff/roster/new_school.html")]
struct NewSchoolPage {
    frame: Frame,
    nav: Nav,
    form: NewSchoolForm,
    errors: FieldErrors,
    /// Why it cannot be put in; empty when it can.
    refusal: String,
    /// The connection that has the school already; empty when none has.
    known: String,
    regions: Vec<Choice>,
    roles: Vec<Choice>,
    grounds: Vec<Choice>,
    mails: Vec<Choice>,
}

impl NewSchoolPage {
    fn new(web: &WebState, staff: &Staff, form: NewSchoolForm, errors: FieldErrors) -> Self {
        let plain = |value: &'static str, label: &'static str| Choice { value, label, hint: "" };
        let region = |one: Region| Choice { hint: words::region_hint(one), ..plain(one.as_str(), one.label_nl()) };
        let later = Choice {
            hint: "Zonder dat kan niemand het wachtwoord bekijken. Het kan later op de pagina van de koppeling.",
            ..plain(LATER, "Nog niet")
        };
        Self {
            frame: desk::frame(web, staff),
            nav: Nav::new(staff, links::STAFF_SCHOOLS),
            form,
            errors,
            refusal: String::new(),
            known: String::new(),
            regions: Region::iter().map(region).collect(),
            roles: Roles::CHOICES.map(|roles| plain(roles.as_str(), roles.label_nl())).into(),
            grounds: grounds::named().map(|(value, label)| plain(value, label)).chain([later]).collect(),
            mails: mail_choices(),
        }
    }
}

/// Shows the empty form.
pub(in crate::web::staff) async fn new(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
) -> Result<Response, PageError> {
    let form = NewSchoolForm { mails: MailChoice::Ordinary.as_str().to_owned(), ..NewSchoolForm::default() };
    page::show(&NewSchoolPage::new(&web, &staff, form, FieldErrors::default()))
}

/// Puts in a school.
pub(in crate::web::staff) async fn create(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Posted(form): Posted<NewSchoolForm>,
) -> Result<Response, PageError> {
    let new = match form.parse() {
        Ok(new) => new,
        Err(errors) => return wrong(NewSchoolPage::new(&web, &staff, form, errors)),
    };
    let blank = |form| NewSchoolPage::new(&web, &staff, form, FieldErrors::default());
    match one::enter(&web.context, &staff.call(), &new).await {
        Ok(Entered::Made(connection) | Entered::Joined(connection)) => {
            Ok(flash::redirect(&web, &at(connection), Flash::SchoolAdded))
        }
        Ok(Entered::Known(connection)) => wrong(NewSchoolPage { known: at(connection), ..blank(form) }),
        Ok(Entered::Faulty(faults)) => {
            let errors = field_errors(&faults);
            wrong(NewSchoolPage::new(&web, &staff, form, errors))
        }
        Err(error @ ServiceError::AddedByOneself) => match PageError::from(error) {
            PageError::Refused(refusal) => wrong(NewSchoolPage { refusal, ..blank(form) }),
            other => Err(other),
        },
        Err(error) => Err(error.into()),
    }
}

fn wrong(page: NewSchoolPage) -> Result<Response, PageError> {
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn at(connection: ConnectionId) -> String {
    links::staff_school(links::STAFF_SCHOOL, connection)
}

fn field_errors(faults: &[Fault]) -> FieldErrors {
    let mut errors = FieldErrors::default();
    for fault in faults {
        let field = match fault.field {
            Field::School => "school_name",
            Field::Brin => "brin",
            Field::Domain => "domain",
            Field::Region => "region",
            Field::Contact => "name",
            Field::Email => "email",
            Field::Role | Field::Stand => "role",
        };
        errors.add(field, words::roster::row_fault(fault.field, &fault.why));
    }
    errors
}
