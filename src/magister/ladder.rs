//! Climbs the ladder rung by rung until one breaks, and says what was seen.

use std::net::SocketAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use strum::IntoEnumIterator;
use tokio::time::{Instant, timeout_at};

use super::client::{Client, LogIn};
use super::limits::Limits;
use super::redaction;
use super::reply::{Reply, SessionToken, Strange};
use super::target::Target;
use super::throttle::Throttle;
use super::verdict;
use crate::chance::Chance;
use crate::domain::check::{CheckCode, CheckResult, Counts, Oddity, Rung, RungTime, TlsFault, Way};
use crate::domain::credential::Password;
use crate::net::{NoAddress, Reach, connection, verifier};

/// Makes connection checks. Cheap to clone; clones share what keeps them from doing too much at once.
#[derive(Debug, Clone)]
pub struct Magister {
    reach: Reach,
    limits: Limits,
    throttle: Throttle,
    chance: Chance,
}

/// What a page that watches is told, rung by rung.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// This rung is tried now.
    Trying(Rung),
    /// This rung held.
    Held(RungTime),
    /// This rung broke; the result says how.
    Broke(RungTime),
}

/// Why no check was made. It says nothing about the school.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotChecked {
    /// A check of this host is under way.
    #[error("a check of this host is under way")]
    Busy,
    /// Several schools in a row found this address dead; it is left in peace for a while.
    #[error("the address is left in peace for another {} s", .after.as_secs())]
    Resting {
        /// When to try again.
        after: Duration,
    },
}

impl Magister {
    /// A checker with what it may reach and its bounds. `chance` draws the key under which double rows are found.
    pub fn new(reach: Reach, limits: Limits, chance: Chance) -> Self {
        let throttle = Throttle::new(limits.courtesy);
        Self { reach, limits, throttle, chance }
    }

    /// Checks one Magister, and tells of each rung as it goes. It may first wait for others behind the same address.
    ///
    /// # Errors
    /// When no check was made, for a reason that has nothing to do with this school.
    pub async fn check(
        &self,
        target: &Target,
        password: &Password,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<CheckResult, NotChecked> {
        let _host = self.throttle.enter_host(target)?;
        let mut climb = Climb::new(progress);
        climb.go_to(Rung::Name);
        let limit = self.limits.connect.min(self.limits.total);
        let addresses = match self.reach.addresses(&target.host(), target.port().number(), limit).await {
            Ok(addresses) => addresses,
            Err(NoAddress::Unknown) => return Ok(climb.end(End::code(CheckCode::HostUnknown))),
            Err(NoAddress::Odd(oddity)) => return Ok(climb.end(End::odd(oddity))),
        };
        climb.held();

        let permit = self.throttle.enter_address(addresses[0], target).await?;
        let last_moment = Instant::now() + self.limits.total.saturating_sub(climb.spent());
        let end = self.climb(&mut climb, target, password, &addresses, last_moment).await;
        let result = climb.end(end);
        permit.leave(&result);
        tracing::info!(
            check.code = result.code.as_str(),
            check.rung = result.rung.as_str(),
            check.millis = result.millis(),
            "Checked a connection: {}",
            result.code.as_str()
        );
        Ok(result)
    }

    async fn climb(
        &self,
        climb: &mut Climb<'_>,
        target: &Target,
        password: &Password,
        addresses: &[SocketAddr],
        last_moment: Instant,
    ) -> End {
        // The rungs leave the log-out its time.
        let log_out = self.limits.log_out.min(self.limits.total / 10);
        let deadline = last_moment.checked_sub(log_out).unwrap_or(last_moment);
        let left = || self.limits.connect.min(deadline.saturating_duration_since(Instant::now()));
        climb.go_to(Rung::Tcp);
        let (stream, address) = match connection::dial(&self.reach, addresses, left()).await {
            Ok(connected) => connected,
            Err(code) => return End::code(code),
        };
        climb.held();
        climb.go_to(Rung::Tls);
        let line = match connection::secure(&self.reach, &target.host(), stream, left()).await {
            Ok(line) => line,
            Err(fault) => return End::tls(fault),
        };
        climb.certificate_until = verifier::until(line.get_ref().1.peer_certificates());
        climb.held();

        let mut key = [0; 16];
        self.chance.fill(&mut key);
        let (reach, limits) = (&self.reach, &self.limits);
        let mut client = Client { reach, target, limits, address, line: Some(line), key, way: target.way() };
        climb.go_to(Rung::Login);
        let log_in = timeout_at(deadline, client.log_in(password, deadline)).await;
        let mut token = match log_in.unwrap_or(LogIn::Odd { oddity: Oddity::TooSlow, raw_text: None }) {
            LogIn::Done(token) => token,
            LogIn::Refused { raw_text } => return End::code(CheckCode::LoginRefused).saying(raw_text, password, None),
            LogIn::Odd { oddity, raw_text } => return End::odd(oddity).saying(raw_text, password, None),
        };
        climb.held();
        climb.go_to(Rung::Data);
        let list_until = deadline.min(Instant::now() + limits.list);
        let reply = timeout_at(list_until, client.list(&mut token, password, list_until)).await;
        let reply = reply.unwrap_or(Err(Oddity::TooSlow.into()));
        climb.way = client.way;
        let end = match reply {
            Ok(reply) => judge_list(climb, reply, password, &token),
            Err(Strange { oddity, raw_text }) => End::odd(oddity).saying(raw_text, password, Some(&token)),
        };
        // What comes after the last answer is not a rung's time.
        climb.stopped = Some(Instant::now());
        let log_out_until = last_moment.min(Instant::now() + log_out);
        let _ = timeout_at(log_out_until, client.log_out(&token)).await;
        end
    }
}

/// Climbs the last three rungs, which are all in one answer.
fn judge_list(climb: &mut Climb<'_>, reply: Reply, password: &Password, token: &SessionToken) -> End {
    if verdict::is_session_gone(&reply) {
        // A new log-in did not help; of rights or of the list it says nothing, whichever way it is said.
        return End::odd(Oddity::Unknown).saying(reply.words(), password, Some(token));
    }
    if let Some(text) = &reply.exception {
        let code = if verdict::is_of_rights(text) { CheckCode::ServiceNotGranted } else { CheckCode::ListFailed };
        return End::code(code).saying(reply.exception, password, Some(token));
    }
    if reply.has_right_fault() {
        return End::code(CheckCode::ListNotGranted).saying(reply.fault_text, password, Some(token));
    }
    if reply.result != Some(true) && reply.verdict_text().is_some_and(verdict::is_of_the_list) {
        return End::code(CheckCode::ListFailed).saying(reply.words(), password, Some(token));
    }
    let counts = reply.table.counts();
    let is_list = match reply.result {
        Some(is_yes) => is_yes,
        None => reply.has_table || counts.rows > 0,
    };
    if !is_list || reply.fault_code.is_some() {
        return End::odd(Oddity::Unknown).saying(reply.words(), password, Some(token));
    }
    climb.held();
    climb.go_to(Rung::Shape);
    let secrets = [password.expose(), token.expose()];
    let columns = reply.table.columns().iter().filter_map(|name| redaction::redact(name, &secrets)).collect();
    let seen = |code| End { columns, counts: Some(counts), ..End::code(code) };
    if counts.rows > 0 && reply.table.lacks_column() {
        return seen(CheckCode::ListOutdated);
    }
    climb.held();
    climb.go_to(Rung::Rows);
    seen(if counts.rows == 0 { CheckCode::ListEmpty } else { CheckCode::Ok })
}

/// How the climb ended.
struct End {
    code: CheckCode,
    oddity: Option<Oddity>,
    redacted_text: Option<String>,
    columns: Vec<String>,
    counts: Option<Counts>,
}

impl End {
    fn code(code: CheckCode) -> Self {
        Self { code, oddity: None, redacted_text: None, columns: vec![], counts: None }
    }

    fn odd(oddity: Oddity) -> Self {
        let is_slow = oddity == Oddity::TooSlow;
        let code = if is_slow { CheckCode::TooSlow } else { CheckCode::UnexpectedAnswer };
        Self { oddity: Some(oddity), ..Self::code(code) }
    }

    fn tls(fault: TlsFault) -> Self {
        let code = if fault.is_of_certificate() { CheckCode::CertificateInvalid } else { CheckCode::TlsFailed };
        Self { oddity: Some(Oddity::Tls(fault)), ..Self::code(code) }
    }

    fn saying(self, text: Option<String>, password: &Password, token: Option<&SessionToken>) -> Self {
        let secrets = [password.expose(), token.map_or("", SessionToken::expose)];
        Self { redacted_text: text.and_then(|text| redaction::redact(&text, &secrets)), ..self }
    }
}

/// Where the climb is, since when, and who watches.
struct Climb<'a> {
    rung: Rung,
    since: Instant,
    stopped: Option<Instant>,
    times: Vec<RungTime>,
    way: Option<Way>,
    certificate_until: Option<DateTime<Utc>>,
    progress: &'a mut (dyn FnMut(Progress) + Send),
}

impl<'a> Climb<'a> {
    fn new(progress: &'a mut (dyn FnMut(Progress) + Send)) -> Self {
        Self {
            rung: Rung::Name,
            since: Instant::now(),
            stopped: None,
            times: Vec::with_capacity(Rung::iter().len()),
            way: None,
            certificate_until: None,
            progress,
        }
    }

    fn go_to(&mut self, rung: Rung) {
        self.rung = rung;
        self.since = Instant::now();
        (self.progress)(Progress::Trying(rung));
    }

    fn clock(&mut self) -> RungTime {
        let until = self.stopped.unwrap_or_else(Instant::now);
        let millis = u32::try_from(until.saturating_duration_since(self.since).as_millis()).unwrap_or(u32::MAX);
        let time = RungTime { rung: self.rung, millis };
        self.times.push(time);
        time
    }

    fn held(&mut self) {
        let time = self.clock();
        (self.progress)(Progress::Held(time));
    }

    fn spent(&self) -> Duration {
        Duration::from_millis(self.times.iter().map(|time| u64::from(time.millis)).sum())
    }

    fn end(mut self, end: End) -> CheckResult {
        let time = self.clock();
        (self.progress)(if end.code == CheckCode::Ok { Progress::Held(time) } else { Progress::Broke(time) });
        let End { code, oddity, redacted_text, columns, counts } = end;
        let Self { rung, times, way, certificate_until, .. } = self;
        CheckResult { code, rung, times, columns, counts, oddity, redacted_text, way, certificate_until }
    }
}
