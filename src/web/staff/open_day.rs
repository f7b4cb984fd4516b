//! A made-up page: the open day of Kurve.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::desk::{self, Nav};
use crate::links;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Staff;
use crate::web::page::{self, Frame};

#[derive(Template)]
#[template(path = "staff/open_day.html")]
struct OpenDayPage {
    frame: Frame,
    nav: Nav,
}

/// Shows when the open day is.
pub(super) async fn show(State(web): State<WebState>, staff: Staff) -> Result<Response, PageError> {
    page::show(&OpenDayPage { frame: desk::frame(&web, &staff), nav: Nav::new(&staff, links::STAFF_OPEN_DAY) })
}
