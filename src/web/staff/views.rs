//! Filters that a colleague keeps under a name.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::schools::{self, SchoolsQuery, TypedName};
use crate::domain::ids::SavedViewId;
use crate::domain::text::ViewName;
use crate::links;
use crate::services::operations::saved_views;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::flash::{self, Flash};
use crate::web::form::{FieldErrors, Posted, Pressed};

/// A name for the filter that the list shows.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ViewForm {
    #[serde(default)]
    name: String,
    #[serde(flatten)]
    typed: SchoolsQuery,
}

/// Keeps the filter.
pub(super) async fn create(
    State(web): State<WebState>,
    staff: Staff,
    Posted(form): Posted<ViewForm>,
) -> Result<Response, PageError> {
    let typed = form.typed.tidied();
    let mut errors = FieldErrors::default();
    if let Some(name) = errors.take("name", ViewName::parse(&form.name)) {
        let query = typed.in_address(None);
        if saved_views::save(&web.context, staff.visit.now, staff.account.id, name, query).await? {
            return Ok(flash::redirect(&web, &typed.href(None), Flash::ViewSaved));
        }
        errors.add("name", format!("Je hebt al {} weergaven. Verwijder er eerst een.", saved_views::MOST_VIEWS));
    }
    schools::with_wrong_view(&web, &staff, typed, TypedName { name: form.name, errors }).await
}

/// Forgets a filter.
pub(super) async fn delete(
    State(web): State<WebState>,
    staff: Staff,
    Path(view): Path<String>,
    Posted(Pressed {}): Posted<Pressed>,
) -> Result<Response, PageError> {
    let id: SavedViewId = view.parse().map_err(|_| PageError::NotFound)?;
    let was_there = saved_views::delete(&web.context, staff.account.id, id).await?;
    let said = if was_there { Flash::ViewDeleted } else { Flash::AlreadySo };
    Ok(flash::redirect(&web, links::STAFF_SCHOOLS, said))
}
