//! One onboarding from request to import, and on to a new password: each command printed with what it changed, which
//! mails it called for, what is open with whom, and the verdict.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::progress::open_steps;
use super::testing::{
    Walk, claim, confirm, contact, contact_id, prove, reason, school_id, superbeheerder, support, ticket,
};
use super::{Change, Command, FallCause, Ground, Lifecycle, Onboarding, Step};
use crate::domain::actor::Actor;
use crate::domain::import_gate::{Verdict, verdict_of_all};
use crate::domain::notice::{Audience, notices};
use crate::domain::onboarding::decide::amsterdam_date;
use crate::domain::roles::ContactRole;

/// A walk that writes down what happens.
struct Story {
    walk: Walk,
    lines: Vec<String>,
}

impl Story {
    fn begin() -> Self {
        let walk = Walk::start();
        let lines = vec![format!("{} start", moment(&walk)), standing(&walk.state)];
        Self { walk, lines }
    }

    fn then(&mut self, hours: i64, actor: Actor, command: &Command) {
        self.walk.hours(hours);
        let opening = format!("{} {}", moment(&self.walk), name_of(&actor));
        match self.walk.tries(actor, command) {
            Err(refusal) => self.lines.push(format!("{opening}: refused, {refusal}")),
            Ok(taken) => {
                let told = taken.events.iter().map(|event| format!("{opening}: {}", change_line(&event.change)));
                self.lines.extend(told);
                for notice in notices(&taken, &BTreeSet::new()) {
                    let about = notice.step.map_or("", Step::as_str);
                    let line = format!("    mail {} to {} {about}", notice.kind.as_str(), audience(notice.to));
                    self.lines.push(line.trim_end().to_owned());
                }
            }
        }
        self.lines.push(standing(&self.walk.state));
    }

    fn pause_for_days(&self, days: u64) -> NaiveDate {
        amsterdam_date(self.walk.now).checked_add_days(Days::new(days)).expect("a date in range")
    }
}

#[test]
fn one_onboarding_runs_from_request_to_import_and_through_a_new_password() {
    let beheerder = contact(ContactRole::Applicatiebeheerder);
    let seeing = |step, version| Command::Claim { step, ground: Ground::Word, credential_version: Some(version) };
    let mut story = Story::begin();

    story.then(0, beheerder, &claim(Step::DetailsSubmitted));
    story.then(3, support(), &Command::IssueCredentials);
    story.then(1, beheerder, &claim(Step::ConsentGiven));
    story.then(0, beheerder, &Command::HandOver { step: Step::ConsentGiven, to: contact_id(1) });
    story.then(20, superbeheerder(), &claim(Step::ConsentGiven));
    story.then(1, beheerder, &claim(Step::AllowlistingRequested));
    let stuck =
        Command::ReportStuck { step: Step::QueryExecuted, reason: reason("Decibel vraagt om een dagwachtwoord") };
    story.then(2, beheerder, &stuck);
    let answer = reason("Dat is het dagwachtwoord dat bij jullie bekend is");
    story.then(21, support(), &Command::AnswerStuck { step: Step::QueryExecuted, answer });
    story.then(1, beheerder, &seeing(Step::QueryExecuted, 1));
    story.then(1, beheerder, &seeing(Step::PasswordSet, 1));
    story.then(0, beheerder, &claim(Step::PermissionsChecked));
    let why = reason("Bij Lijsten is KurveLeerlingData niet aangevinkt");
    story.then(4, support(), &Command::SendBack { step: Step::PermissionsChecked, reason: why });
    let until = story.pause_for_days(12);
    story.then(1, beheerder, &Command::Pause { reason: reason("Eerst de toetsweek"), until });
    story.then(24, Actor::Clock, &Command::Resume);
    story.then(24 * 11, Actor::Clock, &Command::Resume);
    story.then(1, beheerder, &claim(Step::PermissionsChecked));
    let by_ticket = Command::Claim { step: Step::AllowlistingConfirmed, ground: ticket(), credential_version: None };
    story.then(17, beheerder, &by_ticket);
    story.then(1, Actor::Check, &prove(Step::PasswordSet, 1));
    story.then(0, Actor::Check, &prove(Step::PermissionsChecked, 1));
    story.then(0, beheerder, &Command::ReportImported { school: school_id(1) });
    story.then(1, support(), &confirm(Step::ActivationConfirmed));
    story.then(2, beheerder, &Command::ReportImported { school: school_id(1) });
    story.then(24 * 42, support(), &Command::IssueCredentials);
    story.then(1, beheerder, &seeing(Step::PasswordSet, 1));
    story.then(1, beheerder, &seeing(Step::PasswordSet, 2));
    story.then(1, support(), &confirm(Step::ActivationConfirmed));
    story.then(2, beheerder, &Command::ReportImported { school: school_id(1) });

    insta::assert_snapshot!(story.lines.join("\n"));
}

fn moment(walk: &Walk) -> String {
    walk.now.with_timezone(&chrono_tz::Europe::Amsterdam).format("%a %d %b %H:%M").to_string()
}

fn name_of(actor: &Actor) -> &'static str {
    match actor {
        Actor::Contact { roles, .. } => roles.as_str(),
        Actor::Staff { .. } => "kurve",
        Actor::Check | Actor::Clock | Actor::Operator | Actor::Visitor => actor.kind(),
    }
}

fn audience(to: Audience) -> String {
    match to {
        Audience::School => "school".to_owned(),
        Audience::VouchedContacts => "vouched contacts".to_owned(),
        Audience::Contact(id) => format!("contact {}", id.as_uuid().as_u128()),
        Audience::Support => "support".to_owned(),
    }
}

fn change_line(change: &Change) -> String {
    match change {
        Change::StepAnswered { step, evidence, ground } => {
            format!("{} yes, {} by {}", step.as_str(), evidence.as_str(), ground_line(ground))
        }
        Change::EvidenceFell { step, evidence } => format!("{} no longer {}", step.as_str(), evidence.as_str()),
        Change::StepFell { step, cause } => format!("{} fell, {}", step.as_str(), cause_line(cause)),
        Change::StepRestored { step } => format!("{} yes again", step.as_str()),
        Change::CredentialsIssued { version } => format!("credentials issued, version {version}"),
        Change::StuckReported { step, reason } => format!("{} stuck, \"{reason}\"", step.as_str()),
        Change::StuckAnswered { step, answer } => format!("{} answered, \"{answer}\"", step.as_str()),
        Change::StepHandedOver { step, to } => {
            format!("{} handed to {}", step.as_str(), audience(Audience::Contact(*to)))
        }
        Change::Paused { reason, until } => format!("paused until {until}, \"{reason}\""),
        Change::Withdrawn { reason, .. } => format!("withdrawn, \"{reason}\""),
        Change::PasswordNoted { .. }
        | Change::PasswordGone { .. }
        | Change::PeopleNoted { .. }
        | Change::PasswordAsked
        | Change::Resumed
        | Change::Reopened
        | Change::Completed
        | Change::CompletionRestored
        | Change::SchoolAdded { .. }
        | Change::SchoolLeft { .. } => change.as_str().to_owned(),
    }
}

fn ground_line(ground: &Ground) -> String {
    match ground {
        Ground::Word => "word".to_owned(),
        Ground::Remark(remark) => format!("remark \"{remark}\""),
        Ground::Despite(despite) => format!("despite {}: \"{}\"", despite.code, despite.reason),
        Ground::Ticket(ticket) => format!("ticket {ticket}"),
        Ground::Credentials(version) => format!("credentials {version}"),
    }
}

fn cause_line(cause: &FallCause) -> String {
    match cause {
        FallCause::TakenBack => "taken back".to_owned(),
        FallCause::SentBack { reason } => format!("sent back \"{reason}\""),
        FallCause::NeededStepFell { step } => format!("needed {}", step.as_str()),
        FallCause::CredentialsRenewed => "credentials renewed".to_owned(),
        FallCause::ConnectionLost { code } => format!("connection lost, {code}"),
        FallCause::Refused { code } => format!("refused, {code}"),
        FallCause::Withdrawn => "withdrawn".to_owned(),
        FallCause::Moved => "moved".to_owned(),
        FallCause::Undone => "undone".to_owned(),
    }
}

fn standing(state: &Onboarding) -> String {
    let open: Vec<String> = open_steps(state)
        .into_iter()
        .map(|open| {
            let mark = if open.is_stuck { " (stuck)" } else { "" };
            format!("{}@{}{mark}", open.step.as_str(), open.holder.as_str())
        })
        .collect();
    let import = match verdict_of_all(state) {
        Verdict::Open => "import open".to_owned(),
        Verdict::Closed { reasons } => {
            let gates: Vec<&str> = reasons.iter().map(|reason| reason.gate.as_str()).collect();
            format!("import closed: {}", gates.join(", "))
        }
    };
    let course = match state.lifecycle() {
        Lifecycle::Active => "",
        Lifecycle::Paused { .. } | Lifecycle::Withdrawn { .. } | Lifecycle::Completed { .. } => {
            state.lifecycle().as_str()
        }
    };
    let open = if open.is_empty() { "nothing open".to_owned() } else { open.join(", ") };
    format!("    {open} | {import} {course}").trim_end().to_owned()
}
