//! Delivers one message to an endpoint: to an address that may be reached ([`crate::net`]), over a connection whose
//! certificate holds, within a time. No redirect is followed.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use hyper::{Method, Request};
use tokio::time::{Instant, timeout};

use crate::domain::check::Oddity;
use crate::domain::webhook::{EndpointUrl, Outcome};
use crate::net::{NoAddress, Reach, connection};

/// How long a try may take, from the look-up of the name to the end of the answer.
pub const LONGEST: Duration = Duration::from_secs(15);

/// How much of an answer is read, and how much of that is kept.
const READ_BYTES: usize = 4096;
const KEPT_SIGNS: usize = 200;

/// What the endpoint sees in its log.
const AGENT: &str = concat!("Koppelklaar/", env!("CARGO_PKG_VERSION"));

/// A message, signed.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// By which the receiver knows it again.
    pub id: &'a str,
    /// When it is sent, in seconds since 1970.
    pub seconds: i64,
    /// Its signatures, with spaces.
    pub signatures: &'a str,
    /// What it says.
    pub body: &'a str,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// In short.
    pub outcome: Outcome,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// How the answer begins, made harmless.
    pub answer: Option<String>,
    /// How long it took.
    pub took: Duration,
}

/// Delivers messages. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Courier {
    reach: Reach,
    private_hosts: Arc<[String]>,
    longest: Duration,
}

impl Courier {
    /// A courier that reaches this much, and the named hosts wherever they are.
    pub fn new(reach: Reach, private_hosts: Vec<String>) -> Self {
        Self { reach, private_hosts: private_hosts.into(), longest: LONGEST }
    }

    /// The same with another time for a try.
    #[must_use]
    pub fn within(self, longest: Duration) -> Self {
        Self { longest, ..self }
    }

    /// Tries to deliver a message.
    pub async fn deliver(&self, url: &EndpointUrl, message: Message<'_>) -> Tried {
        let began = Instant::now();
        let ended = timeout(self.longest, self.try_to(url, message)).await;
        let (outcome, status, answer) = match ended {
            Ok(Ok(Answered { status, words })) => (Outcome::of_status(status), Some(status), words),
            Ok(Err(outcome)) => (outcome, None, None),
            Err(_) => (Outcome::TooSlow, None, None),
        };
        Tried { outcome, status, answer, took: began.elapsed() }
    }

    async fn try_to(&self, url: &EndpointUrl, message: Message<'_>) -> Result<Answered, Outcome> {
        let reach = self.reach_of(url.host());
        let addresses = reach.addresses(url.host(), url.port(), self.longest).await.map_err(|none| match none {
            NoAddress::Unknown => Outcome::NoSuchHost,
            NoAddress::Odd(Oddity::AddressNotPublic) => Outcome::NotPublic,
            NoAddress::Odd(_) => Outcome::LookUpFailed,
        })?;
        let dialled = connection::dial(&reach, &addresses, self.longest).await;
        let (stream, _) = dialled.map_err(|_| Outcome::NoConnection)?;
        let stream =
            connection::secure(&reach, url.host(), stream, self.longest).await.map_err(|_| Outcome::NotSafe)?;
        let answer = connection::exchange(stream, request(url, message)?).await.map_err(|_| Outcome::CutShort)?;
        let status = answer.response.status().as_u16();
        // That it was taken is said by the status; what comes after it is only looked at.
        let words = read(answer.response.into_body()).await;
        Ok(Answered { status, words })
    }

    fn reach_of(&self, host: &str) -> Reach {
        match self.private_hosts.iter().any(|private| private == host) {
            true => self.reach.clone().anywhere(),
            false => self.reach.clone(),
        }
    }
}

struct Answered {
    status: u16,
    words: Option<String>,
}

fn request(url: &EndpointUrl, message: Message<'_>) -> Result<Request<Full<Bytes>>, Outcome> {
    Request::builder()
        .method(Method::POST)
        .uri(url.target())
        .header(HOST, url.authority())
        .header(USER_AGENT, AGENT)
        .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
        .header(CONNECTION, HeaderValue::from_static("close"))
        .header("webhook-id", message.id)
        .header("webhook-timestamp", message.seconds)
        .header("webhook-signature", message.signatures)
        .body(Full::new(Bytes::copy_from_slice(message.body.as_bytes())))
        .map_err(|_| Outcome::CutShort)
}

/// How an answer begins, in one line.
async fn read(mut body: Incoming) -> Option<String> {
    let mut bytes = vec![];
    while bytes.len() < READ_BYTES {
        match body.frame().await {
            Some(Ok(frame)) => bytes.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data)),
            Some(Err(_)) | None => break,
        }
    }
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(READ_BYTES)]).into_owned();
    let words: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept: String = words.chars().filter(|sign| !sign.is_control()).take(KEPT_SIGNS).collect();
    (!kept.is_empty()).then_some(kept)
}
