//! Server-sent events for a page that is open: what changed, from the database, so that any instance can tell it.
//!
//! A stream ends with what it is about, after [`LONGEST`], when its visitor is no longer signed in, or when the service
//! stops; a browser asks anew by itself.
//! Each visitor has a few at once, and so has the whole service, for each takes a connection.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Serialize;
use tokio::time::Instant;

use super::streams::StreamSlot;
use crate::crypto::Token;
use crate::domain::ids::StaffId;
use crate::domain::school::ContactRef;
use crate::services::ServiceError;
use crate::services::people::{portal_access, staff_auth};
use crate::web::WebState;
use crate::web::error::PageError;
use crate::web::extract::{SchoolContact, Staff};

/// How often it is looked what changed: a rung shows about when it is climbed.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// How long one stream lasts at most: a check takes less once its turn has come.
const LONGEST: Duration = Duration::from_secs(120);

/// How often a comment is sent while nothing changes, so that no proxy takes the stream for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long a browser waits that was sent away or cut off.
const ASK_AGAIN_SECONDS: u64 = 5;

/// Who watches. A session may end, and a right be taken away, while the page is open.
pub(in crate::web) enum Watcher {
    /// A contact of a connection.
    Contact(Token, ContactRef),
    /// A colleague.
    Colleague(Token, StaffId),
}

impl Watcher {
    fn session(&self) -> &Token {
        match self {
            Self::Contact(session, _) | Self::Colleague(session, _) => session,
        }
    }

    async fn is_still_here(&self, web: &WebState) -> Result<bool, ServiceError> {
        let now = web.clock.now();
        match self {
            Self::Contact(session, who) => portal_access::is_still(&web.context, now, session, *who).await,
            Self::Colleague(session, who) => staff_auth::is_still(&web.context, now, session, *who).await,
        }
    }
}

impl From<SchoolContact> for Watcher {
    fn from(who: SchoolContact) -> Self {
        let contact = who.contact.reference();
        Self::Contact(who.session, contact)
    }
}

impl From<Staff> for Watcher {
    fn from(staff: Staff) -> Self {
        Self::Colleague(staff.session, staff.account.id)
    }
}

/// The changing part of a page at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::web) struct Step {
    /// Our own markup, in place of what is shown.
    pub(in crate::web) html: String,
    /// What is read out.
    pub(in crate::web) said: String,
    /// Whether it was the last.
    pub(in crate::web) is_done: bool,
}

/// Tells a visitor of each step, beginning with where it stands; `look` sees where that is.
///
/// # Errors
/// `TooOften` when the visitor watches too much at once; what `look` says of the first look.
pub(in crate::web) async fn tell<L, F>(
    web: &WebState,
    watcher: impl Into<Watcher>,
    mut look: L,
) -> Result<Response, PageError>
where
    L: FnMut() -> F + Send + 'static,
    F: Future<Output = Result<Step, PageError>> + Send,
{
    let watcher = watcher.into();
    let slot = StreamSlot::take(&web.streams, &watcher.session().hash())
        .ok_or(PageError::TooOften { retry_after_seconds: ASK_AGAIN_SECONDS })?;
    let first = look().await?;
    let watch = StreamState {
        web: web.clone(),
        slot,
        watcher,
        look,
        last: None,
        next: Some(first),
        end: Instant::now() + LONGEST,
    };
    let events = stream::unfold(watch, |mut watch| async move {
        let step = watch.change().await?;
        let event = Event::default().event("step").retry(Duration::from_secs(ASK_AGAIN_SECONDS));
        let event = event.json_data(&step).ok()?;
        watch.last = Some(step);
        Some((Ok::<_, Infallible>(event), watch))
    });
    let beat = KeepAlive::new().interval(HEARTBEAT).text("nog bezig");
    let mut response = Sse::new(events).keep_alive(beat).into_response();
    // Proxies of nginx gather an answer before they pass it on, unless they are told.
    response.headers_mut().insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

struct StreamState<L> {
    web: WebState,
    slot: StreamSlot,
    watcher: Watcher,
    look: L,
    last: Option<Step>,
    next: Option<Step>,
    end: Instant,
}

impl<L, F> StreamState<L>
where
    L: FnMut() -> F,
    F: Future<Output = Result<Step, PageError>>,
{
    /// The next step that differs; none when the stream is over.
    async fn change(&mut self) -> Option<Step> {
        if let Some(first) = self.next.take() {
            return Some(first);
        }
        if self.last.as_ref().is_some_and(|last| last.is_done) {
            return None;
        }
        while Instant::now() < self.end {
            tokio::select! {
                () = self.slot.closed() => return None,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            if !self.watcher.is_still_here(&self.web).await.ok()? {
                return None;
            }
            let step = (self.look)().await.ok()?;
            if self.last.as_ref() != Some(&step) {
                return Some(step);
            }
        }
        None
    }
}
