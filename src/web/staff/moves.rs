//! Moving a school to the Magister at another school domain.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::desk;
use super::form_response::{Desk, FormAction};
use super::school_actions::SchoolPath;
use super::school_forms::{self, TypedMove};
use crate::domain::onboarding::Command;
use crate::domain::text::{Reason, SchoolDomain};
use crate::links;
use crate::services::onboarding::moves::{self, MoveTo};
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::Flash;
use crate::web::form::{FieldErrors, Posted};

/// Where to, why, and the ticked boxes: every field by its name.
#[derive(Debug, Default, Deserialize)]
pub(super) struct MoveForm {
    #[serde(flatten)]
    fields: BTreeMap<String, String>,
}

impl MoveForm {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// What was typed; a box that is of nobody here is passed over later.
    fn typed(&self) -> TypedMove {
        let ticked = self.fields.keys().filter_map(|name| name.strip_prefix("contact-")?.parse().ok());
        TypedMove {
            domain: self.field("domain").to_owned(),
            reason: self.field("reason").to_owned(),
            contacts: ticked.collect(),
        }
    }
}

/// Moves a school.
pub(super) async fn create(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Path(path): Path<SchoolPath>,
    Posted(form): Posted<MoveForm>,
) -> Result<Response, PageError> {
    let (desk, seen) = (Desk::at(&web, &staff, &path.connection)?, desk::seen(form.field("version"))?);
    let school = desk.school(&path.school).await?;
    let typed = form.typed();
    let draw = |file: &ConnectionFile| school_forms::move_school(file, &school, &typed);
    let mut errors = FieldErrors::default();
    let domain = errors.take("domain", SchoolDomain::parse(&typed.domain));
    let reason = errors.take("reason", Reason::parse(&typed.reason));
    let (Some(domain), Some(reason)) = (domain, reason) else { return desk.wrong(Some(seen), errors, draw).await };
    let to = MoveTo { domain, contacts: typed.contacts.clone(), reason: reason.clone() };
    let done = moves::move_school(&web.context, &staff.call(), desk.place_of(&school), &to, seen).await;
    // A second press finds the school where the first one brought it.
    let target = done.as_ref().map_or(school.connection, |target| *target);
    let command = Command::RemoveSchool { school: school.id, to: target, reason };
    let to = links::staff_school(links::STAFF_SCHOOL, target);
    desk.answer(FormAction { seen, command, flash: Flash::SchoolMoved, to }, done.map(|_| ()), draw).await
}
