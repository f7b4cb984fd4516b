//! Who said that a step is done and on what ground, why a step fell, and who has had the ball since when: in sentences.

use strum::IntoEnumIterator;

use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Entry};
use crate::domain::check::{Stand, StepTruth, Truths};
use crate::domain::onboarding::{Evidence, FallCause, Given, Ground, Lifecycle, Onboarding, Party, Step, StepState};
use crate::domain::text::Reason;
use crate::words::{self, Names};

/// How much of a reason fits in a list; the step's own page has the whole of it.
const SHORT_REASON: usize = 140;

/// A name with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
}

/// One line of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimelineRow {
    pub(super) when: String,
    pub(super) machine: String,
    pub(super) what: String,
    pub(super) who: String,
    pub(super) is_mark: bool,
}

/// What stands under a step in the list: why it fell, or who did it. Who has it stands beside it, in [`super::hold`].
pub(super) fn step_meta(truths: &Truths<'_>, names: &Names, step: Step) -> String {
    let state = truths.state;
    let has_several = !names.schools.is_empty() && state.live().count() > 1;
    if step == Step::ActivationConfirmed && has_several && *state.step(step) != StepState::Waiting {
        return activated_text(state).map(|said| format!("{said}.")).unwrap_or_default();
    }
    said_meta(truths, names, step)
}

/// "2 van 4 scholen geactiveerd", of those that go on; none where one does, of which the step itself tells.
pub(super) fn activated_text(state: &Onboarding) -> Option<String> {
    let activated = state.live().filter(|(_, school)| school.is_activated()).count();
    let live = state.live().count();
    (live > 1).then(|| format!("{activated} van {live} scholen geactiveerd"))
}

/// The same of an onboarding with one school, with who has the ball since when.
pub(super) fn own_meta(truths: &Truths<'_>, names: &Names, step: Step) -> String {
    joined([Some(said_meta(truths, names, step)), Some(holder_sentence(truths, names, step))])
}

fn said_meta(truths: &Truths<'_>, names: &Names, step: Step) -> String {
    let state = truths.state;
    let truth = truths.of(step);
    let now = words::now_sentence(&truth);
    match truth.said {
        StepState::Waiting => format!("Eerst: {}", first_needed(state, step)),
        StepState::Yes { .. } if step == Step::CredentialsIssued && state.credential_version() > 1 => {
            "Kurve heeft een nieuw wachtwoord klaargezet.".to_owned()
        }
        StepState::Yes { answer } => {
            let (evidence, given) = answer.strongest();
            joined([Some(statement(&truth, evidence, given, names)), Some(now)])
        }
        StepState::Stuck { .. } => now,
        StepState::Open { fallen, answer, .. } => {
            let why = fallen.as_ref().map(|fallen| short_cause(&fallen.cause, &truth));
            let answered = answer.as_ref().map(|_| "Kurve heeft geantwoord op de melding.".to_owned());
            let paused = match state.lifecycle() {
                Lifecycle::Paused { until, .. } => Some(format!("Op pauze tot {}.", words::date_only_nl(until))),
                Lifecycle::Active | Lifecycle::Completed { .. } | Lifecycle::Withdrawn { .. } => None,
            };
            joined([why, answered, Some(now), paused])
        }
    }
}

fn joined<const PARTS: usize>(parts: [Option<String>; PARTS]) -> String {
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// One statement, seen beside the newest check: what a check saw works as far as the newest one says.
fn statement(truth: &StepTruth<'_>, evidence: Evidence, given: &Given, names: &Names) -> String {
    match (evidence, truth.stand) {
        (Evidence::Proven, Stand::NotSeenNow | Stand::Doubted) => {
            format!("Gecontroleerd op {}: toen werkte dit.", words::date_nl(given.at))
        }
        (Evidence::Proven, Stand::Waiting | Stand::Open(_) | Stand::Stuck | Stand::Done | Stand::NotSeenYet) => {
            let at = words::seen_at(truth).unwrap_or(given.at);
            given_sentence(evidence, &Given { at, ..given.clone() }, names)
        }
        (Evidence::Claimed | Evidence::Confirmed, _) => given_sentence(evidence, given, names),
    }
}

fn first_needed(state: &Onboarding, step: Step) -> String {
    if step == Step::ActivationConfirmed {
        return "de vier vragen hierboven".to_owned();
    }
    let needed = state.missing_for(step).into_iter().map(|need| words::step_short(need).to_lowercase());
    needed.collect::<Vec<_>>().join(", ")
}

/// Who has the ball since when; empty when nobody has.
pub(super) fn holder_sentence(truths: &Truths<'_>, names: &Names, step: Step) -> String {
    let state = truths.state;
    match (state.step(step), state.lifecycle()) {
        (StepState::Waiting, _) | (_, Lifecycle::Withdrawn { .. }) => String::new(),
        // Done as far as was said, and a check asks for something all the same.
        (StepState::Yes { .. }, _) => {
            truths.holder(step).map(|party| format!("{}.", party_phrase(party))).unwrap_or_default()
        }
        (StepState::Stuck { since, .. }, _) => {
            format!("Gemeld dat het niet lukt. Kurve is aan de beurt sinds {}.", words::date_nl(*since))
        }
        (StepState::Open { .. }, Lifecycle::Paused { until, .. }) => {
            format!("Op pauze tot {}.", words::date_only_nl(until))
        }
        (StepState::Open { since, .. }, Lifecycle::Active | Lifecycle::Completed { .. }) => {
            let party = truths.holder(step).unwrap_or(step.party());
            let handed = state.handed_to(step).and_then(|id| Some((id, names.contact_of_today(id)?)));
            let since = words::date_nl(*since);
            let turn = match (handed, party) {
                (Some((id, _)), Party::School) if names.is_reader(id) => {
                    format!("Jij bent aan de beurt sinds {since}.")
                }
                (Some((_, name)), Party::School) => format!("{name} is aan de beurt sinds {since}."),
                (_, Party::School | Party::Kurve | Party::Magister) => {
                    format!("{} sinds {since}.", party_phrase(party))
                }
            };
            let whose = handed.filter(|_| party != Party::School).map(|(id, name)| match names.is_reader(id) {
                true => "Deze stap is van jou.".to_owned(),
                false => format!("Deze stap is van {name}."),
            });
            let obstacles = state.obstacles(step);
            let obstacles = obstacles.iter().map(|obstacle| words::obstacle_sentence(obstacle, names));
            whose.into_iter().chain(obstacles).chain([turn]).collect::<Vec<_>>().join(" ")
        }
    }
}

pub(super) fn party_phrase(party: Party) -> &'static str {
    match party {
        Party::School => "Jullie zijn aan de beurt",
        Party::Kurve => "Kurve is aan de beurt",
        Party::Magister => "Magister is aan de beurt",
    }
}

/// One statement that a step is done: "Gemeld door Anna de Wit, superbeheerder, op maandag 3 november 2025."
pub(super) fn given_sentence(evidence: Evidence, given: &Given, names: &Names) -> String {
    let who = words::actor_name(&given.by, names);
    let when = words::date_nl(given.at);
    let said = match (evidence, &given.by, &given.ground) {
        (Evidence::Proven, _, _) => format!("Gecontroleerd op {when}: dit werkt."),
        (Evidence::Confirmed, Actor::Staff { .. }, Ground::Credentials(_)) => {
            format!("Klaargezet door {who} op {when}.")
        }
        (Evidence::Claimed, _, _) | (Evidence::Confirmed, Actor::Contact { .. }, _) => {
            format!("Gemeld door {who}, op {when}.")
        }
        (
            Evidence::Confirmed,
            Actor::Staff { .. } | Actor::Check | Actor::Clock | Actor::Operator | Actor::Visitor,
            _,
        ) => {
            format!("Bevestigd door {who}, op {when}.")
        }
    };
    match &given.ground {
        Ground::Word | Ground::Credentials(_) => said,
        Ground::Ticket(ticket) => format!("{said} Ticket bij Magister: {ticket}."),
        Ground::Remark(remark) => format!("{said} Opmerking: {}", one_line(remark.as_str())),
        Ground::Despite(despite) => format!("{said} {}", one_line(&words::despite(despite))),
    }
}

/// The number of the ticket at Magister, once the school gave it with its request; empty before.
pub(super) fn ticket_given(state: &Onboarding) -> String {
    let given =
        state.answer(Step::AllowlistingRequested).map(|answer| Evidence::iter().map(move |kind| answer.with(kind)));
    let ticket = given.into_iter().flatten().flatten().find_map(|given| match &given.ground {
        Ground::Ticket(ticket) => Some(ticket.to_string()),
        Ground::Word | Ground::Remark(_) | Ground::Despite(_) | Ground::Credentials(_) => None,
    });
    ticket.unwrap_or_default()
}

/// Every statement behind a step, the strongest first.
pub(super) fn evidence_sentences(truth: &StepTruth<'_>, names: &Names) -> Vec<String> {
    let Some(answer) = truth.said.answer() else { return vec![] };
    let kinds = Evidence::iter().rev();
    let given = kinds.filter_map(|evidence| answer.with(evidence).map(|given| (evidence, given)));
    given.map(|(evidence, given)| statement(truth, evidence, given, names)).collect()
}

/// Why a step fell, with what Kurve wrote, cut short for a list.
fn short_cause(cause: &FallCause, truth: &StepTruth<'_>) -> String {
    let said = words::why_open(cause, truth);
    let Some(reason) = words::fall_reason(cause) else { return said };
    format!("{said} {}", short_reason(reason))
}

/// What somebody wrote, cut short for a list.
pub(super) fn short_reason(reason: &Reason) -> String {
    let reason = one_line(reason.as_str());
    let mut short: String = reason.chars().take(SHORT_REASON).collect();
    if short.len() < reason.len() {
        short.push('…');
    } else if short.ends_with(char::is_alphanumeric) {
        short.push('.');
    }
    format!("Reden: {short}")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line of the timeline.
pub(super) fn timeline_row(entry: &Entry, names: &Names) -> TimelineRow {
    TimelineRow {
        when: words::moment_nl(entry.at),
        machine: entry.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        what: words::entry_sentence(entry, names),
        who: words::actor_name(&entry.by, names),
        is_mark: matches!(entry.action, Action::ImportOpened | Action::ImportClosed),
    }
}

#[cfg(test)]
#[path = "evidence_tests.rs"]
mod tests;
