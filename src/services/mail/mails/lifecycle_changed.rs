//! A contact stopped, paused or finished something for a whole school, or undid that: to all contacts and to support. Or
//! Kurve stopped it: to all contacts.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, phrases, subject};
use crate::domain::actor::Actor;
use crate::domain::ids::SchoolId;
use crate::domain::onboarding::{Change, Course, Event, Onboarding, SchoolProgress, TIME_TO_UNDO_END};
use crate::domain::unsent::UnsentReason;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::words;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Stopped,
    Paused,
    Imported,
    Undone,
    Resumed,
}

/// What was done, and when.
#[derive(Clone, Copy)]
struct Happened {
    done: Done,
    at: DateTime<Utc>,
}

pub(super) struct LifecycleChanged {
    /// Empty when Kurve reads it.
    name: String,
    school: SchoolFacts,
    /// The names of the schools, where they are several.
    names: Vec<String>,
    done: Done,
    /// Kurve did it, and only Kurve undoes it.
    by_kurve: bool,
    who: String,
    when: String,
    /// Why; empty where nobody was asked.
    reason: String,
    /// The day on which a pause ends, or until which it can be undone.
    until: String,
    /// Whether who stopped goes on with Optie B.
    chose_option_b: bool,
    /// All schools of the connection stopped, and so it did.
    has_all_stopped: bool,
    /// Who reads an answer of Kurve; none where an answer goes to Kurve.
    answered_by: Option<String>,
    link: String,
}

impl LifecycleChanged {
    fn is(&self, done: &Done) -> bool {
        self.done == *done
    }
}

impl Mail for LifecycleChanged {
    const NAME: &'static str = "De school stopte, pauzeerde of is klaar";

    async fn draft(request: DraftRequest<'_>) -> Result<Draft, NotSent> {
        let about = AboutSchool::load(request).await?;
        let events = about.events().await?;
        // A school that was done and stops is under way again in between: what it came to is told.
        let last = events.iter().rev().find_map(|event| Some((event, told(event)?)));
        let Some((event, (done, reason))) = last else {
            return Err(NotSent::NotNeeded(UnsentReason::StepMovedOn));
        };
        let asked = request.mail.about.schools.iter().copied().collect();
        let schools = still_so(&about.state, &asked, Happened { done, at: event.at }).map_err(NotSent::NotNeeded)?;
        let by_kurve = matches!(event.by, Actor::Staff { .. });
        let until = match &event.change {
            Change::Paused { until, .. } => words::date_only_nl(*until),
            _ => words::date_nl(event.at + TIME_TO_UNDO_END),
        };
        let to_kurve = about.receiver.is_none();
        let mail = Self {
            name: about.reader(),
            school: about.facts_of(&schools),
            names: about.names_of(&schools),
            done,
            by_kurve,
            who: if by_kurve { "Kurve".to_owned() } else { about.actor_name() },
            when: words::moment_nl(event.at),
            reason,
            until,
            chose_option_b: matches!(event.change, Change::Withdrawn { chose_option_b: true, .. }),
            has_all_stopped: about.state.lifecycle().is_withdrawn(),
            answered_by: about.actor().filter(|_| to_kurve).map(|actor| actor.name.to_string()),
            link: if to_kurve { about.staff() } else { about.portal() },
        };
        let draft = about.draft(&mail)?;
        Ok(if to_kurve { about.answered_by_actor(draft) } else { draft })
    }

    fn subject(&self) -> String {
        let what = match self.done {
            Done::Resumed => "De pauze is gestopt".to_owned(),
            Done::Stopped if self.name.is_empty() => "Gestopt, kijk of dat klopt".to_owned(),
            Done::Stopped => "De koppeling is gestopt, importeer niet in Numo".to_owned(),
            Done::Paused => format!("Op pauze tot {}", self.until),
            Done::Imported => "De import in Numo is gelukt, kijk of dat klopt".to_owned(),
            Done::Undone => "De koppeling gaat toch verder".to_owned(),
        };
        if self.name.is_empty() { subject::for_kurve(&self.school, &what) } else { subject::about(&self.school, &what) }
    }

    bodies!(LifecycleChanged, "mail/lifecycle_changed.txt", "mail/lifecycle_changed.html");

    fn reader(&self) -> &str {
        &self.name
    }

    fn answered_by(&self) -> Option<&str> {
        self.answered_by.as_deref()
    }

    #[cfg(test)]
    fn sample() -> Self {
        use super::samples;

        Self {
            name: samples::NAME.into(),
            school: samples::school(),
            names: vec![],
            done: Done::Stopped,
            by_kurve: false,
            who: "Bram Yılmaz".into(),
            when: "maandag 23 november 2026 om 11.00 uur".into(),
            reason: "We kiezen Optie B.".into(),
            until: "maandag 30 november 2026".into(),
            chose_option_b: true,
            has_all_stopped: true,
            answered_by: None,
            link: samples::LINK.into(),
        }
    }
}

fn told(event: &Event) -> Option<(Done, String)> {
    match &event.change {
        Change::Withdrawn { reason, .. } => Some((Done::Stopped, reason.to_string())),
        Change::Paused { reason, .. } => Some((Done::Paused, reason.to_string())),
        Change::Completed => Some((Done::Imported, String::new())),
        Change::Reopened => Some((Done::Undone, String::new())),
        Change::Resumed => Some((Done::Resumed, String::new())),
        _ => None,
    }
}

/// The schools of which what was done still stands; why the mail is not needed where it does of none. What was done and
/// undone and done again is told by the mail of that.
fn still_so(
    state: &Onboarding,
    schools: &BTreeSet<SchoolId>,
    what: Happened,
) -> Result<BTreeSet<SchoolId>, UnsentReason> {
    let Happened { done, at } = what;
    match done {
        Done::Paused if state.paused().is_none_or(|pause| pause.since != at) => return Err(UnsentReason::PauseEnded),
        Done::Resumed if state.paused().is_some() => return Err(UnsentReason::EndUndone),
        Done::Paused | Done::Resumed => return Ok(schools.clone()),
        Done::Stopped | Done::Imported | Done::Undone => {}
    }
    let is_so = |course: &Course| match (done, course) {
        (Done::Stopped, Course::Withdrawn { at: since, .. }) | (Done::Imported, Course::Completed { at: since }) => {
            *since == at
        }
        // That it stopped as well is told by another mail.
        (Done::Imported, Course::Withdrawn { .. }) => true,
        (Done::Undone, Course::UnderWay) => true,
        (_, _) => false,
    };
    let stands = |school: &&SchoolId| state.school(**school).map(SchoolProgress::course).is_some_and(is_so);
    let left: BTreeSet<SchoolId> = schools.iter().filter(stands).copied().collect();
    if left.is_empty() { Err(UnsentReason::EndUndone) } else { Ok(left) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::mail::mails::samples::as_text;

    #[test]
    fn each_thing_that_a_contact_can_do_has_its_own_words() {
        let mail = |done, name: &str| LifecycleChanged {
            done,
            name: name.into(),
            reason: if matches!(done, Done::Paused) { "Eerst de toetsweek.".into() } else { String::new() },
            has_all_stopped: false,
            ..LifecycleChanged::sample()
        };
        for (done, name) in [(Done::Paused, "Anna de Wit"), (Done::Imported, "Anna de Wit"), (Done::Undone, "")] {
            insta::assert_snapshot!(as_text(&mail(done, name)));
        }
        let resumed = LifecycleChanged { reason: String::new(), ..mail(Done::Resumed, "Anna de Wit") };
        insta::assert_snapshot!("resumed", as_text(&resumed));
        let by_kurve = LifecycleChanged { by_kurve: true, who: "Kurve".into(), ..LifecycleChanged::sample() };
        insta::assert_snapshot!("stopped_by_kurve", as_text(&by_kurve));
    }
}
