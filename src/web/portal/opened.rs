//! What every page of a connection begins with: the connection in the path, and the step or check.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::domain::ids::CheckId;
use crate::domain::onboarding::Step;
use crate::links;
use crate::services::ServiceError;
use crate::services::onboarding::onboardings::{self, ConnectionFile};
use crate::services::people::portal_access;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::{SchoolContact, path_value};
use crate::web::page::Frame;

/// The step in a path; a name that is no step is a page that is not there.
#[derive(Debug, Clone, Copy)]
pub(super) struct StepPath(pub(super) Step);

impl FromRequestParts<WebState> for StepPath {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, PageError> {
        path_value(parts, web, "step").await?.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}

/// The connection check in a path; what is no id is a page that is not there.
#[derive(Debug, Clone, Copy)]
pub(super) struct CheckPath(pub(super) CheckId);

impl FromRequestParts<WebState> for CheckPath {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, PageError> {
        path_value(parts, web, "check").await?.parse().map(Self).map_err(|_| PageError::NotFound)
    }
}

/// What stands around every page of a connection: which connection, and where one can go.
#[derive(Debug, Clone)]
pub(super) struct Around {
    pub(super) school: String,
    pub(super) brin: String,
    pub(super) overview: String,
    pub(super) contacts: String,
    pub(super) schools: String,
    /// The page of Optie B; empty where no school chose it.
    pub(super) option_b: String,
    pub(super) choose: &'static str,
    /// What leads there.
    pub(super) choose_label: &'static str,
    pub(super) sign_out: &'static str,
    /// Where somebody says who reads a shared mailbox; empty where nobody is asked.
    pub(super) reader: String,
    /// The connection carries several schools.
    pub(super) has_many: bool,
    /// The address belongs to more connections.
    pub(super) has_more: bool,
    /// `overview`, `option_b`, `contacts` or empty.
    pub(super) current: &'static str,
}

/// A page of a connection: what it is about, and what stands around it.
pub(super) struct Opened {
    pub(super) frame: Frame,
    pub(super) around: Around,
    pub(super) file: ConnectionFile,
}

/// Loads the connection of this visitor for a page.
pub(super) async fn open(web: &WebState, who: &SchoolContact, current: &'static str) -> Result<Opened, ServiceError> {
    let file = onboardings::load_file(&web.context, who.connection()).await?;
    let around = Around {
        school: file.connection.details.name.as_str().to_owned(),
        brin: file.connection.carried.to_string(),
        has_many: file.connection.has_many(),
        overview: who.at(links::SCHOOL),
        contacts: who.at(links::SCHOOL_CONTACTS),
        schools: who.at(links::SCHOOL_SCHOOLS),
        option_b: match file.state.schools().any(|(_, school)| school.chose_option_b()) {
            true => who.at(links::SCHOOL_OPTION_B),
            false => String::new(),
        },
        choose: links::SCHOOLS,
        choose_label: if file.connection.has_many() { "Andere koppeling" } else { "Andere school" },
        sign_out: links::SIGN_OUT,
        reader: if who.asks_reader() { who.at(links::SCHOOL_READER) } else { String::new() },
        has_more: portal_access::has_more_schools(&web.context, &who.email_key).await?,
        current,
    };
    let frame = Frame { home: who.at(links::SCHOOL), ..who.visit.frame(web) };
    Ok(Opened { frame, around, file })
}
