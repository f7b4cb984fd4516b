//! Showing the password, and handing out the query file. Both are posted: nothing secret answers to a link.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::domain::access_link;
use crate::domain::credential::RevealRefusal;
use crate::domain::onboarding::Step;
use crate::links;
use crate::services::ServiceError;
use crate::services::onboarding::credentials;
use crate::services::people::link_requests;
use crate::web::WebState;
use crate::web::error::{PageError, too_often};
use crate::web::extract::SchoolContact;
use crate::web::flash::{self, Flash, with_cookie};
use crate::web::form::{Posted, Pressed};
use crate::web::page::{self, Frame};
use crate::web::portal::opened::{Around, Opened, open};
use crate::web::portal::sketch::{self, Line};
use crate::web::portal::step::come_back;
use crate::web::portal::step_parts::{self, Typed};
use crate::web::session::Jar;
use crate::words;

/// The version of the credentials that the page showed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct SeenForm {
    #[serde(default)]
    version: String,
}

impl SeenForm {
    /// A page without a version showed none that we know of.
    fn version(&self) -> u32 {
        self.version.parse().unwrap_or(0)
    }
}

/// The only page that ever holds a password. It borrows it, so that no copy outlives the answer.
#[derive(Template)]
#[template(path = "portal/password.html")]
struct PasswordPage<'a> {
    frame: Frame,
    around: Around,
    groups: Vec<&'a str>,
    signs: usize,
    left: u32,
    version: u32,
    instruction: Vec<Line>,
    afterwards: &'static str,
    can_claim: bool,
    must_run_query: bool,
    claim_path: String,
    step_path: String,
    query_step_path: String,
}

pub(super) async fn reveal(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(form): Posted<SeenForm>,
) -> Result<Response, PageError> {
    if !access_link::is_fresh(who.signed_in_at, who.visit.now) {
        return ask_for_fresh_code(&web, &who).await;
    }
    let call = who.call();
    let revealed = match credentials::reveal(&web.context, &call, who.contact.reference(), form.version()).await {
        Ok(revealed) => revealed,
        Err(ServiceError::NotHandedOut(refusal)) => return refused(&web, &who, Step::PasswordSet, refusal).await,
        Err(error) => return Err(error.into()),
    };
    let Opened { frame, around, file } = open(&web, &who, "").await?;
    let groups = revealed.password.groups();
    page::show(&PasswordPage {
        frame,
        around,
        signs: groups.iter().map(|group| group.chars().count()).sum(),
        groups,
        left: revealed.left,
        version: form.version(),
        // The first line asks to come here.
        instruction: sketch::lines(Step::PasswordSet),
        afterwards: words::check_afterwards(Step::PasswordSet),
        can_claim: step_parts::allowed(&file.state, Step::PasswordSet, &call).can_claim,
        must_run_query: !file.state.is_yes(Step::QueryExecuted),
        claim_path: who.at_step(links::SCHOOL_CLAIM, Step::PasswordSet),
        step_path: who.at_step(links::SCHOOL_STEP, Step::PasswordSet),
        query_step_path: who.at_step(links::SCHOOL_STEP, Step::QueryExecuted),
    })
}

/// Who signed in a while ago may have left the screen to somebody else: a new code goes to their address, and signing in with
/// it leads back to the step.
async fn ask_for_fresh_code(web: &WebState, who: &SchoolContact) -> Result<Response, PageError> {
    let asked =
        link_requests::request_link(&web.context, who.visit.anonymous(), &who.contact.email, &who.visit.browser);
    match asked.await {
        Ok(()) => {}
        Err(ServiceError::TooOften { retry_after_seconds } | ServiceError::Full { retry_after_seconds, .. }) => {
            return come_back(web, who, Step::PasswordSet, Typed::refused(too_often(retry_after_seconds))).await;
        }
        Err(error) => return Err(error.into()),
    }
    let response = flash::redirect(web, links::SIGN_IN_CODE, Flash::FreshCode);
    let step = who.at_step(links::SCHOOL_STEP, Step::PasswordSet);
    Ok(with_cookie(response, &Jar::Next.write(web, step)))
}

/// "Vraag een nieuw wachtwoord".
pub(super) async fn ask_for_new(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(_): Posted<Pressed>,
) -> Result<Response, PageError> {
    match credentials::ask_for_new(&web.context, &who.call(), who.connection()).await {
        Ok(()) => Ok(flash::redirect(&web, &who.at_step(links::SCHOOL_STEP, Step::PasswordSet), Flash::PasswordAsked)),
        Err(ServiceError::Refused(refusal)) => {
            come_back(&web, &who, Step::PasswordSet, Typed::refused(words::refusal(&refusal))).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn download(
    State(web): State<WebState>,
    who: SchoolContact,
    Posted(form): Posted<SeenForm>,
) -> Result<Response, PageError> {
    let file = match credentials::download(&web.context, &who.call(), who.contact.reference(), form.version()).await {
        Ok(file) => file,
        Err(ServiceError::NotHandedOut(refusal)) => return refused(&web, &who, Step::QueryExecuted, refusal).await,
        Err(error) => return Err(error.into()),
    };
    let disposition = format!("attachment; filename=\"{}\"", file.file_name);
    let disposition = HeaderValue::from_str(&disposition)
        .map_err(|_| PageError::Broken("a query file name that does not fit in a header"))?;
    // Whatever the encoding: it is to be kept to the byte.
    let kind = HeaderValue::from_static("application/octet-stream");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], file.bytes).into_response())
}

/// The step's page again, with why nothing was handed out: it says what to do, and has the newest version on it.
async fn refused(
    web: &WebState,
    who: &SchoolContact,
    step: Step,
    refusal: RevealRefusal,
) -> Result<Response, PageError> {
    come_back(web, who, step, Typed::refused(words::reveal_refusal(&refusal))).await
}
