//! The schools of a connection that has several: where each stands, and what can be done about it alone.

use chrono::{DateTime, Utc};

use super::ask::Ask;
use super::school_forms::{self, TypedMove, WithdrawForm};
use super::view::{evidence_lines, fallen_line, since_words};
use crate::domain::import_gate::open_schools;
use crate::domain::onboarding::{Course, SchoolProgress, StepState};
use crate::domain::school::School;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::words::{self, Names};

/// One of the schools.
pub(super) struct CarriedRow {
    pub(super) brin: String,
    pub(super) name: String,
    /// `open`, `closed`, `done` or `stopped`.
    pub(super) state: &'static str,
    /// Whether it may import: `open` or `closed`.
    pub(super) import: &'static str,
    /// The kind of its tag.
    pub(super) kind: &'static str,
    /// The words of its tag.
    pub(super) words: &'static str,
    /// What is known of it, a line each.
    pub(super) lines: Vec<String>,
    /// What Kurve has to do now.
    pub(super) urgent: Vec<Ask>,
    /// Everything else that a colleague can do.
    pub(super) asks: Vec<Ask>,
}

/// The section with the schools.
pub(super) struct CarriedPanel {
    pub(super) rows: Vec<CarriedRow>,
    pub(super) add: Option<Ask>,
    /// How many may import, of how many that go on.
    pub(super) import: String,
}

/// The section with the schools; none while there is one, of which the page tells as a whole.
pub(super) fn panel(file: &ConnectionFile, names: &Names, can_act: bool, now: DateTime<Utc>) -> Option<CarriedPanel> {
    if !file.connection.has_many() {
        return None;
    }
    let may_import = open_schools(&file.state);
    let rows: Vec<CarriedRow> = file
        .schools
        .iter()
        .filter_map(|school| file.state.school(school.id).map(|progress| (school, progress)))
        .map(|(school, progress)| row(file, school, progress, may_import.contains(&school.id), names, now))
        .map(|row| if can_act { row } else { CarriedRow { urgent: vec![], asks: vec![], ..row } })
        .collect();
    let count = |state: &str| rows.iter().filter(|row| row.state == state).count();
    let (open, stopped) = (may_import.len(), count("stopped"));
    let import = match stopped {
        0 => format!("{open} van {} open", rows.len()),
        _ => format!("{open} van {} open, {stopped} gestopt", rows.len() - stopped),
    };
    Some(CarriedPanel { rows, add: can_act.then(|| school_forms::add_school(file, "", "")), import })
}

fn row(
    file: &ConnectionFile,
    school: &School,
    progress: &SchoolProgress,
    is_open: bool,
    names: &Names,
    now: DateTime<Utc>,
) -> CarriedRow {
    let mut lines = vec![];
    if school.created_at > file.connection.created_at {
        lines.push(format!("Erbij sinds {}", words::date_nl(school.created_at)));
    }
    let (state, (kind, tag)) = match (progress.course(), progress.activation()) {
        (Course::Withdrawn { at, reason, .. } | Course::Left { at, reason }, _) => {
            let for_what = words::for_option_b(progress.chose_option_b());
            lines.push(format!("Gestopt op {}{for_what}. Reden: {reason}", words::date_nl(*at)));
            ("stopped", ("neutral", "Gestopt"))
        }
        (Course::Completed { at }, _) => {
            lines.push(format!("Import gemeld op {}", words::date_nl(*at)));
            ("done", ("ready", "Import gedaan"))
        }
        (Course::UnderWay, StepState::Yes { answer }) => {
            lines.extend(evidence_lines(answer, names));
            ("open", ("ready", "Import open"))
        }
        (Course::UnderWay, StepState::Open { since, fallen, .. } | StepState::Stuck { since, fallen, .. }) => {
            let is_paused = file.state.paused().is_some();
            let (held, tag) = if is_paused {
                ("Nog niet klaar", ("neutral", "Gepauzeerd"))
            } else {
                ("Bij Kurve", ("kurve", "Bij Kurve"))
            };
            lines.push(format!("{held} sinds {}", since_words(*since, now)));
            lines.extend(fallen.iter().map(|fallen| fallen_line(fallen, names)));
            ("closed", tag)
        }
        (Course::UnderWay, StepState::Waiting) => ("closed", ("blocked", "Kan nog niet")),
    };
    let waits = state == "closed" && kind == "kurve";
    CarriedRow {
        brin: school.details.brin.to_string(),
        name: school.details.name.to_string(),
        state,
        import: if is_open { "open" } else { "closed" },
        kind,
        words: tag,
        lines,
        urgent: if waits { vec![school_forms::activate(file, school, "", now)] } else { vec![] },
        asks: asks(file, school, progress),
    }
}

fn asks(file: &ConnectionFile, school: &School, progress: &SchoolProgress) -> Vec<Ask> {
    let details = &school.details;
    let mut asks = vec![school_forms::change_school(file, school, details.name.as_str(), details.brin.as_str())];
    if progress.is_activated() {
        asks.push(school_forms::deactivate(file, school, ""));
    }
    asks.push(match progress.is_withdrawn() {
        true => school_forms::reopen(file, school),
        false => school_forms::withdraw(file, school, &WithdrawForm::default()),
    });
    asks.push(school_forms::move_school(file, school, &TypedMove::default()));
    asks
}
