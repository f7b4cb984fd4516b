//! The schools of a connection that carries several, as rows: where each stands by itself.

use std::collections::BTreeMap;

use strum::IntoStaticStr;

use crate::domain::audit::{Action, Entry};
use crate::domain::check::Truths;
use crate::domain::ids::SchoolId;
use crate::domain::import_gate::verdict;
use crate::domain::onboarding::{Change, Course, Onboarding, Step, StepState};
use crate::domain::school::{School, SchoolRef};
use crate::links;
use crate::services::onboarding::onboardings::ConnectionFile;
use crate::web::portal::evidence;
use crate::web::portal::school_boxes;
use crate::words::{self, Names};

/// How many names a sentence holds.
const MOST_NAMES: usize = 5;

/// Where one school stands; what asks something of the reader comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Standing {
    /// It may import, and did not say that it did.
    Open,
    /// It may not import yet.
    Closed,
    /// It reported the import done.
    Done,
    /// It stopped.
    Stopped,
}

impl Standing {
    pub(super) fn as_str(self) -> &'static str {
        self.into()
    }

    pub(super) fn of(state: &Onboarding, school: SchoolId) -> Self {
        match state.school(school).map(|progress| progress.course()) {
            Some(Course::UnderWay) if verdict(state, school).is_open() => Self::Open,
            Some(Course::UnderWay) => Self::Closed,
            Some(Course::Completed { .. }) => Self::Done,
            Some(Course::Withdrawn { .. } | Course::Left { .. }) | None => Self::Stopped,
        }
    }
}

/// One school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SchoolRow {
    pub(super) name: String,
    pub(super) brin: String,
    /// The field that names it in a form.
    pub(super) field: String,
    pub(super) standing: Standing,
    /// `open` or `closed`.
    pub(super) verdict: &'static str,
    pub(super) kind: &'static str,
    pub(super) words: &'static str,
    pub(super) meta: String,
    pub(super) can_report: bool,
    /// What ended it can be undone by this visitor.
    pub(super) can_undo: bool,
    /// Its page of Optie B; empty where it did not choose that.
    pub(super) option_b: String,
}

/// The schools that stand so, by name.
pub(super) fn standing_so(file: &ConnectionFile, standing: Standing) -> Vec<&School> {
    file.schools.iter().filter(|school| Standing::of(&file.state, school.id) == standing).collect()
}

/// The rows of the overview; none while there is one school. `reports` holds who reported an import done.
pub(super) fn rows(file: &ConnectionFile, names: &Names, reports: &[Entry]) -> Vec<SchoolRow> {
    let reported: BTreeMap<SchoolId, &Entry> = reports
        .iter()
        .rev()
        .filter(|entry| entry.action == Action::Onboarding(Change::Completed))
        .filter_map(|entry| entry.school.map(|school| (school, entry)))
        .collect();
    let mut rows = several(file, |school, own| {
        let standing = Standing::of(own, school.id);
        let (kind, said) = match (standing, own.step(Step::ActivationConfirmed)) {
            (Standing::Open, _) => ("now", "Je kunt importeren"),
            (Standing::Done, _) => ("ready", "Geïmporteerd"),
            (Standing::Stopped, _) => ("neutral", "Gestopt"),
            (Standing::Closed, _) if own.lifecycle().is_paused() => ("neutral", "Nog niet"),
            (Standing::Closed, StepState::Waiting) => ("blocked", "Nog niet"),
            (Standing::Closed, StepState::Open { .. } | StepState::Stuck { .. } | StepState::Yes { .. }) => {
                ("kurve", "Nog niet")
            }
        };
        let meta = match own.school(school.id).map(|progress| progress.course()) {
            Some(Course::Completed { at }) => match reported.get(&school.id) {
                Some(entry) => {
                    format!("Gemeld door {}, op {}.", words::actor_name(&entry.by, names), words::date_nl(entry.at))
                }
                None => format!("Gemeld op {}.", words::date_nl(*at)),
            },
            Some(Course::UnderWay | Course::Withdrawn { .. } | Course::Left { .. }) | None => {
                own_words(school, own, names)
            }
        };
        SchoolRow { kind, words: said, meta, ..bare(school, own) }
    });
    rows.sort_by_key(|row| row.standing);
    rows
}

/// The rows of the page of the activation; none while there is one school.
pub(super) fn activation_rows(file: &ConnectionFile, names: &Names) -> Vec<SchoolRow> {
    several(file, |school, own| {
        let (kind, said) = match (Standing::of(own, school.id), own.step(Step::ActivationConfirmed)) {
            (Standing::Stopped, _) => ("neutral", "Gestopt"),
            (_, StepState::Yes { .. }) => ("ready", "Geactiveerd"),
            (_, StepState::Waiting) => ("blocked", "Kan nog niet"),
            (_, StepState::Open { .. } | StepState::Stuck { .. }) if own.lifecycle().is_paused() => {
                ("neutral", "Gepauzeerd")
            }
            (_, StepState::Open { .. } | StepState::Stuck { .. }) => ("kurve", "Bij Kurve"),
        };
        SchoolRow { kind, words: said, meta: own_words(school, own, names), can_report: false, ..bare(school, own) }
    })
}

/// Those who are named, and how many more there are: "Noord, Zuid en 3 andere scholen".
pub(super) fn listed(schools: &[&School]) -> String {
    let name = |school: &&School| school.details.name.to_string();
    let (named, more) = match schools.len() {
        count if count > MOST_NAMES => {
            (&schools[..MOST_NAMES - 1], format!("{} andere scholen", count - MOST_NAMES + 1))
        }
        _ => match schools.split_last() {
            Some((last, rest)) => (rest, name(last)),
            None => return String::new(),
        },
    };
    let named: Vec<String> = named.iter().map(name).collect();
    if named.is_empty() { more } else { format!("{} en {more}", named.join(", ")) }
}

fn several(file: &ConnectionFile, row: impl Fn(&School, &Onboarding) -> SchoolRow) -> Vec<SchoolRow> {
    let schools = file.schools.iter().filter(|_| file.connection.has_many());
    schools.filter_map(|school| file.state.only(school.id).map(|own| row(school, &own))).collect()
}

/// A row that says only which school it is, and whether it may import.
fn bare(school: &School, own: &Onboarding) -> SchoolRow {
    let standing = Standing::of(own, school.id);
    SchoolRow {
        name: school.details.name.to_string(),
        brin: school.details.brin.to_string(),
        field: school_boxes::field(school.id),
        standing,
        verdict: if verdict(own, school.id).is_open() { "open" } else { "closed" },
        kind: "",
        words: "",
        meta: String::new(),
        can_report: standing == Standing::Open,
        can_undo: false,
        option_b: match own.school(school.id).is_some_and(|progress| progress.chose_option_b()) {
            true => links::SCHOOL_OPTION_B_OF.school(SchoolRef { connection: school.connection, school: school.id }),
            false => String::new(),
        },
    }
}

/// Why it stopped, or since when it is activated or waits for that.
fn own_words(school: &School, own: &Onboarding, names: &Names) -> String {
    if let Some(Course::Withdrawn { at, reason, .. }) = own.school(school.id).map(|progress| progress.course()) {
        return format!("Gestopt op {}. {}", words::date_nl(*at), evidence::short_reason(reason));
    }
    match own.step(Step::ActivationConfirmed) {
        StepState::Waiting => "Eerst de vier vragen die jullie samen doen.".to_owned(),
        StepState::Yes { answer } => format!("Geactiveerd op {}.", words::date_nl(answer.since())),
        StepState::Open { .. } | StepState::Stuck { .. } => {
            evidence::own_meta(&Truths::said(own), names, Step::ActivationConfirmed)
        }
    }
}
