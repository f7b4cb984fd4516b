//! The pages of the demo, for whoever tries the product out: its mailbox with every mail that was written to its folder,
//! the codes of its colleagues, how its Magister behaves (in `magister`), and the pages that nobody hopes to see.

mod magister;

use std::path::{Path as FilePath, PathBuf};

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use mail_parser::{Message, MessageParser};

use crate::crypto::totp;
use crate::links;
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::Visit;
use crate::web::page::{Frame, show};
use crate::words;

/// The mail's own styles, and nothing else: no script, no request, no form.
const MAIL_POLICY: &str = "sandbox allow-popups allow-top-navigation-by-user-activation; default-src 'none'; \
     style-src 'unsafe-inline'; frame-ancestors 'self'";

/// The routes of this file; only the demo has them.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route(links::DEMO_MAILS, get(list))
        .route(links::DEMO_CODES, get(show_codes))
        .route(links::DEMO_MAGISTER, get(magister::show).post(magister::update))
        .route(links::DEMO_ERROR, get(show_error))
        .route(links::DEMO_MAIL, get(show_mail))
        .route(links::DEMO_MAIL_HTML, get(show_html))
}

struct Row {
    href: String,
    subject: String,
    to: String,
    when: String,
}

#[derive(Template)]
#[template(path = "demo/mails.html")]
struct MailsPage {
    frame: Frame,
    rows: Vec<Row>,
}

async fn list(State(web): State<WebState>, visit: Visit) -> Result<Response, PageError> {
    let folder = folder(&web)?;
    let mut names = vec![];
    let mut entries = tokio::fs::read_dir(&folder).await.map_err(|_| PageError::Broken("the mail folder is gone"))?;
    while let Ok(Some(entry)) = entries.next_entry().await {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".eml") {
            names.push(name);
        }
    }
    // File names start with the moment.
    names.sort_unstable_by(|left, right| right.cmp(left));
    let mut rows = vec![];
    for name in names {
        let raw = read(&folder, &name).await?;
        if let Some(mail) = MessageParser::default().parse(&raw) {
            rows.push(row(&name, &mail));
        }
    }
    show(&MailsPage { frame: visit.frame(&web), rows })
}

#[derive(Template)]
#[template(path = "demo/mail.html")]
struct MailPage {
    frame: Frame,
    row: Row,
    text: Vec<Piece>,
    html_href: String,
    list_href: &'static str,
}

/// A stretch of the text part: plain, or an address to follow.
struct Piece {
    text: String,
    is_link: bool,
}

async fn show_mail(State(web): State<WebState>, visit: Visit, Path(name): Path<String>) -> Result<Response, PageError> {
    let folder = folder(&web)?;
    let raw = read(&folder, &name).await?;
    let mail = MessageParser::default().parse(&raw).ok_or(PageError::NotFound)?;
    let text = mail.body_text(0).unwrap_or_default();
    let page = MailPage {
        frame: visit.frame(&web),
        row: row(&name, &mail),
        text: pieces(&text),
        html_href: links::fill(links::DEMO_MAIL_HTML, &[&name]),
        list_href: links::DEMO_MAILS,
    };
    show(&page)
}

async fn show_html(State(web): State<WebState>, Path(name): Path<String>) -> Result<Response, PageError> {
    let folder = folder(&web)?;
    let raw = read(&folder, &name).await?;
    let mail = MessageParser::default().parse(&raw).ok_or(PageError::NotFound)?;
    let html = mail.body_html(0).unwrap_or_default().into_owned();
    let mut response = Html(html).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(MAIL_POLICY));
    Ok(response)
}

fn folder(web: &WebState) -> Result<PathBuf, PageError> {
    web.demo.as_ref().map(|demo| demo.mails.clone()).ok_or(PageError::NotFound)
}

#[derive(Template)]
#[template(path = "demo/codes.html")]
struct CodesPage {
    frame: Frame,
    codes: Vec<(String, String)>,
}

async fn show_codes(State(web): State<WebState>, visit: Visit) -> Result<Response, PageError> {
    let demo = web.demo.as_ref().ok_or(PageError::NotFound)?;
    let accounts = demo.accounts.iter();
    let codes = accounts.map(|(email, secret)| (email.clone(), totp::current(secret, visit.now))).collect();
    show(&CodesPage { frame: visit.frame(&web), codes })
}

/// Fails as it would in earnest.
async fn show_error(Path(status): Path<u16>) -> Response {
    let error = match status {
        403 => PageError::Forbidden,
        409 => PageError::Conflict,
        413 => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        422 => PageError::BadForm,
        429 => PageError::TooOften { retry_after_seconds: 600 },
        500 => PageError::Broken("the visitor asked for it"),
        503 => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        _ => PageError::NotFound,
    };
    error.into_response()
}

async fn read(folder: &FilePath, name: &str) -> Result<Vec<u8>, PageError> {
    let is_plain = name.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"-_.".contains(&sign));
    if !is_plain || !name.ends_with(".eml") || name.starts_with('.') {
        return Err(PageError::NotFound);
    }
    tokio::fs::read(folder.join(name)).await.map_err(|_| PageError::NotFound)
}

fn row(name: &str, mail: &Message<'_>) -> Row {
    let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default();
    let seconds = mail.date().map(mail_parser::DateTime::to_timestamp).unwrap_or_default();
    let when = chrono::DateTime::from_timestamp(seconds, 0).map(words::moment_nl).unwrap_or_default();
    Row {
        href: links::fill(links::DEMO_MAIL, &[name]),
        subject: mail.subject().unwrap_or_default().to_owned(),
        to: to.to_owned(),
        when,
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut found = vec![];
    for line in text.split_inclusive('\n') {
        for word in line.split_inclusive([' ', '\n', '\r']) {
            let bare = word.trim_end();
            let is_link = bare.starts_with("http://") || bare.starts_with("https://");
            if is_link {
                found.push(Piece { text: bare.to_owned(), is_link });
                found.push(Piece { text: word[bare.len()..].to_owned(), is_link: false });
            } else {
                found.push(Piece { text: word.to_owned(), is_link });
            }
        }
    }
    found
}
