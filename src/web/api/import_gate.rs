//! The verdict over one school.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;
use strum::IntoEnumIterator;

use super::client::VerdictClient;
use super::query::find_school;
use super::tagged::tagged;
use crate::domain::check::{Sight, StepTruth, Truths};
use crate::domain::import_gate::{Verdict, verdict_name};
use crate::domain::onboarding::{Gate, Onboarding, Party, Step};
use crate::services::checks::ActivationAnswer;
use crate::services::onboarding::import_gate::GateAnswer;
use crate::web::WebState;
use crate::web::problem::{ApiError, Problem};

/// The verdict with what it rests on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ImportGate {
    /// The BRIN as the school registered it.
    brin: String,
    /// `open`: MAGISTER IMPORT may be pressed. `closed`: it may not.
    verdict: &'static str,
    /// Why it is closed, by gate; empty when it is open.
    reasons: Vec<Reason>,
    /// The five answers, in the manual's order.
    answers: Vec<Answer>,
    /// Where the onboarding stands: `active`, `paused`, `withdrawn` or `completed`.
    state: &'static str,
    /// Counts changes of the answers: a higher one is newer.
    version: i32,
    /// What our connection check says.
    check: Check,
}

/// What the connection check says of a school.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Check {
    /// What this installation does with checks: `off`, `advise`, or `require` (activation needs one that passed).
    policy: &'static str,
    /// How the last one ended: `ok`, or the code of what is wrong; null before the first.
    code: Option<&'static str>,
    /// When that was.
    at: Option<DateTime<Utc>>,
    /// When one last passed with the credentials that count now; null if none did.
    passed_at: Option<DateTime<Utc>>,
    /// Leave of an admin to activate without one that passed; null where there is none or none is needed.
    allowed_without: Option<Leave>,
    /// Why Kurve activated although the newest check had not passed, or was older than a day; null where it had no need to.
    activated_despite: Option<ActivationReason>,
}

/// Why Kurve activated although the newest check was no ground for it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ActivationReason {
    /// Why.
    reason: String,
    /// When it activated.
    at: DateTime<Utc>,
    /// How the newest check had ended then: `ok` where it had passed too long ago, or with other credentials.
    code: String,
}

/// Leave to activate without a check that passed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Leave {
    /// Why.
    reason: String,
    /// When it was given.
    at: DateTime<Utc>,
}

/// Why one gate keeps the import closed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Reason {
    /// The gate.
    gate: &'static str,
    /// What is missing.
    missing: Vec<Missing>,
}

/// A step that is not done.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Missing {
    /// The step.
    step: &'static str,
    /// Who has to act: `school`, `kurve` or `magister`; null while it waits on another step.
    holder: Option<&'static str>,
}

/// One of the five answers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Answer {
    /// The gate.
    gate: &'static str,
    /// Whether the answer is yes.
    yes: bool,
    /// The weakest evidence of its steps: `claimed`, `confirmed` or `proven`; null while it is no.
    evidence: Option<&'static str>,
    /// When the answer became yes; null while it is no.
    since: Option<DateTime<Utc>>,
    /// Its steps.
    steps: Vec<StepAnswer>,
}

/// One step of an answer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct StepAnswer {
    /// The step.
    step: &'static str,
    /// Whether it is done.
    yes: bool,
    /// On what evidence; null while it is not done.
    evidence: Option<&'static str>,
    /// When that was given; null while it is not done.
    at: Option<DateTime<Utc>>,
    /// What the newest connection check says of it: `seen`, `not_seen` (it did not get as far, or nobody answered),
    /// `refused` (the opposite: a step that a check saw before is tried again for some hours) or `later` (it was
    /// reported after that check); null where no check can see it or none was made.
    check: Option<&'static str>,
}

/// May this school import?
#[utoipa::path(
    get,
    path = "/api/v1/import-gate/{brin}",
    params(("brin" = String, Path, description = "Two digits, two letters, and perhaps two digits of the site")),
    responses(
        (status = 200, body = ImportGate, description = "The verdict"),
        (status = 304, description = "The verdict is the one that If-None-Match names"),
        (status = 401, body = Problem, content_type = "application/problem+json", description = "No working API key"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "The key has no scope verdict:read"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "No such school"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "Not a BRIN"),
        (status = 429, body = Problem, content_type = "application/problem+json", description = "Too many requests with this key: Retry-After says when"),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "Not now: Retry-After says when"),
    ),
    security(("api_key" = []))
)]
pub(super) async fn show(
    State(web): State<WebState>,
    _client: VerdictClient,
    Path(brin): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let found = find_school(&web, &brin).await?;
    Ok(tagged(&headers, &body(&found)))
}

fn body(found: &GateAnswer) -> ImportGate {
    let newest = found.activation.status.newest().filter(|_| found.activation.facts.policy.makes_checks());
    let truths = Truths { state: &found.state, newest };
    let reasons = match &found.verdict {
        Verdict::Open => vec![],
        Verdict::Closed { reasons } => reasons
            .iter()
            .map(|reason| {
                let by_all = |(step, said): &(Step, Option<Party>)| missing(*step, truths.holder(*step).or(*said));
                let missing = reason.missing.iter().map(by_all).collect();
                Reason { gate: reason.gate.as_str(), missing }
            })
            .collect(),
    };
    ImportGate {
        brin: found.brin.to_string(),
        verdict: verdict_name(found.verdict.is_open()),
        reasons,
        answers: Gate::iter().map(|gate| answer(&truths, gate)).collect(),
        state: found.state.lifecycle().as_str(),
        version: found.version,
        check: check(&found.activation, &found.state),
    }
}

fn check(answer: &ActivationAnswer, state: &Onboarding) -> Check {
    let facts = &answer.facts;
    let passed = facts.passed.filter(|(_, version)| *version == facts.credential_version);
    Check {
        policy: facts.policy.as_str(),
        code: answer.status.last.map(|(code, _)| code.as_str()),
        at: answer.status.last.map(|(_, at)| at),
        passed_at: passed.map(|(at, _)| at),
        activated_despite: state.activated_despite().first().map(|(at, despite)| ActivationReason {
            reason: despite.reason.to_string(),
            at: *at,
            code: despite.code.clone(),
        }),
        allowed_without: answer.counting_leave().map(|leave| Leave { reason: leave.reason.to_string(), at: leave.at }),
    }
}

fn missing(step: Step, holder: Option<Party>) -> Missing {
    Missing { step: step.as_str(), holder: holder.map(Party::as_str) }
}

fn answer(truths: &Truths<'_>, gate: Gate) -> Answer {
    let state = truths.state;
    let given: Vec<_> = gate.steps().iter().filter_map(|step| state.answer(*step)).map(|a| a.strongest()).collect();
    let yes = state.is_gate_yes(gate);
    Answer {
        gate: gate.as_str(),
        yes,
        evidence: given.iter().map(|(evidence, _)| *evidence).min().filter(|_| yes).map(|evidence| evidence.as_str()),
        since: given.iter().map(|(_, given)| given.at).max().filter(|_| yes),
        steps: gate.steps().iter().map(|step| step_answer(&truths.of(*step))).collect(),
    }
}

fn step_answer(truth: &StepTruth<'_>) -> StepAnswer {
    let strongest = truth.said.answer().map(|answer| answer.strongest());
    let step = truth.step;
    StepAnswer {
        check: match truth.sight {
            Sight::Unchecked => None,
            Sight::Later(_) => Some("later"),
            Sight::Seen(_) => Some("seen"),
            Sight::Unseen(_) => Some("not_seen"),
            Sight::Refused(_) => Some("refused"),
        },
        step: step.as_str(),
        yes: strongest.is_some(),
        evidence: strongest.map(|(evidence, _)| evidence.as_str()),
        at: strongest.map(|(_, given)| given.at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::testing::histories;

    proptest::proptest! {
        #[test]
        fn no_answer_calls_a_step_done_without_saying_that_its_newest_check_refused_it(moments in histories()) {
            for moment in moments {
                let Some(step) = moment.refused() else { continue };
                let told = step_answer(&moment.truths().of(step));

                assert!(!told.yes || told.check == Some("refused"), "{told:?}");
            }
        }
    }
}
