//! What is stored as JSON stays readable. Each file in `stored` holds what this release writes, one value a line.
//!
//! Where a shape grows, what is here already stays, in a file of its own that is only read: schools have it stored.

use std::fmt::Debug;
use strum::IntoEnumIterator;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::actor::Actor;
use super::bulk::{BulkWork, ConnectionInput, WhyNot};
use super::check::{CheckProgress, CheckResult, Counts, Streak};
use super::notice::About;
use super::onboarding::{Onboarding, Step, StepState};
use super::reminder::person::PersonReminder;
use super::reminder::{OwnDays, SchoolHolidays};

/// Reads what is stored, in words that a snapshot can hold: what is read tomorrow must be the same.
pub(crate) fn read<T: DeserializeOwned + Debug>(stored: &str) -> String {
    let value = |line| serde_json::from_str::<T>(line).unwrap_or_else(|error| panic!("{error} in {line}"));
    stored.lines().map(|line| format!("{:#?}\n", value(line))).collect()
}

/// Reads what is stored, and checks that this release writes it to the byte.
pub(crate) fn read_as_written<T: DeserializeOwned + Serialize + Debug>(stored: &str) -> String {
    for line in stored.lines() {
        let value: T = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
        assert_eq!(serde_json::to_string(&value).expect("it was JSON"), line);
    }
    read::<T>(stored)
}

/// What a newer release may store: every object with one field more, and every text that may name a variant another.
fn of_tomorrow(stored: &Value) -> Vec<Value> {
    let within = |part: &Value, put_back: &dyn Fn(Value) -> Value| {
        of_tomorrow(part).into_iter().map(put_back).collect::<Vec<_>>()
    };
    match stored {
        Value::Object(fields) => {
            let grown = Map::from_iter(fields.clone().into_iter().chain([("tomorrow".to_owned(), Value::from(1))]));
            let parts = fields.iter().flat_map(|(name, part)| {
                within(part, &|new| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), new);
                    Value::Object(fields)
                })
            });
            [Value::Object(grown)].into_iter().chain(parts).collect()
        }
        Value::Array(items) => {
            let parts = items.iter().enumerate().flat_map(|(place, part)| {
                within(part, &|new| {
                    let mut items = items.clone();
                    items[place] = new;
                    Value::Array(items)
                })
            });
            parts.collect()
        }
        Value::String(_) => vec![Value::from("tomorrow")],
        Value::Null | Value::Bool(_) | Value::Number(_) => vec![Value::Object(Map::new())],
    }
}

/// Checks that whatever a newer release may store is read or refused, and that a variant that is not known is refused.
pub(crate) fn assert_refuses_tomorrow<T: DeserializeOwned + Debug>(stored: &str, tags: &[&str]) {
    for line in stored.lines() {
        let today: Value = serde_json::from_str(line).expect("it is JSON");
        for tomorrow in of_tomorrow(&today) {
            // Read or refused; it must not panic.
            let _ = serde_json::from_value::<T>(tomorrow);
        }
        for tag in tags {
            let name = format!("\"{tag}\":\"");
            let Some(start) = line.find(&name).map(|start| start + name.len()) else { continue };
            let end = start + line[start..].find('"').expect("a text ends");
            let tomorrow = format!("{}tomorrow{}", &line[..start], &line[end..]);
            assert!(serde_json::from_str::<T>(&tomorrow).is_err(), "{tomorrow}");
        }
    }
}

/// The same for what is stored whole and written anew: a field that is not known is refused too, for it would be lost.
pub(crate) fn assert_refuses_fields<T: DeserializeOwned + Debug>(stored: &str) {
    for line in stored.lines().filter(|line| line.contains('{')) {
        let tomorrow = line.replacen('{', "{\"tomorrow\":1,", 1).replace(",}", "}");
        let error = serde_json::from_str::<T>(&tomorrow).expect_err(&tomorrow).to_string();
        assert!(error.contains("unknown field `tomorrow`"), "{error}");
    }
}

const ONBOARDING: &str = include_str!("stored/onboarding.jsonl");

#[test]
fn a_stored_onboarding_stays_readable() {
    insta::assert_snapshot!("stored_onboarding", read_as_written::<Onboarding>(ONBOARDING));
    assert_refuses_tomorrow::<Onboarding>(ONBOARDING, &["state", "kind", "gone"]);
    assert_refuses_fields::<Onboarding>(ONBOARDING);
}

#[test]
fn a_step_that_is_not_in_a_stored_onboarding_is_filled_in() {
    for line in ONBOARDING.lines() {
        let whole: Onboarding = serde_json::from_str(line).expect("it reads");
        for missing in Step::iter() {
            let mut stored: Value = serde_json::from_str(line).expect("it is JSON");
            if missing.is_shared() {
                stored["steps"].as_object_mut().expect("steps by name").remove(missing.as_str());
            }
            for school in stored["schools"].as_object_mut().expect("schools by id").values_mut() {
                school.as_object_mut().expect("a school").remove(if missing.is_shared() { "" } else { "activation" });
            }

            let read: Onboarding = serde_json::from_value(stored).expect("it reads");

            let is_ready = read.missing_for(missing).is_empty();
            assert_eq!(matches!(read.step(missing), StepState::Open { .. }), is_ready, "{missing:?}");
            assert_eq!(matches!(read.step(missing), StepState::Waiting), !is_ready, "{missing:?}");
            for step in Step::iter().filter(|step| *step != missing && !step.needs().contains(&missing)) {
                assert_eq!(read.step(step), whole.step(step), "{step:?} without {missing:?}");
            }
        }
    }
}

#[test]
fn an_answer_without_a_statement_is_refused() {
    let fresh = ONBOARDING.lines().next().expect("a line");
    let stored = fresh.replacen(r#"{"state":"waiting"}"#, r#"{"state":"yes","answer":{"given":{}}}"#, 1);

    assert!(serde_json::from_str::<Onboarding>(&stored).is_err());
}

#[test]
fn what_a_stored_mail_is_about_stays_readable() {
    let outbox = include_str!("stored/outbox_about.jsonl");
    let reminders = include_str!("stored/reminder_mail_about.jsonl");

    insta::assert_snapshot!("stored_outbox_about", read_as_written::<About>(outbox));
    insta::assert_snapshot!("stored_reminder_mail_about", read_as_written::<Vec<PersonReminder>>(reminders));
    assert_refuses_tomorrow::<About>(outbox, &["step"]);
    assert_refuses_tomorrow::<Vec<PersonReminder>>(reminders, &["step", "rung"]);
    assert_refuses_fields::<About>(outbox);
    assert_refuses_fields::<Vec<PersonReminder>>(reminders);
}

#[test]
fn what_is_stored_of_checks_stays_readable() {
    let result = include_str!("stored/check_result.jsonl");
    let progress = include_str!("stored/check_progress.jsonl");
    let counts = include_str!("stored/check_counts.jsonl");
    let streak = include_str!("stored/check_streak.jsonl");

    insta::assert_snapshot!("stored_check_result", read_as_written::<CheckResult>(result));
    insta::assert_snapshot!("stored_check_progress", read_as_written::<CheckProgress>(progress));
    insta::assert_snapshot!("stored_check_counts", read_as_written::<Counts>(counts));
    insta::assert_snapshot!("stored_check_streak", read_as_written::<Streak>(streak));
    assert_refuses_tomorrow::<CheckResult>(result, &["code", "rung", "kind"]);
    assert_refuses_tomorrow::<CheckProgress>(progress, &["rung", "trying"]);
    assert_refuses_tomorrow::<Streak>(streak, &["code"]);
    assert_refuses_fields::<CheckResult>(result);
    assert_refuses_fields::<CheckProgress>(progress);
    assert_refuses_fields::<Counts>(counts);
    assert_refuses_fields::<Streak>(streak);
}

#[test]
fn stored_own_days_and_actors_stay_readable() {
    let own_days = include_str!("stored/own_days.jsonl");
    let actor = include_str!("stored/actor.jsonl");

    insta::assert_snapshot!("stored_own_days", read_as_written::<OwnDays>(own_days));
    insta::assert_snapshot!("stored_actor", read_as_written::<Actor>(actor));
    assert_refuses_fields::<OwnDays>(own_days);
    assert_refuses_tomorrow::<Actor>(actor, &["kind", "role", "roles"]);
}

#[test]
fn what_is_stored_of_runs_stays_readable() {
    let work = include_str!("stored/bulk_work.jsonl");
    let input = include_str!("stored/bulk_input.jsonl");
    let why = include_str!("stored/bulk_why.jsonl");

    insta::assert_snapshot!("stored_bulk_work", read_as_written::<BulkWork>(work));
    insta::assert_snapshot!("stored_bulk_input", read_as_written::<ConnectionInput>(input));
    insta::assert_snapshot!("stored_bulk_why", read_as_written::<WhyNot>(why));
    assert_refuses_tomorrow::<BulkWork>(work, &["kind"]);
    assert_refuses_tomorrow::<WhyNot>(why, &["why"]);
    assert_refuses_fields::<ConnectionInput>(input);
}

#[test]
fn stored_holidays_stay_readable() {
    let stored = include_str!("stored/loaded_holidays.csv");
    let read = SchoolHolidays::parse_csv(stored).expect("it reads");

    assert_eq!(read.to_csv(), stored);
    insta::assert_snapshot!("stored_loaded_holidays", format!("{read:#?}"));
    for line in ["2026,paas,noord,2026-04-01,2026-04-02\n", "schooljaar\n"] {
        assert!(SchoolHolidays::parse_csv(&format!("{stored}{line}")).is_err(), "{line}");
    }
}
