//! Who and what there is at a generated connection, before anything happens.

use chrono::{DateTime, Utc};

use super::names::{NamedSchool, Names, Person};
use super::pick::Pick;
use crate::domain::actor::Actor;
use crate::domain::connection::{Carried, Connection, ConnectionDetails};
use crate::domain::credential::query_template::QueryFacts;
use crate::domain::ids::{ConnectionId, ContactId, SchoolId};
use crate::domain::reminder::{OwnDays, SchoolHolidays, WorkingCalendar};
use crate::domain::roles::Roles;
use crate::domain::school::{Contact, Region, School, SchoolDetails};
use crate::domain::text::TextError;
use crate::services::{Context, ServiceError};

/// What all generated connections share.
pub(super) struct Stage<'a> {
    pub(super) context: &'a Context,
    pub(super) holidays: &'a SchoolHolidays,
    /// The colleague who did Kurve's part everywhere.
    pub(super) kurve: Actor,
    pub(super) now: DateTime<Utc>,
    own_days: OwnDays,
}

/// A connection, its schools and its contacts.
pub(super) struct Cast {
    pub(super) number: u32,
    pub(super) connection: Connection,
    pub(super) schools: Vec<School>,
    pub(super) contacts: Vec<Contact>,
}

impl<'a> Stage<'a> {
    pub(super) fn new(context: &'a Context, holidays: &'a SchoolHolidays, kurve: Actor, now: DateTime<Utc>) -> Self {
        Self { context, holidays, kurve, now, own_days: OwnDays::default() }
    }

    /// The days on which a school works: nobody has days of their own here.
    pub(super) fn calendar(&self) -> WorkingCalendar<'_> {
        WorkingCalendar { holidays: self.holidays, own_days: &self.own_days }
    }
}

impl Cast {
    /// Makes the connection of a number, which its first school asked for at a moment.
    pub(super) fn of(
        stage: &Stage<'_>,
        Place { number, schools }: Place,
        at: DateTime<Utc>,
        pick: &mut Pick,
    ) -> Result<Self, ServiceError> {
        let chance = &stage.context.chance;
        let names = Names::of(number, schools, pick).map_err(broken)?;
        let id = ConnectionId::from_uuid(chance.uuid_v7(at));
        let school = |named: &NamedSchool| School {
            id: SchoolId::from_uuid(chance.uuid_v7(at)),
            connection: id,
            details: SchoolDetails { name: named.name.clone(), brin: named.brin.clone() },
            created_at: at,
        };
        let schools: Vec<School> = names.schools.iter().map(school).collect();
        let carried = match &*schools {
            [only] => Carried::One(only.details.brin.clone()),
            several => Carried::Many(u32::try_from(several.len()).unwrap_or(u32::MAX)),
        };
        let [superbeheerder, applicatiebeheerder, both, contactpersoon] = Roles::CHOICES;
        // Who asked can do everything; a colleague of theirs is a contact at two in five.
        let mut roles = vec![pick.one_of(&[superbeheerder, both])];
        if pick.below(5) < 2 {
            roles.push(pick.one_of(&[applicatiebeheerder, contactpersoon]));
        }
        let mut contacts = vec![];
        for (place, roles) in roles.into_iter().enumerate() {
            let Person { name, email } = Person::at(&names.domain, place, pick).map_err(broken)?;
            contacts.push(Contact {
                id: ContactId::from_uuid(chance.uuid_v7(at)),
                connection: id,
                name,
                email,
                roles,
                proposed: None,
                vouch: None,
                created_at: at,
                removed_at: None,
            });
        }
        let details = ConnectionDetails { name: names.connection, domain: names.domain, region: names.region };
        let connection = Connection { id, details, carried, created_at: at };
        Ok(Self { number, connection, schools, contacts })
    }

    /// Who does the school's part.
    pub(super) fn actor(&self) -> Actor {
        let first = self.contacts.first().expect("a connection is made with a contact");
        Actor::Contact { id: first.id, roles: first.roles }
    }

    pub(super) fn first_school(&self) -> SchoolId {
        self.schools.first().expect("a connection is made with a school").id
    }

    pub(super) fn region(&self) -> Region {
        self.connection.details.region
    }

    /// What stands in its query file.
    pub(super) fn facts(&self) -> QueryFacts {
        let ConnectionDetails { name, domain, region: _ } = self.connection.details.clone();
        QueryFacts { name, domain, schools: self.schools.iter().map(|school| school.details.clone()).collect() }
    }
}

/// The texts of the demo are ones that the rules take.
pub(super) fn broken(_: TextError) -> ServiceError {
    ServiceError::Broken("a text of the demo")
}

/// Which connection, and how many schools it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) number: u32,
    pub(super) schools: u32,
}

impl Place {
    /// The connections that so many schools stand in: most have one school, two in ten have two to six.
    pub(super) fn of_schools(schools: u32) -> Vec<Self> {
        let mut places = vec![];
        let mut left = schools;
        for number in 0.. {
            if left == 0 {
                break;
            }
            // Apart from the other choices of the number.
            let mut pick = Pick::of(!number);
            let wanted = if pick.below(10) < 2 { 2 + pick.below(5) } else { 1 };
            let schools = u32::try_from(wanted).unwrap_or(1).min(left);
            places.push(Self { number, schools });
            left -= schools;
        }
        places
    }
}
