//! What a row does to what is here. The same rule decides in the dry run, over a copy of what is here that each row
//! changes, and when a row is carried out, over what is so by then: a file that was carried out leaves all as it is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use strum::{EnumIter, IntoEnumIterator, IntoStaticStr};

use super::mapping::Field;
use super::prepare::ReadRow;
use super::row::{Fault, Look, RosterRow, Why, joined};
use crate::domain::onboarding::{Evidence, MOST_SCHOOLS, Onboarding, Step};
use crate::domain::roles::{ContactRole, Roles};
use crate::domain::school::Region;
use crate::domain::text::{PersonName, SchoolDomain, SchoolName, fold};

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[derive(EnumIter, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Verb {
    /// The school comes, with a connection of its own.
    Make,
    /// The school comes to a connection.
    Join,
    /// Something of what is here changes.
    Change,
    /// All is so already.
    Leave,
}

impl Verb {
    /// The name in an address.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// One thing that a row brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The school is called otherwise.
    Name,
    /// The connection is in another region.
    Region,
    /// A contact comes.
    Contact,
    /// A contact is called otherwise.
    ContactName,
    /// A contact has a role more.
    ContactRoles,
    /// A step is taken over as confirmed.
    Step(Step),
}

/// What is kept of a row that was carried out, or could not be: nothing of what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowFacts {
    /// What became of it; `None` where it could not be carried out.
    pub verb: Option<Verb>,
    /// What it brought about.
    pub parts: Vec<Part>,
    /// What is wrong with it, as sentences.
    pub wrong: Vec<String>,
}

impl RowFacts {
    /// Of a row that was carried out.
    pub fn of(verb: Verb, parts: Vec<Part>) -> Self {
        Self { verb: Some(verb), parts, wrong: vec![] }
    }
}

/// What a row is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// What becomes of it.
    pub verb: Verb,
    /// What it brings about, beside the school itself.
    pub parts: Vec<Part>,
    /// What somebody has to look at.
    pub looks: Vec<Look>,
}

impl Intent {
    /// The steps that it takes over, in their order.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        self.parts.iter().filter_map(|part| match part {
            Part::Step(step) => Some(*step),
            Part::Name | Part::Region | Part::Contact | Part::ContactName | Part::ContactRoles => None,
        })
    }

    /// Whether it brings something about.
    pub fn has(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }
}

/// What is here, as far as rows ask for it.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The connections, by their school domain.
    pub connections: BTreeMap<SchoolDomain, KnownConnection>,
    /// The schools, by [`Brin::key`](crate::domain::text::Brin::key).
    pub schools: BTreeMap<String, KnownSchool>,
    /// Whether activation asks for a check that passed, which no file is.
    pub needs_check: bool,
}

/// A connection that is here.
#[derive(Debug, Clone)]
pub struct KnownConnection {
    /// What it is called.
    pub name: SchoolName,
    /// Where it is.
    pub region: Region,
    /// How many schools it carries.
    pub schools: usize,
    /// Its contacts, by [`EmailAddress::key_form`](crate::domain::text::EmailAddress::key_form); also removed ones.
    pub contacts: BTreeMap<String, KnownContact>,
    /// The shared steps that Kurve confirmed, or a check saw.
    pub sure: BTreeSet<Step>,
    /// The shared steps that are yes.
    pub yes: BTreeSet<Step>,
    /// The shared steps that fell since they were yes.
    pub fallen: BTreeSet<Step>,
    /// Whether no school of it goes on.
    pub is_withdrawn: bool,
    /// Whether a row of the same file makes it.
    pub is_new: bool,
}

impl KnownConnection {
    /// What an onboarding says of a connection; its name, region and contacts are the caller's.
    pub fn of(name: SchoolName, region: Region, state: &Onboarding) -> Self {
        let is_sure = |step: &Step| state.answer(*step).is_some_and(|answer| answer.evidence() != Evidence::Claimed);
        Self {
            name,
            region,
            schools: state.schools().count(),
            contacts: BTreeMap::new(),
            sure: Step::shared().filter(is_sure).collect(),
            yes: Step::shared().filter(|step| state.is_yes(*step)).collect(),
            fallen: Step::shared().filter(|step| state.fallen(*step).is_some()).collect(),
            is_withdrawn: state.lifecycle().is_withdrawn(),
            is_new: false,
        }
    }
}

/// A contact that is here.
#[derive(Debug, Clone)]
pub struct KnownContact {
    /// Their name.
    pub name: PersonName,
    /// What they are.
    pub roles: Roles,
    /// Whether they were removed.
    pub is_removed: bool,
}

/// A school that is here.
#[derive(Debug, Clone)]
pub struct KnownSchool {
    /// Under which school domain.
    pub domain: SchoolDomain,
    /// What it is called.
    pub name: SchoolName,
    /// Whether it is activated.
    pub is_activated: bool,
    /// Whether it was, and no longer is.
    pub has_fallen: bool,
    /// Whether it has stopped.
    pub has_stopped: bool,
}

/// A row with what it is to do, or what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its number, as Excel shows it.
    pub number: u32,
    /// What it is to do.
    pub intent: Result<Intent, Vec<Fault>>,
}

/// What the rows of a file are to do, one after another. Rows come from [`prepare`](super::prepare()).
pub fn plan(rows: &[ReadRow], known: &Known) -> Vec<Planned> {
    let mut known = known.clone();
    let planned = |row: &ReadRow| match row {
        Err(faults) => Planned { number: faults.first().map_or(0, |fault| fault.row), intent: Err(faults.clone()) },
        Ok(row) => {
            let intent = known.intend(row);
            if let Ok(intent) = &intent {
                known.follow(row, intent);
            }
            Planned { number: row.number, intent }
        }
    };
    rows.iter().map(planned).collect()
}

impl Known {
    /// What a row is to do, by what is so.
    ///
    /// # Errors
    /// Why it cannot be carried out.
    pub fn intend(&self, row: &RosterRow) -> Result<Intent, Vec<Fault>> {
        let (school, connection) = (self.schools.get(&row.brin.key()), self.connections.get(&row.domain));
        let mut intent = Intent { verb: Verb::Make, parts: vec![], looks: row.looks.clone() };
        if let Some(school) = school {
            if school.domain != row.domain {
                let why = Why::Elsewhere { domain: school.domain.clone() };
                return Err(vec![row.fault(Field::Brin, why)]);
            }
            if school.has_stopped {
                intent.looks.push(Look::Stopped);
                return Ok(Intent { verb: Verb::Leave, ..intent });
            }
            if fold(school.name.as_str()) != fold(row.school.as_str()) {
                intent.parts.push(Part::Name);
            }
        }
        let Some(connection) = connection else {
            if row.person.is_none() {
                return Err(vec![row.fault(Field::Contact, Why::NeedsContact)]);
            }
            if row.region.is_none() {
                intent.looks.push(Look::NoRegion);
            }
            intent.parts.push(Part::Contact);
            intent.parts.extend(self.steps(row, &mut intent.looks).into_iter().map(Part::Step));
            return Ok(intent);
        };
        if school.is_none() && connection.schools >= MOST_SCHOOLS {
            return Err(vec![row.fault(Field::Domain, Why::TooManySchools)]);
        }
        if row.region.is_some_and(|region| region != connection.region) {
            intent.parts.push(Part::Region);
        }
        match contact_parts(row, connection) {
            Ok(parts) => intent.parts.extend(parts),
            Err(look) => intent.looks.push(look),
        }
        let has_people = connection.contacts.values().any(|contact| !contact.is_removed);
        if !has_people && !intent.has(Part::Contact) {
            return Err(vec![row.fault(Field::Contact, Why::NeedsContact)]);
        }
        intent.parts.extend(self.steps(row, &mut intent.looks).into_iter().map(Part::Step));
        intent.verb = match (school, intent.parts.is_empty()) {
            (None, _) => Verb::Join,
            (Some(_), false) => Verb::Change,
            (Some(_), true) => Verb::Leave,
        };
        if intent.verb == Verb::Join && !connection.is_new {
            intent.looks.push(Look::Joins { name: connection.name.clone() });
        }
        Ok(intent)
    }

    /// What is so once a row was carried out.
    fn follow(&mut self, row: &RosterRow, intent: &Intent) {
        let fresh = || KnownConnection {
            name: row.school.clone(),
            region: row.region.unwrap_or(Region::Midden),
            schools: 0,
            contacts: BTreeMap::new(),
            sure: BTreeSet::from([Step::DetailsSubmitted]),
            yes: BTreeSet::from([Step::DetailsSubmitted]),
            fallen: BTreeSet::new(),
            is_withdrawn: false,
            is_new: true,
        };
        let connection = self.connections.entry(row.domain.clone()).or_insert_with(fresh);
        if let (Some(region), true) = (row.region, intent.has(Part::Region)) {
            connection.region = region;
        }
        if let Some(person) = &row.person {
            let key = person.email.key_form();
            let known = connection.contacts.get(&key);
            let is_removed = known.is_some_and(|known| known.is_removed);
            let roles = merged_roles(known, person.roles);
            connection.contacts.insert(key, KnownContact { name: person.name.clone(), roles, is_removed });
        }
        let shared: Vec<Step> = intent.steps().filter(|step| step.is_shared()).collect();
        connection.sure.extend(&shared);
        connection.yes.extend(&shared);
        if matches!(intent.verb, Verb::Make | Verb::Join) {
            connection.schools += 1;
        }
        let fresh = || KnownSchool {
            domain: row.domain.clone(),
            name: row.school.clone(),
            is_activated: false,
            has_fallen: false,
            has_stopped: false,
        };
        let school = self.schools.entry(row.brin.key()).or_insert_with(fresh);
        if intent.has(Part::Name) {
            school.name = row.school.clone();
        }
        school.is_activated |= intent.steps().any(|step| !step.is_shared());
    }

    /// The steps that a row takes over: those that Kurve did not confirm yet. One that fell stays as it is, with what needs
    /// it.
    fn steps(&self, row: &RosterRow, looks: &mut Vec<Look>) -> Vec<Step> {
        let (connection, school) = (self.connections.get(&row.domain), self.schools.get(&row.brin.key()));
        if connection.is_some_and(|connection| connection.is_withdrawn) {
            return vec![];
        }
        let mut yes = connection.map_or_else(|| BTreeSet::from([Step::DetailsSubmitted]), |known| known.yes.clone());
        let mut taken = vec![];
        for step in Step::iter().filter(|step| row.done().contains(step)) {
            let (is_sure, has_fallen) = if step.is_shared() {
                let is_in = |set: fn(&KnownConnection) -> &BTreeSet<Step>| {
                    connection.is_some_and(|connection| set(connection).contains(&step))
                };
                (is_in(|known| &known.sure), is_in(|known| &known.fallen))
            } else {
                (school.is_some_and(|school| school.is_activated), school.is_some_and(|school| school.has_fallen))
            };
            if is_sure {
                continue;
            }
            if has_fallen {
                looks.push(Look::Fell { step });
            } else if self.needs_check && !step.is_shared() {
                looks.push(Look::NeedsCheck);
            } else if step.needs().iter().all(|need| yes.contains(need)) {
                yes.insert(step);
                taken.push(step);
            }
        }
        taken
    }
}

/// The roles of a contact once a row was carried out.
pub fn merged_roles(known: Option<&KnownContact>, given: Option<Roles>) -> Roles {
    match (known.map(|known| known.roles), given) {
        (Some(known), Some(given)) => joined(known, given),
        (Some(roles), None) | (None, Some(roles)) => roles,
        (None, None) => Roles::of(ContactRole::Contactpersoon),
    }
}

/// What a row says of its contact that is not so.
fn contact_parts(row: &RosterRow, connection: &KnownConnection) -> Result<Vec<Part>, Look> {
    let Some(person) = &row.person else { return Ok(vec![]) };
    let Some(known) = connection.contacts.get(&person.email.key_form()) else { return Ok(vec![Part::Contact]) };
    if known.is_removed {
        return Err(Look::ContactRemoved);
    }
    let mut parts = vec![];
    if fold(known.name.as_str()) != fold(person.name.as_str()) {
        parts.push(Part::ContactName);
    }
    if merged_roles(Some(known), person.roles) != known.roles {
        parts.push(Part::ContactRoles);
    }
    Ok(parts)
}
