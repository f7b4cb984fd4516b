//! A contact stopped, paused or finished something for a whole school, or undid that: to all contacts and to support.

use std::collections::BTreeSet;

use super::facts::{AboutSchool, SchoolFacts};
use super::{Mail, bodies, phrases, subject};
use crate::domain::ids::SchoolId;
use crate::domain::onboarding::{Change, Course, Event, Onboarding, SchoolProgress, TIME_TO_UNDO_END};
use crate::domain::unsent::UnsentReason;
use crate::services::mail::draft::{Draft, DraftRequest, NotSent};
use crate::words;

/// What a contact did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Stopped,
    Paused,
    Imported,
    Undone,
}

pub(super) struct LifecycleChanged {
    /// Empty when Kurve reads it.
    name: String,
    school: SchoolFacts,
    /// The names of the schools, where they are several.
    names: Vec<String>,
    done: Done,
    who: String,
    when: String,
    /// Why; empty where nobody was asked.
    reason: String,
    /// The day on which a pause ends, or until which it can be undone.
    until: String,
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
        let Some((event, (done, reason))) = events.iter().find_map(|event| Some((event, told(event)?))) else {
            return Err(NotSent::NotNeeded(UnsentReason::StepMovedOn));
        };
        let schools: BTreeSet<SchoolId> = request.mail.about.schools.iter().copied().collect();
        if is_over(&about.state, done, &schools) {
            return Err(NotSent::NotNeeded(UnsentReason::EndUndone));
        }
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
            who: about.actor_name(),
            when: words::moment_nl(event.at),
            reason,
            until,
            has_all_stopped: about.state.lifecycle().is_withdrawn(),
            answered_by: about.actor().filter(|_| to_kurve).map(|actor| actor.name.to_string()),
            link: if to_kurve { about.staff() } else { about.portal() },
        };
        let draft = about.draft(&mail)?;
        Ok(if to_kurve { about.answered_by_actor(draft) } else { draft })
    }

    fn subject(&self) -> String {
        let what = match self.done {
            Done::Stopped => "gestopt, kijk of dat klopt".to_owned(),
            Done::Paused => format!("op pauze tot {}", self.until),
            Done::Imported => "import gedaan, kijk of dat klopt".to_owned(),
            Done::Undone => "gaat toch verder".to_owned(),
        };
        subject::about(&self.school, &what)
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
            who: "Bram Yılmaz".into(),
            when: "ma 23 november 2026 om 11:00".into(),
            reason: "We kiezen Optie B.".into(),
            until: "ma 30 november 2026".into(),
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
        _ => None,
    }
}

/// Whether what was done is so no more.
fn is_over(state: &Onboarding, done: Done, schools: &BTreeSet<SchoolId>) -> bool {
    let all = |is_over: fn(&Course) -> bool| {
        let mut courses =
            schools.iter().filter_map(|school| state.school(*school)).map(SchoolProgress::course).peekable();
        courses.peek().is_some() && courses.all(is_over)
    };
    match done {
        Done::Paused => state.paused().is_none(),
        Done::Stopped => all(|course| !matches!(course, Course::Withdrawn { .. })),
        Done::Imported => all(|course| !matches!(course, Course::Completed { .. } | Course::Withdrawn { .. })),
        Done::Undone => false,
    }
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
    }
}
