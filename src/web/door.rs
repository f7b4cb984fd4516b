//! Who a request turned out to be of, so that the log can name the account of who is refused, whichever page refused it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::request::Parts;
use parking_lot::Mutex;

use crate::services::people::door_log::{self, Account};
use crate::services::{AnonymousCall, Client};
use crate::web::WebState;
use crate::web::rate_limit::whole_network;

/// What is known of who makes a request; filled in by the extractors, read when it is answered.
#[derive(Debug, Clone, Default)]
pub struct Known(Arc<Mutex<Found>>);

#[derive(Debug, Clone, Copy, Default)]
struct Found {
    account: Option<Account>,
    is_refused: bool,
}

impl Known {
    /// Keeps whose request it is.
    pub fn note(parts: &Parts, account: Account) {
        if let Some(known) = parts.extensions.get::<Self>() {
            known.0.lock().account = Some(account);
        }
    }

    /// Keeps that whoever it is asked for what is not theirs, although the answer says only that it is not there.
    pub fn note_stranger(parts: &Parts, account: Option<Account>) {
        if let Some(known) = parts.extensions.get::<Self>() {
            *known.0.lock() = Found { account, is_refused: true };
        }
    }

    /// Logs that access was refused, if it was.
    pub fn log(&self, web: &WebState, asked: AnonymousCall<'_>, answer: Answer) {
        let Found { account, is_refused } = *self.0.lock();
        if is_refused || matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            let network = web.context.keys.client_network(whole_network(answer.client));
            let client = Client { network, browser: String::new(), staff_session: None, session: None };
            door_log::refused(asked.from(&client), account);
        }
    }
}

/// What a request was answered with, and where it came from.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The address of the client.
    pub client: IpAddr,
}
