//! Applies the result of a check in one transaction: steps, connection, receipt, reveal, outage, mails.

use chrono::{DateTime, Duration, Utc};

use super::activation;
use super::asking::may_check;
use super::outage;
use super::running::{Claimed, Ended};
use crate::domain::actor::Actor;
use crate::domain::audit::Action;
use crate::domain::check::schedule::{AFTER_CLAIM_SECONDS, Pace, next_check_at};
use crate::domain::check::{
    ActivationFacts, Alarm, Ask, Certificate, CheckCode, CheckHistory, CheckResult, Fleet, Judgement, ListGuard,
    NotMade, Receipt, Rung, judge,
};
use crate::domain::credential::ClosedReason;
use crate::domain::feed::FeedKind;
use crate::domain::import_gate::open_schools;
use crate::domain::onboarding::{Changed, Command, Onboarding};
use crate::services::onboarding::onboardings;
use crate::services::unit_of_work::UnitOfWork;
use crate::services::{Call, Context, ServiceError};
use crate::store;
use crate::store::checks::check_queue;
use crate::store::checks::check_status::{self, CheckStatus};
use crate::store::checks::check_witnesses::{self, Broken};
use crate::store::checks::connection_checks::{self, Outcome};
use crate::store::checks::outages;
use crate::store::onboarding::connections;
use crate::store::onboarding::onboardings::Versioned;

/// How long after a check that broke off the next one comes.
const AFTER_BREAK: Duration = Duration::minutes(10);

/// Applies how a check ended; does nothing when another worker took it over meanwhile.
pub(super) async fn finish(
    context: &Context,
    claimed: &Claimed,
    ended: Ended,
    now: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let call = Call::by_machine(Actor::Check, now, &format!("check {}", claimed.check));
    let mut work = UnitOfWork::begin(context, &call).await?;
    // Locked first, so that renewing the password, changing the domain and stopping come before or after all of this.
    let held = store::onboarding::onboardings::load_for_update(work.conn(), claimed.connection).await?;
    let domain = connections::load(work.conn(), claimed.connection).await?.details.domain;
    let outcome = if domain == claimed.domain && still_says(&held.state, claimed, &ended.outcome) {
        seen_beside(ended.outcome, &held.state, &check_status::load(work.conn(), claimed.connection).await?)
    } else {
        Outcome::NotMade(NotMade::Overtaken)
    };
    if !connection_checks::mark_finished(work.conn(), claimed.check, Some(claimed.lease_until), &outcome, now).await? {
        return Ok(());
    }
    check_queue::release_host(work.conn(), claimed.check).await?;
    let asks = match &outcome {
        Outcome::Made(result) => apply(&mut work, &call, claimed, held, result).await?,
        Outcome::NotMade(reason) => {
            if matches!(reason, NotMade::Resting | NotMade::BrokeOff) {
                check_queue::delete_vain(work.conn(), claimed.connection, claimed.check).await?;
            }
            let next_at = again_at(claimed, &held.state, *reason, ended.rest, now);
            let known = check_status::load(work.conn(), claimed.connection).await?;
            let next_at = sooner(claimed, &known, next_at);
            check_status::save_next(work.conn(), claimed.connection, next_at).await?;
            None
        }
    };
    work.finish().await?;
    // Only now: the rows of other schools are no part of this change, and two that want each other's would never end.
    match asks {
        Some((broken, ask)) => outage::hasten(context, broken, ask, now).await,
        None => Ok(()),
    }
}

/// An outcome, seen beside what was known: a list that shrank did not pass.
fn seen_beside(outcome: Outcome, state: &Onboarding, known: &CheckStatus) -> Outcome {
    match outcome {
        Outcome::Made(result) => {
            Outcome::Made(CheckHistory::of(state, None).with_list(known.list_guard()).seen(result))
        }
        Outcome::NotMade(reason) => Outcome::NotMade(reason),
    }
}

/// Whether a result still says something. What was found with a password that was replaced meanwhile does not; what
/// was found before the log-in does.
fn still_says(state: &Onboarding, claimed: &Claimed, outcome: &Outcome) -> bool {
    match outcome {
        Outcome::NotMade(_) => true,
        Outcome::Made(result) => {
            let is_current = state.credential_version() == claimed.version;
            let is_so = may_check(state).is_ok() && (is_current || result.rung < Rung::Login);
            is_so && !is_answered_since(state, claimed, result)
        }
    }
}

/// Whether somebody reported the step while the check that refuses it ran: perhaps it was done just after Magister was
/// asked, so that says nothing of it.
fn is_answered_since(state: &Onboarding, claimed: &Claimed, result: &CheckResult) -> bool {
    let answer = result.code.refuses().and_then(|step| state.answer(step));
    answer.is_some_and(|answer| !answer.is_proven() && answer.last_said_at() > claimed.began_at)
}

fn again_at(
    claimed: &Claimed,
    state: &Onboarding,
    reason: NotMade,
    rest: Option<Duration>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let next_check = next_check_at(claimed.connection, Pace::of(state), now)?;
    Some(match reason {
        NotMade::Resting | NotMade::BrokeOff => now + rest.unwrap_or(AFTER_BREAK),
        NotMade::Overtaken => now + Duration::seconds(AFTER_CLAIM_SECONDS),
        NotMade::NotNeeded => next_check,
    })
}

/// Whether the import may open again by itself: on the same grounds on which Kurve may activate after this check.
async fn may_restore(
    work: &UnitOfWork<'_>,
    call: &Call,
    claimed: &Claimed,
    result: &CheckResult,
) -> Result<bool, ServiceError> {
    let answer = activation::answer(work.context(), work.conn(), claimed.connection, claimed.version).await?;
    let passed = (result.code == CheckCode::Ok).then_some((call.now, claimed.version));
    let facts = ActivationFacts { passed, newest: Some((result.code, call.now)), ..answer.facts };
    Ok(facts.ground(call.now).is_some())
}

/// The next check; the one that was planned while this one ran, where that is sooner.
fn sooner(claimed: &Claimed, known: &CheckStatus, next_at: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    let planned = known.next_check_at.filter(|at| *at != claimed.lease_until);
    next_at.map(|next_at| planned.map_or(next_at, |planned| planned.min(next_at)))
}

/// Applies a result; returns which other connections are asked of it, if any.
async fn apply(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    claimed: &Claimed,
    before: Versioned,
    result: &CheckResult,
) -> Result<Option<(Broken, Ask)>, ServiceError> {
    let known = without_old_failures(check_status::load(work.conn(), claimed.connection).await?, call.now);
    let history = CheckHistory::of(&before.state, known.streak).with_list(known.list_guard());
    let is_worse = history.is_worse(result) && !result.code.is_connected();
    let refused = history.refused_word(result.code);
    let broken = Broken { connection: claimed.connection, rung: result.rung, refused };
    let fleet = match history.is_at_stake(result) {
        true => {
            let (since, soon) = (history.hears_since(call.now), call.now + Fleet::SOON);
            check_witnesses::count(work.conn(), broken, since, soon).await?
        }
        false => Fleet::default(),
    };
    // A word that is refused falls at once, for it never held; but not in an outage in which what did hold is refused as
    // well. Silence elsewhere is no reason to wait: this Magister answered.
    let is_of_all = refused.is_some() && fleet.failing > 0 && outages::find_open(work.conn()).await?.is_some();
    let judged = match is_of_all {
        true => Judgement::in_outage(&history, call.now),
        false => judge(&history, result, &fleet, call.now),
    };
    let mut commands = judged.commands(result.code, claimed.version);
    if !may_restore(work, call, claimed, result).await? {
        commands.retain(|command| !matches!(command, Command::Restore { .. }));
    }
    if result.holds(Rung::Login) {
        // First, so that the change notes it.
        close_reveal(work, call, claimed).await?;
    }
    let Changed { before, after, .. } =
        onboardings::change_all(work, call, claimed.connection, before, &commands).await?;

    let finding = Finding { result, judged: &judged, is_worse, version: claimed.version, at: call.now };
    let next = after_check(&known, &after, &finding);
    let next_check = next_check_at(claimed.connection, Pace::of(&after), call.now);
    let next_at = judged.retry_at.filter(|_| next_check.is_some()).or(next_check);
    let next = CheckStatus { next_check_at: sooner(claimed, &known, next_at), ..next };
    check_status::save(work.conn(), &next).await?;
    note_loss(work, call, claimed, &known, &next, result.code);
    note_certificate(work, call, &known, &next);
    if judged.alarm == Some(Alarm::Outage) {
        let failing = fleet.failing_with(is_worse);
        let began_at = known.failing_since.unwrap_or(call.now);
        let worked = check_witnesses::count_passing(work.conn(), claimed.connection).await?;
        outage::note_outage(work, call, began_at, failing, failing.saturating_add(worked)).await?;
        return Ok(None);
    }
    let import_closed = !open_schools(&before).is_subset(&open_schools(&after));
    if judged.alarm == Some(Alarm::ConnectionLost) && !import_closed {
        outage::tell_of_loss(work, claimed.connection, call.now);
    }
    outage::end_outage(work, call, &next).await?;
    Ok(judged.asks.map(|ask| (broken, ask)))
}

/// Failures that were not followed up in time, as while the service stood still, say nothing of today.
fn without_old_failures(known: CheckStatus, now: DateTime<Utc>) -> CheckStatus {
    match known.streak {
        Some(streak) if streak.is_old(now) => CheckStatus { streak: None, failing_since: None, ..known },
        Some(_) | None => known,
    }
}

/// What a check found, and how it was judged.
struct Finding<'a> {
    result: &'a CheckResult,
    judged: &'a Judgement,
    /// Whether it found less than worked before.
    is_worse: bool,
    /// The version of the credentials that it used.
    version: u32,
    at: DateTime<Utc>,
}

fn after_check(known: &CheckStatus, after: &Onboarding, finding: &Finding<'_>) -> CheckStatus {
    let Finding { result, judged, is_worse, version, at: now } = *finding;
    let is_connected = result.code.is_connected();
    // A list that is held is no receipt to hold the next one against.
    let receipt = result.counts.filter(|_| !judged.is_held || known.receipt.is_none());
    let receipt = receipt.map(|counts| Receipt { counts, at: now });
    let certificate = result.certificate_until.map(|until| Certificate::after(known.certificate, until, now));
    CheckStatus {
        connection: known.connection,
        next_check_at: None,
        last: Some((result.code, now)),
        passed: if result.code == CheckCode::Ok { Some((now, version)) } else { known.passed },
        has_worked: CheckHistory::of(after, None).has_worked(),
        is_failing: is_worse,
        is_lost: !is_connected && (known.is_lost || judged.is_lost),
        failing_since: if is_worse { known.failing_since.or(Some(now)) } else { still_lost(known, is_connected) },
        streak: judged.streak,
        receipt: receipt.or(known.receipt),
        held_rows: match result.counts {
            Some(counts) => ListGuard::held_after(counts, judged.is_held),
            None => known.held_rows,
        },
        way: result.way.or(known.way),
        certificate: certificate.or(known.certificate),
        ends_so_since: known
            .newest()
            .filter(|newest| newest.code == result.code)
            .map_or(Some(now), |newest| Some(newest.since)),
    }
}

/// Since when a lost connection has been failing, when the new failure changes nothing.
fn still_lost(known: &CheckStatus, is_connected: bool) -> Option<DateTime<Utc>> {
    known.failing_since.filter(|_| known.is_lost && !is_connected)
}

/// The password did its work: it is never shown again.
async fn close_reveal(work: &mut UnitOfWork<'_>, call: &Call, claimed: &Claimed) -> Result<(), ServiceError> {
    let newest = store::onboarding::credentials::find_newest_for_update(work.conn(), claimed.connection).await?;
    if newest.is_some_and(|newest| newest.version == claimed.version && newest.closed.is_none()) {
        store::onboarding::credentials::mark_closed(work.conn(), claimed.connection, ClosedReason::Proven, call.now)
            .await?;
        work.note(Some(claimed.connection), Action::RevealClosed { version: claimed.version });
    }
    Ok(())
}

/// Machines hear of a certificate that ends when Kurve does: with the first check after each of its warnings begins.
fn note_certificate(work: &mut UnitOfWork<'_>, call: &Call, known: &CheckStatus, next: &CheckStatus) {
    let warned_at = next.certificate.and_then(|certificate| certificate.warned_at(call.now));
    let is_news = |warned_at| known.last.is_none_or(|(_, checked_at)| checked_at < warned_at);
    if warned_at.is_some_and(is_news) {
        work.tell_machines(next.connection, FeedKind::CertificateExpiring);
    }
}

fn note_loss(
    work: &mut UnitOfWork<'_>,
    call: &Call,
    claimed: &Claimed,
    known: &CheckStatus,
    next: &CheckStatus,
    code: CheckCode,
) {
    match (known.is_lost, next.is_lost) {
        (false, true) => {
            work.note(Some(claimed.connection), Action::ConnectionLost { code: code.as_str().to_owned() });
            tracing::warn!(connection.id = %claimed.connection, check.code = code.as_str(), at = %call.now, "A connection is lost");
        }
        (true, false) => work.note(Some(claimed.connection), Action::ConnectionBack),
        (true, true) | (false, false) => {}
    }
}
