//! The pages for everyone: what Koppelklaar is, the request for Optie A, and how school contacts get in and out.
//!
//! `home`, `option_b` and `words` explain; `register` and `confirm` are the request and its confirmation by mail; `sign_in`, `code` and `link`
//! are signing in, which `redeem` concludes for both ways. No page here tells which addresses are known, and of
//! a school only to who confirmed an address of theirs that it is.
//! Where somebody cannot go on as they thought, they get the page of `message`. Not here: anything behind a sign-in.

mod code;
mod code_form;
mod confirm;
mod home;
mod link;
mod message;
mod option_b;
mod path_token;
mod redeem;
mod register;
mod sign_in;
pub mod unsubscribe;
mod words;

use axum::Router;
use axum::routing::{get, post};

use crate::links;
use crate::web::WebState;

/// The routes of this folder.
pub fn routes() -> Router<WebState> {
    Router::new()
        .route(links::HOME, get(home::show))
        .route(links::OPTION_B, get(option_b::show))
        .route(links::WORDS, get(words::show))
        .route(links::REGISTER, get(register::new).post(register::create))
        .route(links::REGISTER_SENT, get(register::show_sent))
        .route(links::REGISTER_CHANGE, get(register::change))
        .route(links::REGISTER_CONFIRM, get(confirm::show).post(confirm::create))
        .route(links::SIGN_IN, get(sign_in::new).post(sign_in::create))
        .route(links::SIGN_IN_CODE, get(code::new).post(code::create))
        .route(links::SIGN_IN_LINK, get(link::show).post(link::create))
        .route(links::SIGN_OUT, post(sign_in::sign_out))
        .route(links::UNSUBSCRIBE, get(unsubscribe::show).post(unsubscribe::create))
        .route(links::UNSUBSCRIBE_UNDO, post(unsubscribe::undo))
}
