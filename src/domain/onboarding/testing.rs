//! Shared by the tests of the rules: people, moments, and a walk that decides and folds in. No rule lives here.

use chrono::{DateTime, Duration, TimeZone, Utc};
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::{Changed, Command, Ground, Onboarding, Refusal, Step, decide};
use crate::domain::actor::{Actor, StaffRole};
use crate::domain::ids::{ContactId, SchoolId, StaffId};
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::text::{Reason, TicketRef};

/// Monday 31 August 2026, nine o'clock in the Netherlands.
pub(crate) fn first_morning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 8, 31, 7, 0, 0).single().expect("a moment that exists once")
}

/// Walks begin with the first school.
pub(crate) fn school_id(number: u128) -> SchoolId {
    SchoolId::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn contact_id(number: u128) -> ContactId {
    ContactId::from_uuid(Uuid::from_u128(number))
}

/// The contact in a role; each role has one, with an id of its own.
pub(crate) fn contact(role: ContactRole) -> Actor {
    let id = match role {
        ContactRole::Superbeheerder => contact_id(1),
        ContactRole::Applicatiebeheerder => contact_id(2),
        ContactRole::Contactpersoon => contact_id(3),
    };
    Actor::Contact { id, roles: Roles::of(role) }
}

/// The contact who is superbeheerder and applicatiebeheerder.
pub(crate) fn in_both_roles() -> Actor {
    Actor::Contact {
        id: contact_id(4),
        roles: Roles::of(ContactRole::Superbeheerder).with(ContactRole::Applicatiebeheerder),
    }
}

/// The contact who may do every step of the school.
pub(crate) fn superbeheerder() -> Actor {
    contact(ContactRole::Superbeheerder)
}

pub(crate) fn staff(role: StaffRole) -> Actor {
    Actor::Staff { id: StaffId::from_uuid(Uuid::from_u128(100)), role }
}

pub(crate) fn support() -> Actor {
    staff(StaffRole::Support)
}

pub(crate) fn reason(text: &str) -> Reason {
    Reason::parse(text).expect("a reason of a fit length")
}

pub(crate) fn ticket() -> Ground {
    Ground::Ticket(TicketRef::parse("MAG-2026/0815").expect("a plain ticket reference"))
}

pub(crate) fn claim(step: Step) -> Command {
    Command::Claim { step, ground: Ground::Word, credential_version: None }
}

pub(crate) fn confirm(step: Step) -> Command {
    Command::Confirm { step, ground: Ground::Word }
}

/// The check sees a step, with the credentials of this version.
pub(crate) fn prove(step: Step, credential_version: u32) -> Command {
    Command::Prove { step, credential_version }
}

/// The check no longer sees a step, with the credentials of this version.
pub(crate) fn disprove(step: Step, credential_version: u32) -> Command {
    Command::Disprove { step, code: "login_refused".to_owned(), credential_version }
}

/// One onboarding on its way, with its own time.
#[derive(Clone)]
pub(crate) struct Walk {
    pub(crate) state: Onboarding,
    pub(crate) now: DateTime<Utc>,
}

impl Walk {
    /// A fresh onboarding.
    pub(crate) fn start() -> Self {
        let now = first_morning();
        Self { state: Onboarding::start(now, school_id(1)), now }
    }

    /// An onboarding whose steps are all yes by word, but for those given and what needs them.
    pub(crate) fn all_but(left_out: &[Step]) -> Self {
        let mut walk = Self::start();
        for step in Step::iter() {
            if !left_out.contains(&step) && walk.state.missing_for(step).is_empty() {
                walk.answer(step);
            }
        }
        walk
    }

    /// The same with so many schools in all; Kurve added those that come after the first, and no contact asked for them.
    pub(crate) fn with_schools(mut self, count: u128) -> Self {
        for number in 2..=count {
            self.does(support(), &Command::AddSchool { school: school_id(number), asked_by: None });
        }
        self
    }

    /// Lets time pass.
    pub(crate) fn hours(&mut self, hours: i64) -> &mut Self {
        self.now += Duration::hours(hours);
        self
    }

    /// Tries a command; a refusal leaves everything as it is.
    pub(crate) fn tries(&mut self, actor: Actor, command: &Command) -> Result<Changed, Refusal> {
        let events = decide(&self.state, command, &actor, self.now)?;
        let before = self.state.clone();
        self.state = before.clone().apply_all(&events);
        Ok(Changed { before, events, after: self.state.clone(), version: 1 })
    }

    /// Does what is allowed here.
    pub(crate) fn does(&mut self, actor: Actor, command: &Command) -> Changed {
        self.hours(1).tries(actor, command).expect("the test only does here what is allowed")
    }

    /// Has a step done by the one who does it, by word alone.
    pub(crate) fn answer(&mut self, step: Step) -> Changed {
        match step {
            Step::CredentialsIssued => self.does(support(), &Command::IssueCredentials),
            Step::ActivationConfirmed => self.does(support(), &confirm(step)),
            Step::ConsentGiven
            | Step::DetailsSubmitted
            | Step::QueryExecuted
            | Step::PasswordSet
            | Step::PermissionsChecked
            | Step::AllowlistingRequested
            | Step::AllowlistingConfirmed => self.does(superbeheerder(), &claim(step)),
        }
    }
}
