//! How an onboarding looks to Kurve: gates and steps with their evidence, and the timeline. Words only, no forms.

use chrono::{DateTime, SecondsFormat, Utc};
use strum::IntoEnumIterator;

use super::ask::Ask;
use crate::domain::audit::{Action, Entry};
use crate::domain::check::{Stand, Truths};
use crate::domain::onboarding::Fallen;
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::onboarding::progress::TaskKind;
use crate::domain::onboarding::{
    Answer, Evidence, Gate, Given, Ground, Lifecycle, Onboarding, Party, Status, Step, StepState,
};
use crate::words::{self, Names, actor_name, date_nl, entry_sentence, fall_cause, fall_reason};

/// A gate on the page of a connection.
pub(super) struct GateRow {
    pub(super) key: &'static str,
    pub(super) question: &'static str,
    pub(super) is_yes: bool,
    /// Its answer, said and seen together.
    pub(super) answer: &'static str,
    /// How it looks: `yes`, `unseen`, `refused`, `now` or `wait`.
    pub(super) look: &'static str,
    pub(super) steps: Vec<StepRow>,
}

/// A step of a gate.
pub(super) struct StepRow {
    pub(super) step: Step,
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    /// The kind of its tag.
    pub(super) kind: &'static str,
    /// The words of its tag.
    pub(super) words: &'static str,
    /// The class that makes it stand out; empty if nothing of it waits on Kurve.
    pub(super) mark: &'static str,
    /// What is known of it, a line each.
    pub(super) lines: Vec<String>,
    /// What the school wrote; empty unless it is stuck.
    pub(super) stuck_reason: String,
    /// What a colleague can do here.
    pub(super) asks: Vec<Ask>,
    /// Where links to it lead; empty where what is to be done has a card of its own.
    pub(super) place: String,
}

impl StepRow {
    /// What always shows of it: of a step that is done and waits on nobody, the strongest ground.
    pub(super) fn shown(&self) -> &[String] {
        let is_done = self.kind == "ready" && self.mark.is_empty();
        if is_done { &self.lines[..self.lines.len().min(1)] } else { &self.lines }
    }

    /// What is folded with its forms.
    pub(super) fn folded(&self) -> &[String] {
        &self.lines[self.shown().len()..]
    }
}

/// A line of a timeline.
pub(super) struct TimelineRow {
    pub(super) when: String,
    pub(super) machine: String,
    pub(super) what: String,
    pub(super) who: String,
    pub(super) is_mark: bool,
}

/// The gates with their steps, without forms.
pub(super) fn gate_rows(truths: &Truths<'_>, names: &Names, now: DateTime<Utc>) -> Vec<GateRow> {
    let state = truths.state;
    let row = |gate: Gate| GateRow {
        key: gate.as_str(),
        question: words::gate_question(gate),
        is_yes: state.is_gate_yes(gate),
        answer: words::gate_answer(truths.answer(gate)),
        look: look(truths, gate),
        steps: gate.steps().iter().map(|step| step_row(truths, *step, names, now)).collect(),
    };
    Gate::iter().map(row).collect()
}

/// What stands with the steps: how many questions are answered with yes, and what of their steps was only said.
pub(super) fn bar_text(truths: &Truths<'_>) -> String {
    let yes = truths.gates_done();
    let said = format!("{yes} van {} vragen met ja beantwoord", Gate::iter().len());
    match words::not_seen_sentence(truths) {
        not_seen if not_seen.is_empty() => said,
        not_seen => format!("{said}. {}. {not_seen}", words::done_sentence(truths)),
    }
}

/// How a gate looks.
fn look(truths: &Truths<'_>, gate: Gate) -> &'static str {
    let is_kurves = |step: &Step| truths.holder(*step) == Some(Party::Kurve);
    match truths.answer(gate) {
        Some(Stand::NotSeenYet | Stand::NotSeenNow) => "unseen",
        Some(Stand::Doubted) => "refused",
        Some(Stand::Done | Stand::Waiting | Stand::Open(_) | Stand::Stuck) => "yes",
        None if gate.steps().iter().any(is_kurves) => "now",
        None => "wait",
    }
}

fn step_row(truths: &Truths<'_>, step: Step, names: &Names, now: DateTime<Utc>) -> StepRow {
    let (state, truth) = (truths.state, truths.of(step));
    let (kind, tag_words) = tag(truths, step);
    let turn = truths.holder(step);
    let tasks = truths.kurve_tasks().into_iter().filter(|task| task.step == step && task.kind != TaskKind::Do);
    let tasks = tasks.filter(|_| turn.is_some()).map(|task| words::task_name(&task, names));
    let (mut lines, stuck_reason) = match truth.said {
        StepState::Waiting => (vec![missing_line(state, step)], String::new()),
        StepState::Open { since, fallen, answer } => {
            let held = turn.map_or("Nog niet klaar", held_by);
            let mut lines = vec![format!("{held} sinds {}", since_words(*since, now))];
            lines.extend(tasks);
            let handed_to = state.handed_to(step).and_then(|to| names.contact_of_today(to));
            lines.extend(handed_to.map(|name| format!("Doorgegeven aan {name}")));
            lines.extend(fallen.iter().map(|fallen| fallen_line(fallen, names)));
            lines.extend(answer.iter().map(|answer| format!("Antwoord van Kurve: {answer}")));
            (lines, String::new())
        }
        StepState::Stuck { since, reason, by, fallen } => {
            let mut lines = vec![format!("Gemeld door {}, op {}", actor_name(by, names), since_words(*since, now))];
            lines.extend(fallen.iter().map(|fallen| fallen_line(fallen, names)));
            (lines, reason.to_string())
        }
        StepState::Yes { answer } => {
            let mut lines = evidence_lines(answer, names);
            lines.extend(turn.map(|party| held_by(party).to_owned()));
            lines.extend(tasks);
            (lines, String::new())
        }
    };
    lines.extend(Some(words::now_sentence(&truth)).filter(|said| !said.is_empty()));
    lines.extend(words::seen_at(&truth).map(|at| format!("Laatste controle: gezien, {}", words::moment_nl(at))));
    let mark = match kind {
        "stuck" => "step--stuck",
        _ if turn == Some(Party::Kurve) => "step--now",
        "blocked" => "step--blocked",
        _ => "",
    };
    let name = words::step_name(step);
    let key = step.as_str();
    let place = format!("stap-{key}");
    StepRow { step, key, name, kind, words: tag_words, mark, lines, stuck_reason, asks: vec![], place }
}

/// The tag of a step: who has the ball, in Kurve's eyes.
fn tag(truths: &Truths<'_>, step: Step) -> (&'static str, &'static str) {
    let stand = truths.of(step).stand;
    if let Some(said) = words::not_simply_done(stand) {
        return (if stand == Stand::Doubted { "refused" } else { "unseen" }, said);
    }
    match (stand, truths.state.lifecycle()) {
        (Stand::Done | Stand::NotSeenYet | Stand::NotSeenNow | Stand::Doubted, _) => ("ready", "Klaar"),
        // Nobody has to act on it.
        (Stand::Open(_) | Stand::Stuck | Stand::Waiting, Lifecycle::Withdrawn { .. }) => ("neutral", "Gestopt"),
        (Stand::Open(_) | Stand::Stuck, Lifecycle::Paused { .. }) => ("neutral", "Gepauzeerd"),
        (Stand::Stuck, _) => ("stuck", "Lukt niet"),
        (Stand::Waiting, _) => ("blocked", "Kan nog niet"),
        (Stand::Open(party), Lifecycle::Active | Lifecycle::Completed { .. }) => {
            match truths.holder(step).unwrap_or(party) {
                Party::School => ("neutral", "Bij de school"),
                Party::Kurve => ("kurve", "Bij Kurve"),
                Party::Magister => ("magister", "Bij Magister"),
            }
        }
    }
}

fn held_by(party: Party) -> &'static str {
    match party {
        Party::School => "Bij de school",
        Party::Kurve => "Bij Kurve",
        Party::Magister => "Bij Magister",
    }
}

fn missing_line(state: &Onboarding, step: Step) -> String {
    let missing: Vec<&str> = state.missing_for(step).into_iter().map(words::step_short).collect();
    format!("Eerst: {}", missing.join(", "))
}

pub(super) fn fallen_line(fallen: &Fallen, names: &Names) -> String {
    let line = format!("{} ({}, {})", fall_cause(&fallen.cause), actor_name(&fallen.by, names), date_nl(fallen.at));
    match fall_reason(&fallen.cause) {
        Some(reason) => format!("{line} Reden: {reason}"),
        None => line,
    }
}

/// Everything that supports a yes, strongest first.
pub(super) fn evidence_lines(answer: &Answer, names: &Names) -> Vec<String> {
    let kinds = Evidence::iter().rev();
    kinds.filter_map(|kind| answer.with(kind).map(|given| evidence_line(kind, given, names))).collect()
}

fn evidence_line(kind: Evidence, given: &Given, names: &Names) -> String {
    let line = format!("{} · {} · {}", words::evidence_name(kind), date_nl(given.at), actor_name(&given.by, names));
    match &given.ground {
        Ground::Word => line,
        Ground::Remark(remark) => format!("{line} · {remark}"),
        Ground::Despite(despite) => format!("{line} · {}", words::despite(despite)),
        Ground::Ticket(ticket) => format!("{line} · ticket {ticket}"),
        Ground::Credentials(version) => format!("{line} · wachtwoord versie {version}"),
    }
}

/// A day and how long ago that is: "maandag 23 november 2026 (3 dagen)".
pub(super) fn since_words(since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    format!("{} ({})", date_nl(since), days_words(since, now))
}

/// How long something waits, in calendar days of the Netherlands.
pub(super) fn days_words(since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match (amsterdam_date(now) - amsterdam_date(since)).num_days() {
        ..=0 => "vandaag".to_owned(),
        1 => "1 dag".to_owned(),
        days => format!("{days} dagen"),
    }
}

/// The tag of an onboarding as a whole.
pub(super) fn lifecycle_tag(lifecycle: &Lifecycle) -> (&'static str, &'static str) {
    status_tag(lifecycle.into())
}

/// The tag of where a school stands.
pub(super) fn status_tag(status: Status) -> (&'static str, &'static str) {
    let kind = match status {
        Status::Completed => "ready",
        Status::Active | Status::Paused | Status::Withdrawn => "neutral",
    };
    (kind, words::status_name(status))
}

/// A line of the audit.
pub(super) fn timeline_row(entry: &Entry, names: &Names) -> TimelineRow {
    TimelineRow {
        when: words::moment_nl(entry.at),
        machine: entry.at.to_rfc3339_opts(SecondsFormat::Secs, true),
        what: entry_sentence(entry, names),
        who: actor_name(&entry.by, names),
        is_mark: matches!(entry.action, Action::ImportOpened | Action::ImportClosed),
    }
}

#[cfg(test)]
#[path = "view_tests.rs"]
mod tests;
