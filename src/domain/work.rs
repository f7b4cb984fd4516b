//! What waits on Kurve, thing by thing: what the worklist has a row for. What of it follows from an onboarding is said
//! here; a request to join, a check or an address is seen where it is kept (`store::onboarding::work_items`).

use std::fmt;

use chrono::{DateTime, Duration, Utc};
use strum::{EnumIter, EnumString, IntoStaticStr};

use super::check::certificate::WARNING_DAYS;
use super::ids::ConnectionId;
use super::onboarding::progress::{KurveTask, TaskKind, kurve_tasks};
use super::onboarding::{Lifecycle, Onboarding, Step};

/// Why something waits on Kurve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum WorkKind {
    /// A school says that a step does not work.
    Stuck,
    /// A school asked for a connection: password and query are to be made.
    Issue,
    /// A school answered a message, or wrote one.
    Reply,
    /// Somebody asks for a place at a connection that is here.
    Join,
    /// Kurve vouches for nobody of those who are to do a step.
    Vouch,
    /// The password that a step takes can no longer be shown.
    Password,
    /// All is ready to be activated.
    Activate,
    /// The newest check is for Kurve to look into.
    Check,
    /// The certificate of a Magister ends soon.
    Certificate,
    /// Mail to a contact does not arrive.
    Address,
    /// A school that is not here waits to begin.
    Begin,
    /// A request was not confirmed.
    Unconfirmed,
    /// Reminders stay without an answer.
    Silent,
}

impl WorkKind {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What Kurve is to do for a step, as a kind.
    pub fn of(task: &KurveTask) -> Self {
        match task.kind {
            TaskKind::Answer => Self::Stuck,
            TaskKind::Vouch(_) => Self::Vouch,
            TaskKind::NewPassword(_) | TaskKind::NewQuery => Self::Password,
            TaskKind::Do if task.step == Step::ActivationConfirmed => Self::Activate,
            TaskKind::Do => Self::Issue,
        }
    }

    /// Its place among the kinds: what is stuck comes before all else, whatever waits longer.
    pub fn rank(self) -> u8 {
        match self {
            Self::Stuck => 0,
            Self::Issue
            | Self::Reply
            | Self::Join
            | Self::Vouch
            | Self::Password
            | Self::Activate
            | Self::Check
            | Self::Certificate
            | Self::Address
            | Self::Begin
            | Self::Unconfirmed
            | Self::Silent => 1,
        }
    }

    /// Whether only checks tell of it: where none are made it is not known.
    pub fn is_by_check(self) -> bool {
        match self {
            Self::Check | Self::Certificate => true,
            Self::Stuck
            | Self::Issue
            | Self::Reply
            | Self::Join
            | Self::Vouch
            | Self::Password
            | Self::Activate
            | Self::Address
            | Self::Begin
            | Self::Unconfirmed
            | Self::Silent => false,
        }
    }

    /// Whether it is about a request for a school that is not here: of no connection, and in no kept row.
    pub fn is_of_request(self) -> bool {
        matches!(self, Self::Begin | Self::Unconfirmed)
    }
}

/// What a row of the worklist is about, as its key says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkKey {
    /// Why it waits.
    pub kind: WorkKind,
    /// The connection; a request for a school that is not here has none.
    pub connection: Option<ConnectionId>,
    /// Which of its kind: see [`Waiting::subject`].
    pub subject: String,
}

impl fmt::Display for WorkKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(connection) = self.connection {
            write!(out, "{connection}.")?;
        }
        write!(out, "{}.{}", self.kind.as_str(), self.subject)
    }
}

impl WorkKey {
    /// What the row with this key is about; none where no row has such a key.
    pub fn parse(text: &str) -> Option<Self> {
        let (first, rest) = text.split_once('.')?;
        let key = match first.parse() {
            Ok(connection) => {
                let (kind, subject) = rest.split_once('.')?;
                Self { kind: kind.parse().ok()?, connection: Some(connection), subject: subject.to_owned() }
            }
            Err(_) => Self { kind: first.parse().ok()?, connection: None, subject: rest.to_owned() },
        };
        (key.connection.is_none() == key.kind.is_of_request()).then_some(key)
    }
}

/// One thing of a connection that waits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiting {
    /// Why.
    pub kind: WorkKind,
    /// Which of its kind: a step, a request or a contact; empty where a connection has one.
    pub subject: String,
    /// Since when. A moment to come is when it begins to wait.
    pub since: DateTime<Utc>,
}

/// What of an onboarding waits; nothing while it is laid aside or stopped.
pub fn waiting_in(state: &Onboarding) -> Vec<Waiting> {
    match state.lifecycle() {
        Lifecycle::Withdrawn { .. } | Lifecycle::Paused { .. } => vec![],
        Lifecycle::Active | Lifecycle::Completed { .. } => {
            let waiting = |task: KurveTask| Waiting {
                kind: WorkKind::of(&task),
                subject: task.step.as_str().to_owned(),
                since: task.since,
            };
            kurve_tasks(state).into_iter().map(waiting).collect()
        }
    }
}

/// When a certificate that holds until then begins to wait on Kurve.
pub fn certificate_since(until: DateTime<Utc>) -> DateTime<Utc> {
    until - Duration::days(WARNING_DAYS[0])
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;
    use crate::domain::onboarding::Command;
    use crate::domain::onboarding::testing::{Walk, reason, superbeheerder};

    fn kinds(walk: &Walk) -> Vec<(WorkKind, String)> {
        waiting_in(&walk.state).into_iter().map(|one| (one.kind, one.subject)).collect()
    }

    #[test]
    fn each_task_of_kurve_has_its_kind_and_its_step() {
        let mut walk = Walk::start();
        assert_eq!(kinds(&walk), []);

        walk.answer(Step::DetailsSubmitted);
        assert_eq!(kinds(&walk), [(WorkKind::Issue, "credentials_issued".to_owned())]);

        walk.does(
            superbeheerder(),
            &Command::ReportStuck { step: Step::ConsentGiven, reason: reason("Het lukt niet") },
        );
        assert!(kinds(&walk).contains(&(WorkKind::Stuck, "consent_given".to_owned())));

        let ready = Walk::all_but(&[Step::ActivationConfirmed]);
        assert_eq!(kinds(&ready), [(WorkKind::Activate, "activation_confirmed".to_owned())]);
    }

    #[test]
    fn what_a_row_is_about_is_read_from_its_key() {
        let connection = ConnectionId::from_uuid(uuid::Uuid::from_u128(7));
        for kind in WorkKind::iter() {
            for subject in ["", "consent_given"] {
                let connection = Some(connection).filter(|_| !kind.is_of_request());
                let key = WorkKey { kind, connection, subject: subject.to_owned() };
                assert_eq!(WorkKey::parse(&key.to_string()), Some(key));
            }
        }
        let alone = format!("{connection}.unconfirmed.x");
        for nothing in ["", ".", "issue", "issue.x", "what.x", "unconfirmed", &connection.to_string(), &alone] {
            assert_eq!(WorkKey::parse(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_certificate_begins_to_wait_thirty_days_before_its_end() {
        let until = DateTime::UNIX_EPOCH + Duration::days(100);

        assert_eq!(certificate_since(until), DateTime::UNIX_EPOCH + Duration::days(70));
    }
}
