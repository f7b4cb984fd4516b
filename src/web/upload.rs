//! A posted form with files (RFC 7578): the CSRF check, and the bytes of the files. Ours, for a few forms: the whole body is
//! in memory by then, and only its parts are to be told apart.

use std::collections::BTreeMap;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header;

use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::middleware::BrowserSecret;

/// The largest file we take, in bytes.
pub const FILE_BYTES: usize = 20 * 1024 * 1024;

/// The largest form with a file: what stands around it is small.
pub const UPLOAD_BYTES: usize = FILE_BYTES + 64 * 1024;

/// The largest form with a message: five files of five megabytes, and some more, so that who chose one that is somewhat too
/// large gets the form back.
pub const MESSAGE_BYTES: usize = 30 * 1024 * 1024;

/// The name of the field with the file.
const FILE: &str = "file";

/// A file that was posted by one of this site's own pages. Without `Debug`: it may name people.
pub struct Uploaded {
    /// What it is called where it comes from; empty where none was chosen.
    pub name: String,
    /// What is in it.
    pub bytes: Bytes,
}

impl FromRequest<WebState> for Uploaded {
    type Rejection = PageError;

    async fn from_request(request: Request, web: &WebState) -> Result<Self, PageError> {
        PostedFiles::from_request(request, web).await?.files.into_iter().next().ok_or(PageError::BadForm)
    }
}

/// A form with texts and files, posted by one of this site's own pages. Without `Debug`: it may name people.
#[derive(Default)]
pub struct PostedFiles {
    fields: BTreeMap<String, String>,
    /// The files, with one without a name where none was chosen; none where the form came without files.
    pub files: Vec<Uploaded>,
}

impl PostedFiles {
    /// What a field holds; empty where it is not there.
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// All texts.
    pub fn into_fields(self) -> BTreeMap<String, String> {
        self.fields
    }

    /// A form as browsers send one without files.
    fn of_texts(body: &[u8]) -> Self {
        Self { fields: form_urlencoded::parse(body).into_owned().collect(), files: vec![] }
    }

    fn of_parts(body: &Bytes, boundary: &str) -> Option<Self> {
        let mut form = Self::default();
        for part in parts(body, boundary)? {
            if part.name == FILE {
                form.files.push(Uploaded { name: part.file_name, bytes: body.slice_ref(part.content) });
            } else {
                form.fields.insert(part.name, std::str::from_utf8(part.content).ok()?.to_owned());
            }
        }
        Some(form)
    }
}

impl FromRequest<WebState> for PostedFiles {
    type Rejection = PageError;

    async fn from_request(request: Request, web: &WebState) -> Result<Self, PageError> {
        let secret = request.extensions().get::<BrowserSecret>().cloned();
        let BrowserSecret(browser) = secret.ok_or(PageError::StaleForm)?;
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        // How much that may be at each path is said in the middleware.
        let body = to_bytes(request.into_body(), MESSAGE_BYTES).await.map_err(|_| PageError::BadForm)?;
        let form = match boundary(&content_type) {
            Some(boundary) => Self::of_parts(&body, &boundary).ok_or(PageError::BadForm)?,
            None if content_type.starts_with("application/x-www-form-urlencoded") => Self::of_texts(&body),
            None => return Err(PageError::BadForm),
        };
        if web.context.keys.is_csrf_token(&browser.hash(), form.field("csrf")) {
            Ok(form)
        } else {
            Err(PageError::StaleForm)
        }
    }
}

/// One part of a form.
struct Part<'a> {
    name: String,
    file_name: String,
    content: &'a [u8],
}

/// What stands between the parts, from the type of the form.
fn boundary(content_type: &str) -> Option<String> {
    let (kind, rest) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = rest.split(';').find_map(|one| one.trim().strip_prefix("boundary="))?.trim_matches('"');
    (!value.is_empty() && value.len() <= 70).then(|| value.to_owned())
}

/// The parts of a form; `None` where it is no form, or one that broke off.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let line = format!("--{boundary}");
    let between = format!("\r\n{line}");
    let mut rest = body.strip_prefix(line.as_bytes())?;
    let mut parts = vec![];
    while !rest.starts_with(b"--") {
        rest = rest.strip_prefix(b"\r\n")?;
        let head = find(rest, b"\r\n\r\n")?;
        let end = find(&rest[head..], between.as_bytes())? + head;
        let content = rest.get(head + 4..end).unwrap_or_default();
        parts.push(part(&rest[..head], content)?);
        rest = &rest[end + between.len()..];
    }
    Some(parts)
}

fn part<'a>(head: &[u8], content: &'a [u8]) -> Option<Part<'a>> {
    let head = String::from_utf8_lossy(head);
    let is_disposition =
        |line: &&str| line.get(..20).is_some_and(|start| start.eq_ignore_ascii_case("content-disposition:"));
    let line = head.split("\r\n").find(is_disposition)?;
    Some(Part { name: parameter(line, "name")?, file_name: parameter(line, "filename").unwrap_or_default(), content })
}

/// The value of a parameter in quotes; browsers write a quote in it as `%22`.
fn parameter(line: &str, name: &str) -> Option<String> {
    let start = format!(" {name}=\"");
    let (_, rest) = line.split_once(&start)?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("%22", "\""))
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    while let Some(at) = text.get(from..)?.iter().position(|byte| *byte == first) {
        if text[from + at..].starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_form_are_told_apart_whatever_is_in_them() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n--x\r\n\
            content-disposition: form-data; name=\"file\"; filename=\"a%22b.csv\"\r\nContent-Type: text/csv\r\n\r\n\
            \r\n\0--x\r--x\n\r\n--x--\r\n";

        let parts = parts(body, "x").expect("a whole form");

        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].name.as_str(), parts[0].content), ("csrf", &b"abc"[..]));
        assert_eq!((parts[1].file_name.as_str(), parts[1].content), ("a\"b.csv", &b"\r\n\0--x\r--x\n"[..]));
    }

    #[test]
    fn an_empty_part_is_one_and_what_breaks_off_is_no_form() {
        let empty = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--x--\r\n";

        assert_eq!(parts(empty, "x").map(|parts| parts[0].content.len()), Some(0));
        for broken in
            [&b""[..], b"--x", b"--x\r\n", b"--y--", b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb"]
        {
            assert!(parts(broken, "x").is_none(), "{broken:?}");
        }
    }

    #[test]
    fn what_stands_between_the_parts_is_read_from_the_type() {
        assert_eq!(boundary("multipart/form-data; boundary=abc").as_deref(), Some("abc"));
        assert_eq!(boundary("Multipart/Form-Data; charset=x; boundary=\"a b\"").as_deref(), Some("a b"));
        for other in ["application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary="] {
            assert_eq!(boundary(other), None, "{other}");
        }
    }
}
