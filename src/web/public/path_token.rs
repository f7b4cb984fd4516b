//! The token in the path of a link from a mail.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::crypto::Token;
use crate::web::WebState;

/// The token in the path; `None` when what stands there is not one of ours, for instance half of one.
#[derive(Debug)]
pub(super) struct PathToken(pub(super) Option<Token>);

impl FromRequestParts<WebState> for PathToken {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, Infallible> {
        let text = Path::<String>::from_request_parts(parts, web).await.ok();
        Ok(Self(text.and_then(|Path(text)| Token::parse(&text))))
    }
}
