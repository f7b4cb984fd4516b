//! No reminder names a step that its reader cannot do: random histories with contacts whom Kurve vouches for or not and
//! whom mail reaches or not, and with a password that is seen, used up, closed, or left until its days are over.

use chrono::{DateTime, Duration, Utc};
use proptest::collection::vec;
use proptest::prelude::*;
use strum::IntoEnumIterator;
use uuid::Uuid;

use super::utc;
use crate::domain::actor::Actor;
use crate::domain::credential::ClosedReason;
use crate::domain::credential::reveal::{self, REVEALS_ALLOWED};
use crate::domain::ids::ConnectionId;
use crate::domain::onboarding::progress::{kurve_tasks, open_steps};
use crate::domain::onboarding::testing::{claim, confirm, contact_id, disprove, prove, reason, school_id, support};
use crate::domain::onboarding::{Command, Onboarding, Party, PasswordAccess, People, Step, StepState, decide};
use crate::domain::reminder::{
    DueReminder, OwnDays, ReminderPolicy, SchoolHolidays, SentReminder, Situation, WorkingCalendar, plan, receivers,
    runs_out_at,
};
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::school::{Contact, Region, Vouch};
use crate::domain::text::{EmailAddress, PersonName};

#[derive(Debug, Clone, Copy)]
struct Person {
    role: ContactRole,
    is_vouched: bool,
    is_marked: bool,
}

fn person() -> impl Strategy<Value = Person> {
    (0usize..3, any::<bool>(), any::<bool>()).prop_map(|(role, is_vouched, is_marked)| Person {
        role: ContactRole::iter().nth(role).expect("a role"),
        is_vouched,
        is_marked,
    })
}

/// Something that happens some hours after the last.
fn happening() -> impl Strategy<Value = (i64, u8, usize)> {
    (1i64..200, 0u8..16, 0usize..9)
}

/// The password of now, as its row has it.
#[derive(Clone, Copy)]
struct Issued {
    views: u32,
    was_seen: bool,
    until: DateTime<Utc>,
    closed: Option<ClosedReason>,
}

struct School {
    state: Onboarding,
    people: Vec<Contact>,
    marked: Vec<bool>,
    issued: Option<Issued>,
    sent: Vec<SentReminder>,
    holidays: SchoolHolidays,
    now: DateTime<Utc>,
}

impl School {
    fn of(people: &[Person]) -> Self {
        let now = utc("2026-08-31 07:00");
        let contact = |(number, person): (u128, &Person)| Contact {
            id: contact_id(number + 1),
            connection: ConnectionId::from_uuid(Uuid::from_u128(1)),
            name: PersonName::parse("Joke Jansen").expect("a plain name"),
            email: EmailAddress::parse("j.jansen@school.nl").expect("a plain address"),
            roles: Roles::of(person.role),
            proposed: None,
            vouch: person.is_vouched.then(|| vouch(now)),
            created_at: now,
            removed_at: None,
        };
        Self {
            state: Onboarding::start(now, school_id(1)),
            people: (0..).zip(people).map(contact).collect(),
            marked: people.iter().map(|person| person.is_marked).collect(),
            issued: None,
            sent: vec![],
            holidays: SchoolHolidays::built_in(),
            now,
        }
    }

    fn calendar<'a>(&'a self, own_days: &'a OwnDays) -> WorkingCalendar<'a> {
        WorkingCalendar { holidays: &self.holidays, own_days }
    }

    fn actor(&self, pick: usize) -> Actor {
        let person = &self.people[pick % self.people.len()];
        Actor::Contact { id: person.id, roles: person.roles }
    }

    fn tries(&mut self, actor: Actor, command: &Command) -> bool {
        match decide(&self.state, command, &actor, self.now) {
            Ok(events) => {
                self.state = self.state.clone().apply_all(&events);
                true
            }
            Err(_) => false,
        }
    }

    /// What the services note with each change.
    fn note(&mut self, actor: Actor) {
        if !self.state.is_yes(Step::CredentialsIssued) {
            return;
        }
        let mut people = People::default();
        for person in &self.people {
            let group = if person.is_vouched() { &mut people.vouched } else { &mut people.others };
            group.insert(person.id);
        }
        self.tries(actor, &Command::NotePeople { people });
        if let Some(Issued { views, was_seen, until, closed }) = self.issued {
            let gone = reveal::gone(views, until, closed, self.now);
            self.tries(actor, &Command::NotePassword { access: PasswordAccess { is_seen: was_seen, until, gone } });
        }
    }

    fn happens(&mut self, kind: u8, pick: usize) {
        let step = Step::iter().nth(pick).expect("a step");
        let who = pick % self.people.len();
        let version = self.state.credential_version();
        match kind {
            0..=4 => self.goes_on(pick),
            5 if self.can_look(who) => {
                if let Some(issued) = &mut self.issued {
                    issued.views += 1;
                    issued.was_seen = true;
                }
            }
            6 => self.issue(),
            7 => {
                if let Some(issued) = self.issued.as_mut().filter(|issued| issued.closed.is_none()) {
                    (issued.views, issued.until) = (0, self.now + Duration::days(14));
                }
            }
            8 => {
                if self.tries(Actor::Check, &prove(Step::PasswordSet, version))
                    && let Some(issued) = &mut self.issued
                {
                    issued.closed = Some(ClosedReason::Proven);
                }
            }
            9 => {
                self.tries(Actor::Check, &disprove(step, version));
            }
            10 => self.people[who].vouch = if self.people[who].is_vouched() { None } else { Some(vouch(self.now)) },
            11 => self.marked[who] = !self.marked[who],
            12 => {
                let Contact { id: to, roles, .. } = self.people[who];
                // Whoever is given a step is given the role that it takes.
                if step.takes_role().is_none_or(|role| roles.contains(role)) {
                    self.tries(self.actor(pick + 1), &Command::HandOver { step, to });
                }
            }
            13 => {
                self.tries(self.actor(pick), &Command::TakeBack { step });
            }
            14 => {
                self.tries(self.actor(pick), &Command::AskPassword);
            }
            _ => {
                self.tries(support(), &Command::SendBack { step, reason: reason("Klopt niet") });
            }
        }
    }

    fn goes_on(&mut self, pick: usize) {
        let open = open_steps(&self.state);
        let Some(open) = open.get(pick % open.len().max(1)) else { return };
        let is_stuck = matches!(self.state.step(open.step), StepState::Stuck { .. });
        match open.step.party() {
            _ if is_stuck => {}
            Party::School | Party::Magister => {
                let done = (0..self.people.len()).any(|who| self.tries(self.actor(who), &claim(open.step)));
                if !done {
                    self.tries(support(), &confirm(open.step));
                }
            }
            Party::Kurve if open.step == Step::CredentialsIssued => self.issue(),
            Party::Kurve => {
                self.tries(support(), &confirm(open.step));
            }
        }
    }

    fn issue(&mut self) {
        if self.tries(support(), &Command::IssueCredentials) {
            let until =
                runs_out_at(&ReminderPolicy::default(), &self.calendar(&OwnDays::default()), Region::Noord, self.now);
            self.issued = Some(Issued { views: 0, was_seen: false, until, closed: None });
        }
    }

    fn can_look(&self, who: usize) -> bool {
        let is_issued = self.state.is_yes(Step::CredentialsIssued);
        is_issued && self.people[who].is_vouched() && self.is_shown()
    }

    fn is_shown(&self) -> bool {
        self.issued
            .as_ref()
            .is_some_and(|issued| issued.closed.is_none() && issued.views < REVEALS_ALLOWED && self.now < issued.until)
    }

    /// Whether somebody can do a step, from what is so and not from what the onboarding says of it.
    fn can_do(&self, who: &Contact, step: Step) -> bool {
        match step {
            // Where nobody whom mail reaches has the role, they are asked to pass it on.
            Step::ConsentGiven => {
                let has_role = |person: &Contact| person.roles.contains(ContactRole::Superbeheerder);
                has_role(who) || !self.reached().iter().any(has_role)
            }
            Step::QueryExecuted => who.is_vouched(),
            Step::PasswordSet => {
                let stands = self.issued.as_ref().is_some_and(|issued| issued.closed == Some(ClosedReason::Proven));
                who.is_vouched() && (self.is_shown() || (stands && self.state.fallen(step).is_none()))
            }
            Step::DetailsSubmitted | Step::PermissionsChecked | Step::AllowlistingRequested => true,
            Step::CredentialsIssued | Step::AllowlistingConfirmed | Step::ActivationConfirmed => false,
        }
    }

    fn reached(&self) -> Vec<Contact> {
        self.people.iter().zip(&self.marked).filter(|(_, marked)| !**marked).map(|(one, _)| one.clone()).collect()
    }
}

fn vouch(at: DateTime<Utc>) -> Vouch {
    let Actor::Staff { id: by, .. } = support() else { unreachable!("support is staff") };
    Vouch { at, by, ground: reason("Teruggebeld") }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_reminder_names_a_step_that_its_reader_cannot_do(
        people in vec(person(), 1..4),
        happenings in vec(happening(), 0..60),
    ) {
        let (policy, own_days) = (ReminderPolicy::default(), OwnDays::default());
        let mut school = School::of(&people);
        for (hours, kind, pick) in happenings {
            let end = school.now + Duration::hours(hours);
            while school.now < end {
                school.now += Duration::hours(4);
                // The clock notes it first.
                school.note(Actor::Clock);
                let situation = Situation {
                    region: Region::Noord,
                    onboarding: &school.state,
                    sent: &school.sent,
                    snoozed_until: None,
                    counts_from: None,
                };
                let due = plan(&policy, &school.calendar(&own_days), &situation, school.now).due;
                for reminder in due {
                    prop_assert_eq!(school.state.holder(reminder.step), Some(Party::School));
                    let reached = school.reached();
                    for id in receivers(reminder.step, school.state.handed_to(reminder.step), &reached) {
                        let reader = reached.iter().find(|person| person.id == id);
                        prop_assert!(
                            reader.is_some_and(|reader| school.can_do(reader, reminder.step)),
                            "{} for {:?} in {:?}", reminder.step.as_str(), reader.map(|one| one.id), school.state
                        );
                    }
                    let DueReminder { step, stage, since } = reminder;
                    school.sent.push(SentReminder { step, stage, since, at: school.now });
                }
            }
            school.happens(kind, pick);
            school.note(support());
            for open in open_steps(&school.state) {
                let is_kurves = open.holder == Party::Kurve;
                let is_listed = kurve_tasks(&school.state).iter().any(|task| task.step == open.step);
                prop_assert!(!is_kurves || is_listed, "{} is on no list", open.step.as_str());
            }
        }
    }
}
