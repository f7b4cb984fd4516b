//! What was chosen on a list, and what is to be done to it: a run is put together, which its page shows before it begins.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

use super::bulk_bar::{ALL, BOX, LIST, PAGE, ROW, WORKLIST, read_row};
use super::schools::SchoolsQuery;
use super::worklist_query::WorklistQuery;
use crate::domain::bulk::BulkKind;
use crate::domain::work::WorkKey;
use crate::links;
use crate::services::bulk::{self, Selection};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::{ActingStaff, Staff};
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

    fn has(&self, name: &str) -> bool {
        !self.field(name).is_empty()
    }

    /// The rows that were chosen, by their names.
    fn rows<T>(&self, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let begins = if self.has(PAGE) { ROW } else { BOX };
        self.fields.keys().filter_map(|name| read(name.strip_prefix(begins)?)).collect()
    }

    /// What was chosen; none where nothing was.
    fn selection(&self, web: &WebState, staff: &Staff) -> Option<Selection> {
        let field = |name: &str| self.field(name).to_owned();
        match (self.field(LIST) == WORKLIST, self.has(ALL)) {
            (true, true) => {
                let query = WorklistQuery::of_fields(field).tidied();
                Some(Selection::Worklist(query.wanted(&web.context, staff.account.id)))
            }
            (true, false) => Some(self.rows(WorkKey::parse)).filter(|rows| !rows.is_empty()).map(Selection::Work),
            (false, true) => Some(Selection::Schools(SchoolsQuery::of(field).tidied().filter(&web.context))),
            (false, false) => Some(self.rows(read_row)).filter(|rows| !rows.is_empty()).map(Selection::Rows),
        }
    }
}

/// Puts a run together.
pub(super) async fn create(
    State(web): State<WebState>,
    ActingStaff(staff): ActingStaff,
    Posted(form): Posted<ChooseForm>,
) -> Result<Response, PageError> {
    let kind = form.field("doen").parse().ok().filter(|kind: &BulkKind| kind.is_for_chosen());
    let Some((kind, selection)) = kind.zip(form.selection(&web, &staff)) else {
        return Err(PageError::Refused("Kies eerst een of meer scholen, en dan wat er moet gebeuren.".to_owned()));
    };
    let run = bulk::put_together(&web.context, &staff.call(), kind, &selection).await?;
    Ok(see_other(&links::fill(links::STAFF_BULK_RUN, &[&run.to_string()])))
}
