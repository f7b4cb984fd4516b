//! Style sheet, script, fonts and icons, embedded in the binary and served under a name that changes with them.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use tower_http::compression::CompressionLayer;

use crate::crypto::{digest, hex};
use crate::links;
use crate::web::WebState;

#[derive(RustEmbed)]
#[folder = "templates/assets/"]
struct Files;

/// The style sheet of every page, in one request: the tokens, the parts that wear them, and the drawn screens.
const STYLES: (&str, [&str; 3]) = ("koppelklaar.css", ["tokens.css", "koppelklaar.css", "sketches.css"]);

/// Changes when any file does, so that browsers may keep each file for ever.
static RELEASE: LazyLock<String> = LazyLock::new(|| {
    let mut hashes = vec![];
    for name in Files::iter() {
        hashes.extend(Files::get(&name).map(|file| file.metadata.sha256_hash()));
    }
    let parts: Vec<&[u8]> = hashes.iter().map(<[u8; 32]>::as_slice).collect();
    hex(&digest(&parts))[..12].to_owned()
});

/// Where a file is served.
pub fn address(name: &str) -> String {
    links::fill(links::ASSETS, &[&format!("{}/{name}", *RELEASE)])
}

/// The routes of this file. Only these answers are compressed: pages hold tokens beside what visitors typed.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route(links::ASSETS, get(serve))
        .route("/favicon.ico", get(|| async { file("favicon.ico") }))
        .layer(CompressionLayer::new())
}

async fn serve(Path(path): Path<String>) -> Response {
    match path.split_once('/') {
        Some((_, name)) => file(name),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn file(name: &str) -> Response {
    let Some(body) = body(name) else { return StatusCode::NOT_FOUND.into_response() };
    let headers =
        [(header::CONTENT_TYPE, content_type(name)), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, body).into_response()
}

fn body(name: &str) -> Option<Vec<u8>> {
    let read = |name: &str| Files::get(name).map(|file| file.data.into_owned());
    let (joined, parts) = STYLES;
    if name != joined {
        return read(name);
    }
    parts.into_iter().map(read).collect::<Option<Vec<_>>>().map(|parts| parts.concat())
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("ico") => "image/x-icon",
        // Browsers compile a module while it comes only under this name.
        Some("wasm") => "application/wasm",
        Some("txt") => "text/plain; charset=utf-8",
        Some(_) | None => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_of_every_page_starts_with_the_tokens_and_holds_all_its_parts() {
        let sheet = body("koppelklaar.css").expect("it is there");
        let text = String::from_utf8(sheet).expect("a style sheet is a text");

        let places = [":root {", "@font-face", ".btn {", ".ticks {"].map(|part| text.find(part).expect(part));
        assert!(places[0] < places[2] && places[1] < places[2] && places[2] < places[3], "{places:?}");
        assert!(body("staff.css").is_some() && body("nowhere.css").is_none());
    }
}
