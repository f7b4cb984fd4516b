//! Who may come, and with what: the two sides of the table that are not places.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};

use super::scene::{PAUSE, STUCK, Scene, ours, pause_ends_on, stranger};
use crate::domain::actor::{Actor, StaffRole};
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::testing::{
    contact, contact_id, disprove, first_morning, in_both_roles, prove, reason, staff, ticket,
};
use crate::domain::onboarding::{Command, Ground};
use crate::domain::roles::ContactRole;

/// Each kind of actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Superbeheerder,
    Applicatiebeheerder,
    InBothRoles,
    Contactpersoon,
    Admin,
    Support,
    Reader,
    Check,
    Clock,
    Operator,
    Visitor,
}

impl Who {
    pub(super) const ALL: [Self; 11] = [
        Self::Superbeheerder,
        Self::Applicatiebeheerder,
        Self::InBothRoles,
        Self::Contactpersoon,
        Self::Admin,
        Self::Support,
        Self::Reader,
        Self::Check,
        Self::Clock,
        Self::Operator,
        Self::Visitor,
    ];

    pub(super) fn actor(self) -> Actor {
        match self {
            Self::Superbeheerder => contact(ContactRole::Superbeheerder),
            Self::Applicatiebeheerder => contact(ContactRole::Applicatiebeheerder),
            Self::InBothRoles => in_both_roles(),
            Self::Contactpersoon => contact(ContactRole::Contactpersoon),
            Self::Admin => staff(StaffRole::Admin),
            Self::Support => staff(StaffRole::Support),
            Self::Reader => staff(StaffRole::Reader),
            Self::Check => Actor::Check,
            Self::Clock => Actor::Clock,
            Self::Operator => Actor::Operator,
            Self::Visitor => Actor::Visitor,
        }
    }
}

/// Each command, and once more for each argument that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    Claim,
    ClaimWithTicket,
    ClaimSeeingCurrent,
    ClaimSeeingOld,
    Confirm,
    Prove,
    ProveWithOld,
    Disprove,
    DisproveWithOld,
    Restore,
    RestoreWithOld,
    TakeBack,
    SendBack,
    IssueCredentials,
    TakeOverCredentials,
    ReportStuck,
    ReportStuckInSameWords,
    AnswerStuck,
    HandOver,
    Pause,
    PauseAsItIs,
    PauseUntilToday,
    PauseForever,
    ResumeBeforeTheDay,
    ResumeOnTheDay,
    Withdraw,
    Reopen,
    ReportImported,
    Activate,
    ActivateStranger,
    Deactivate,
    UndoActivation,
    UndoEnd,
    UndoEndLate,
    AddStranger,
    AddOurs,
    Remove,
}

impl Ask {
    pub(super) const ALL: [Self; 37] = [
        Self::Claim,
        Self::ClaimWithTicket,
        Self::ClaimSeeingCurrent,
        Self::ClaimSeeingOld,
        Self::Confirm,
        Self::Prove,
        Self::ProveWithOld,
        Self::Disprove,
        Self::DisproveWithOld,
        Self::Restore,
        Self::RestoreWithOld,
        Self::TakeBack,
        Self::SendBack,
        Self::IssueCredentials,
        Self::TakeOverCredentials,
        Self::ReportStuck,
        Self::ReportStuckInSameWords,
        Self::AnswerStuck,
        Self::HandOver,
        Self::Pause,
        Self::PauseAsItIs,
        Self::PauseUntilToday,
        Self::PauseForever,
        Self::ResumeBeforeTheDay,
        Self::ResumeOnTheDay,
        Self::Withdraw,
        Self::Reopen,
        Self::ReportImported,
        Self::Activate,
        Self::ActivateStranger,
        Self::Deactivate,
        Self::UndoActivation,
        Self::UndoEnd,
        Self::UndoEndLate,
        Self::AddStranger,
        Self::AddOurs,
        Self::Remove,
    ];

    pub(super) fn command(self, scene: &Scene) -> Command {
        let step = scene.step;
        let claim = |ground, credential_version| Command::Claim { step, ground, credential_version };
        let stuck = |text| Command::ReportStuck { step, reason: reason(text) };
        let pause = |text, until| Command::Pause { reason: reason(text), until };
        match self {
            Self::Claim => claim(Ground::Word, None),
            Self::ClaimWithTicket => claim(ticket(), None),
            Self::ClaimSeeingCurrent => claim(Ground::Word, Some(scene.version())),
            Self::ClaimSeeingOld => claim(Ground::Word, Some(1)),
            Self::Confirm => Command::Confirm { step, ground: Ground::Remark(reason("Gebeld met de school")) },
            Self::Prove => prove(step, scene.version()),
            Self::ProveWithOld => prove(step, 1),
            Self::Disprove => disprove(step, scene.version()),
            Self::DisproveWithOld => disprove(step, 1),
            Self::Restore => Command::Restore { credential_version: scene.version() },
            Self::RestoreWithOld => Command::Restore { credential_version: 1 },
            Self::TakeBack => Command::TakeBack { step },
            Self::SendBack => Command::SendBack { step, reason: reason("Er staat een vinkje te veel") },
            Self::IssueCredentials => Command::IssueCredentials,
            Self::TakeOverCredentials => {
                Command::TakeOverCredentials { ground: Ground::Remark(reason("Uit een lijst")) }
            }
            Self::ReportStuck => stuck("De knop is grijs"),
            Self::ReportStuckInSameWords => stuck(STUCK),
            Self::AnswerStuck => Command::AnswerStuck { step, answer: reason("Voer de query opnieuw uit") },
            Self::HandOver => Command::HandOver { step, to: contact_id(7) },
            Self::Pause => pause("Eerst de toetsweek", days_from_today(366)),
            Self::PauseAsItIs => pause(PAUSE, pause_ends_on()),
            Self::PauseUntilToday => pause("Eerst de toetsweek", days_from_today(0)),
            Self::PauseForever => pause("Eerst de toetsweek", days_from_today(367)),
            Self::ResumeBeforeTheDay | Self::ResumeOnTheDay => Command::Resume,
            Self::Withdraw => {
                Command::Withdraw { school: ours(), reason: reason("Wij kiezen Optie B"), chose_option_b: true }
            }
            Self::Reopen => Command::Reopen { school: ours() },
            Self::ReportImported => Command::ReportImported { school: ours() },
            Self::Activate => Command::Activate { school: ours(), ground: Ground::Word },
            Self::ActivateStranger => Command::Activate { school: stranger(), ground: Ground::Word },
            Self::Deactivate => Command::Deactivate { school: ours(), reason: reason("De licentie is verlopen") },
            Self::UndoActivation => Command::UndoActivation { school: ours() },
            Self::UndoEnd | Self::UndoEndLate => Command::UndoEnd { school: ours() },
            Self::AddStranger => Command::AddSchool { school: stranger(), asked_by: Some(contact_id(2)) },
            Self::AddOurs => Command::AddSchool { school: ours(), asked_by: None },
            Self::Remove => Command::RemoveSchool {
                school: ours(),
                to: elsewhere(),
                reason: reason("Staat in een andere Magister"),
            },
        }
    }

    /// When it is asked: two hours after the scene, unless the day matters.
    pub(super) fn at(self) -> DateTime<Utc> {
        let soon = first_morning() + Duration::hours(2);
        match self {
            Self::ResumeOnTheDay => soon + Duration::days(30),
            Self::UndoEndLate => soon + Duration::days(7),
            Self::Claim
            | Self::ClaimWithTicket
            | Self::ClaimSeeingCurrent
            | Self::ClaimSeeingOld
            | Self::Confirm
            | Self::Prove
            | Self::ProveWithOld
            | Self::Disprove
            | Self::DisproveWithOld
            | Self::Restore
            | Self::RestoreWithOld
            | Self::TakeBack
            | Self::SendBack
            | Self::IssueCredentials
            | Self::TakeOverCredentials
            | Self::ReportStuck
            | Self::ReportStuckInSameWords
            | Self::AnswerStuck
            | Self::HandOver
            | Self::Pause
            | Self::PauseAsItIs
            | Self::PauseUntilToday
            | Self::PauseForever
            | Self::ResumeBeforeTheDay
            | Self::Withdraw
            | Self::Reopen
            | Self::ReportImported
            | Self::Activate
            | Self::ActivateStranger
            | Self::Deactivate
            | Self::UndoActivation
            | Self::UndoEnd
            | Self::AddStranger
            | Self::AddOurs
            | Self::Remove => soon,
        }
    }
}

/// The connection to which a school goes.
fn elsewhere() -> ConnectionId {
    ConnectionId::from_uuid(uuid::Uuid::from_u128(9))
}

fn days_from_today(days: u64) -> NaiveDate {
    first_morning().date_naive().checked_add_days(Days::new(days)).expect("a date in range")
}
