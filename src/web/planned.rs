//! What a page says of a reminder that is planned: also that it does not get to somebody.

use crate::services::reminders::{Missed, Planned};

/// Whom a reminder does not get to, and why; empty when everybody for whom it is gets it.
pub(super) fn missed(planned: &Planned) -> String {
    let said: Vec<String> = planned.missed.iter().map(why).collect();
    match (planned.reaches_nobody, said.is_empty()) {
        (true, true) => "Deze herinnering gaat naar niemand.".to_owned(),
        (true, false) => format!("Deze herinnering gaat naar niemand. {}", said.join(" ")),
        (false, _) => said.join(" "),
    }
}

fn why(Missed { name, is_bounced }: &Missed) -> String {
    match is_bounced {
        true => format!("Bij {name} komt mail niet aan."),
        false => format!("{name} wil geen herinneringen."),
    }
}
