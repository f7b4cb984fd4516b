//! The calls: log in, read the list, log out.
//!
//! A password is only ever sent in a body. A server that reads only addresses is asked for the list there, with the token
//! of its SOAP log-in. Each call has a connection of its own, to the address that was vetted: some servers close after
//! each answer, and a check is a handful of calls a day.

use std::net::SocketAddr;
use std::time::Duration;

use hyper::header::CONTENT_ENCODING;
use tokio::time::{Instant, timeout};

use super::call::{Asked, Call};
use super::limits::Limits;
use super::reply::{self, Reply, SessionToken, Strange};
use super::table::HashKey;
use super::target::Target;
use super::verdict;
use crate::domain::check::{Oddity, Way};
use crate::domain::credential::Password;
use crate::net::Reach;
use crate::net::connection::{self, TlsConnection};

/// For what an answer with another status than 200 says of itself; nothing hangs on it.
const GLANCE_TIME: Duration = Duration::from_secs(2);

/// With these a server says that it found nothing to do in a request.
const NOTHING_ASKED: [u16; 4] = [400, 404, 405, 501];

/// With this it says that nobody is logged in.
const NOT_LOGGED_IN: u16 = 401;

/// What is said to one Magister.
pub(super) struct Client<'a> {
    pub(super) reach: &'a Reach,
    pub(super) target: &'a Target,
    pub(super) limits: &'a Limits,
    pub(super) address: SocketAddr,
    /// The connection that the lower rungs made; the first call takes it.
    pub(super) line: Option<TlsConnection>,
    pub(super) key: HashKey,
    /// Where this server read what it was asked; known once it did, now or at an earlier check.
    pub(super) way: Option<Way>,
}

/// How a log-in ended.
pub(super) enum LogIn {
    Done(SessionToken),
    Refused { raw_text: Option<String> },
    Odd { oddity: Oddity, raw_text: Option<String> },
}

impl Client<'_> {
    /// Logs in by SOAP; by the query form where there is no such SOAP service or it does not answer in its share of the
    /// time. What a log-in was answered with is not tried a second time, whatever it says: that could count as two wrong
    /// passwords.
    pub(super) async fn log_in(&mut self, password: &Password, deadline: Instant) -> LogIn {
        let share = self.limits.soap.min(deadline.saturating_duration_since(Instant::now()) / 2);
        let by_soap = timeout(share, self.call(Call::soap_log_in(password), self.limits.answer_bytes)).await;
        if let Ok(Ok(mut reply)) = by_soap {
            if let Some(token) = reply.token.take() {
                return LogIn::Done(token);
            }
            let is_no = reply.exception.is_none() && (reply.result == Some(false) || reply.message.is_some());
            if is_no && !verdict::found_no_function(&reply) {
                return LogIn::Refused { raw_text: reply.message };
            }
            let is_answer = reply.is_soap_fault || reply.exception.is_some();
            let raw_text = reply.words();
            if raw_text.as_deref().is_some_and(verdict::is_refusal) {
                return LogIn::Refused { raw_text };
            }
            if is_answer && !raw_text.as_deref().is_some_and(verdict::knows_no_log_in) {
                return LogIn::Odd { oddity: Oddity::Unknown, raw_text };
            }
        }
        let (oddity, raw_text) = match self.call(Call::log_in(password), self.limits.answer_bytes).await {
            Err(Strange { oddity, raw_text }) => (oddity, raw_text),
            Ok(mut reply) => {
                let is_unread = verdict::found_no_function(&reply);
                match (reply.result, reply.token.take()) {
                    (Some(true) | None, Some(token)) => return LogIn::Done(token),
                    (Some(false), _) if reply.exception.is_none() && !is_unread => {
                        return LogIn::Refused { raw_text: reply.message };
                    }
                    (_, _) => {}
                }
                let raw_text = reply.words();
                if raw_text.as_deref().is_some_and(verdict::is_refusal) {
                    return LogIn::Refused { raw_text };
                }
                (if is_unread { Oddity::BodyNotRead } else { Oddity::Unknown }, raw_text)
            }
        };
        let may_be_unread = oddity == Oddity::BodyNotRead || found_nothing_asked(oddity);
        let oddity = match (may_be_unread && self.reads_only_addresses().await, oddity) {
            (true, _) => Oddity::BodyNotRead,
            (false, Oddity::BodyNotRead) => Oddity::Unknown,
            (false, oddity) => oddity,
        };
        LogIn::Odd { oddity, raw_text }
    }

    /// Reads the list, in the way that worked before and else in the other. A session that is gone costs one new log-in.
    pub(super) async fn list(
        &mut self,
        token: &mut SessionToken,
        password: &Password,
        deadline: Instant,
    ) -> Result<Reply, Strange> {
        let reply = self.list_either_way(token).await;
        let is_over = match &reply {
            Ok(reply) => verdict::is_session_gone(reply),
            Err(strange) => strange.oddity == Oddity::Status(NOT_LOGGED_IN),
        };
        if !is_over {
            return reply;
        }
        let LogIn::Done(renewed) = self.log_in(password, deadline).await else { return reply };
        *token = renewed;
        self.list_either_way(token).await
    }

    async fn list_either_way(&mut self, token: &SessionToken) -> Result<Reply, Strange> {
        let (asked, bytes_max) = (Asked::List(token), self.limits.list_bytes);
        let first_way = self.way.unwrap_or(Way::Body);
        let first = self.call(Call::asking(asked, first_way), bytes_max).await;
        let (way, reply) = if is_unread(&first) {
            let second = self.call(Call::asking(asked, first_way.other()), bytes_max).await;
            if is_unread(&second) {
                return first;
            }
            (first_way.other(), second)
        } else {
            (first_way, first)
        };
        if reply.is_ok() {
            self.way = Some(way);
        }
        reply
    }

    /// Logs out. Its parameters are a guess, so its answer is not judged.
    pub(super) async fn log_out(&mut self, token: &SessionToken) {
        let way = self.way.unwrap_or(Way::Body);
        let _ = self.call(Call::asking(Asked::LogOut(token), way), self.limits.answer_bytes).await;
    }

    /// Whether a server that made nothing of a form makes something of the same in its address.
    async fn reads_only_addresses(&mut self) -> bool {
        for (way, is_read_there) in [(Way::Body, false), (Way::Url, true)] {
            let reply = self.call(Call::asking(Asked::Nothing, way), self.limits.answer_bytes).await;
            let is_answer = |reply: &Reply| reply.result.is_some() || reply.exception.is_some();
            if (!is_unread(&reply) && reply.as_ref().is_ok_and(is_answer)) != is_read_there {
                return false;
            }
        }
        true
    }

    async fn call(&mut self, call: Call, bytes_max: u64) -> Result<Reply, Strange> {
        let line = match self.line.take() {
            Some(line) => line,
            None => self.connect().await?,
        };
        let is_soap = call.is_soap();
        let answer = connection::exchange(line, call.into_request(self.target)).await?;
        let (head, body) = answer.response.into_parts();
        let is_plain = |value: &hyper::header::HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
        let oddity = match head.status.as_u16() {
            // Some say so and send it plain, or name a charset there: what can be read is an answer.
            200 if !head.headers.get_all(CONTENT_ENCODING).iter().all(is_plain) => {
                let reply = reply::read(body, bytes_max, self.limits, self.key).await;
                return reply.map_err(|_| Oddity::Compressed.into());
            }
            200 => None,
            300..=399 => Some(Oddity::Redirect),
            // A SOAP fault comes with a status of its own, and is an answer all the same.
            status if is_soap => {
                let reply = reply::read(body, bytes_max, self.limits, self.key).await;
                return reply.map_err(|strange| Strange { oddity: Oddity::Status(status), ..strange });
            }
            status => Some(Oddity::Status(status)),
        };
        if let Some(oddity) = oddity {
            let raw_text = timeout(GLANCE_TIME, reply::glance(body)).await.ok().flatten();
            return Err(Strange { oddity, raw_text });
        }
        reply::read(body, bytes_max, self.limits, self.key).await
    }

    async fn connect(&self) -> Result<TlsConnection, Oddity> {
        let limit = self.limits.connect;
        let (stream, _) = connection::dial(self.reach, &[self.address], limit).await.map_err(|_| Oddity::CutShort)?;
        connection::secure(self.reach, &self.target.host(), stream, limit).await.map_err(|_| Oddity::CutShort)
    }
}

/// Whether an answer is none, as from a server that looked for the question elsewhere.
fn is_unread(reply: &Result<Reply, Strange>) -> bool {
    match reply {
        Ok(reply) => verdict::found_no_function(reply),
        Err(strange) => found_nothing_asked(strange.oddity),
    }
}

fn found_nothing_asked(oddity: Oddity) -> bool {
    match oddity {
        Oddity::Html => true,
        Oddity::Status(status) => NOTHING_ASKED.contains(&status),
        Oddity::LookUpFailed
        | Oddity::AddressNotPublic
        | Oddity::Tls(_)
        | Oddity::Redirect
        | Oddity::HeadTooLarge
        | Oddity::Compressed
        | Oddity::NotXml
        | Oddity::NotUtf16
        | Oddity::Dtd
        | Oddity::TooDeep
        | Oddity::CutShort
        | Oddity::TooBig
        | Oddity::TooSlow
        | Oddity::BodyNotRead
        | Oddity::Unknown => false,
    }
}
