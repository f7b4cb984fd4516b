//! "Verbinding controleren": the button, or the sentence that says why it is not there now.

use chrono::{DateTime, Duration, Utc};

use crate::domain::onboarding::Onboarding;
use crate::services::Context;
use crate::services::checks::{self, PAUSE_SECONDS};
use crate::store::checks::connection_checks::Check;
use crate::words;

/// The button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct CheckButton {
    /// Where it posts.
    pub(in crate::web) action: String,
    /// Why there is no button; empty when there is one.
    pub(in crate::web) instead: String,
    /// Whether this installation makes checks at all.
    pub(in crate::web) is_off: bool,
}

impl CheckButton {
    /// The button for a connection whose newest check is `latest`.
    pub(in crate::web) fn new(
        context: &Context,
        state: &Onboarding,
        latest: Option<&Check>,
        action: String,
        now: DateTime<Utc>,
    ) -> Self {
        let is_off = !context.check_policy.makes_checks();
        let instead = match (checks::may_ask(context, state), latest) {
            (Err(refusal), _) => words::check_refusal(&refusal).to_owned(),
            (Ok(()), Some(latest)) if latest.finished_at.is_none() => "De controle loopt al.".to_owned(),
            // What the timer did is no reason to wait.
            (Ok(()), Some(latest)) if latest.asked_by.is_some() => wait(latest.asked_at, now),
            (Ok(()), Some(_) | None) => String::new(),
        };
        Self { action, instead, is_off }
    }
}

/// When it can be pressed again; empty when it can.
fn wait(last: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let again = last + Duration::seconds(PAUSE_SECONDS);
    if again <= now {
        return String::new();
    }
    // Up to the whole minute: what is promised must hold.
    format!("Er is net gecontroleerd. Vanaf {} kan het opnieuw.", words::time_nl(again + Duration::seconds(59)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_that_waits_says_from_when_it_can_be_pressed() {
        let last: DateTime<Utc> = "2026-11-23T13:04:30Z".parse().expect("a moment");

        assert_eq!(wait(last, last), "Er is net gecontroleerd. Vanaf 14.06 uur kan het opnieuw.");
        assert_eq!(wait(last, last + Duration::seconds(60)), "");
    }
}
