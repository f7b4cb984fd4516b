//! The list of schools as a file, with the filter of the page: CSV as Dutch spreadsheets read it, and a workbook.
//!
//! What a school typed is text and stays text: in CSV a cell that a spreadsheet would take for a formula begins with an
//! apostrophe; in a workbook every cell has a type of its own, and none is a formula.

mod cells;
mod pages;
mod table;
mod workbook;

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

pub(super) use self::table::as_text;

use self::cells::Cells;
use self::pages::Pages;
use super::schools::SchoolsQuery;
use crate::services::ServiceError;
use crate::services::operations::export;
use crate::store::Page;
use crate::store::onboarding::overview::After;
use crate::store::onboarding::school_list::Filter;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Staff;

const SPREADSHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The list as CSV: semicolons, and a mark that says UTF-8, as spreadsheets in Dutch expect. It is sent while it is read.
pub(super) async fn csv(
    State(web): State<WebState>,
    staff: Staff,
    query: Result<Query<SchoolsQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let pages = begin(&web, staff, query).await?;
    Ok(download("text/csv; charset=utf-8", "csv", table::body(pages)))
}

/// The list as a workbook. It cannot be sent before it is whole, so it is made in a file that nobody else can open.
pub(super) async fn workbook(
    State(web): State<WebState>,
    staff: Staff,
    query: Result<Query<SchoolsQuery>, QueryRejection>,
) -> Result<Response, PageError> {
    let pages = begin(&web, staff, query).await?;
    Ok(download(SPREADSHEET, "xlsx", workbook::body(pages)))
}

/// The first page, so that what is wrong from the start is still an answer by itself; the others when they are asked for.
async fn begin(
    web: &WebState,
    staff: Staff,
    query: Result<Query<SchoolsQuery>, QueryRejection>,
) -> Result<Pages, PageError> {
    let filter = query.map(|Query(typed)| typed).unwrap_or_default().tidied().filter(&web.context);
    let first = page(web, &filter, None).await?;
    let web = web.clone();
    let load = move |after: After| {
        let (web, filter) = (web.clone(), filter.clone());
        async move { page(&web, &filter, Some(&after)).await }
    };
    Ok(Pages::new(staff.visit.request_id, first, load))
}

async fn page(web: &WebState, filter: &Filter, after: Option<&After>) -> Result<Page<Cells, After>, ServiceError> {
    let Page { rows, next } = export::page(&web.context, filter, after).await?;
    Ok(Page { rows: rows.into_iter().map(|school| cells::of(school, &web.context.base)).collect(), next })
}

fn download(content_type: &'static str, ending: &str, body: Body) -> Response {
    let named = format!("attachment; filename=\"scholen.{ending}\"");
    ([(header::CONTENT_TYPE, content_type.to_owned()), (header::CONTENT_DISPOSITION, named)], body).into_response()
}
