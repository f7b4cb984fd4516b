//! What all pages share: the frame around them, and how a template becomes an answer.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::links;
use crate::web::error::PageError;
use crate::web::flash::Undo;
use crate::web::{WebState, assets};

/// What the base template needs.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Where the style sheet is.
    pub asset_css: String,
    /// Where the style sheet of Kurve's own pages is.
    pub asset_staff_css: String,
    /// Where the style sheet of a school's pages is.
    pub asset_portal_css: String,
    /// Where the script is.
    pub asset_js: String,
    /// Where the icon is.
    pub asset_icon: String,
    /// Where the word mark leads.
    pub home: String,
    /// What was just done.
    pub flash: Option<String>,
    /// What of that can be undone for a while.
    pub undo: Option<Undo>,
    /// Kurve's support.
    pub support_email: String,
    /// The token that every form carries.
    pub csrf: String,
    /// Whether this is the demo, where Magister is a simulator.
    pub is_demo: bool,
}

impl Frame {
    /// A frame for a page without forms, such as an error.
    pub fn bare(web: &WebState) -> Self {
        Self {
            asset_css: assets::address("koppelklaar.css"),
            asset_staff_css: assets::address("staff.css"),
            asset_portal_css: assets::address("portal.css"),
            asset_js: assets::address("koppelklaar.js"),
            asset_icon: assets::address("icon.svg"),
            home: links::HOME.to_owned(),
            flash: None,
            undo: None,
            support_email: web.context.support_email.clone(),
            csrf: String::new(),
            is_demo: web.demo.is_some(),
        }
    }
}

/// A page as an answer.
pub fn show(page: &impl Template) -> Result<Response, PageError> {
    show_with(StatusCode::OK, page)
}

/// A page as an answer with another status, such as 422 for a form that comes back.
pub fn show_with(status: StatusCode, page: &impl Template) -> Result<Response, PageError> {
    let html = page.render().map_err(|_| PageError::Broken("a template failed"))?;
    Ok((status, Html(html)).into_response())
}
