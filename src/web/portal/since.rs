//! "Sinds je vorige bezoek": what others did to a connection since this contact was here last, in at most three lines.
//!
//! The visit before is the last that the audit has of them before they signed in, so nothing is kept for it.

use chrono::{DateTime, Utc};

use crate::domain::actor::Actor;
use crate::domain::audit::{Action, Entry, MessageDone};
use crate::domain::ids::ContactId;
use crate::domain::onboarding::{Change, Evidence, Step};
use crate::words::{self, Names};

/// How many lines of the timeline are searched.
pub(super) const SEARCHED_LINES: u64 = 80;

/// How many lines are shown.
const MOST_LINES: usize = 3;

/// What changed, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Since {
    /// The day of the visit before.
    pub(super) day: String,
    pub(super) lines: Vec<SinceLine>,
}

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SinceLine {
    /// `good`, `refused` or empty.
    pub(super) turn: &'static str,
    pub(super) text: String,
    /// Who did it; empty where the line says so.
    pub(super) who: String,
}

/// Who looks, and since when.
#[derive(Clone, Copy)]
pub(super) struct Visitor<'a> {
    pub(super) me: ContactId,
    pub(super) signed_in_at: DateTime<Utc>,
    pub(super) names: &'a Names,
}

/// What there is to tell, from the newest lines of a timeline, the newest first; none at a first visit, and where nothing
/// changed.
pub(super) fn since(timeline: &[Entry], visitor: Visitor<'_>) -> Option<Since> {
    let is_mine = |entry: &&Entry| matches!(entry.by, Actor::Contact { id, .. } if id == visitor.me);
    let before = timeline.iter().filter(is_mine).find(|entry| entry.at < visitor.signed_in_at)?;
    let new = timeline.iter().take_while(|entry| entry.id > before.id).filter(|entry| !is_mine(entry));
    let mut told: Vec<Subject> = vec![];
    let mut lines = vec![];
    for entry in new {
        let Some((subject, turn)) = telling(&entry.action) else { continue };
        // What came of a step counts, not what went before.
        if lines.len() < MOST_LINES && !told.contains(&subject) {
            told.push(subject);
            lines.push(line(entry, turn, visitor.names));
        }
    }
    if lines.is_empty() { None } else { Some(Since { day: words::date_nl(before.at), lines }) }
}

/// What a line is about, so that one thing is told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Step(Step),
    Import,
    Connection,
    Lifecycle,
    People(ContactId),
    Messages,
    Schools,
}

/// What is worth a line, and how it turned out.
fn telling(action: &Action) -> Option<(Subject, &'static str)> {
    match action {
        Action::Onboarding(change) => telling_of(change),
        Action::ImportOpened => Some((Subject::Import, "good")),
        Action::ImportClosed => Some((Subject::Import, "refused")),
        Action::ConnectionLost { .. } => Some((Subject::Connection, "refused")),
        Action::ConnectionBack => Some((Subject::Connection, "good")),
        Action::ContactAdded { contact, .. }
        | Action::ContactRemoved { contact }
        | Action::ContactVouched { contact, .. } => Some((Subject::People(*contact), "")),
        Action::Message(MessageDone::MessageSent { .. } | MessageDone::MessageReceived { .. }) => {
            Some((Subject::Messages, ""))
        }
        _ => None,
    }
}

fn telling_of(change: &Change) -> Option<(Subject, &'static str)> {
    match change {
        Change::StepAnswered { step, evidence: Evidence::Claimed | Evidence::Confirmed | Evidence::Proven, .. }
        | Change::StepRestored { step } => Some((Subject::Step(*step), "good")),
        Change::StepFell { step, .. } | Change::StuckReported { step, .. } => Some((Subject::Step(*step), "refused")),
        Change::StuckAnswered { step, .. } | Change::StepHandedOver { step, .. } => Some((Subject::Step(*step), "")),
        Change::CredentialsIssued { .. } => Some((Subject::Step(Step::CredentialsIssued), "good")),
        Change::Paused { .. }
        | Change::Resumed
        | Change::Withdrawn { .. }
        | Change::Reopened
        | Change::Completed
        | Change::CompletionRestored => Some((Subject::Lifecycle, "")),
        Change::SchoolAdded { .. } | Change::SchoolLeft { .. } => Some((Subject::Schools, "")),
        Change::EvidenceFell { .. }
        | Change::PasswordNoted { .. }
        | Change::PasswordGone { .. }
        | Change::PeopleNoted { .. }
        | Change::PasswordAsked => None,
    }
}

fn line(entry: &Entry, turn: &'static str, names: &Names) -> SinceLine {
    let who = match &entry.by {
        Actor::Contact { id, .. } => names.contact_of_today(*id).unwrap_or_default().to_owned(),
        Actor::Staff { .. } => "Kurve".to_owned(),
        Actor::Check | Actor::Clock | Actor::Operator | Actor::Visitor => String::new(),
    };
    let said = words::entry_sentence(entry, names);
    // Why stands with the step; here it would push away what else happened.
    let text = said.split_once(" Reden: ").map_or(said.as_str(), |(what, _)| what).to_owned();
    SinceLine { turn, text, who }
}

#[cfg(test)]
#[path = "since_tests.rs"]
mod tests;
