//! How the Magister of the demo behaves, host by host, to play a connection that is lost and comes back.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use crate::demo::magister::BEHAVIOURS;
use crate::domain::text::SchoolDomain;
use crate::links;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldErrors, Posted};
use crate::web::page::{self, Frame};
use crate::web::{DemoWeb, WebState};

/// Something to choose.
struct Choice {
    value: &'static str,
    label: &'static str,
}

/// One host with what is chosen for it.
struct HostRow {
    label: String,
    behaviour: &'static str,
}

#[derive(Template)]
#[template(path = "demo/magister.html")]
struct MagisterPage {
    frame: Frame,
    rows: Vec<HostRow>,
    choices: Vec<Choice>,
    typed: MagisterForm,
    errors: FieldErrors,
}

/// One host behaves otherwise from now on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct MagisterForm {
    #[serde(default)]
    domain: String,
    #[serde(default)]
    behaviour: String,
}

/// Shows every host.
pub(super) async fn show(State(web): State<WebState>, visit: Visit) -> Result<Response, PageError> {
    page::show(&build(&web, &visit, MagisterForm::default(), FieldErrors::default())?)
}

/// Changes one host.
pub(super) async fn update(
    State(web): State<WebState>,
    visit: Visit,
    Posted(form): Posted<MagisterForm>,
) -> Result<Response, PageError> {
    let mut errors = FieldErrors::default();
    let Some(domain) = errors.take("domain", SchoolDomain::parse(&form.domain)) else {
        let status = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
        return page::show_with(status, &build(&web, &visit, form, errors)?);
    };
    demo(&web)?.magister.choose(&web.context, &domain, &form.behaviour).await?;
    Ok(flash::redirect(&web, links::DEMO_MAGISTER, Flash::DemoMagisterSet))
}

fn build(web: &WebState, visit: &Visit, typed: MagisterForm, errors: FieldErrors) -> Result<MagisterPage, PageError> {
    let hosts = demo(web)?.magister.hosts().into_iter();
    Ok(MagisterPage {
        frame: visit.frame(web),
        rows: hosts.map(|host| HostRow { label: host.label, behaviour: host.behaviour }).collect(),
        choices: BEHAVIOURS.into_iter().map(|(value, label)| Choice { value, label }).collect(),
        typed,
        errors,
    })
}

fn demo(web: &WebState) -> Result<&DemoWeb, PageError> {
    web.demo.as_ref().ok_or(PageError::NotFound)
}
