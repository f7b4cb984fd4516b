//! The page on which a school makes Numo's file from its export. The browser does all of it, in a module of WebAssembly;
//! the server has the page, and of a school the table of its studies. No pupil is ever sent.
//!
//! Here is what the page shows, and its route for who has no account. A page behind a sign-in has the fields `frame` and
//! `converter`, includes `option_b/head.html` in its block `styles` and `option_b/converter.html` in its block `main`, and
//! goes through [`show`].

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

use crate::domain::option_b::StudyCode;
use crate::links;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::page::{self, Frame};
use crate::web::{WebState, assets};

/// What [`crate::web::middleware::CONTENT_SECURITY_POLICY`] is everywhere else; here a module may be compiled, and a
/// worker of ours may run it. What it takes to send something elsewhere is still missing.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
     img-src 'self'; font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; \
     base-uri 'none'";

/// What the converter starts with.
#[derive(Debug, Default)]
pub struct Converter {
    /// Of the school of a contact who is signed in; nothing is kept for anybody else.
    pub kept: Option<Kept>,
    /// The school's table, as it was kept.
    pub studies: Vec<StudyCode>,
    /// This installation's list of Numo's codes, if it has one.
    pub codes: Option<Vec<KnownCode>>,
}

/// What is kept of a school, and where its forms go. Each is an ordinary form with the token of the frame.
#[derive(Debug)]
pub struct Kept {
    /// The name of the school.
    pub school: String,
    /// Its BRIN.
    pub brin: String,
    /// Takes `studies`, the text of a table `Studie;opleidingscode`, and `version`.
    pub save_table: String,
    /// Takes that the file was made.
    pub file_made: String,
    /// Takes that all was cleaned up.
    pub cleaned_up: String,
    /// Tells the table from one that is kept meanwhile; goes along with `studies`.
    pub version: String,
    /// When the table was saved last, as a sentence says it (`woensdag 2 december 2026`).
    pub table_saved: Option<String>,
    /// When the file was made last.
    pub made: Option<String>,
    /// When all was cleaned up last, and by whom (`woensdag 2 december 2026, door Lotte Vermeer`).
    pub cleaned: Option<String>,
    /// Who is signed in: their name is kept with it when they say that all is cleaned up.
    pub reader: String,
}

/// A code of Numo.
#[derive(Debug, Clone, Serialize)]
pub struct KnownCode {
    /// The code.
    pub code: String,
    /// What it stands for; may be empty.
    pub name: String,
}

impl Converter {
    /// What the script starts with, as JSON; it stands in an attribute, since no script may stand in the page.
    pub fn start(&self) -> String {
        let version = self.kept.as_ref().map(|kept| &kept.version);
        serde_json::json!({ "studies": self.studies, "codes": self.codes, "version": version }).to_string()
    }

    /// The address of one of the converter's own files.
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}

/// The codes of Numo that this installation brought along.
pub fn known_codes(web: &WebState) -> Option<Vec<KnownCode>> {
    let known = |(code, name): (&str, &str)| KnownCode { code: code.to_owned(), name: name.to_owned() };
    web.context.numo_codes.as_deref().map(|codes| codes.iter().map(known).collect())
}

/// A page with the converter as an answer, with the policy that lets it work.
pub fn show(page: &impl Template) -> Result<Response, PageError> {
    let mut response = page::show(page)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    Ok(response)
}

/// The routes of this folder.
pub fn routes() -> Router<WebState> {
    Router::new().route(links::OPTION_B_CONVERTER, get(show_public))
}

/// The converter without an account: its table is a file, and nothing is kept.
#[derive(Template)]
#[template(path = "option_b/public.html")]
struct PublicConverterPage {
    frame: Frame,
    converter: Converter,
}

async fn show_public(State(web): State<WebState>, visit: Visit) -> Result<Response, PageError> {
    let converter = Converter { codes: known_codes(&web), ..Converter::default() };
    show(&PublicConverterPage { frame: visit.frame(&web), converter })
}
