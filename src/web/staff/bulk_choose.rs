//! What was chosen on a list, and what is to be done to it: a run is put together, which its page shows before it begins.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::bulk_bar::{ALL, BOX, PAGE, ROW, read_row};
use super::schools::SchoolsQuery;
use crate::domain::bulk::BulkKind;
use crate::links;
use crate::services::bulk::{self, Chosen, Selection};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::ActingStaff;
use crate::web::flash::see_other;
use crate::web::form::Posted;

/// What to do, the ticked boxes, and the filter: every field by its name.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ChooseForm {
    #[serde(flatten)]
    fields: BTreeMap<String, String>,
}

impl ChooseForm {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    fn rows(&self, begins: &str) -> Vec<Chosen> {
        self.fields.keys().filter_map(|name| read_row(name.strip_prefix(begins)?)).collect()
    }
}

/// Puts a run together.
pub(super) async fn create(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Posted(form): Posted<ChooseForm>,
) -> Result<Response, PageError> {
    let kind = form.field("doen").parse().ok().filter(|kind: &BulkKind| kind.is_for_chosen());
    let selection = if !form.field(ALL).is_empty() {
        let query = SchoolsQuery::of(|name| form.field(name).to_owned()).tidied();
        Selection::Schools(query.filter(&web.context))
    } else if !form.field(PAGE).is_empty() {
        Selection::Rows(form.rows(ROW))
    } else {
        Selection::Rows(form.rows(BOX))
    };
    let is_empty = matches!(&selection, Selection::Rows(rows) if rows.is_empty());
    let Some(kind) = kind.filter(|_| !is_empty) else {
        return Err(PageError::Refused("Kies eerst een of meer scholen, en dan wat er moet gebeuren.".to_owned()));
    };
    let run = bulk::put_together(&web.context, &staff.call(), kind, &selection).await?;
    Ok(see_other(&links::fill(links::STAFF_BULK_RUN, &[&run.to_string()])))
}
