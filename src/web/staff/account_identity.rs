//! The account of one's own organisation: linking and unlinking it, each with the present password.

use axum::extract::State;
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;

use super::account::{self, LOCKED, PROVIDER_ONLY, WRONG_PASSWORD};
use super::{identity, identity_fault};
use crate::links;
use crate::services::people::own_account::{OwnAccountError, Owner};
use crate::services::people::staff_trips::BeginError;
use crate::services::people::{staff_identity, staff_trips};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::flash::{self, CrewDone, Flash};
use crate::web::form::{FieldErrors, Posted};

/// The present password; no `Debug`.
#[derive(Default, Deserialize)]
pub(super) struct PresentForm {
    #[serde(default)]
    current: String,
}

/// Begins to link.
pub(super) async fn begin(
    State(web): State<WebState>,
    staff: Staff,
    Posted(form): Posted<PresentForm>,
) -> Result<Response, PageError> {
    web.limits.check_client(staff.visit.client)?;
    if web.context.provider.is_none() {
        return Err(PageError::NotFound);
    }
    let call = staff.call();
    let present = SecretString::from(form.current);
    let owner = Owner { call: &call, session: &staff.session, client: &staff.visit.origin, present };
    match staff_trips::begin_own(&web.context, owner).await {
        Ok(url) => identity::go_on(&web, &staff.visit, url),
        Err(BeginError::Own(error)) => refuse(&web, &staff, error).await,
        Err(BeginError::Identity(error)) => identity_fault::show(&web, &staff.visit, error),
    }
}

/// Unlinks.
pub(super) async fn delete(
    State(web): State<WebState>,
    staff: Staff,
    Posted(form): Posted<PresentForm>,
) -> Result<Response, PageError> {
    web.limits.check_client(staff.visit.client)?;
    let call = staff.call();
    let present = SecretString::from(form.current);
    let owner = Owner { call: &call, session: &staff.session, client: &staff.visit.origin, present };
    match staff_identity::unlink_own(&web.context, owner).await {
        Ok(true) => Ok(flash::redirect(&web, links::STAFF_ACCOUNT, Flash::Crew(CrewDone::IdentityUnlinked))),
        Ok(false) => Ok(flash::redirect(&web, links::STAFF_ACCOUNT, Flash::AlreadySo)),
        Err(error) => refuse(&web, &staff, error).await,
    }
}

async fn refuse(web: &WebState, staff: &Staff, error: OwnAccountError) -> Result<Response, PageError> {
    let (mut wrong, mut refusal) = (FieldErrors::default(), "");
    match error {
        OwnAccountError::WrongPassword | OwnAccountError::WrongCode => wrong.add("current", WRONG_PASSWORD),
        OwnAccountError::Locked => refusal = LOCKED,
        OwnAccountError::ProviderOnly => refusal = PROVIDER_ONLY,
        OwnAccountError::Service(error) => return Err(error.into()),
    }
    account::show_again(web, staff, wrong, refusal).await
}
